/* Puts a failed request into words for its user. Called by the engine. */
#include "exchange.h"
#include "g3/base/memory.h"
#include "g3/http/status.h"
#include <json-c/json.h>
#include <stdlib.h>

/* Most bytes of the service's own words in a message. */
#define EXCERPT_LIMIT ((size_t)200)

/* An error answer longer than this is not searched for words, bytes. */
#define READ_LIMIT ((size_t)64 * 1024)

static const char *method_name(g3_method method)
{
    static const char *const NAMES[] = {
        [G3_GET] = "GET", [G3_POST] = "POST", [G3_PUT] = "PUT", [G3_DELETE] = "DELETE"};
    return NAMES[method];
}

/* The usual phrase of a status (RFC 9110, 15; RFC 6585); HTTP/2 sends none. */
static const char *reason_phrase(long status)
{
    static const struct {
        long status;
        const char *phrase;
    } PHRASES[] = {
        {301, "Moved Permanently"},
        {302, "Found"},
        {303, "See Other"},
        {307, "Temporary Redirect"},
        {308, "Permanent Redirect"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {413, "Content Too Large"},
        {414, "URI Too Long"},
        {429, "Too Many Requests"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {502, "Bad Gateway"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
        {505, "HTTP Version Not Supported"},
    };
    for (size_t i = 0; i < sizeof PHRASES / sizeof PHRASES[0]; i++)
        if (PHRASES[i].status == status)
            return PHRASES[i].phrase;
    return "";
}

/* Appends at most EXCERPT_LIMIT bytes, whatever cannot be shown on one line replaced. */
static void append_excerpt(g3_buffer *text, g3_view words)
{
    words = g3_view_trim(words);
    bool cut = words.length > EXCERPT_LIMIT;
    if (cut)
        words.length = EXCERPT_LIMIT;
    for (size_t i = 0; i < words.length; i++) {
        unsigned char c = (unsigned char)words.data[i];
        g3_buffer_append_char(text, c < ' ' ? ' ' : c > '~' ? '?' : (char)c);
    }
    if (cut)
        g3_buffer_append_text(text, "...");
}

/* The service's own words: "error", "detail" or "message" of a JSON answer, or a plain text. A page
 * of HTML says no more than the status. */
static void append_words(g3_buffer *text, g3_view body)
{
    static const char *const MEMBERS[] = {"error", "detail", "message"};
    body = g3_view_trim(body);
    if (body.length == 0 || body.length > READ_LIMIT || body.data[0] == '<')
        return;
    g3_view words = body;
    struct json_tokener *reader = json_tokener_new();
    struct json_object *answer =
        reader ? json_tokener_parse_ex(reader, body.data, (int)body.length) : NULL;
    for (size_t i = 0; i < sizeof MEMBERS / sizeof MEMBERS[0]; i++) {
        struct json_object *member;
        if (json_object_is_type(answer, json_type_object) &&
            json_object_object_get_ex(answer, MEMBERS[i], &member) && member) {
            words = g3_view_of(json_object_get_string(member));
            break;
        }
    }
    g3_buffer_append_text(text, ": ");
    append_excerpt(text, words);
    json_object_put(answer);
    json_tokener_free(reader);
}

static void append_status(g3_buffer *text, long status)
{
    const char *phrase = reason_phrase(status);
    g3_buffer_append_format(text, "%ld%s%s", status, *phrase ? " " : "", phrase);
}

void g3_response_append_words(g3_buffer *text, const g3_response *response)
{
    append_status(text, response->status);
    append_words(text, g3_buffer_view(&response->body));
}

bool g3_response_fail(const g3_response *response, const char *subject, g3_error *error)
{
    g3_buffer words = {0};
    long status = response->status;
    bool refused = status >= G3_HTTP_BAD_REQUEST && status < G3_HTTP_SERVER_ERROR;
    g3_response_append_words(&words, response);
    g3_fail(error, refused ? G3_EXIT_DIFFERENCES : G3_EXIT_SERVICE, "%s: %s", subject,
            g3_buffer_text(&words));
    g3_buffer_free(&words);
    return false;
}

/* Names the request by its URL, as that may be shown. */
static bool fail_with_url(const g3_request *request, const char *what, const char *detail,
                          g3_error *error)
{
    g3_buffer shown = {0};
    char *url = g3_duplicate(g3_buffer_view(&request->url));
    g3_url_append_shown(&shown, url);
    g3_fail(error, G3_EXIT_SERVICE, "%s: %s%s", g3_buffer_text(&shown), what, detail);
    g3_buffer_free(&shown);
    free(url);
    return false;
}

bool g3_request_fail(const g3_request *request, const g3_response *response, g3_error *error)
{
    g3_buffer words = {0};
    if (response->failed) {
        if (error)
            *error = response->error;
        return false;
    }
    g3_response_append_words(&words, response);
    fail_with_url(request, "the service answered with status ", g3_buffer_text(&words), error);
    g3_buffer_free(&words);
    return false;
}

bool g3_request_fail_unreadable(const g3_request *request, const char *reason, g3_error *error)
{
    return fail_with_url(request, "the service keeps giving a wrong answer: ", reason, error);
}

void g3_failure_describe(g3_buffer *text, const g3_exchange *exchange, CURLcode result)
{
    g3_buffer_append_text(text, method_name(exchange->request.method));
    g3_buffer_append_char(text, ' ');
    g3_url_append_shown(text, exchange->url.data);
    g3_buffer_append_text(text, ": ");
    if (result == CURLE_OK) {
        append_status(text, exchange->response.status);
    } else if (exchange->too_large) {
        g3_buffer_append_format(text, "the answer has more than %zu bytes",
                                exchange->options->answer_limit);
    } else {
        const char *words = exchange->curl_text;
        g3_buffer_append_text(text, *words ? words : curl_easy_strerror(result));
    }
}

void g3_failure_set(g3_exchange *exchange, CURLcode result, g3_exit exit, const char *advice)
{
    g3_response *response = &exchange->response;
    g3_buffer text = {0};
    g3_failure_describe(&text, exchange, result);
    if (response->attempts > 1)
        g3_buffer_append_format(&text, " (%d tries)", response->attempts);
    if (result == CURLE_OK)
        append_words(&text, g3_buffer_view(&response->body));
    if (*advice)
        g3_buffer_append_format(&text, "; %s", advice);
    g3_fail(&response->error, exit, "%s", g3_buffer_text(&text));
    response->failed = true;
    g3_buffer_free(&text);
}
