/* Buys an access token with an API key at the commons' token service. Called by tokens.c. */
#include "key_exchange.h"
#include "g3/commons/tokens.h"
#include "g3/http/status.h"
#include <json-c/json.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <time.h>

/* Seconds for one try: the token service answers at once, or is in trouble. */
#define EXCHANGE_TIMEOUT 60.0

/* A token answer has a few kB. */
#define ANSWER_LIMIT ((size_t)256 * 1024)

/* The older path and the newer one, in the order that the services have been met. */
static const char *const PATHS[] = {"/credentials/cdis/access_token",
                                    "/credentials/api/access_token"};

/* The key may go to its issuer over TLS, or in the clear only within this machine or to the very
 * endpoint that the user gave. */
static bool is_trusted(const char *issuer, const char *base)
{
    char *host;
    bool encrypted, with_login;
    if (!g3_url_read(issuer, &host, &encrypted, &with_login))
        return false;
    bool trusted =
        !with_login && (encrypted || g3_host_is_loopback(host) || g3_url_same_origin(issuer, base));
    free(host);
    return trusted;
}

/* Takes the token out of {"access_token": "..."}. */
static bool read_answer(g3_view body, g3_buffer *token)
{
    struct json_tokener *reader = json_tokener_new();
    struct json_object *answer =
        reader && body.length ? json_tokener_parse_ex(reader, body.data, (int)body.length) : NULL;
    struct json_object *member;
    bool ok = json_object_is_type(answer, json_type_object) &&
              json_object_object_get_ex(answer, "access_token", &member) &&
              json_object_is_type(member, json_type_string);
    if (ok) {
        g3_view text = {json_object_get_string(member), (size_t)json_object_get_string_len(member)};
        ok = g3_secret_is_word(text);
        if (ok)
            g3_buffer_append(token, text);
    }
    json_object_put(answer);
    json_tokener_free(reader);
    return ok;
}

/* Says that the key was refused, and why as far as we know. The service's own words are left out:
 * they might repeat the key. */
static bool refuse(const g3_api_key *key, const char *url, long status, g3_error *error)
{
    if (key->expires && key->expires <= (int64_t)time(NULL))
        return g3_fail(error, G3_EXIT_UNAUTHORISED,
                       "%s: the API key has run out: download a new one from the commons' profile "
                       "page",
                       key->source);
    return g3_fail(error, G3_EXIT_UNAUTHORISED,
                   "%s: the API key was refused by %s (status %ld): download a new one from the "
                   "commons' profile page",
                   key->source, url, status);
}

/* @param next  set if this path is not served and the other one should be tried */
static bool try_path(g3_http *http, const g3_api_key *key, const char *url, bool last, bool *next,
                     g3_buffer *token, g3_error *error)
{
    g3_response response = {0};
    *next = false;
    bool ok = g3_http_fetch(http, G3_POST, url, g3_buffer_view(&key->json), &response, error);
    if (!ok)
        goto done;
    long status = response.status;
    bool absent = status == G3_HTTP_NOT_FOUND || status == G3_HTTP_METHOD_NOT_ALLOWED;
    ok = false;
    if (status == G3_HTTP_OK && !response.failed &&
        read_answer(g3_buffer_view(&response.body), token))
        ok = true;
    else if (absent && !last)
        *next = true;
    else if (absent)
        g3_fail(error, G3_EXIT_UNAUTHORISED,
                "%s: no token service is found at the key's issuer (%s answers %ld)", key->source,
                url, status);
    else if (response.failed && response.error.exit != G3_EXIT_UNAUTHORISED && status == 0)
        g3_fail(error, response.error.exit, "%s", response.error.message); /* curl's words */
    else if (response.failed && response.error.exit != G3_EXIT_UNAUTHORISED)
        g3_fail(error, response.error.exit,
                "%s: the token service at %s answers %ld: try again later", key->source, url,
                status);
    else
        refuse(key, url, status, error);
done:
    if (response.body.data)
        OPENSSL_cleanse(response.body.data, response.body.capacity);
    g3_buffer_free(&response.body);
    return ok;
}

bool g3_key_exchange(const g3_api_key *key, const char *base, const g3_service_options *options,
                     g3_reporter *reporter, g3_buffer *token, g3_error *error)
{
    g3_buffer url = {0};
    g3_http *http = NULL;
    bool ok = false, next = true;
    g3_buffer_append_text(&url, key->issuer ? key->issuer : base);
    while (url.length && url.data[url.length - 1] == '/')
        url.length--;
    if (!key->issuer)
        g3_buffer_append_text(&url, "/user");
    size_t stem = url.length;
    if (!is_trusted(g3_buffer_text(&url), base)) {
        g3_fail(error, G3_EXIT_UNAUTHORISED,
                "%s: the API key's issuer is not an https URL, so the key is not sent there",
                key->source);
        goto done;
    }
    double timeout = options->timeout > 0 && options->timeout < EXCHANGE_TIMEOUT ? options->timeout
                                                                                 : EXCHANGE_TIMEOUT;
    g3_http_options settings = {.connections = 1,
                                .retries = options->retries,
                                .request_timeout = timeout,
                                .total_timeout = options->total_timeout,
                                .answer_limit = ANSWER_LIMIT,
                                .ca_file = options->ca_file,
                                .reporter = reporter};
    http = g3_http_open(&settings, error);
    if (!http)
        goto done;
    const size_t paths = sizeof PATHS / sizeof PATHS[0];
    for (size_t i = 0; !ok && next && i < paths; i++) {
        url.length = stem;
        g3_buffer_append_text(&url, PATHS[i]);
        ok = try_path(http, key, g3_buffer_text(&url), i + 1 == paths, &next, token, error);
    }
done:
    g3_http_close(http);
    g3_buffer_free(&url);
    return ok;
}
