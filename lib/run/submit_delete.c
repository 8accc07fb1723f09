/* Deletes records of a project. Called by g3-submit. */
#include "g3/run/submit_delete.h"
#include "g3/commons/graph.h"
#include "g3/commons/submission.h"
#include "g3/http/status.h"
#include "g3/record/json.h"
#include "g3/run/call.h"

static void begin_delete(const g3_submit_delete_options *options, const char *const *ids,
                         size_t count, g3_request *request)
{
    g3_buffer *url = &request->url;
    g3_request_begin(request, G3_DELETE, options->base, "/");
    g3_url_append_encoded(url, options->program, NULL);
    g3_buffer_append_char(url, '/');
    g3_url_append_encoded(url, options->project, NULL);
    g3_buffer_append_text(url, options->dry_run ? "/entities/_dry_run/" : "/entities/");
    for (size_t i = 0; i < count; i++) {
        if (i)
            g3_buffer_append_char(url, ',');
        g3_url_append_encoded(url, g3_view_of(ids[i]), NULL);
    }
}

static bool write_deleted(const g3_submit_delete_options *options,
                          const g3_submission_answer *answer, g3_error *error)
{
    g3_buffer *line = g3_sink_buffer(options->output);
    for (size_t i = 0; i < answer->count; i++) {
        const g3_submission_entity *entity = &answer->entities[i];
        g3_buffer_append_text(line, "{\"id\":");
        g3_json_append_string(line, entity->id);
        g3_buffer_append_text(line, ",\"type\":");
        g3_json_append_string(line, entity->type);
        g3_buffer_append_text(line, ",\"submitter_id\":");
        g3_json_append_string(line, entity->submitter_id);
        g3_buffer_append_text(line, ",\"action\":\"deleted\"}\n");
    }
    return g3_sink_settle(options->output, false, error);
}

/* Says which records can't be deleted, and fails. */
static bool refuse(const g3_submit_delete_options *options, const g3_submission_answer *answer,
                   bool repeated, g3_error *error)
{
    for (size_t i = 0; i < answer->count; i++) {
        const g3_submission_entity *entity = &answer->entities[i];
        g3_error told;
        if (entity->valid)
            continue;
        g3_fail(&told, G3_EXIT_DIFFERENCES, "%.*s%s%.*s", (int)entity->id.length, entity->id.data,
                entity->id.length ? ": " : "", (int)entity->errors.length, entity->errors.data);
        g3_report_error(options->reporter, &told);
    }
    return g3_fail(error, G3_EXIT_DIFFERENCES,
                   "of %zu records that were to be deleted together none was%s%.*s%s",
                   answer->count, answer->errors.length ? ": " : "", (int)answer->errors.length,
                   answer->errors.data,
                   repeated ? ", unless by an earlier try whose answer was lost" : "");
}

static bool delete_some(g3_http *http, const g3_submit_delete_options *options,
                        const char *const *ids, size_t count, g3_error *error)
{
    g3_request request = {0};
    g3_response response;
    g3_arena arena = {0};
    g3_submission_answer answer;
    begin_delete(options, ids, count, &request);
    bool done = g3_http_send(http, &request, &response, error);
    if (done && response.failed) {
        *error = response.error;
        done = false;
    } else if (done && !g3_submission_read(g3_buffer_view(&response.body), &arena, &answer)) {
        done = g3_response_fail(&response, ids[0], error);
    } else if (done) {
        done = g3_http_is_success(response.status)
                   ? write_deleted(options, &answer, error)
                   : refuse(options, &answer, response.attempts > 1, error);
    }
    g3_arena_free(&arena);
    g3_buffer_free(&response.body);
    return done;
}

bool g3_submit_delete(g3_http *http, const g3_submit_delete_options *options,
                      const char *const *ids, size_t count, g3_error *error)
{
    for (size_t at = 0; at < count; at += G3_SUBMIT_DELETE_CHUNK) {
        size_t left = count - at;
        size_t some = left < G3_SUBMIT_DELETE_CHUNK ? left : G3_SUBMIT_DELETE_CHUNK;
        if (!delete_some(http, options, ids + at, some, error))
            return false;
    }
    return true;
}

/* Asks for some records of a node. */
static bool ask_ids(g3_http *http, const g3_submit_delete_options *options, const char *node,
                    g3_buffer *answer, g3_error *error)
{
    g3_request request = {0};
    g3_buffer text = {0}, project = {0};
    g3_buffer_append(&project, options->program);
    g3_buffer_append_char(&project, '-');
    g3_buffer_append(&project, options->project);
    g3_buffer_append_format(&text, "{ %s(first: %d, project_id: ", node, G3_SUBMIT_DELETE_CHUNK);
    g3_json_append_string(&text, g3_buffer_view(&project));
    g3_buffer_append_text(&text, ") { id } }");
    g3_request_begin(&request, G3_POST, options->base, "/graphql"); /* asking twice does no harm */
    g3_buffer_append_text(&request.body, "{\"query\":");
    g3_json_append_string(&request.body, g3_buffer_view(&text));
    g3_buffer_append_char(&request.body, '}');
    g3_buffer_free(&text);
    g3_buffer_free(&project);
    return g3_call(http, &request, node, answer, error);
}

/* Fails if an answer has errors, whatever data it has beside them. */
static bool check_errors(g3_view answer, const char *node, g3_error *error)
{
    g3_buffer lines = {0};
    bool good = g3_graph_append_errors(&lines, answer) == 0;
    if (!good)
        g3_fail(error, G3_EXIT_DIFFERENCES, "%s: the service answers: %.*s", node,
                (int)strcspn(g3_buffer_text(&lines), "\n"), g3_buffer_text(&lines));
    g3_buffer_free(&lines);
    return good;
}

/* The ids in an answer {"data": {NODE: [{"id": ...}, ...]}}, as texts in `arena`. */
static const char **read_ids(g3_view answer, const char *node, size_t *count, g3_arena *arena)
{
    g3_json_reader json;
    bool first;
    g3_view item, id;
    const char **ids = g3_arena_take(arena, G3_SUBMIT_DELETE_CHUNK * sizeof *ids);
    *count = 0;
    g3_json_begin(&json, answer, arena);
    if (g3_json_find(&json, "data") && g3_json_find(&json, node) &&
        g3_json_peek(&json) == G3_JSON_ARRAY)
        for (g3_json_enter(&json, &first); *count < G3_SUBMIT_DELETE_CHUNK &&
                                           g3_json_more(&json, &first) &&
                                           g3_json_skip(&json, &item);)
            if (g3_json_read_member(item, "id", arena, &id))
                ids[(*count)++] = g3_arena_copy(arena, id).data;
    return ids;
}

bool g3_submit_delete_node(g3_http *http, const g3_submit_delete_options *options, const char *node,
                           g3_error *error)
{
    g3_arena arena = {0};
    g3_buffer answer = {0}, before = {0}; /* the first id of those deleted last */
    bool done;
    while ((done = ask_ids(http, options, node, &answer, error) &&
                   check_errors(g3_buffer_view(&answer), node, error))) {
        size_t count;
        g3_arena_clear(&arena);
        const char **ids = read_ids(g3_buffer_view(&answer), node, &count, &arena);
        if (count == 0)
            break;
        if (g3_view_equal(g3_buffer_view(&before), g3_view_of(ids[0]))) {
            done = g3_fail(error, G3_EXIT_SERVICE,
                           "%s: the service says that %s was deleted, but it is still there", node,
                           ids[0]);
            break;
        }
        g3_buffer_clear(&before);
        g3_buffer_append_text(&before, ids[0]);
        if (!(done = g3_submit_delete(http, options, ids, count, error)))
            break;
    }
    g3_buffer_free(&before);
    g3_buffer_free(&answer);
    g3_arena_free(&arena);
    return done;
}
