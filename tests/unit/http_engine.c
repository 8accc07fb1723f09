/* The engine against a scripted server: window, connections, answers, time-outs, ways to end. */
#include "../support/collector.h"
#include "../support/fault_server.h"
#include "g3/base/memory.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

/* Answers each request with its own path. */
static fault_answer echo(void *context, const fault_request *request, size_t number)
{
    static char paths[4096][32];
    (void)context;
    sscanf(request->head, "%*s %31s", paths[number]);
    return (fault_answer){.status = 200, .body = paths[number]};
}

Test(http_engine, gives_each_request_its_own_answer)
{
    fault_server *server = fault_server_start(echo, NULL);
    g3_http *http = open_test_engine((g3_http_options){.connections = 4});
    collecting collector = {.url = fault_server_url(server), .count = 300};
    cr_assert(collector_run(&collector, http, NULL));
    cr_expect_eq(collector.done, 300);
    for (size_t i = 0; i < 300; i++) {
        char path[32];
        snprintf(path, sizeof path, "/%zu", i);
        g3_response *response = &collector.responses[i];
        cr_expect_eq(response->status, 200);
        cr_expect_eq(response->attempts, 1);
        cr_expect(g3_view_equal(g3_buffer_view(&response->body), g3_view_of(path)));
    }
    g3_http_statistics statistics = g3_http_get_statistics(http);
    cr_expect_eq(statistics.requests, 300);
    cr_expect_eq(statistics.retries, 0);
    collector_free(&collector);
    g3_http_close(http);
    fault_server_stop(server);
    cr_expect_eq(fault_server_requests(server), 300);
    fault_server_free(server);
}

Test(http_engine, keeps_within_the_window_and_reuses_connections)
{
    for (int64_t connections = 1; connections <= 5; connections += 2) {
        fault_server *server = fault_server_start(echo, NULL);
        g3_http *http = open_test_engine((g3_http_options){.connections = connections});
        for (int run = 0; run < 2; run++) {
            collecting collector = {.url = fault_server_url(server), .count = 200};
            cr_assert(collector_run(&collector, http, NULL));
            collector_free(&collector);
        }
        fault_server_stop(server);
        cr_expect_leq(fault_server_most_at_once(server), (size_t)connections);
        cr_expect_geq(fault_server_most_at_once(server), (size_t)(connections > 1 ? 2 : 1));
        cr_expect_leq(fault_server_connections(server), (size_t)connections);
        g3_http_close(http);
        fault_server_free(server);
    }
}

static fault_answer answer_ok(void *context, const fault_request *request, size_t number)
{
    (void)context;
    (void)request;
    (void)number;
    return (fault_answer){.status = 200, .body = "[]"};
}

Test(http_engine, sends_bodies_as_json_with_every_method)
{
    static const char *const VERBS[] = {
        [G3_GET] = "GET ", [G3_POST] = "POST ", [G3_PUT] = "PUT ", [G3_DELETE] = "DELETE "};
    fault_server *server = fault_server_start(answer_ok, NULL);
    g3_http *http = open_test_engine((g3_http_options){.connections = 1});
    g3_buffer large = {0};
    for (int i = 0; i < 200000; i++)
        g3_buffer_append_text(&large, "\"x\", ");
    for (int method = G3_GET; method <= G3_DELETE; method++) {
        collecting plain = {
            .url = fault_server_url(server), .count = 1, .method = (g3_method)method};
        collecting loaded = plain;
        loaded.body = g3_buffer_text(&large);
        cr_assert(collector_run(&plain, http, NULL) && collector_run(&loaded, http, NULL));
        collector_free(&plain);
        collector_free(&loaded);
    }
    fault_server_stop(server);
    cr_assert_eq(fault_server_requests(server), 8);
    for (size_t i = 0; i < 8; i++) {
        const fault_request *request = fault_server_request(server, i);
        const char *type = fault_request_header(request, "Content-Type");
        cr_expect(g3_view_starts_with(g3_view_of(request->head), g3_view_of(VERBS[i / 2])));
        cr_expect_null(fault_request_header(request, "Expect"));
        cr_expect_str_eq(request->body, i % 2 ? large.data : "");
        if (i % 2)
            cr_expect_str_eq(fault_request_header(request, "Content-Type"), "application/json");
        else
            cr_expect(!type || strcmp(type, "application/json") != 0);
    }
    cr_expect(g3_view_starts_with(
        g3_view_of(fault_request_header(fault_server_request(server, 0), "User-Agent")),
        G3_VIEW("g3tools/")));
    g3_buffer_free(&large);
    g3_http_close(http);
    fault_server_free(server);
}

/* A body of `length` bytes, packed by gzip. */
typedef struct packed_body {
    unsigned char *bytes;
    size_t length;
} packed_body;

static packed_body pack(size_t length)
{
    unsigned char *plain = g3_allocate_zeroed(length, 1);
    packed_body result = {g3_allocate(length + 1024), length + 1024};
    z_stream stream = {0};
    const int gzip_window = 15 + 16;
    deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, gzip_window, 8, Z_DEFAULT_STRATEGY);
    stream.next_in = plain;
    stream.avail_in = (uInt)length;
    stream.next_out = result.bytes;
    stream.avail_out = (uInt)result.length;
    cr_assert_eq(deflate(&stream, Z_FINISH), Z_STREAM_END);
    result.length -= stream.avail_out;
    deflateEnd(&stream);
    free(plain);
    return result;
}

static fault_answer answer_packed(void *context, const fault_request *request, size_t number)
{
    (void)request;
    const packed_body *packed = context;
    return (fault_answer){.status = 200,
                          .headers = "Content-Encoding: gzip\r\n",
                          .body = (const char *)packed->bytes,
                          .length = packed->length,
                          .fault = number % 2 ? FAULT_CHUNKED : FAULT_NONE};
}

Test(http_engine, unpacks_gzip_and_limits_what_comes_out)
{
    const size_t length = 3 * 1024 * 1024;
    packed_body packed = pack(length);
    fault_server *server = fault_server_start(answer_packed, &packed);
    g3_http *http = open_test_engine((g3_http_options){.answer_limit = length});
    collecting fits = {.url = fault_server_url(server), .count = 2};
    cr_assert(collector_run(&fits, http, NULL));
    for (size_t i = 0; i < 2; i++) {
        cr_expect_not(fits.responses[i].failed);
        cr_expect_eq(fits.responses[i].body.length, length);
    }
    g3_http_close(http);
    collector_free(&fits);

    http = open_test_engine((g3_http_options){.answer_limit = length - 1});
    collecting exceeds = {.url = fault_server_url(server), .count = 2};
    cr_assert(collector_run(&exceeds, http, NULL));
    for (size_t i = 0; i < 2; i++) {
        cr_expect(exceeds.responses[i].failed);
        cr_expect_eq(exceeds.responses[i].error.exit, G3_EXIT_SERVICE);
        cr_expect_eq(exceeds.responses[i].attempts, 1);
        cr_expect(strstr(exceeds.responses[i].error.message, "more than 3145727 bytes"));
    }
    fault_server_stop(server);
    cr_expect(
        strstr(fault_request_header(fault_server_request(server, 0), "Accept-Encoding"), "gzip"));
    g3_http_close(http);
    collector_free(&exceeds);
    fault_server_free(server);
    free(packed.bytes);
}

static fault_answer stall(void *context, const fault_request *request, size_t number)
{
    (void)request;
    (void)number;
    return (fault_answer){.status = 200, .body = "[1, 2, 3]", .fault = *(fault_kind *)context};
}

Test(http_engine, gives_up_on_silence_and_on_dripping)
{
    for (int kind = 0; kind < 2; kind++) {
        fault_kind fault = kind ? FAULT_DRIP : FAULT_SILENT;
        fault_server *server = fault_server_start(stall, &fault);
        g3_http *http = open_test_engine((g3_http_options){.request_timeout = 0.15, .retries = 1});
        collecting collector = {.url = fault_server_url(server), .count = 2};
        cr_assert(collector_run(&collector, http, NULL));
        cr_expect_eq(collector.failed, 2);
        cr_expect_eq(collector.responses[0].attempts, 2);
        cr_expect_eq(collector.responses[0].error.exit, G3_EXIT_SERVICE);
        cr_expect(strstr(collector.responses[0].error.message, "(2 tries)"));
        cr_expect_eq(g3_http_get_statistics(http).window, 1); /* halved: the service is slow */
        collector_free(&collector);
        g3_http_close(http);
        fault_server_stop(server);
        fault_server_free(server);
    }
}

/* A producer that says LATER until its only request is answered, then gives another one, then waits
 * for ever. */
typedef struct waiting_producer {
    const char *url;
    int given, done, asked;
    bool hang, stop;
} waiting_producer;

static g3_pull next_of_waiter(void *context, g3_request *request, g3_error *error)
{
    waiting_producer *waiter = context;
    waiter->asked++;
    if (waiter->stop) {
        g3_fail(error, G3_EXIT_INPUT, "line 7 is odd");
        return G3_PULL_ERROR;
    }
    if (waiter->given > waiter->done || waiter->hang)
        return G3_PULL_LATER;
    if (waiter->given == 20)
        return G3_PULL_END;
    waiter->given++;
    request->repeatable = true;
    g3_buffer_append_text(&request->url, waiter->url);
    return G3_PULL_REQUEST;
}

static bool done_of_waiter(void *context, const g3_request *request, g3_response *response,
                           g3_error *error)
{
    (void)request;
    (void)response;
    waiting_producer *waiter = context;
    waiter->done++;
    return waiter->done < 1000 || g3_fail(error, G3_EXIT_LOCAL, "enough");
}

Test(http_engine, later_is_asked_again_after_each_answer_and_does_not_spin)
{
    fault_server *server = fault_server_start(answer_ok, NULL);
    g3_http *http = open_test_engine((g3_http_options){0});
    waiting_producer waiter = {.url = fault_server_url(server)};
    g3_producer producer = {next_of_waiter, done_of_waiter, &waiter};
    cr_assert(g3_http_run(http, &producer, NULL));
    cr_expect_eq(waiter.done, 20);
    cr_expect_leq(waiter.asked, 41); /* request and LATER for each, END once */
    g3_http_close(http);
    fault_server_stop(server);
    fault_server_free(server);
}

Test(http_engine, a_producer_that_waits_for_nothing_is_an_error)
{
    g3_error error;
    g3_http *http = open_test_engine((g3_http_options){0});
    waiting_producer waiter = {.hang = true};
    g3_producer producer = {next_of_waiter, done_of_waiter, &waiter};
    cr_expect_not(g3_http_run(http, &producer, &error));
    cr_expect(strstr(error.message, "nothing is in flight"));
    g3_http_close(http);
}

Test(http_engine, the_errors_of_next_and_done_end_the_run)
{
    fault_server *server = fault_server_start(answer_ok, NULL);
    g3_error error;
    g3_http *http = open_test_engine((g3_http_options){0});
    waiting_producer waiter = {.url = fault_server_url(server), .stop = true};
    g3_producer producer = {next_of_waiter, done_of_waiter, &waiter};
    cr_expect_not(g3_http_run(http, &producer, &error));
    cr_expect_str_eq(error.message, "line 7 is odd");
    cr_expect_eq(error.exit, G3_EXIT_INPUT);

    waiter.stop = false;
    waiter.given = waiter.done = 1000;
    waiter.given--;
    cr_expect_not(g3_http_run(http, &producer, &error));
    cr_expect_str_eq(error.message, "enough");
    g3_http_close(http);
    fault_server_stop(server);
    fault_server_free(server);
}

static bool run_within(void *context, const g3_request *request, g3_response *response,
                       g3_error *error)
{
    (void)request;
    (void)response;
    g3_response inner;
    return g3_http_fetch(context, G3_GET, "http://127.0.0.1:1/", (g3_view){0}, &inner, error);
}

static g3_pull next_for_ever(void *context, g3_request *request, g3_error *error)
{
    (void)context;
    (void)error;
    g3_buffer_append_text(&request->url, "http://127.0.0.1:1/");
    return G3_PULL_REQUEST;
}

Test(http_engine, refuses_a_run_within_a_run)
{
    g3_error error;
    g3_http *http = open_test_engine((g3_http_options){0});
    g3_producer producer = {next_for_ever, run_within, http};
    cr_expect_not(g3_http_run(http, &producer, &error));
    cr_expect(strstr(error.message, "within another"));
    g3_http_close(http);
}

Test(http_engine, sends_a_path_as_it_is)
{
    fault_server *server = fault_server_start(answer_ok, NULL);
    g3_http *http = open_test_engine((g3_http_options){0});
    g3_buffer url = {0};
    g3_buffer_append_format(&url, "%s/index/../a//b/.", fault_server_url(server));
    collecting collector = {.url = g3_buffer_text(&url), .count = 1};
    cr_assert(collector_run(&collector, http, NULL));
    cr_expect_not(collector.responses[0].failed);
    collector_free(&collector);
    g3_http_close(http);
    fault_server_stop(server);
    cr_expect(g3_view_starts_with(g3_view_of(fault_server_request(server, 0)->head),
                                  G3_VIEW("GET /index/../a//b/./0 ")));
    fault_server_free(server);
    g3_buffer_free(&url);
}

Test(http_engine, fetches_one_answer)
{
    fault_server *server = fault_server_start(echo, NULL);
    g3_http *http = open_test_engine((g3_http_options){0});
    g3_buffer url = {0};
    g3_response response;
    g3_error error;
    g3_buffer_append_format(&url, "%s/_stats?a=b%%20c", fault_server_url(server));
    cr_assert(g3_http_fetch(http, G3_GET, g3_buffer_text(&url), (g3_view){0}, &response, &error));
    cr_expect_str_eq(g3_buffer_text(&response.body), "/_stats?a=b%20c");
    g3_buffer_free(&response.body);
    g3_buffer_free(&url);
    g3_http_close(http);
    fault_server_stop(server);
    fault_server_free(server);
}

Test(http_engine, what_was_asked_before_waits_as_a_repeat_does)
{
    fault_server *server = fault_server_start(answer_ok, NULL);
    g3_http *http = open_test_engine((g3_http_options){0});
    for (int before = 0; before < 2; before++) {
        g3_request request = {.repeatable = true, .asked_before = before};
        g3_response response;
        g3_buffer_append_text(&request.url, fault_server_url(server));
        cr_assert(g3_http_send(http, &request, &response, NULL));
        cr_expect_not(response.failed);
        cr_expect_eq(g3_http_get_statistics(http).retries, (uint64_t)before);
        g3_buffer_free(&response.body);
    }
    g3_http_close(http);
    fault_server_stop(server);
    cr_expect_eq(fault_server_requests(server), 2);
    fault_server_free(server);
}

Test(http_engine, a_proxy_is_not_asked_for_this_machine)
{
    setenv("http_proxy", "http://127.0.0.1:1/", 1);
    fault_server *server = fault_server_start(answer_ok, NULL);
    g3_http *http = open_test_engine((g3_http_options){0});
    g3_response response;
    cr_assert(g3_http_fetch(http, G3_GET, fault_server_url(server), (g3_view){0}, &response, NULL));
    cr_expect_not(response.failed);
    g3_buffer_free(&response.body);
    g3_http_close(http);
    fault_server_stop(server);
    fault_server_free(server);
}

Test(http_engine, a_missing_ca_file_is_an_input_error)
{
    g3_error error;
    g3_http_options options = {.ca_file = "/nonexistent/ca.pem"};
    cr_expect_null(g3_http_open(&options, &error));
    cr_expect_eq(error.exit, G3_EXIT_INPUT);
    cr_expect(strstr(error.message, "/nonexistent/ca.pem"));
}
