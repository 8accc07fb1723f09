/* Logins: where they come from, the exchange of an API key, renewal, and that no secret is ever
 * told. */
#include "../support/fault_server.h"
#include "../support/jwt.h"
#include "g3/base/memory.h"
#include "g3/commons/tokens.h"
#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static char folder[64];
static g3_reporter reporter;

static void set_up(void)
{
    cr_redirect_stderr();
    unsetenv("GEN3_TOKEN");
    unsetenv("GEN3_API_KEY");
    snprintf(folder, sizeof folder, "/tmp/g3-test-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    setenv("HOME", folder, 1);
    g3_reporter_set_up(&reporter, "g3-test", false, false, G3_PROGRESS_NEVER);
}

static void tear_down(void)
{
    static const char *const NAMES[] = {"token", "basic", "key.json", ".gen3/credentials.json"};
    char path[128];
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, NAMES[i]);
        unlink(path);
    }
    snprintf(path, sizeof path, "%s/.gen3", folder);
    rmdir(path);
    cr_expect_eq(rmdir(folder), 0);
}

TestSuite(commons_tokens, .init = set_up, .fini = tear_down);

/* What is told to the user: the error's message, if any. No part of a secret may be in it. */
static void check_message(const g3_error *error, g3_exit exit, const char *part)
{
    cr_expect_eq(error->exit, exit, "%s", error->message);
    cr_expect(strstr(error->message, part), "%s", error->message);
    cr_expect_null(strstr(error->message, "signature"), "%s", error->message);
    cr_expect_null(strstr(error->message, "hush"), "%s", error->message);
    cr_expect_null(strstr(error->message, "eyJ"), "%s", error->message);
}

/* The header value that the login gives to `url`; owned by the caller. */
static char *value_for(g3_login *login, const char *url, uint64_t *generation)
{
    g3_authorizer authorizer = g3_login_authorizer(login);
    g3_buffer value = {0};
    g3_error error;
    cr_assert(authorizer.authorize(authorizer.context, url, &value, generation, &error), "%s",
              error.message);
    g3_buffer_text(&value);
    return value.data;
}

static void check_value(g3_login *login, const char *url, const char *expected)
{
    uint64_t generation;
    char *value = value_for(login, url, &generation);
    cr_expect_str_eq(value, expected);
    free(value);
}

/* The token service and what it does. */
typedef struct token_service {
    char issuer[80];
    int status;           /* of an answer to an exchange */
    int lifetime;         /* seconds; 0: a token without expiry */
    bool only_newer;      /* serves /credentials/api only */
    const char *body;     /* instead of a token */
    char texts[16][2048]; /* answers given */
    int exchanges;
} token_service;

static fault_answer serve_tokens(void *context, const fault_request *request, size_t number)
{
    token_service *service = context;
    (void)number;
    bool newer = strstr(request->head, "/user/credentials/api/access_token ") != NULL;
    bool older = strstr(request->head, "/user/credentials/cdis/access_token ") != NULL;
    if (!newer && (!older || service->only_newer))
        return (fault_answer){.status = 404, .body = "no such page"};
    int exchange = service->exchanges++;
    if (service->body || service->status != 200)
        return (fault_answer){.status = service->status, .body = service->body};
    char claims[128];
    g3_buffer text = {0};
    snprintf(claims, sizeof claims, "{\"nr\": %d, \"exp\": %lld}", exchange,
             service->lifetime ? (long long)time(NULL) + service->lifetime : 0);
    g3_buffer_append_text(&text, "{\"access_token\": \"");
    append_jwt(&text, claims);
    g3_buffer_append_text(&text, "\"}");
    snprintf(service->texts[exchange], sizeof service->texts[exchange], "%s",
             g3_buffer_text(&text));
    g3_buffer_free(&text);
    return (fault_answer){.status = 200, .body = service->texts[exchange]};
}

/* An API key issued by the server, as text; owned by the caller. */
static char *make_key(const char *issuer, int64_t expires)
{
    char claims[256];
    g3_buffer text = {0};
    snprintf(claims, sizeof claims, "{\"iss\": \"%s\", \"exp\": %lld, \"pur\": \"api_key\"}",
             issuer, (long long)expires);
    g3_buffer_append_text(&text, "{\"api_key\": \"");
    append_jwt(&text, claims);
    g3_buffer_append_text(&text, "\", \"key_id\": \"hush-hush\"}");
    g3_buffer_text(&text);
    return text.data;
}

/* Starts a token service, and writes key.json with a key that it issued. */
static fault_server *start_tokens(token_service *service, g3_service_options *options)
{
    fault_server *server = fault_server_start(serve_tokens, service);
    snprintf(service->issuer, sizeof service->issuer, "%s/user", fault_server_url(server));
    char *key = make_key(service->issuer, time(NULL) + 1000);
    options->credentials = write_secret(folder, "key.json", key);
    options->retries = 1;
    free(key);
    return server;
}

static void stop_tokens(fault_server *server, g3_service_options *options)
{
    fault_server_stop(server);
    fault_server_free(server);
    free((char *)(uintptr_t)options->credentials);
}

Test(commons_tokens, basic_login_goes_to_its_origins_only)
{
    char *path = write_secret(folder, "basic", "admin:hush: hush\nanother line\n");
    g3_service_options options = {.basic_auth_file = path, .index_url = "http://127.0.0.1:8001"};
    g3_login *login = g3_login_open(&options, "https://commons.org", &reporter, NULL);
    cr_assert_not_null(login);
    const char *expected = "Basic YWRtaW46aHVzaDogaHVzaA=="; /* admin:hush: hush */
    check_value(login, "https://commons.org/index/index/1", expected);
    check_value(login, "https://COMMONS.org:443/", expected);
    check_value(login, "http://127.0.0.1:8001/index/1", expected);
    check_value(login, "http://commons.org/index/index/1", "");
    check_value(login, "https://commons.org:8443/", "");
    check_value(login, "https://commons.org.evil.net/", "");
    check_value(login, "http://127.0.0.1:8002/", "");
    g3_authorizer authorizer = g3_login_authorizer(login);
    g3_error error;
    cr_expect_not(authorizer.renew(authorizer.context, 1, &error));
    check_message(&error, G3_EXIT_UNAUTHORISED, path);
    g3_login_close(login);
    free(path);
}

Test(commons_tokens, a_login_file_that_is_none_is_an_input_error)
{
    g3_error error;
    g3_service_options options = {.basic_auth_file = "/nonexistent/basic"};
    cr_expect_null(g3_login_open(&options, "https://a.org", &reporter, &error));
    check_message(&error, G3_EXIT_INPUT, "/nonexistent/basic");

    char *path = write_secret(folder, "basic", "hush without a colon\n");
    options.basic_auth_file = path;
    cr_expect_null(g3_login_open(&options, "https://a.org", &reporter, &error));
    check_message(&error, G3_EXIT_INPUT, "user:password");
    free(path);

    path = write_secret(folder, "token", " \n");
    options = (g3_service_options){.token_file = path};
    cr_expect_null(g3_login_open(&options, "https://a.org", &reporter, &error));
    check_message(&error, G3_EXIT_INPUT, "empty");
    free(path);

    path = write_secret(folder, "token", "hush\r\nX-Other: header");
    options.token_file = path;
    cr_expect_null(g3_login_open(&options, "https://a.org", &reporter, &error));
    check_message(&error, G3_EXIT_INPUT, "no token");
    free(path);

    path = write_secret(folder, "key.json", "{\"api_key\": \"hush\"}");
    options = (g3_service_options){.credentials = path};
    cr_expect_null(g3_login_open(&options, "https://a.org", &reporter, &error));
    check_message(&error, G3_EXIT_INPUT, "holds no API key");
    free(path);
}

Test(commons_tokens, a_login_that_everybody_may_read_is_warned_of)
{
    char *path = write_secret(folder, "token", "hush");
    chmod(path, 0644);
    g3_service_options options = {.token_file = path};
    g3_login_close(g3_login_open(&options, "https://a.org", &reporter, NULL));
    char expected[256];
    snprintf(expected, sizeof expected,
             "g3-test: warning: %s: everybody on this machine can read this login; chmod 600 it\n",
             path);
    fflush(stderr);
    cr_assert_stderr_eq_str(expected);
    free(path);
}

Test(commons_tokens, a_new_token_in_the_file_is_picked_up)
{
    char *path = write_secret(folder, "token", "hush-1\n");
    g3_service_options options = {.token_file = path};
    g3_login *login = g3_login_open(&options, "https://a.org", &reporter, NULL);
    g3_authorizer authorizer = g3_login_authorizer(login);
    g3_error error;
    uint64_t generation, next;
    free(value_for(login, "https://a.org/", &generation));
    check_value(login, "https://a.org/", "Bearer hush-1");
    cr_expect_not(authorizer.renew(authorizer.context, generation, &error));
    check_message(&error, G3_EXIT_UNAUTHORISED, path);
    free(path);

    path = write_secret(folder, "token", "no token\n");
    cr_expect_not(authorizer.renew(authorizer.context, generation, &error));
    check_message(&error, G3_EXIT_INPUT, "holds no token");
    free(path);

    path = write_secret(folder, "token", "hush-2\n");
    cr_expect(authorizer.renew(authorizer.context, generation, &error));
    check_value(login, "https://a.org/", "Bearer hush-2");
    free(value_for(login, "https://a.org/", &next));
    cr_expect_neq(generation, next);
    g3_login_close(login);
    free(path);
}

Test(commons_tokens, a_token_that_has_run_out_is_not_sent)
{
    g3_buffer token = {0}, value = {0};
    append_jwt(&token, "{\"exp\": 1700000000}");
    setenv("GEN3_TOKEN", g3_buffer_text(&token), 1);
    g3_service_options options = {0};
    g3_login *login = g3_login_open(&options, "https://a.org", &reporter, NULL);
    g3_authorizer authorizer = g3_login_authorizer(login);
    g3_error error;
    uint64_t generation;
    cr_expect_not(
        authorizer.authorize(authorizer.context, "https://a.org/", &value, &generation, &error));
    check_message(&error, G3_EXIT_UNAUTHORISED, "GEN3_TOKEN has run out");
    g3_login_close(login);
    g3_buffer_free(&token);
    g3_buffer_free(&value);
}

Test(commons_tokens, an_api_key_buys_a_token)
{
    for (int newer = 0; newer < 2; newer++) {
        token_service service = {.status = 200, .lifetime = 1000, .only_newer = newer};
        g3_service_options options = {0};
        g3_error error;
        fault_server *server = start_tokens(&service, &options);
        g3_login *login = g3_login_open(&options, "https://commons.org", &reporter, &error);
        cr_assert_not_null(login, "%s", error.message);
        uint64_t generation;
        char *value = value_for(login, "https://commons.org/index", &generation);
        cr_expect(g3_view_starts_with(g3_view_of(value), G3_VIEW("Bearer eyJ")));
        cr_expect_not_null(strstr(service.texts[0], value + strlen("Bearer ")));
        free(value);
        cr_expect_eq(service.exchanges, 1); /* it is kept */
        g3_login_close(login);
        stop_tokens(server, &options);
    }
}

Test(commons_tokens, a_token_is_renewed_before_it_runs_out)
{
    enum { LIFETIME = 3 }; /* seconds: time enough to take it up on a slow machine */
    token_service service = {.status = 200, .lifetime = LIFETIME};
    g3_service_options options = {0};
    fault_server *server = start_tokens(&service, &options);
    g3_login *login = g3_login_open(&options, "https://commons.org", &reporter, NULL);
    const uint64_t first = 1; /* the one that opening bought */
    uint64_t second, third;
    time_t end = time(NULL) + LIFETIME + 1;
    service.lifetime = 1000;
    do
        free(value_for(login, "https://commons.org/", &second));
    while (time(NULL) < end);
    cr_expect_neq(first, second);
    free(value_for(login, "https://commons.org/", &third));
    cr_expect_eq(second, third);
    cr_expect_eq(service.exchanges, 2);

    /* And at once when a request met 401, but only once for a generation. */
    g3_authorizer authorizer = g3_login_authorizer(login);
    cr_expect(authorizer.renew(authorizer.context, third, NULL));
    cr_expect(authorizer.renew(authorizer.context, third, NULL));
    cr_expect_eq(service.exchanges, 3);
    g3_login_close(login);
    stop_tokens(server, &options);
}

Test(commons_tokens, a_refused_key_is_told_apart_from_a_service_in_trouble)
{
    static const struct {
        int status;
        const char *body;
        g3_exit exit;
        const char *part;
    } CASES[] = {
        {401, "{\"message\": \"bad key hush-hush\"}", G3_EXIT_UNAUTHORISED, "was refused"},
        {403, NULL, G3_EXIT_UNAUTHORISED, "was refused"},
        {400, "hush", G3_EXIT_UNAUTHORISED, "was refused"},
        {200, "{\"errors\": [\"hush-hush\"]}", G3_EXIT_UNAUTHORISED, "was refused"},
        {200, "{\"access_token\": \"hush\\nX: y\"}", G3_EXIT_UNAUTHORISED, "was refused"},
        {200, "", G3_EXIT_UNAUTHORISED, "was refused"},
        {404, "", G3_EXIT_UNAUTHORISED, "no token service"},
        {503, "hush-hush", G3_EXIT_SERVICE, "answers 503"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        token_service service = {.status = CASES[i].status, .body = CASES[i].body};
        g3_service_options options = {0};
        g3_error error;
        fault_server *server = start_tokens(&service, &options);
        cr_expect_null(g3_login_open(&options, "https://commons.org", NULL, &error));
        check_message(&error, CASES[i].exit, CASES[i].part);
        stop_tokens(server, &options);
    }
}

Test(commons_tokens, a_key_that_has_run_out_is_said_to_have)
{
    token_service service = {.status = 401};
    g3_service_options options = {0};
    g3_error error;
    fault_server *server = start_tokens(&service, &options);
    char *key = make_key(service.issuer, 1700000000);
    free(write_secret(folder, "key.json", key));
    cr_expect_null(g3_login_open(&options, "https://commons.org", &reporter, &error));
    check_message(&error, G3_EXIT_UNAUTHORISED, "the API key has run out");
    free(key);
    stop_tokens(server, &options);
}

Test(commons_tokens, a_key_is_not_sent_in_the_clear)
{
    g3_error error;
    char *key = make_key("http://commons.org/user", 0);
    setenv("GEN3_API_KEY", key, 1);
    g3_service_options options = {0};
    cr_expect_null(g3_login_open(&options, "https://commons.org", &reporter, &error));
    check_message(&error, G3_EXIT_UNAUTHORISED, "not an https URL");
    free(key);
}

Test(commons_tokens, the_environment_may_hold_the_key_or_its_path)
{
    token_service service = {.status = 200, .lifetime = 1000};
    g3_service_options options = {0}, none = {0};
    fault_server *server = start_tokens(&service, &options);
    char *key = make_key(service.issuer, 0);
    setenv("GEN3_API_KEY", key, 1);
    g3_login_close(g3_login_open(&none, "https://a.org", &reporter, NULL));
    cr_expect_eq(service.exchanges, 1);
    setenv("GEN3_API_KEY", options.credentials, 1);
    g3_login_close(g3_login_open(&none, "https://a.org", &reporter, NULL));
    cr_expect_eq(service.exchanges, 2);

    /* A token beside it needs no exchange; a key that was chosen by option goes before both. */
    setenv("GEN3_TOKEN", "hush", 1);
    g3_login_close(g3_login_open(&none, "https://a.org", &reporter, NULL));
    cr_expect_eq(service.exchanges, 2);
    g3_login_close(g3_login_open(&options, "https://a.org", &reporter, NULL));
    cr_expect_eq(service.exchanges, 3);
    free(key);
    stop_tokens(server, &options);
}

Test(commons_tokens, the_key_at_home_is_for_its_own_commons_and_may_fail)
{
    token_service service = {.status = 200, .lifetime = 1000};
    g3_service_options options = {0}, none = {.retries = 0};
    char home[128];
    fault_server *server = start_tokens(&service, &options);
    char *key = make_key(service.issuer, 0);
    snprintf(home, sizeof home, "%s/.gen3", folder);
    mkdir(home, 0700);
    free(write_secret(home, "credentials.json", key));

    g3_login *login = g3_login_open(&none, "https://commons.org", &reporter, NULL);
    cr_expect_eq(service.exchanges, 0);
    check_value(login, "https://commons.org/", "");
    g3_login_close(login);

    login = g3_login_open(&none, fault_server_url(server), &reporter, NULL);
    cr_expect_eq(service.exchanges, 1);
    uint64_t generation;
    char *value = value_for(login, service.issuer, &generation);
    cr_expect(g3_view_starts_with(g3_view_of(value), G3_VIEW("Bearer ")));
    free(value);
    g3_login_close(login);

    service.status = 403;
    login = g3_login_open(&none, fault_server_url(server), &reporter, NULL);
    cr_assert_not_null(login);
    check_value(login, service.issuer, "");
    g3_login_close(login);
    free(key);
    stop_tokens(server, &options);
}
