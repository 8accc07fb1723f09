/* Single requests. Called by the tools whose operations are one request each, or few. */
#include "g3/run/call.h"
#include "g3/http/status.h"
#include "g3/record/json.h"

void g3_call_begin(g3_request *request, g3_method method, const char *base, const char *path,
                   const char *const *values, size_t count)
{
    size_t taken = 0;
    g3_request_begin(request, method, base, "");
    request->repeatable = method != G3_POST; /* else the service may do it twice */
    for (const char *at = path; *at;) {
        if (at[0] == '{' && at[1] == '}' && taken < count) {
            g3_url_append_encoded(&request->url, g3_view_of(values[taken++]), G3_URL_KEPT);
            at += strlen("{}");
        } else {
            g3_buffer_append_char(&request->url, *at++);
        }
    }
}

void g3_call_add_parameter(g3_request *request, const char *name, g3_view value)
{
    bool first = !memchr(request->url.data, '?', request->url.length);
    g3_buffer_append_char(&request->url, first ? '?' : '&');
    g3_url_append_encoded(&request->url, g3_view_of(name), NULL);
    g3_buffer_append_char(&request->url, '=');
    g3_url_append_encoded(&request->url, value, G3_URL_KEPT);
}

void g3_call_add_number(g3_request *request, const char *name, int64_t number)
{
    g3_buffer text = {0};
    g3_buffer_append_integer(&text, number);
    g3_call_add_parameter(request, name, g3_buffer_view(&text));
    g3_buffer_free(&text);
}

bool g3_call(g3_http *http, g3_request *take_request, const char *subject, g3_buffer *answer,
             g3_error *error)
{
    g3_response response = {0};
    g3_buffer shown = {0};
    g3_url_append_shown(&shown, g3_buffer_text(&take_request->url));
    bool done = g3_http_send(http, take_request, &response, error);
    if (done && response.failed) {
        done = false;
        if (error)
            *error = response.error;
    } else if (done && !g3_http_is_success(response.status)) {
        done = g3_response_fail(&response, subject ? subject : g3_buffer_text(&shown), error);
    }
    g3_buffer_clear(answer);
    if (done)
        g3_buffer_append(answer, g3_buffer_view(&response.body));
    g3_buffer_free(&response.body);
    g3_buffer_free(&shown);
    return done;
}

static void append_line(g3_buffer *out, g3_view json, g3_arena *arena)
{
    g3_buffer_append(out, g3_json_on_one_line(json, arena));
    g3_buffer_append_char(out, '\n');
}

bool g3_call_print(g3_sink *output, g3_view answer, g3_error *error)
{
    g3_arena arena = {0};
    g3_view text = g3_view_trim(answer);
    g3_buffer *out = g3_sink_buffer(output);
    if (text.length == 0) {
        g3_buffer_append_text(out, "null\n");
    } else if (g3_json_is_valid(text)) {
        append_line(out, text, &arena);
    } else {
        g3_json_append_string(out, text);
        g3_buffer_append_char(out, '\n');
    }
    g3_arena_free(&arena);
    return g3_sink_settle(output, false, error);
}

static bool fail_shape(const char *wanted, g3_error *error)
{
    return g3_fail(error, G3_EXIT_SERVICE, "the service answered something else than %s", wanted);
}

bool g3_call_print_items(g3_sink *output, g3_view answer, const char *member, int64_t *count,
                         g3_buffer *last, g3_error *error)
{
    g3_arena arena = {0};
    g3_json_reader json;
    g3_view item = {0}, did;
    bool first;
    *count = 0;
    g3_json_begin(&json, answer, &arena);
    bool good = (!member || g3_json_find(&json, member)) && g3_json_peek(&json) == G3_JSON_ARRAY &&
                g3_json_enter(&json, &first);
    while (good && g3_json_more(&json, &first) && g3_json_skip(&json, &item)) {
        append_line(g3_sink_buffer(output), item, &arena);
        ++*count;
    }
    if (!good || json.fault)
        good = fail_shape("a list", error);
    else
        good = g3_sink_settle(output, false, error);
    if (last)
        g3_buffer_clear(last);
    if (last && *count && g3_json_read_member(item, "did", &arena, &did))
        g3_buffer_append(last, did);
    g3_arena_free(&arena);
    return good;
}

bool g3_call_print_members(g3_sink *output, g3_view answer, int64_t *count, g3_error *error)
{
    g3_arena arena = {0};
    g3_json_reader json;
    g3_view name, value;
    bool first;
    *count = 0;
    g3_json_begin(&json, answer, &arena);
    bool good = g3_json_peek(&json) == G3_JSON_OBJECT && g3_json_enter(&json, &first);
    while (good && g3_json_more_key(&json, &first, &name) && g3_json_skip(&json, &value)) {
        g3_buffer *out = g3_sink_buffer(output);
        g3_buffer_append_text(out, "{\"guid\":");
        g3_json_append_string(out, name);
        g3_buffer_append_text(out, ",\"data\":");
        g3_buffer_append(out, g3_json_on_one_line(value, &arena));
        g3_buffer_append_text(out, "}\n");
        ++*count;
    }
    good = good && g3_json_at_end(&json) ? g3_sink_settle(output, false, error)
                                         : fail_shape("documents by GUID", error);
    g3_arena_free(&arena);
    return good;
}
