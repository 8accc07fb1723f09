/* The key that signs the commons' tokens, and the tokens (JWT, RS256) made with it. Made by main;
 * used by the user service, which hands tokens out, and by login.c, which checks them.
 */
#ifndef SANDBOX_TOKEN_KEY_H
#define SANDBOX_TOKEN_KEY_H

#include "g3/base/buffer.h"
#include "g3/base/error.h"

/* Purposes of tokens, their claim "pur". */
#define PURPOSE_API_KEY "api_key"
#define PURPOSE_ACCESS  "access"

struct token_key;

/* @param issuer  claim "iss" of all tokens; copied
 * @return owned by the caller: token_key_close(). The key itself is made when first needed, which
 * takes a fraction of a second. */
struct token_key *token_key_open(const char *issuer);

/* Appends a token that expires after `lifetime` seconds.
 * @return false if the system's cryptography fails */
bool token_issue(struct token_key *key, const char *purpose, int64_t lifetime, g3_buffer *token);

/* What a token is: not signed by this key for this purpose, out of date, or good. */
typedef enum token_state { TOKEN_WRONG, TOKEN_EXPIRED, TOKEN_GOOD } token_state;

token_state token_check(struct token_key *key, g3_view token, const char *purpose);

/* Writes an API key that this key accepts, as {"api_key","key_id"}, readable by the owner only.
 * @return false with G3_EXIT_LOCAL */
bool token_write_api_key(struct token_key *key, const char *path, g3_error *error);

void token_key_close(struct token_key *key); /* NULL is allowed */

#endif
