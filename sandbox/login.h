/* Who sends a request: the administrator, the holder of a token, or nobody. Set up by main, asked
 * by the services.
 */
#ifndef SANDBOX_LOGIN_H
#define SANDBOX_LOGIN_H

#include "commons.h"
#include "exchange.h"

/* Works out the Authorization header of the administrator's login, from --basic-auth-file, else
 * --basic-auth.
 * @param header  owned by the caller: free()
 * @return false with G3_EXIT_INPUT (file) or G3_EXIT_USAGE (not user:password) */
bool login_set_up(const struct settings *settings, char **header, g3_error *error);

/* True if the index may be read; 401 is answered if not (--require-token). */
bool login_may_read(struct exchange *exchange);

/* True if the request comes with a token that was good. */
bool login_has_expired(const struct exchange *exchange);

/* True for the administrator and for holders of a token. */
bool login_is_writer(const struct exchange *exchange);

/* The same; 403 is answered if not, 401 where the token has expired. */
bool login_may_write(struct exchange *exchange);

#endif
