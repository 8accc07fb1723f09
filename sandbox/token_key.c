/* Signing and checking tokens, with OpenSSL. */
#include "token_key.h"
#include "document.h"
#include "g3/base/memory.h"
#include "identity.h"
#include <fcntl.h>
#include <inttypes.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define KEY_BITS 2048

/* Seconds that an API key lives: a month. */
#define API_KEY_LIFETIME ((int64_t)30 * 24 * 3600)

/* Nesting of a token's claims. */
#define CLAIMS_DEPTH 8

struct token_key {
    char *issuer;
    EVP_PKEY *pair;       /* NULL until it is needed */
    pthread_mutex_t lock; /* guards pair */
};

struct token_key *token_key_open(const char *issuer)
{
    struct token_key *key = g3_allocate_zeroed(1, sizeof *key);
    key->issuer = g3_duplicate(g3_view_of(issuer));
    pthread_mutex_init(&key->lock, NULL);
    return key;
}

/* The pair of keys, or NULL. @param make  makes it where there is none yet */
static EVP_PKEY *get_pair(struct token_key *key, bool make)
{
    pthread_mutex_lock(&key->lock);
    if (!key->pair && make)
        key->pair = EVP_RSA_gen(KEY_BITS);
    EVP_PKEY *pair = key->pair;
    pthread_mutex_unlock(&key->lock);
    return pair;
}

/* Appends bytes as base64url without padding (RFC 7515, 2). */
static void append_base64url(g3_buffer *buffer, g3_view bytes)
{
    unsigned char *encoded = g3_allocate(bytes.length / 3 * 4 + 5);
    int length = EVP_EncodeBlock(encoded, (const unsigned char *)bytes.data, (int)bytes.length);
    for (int i = 0; i < length && encoded[i] != '='; i++) {
        char c = (char)encoded[i];
        g3_buffer_append_char(buffer, c == '+' ? '-' : c == '/' ? '_' : c);
    }
    free(encoded);
}

/* Decodes base64url. @param bytes  appended to. @return false if it is none */
static bool decode_base64url(g3_view text, g3_buffer *bytes)
{
    g3_buffer padded = {0};
    for (size_t i = 0; i < text.length; i++) {
        char c = text.data[i];
        g3_buffer_append_char(&padded, c == '-' ? '+' : c == '_' ? '/' : c);
    }
    while (padded.length % 4)
        g3_buffer_append_char(&padded, '=');
    size_t padding = padded.length - text.length;
    unsigned char *space = (unsigned char *)g3_buffer_reserve(bytes, padded.length);
    int length =
        padding < 3 ? EVP_DecodeBlock(space, (const unsigned char *)padded.data, (int)padded.length)
                    : -1;
    g3_buffer_free(&padded);
    if (length < (int)padding)
        return false;
    bytes->length += (size_t)length - padding;
    return true;
}

static bool append_signature(EVP_PKEY *pair, g3_buffer *token)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    unsigned char signature[KEY_BITS / 8];
    size_t length = sizeof signature;
    bool done = EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, pair) == 1 &&
                EVP_DigestSign(context, signature, &length, (const unsigned char *)token->data,
                               token->length) == 1;
    EVP_MD_CTX_free(context);
    if (done) {
        g3_buffer_append_char(token, '.');
        append_base64url(token, (g3_view){(const char *)signature, length});
    }
    return done;
}

bool token_issue(struct token_key *key, const char *purpose, int64_t lifetime, g3_buffer *token)
{
    EVP_PKEY *pair = get_pair(key, true);
    if (!pair)
        return false;
    struct randomness randomness = {0};
    char identity[UUID_SIZE];
    identity_make_uuid(&randomness, identity);
    int64_t now = time(NULL);
    g3_buffer claims = {0}, whole = {0};
    g3_buffer_append_format(&claims,
                            "{\"pur\":\"%s\",\"iss\":\"%s\",\"sub\":\"1\",\"iat\":%" PRId64
                            ",\"exp\":%" PRId64 ",\"jti\":\"%s\","
                            "\"context\":{\"user\":{\"name\":\"sandbox\"}}}",
                            purpose, key->issuer, now, now + lifetime, identity);
    append_base64url(&whole, G3_VIEW("{\"alg\":\"RS256\",\"typ\":\"JWT\",\"kid\":\"sandbox\"}"));
    g3_buffer_append_char(&whole, '.');
    append_base64url(&whole, g3_buffer_view(&claims));
    bool done = append_signature(pair, &whole);
    if (done)
        g3_buffer_append(token, g3_buffer_view(&whole));
    g3_buffer_free(&claims);
    g3_buffer_free(&whole);
    return done;
}

static bool check_signature(EVP_PKEY *pair, g3_view text, g3_view encoded)
{
    g3_buffer signature = {0};
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool good = decode_base64url(encoded, &signature) &&
                EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, pair) == 1 &&
                EVP_DigestVerify(context, (const unsigned char *)signature.data, signature.length,
                                 (const unsigned char *)text.data, text.length) == 1;
    EVP_MD_CTX_free(context);
    g3_buffer_free(&signature);
    return good;
}

static token_state check_claims(g3_view encoded, const char *purpose)
{
    g3_buffer text = {0};
    json_object *claims = NULL, *purpose_claim, *expiry;
    bool good = decode_base64url(encoded, &text) &&
                document_parse(g3_buffer_view(&text), CLAIMS_DEPTH, &claims) &&
                json_object_object_get_ex(claims, "pur", &purpose_claim) &&
                json_object_object_get_ex(claims, "exp", &expiry) &&
                strcmp(json_object_get_string(purpose_claim), purpose) == 0;
    bool expired = good && json_object_get_int64(expiry) <= time(NULL);
    json_object_put(claims);
    g3_buffer_free(&text);
    return !good ? TOKEN_WRONG : expired ? TOKEN_EXPIRED : TOKEN_GOOD;
}

token_state token_check(struct token_key *key, g3_view token, const char *purpose)
{
    EVP_PKEY *pair = get_pair(key, false);
    const char *first = token.length ? memchr(token.data, '.', token.length) : NULL;
    const char *last = token.length ? memrchr(token.data, '.', token.length) : NULL;
    if (!pair || !first || first == last)
        return TOKEN_WRONG;
    const char *end = token.data + token.length;
    g3_view claims = {first + 1, (size_t)(last - first - 1)};
    g3_view signature = {last + 1, (size_t)(end - last - 1)};
    return check_signature(pair, (g3_view){token.data, (size_t)(last - token.data)}, signature)
               ? check_claims(claims, purpose)
               : TOKEN_WRONG;
}

bool token_write_api_key(struct token_key *key, const char *path, g3_error *error)
{
    struct randomness randomness = {0};
    char identity[UUID_SIZE];
    g3_buffer text = {0};
    identity_make_uuid(&randomness, identity);
    g3_buffer_append_text(&text, "{\"api_key\": \"");
    bool issued = token_issue(key, PURPOSE_API_KEY, API_KEY_LIFETIME, &text);
    g3_buffer_append_format(&text, "\", \"key_id\": \"%s\"}\n", identity);
    int file = issued ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) : -1;
    bool done = file >= 0 && fchmod(file, 0600) == 0 &&
                write(file, text.data, text.length) == (ssize_t)text.length;
    if (file >= 0 && close(file) != 0)
        done = false;
    if (!done)
        g3_fail(error, G3_EXIT_LOCAL, "%s: cannot write the API key: %m", path);
    g3_buffer_free(&text);
    return done;
}

void token_key_close(struct token_key *key)
{
    if (!key)
        return;
    EVP_PKEY_free(key->pair);
    pthread_mutex_destroy(&key->lock);
    free(key->issuer);
    free(key);
}
