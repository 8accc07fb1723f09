/* URLs: what goes into them encoded, whether two lead to one service, and how they may be shown. */
#ifndef G3_HTTP_URL_H
#define G3_HTTP_URL_H

#include "g3/base/abi.h"
#include "g3/base/buffer.h"

G3_BEGIN_C

/* What may stand as it is in a path or a query value (RFC 3986, 3.3 and 3.4) and is usual in GUIDs,
 * hashes, URLs and paths of authz: so that requests can be read in logs. */
#define G3_URL_KEPT "/:@,"

/* Appends `text` percent-encoded for a query value or path segment: all but unreserved characters
 * (RFC 3986, 2.3) and those in `keep` (NULL: none). */
void g3_url_append_encoded(g3_buffer *url, g3_view text, const char *keep);

/* The bytes that g3_url_append_encoded() would append. */
size_t g3_url_encoded_size(g3_view text, const char *keep);

/* True if both are whole http or https URLs with the same scheme, host and port (its default where
 * none is written): what a login given for one may be sent to. */
bool g3_url_same_origin(const char *left, const char *right);

/* Splits a whole http or https URL.
 * @param host       without port; NUL-terminated, owned by the caller: free(); set on success only
 * @param encrypted  whether it is https
 * @param with_login whether it holds a user or a password
 * @return false if it is no such URL */
bool g3_url_read(const char *url, char **host, bool *encrypted, bool *with_login);

/* True for a host that is this machine itself: "localhost", 127.x.x.x, ::1 (also in brackets). */
bool g3_host_is_loopback(const char *host);

/* Appends `url` as it may be shown in a message: user and password masked, cut with "..." where it
 * is longer than a message should be. */
void g3_url_append_shown(g3_buffer *text, const char *url);

G3_END_C

#endif
