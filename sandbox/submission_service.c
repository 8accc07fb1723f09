/* The submission service's paths, and what its parts have in common. Called by the router. */
#include "submission_service.h"
#include "commons.h"
#include "document.h"
#include "g3/base/options.h"
#include "login.h"
#include <stdarg.h>
#include <stdlib.h>

/* Nesting of a body that the service reads. */
#define BODY_DEPTH 48

void submission_answer_message(struct exchange *exchange, unsigned status, const char *format, ...)
{
    char *words = NULL;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&words, format, arguments) < 0)
        g3_end_out_of_memory(strlen(format));
    va_end(arguments);
    json_object *document = json_object_new_object();
    json_object_object_add(document, "message", json_object_new_string(words));
    free(words);
    exchange_answer_document(exchange, status, document);
}

bool submission_read_json(struct exchange *exchange, json_object **document)
{
    if (document_parse(g3_buffer_view(&exchange->body), BODY_DEPTH, document))
        return true;
    submission_answer_message(exchange, 400, "Unable to parse json: the body is no JSON document");
    return false;
}

bool submission_find_program(struct exchange *exchange, struct nodes *nodes, g3_view name,
                             struct node *program)
{
    if (nodes_find_name(nodes, G3_VIEW("program"), (g3_view){0}, name, &exchange->arena, program))
        return true;
    submission_answer_message(exchange, 404, "program %.*s is not registered", (int)name.length,
                              name.data);
    return false;
}

bool submission_find_project(struct exchange *exchange, struct nodes *nodes,
                             const struct submission_path *path, struct node *project)
{
    g3_view name = path->pieces[0], code = path->pieces[1];
    struct node program;
    g3_buffer project_id = {0};
    if (!submission_find_program(exchange, nodes, name, &program))
        return false;
    g3_buffer_append_format(&project_id, "%.*s-%.*s", (int)name.length, name.data, (int)code.length,
                            code.data);
    bool found = nodes_find_name(nodes, G3_VIEW("project"), g3_buffer_view(&project_id), code,
                                 &exchange->arena, project);
    g3_buffer_free(&project_id);
    if (!found)
        submission_answer_message(exchange, 404, "Project %.*s not found", (int)code.length,
                                  code.data);
    return found;
}

static void answer_broken(struct exchange *exchange)
{
    submission_answer_message(exchange, 500, "Internal server error: the database failed");
}

bool submission_is_broken(struct exchange *exchange, const struct nodes *nodes)
{
    if (nodes->broken)
        answer_broken(exchange);
    return nodes->broken;
}

bool submission_begin_writing(struct exchange *exchange, struct nodes *nodes)
{
    store_connection *writer = store_borrow_writer(exchange->commons->store);
    nodes_begin(nodes, writer);
    if (!writer)
        answer_broken(exchange);
    return writer != NULL;
}

bool submission_end_writing(struct exchange *exchange, struct nodes *nodes, bool keep)
{
    nodes_end(nodes);
    bool ended =
        store_return_writer(exchange->commons->store, nodes->connection, keep && !nodes->broken) &&
        !(keep && nodes->broken);
    if (!ended)
        answer_broken(exchange);
    return ended;
}

void submission_begin_reading(struct exchange *exchange, struct nodes *nodes)
{
    nodes_begin(nodes, store_borrow_reader(exchange->commons->store));
    store_hold_state(nodes->connection);
}

void submission_end_reading(struct exchange *exchange, struct nodes *nodes)
{
    nodes_end(nodes);
    store_return_reader(exchange->commons->store, nodes->connection);
}

static void answer_dictionary(struct exchange *exchange, const struct submission_path *path)
{
    json_object *answer = json_object_new_object(), *links = json_object_new_array();
    const struct dictionary_node *node;
    g3_buffer prefix = {0}, link = {0};
    g3_buffer_append_text(&prefix, "/v0/submission");
    for (size_t i = 0; i < path->count; i++) {
        g3_buffer_append_char(&prefix, '/');
        g3_buffer_append(&prefix, path->pieces[i]);
    }
    for (size_t i = 0; i == 0 || (node = dictionary_node_at(i - 1)); i++) {
        g3_buffer_clear(&link);
        g3_buffer_append(&link, g3_buffer_view(&prefix));
        g3_buffer_append_char(&link, '/');
        g3_buffer_append_text(&link, i == 0 ? "_all" : node->name);
        json_object_array_add(links, json_object_new_string(g3_buffer_text(&link)));
    }
    g3_buffer_free(&prefix);
    g3_buffer_free(&link);
    json_object_object_add(answer, "links", links);
    exchange_answer_document(exchange, 200, answer);
}

static void answer_schema(struct exchange *exchange, const struct submission_path *path)
{
    g3_view name = path->pieces[path->count - 1];
    const struct dictionary_node *node = dictionary_find(name);
    if (g3_view_equal(name, G3_VIEW("_all")))
        exchange_answer_document(exchange, 200, dictionary_make_all_schemas());
    else if (node)
        exchange_answer_document(exchange, 200, dictionary_make_schema(node));
    else
        submission_answer_message(exchange, 404, "Entry %.*s not in dictionary", (int)name.length,
                                  name.data);
}

static void answer_graph_schema(struct exchange *exchange, const struct submission_path *path)
{
    (void)path;
    exchange_answer_document(exchange, 200, dictionary_make_graph_schema());
}

/* A path that is served; "*" is any piece. */
struct route {
    const char *pattern;
    verb verb;
    void (*serve)(struct exchange *exchange, const struct submission_path *path);
    bool open; /* no login is needed, or what serves it looks itself */
};

static const struct route ROUTES[] = {
    {"", VERB_GET, submission_list_programs, false},
    {"", VERB_POST, submission_create_program, false},
    {"", VERB_PUT, submission_create_program, false},
    {"getschema", VERB_GET, answer_graph_schema, true},
    {"graphql", VERB_POST, submission_graph, true},
    {"_dictionary", VERB_GET, answer_dictionary, true},
    {"_dictionary/*", VERB_GET, answer_schema, true},
    {"*", VERB_GET, submission_list_projects, false},
    {"*", VERB_POST, submission_put_project, false},
    {"*", VERB_PUT, submission_put_project, false},
    {"*", VERB_DELETE, submission_delete_program, false},
    {"*/*", VERB_POST, submission_upload, false},
    {"*/*", VERB_PUT, submission_upload, false},
    {"*/*", VERB_DELETE, submission_delete_project, false},
    {"*/*/_dry_run", VERB_POST, submission_upload, false},
    {"*/*/_dry_run", VERB_PUT, submission_upload, false},
    {"*/*/open", VERB_PUT, submission_open_project, false},
    {"*/*/open", VERB_POST, submission_open_project, false},
    {"*/*/export", VERB_GET, submission_export, false},
    {"*/*/manifest", VERB_GET, submission_manifest, false},
    {"*/*/_dictionary", VERB_GET, answer_dictionary, true},
    {"*/*/_dictionary/*", VERB_GET, answer_schema, true},
    {"*/*/entities/*", VERB_GET, submission_get_entities, false},
    {"*/*/entities/*", VERB_DELETE, submission_delete_entities, false},
    {"*/*/entities/_dry_run/*", VERB_DELETE, submission_delete_entities, false},
};

static bool matches(const char *pattern, const struct submission_path *path)
{
    size_t at = 0;
    while (*pattern) {
        size_t length = strcspn(pattern, "/");
        g3_view want = {pattern, length};
        if (at == path->count ||
            !(g3_view_equal(want, G3_VIEW("*")) || g3_view_equal(want, path->pieces[at])))
            return false;
        pattern += length + (pattern[length] == '/');
        at++;
    }
    return at == path->count;
}

/* Parts what stands behind the service's own path; a slash at the end is no piece.
 * @return false if the path is not the service's, or has a piece too many or an empty one */
static bool take_apart(struct exchange *exchange, struct submission_path *path)
{
    static const g3_view SERVICE = {"v0/submission", 13};
    g3_view text = exchange->path;
    *path = (struct submission_path){.count = 0};
    if (!g3_view_starts_with(text, SERVICE))
        return false;
    text = (g3_view){text.data + SERVICE.length, text.length - SERVICE.length};
    if (text.length && text.data[0] != '/')
        return false;
    size_t count;
    g3_view *pieces = target_split(text, '/', &count, &exchange->arena);
    for (size_t i = 1; i < count; i++) { /* nothing stands in front of the first slash */
        if (pieces[i].length == 0 && i == count - 1)
            break;
        if (pieces[i].length == 0 || path->count == SUBMISSION_PIECES)
            return false;
        path->pieces[path->count++] = pieces[i];
    }
    return true;
}

void submission_serve(struct exchange *exchange)
{
    struct submission_path path;
    bool there = false;
    bool ours = take_apart(exchange, &path);
    for (size_t i = 0; ours && i < G3_COUNT(ROUTES); i++) {
        if (!matches(ROUTES[i].pattern, &path))
            continue;
        there = true;
        if (ROUTES[i].verb != exchange->verb)
            continue;
        if (ROUTES[i].open || login_may_write(exchange))
            ROUTES[i].serve(exchange, &path);
        return;
    }
    if (there)
        submission_answer_message(exchange, 405, "The method is not allowed for the requested URL");
    else
        submission_answer_message(exchange, 404, "There is no such path");
}
