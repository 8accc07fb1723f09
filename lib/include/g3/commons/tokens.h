/* Logins: an API key that buys access tokens, a ready token, or user and password.
 *
 * Which, the first there is: --basic-auth-file, --token-file, --credentials; GEN3_TOKEN (the
 * token), GEN3_API_KEY (the key's JSON, or else the path of its file); ~/.gen3/credentials.json if
 * its key was issued by the endpoint's host; none. It is given to the URLs' scheme, host and port
 * only that the user named (endpoint, --index-url, --metadata-url).
 *
 * Token exchange (fence): POST {issuer}/credentials/cdis/access_token, where 404 or 405 comes
 * {issuer}/credentials/api/access_token, body = the API key JSON {"api_key","key_id"}; answers
 * {"access_token": JWT}. A refused key is 401 or 403, or 200 without access_token but with errors.
 * Secrets are read from files or the environment only, never from argv, and never appear in
 * messages.
 */
#ifndef G3_COMMONS_TOKENS_H
#define G3_COMMONS_TOKENS_H

#include "g3/base/abi.h"
#include "g3/commons/endpoint.h"

G3_BEGIN_C

/* The login for one commons, and its access token once there is one. */
typedef struct g3_login g3_login;

/* Reads the login files, and gets the first token where there is an API key.
 * @param options  the texts in it are borrowed until the login is closed
 * @param base  URL of the endpoint
 * @return owned by the caller: g3_login_close(); NULL with G3_EXIT_INPUT (login file),
 *         G3_EXIT_UNAUTHORISED (API key refused), G3_EXIT_SERVICE (token service down) or
 *         G3_EXIT_INTERRUPTED */
g3_login *g3_login_open(const g3_service_options *options, const char *base, g3_reporter *reporter,
                        g3_error *error);

/* The authorizer for the engine; lives as long as the login. An access token is renewed
 * G3_TOKEN_MARGIN seconds before it expires, and once when a request meets 401. */
g3_authorizer g3_login_authorizer(g3_login *login);

/* Appends the access token that a request to `url` would carry, renewed if that is due.
 * @return false with G3_EXIT_UNAUTHORISED if there is none (no login, or user and password) */
bool g3_login_append_token(g3_login *login, const char *url, g3_buffer *out, g3_error *error);

void g3_login_close(g3_login *login); /* NULL is allowed; wipes the secrets from memory */

/* Seconds (or a fifth of its life, if that is less) before its expiry at which a token is renewed:
 * clocks differ, and a request sent now is checked a little later. */
#define G3_TOKEN_MARGIN 60

/* Reads the claims of a JWT without checking its signature (the service does).
 * @param expires  seconds since 1970 of "exp"; 0 if it has none
 * @param issuer   "iss", NUL-terminated, owned by the caller: free(); NULL if it has none
 * @return false if it is no JWT */
bool g3_jwt_read(g3_view token, int64_t *expires, char **issuer);

G3_END_C

#endif
