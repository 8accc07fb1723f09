/* The engine and logins: renewed once for all that met 401, never carried to another host. */
#include "../support/collector.h"
#include "../support/fault_server.h"
#include <criterion/criterion.h>
#include <stdio.h>

/* A login with numbered tokens for one host. */
typedef struct test_login {
    const char *origin;
    uint64_t generation;
    int renewals, limit; /* renewals that are granted */
} test_login;

static bool authorize(void *context, const char *url, g3_buffer *value, uint64_t *generation,
                      g3_error *error)
{
    const test_login *login = context;
    (void)error;
    if (g3_url_same_origin(url, login->origin))
        g3_buffer_append_format(value, "Bearer token-%d", (int)login->generation);
    *generation = login->generation;
    return true;
}

static bool renew(void *context, uint64_t generation, g3_error *error)
{
    test_login *login = context;
    if (generation != login->generation)
        return true;
    if (login->renewals == login->limit)
        return g3_fail(error, G3_EXIT_UNAUTHORISED, "the token file has nothing newer");
    login->renewals++;
    login->generation++;
    return true;
}

/* Accepts the token whose number is `*context` or more. */
static fault_answer check_token(void *context, const fault_request *request, size_t number)
{
    (void)number;
    const char *login = fault_request_header(request, "Authorization");
    int generation = -1;
    if (login)
        sscanf(login, "Bearer token-%d", &generation);
    return (fault_answer){.status = generation >= *(int *)context ? 200 : 401, .body = "[]"};
}

Test(http_login, is_renewed_once_for_all_that_met_401)
{
    int accepted = 0;
    fault_server *server = fault_server_start(check_token, &accepted);
    test_login login = {.origin = fault_server_url(server), .limit = 9};
    g3_authorizer authorizer = {authorize, renew, &login};
    g3_http *http =
        open_test_engine((g3_http_options){.connections = 8, .authorizer = &authorizer});
    collecting before = {.url = fault_server_url(server), .count = 300};
    cr_assert(collector_run(&before, http, NULL)); /* the window has grown: many are in flight */
    cr_expect_eq(login.renewals, 0);
    accepted = 1;
    collecting after = {
        .url = fault_server_url(server), .count = 50, .method = G3_POST, .not_repeatable = true};
    cr_assert(collector_run(&after, http, NULL)); /* 401 means: not carried out, so send again */
    cr_expect_eq(after.failed, 0);
    cr_expect_eq(login.renewals, 1);
    collector_free(&before);
    collector_free(&after);
    g3_http_close(http);
    fault_server_stop(server);
    fault_server_free(server);
}

Test(http_login, a_401_stands_if_a_new_token_does_not_help)
{
    int accepted = 100;
    fault_server *server = fault_server_start(check_token, &accepted);
    for (int limit = 0; limit < 2; limit++) {
        test_login login = {.origin = fault_server_url(server), .limit = limit};
        g3_authorizer authorizer = {authorize, renew, &login};
        g3_http *http = open_test_engine((g3_http_options){.authorizer = &authorizer});
        collecting collector = {.url = fault_server_url(server), .count = 1};
        cr_assert(collector_run(&collector, http, NULL));
        g3_response *response = &collector.responses[0];
        cr_expect(response->failed);
        cr_expect_eq(response->status, 401);
        cr_expect_eq(response->error.exit, G3_EXIT_UNAUTHORISED);
        cr_expect(strstr(response->error.message,
                         limit ? "does not accept the login" : "the token file has nothing newer"));
        cr_expect_null(strstr(response->error.message, "token-"));
        collector_free(&collector);
        g3_http_close(http);
    }
    fault_server_stop(server);
    cr_expect_eq(fault_server_requests(server), 3);
    fault_server_free(server);
}

static bool fail_to_renew(void *context, uint64_t generation, g3_error *error)
{
    (void)context;
    (void)generation;
    return g3_fail(error, G3_EXIT_SERVICE, "the token service is down");
}

Test(http_login, a_token_service_that_is_down_is_no_refusal)
{
    int accepted = 100;
    fault_server *server = fault_server_start(check_token, &accepted);
    test_login login = {.origin = fault_server_url(server)};
    g3_authorizer authorizer = {authorize, fail_to_renew, &login};
    g3_http *http = open_test_engine((g3_http_options){.authorizer = &authorizer});
    g3_response response;
    cr_assert(g3_http_fetch(http, G3_GET, fault_server_url(server), (g3_view){0}, &response, NULL));
    cr_expect(response.failed);
    cr_expect_eq(response.error.exit, G3_EXIT_SERVICE);
    cr_expect(strstr(response.error.message, "401 Unauthorized: []; the token service is down"),
              "%s", response.error.message);
    g3_buffer_free(&response.body);
    g3_http_close(http);
    fault_server_stop(server);
    fault_server_free(server);
}

static fault_answer refuse(void *context, const fault_request *request, size_t number)
{
    (void)context;
    (void)request;
    return (fault_answer){.status = number ? 403 : 401, .body = "{\"error\": \"no rights\"}"};
}

Test(http_login, refusals_say_whether_there_was_a_login)
{
    fault_server *server = fault_server_start(refuse, NULL);
    g3_response response;
    g3_http *http = open_test_engine((g3_http_options){0});
    cr_assert(g3_http_fetch(http, G3_GET, fault_server_url(server), (g3_view){0}, &response, NULL));
    cr_expect_eq(response.error.exit, G3_EXIT_UNAUTHORISED);
    cr_expect(strstr(response.error.message, "401 Unauthorized: no rights; this needs a login"));
    g3_buffer_free(&response.body);
    g3_http_close(http);

    test_login login = {.origin = fault_server_url(server)};
    g3_authorizer authorizer = {authorize, renew, &login};
    http = open_test_engine((g3_http_options){.authorizer = &authorizer});
    cr_assert(g3_http_fetch(http, G3_GET, fault_server_url(server), (g3_view){0}, &response, NULL));
    cr_expect(strstr(response.error.message, "403 Forbidden: no rights; the login has no right"));
    g3_buffer_free(&response.body);
    g3_http_close(http);
    fault_server_stop(server);
    fault_server_free(server);
}

/* Redirects: `locations` in order, then 200. */
typedef struct redirects {
    int status;
    char headers[8][128];
    size_t count;
} redirects;

static fault_answer redirect(void *context, const fault_request *request, size_t number)
{
    (void)request;
    const redirects *script = context;
    if (number >= script->count)
        return (fault_answer){.status = 200, .body = "arrived"};
    return (fault_answer){.status = script->status, .headers = script->headers[number]};
}

/* Asks `home`, which has a login, with one request.
 * @return the response, without its body */
static g3_response ask(fault_server *home, g3_method method, const char *body)
{
    test_login login = {.origin = fault_server_url(home)};
    g3_authorizer authorizer = {authorize, renew, &login};
    g3_http *http = open_test_engine((g3_http_options){.authorizer = &authorizer});
    collecting collector = {
        .url = fault_server_url(home), .count = 1, .method = method, .body = body};
    cr_assert(collector_run(&collector, http, NULL));
    g3_response response = collector.responses[0];
    response.body = (g3_buffer){0};
    collector_free(&collector);
    g3_http_close(http);
    return response;
}

Test(http_login, goes_along_with_redirects_within_the_host)
{
    redirects script = {
        .status = 308, .headers = {"Location: /other\r\n", "Location: last?x=1\r\n"}, .count = 2};
    fault_server *home = fault_server_start(redirect, &script);
    cr_expect_not(ask(home, G3_POST, "[\"a\"]").failed);
    fault_server_stop(home);
    cr_assert_eq(fault_server_requests(home), 3);
    const fault_request *last = fault_server_request(home, 2);
    cr_expect(g3_view_starts_with(g3_view_of(last->head), G3_VIEW("POST /last?x=1 ")));
    cr_expect_str_eq(last->body, "[\"a\"]");
    cr_expect_str_eq(fault_request_header(last, "Authorization"), "Bearer token-0");
    fault_server_free(home);
}

Test(http_login, is_not_carried_to_another_host)
{
    redirects back = {.status = 302, .count = 1}, away = {.status = 302, .count = 1};
    fault_server *elsewhere = fault_server_start(redirect, &back);
    fault_server *home = fault_server_start(redirect, &away);
    snprintf(away.headers[0], sizeof away.headers[0], "Location: %s/x\r\n",
             fault_server_url(elsewhere));
    snprintf(back.headers[0], sizeof back.headers[0], "Location: %s/y\r\n", fault_server_url(home));
    cr_expect_not(ask(home, G3_GET, NULL).failed);
    fault_server_stop(home);
    fault_server_stop(elsewhere);
    cr_expect_not_null(fault_request_header(fault_server_request(home, 0), "Authorization"));
    cr_expect_null(fault_request_header(fault_server_request(elsewhere, 0), "Authorization"));
    /* Once abroad it stays without: the other host chose this URL. */
    cr_expect_null(fault_request_header(fault_server_request(home, 1), "Authorization"));
    fault_server_free(home);
    fault_server_free(elsewhere);
}

Test(http_login, a_refusal_elsewhere_names_the_right_url)
{
    redirects away = {.status = 302, .count = 1};
    fault_server *elsewhere = fault_server_start(refuse, NULL);
    fault_server *home = fault_server_start(redirect, &away);
    snprintf(away.headers[0], sizeof away.headers[0], "Location: %s/x\r\n",
             fault_server_url(elsewhere));
    g3_response response = ask(home, G3_GET, NULL);
    cr_expect_eq(response.error.exit, G3_EXIT_UNAUTHORISED);
    cr_expect(strstr(response.error.message, fault_server_url(elsewhere)));
    cr_expect(strstr(response.error.message, "where the login is not sent: give its right URL"),
              "%s", response.error.message);
    fault_server_stop(home);
    fault_server_stop(elsewhere);
    fault_server_free(home);
    fault_server_free(elsewhere);
}

Test(http_login, a_write_follows_no_redirect_that_would_change_it)
{
    redirects away = {.status = 307, .headers = {"Location: http://127.0.0.1:1/x\r\n"}, .count = 1};
    redirects moved = {.status = 301, .headers = {"Location: /x\r\n"}, .count = 1};
    fault_server *first = fault_server_start(redirect, &away);
    fault_server *second = fault_server_start(redirect, &moved);
    g3_response response = ask(first, G3_PUT, "{}");
    cr_expect(response.failed);
    cr_expect(strstr(response.error.message, "says that it is at http://127.0.0.1:1/x"));
    cr_expect(ask(second, G3_POST, "{}").failed);
    fault_server_stop(first);
    fault_server_stop(second);
    cr_expect_eq(fault_server_requests(first), 1);
    cr_expect_eq(fault_server_requests(second), 1);
    fault_server_free(first);
    fault_server_free(second);
}

Test(http_login, redirects_end)
{
    redirects circle = {.status = 302, .count = 8};
    for (size_t i = 0; i < circle.count; i++)
        snprintf(circle.headers[i], sizeof circle.headers[i], "Location: /again\r\n");
    fault_server *home = fault_server_start(redirect, &circle);
    g3_response response = ask(home, G3_GET, NULL);
    cr_expect(response.failed);
    cr_expect(strstr(response.error.message, "too many redirects"));
    fault_server_stop(home);
    cr_expect_eq(fault_server_requests(home), 6);
    fault_server_free(home);
}
