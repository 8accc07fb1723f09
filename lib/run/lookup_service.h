/* What a lookup finds out about the service before and while it asks. Private to the lookup. */
#ifndef G3_RUN_LOOKUP_SERVICE_H
#define G3_RUN_LOOKUP_SERVICE_H

#include "g3/run/lookup.h"

/* Tries a lookup by ids with one of the first records of the listing.
 * @param trusted  set to false only if the service answered and left that record out, or listed
 *                 others with it: then it does not know `ids` and lists what it likes
 * @return false only if interrupted or out of memory */
bool g3_lookup_prove_ids(g3_http *http, const char *base, bool *trusted, g3_error *error);

#endif
