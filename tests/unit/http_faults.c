/* The engine against a service in trouble: what is sent again, how often, and what the user is
 * told. */
#include "../../lib/http/retry.h"
#include "../support/collector.h"
#include "../support/fault_server.h"
#include "g3/base/clock.h"
#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <stdio.h>

/* Answers the first `faults` requests badly, the rest well. */
typedef struct trouble {
    size_t faults;
    fault_answer bad;
} trouble;

static fault_answer fail_first(void *context, const fault_request *request, size_t number)
{
    (void)request;
    const trouble *script = context;
    if (number < script->faults)
        return script->bad;
    return (fault_answer){.status = 200, .body = "{\"good\": true}"};
}

/* Sends one request to a server with `script`.
 * @return how often the server was asked; `response` is without its body */
static size_t ask(trouble script, g3_http_options options, bool repeatable, g3_response *response)
{
    fault_server *server = fault_server_start(fail_first, &script);
    g3_http *http = open_test_engine(options);
    collecting collector = {.url = fault_server_url(server),
                            .count = 1,
                            .method = G3_POST,
                            .body = "{}",
                            .not_repeatable = !repeatable};
    cr_assert(collector_run(&collector, http, NULL));
    cr_assert_eq(collector.done, 1);
    *response = collector.responses[0];
    if (!response->failed)
        cr_expect(g3_view_equal(g3_buffer_view(&response->body), G3_VIEW("{\"good\": true}")));
    response->body = (g3_buffer){0};
    collector_free(&collector);
    g3_http_close(http);
    fault_server_stop(server);
    size_t requests = fault_server_requests(server);
    fault_server_free(server);
    return requests;
}

static const fault_answer FAULTS[] = {
    {.status = 503},
    {.status = 429, .headers = "Retry-After: 0\r\n"},
    {.status = 408},
    {.status = 500, .body = "{\"error\": \"oops\"}"},
    {.status = 502, .body = "<html>bad gateway</html>"},
    {.status = 504},
    {.fault = FAULT_CLOSE},
    {.fault = FAULT_RESET},
    {.fault = FAULT_GARBAGE},
    {.status = 200, .body = "[1, 2, 3, 4, 5]", .fault = FAULT_TRUNCATE},
    {.status = 200, .headers = "Content-Encoding: gzip\r\n", .body = "this is not gzip"},
};
#define FAULT_COUNT (sizeof FAULTS / sizeof FAULTS[0])

Test(http_faults, what_may_be_repeated_is_until_it_succeeds)
{
    for (size_t i = 0; i < FAULT_COUNT; i++) {
        g3_response response;
        size_t asked =
            ask((trouble){2, FAULTS[i]}, (g3_http_options){.retries = 2}, true, &response);
        cr_expect_not(response.failed, "fault %zu: %s", i, response.error.message);
        cr_expect_eq(asked, 3, "fault %zu", i);
        cr_expect_eq(response.attempts, 3);
    }
}

Test(http_faults, retries_are_limited)
{
    for (size_t i = 0; i < FAULT_COUNT; i++) {
        g3_response response;
        size_t asked =
            ask((trouble){99, FAULTS[i]}, (g3_http_options){.retries = 1}, true, &response);
        cr_expect(response.failed);
        cr_expect_eq(asked, 2, "fault %zu", i);
        cr_expect_eq(response.error.exit, G3_EXIT_SERVICE);
        cr_expect(strstr(response.error.message, "(2 tries)"), "%s", response.error.message);
    }
}

Test(http_faults, what_may_not_be_repeated_is_sent_once)
{
    for (size_t i = 0; i < FAULT_COUNT; i++) {
        g3_response response;
        size_t asked =
            ask((trouble){99, FAULTS[i]}, (g3_http_options){.retries = 3}, false, &response);
        cr_expect(response.failed);
        cr_expect_eq(asked, 1, "fault %zu", i);
        cr_expect(strstr(response.error.message, "may or may not have been carried out"), "%s",
                  response.error.message);
    }
}

/* curl by itself sends again on a kept connection that turns out to be closed. */
Test(http_faults, what_may_not_be_repeated_is_sent_once_on_a_kept_connection_too)
{
    trouble script = {0, {.fault = FAULT_CLOSE}};
    fault_server *server = fault_server_start(fail_first, &script);
    g3_http *http = open_test_engine((g3_http_options){.connections = 1, .retries = 3});
    collecting first = {.url = fault_server_url(server), .count = 3};
    cr_assert(collector_run(&first, http, NULL));
    script.faults = 99;
    collecting second = {.url = fault_server_url(server), .count = 1, .not_repeatable = true};
    cr_assert(collector_run(&second, http, NULL));
    cr_expect(second.responses[0].failed);
    fault_server_stop(server);
    cr_expect_eq(fault_server_requests(server), 4);
    collector_free(&first);
    collector_free(&second);
    g3_http_close(http);
    fault_server_free(server);
}

Test(http_faults, other_statuses_are_answers)
{
    static const int STATUSES[] = {201, 204, 400, 404, 405, 409, 413, 422, 501, 505};
    for (size_t i = 0; i < sizeof STATUSES / sizeof STATUSES[0]; i++) {
        g3_response response;
        trouble script = {99, {.status = STATUSES[i]}};
        script.bad.body = STATUSES[i] == 204 ? NULL : "{\"good\": true}";
        fault_server *server = fault_server_start(fail_first, &script);
        g3_http *http = open_test_engine((g3_http_options){.retries = 3});
        cr_assert(
            g3_http_fetch(http, G3_GET, fault_server_url(server), (g3_view){0}, &response, NULL));
        cr_expect_not(response.failed);
        cr_expect_eq(response.status, STATUSES[i]);
        cr_expect_eq(response.attempts, 1);
        g3_buffer_free(&response.body);
        g3_http_close(http);
        fault_server_stop(server);
        fault_server_free(server);
    }
}

/* Sends a request to a port that nobody listens on: one that a server has just given back. */
static g3_response ask_nobody(g3_http_options options, collecting collector)
{
    fault_server *server = fault_server_start(fail_first, NULL);
    g3_http *http = open_test_engine(options);
    char url[64];
    snprintf(url, sizeof url, "%s", fault_server_url(server));
    fault_server_stop(server);
    fault_server_free(server);
    collector.url = url;
    collector.count = 1;
    cr_assert(collector_run(&collector, http, NULL));
    g3_response response = collector.responses[0];
    cr_expect(response.failed);
    cr_expect_eq(response.status, 0);
    cr_expect_eq(response.error.exit, G3_EXIT_SERVICE);
    cr_expect(strstr(response.error.message, url), "%s", response.error.message);
    response.body = (g3_buffer){0};
    collector_free(&collector);
    g3_http_close(http);
    return response;
}

Test(http_faults, a_service_that_was_never_reached_may_be_tried_again_with_anything)
{
    collecting post = {.method = G3_POST, .not_repeatable = true};
    cr_expect_eq(ask_nobody((g3_http_options){.retries = 2}, post).attempts, 3);
}

Test(http_faults, a_service_that_was_never_reached_is_not_waited_for_unless_asked_to)
{
    g3_response response = ask_nobody((g3_http_options){.retries = -1}, (collecting){0});
    cr_expect_eq(response.attempts, 1 + g3_first_contact_retries(CURLE_COULDNT_CONNECT));
    cr_expect(strstr(response.error.message, "URL right? --retries N"), "%s",
              response.error.message);
}

Test(http_faults, waits_as_long_as_the_service_asks)
{
    g3_response response;
    double begun = g3_clock();
    trouble script = {1, {.status = 503, .headers = "Retry-After: 1\r\n"}};
    cr_expect_eq(ask(script, (g3_http_options){.retries = 1}, true, &response), 2);
    cr_expect_not(response.failed);
    cr_expect_geq(g3_clock() - begun, 1.0);
}

Test(http_faults, does_not_wait_beyond_the_total_timeout)
{
    g3_response response;
    trouble script = {1, {.status = 429, .headers = "retry-after: 3600\r\n"}};
    g3_http_options options = {.retries = 5, .total_timeout = 60};
    cr_expect_eq(ask(script, options, true, &response), 1);
    cr_expect(response.failed);
    cr_expect(strstr(response.error.message, "--total-timeout"), "%s", response.error.message);
}

Test(http_faults, the_message_says_what_happened_where_and_what_to_do)
{
    g3_response response;
    trouble script = {9, {.status = 503, .body = " {\"error\": \"the database\\nis down\"}"}};
    ask(script, (g3_http_options){.retries = 1}, true, &response);
    const char *message = response.error.message;
    cr_expect(g3_view_starts_with(g3_view_of(message), G3_VIEW("POST http://127.0.0.1:")));
    cr_expect(strstr(message, "/0: 503 Service Unavailable (2 tries): the database is down; "),
              "%s", message);
    cr_expect(strstr(message, "--retries"));

    script.bad.body = "<html><title>503</title>gateway</html>";
    ask(script, (g3_http_options){.retries = 0}, true, &response);
    cr_expect(strstr(message, "503 Service Unavailable; the service"), "%s", message);
}

/* What a run can't go on with: the URL is shown without its login and cut, the answer in a line. */
Test(http_faults, an_answer_that_was_not_asked_for_is_told_with_its_url)
{
    g3_error error = {0};
    g3_request request = {0};
    g3_response response = {.status = 400};
    g3_request_begin(&request, G3_GET, "http://admin:secret@h/index", "?ids=a%20b");
    g3_buffer_append_text(&response.body, "{\"error\": \"no\\nhash\"}\n");
    cr_expect_not(g3_request_fail(&request, &response, &error));
    cr_expect_eq(error.exit, G3_EXIT_SERVICE);
    cr_expect_str_eq(error.message,
                     "http://***@h/index?ids=a%20b: the service answered with status "
                     "400 Bad Request: no hash");

    for (int i = 0; i < 500; i++)
        g3_buffer_append_text(&request.url, ",dg.1/a");
    cr_expect_not(g3_request_fail_unreadable(&request, "no listing", &error));
    cr_expect_eq(error.exit, G3_EXIT_SERVICE);
    cr_expect(strstr(error.message, "...: the service keeps giving a wrong answer: no listing"),
              "%s", error.message);

    /* The engine has said why already. */
    response.failed = true;
    g3_fail(&response.error, G3_EXIT_UNAUTHORISED, "no rights");
    cr_expect_not(g3_request_fail(&request, &response, &error));
    cr_expect_eq(error.exit, G3_EXIT_UNAUTHORISED);
    cr_expect_str_eq(error.message, "no rights");
    g3_buffer_free(&response.body);
    g3_request_free(&request);
}

Test(http_faults, each_kind_of_trouble_is_warned_of_once, .init = cr_redirect_stderr)
{
    g3_reporter reporter;
    g3_reporter_set_up(&reporter, "g3-test", false, false, G3_PROGRESS_NEVER);
    trouble script = {12, {.status = 503, .headers = "Retry-After: 0\r\n"}};
    fault_server *server = fault_server_start(fail_first, &script);
    g3_http *http =
        open_test_engine((g3_http_options){.connections = 1, .retries = 20, .reporter = &reporter});
    collecting collector = {.url = fault_server_url(server), .count = 40};
    cr_assert(collector_run(&collector, http, NULL));
    cr_expect_eq(collector.failed, 0);
    g3_http_statistics statistics = g3_http_get_statistics(http);
    cr_expect_eq(statistics.retries, 12);
    cr_expect_eq(statistics.causes[G3_HTTP_CAUSE_503], 12);
    cr_expect_eq(statistics.latency.count, statistics.requests);
    char expected[256];
    snprintf(
        expected, sizeof expected,
        "g3-test: warning: GET %s/0: 503 Service Unavailable; trying again (said once for this "
        "kind of trouble)\n",
        fault_server_url(server));
    cr_assert_stderr_eq_str(expected);
    collector_free(&collector);
    g3_http_close(http);
    fault_server_stop(server);
    fault_server_free(server);
}
