/* Secrets: read from files or the environment only, kept in one place, wiped when done with. Shared
 * by the commons storey's files; nothing here ever puts a secret into a message. */
#ifndef G3_COMMONS_SECRET_H
#define G3_COMMONS_SECRET_H

#include "g3/base/buffer.h"
#include "g3/base/report.h"
#include "g3/commons/endpoint.h"

/* Reads a file that holds a secret, without the blanks at its ends. Warns if everybody may read it.
 * @param secret  empty before; filled in, with a NUL behind; the caller ends with g3_secret_wipe()
 * @return false with G3_EXIT_INPUT: unreadable, empty or larger than a secret can be */
bool g3_secret_read(const char *path, g3_buffer *secret, g3_reporter *reporter, g3_error *error);

/* Overwrites the bytes and gives the memory back. */
void g3_secret_wipe(g3_buffer *secret);

/* True if `text` could be sent in a header: no blanks, no control characters, not empty. */
bool g3_secret_is_word(g3_view text);

/* An API key as a commons hands it out: {"api_key": JWT, "key_id": "..."}. */
typedef struct g3_api_key {
    g3_buffer json;  /* the whole text, NUL-terminated; this is what is exchanged for a token */
    char *source;    /* where it was read, for messages: a path or "GEN3_API_KEY" */
    char *issuer;    /* "iss" of the key: https://HOST/user; NULL if it has none */
    int64_t expires; /* "exp" of the key, seconds since 1970; 0 if it has none */
    bool chosen;     /* by option or environment; not just found in the user's home */
} g3_api_key;

/* Reads the key that the options, GEN3_API_KEY or ~/.gen3/credentials.json name; see tokens.h.
 * @param key  zeroed before; key->json stays empty if there is none; g3_api_key_wipe() in any case
 * @return false with G3_EXIT_INPUT: the file that was chosen is unreadable or holds no API key */
bool g3_api_key_read(const g3_service_options *options, g3_api_key *key, g3_reporter *reporter,
                     g3_error *error);

void g3_api_key_wipe(g3_api_key *key);

#endif
