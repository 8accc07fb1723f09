/* Who sends a request. */
#include "login.h"
#include "token_key.h"
#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

/* Longest login, "user:password". */
#define LOGIN_LIMIT 1024

typedef enum caller {
    CALLER_NOBODY,  /* no login, or a token that is not ours */
    CALLER_EXPIRED, /* a token that was good */
    CALLER_WRONG,   /* a login with the wrong user or password */
    CALLER_ADMINISTRATOR,
    CALLER_TOKEN, /* a good token */
} caller;

static bool read_login(const char *path, char login[LOGIN_LIMIT + 1], g3_error *error)
{
    FILE *file = fopen(path, "re");
    if (!file)
        return g3_fail(error, G3_EXIT_INPUT, "%s: cannot read the login: %s", path,
                       strerror(errno));
    size_t length = fread(login, 1, LOGIN_LIMIT, file);
    fclose(file);
    login[length] = '\0';
    login[strcspn(login, "\r\n")] = '\0';
    return true;
}

bool login_set_up(const struct settings *settings, char **header, g3_error *error)
{
    char login[LOGIN_LIMIT + 1];
    if (settings->basic_auth_file) {
        if (!read_login(settings->basic_auth_file, login, error))
            return false;
    } else {
        snprintf(login, sizeof login, "%s", settings->basic_auth);
    }
    if (!strchr(login, ':'))
        return g3_fail(error, G3_EXIT_USAGE, "the administrator's login: want user:password");
    unsigned char encoded[(LOGIN_LIMIT / 3 + 1) * 4 + 1];
    g3_buffer text = {0};
    EVP_EncodeBlock(encoded, (const unsigned char *)login, (int)strlen(login));
    g3_buffer_append_format(&text, "Basic %s", (const char *)encoded);
    *header = g3_duplicate(g3_buffer_view(&text));
    g3_buffer_free(&text);
    return true;
}

static caller find_caller(const struct exchange *exchange)
{
    static const char BASIC[] = "Basic ", BEARER[] = "Bearer ";
    const char *header = exchange->authorization;
    const struct commons *commons = exchange->commons;
    if (!header)
        return CALLER_NOBODY;
    if (strncasecmp(header, BEARER, sizeof BEARER - 1) == 0) {
        g3_view token = g3_view_of(header + sizeof BEARER - 1);
        switch (token_check(commons->key, token, PURPOSE_ACCESS)) {
        case TOKEN_GOOD:
            return CALLER_TOKEN;
        case TOKEN_EXPIRED:
            return CALLER_EXPIRED;
        default:
            return CALLER_NOBODY;
        }
    }
    if (strncasecmp(header, BASIC, sizeof BASIC - 1) != 0)
        return CALLER_NOBODY;
    size_t length = strlen(commons->login);
    bool same = strlen(header) == length && CRYPTO_memcmp(header, commons->login, length) == 0;
    return same ? CALLER_ADMINISTRATOR : CALLER_WRONG;
}

bool login_may_read(struct exchange *exchange)
{
    if (!exchange->commons->settings->require_token ||
        find_caller(exchange) >= CALLER_ADMINISTRATOR)
        return true;
    exchange_answer_error(exchange, 401, "a valid token is required");
    return false;
}

bool login_has_expired(const struct exchange *exchange)
{
    return find_caller(exchange) == CALLER_EXPIRED;
}

bool login_is_writer(const struct exchange *exchange)
{
    return find_caller(exchange) >= CALLER_ADMINISTRATOR;
}

bool login_may_write(struct exchange *exchange)
{
    caller found = find_caller(exchange);
    if (found >= CALLER_ADMINISTRATOR)
        return true;
    if (found == CALLER_EXPIRED) /* told by the gateway, before the service sees it */
        exchange_answer_error(exchange, 401, "the token has expired");
    else
        exchange_answer_error(
            exchange, 403,
            found == CALLER_WRONG
                ? "username / password mismatch"
                : "Arborist is not configured; cannot perform authorization check");
    return false;
}
