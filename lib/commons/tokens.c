/* The login of one commons: which there is, whom it is given to, and how a token is renewed. Called
 * by the engine through the authorizer; the exchange of an API key is in key_exchange.c. */
#include "g3/commons/tokens.h"
#include "g3/base/memory.h"
#include "key_exchange.h"
#include "secret.h"
#include <inttypes.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <time.h>

/* A token that lives only for minutes is renewed when this part of its life is left, if that is
 * less than G3_TOKEN_MARGIN. */
#define MARGIN_DIVISOR 5

/* Endpoint, index service and metadata service may each have an origin of their own. */
#define MOST_ORIGINS 3

/* Base64 makes 4 characters of 3 bytes, and a NUL. */
#define BASE64_SIZE(length) (((length) + 2) / 3 * 4 + 1)

typedef enum login_kind {
    LOGIN_NONE,
    LOGIN_BASIC,
    LOGIN_TOKEN,
    LOGIN_TOKEN_FILE,
    LOGIN_KEY
} login_kind;

struct g3_login {
    login_kind kind;
    char *origins[MOST_ORIGINS]; /* URLs whose scheme, host and port get the login */
    size_t origin_count;
    g3_buffer value;            /* "Bearer ..." or "Basic ..."; empty: none yet */
    uint64_t generation;        /* of `value` */
    int64_t expires;            /* of `value`, seconds since 1970; 0: unknown */
    int64_t renew_at;           /* when to look for a new one */
    char *token_path;           /* LOGIN_TOKEN_FILE */
    g3_api_key key;             /* LOGIN_KEY */
    char *base;                 /* of the endpoint */
    g3_service_options options; /* texts borrowed */
    g3_reporter *reporter;
};

static int64_t now_seconds(void)
{
    return (int64_t)time(NULL);
}

static void warn(const g3_login *login, const char *text)
{
    if (login->reporter)
        g3_warn(login->reporter, "%s", text);
}

/* Makes `token` the login. @param token  wiped by the caller */
static bool set_token(g3_login *login, g3_view token, const char *source, g3_error *error)
{
    if (!g3_secret_is_word(token))
        return g3_fail(error, G3_EXIT_INPUT, "%s: holds no token", source);
    int64_t now = now_seconds();
    char *issuer = NULL;
    login->expires = 0;
    g3_jwt_read(token, &login->expires, &issuer); /* a token that is no JWT is sent as it is */
    free(issuer);
    int64_t margin = (login->expires - now) / MARGIN_DIVISOR;
    login->renew_at = login->expires - (margin < G3_TOKEN_MARGIN ? margin : G3_TOKEN_MARGIN);
    login->generation++;
    g3_secret_wipe(&login->value);
    g3_buffer_reserve(&login->value, strlen("Bearer ") + token.length);
    g3_buffer_append_text(&login->value, "Bearer ");
    g3_buffer_append(&login->value, token);
    return true;
}

/* Reads "user:password" from the first line. */
static bool read_basic(g3_login *login, g3_error *error)
{
    const char *path = login->options.basic_auth_file;
    g3_buffer secret = {0};
    bool ok = g3_secret_read(path, &secret, login->reporter, error);
    if (!ok)
        goto done;
    g3_view line = {secret.data, strcspn(secret.data, "\r\n")};
    if (!memchr(line.data, ':', line.length)) {
        ok = g3_fail(error, G3_EXIT_INPUT, "%s: the first line must be user:password", path);
        goto done;
    }
    login->kind = LOGIN_BASIC;
    login->generation++;
    g3_buffer_reserve(&login->value, strlen("Basic ") + BASE64_SIZE(line.length));
    g3_buffer_append_text(&login->value, "Basic ");
    login->value.length +=
        (size_t)EVP_EncodeBlock((unsigned char *)login->value.data + login->value.length,
                                (const unsigned char *)line.data, (int)line.length);
done:
    g3_secret_wipe(&secret);
    return ok;
}

/* Reads the token file, at first or anew.
 * @param changed  whether it holds another token than the present one */
static bool read_token_file(g3_login *login, g3_reporter *reporter, bool *changed, g3_error *error)
{
    g3_buffer secret = {0};
    bool ok = g3_secret_read(login->token_path, &secret, reporter, error);
    if (ok) {
        g3_view present = g3_buffer_view(&login->value);
        g3_view token = g3_buffer_view(&secret);
        *changed = !g3_view_ends_with(present, token) ||
                   present.length != strlen("Bearer ") + token.length;
        if (*changed)
            ok = set_token(login, token, login->token_path, error);
    }
    g3_secret_wipe(&secret);
    return ok;
}

static bool exchange_key(g3_login *login, g3_error *error)
{
    g3_buffer token = {0};
    bool ok = g3_key_exchange(&login->key, login->base, &login->options, login->reporter, &token,
                              error) &&
              set_token(login, g3_buffer_view(&token), "the commons' answer", error);
    g3_secret_wipe(&token);
    if (ok && login->expires && login->expires <= now_seconds()) {
        /* Only clocks that differ make a new token look old; the service decides, by its own. */
        if (login->generation == 1)
            warn(login, "a new access token seems to have run out: set this machine's clock");
        login->expires = 0;
    }
    return ok;
}

/* Gets a new token if there is any way to. */
static bool renew_token(g3_login *login, g3_error *error)
{
    bool changed = false;
    switch (login->kind) {
    case LOGIN_KEY:
        return exchange_key(login, error);
    case LOGIN_TOKEN_FILE:
        if (!read_token_file(login, NULL, &changed, error))
            return false;
        if (!changed)
            return g3_fail(
                error, G3_EXIT_UNAUTHORISED,
                "the token in %s has run out or is not accepted: put a new one there, or "
                "give an API key with --credentials",
                login->token_path);
        return true;
    case LOGIN_TOKEN:
        return g3_fail(error, G3_EXIT_UNAUTHORISED,
                       "the token in GEN3_TOKEN has run out or is not accepted: set a new one, or "
                       "give an API key with --credentials");
    case LOGIN_BASIC:
        return g3_fail(error, G3_EXIT_UNAUTHORISED, "%s: the service does not accept this login",
                       login->options.basic_auth_file);
    case LOGIN_NONE:
        break;
    }
    return g3_fail(error, G3_EXIT_UNAUTHORISED, "there is no login");
}

static bool belongs_to(const g3_login *login, const char *url)
{
    for (size_t i = 0; i < login->origin_count; i++)
        if (g3_url_same_origin(login->origins[i], url))
            return true;
    return false;
}

static bool authorize(void *context, const char *url, g3_buffer *value, uint64_t *generation,
                      g3_error *error)
{
    g3_login *login = context;
    if (login->kind == LOGIN_NONE || !belongs_to(login, url))
        return true;
    int64_t now = now_seconds();
    if (login->value.length == 0) {
        if (!renew_token(login, error))
            return false;
    } else if (login->expires && now >= login->renew_at) {
        g3_error reason = {0};
        if (!renew_token(login, &reason)) {
            if (now >= login->expires) {
                if (error)
                    *error = reason;
                return false;
            }
            /* It is still good for a while: ask again a little later, not for each request. */
            login->renew_at = now + 1;
        }
    }
    g3_buffer_append(value, g3_buffer_view(&login->value));
    *generation = login->generation;
    return true;
}

static bool renew(void *context, uint64_t generation, g3_error *error)
{
    g3_login *login = context;
    return generation != login->generation || renew_token(login, error);
}

static bool add_origin(g3_login *login, const char *url, g3_error *error)
{
    char *host;
    bool encrypted, with_login;
    if (!url)
        return true;
    if (!g3_url_read(url, &host, &encrypted, &with_login))
        return g3_fail(error, G3_EXIT_USAGE, "the service's URL is not http or https");
    if (!encrypted && !g3_host_is_loopback(host) && login->kind != LOGIN_NONE && login->reporter)
        g3_warn(login->reporter, "the login goes to %s unencrypted: use https", host);
    free(host);
    login->origins[login->origin_count++] = g3_duplicate(g3_view_of(url));
    return true;
}

/* A key that was just found in the user's home is used only at the host that issued it. */
static bool fits(const g3_api_key *key, const char *base)
{
    char *ours = NULL, *theirs = NULL;
    bool encrypted, with_login;
    bool fits =
        key->chosen || (key->issuer && g3_url_read(key->issuer, &theirs, &encrypted, &with_login) &&
                        g3_url_read(base, &ours, &encrypted, &with_login) &&
                        g3_view_equal_ignoring_case(g3_view_of(ours), g3_view_of(theirs)));
    free(ours);
    free(theirs);
    return fits;
}

static bool take_key(g3_login *login, g3_error *error)
{
    if (!g3_api_key_read(&login->options, &login->key, login->reporter, error))
        return false;
    if (login->key.json.length == 0 || !fits(&login->key, login->base)) {
        g3_api_key_wipe(&login->key);
        return true;
    }
    login->kind = LOGIN_KEY;
    if (login->key.chosen)
        return exchange_key(login, error); /* refused keys are better known at the start */
    g3_error reason = {0};
    if (!exchange_key(login, &reason)) {
        if (reason.exit == G3_EXIT_INTERRUPTED)
            return g3_fail(error, reason.exit, "%s", reason.message);
        warn(login, reason.message);
        warn(login, "going on without a login");
        login->kind = LOGIN_NONE;
    }
    return true;
}

/* Options go before the environment, the environment before the user's home. */
static bool take_login(g3_login *login, g3_error *error)
{
    const g3_service_options *options = &login->options;
    const char *token = getenv("GEN3_TOKEN");
    if (options->basic_auth_file)
        return read_basic(login, error);
    if (options->token_file) {
        bool changed;
        login->kind = LOGIN_TOKEN_FILE;
        login->token_path = g3_duplicate(g3_view_of(options->token_file));
        return read_token_file(login, login->reporter, &changed, error);
    }
    if (!options->credentials && token && *token) {
        login->kind = LOGIN_TOKEN;
        return set_token(login, g3_view_trim(g3_view_of(token)), "GEN3_TOKEN", error);
    }
    return take_key(login, error);
}

g3_login *g3_login_open(const g3_service_options *options, const char *base, g3_reporter *reporter,
                        g3_error *error)
{
    g3_login *login = g3_allocate_zeroed(1, sizeof *login);
    login->options = *options;
    login->reporter = reporter;
    login->base = g3_duplicate(g3_view_of(base));
    if (take_login(login, error) && add_origin(login, base, error) &&
        add_origin(login, options->index_url, error) &&
        add_origin(login, options->metadata_url, error))
        return login;
    g3_login_close(login);
    return NULL;
}

g3_authorizer g3_login_authorizer(g3_login *login)
{
    return (g3_authorizer){.authorize = authorize, .renew = renew, .context = login};
}

bool g3_login_append_token(g3_login *login, const char *url, g3_buffer *out, g3_error *error)
{
    static const g3_view BEARER = G3_VIEW("Bearer ");
    g3_buffer value = {0};
    uint64_t generation;
    bool done = authorize(login, url, &value, &generation, error);
    g3_view text = g3_buffer_view(&value);
    if (done && !g3_view_starts_with(text, BEARER))
        done = g3_fail(error, G3_EXIT_UNAUTHORISED,
                       "there is no token: give an API key with --credentials, or --token-file");
    else if (done)
        g3_buffer_append(out, (g3_view){text.data + BEARER.length, text.length - BEARER.length});
    g3_secret_wipe(&value);
    return done;
}

void g3_login_close(g3_login *login)
{
    if (!login)
        return;
    g3_secret_wipe(&login->value);
    g3_api_key_wipe(&login->key);
    for (size_t i = 0; i < login->origin_count; i++)
        free(login->origins[i]);
    free(login->token_path);
    free(login->base);
    free(login);
}
