/* Reads the claims of a JSON web token (RFC 7519). Called by the login, which wants to know when a
 * token runs out and who issued it. The signature is for the service to check. */
#include "g3/base/memory.h"
#include "g3/commons/tokens.h"
#include <json-c/json.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdlib.h>

/* Longer tokens do not fit into the headers that servers take, bytes. */
#define TOKEN_LIMIT ((size_t)64 * 1024)

/* Base64 works on groups of 4 characters for 3 bytes (RFC 4648). */
#define GROUP_CHARACTERS 4
#define GROUP_BYTES      3

/* The middle part of header.claims.signature; empty if `token` is not made like that. */
static g3_view find_claims(g3_view token)
{
    const char *first = memchr(token.data, '.', token.length);
    if (!first)
        return (g3_view){0};
    const char *end = token.data + token.length;
    const char *second = memchr(first + 1, '.', (size_t)(end - first - 1));
    if (!second || memchr(second + 1, '.', (size_t)(end - second - 1)))
        return (g3_view){0};
    return (g3_view){first + 1, (size_t)(second - first - 1)};
}

/* Decodes base64url without padding (RFC 4648, 5).
 * @return the bytes, owned by the caller: free(); NULL if it is no base64url */
static char *decode_base64url(g3_view text, size_t *length)
{
    size_t padding = (GROUP_CHARACTERS - text.length % GROUP_CHARACTERS) % GROUP_CHARACTERS;
    size_t padded = text.length + padding;
    char *plain = g3_allocate(padded + 1);
    unsigned char *bytes = g3_allocate(padded / GROUP_CHARACTERS * GROUP_BYTES + 1);
    int decoded = -1;
    for (size_t i = 0; i < text.length; i++) {
        char c = text.data[i];
        bool allowed = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_';
        if (!allowed)
            goto done;
        plain[i] = (char)(c == '-' ? '+' : c == '_' ? '/' : c);
    }
    memset(plain + text.length, '=', padding);
    decoded = EVP_DecodeBlock(bytes, (const unsigned char *)plain, (int)padded);
done:
    free(plain);
    if (decoded < (int)padding) {
        free(bytes);
        return NULL;
    }
    *length = (size_t)decoded - padding; /* OpenSSL counts the padding as bytes */
    return (char *)bytes;
}

bool g3_jwt_read(g3_view token, int64_t *expires, char **issuer)
{
    g3_view encoded =
        token.length && token.length <= TOKEN_LIMIT ? find_claims(token) : (g3_view){0};
    if (encoded.length == 0)
        return false;
    size_t length = 0;
    char *text = decode_base64url(encoded, &length);
    if (!text)
        return false;
    struct json_tokener *reader = json_tokener_new();
    struct json_object *claims = reader ? json_tokener_parse_ex(reader, text, (int)length) : NULL,
                       *claim;
    bool ok = json_object_is_type(claims, json_type_object);
    if (ok) {
        *expires = 0;
        *issuer = NULL;
        if (json_object_object_get_ex(claims, "exp", &claim))
            *expires = json_object_get_int64(claim);
        if (json_object_object_get_ex(claims, "iss", &claim) &&
            json_object_is_type(claim, json_type_string))
            *issuer = g3_duplicate(g3_view_of(json_object_get_string(claim)));
    }
    json_object_put(claims);
    json_tokener_free(reader);
    free(text);
    return ok;
}
