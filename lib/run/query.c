/* Pages through graph queries. Called by g3-submit. */
#include "g3/run/query.h"
#include "g3/commons/graph.h"
#include "g3/http/status.h"
#include "g3/record/json.h"
#include <inttypes.h>

/* Items that a list inside has at most where the query does not say. */
#define INNER_LIMIT 10

typedef struct query_run {
    const g3_query_options *options;
    g3_http *http;
    g3_graph_query query;
    g3_graph_page page;
    bool paged;       /* the query has lists that can be paged */
    bool one_list;    /* lines are its items themselves */
    bool more;        /* a list may go on behind this page */
    uint64_t *count;  /* lines written */
    uint64_t cut;     /* lists inside that may have been cut off */
    g3_buffer answer; /* to the last question */
    g3_buffer errors; /* its errors, a line each */
    size_t error_count;
    g3_arena arena; /* of one answer */
} query_run;

static void begin_request(query_run *run, g3_request *request)
{
    g3_buffer text = {0};
    g3_graph_query_append(&text, &run->query, &run->page);
    g3_request_begin(request, G3_POST, run->options->url, ""); /* asking twice does no harm */
    request->divisible = run->paged && run->page.offset >= 0 && run->page.first > 1;
    g3_buffer_append_text(&request->body, "{\"query\":");
    g3_json_append_string(&request->body, g3_buffer_view(&text));
    if (run->options->variables.length) {
        g3_buffer_append_text(&request->body, ",\"variables\":");
        g3_buffer_append(&request->body, run->options->variables);
    }
    g3_buffer_append_char(&request->body, '}');
    g3_buffer_free(&text);
}

/* Takes the answer over, and reads its errors. @return false if it is none */
static bool take_answer(query_run *run, g3_response *response, g3_error *error)
{
    g3_view body = g3_buffer_view(&response->body);
    if (response->failed) {
        *error = response->error;
        return false;
    }
    bool json = g3_json_is_valid(body);
    g3_buffer_clear(&run->errors);
    run->error_count = json ? g3_graph_append_errors(&run->errors, body) : 0;
    if (!(json && g3_http_is_success(response->status)) && /* with errors the status is 400 */
        !(response->status == G3_HTTP_BAD_REQUEST && run->error_count))
        return g3_response_fail(response, run->options->url, error);
    g3_buffer_free(&run->answer);
    run->answer = response->body;
    response->body = (g3_buffer){0};
    return true;
}

static bool errors_hold(query_run *run, const char *text)
{
    return run->error_count && strstr(g3_buffer_text(&run->errors), text);
}

/* The service could not give so much in time: asks for less. @return false if it can't be less */
static bool shrink(query_run *run, const char *why)
{
    if (!run->paged || run->page.offset < 0 || run->page.first <= 1)
        return false;
    run->page.first /= 2;
    g3_warn(run->options->reporter,
            "%s: pages of %" PRId64 " items from now (--page N begins with fewer)", why,
            run->page.first);
    return true;
}

/* Arguments of ours that this service, or this field, does not know are left out.
 * @return whether the question has become another one */
static bool adapt(query_run *run)
{
    g3_reporter *reporter = run->options->reporter;
    if (errors_hold(run, "exceeded") && errors_hold(run, "timeout"))
        return shrink(run, "the query took the service too long");
    if (!run->paged || run->page.offset != 0)
        return false;
    if (run->page.ordered &&
        (errors_hold(run, "argument \"order_by_asc\"") || errors_hold(run, "Cannot order by id"))) {
        g3_warn(reporter, "the list can't be put in the order of its ids: items may come twice, or "
                          "not at all, where pages overlap");
        run->page.ordered = false;
        return true;
    }
    if (errors_hold(run, "Unknown argument \"first\"") ||
        errors_hold(run, "Unknown argument \"offset\"")) {
        g3_warn(reporter, "the query can't be paged, and is asked as it is");
        run->page.offset = -1;
        return true;
    }
    return false;
}

/* Asks for the present page until there is an answer to it. */
static bool ask(query_run *run, g3_error *error)
{
    for (;;) {
        g3_request request = {0};
        g3_response response = {0};
        begin_request(run, &request);
        bool done = g3_http_send(run->http, &request, &response, error);
        if (done && response.timed_out && shrink(run, "there was no answer in time")) {
            g3_buffer_free(&response.body);
            continue;
        }
        done = done && take_answer(run, &response, error);
        g3_buffer_free(&response.body);
        if (!done || !adapt(run))
            return done;
    }
}

/* Reads past a value, counting lists of objects as long as the service lets them be. */
static bool count_cut(g3_json_reader *json, uint64_t *cut)
{
    bool first, good = true, objects = true;
    size_t count = 0;
    g3_view name;
    switch (g3_json_peek(json)) {
    case G3_JSON_ARRAY:
        for (g3_json_enter(json, &first); good && g3_json_more(json, &first); count++) {
            objects = objects && g3_json_peek(json) == G3_JSON_OBJECT;
            good = count_cut(json, cut);
        }
        *cut += count == INNER_LIMIT && objects;
        return good && !json->fault;
    case G3_JSON_OBJECT:
        for (g3_json_enter(json, &first); good && g3_json_more_key(json, &first, &name);)
            good = count_cut(json, cut);
        return good && !json->fault;
    default:
        return g3_json_skip(json, NULL);
    }
}

static void look_inside(query_run *run, g3_view item)
{
    g3_json_reader json;
    g3_json_begin(&json, item, &run->arena);
    count_cut(&json, &run->cut);
}

/* Writes an item or a value as a line. */
static bool write_line(query_run *run, g3_view name, g3_view value, g3_error *error)
{
    g3_buffer *out = g3_sink_buffer(run->options->output);
    if (!run->one_list) {
        g3_buffer_append_char(out, '{');
        g3_json_append_string(out, name);
        g3_buffer_append_char(out, ':');
    }
    g3_buffer_append(out, g3_json_on_one_line(value, &run->arena));
    g3_buffer_append_text(out, run->one_list ? "\n" : "}\n");
    ++*run->count;
    return g3_sink_settle(run->options->output, false, error);
}

static const g3_graph_field *find_field(const g3_graph_query *query, g3_view name)
{
    for (size_t i = 0; i < query->count; i++)
        if (g3_view_equal(query->fields[i].name, name))
            return &query->fields[i];
    return NULL;
}

/* Writes what a field of the root holds. What is no list comes with the first page alone. */
static bool write_field(query_run *run, g3_json_reader *json, g3_view name, g3_error *error)
{
    const g3_graph_field *field = find_field(&run->query, name);
    bool first_page = run->page.offset <= 0, first;
    bool repeated = !first_page && !(field && field->pageable);
    int64_t count = 0;
    g3_view value;
    if (repeated || g3_json_peek(json) != G3_JSON_ARRAY) {
        bool null = g3_json_peek(json) == G3_JSON_NULL;
        if (!g3_json_skip(json, &value))
            return true; /* told by the caller */
        return repeated || (null && field && field->is_list) || write_line(run, name, value, error);
    }
    for (g3_json_enter(json, &first); g3_json_more(json, &first); count++) {
        if (!g3_json_skip(json, &value))
            return true;
        look_inside(run, value);
        if (!write_line(run, name, value, error))
            return false;
    }
    if (field && field->pageable && run->page.offset >= 0)
        run->more = run->more || count == run->page.first || (field->until_empty && count);
    return true;
}

/* Writes the page's data. */
static bool write_data(query_run *run, g3_error *error)
{
    g3_json_reader json;
    g3_view name;
    bool first, done = true;
    run->more = false;
    g3_arena_clear(&run->arena);
    g3_json_begin(&json, g3_buffer_view(&run->answer), &run->arena);
    bool found = g3_json_find(&json, "data") && g3_json_peek(&json) == G3_JSON_OBJECT;
    if (found)
        for (g3_json_enter(&json, &first); done && g3_json_more_key(&json, &first, &name);)
            done = write_field(run, &json, name, error);
    if (done && (json.fault || (!found && run->error_count == 0)))
        done = g3_fail(error, G3_EXIT_SERVICE, "%s: the answer holds neither data nor errors",
                       run->options->url);
    return done;
}

/* Says the answer's errors, all but the last, which ends the run. */
static bool fail_with_errors(query_run *run, g3_error *error)
{
    g3_buffer_text(&run->errors); /* ends it with a NUL */
    char *line = run->errors.data, *end;
    for (size_t i = 0; i + 1 < run->error_count; i++, line = end + 1) {
        g3_error told;
        end = strchr(line, '\n');
        g3_fail(&told, G3_EXIT_DIFFERENCES, "the service answers: %.*s", (int)(end - line), line);
        g3_report_error(run->options->reporter, &told);
    }
    line[strcspn(line, "\n")] = '\0';
    return g3_fail(error, G3_EXIT_DIFFERENCES, "the service answers: %s", line);
}

/* The user's own order may leave open which of two equal items comes first. */
static void warn_of_order(const query_run *run)
{
    for (size_t i = 0; i < run->query.count; i++)
        if (run->query.fields[i].pageable && run->query.fields[i].ordered) {
            g3_warn(run->options->reporter,
                    "pages are in the query's own order: items that are equal in it may come "
                    "twice, or not at all, where pages meet");
            return;
        }
}

static bool run_pages(query_run *run, g3_error *error)
{
    do {
        if (!ask(run, error) || !write_data(run, error))
            return false;
        if (run->error_count)
            return fail_with_errors(run, error);
        g3_progress_of(run->options->reporter, *run->count, 0);
        g3_progress(run->options->reporter, "%" PRIu64 " items", *run->count);
        if (run->more && run->page.offset == 0)
            warn_of_order(run);
        run->page.offset += run->page.first;
    } while (run->more);
    return true;
}

bool g3_query_run(g3_http *http, const g3_query_options *options, uint64_t *count, g3_error *error)
{
    g3_arena fields = {0};
    query_run run = {.options = options, .http = http, .count = count};
    *count = 0;
    run.page =
        (g3_graph_page){.first = options->page, .offset = options->page ? 0 : -1, .ordered = true};
    bool done = g3_graph_query_read(&run.query, options->text, &fields, error);
    run.one_list = run.query.count == 1 && run.query.fields[0].is_list;
    bool limits_inside = false;
    for (size_t i = 0; i < run.query.count; i++) {
        run.paged = run.paged || run.query.fields[i].pageable;
        limits_inside = limits_inside || run.query.fields[i].limits_inside;
    }
    done = done && run_pages(&run, error);
    g3_progress_end(options->reporter);
    if (run.cut && !limits_inside)
        g3_warn(options->reporter,
                "%" PRIu64 " lists inside have %d items, where the service ends them unless they "
                "are asked for as NAME(first: 0)",
                run.cut, INNER_LIMIT);
    g3_buffer_free(&run.answer);
    g3_buffer_free(&run.errors);
    g3_arena_free(&run.arena);
    g3_arena_free(&fields);
    return done;
}
