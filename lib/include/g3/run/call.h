/* Single requests to a service, for scripts: asking, and printing what was answered as lines of
 * JSON.
 */
#ifndef G3_RUN_CALL_H
#define G3_RUN_CALL_H

#include "g3/base/abi.h"
#include "g3/http/engine.h"
#include "g3/io/sink.h"

G3_BEGIN_C

/* Sends a request and waits for a good answer (2xx).
 * @param take_request  its url and body are taken over, also on failure
 * @param subject  what the request is about, for messages (a GUID); NULL: its URL
 * @param answer   cleared, then filled in; owned by the caller
 * @return false with G3_EXIT_DIFFERENCES where the service refuses it (4xx: not found, in conflict,
 *         wrong), G3_EXIT_UNAUTHORISED, G3_EXIT_SERVICE, G3_EXIT_INTERRUPTED */
bool g3_call(g3_http *http, g3_request *take_request, const char *subject, g3_buffer *answer,
             g3_error *error);

/* Begins `request` with a URL: `path` behind `base`, each `{}` in it being the next of `values`,
 * percent-encoded but for G3_URL_KEPT. It is repeatable unless it is a POST. */
void g3_call_begin(g3_request *request, g3_method method, const char *base, const char *path,
                   const char *const *values, size_t count);

/* Appends a parameter to the request's URL. */
void g3_call_add_parameter(g3_request *request, const char *name, g3_view value);
void g3_call_add_number(g3_request *request, const char *name, int64_t number);

/* Writes an answer as a line: JSON as it is, any other text as a JSON string. */
bool g3_call_print(g3_sink *output, g3_view answer, g3_error *error);

/* Writes the items of a JSON array as lines, of which there are *count.
 * @param member  of the object that holds the array; NULL: it is the answer itself
 * @param last    set to the last one's member `did`, in `space`, or empty; NULL: not wanted
 * @return false with G3_EXIT_SERVICE if there is no such array */
bool g3_call_print_items(g3_sink *output, g3_view answer, const char *member, int64_t *count,
                         g3_buffer *last, g3_error *error);

/* Writes the members of a JSON object as lines {"guid": name, "data": value}. */
bool g3_call_print_members(g3_sink *output, g3_view answer, int64_t *count, g3_error *error);

G3_END_C

#endif
