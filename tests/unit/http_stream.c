/* Bodies that are handed on as they come: transfers that break go on where they broke. */
#include "../support/collector.h"
#include "../support/fault_server.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

static const char CONTENT[] = "0123456789abcdefghijklmnopqrstuvwxyz";
#define LENGTH (sizeof CONTENT - 1)

/* What a test's service does: the first answers are broken off in their middle. */
typedef struct script {
    size_t broken;
    const char *headers; /* of the first answers */
    bool ranges;         /* it takes Range */
} script;

static fault_answer serve(void *context, const fault_request *request, size_t number)
{
    const script *self = context;
    const char *range = fault_request_header(request, "Range");
    size_t begin = range ? (size_t)atoi(range + strlen("bytes=")) : 0;
    bool part = self->ranges && begin;
    static char headers[8][128]; /* one for each answer */
    snprintf(headers[number % 8], sizeof *headers, "%sContent-Range: bytes %zu-%zu/%zu\r\n",
             self->headers ? self->headers : "", begin, LENGTH - 1, LENGTH);
    return (fault_answer){.status = part ? 206 : 200,
                          .headers = part ? headers[number % 8] : self->headers,
                          .body = CONTENT + (part ? begin : 0),
                          .fault = number < self->broken ? FAULT_TRUNCATE : FAULT_NONE};
}

typedef struct taken {
    g3_buffer bytes;
    int restarts;
} taken;

static void restart(void *context)
{
    taken *all = context;
    g3_buffer_clear(&all->bytes);
    all->restarts++;
}

static bool receive(void *context, g3_view bytes)
{
    taken *all = context;
    g3_buffer_append(&all->bytes, bytes);
    return true;
}

/* Fetches what a service of `script` has. The server is left, stopped, for a look at what it saw.
 */
static fault_server *fetch(fault_script answer, void *context, taken *all, g3_response *response)
{
    fault_server *server = fault_server_start(answer, context);
    g3_http *http = open_test_engine((g3_http_options){.retries = 3});
    g3_stream stream = {.restart = restart, .receive = receive, .context = all};
    g3_request request = {0};
    g3_request_begin(&request, G3_GET, fault_server_url(server), "/file");
    request.stream = &stream;
    cr_assert(g3_http_send(http, &request, response, NULL));
    g3_http_close(http);
    fault_server_stop(server);
    return server;
}

static void expect_whole(taken *all, g3_response *response)
{
    cr_expect_not(response->failed, "%s", response->error.message);
    cr_expect_eq(response->body.length, 0);
    cr_expect_str_eq(g3_buffer_text(&all->bytes), CONTENT);
    g3_buffer_free(&all->bytes);
    g3_buffer_free(&response->body);
}

Test(stream, goes_on_where_it_broke)
{
    script self = {.broken = 2, .headers = "ETag: \"v1\"\r\n", .ranges = true};
    taken all = {0};
    g3_response response;
    fault_server *server = fetch(serve, &self, &all, &response);
    expect_whole(&all, &response);
    cr_expect_eq(all.restarts, 0);
    cr_assert_eq(fault_server_requests(server), 3);
    cr_expect_null(fault_request_header(fault_server_request(server, 0), "Range"));
    cr_expect_str_eq(fault_request_header(fault_server_request(server, 1), "Range"), "bytes=18-");
    cr_expect_str_eq(fault_request_header(fault_server_request(server, 1), "If-Range"), "\"v1\"");
    cr_expect_str_eq(fault_request_header(fault_server_request(server, 2), "Range"), "bytes=27-");
    cr_expect_null(fault_request_header(fault_server_request(server, 0), "Accept-Encoding"));
    fault_server_free(server);
}

Test(stream, begins_anew_where_it_cant_go_on)
{
    static const struct {
        const char *headers;
        bool ranges, asked;
    } CASES[] = {
        {"ETag: \"v1\"\r\n", false, true}, /* the service has no ranges */
        {NULL, true, false},               /* nothing says that it is the same content */
        {"ETag: W/\"v1\"\r\n", true, false},
        {"ETag: W/\"v1\"\r\nLast-Modified: Tue, 24 Nov 2026 10:00:00 GMT\r\n", false, true}};
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        script self = {.broken = 1, .headers = CASES[i].headers, .ranges = CASES[i].ranges};
        taken all = {0};
        g3_response response;
        fault_server *server = fetch(serve, &self, &all, &response);
        expect_whole(&all, &response);
        cr_expect_eq(all.restarts, 1);
        cr_assert_eq(fault_server_requests(server), 2);
        const char *range = fault_request_header(fault_server_request(server, 1), "Range");
        cr_expect_eq(range != NULL, CASES[i].asked, "case %zu", i);
        fault_server_free(server);
    }
}

/* A transfer that gets further with each try may break more often than there are repeats. */
Test(stream, is_patient_as_long_as_something_comes)
{
    script self = {.broken = 5, .headers = "ETag: \"v1\"\r\n", .ranges = true};
    taken all = {0};
    g3_response response;
    fault_server *server = fetch(serve, &self, &all, &response);
    expect_whole(&all, &response);
    cr_expect_eq(fault_server_requests(server), 6);
    fault_server_free(server);
}

Test(stream, gives_up_where_nothing_more_comes)
{
    script self = {.broken = 100, .ranges = false};
    taken all = {0};
    g3_response response;
    fault_server *server = fetch(serve, &self, &all, &response);
    cr_expect(response.failed);
    cr_expect_eq(response.error.exit, G3_EXIT_SERVICE);
    cr_expect_eq(fault_server_requests(server), 4); /* the repeats */
    g3_buffer_free(&all.bytes);
    g3_buffer_free(&response.body);
    fault_server_free(server);
}

static fault_answer refuse(void *context, const fault_request *request, size_t number)
{
    (void)context, (void)request, (void)number;
    return (fault_answer){.status = 404, .body = "no such file"};
}

Test(stream, takes_no_words_of_refusal_for_content)
{
    taken all = {0};
    g3_response response;
    fault_server *server = fetch(refuse, NULL, &all, &response);
    cr_expect_not(response.failed);
    cr_expect_eq(response.status, 404);
    cr_expect_str_eq(g3_buffer_text(&response.body), "no such file");
    cr_expect_eq(all.bytes.length, 0);
    g3_buffer_free(&response.body);
    fault_server_free(server);
}

static fault_answer be_empty(void *context, const fault_request *request, size_t number)
{
    (void)context, (void)request;
    return number == 0 ? (fault_answer){.status = 200, .body = CONTENT, .fault = FAULT_TRUNCATE}
                       : (fault_answer){.status = 200, .body = ""};
}

Test(stream, forgets_what_came_if_there_is_nothing_now)
{
    taken all = {0};
    g3_response response;
    fault_server *server = fetch(be_empty, NULL, &all, &response);
    cr_expect_not(response.failed, "%s", response.error.message);
    cr_expect_eq(all.bytes.length, 0);
    cr_expect_eq(all.restarts, 1);
    g3_buffer_free(&all.bytes);
    g3_buffer_free(&response.body);
    fault_server_free(server);
}

/* Says 206, and gives everything all the same. */
static fault_answer mislead(void *context, const fault_request *request, size_t number)
{
    (void)context, (void)request;
    return number == 0 ? (fault_answer){.status = 200,
                                        .headers = "ETag: \"v1\"\r\n",
                                        .body = CONTENT,
                                        .fault = FAULT_TRUNCATE}
                       : (fault_answer){.status = 206,
                                        .headers = "Content-Range: bytes 0-35/36\r\n",
                                        .body = CONTENT};
}

Test(stream, looks_where_a_part_begins)
{
    taken all = {0};
    g3_response response;
    fault_server *server = fetch(mislead, NULL, &all, &response);
    expect_whole(&all, &response);
    cr_expect_eq(all.restarts, 1);
    fault_server_free(server);
}

/* A range that is refused: there may be less now than there was. */
static fault_answer refuse_range(void *context, const fault_request *request, size_t number)
{
    (void)context;
    if (fault_request_header(request, "Range"))
        return (fault_answer){.status = 416};
    return (fault_answer){.status = 200,
                          .headers = "ETag: \"v1\"\r\n",
                          .body = CONTENT,
                          .fault = number == 0 ? FAULT_TRUNCATE : FAULT_NONE};
}

Test(stream, begins_anew_where_a_range_is_refused)
{
    taken all = {0};
    g3_response response;
    fault_server *server = fetch(refuse_range, NULL, &all, &response);
    expect_whole(&all, &response);
    cr_expect_eq(all.restarts, 1);
    cr_expect_eq(fault_server_requests(server), 3);
    fault_server_free(server);
}
