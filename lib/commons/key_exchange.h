/* Buys an access token with an API key. Shared by the commons storey's files. */
#ifndef G3_COMMONS_KEY_EXCHANGE_H
#define G3_COMMONS_KEY_EXCHANGE_H

#include "secret.h"

/* Exchanges `key` at its issuer, or at BASE/user where it names none. Waits for the answer, tries
 * again as the engine does. Source of the protocol: see tokens.h.
 * @param base   URL of the endpoint
 * @param token  the access token is appended; the caller ends with g3_secret_wipe()
 * @return false with G3_EXIT_UNAUTHORISED (refused, or its issuer is not to be trusted with it),
 *         G3_EXIT_SERVICE or G3_EXIT_INTERRUPTED */
bool g3_key_exchange(const g3_api_key *key, const char *base, const g3_service_options *options,
                     g3_reporter *reporter, g3_buffer *token, g3_error *error);

#endif
