/* Fetches the records of a list, by lookups or by a sweep, as is quicker. Used by fetch.c. */
#ifndef RUN_FETCH_LIST_H
#define RUN_FETCH_LIST_H

#include "fetch_output.h"
#include "g3/http/engine.h"

/* Reads the list, fetches, writes what was not found to options->unmatched.
 * @param result  records, ranges, unmatched and incomplete are set
 * @return false with an error */
bool g3_fetch_listed(g3_http *http, const g3_fetch_options *options, g3_fetch_output *output,
                     g3_fetch_result *result, g3_error *error);

#endif
