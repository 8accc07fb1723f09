/* Looks up index records by md5. Used by fetch.c. */
#ifndef RUN_FETCH_MD5_H
#define RUN_FETCH_MD5_H

#include "g3/http/engine.h"
#include "wanted.h"

/* Looks up all items of the list: GET /index/?hash=md5:HEX, one md5 a request, since several would
 * ask for records that have all of them.
 * @param page     records a request
 * @param receive  takes a record of item `number`; each record once. Items met are set found before
 * @return false with an error */
bool g3_fetch_by_md5(g3_http *http, const char *base, int64_t page, g3_wanted *wanted,
                     bool (*receive)(void *context, g3_record *record, g3_error *error),
                     void *context, g3_error *error);

#endif
