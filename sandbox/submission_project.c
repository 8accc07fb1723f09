/* Programs and projects. Called by submission_service.c. */
#include "commons.h"
#include "document.h"
#include "identity.h"
#include "submission_service.h"
#include "transaction.h"

/* Answers {"links": [prefix + name of each row]}. */
static void answer_links(struct exchange *exchange, sqlite3_stmt *rows, g3_view prefix)
{
    json_object *answer = json_object_new_object(), *links = json_object_new_array();
    g3_buffer link = {0};
    while (rows && sqlite3_step(rows) == SQLITE_ROW) {
        g3_buffer_clear(&link);
        g3_buffer_append(&link, prefix);
        g3_buffer_append_char(&link, '/');
        g3_buffer_append(&link, store_column(rows, 0));
        json_object_array_add(links, json_object_new_string(g3_buffer_text(&link)));
    }
    g3_buffer_free(&link);
    json_object_object_add(answer, "links", links);
    exchange_answer_document(exchange, 200, answer);
}

void submission_list_programs(struct exchange *exchange, const struct submission_path *path)
{
    (void)path;
    store_connection *reader = store_borrow_reader(exchange->commons->store);
    sqlite3_stmt *rows =
        store_prepare(reader, "SELECT name FROM node WHERE type = 'program' ORDER BY name");
    answer_links(exchange, rows, G3_VIEW("/v0/submission"));
    sqlite3_finalize(rows);
    store_return_reader(exchange->commons->store, reader);
}

void submission_list_projects(struct exchange *exchange, const struct submission_path *path)
{
    struct nodes nodes;
    struct node program;
    submission_begin_reading(exchange, &nodes);
    if (submission_find_program(exchange, &nodes, path->pieces[0], &program)) {
        g3_buffer prefix = {0};
        sqlite3_stmt *rows = store_prepare(
            nodes.connection, "SELECT node.name FROM link JOIN node ON node.number = source"
                              " WHERE target = ?1 AND link.name = 'programs' ORDER BY node.name");
        sqlite3_bind_int64(rows, 1, program.number);
        g3_buffer_append_format(&prefix, "/v0/submission/%.*s", (int)program.name.length,
                                program.name.data);
        answer_links(exchange, rows, g3_buffer_view(&prefix));
        sqlite3_finalize(rows);
        g3_buffer_free(&prefix);
    }
    submission_end_reading(exchange, &nodes);
}

/* A text member that is not empty. @return an empty view if there is none */
static g3_view text_of(json_object *document, const char *name)
{
    json_object *member = NULL;
    json_object_object_get_ex(document, name, &member);
    if (!json_object_is_type(member, json_type_string))
        return (g3_view){0};
    return (g3_view){json_object_get_string(member), (size_t)json_object_get_string_len(member)};
}

/* Reads a JSON object with what a program or a project must have.
 * @return NULL, with the answer set (400), if it isn't that; else owned by the caller */
static json_object *read_administrative(struct exchange *exchange, const char *type,
                                        const char *key)
{
    json_object *body;
    if (!submission_read_json(exchange, &body))
        return NULL;
    if (!g3_view_equal(text_of(body, "type"), g3_view_of(type)))
        submission_answer_message(exchange, 400, "A %s was expected: {\"type\": \"%s\", ...}", type,
                                  type);
    else if (text_of(body, key).length == 0 ||
             memchr(text_of(body, key).data, '/', text_of(body, key).length))
        submission_answer_message(exchange, 400, "No %s specified in key '%s'", type, key);
    else if (text_of(body, "dbgap_accession_number").length == 0)
        submission_answer_message(exchange, 400, "No dbGaP accession number specified.");
    else
        return body;
    json_object_put(body);
    return NULL;
}

/* Puts the properties of a body into a node's document, beside those that are there.
 * @return the document's text, living in the exchange's arena */
static g3_view merge_document(struct exchange *exchange, const struct dictionary_node *type,
                              g3_view old, json_object *body)
{
    json_object *document = NULL, *value;
    const struct dictionary_property *property;
    if (!document_parse(old, DOCUMENT_DEPTH, &document))
        document = json_object_new_object();
    for (size_t i = 0; (property = dictionary_property_at(type, i)); i++)
        if (!property->system && strcmp(property->name, type->key) != 0 &&
            json_object_object_get_ex(body, property->name, &value))
            json_object_object_add(document, property->name, json_object_get(value));
    if (dictionary_find_property(type, G3_VIEW("state")) &&
        !json_object_object_get_ex(document, "state", NULL))
        json_object_object_add(document, "state", json_object_new_string("open"));
    g3_view text = g3_view_of(json_object_to_json_string_ext(document, JSON_C_TO_STRING_PLAIN));
    text = g3_arena_copy(&exchange->arena, text);
    json_object_put(document);
    return text;
}

static g3_view make_id(struct exchange *exchange)
{
    struct randomness randomness = {0};
    char uuid[UUID_SIZE];
    identity_make_uuid(&randomness, uuid);
    return g3_arena_copy(&exchange->arena, g3_view_of(uuid));
}

/* Creates a node, or updates the one that is there. @return true if it is new */
static bool write_node(struct exchange *exchange, struct nodes *nodes,
                       const struct dictionary_node *type, json_object *body, g3_view project_id,
                       struct node *node)
{
    g3_view name = g3_arena_copy(&exchange->arena, text_of(body, type->key));
    bool there =
        nodes_find_name(nodes, g3_view_of(type->name), project_id, name, &exchange->arena, node);
    node->document = merge_document(exchange, type, node->document, body);
    if (there) {
        nodes_update(nodes, node);
        return false;
    }
    node->id = make_id(exchange);
    node->type = g3_view_of(type->name);
    node->project_id = project_id;
    node->name = name;
    nodes_insert(nodes, node);
    return true;
}

void submission_create_program(struct exchange *exchange, const struct submission_path *path)
{
    const struct dictionary_node *type = dictionary_find(G3_VIEW("program"));
    struct nodes nodes;
    struct node program;
    (void)path;
    json_object *body = read_administrative(exchange, "program", "name");
    if (!body || !submission_begin_writing(exchange, &nodes)) {
        json_object_put(body);
        return;
    }
    write_node(exchange, &nodes, type, body, (g3_view){0}, &program);
    if (submission_end_writing(exchange, &nodes, true)) {
        json_object *answer = json_object_new_object();
        json_object_object_add(answer, "id", json_object_new_string(program.id.data));
        json_object_object_add(answer, "name", json_object_new_string(program.name.data));
        exchange_answer_document(exchange, 200, answer);
    }
    json_object_put(body);
}

/* Answers the transaction document of a project. */
static void answer_project(struct exchange *exchange, const struct node *project,
                           entity_action action)
{
    struct transaction transaction = {.code = 200, .success = "Transaction successful."};
    struct entity *entity = transaction_add(&transaction);
    entity->action = action;
    entity->id = project->id;
    entity->type = project->type;
    entity_set_key(entity, (g3_view){0}, "code", project->name);
    transaction_answer(&transaction, exchange);
}

/* @return false, with the answer set, if nothing is to be kept */
static bool put_project(struct exchange *exchange, struct nodes *nodes, g3_view program_name,
                        json_object *body, struct node *project, entity_action *action)
{
    struct node program;
    if (!submission_find_program(exchange, nodes, program_name, &program))
        return false;
    g3_buffer project_id = {0};
    g3_view code = text_of(body, "code");
    g3_buffer_append_format(&project_id, "%.*s-%.*s", (int)program_name.length, program_name.data,
                            (int)code.length, code.data);
    bool created =
        write_node(exchange, nodes, dictionary_find(G3_VIEW("project")), body,
                   g3_arena_copy(&exchange->arena, g3_buffer_view(&project_id)), project);
    g3_buffer_free(&project_id);
    *action = created ? ENTITY_CREATE : ENTITY_UPDATE;
    nodes_link(nodes, project->number, "programs", program.number);
    return true;
}

void submission_put_project(struct exchange *exchange, const struct submission_path *path)
{
    struct nodes nodes;
    struct node project;
    entity_action action;
    json_object *body = read_administrative(exchange, "project", "code");
    if (!body || !submission_begin_writing(exchange, &nodes)) {
        json_object_put(body);
        return;
    }
    bool put = put_project(exchange, &nodes, path->pieces[0], body, &project, &action);
    if (submission_end_writing(exchange, &nodes, put) && put)
        answer_project(exchange, &project, action);
    json_object_put(body);
}

void submission_open_project(struct exchange *exchange, const struct submission_path *path)
{
    struct nodes nodes;
    struct node project;
    json_object *document;
    if (!submission_begin_writing(exchange, &nodes))
        return;
    bool found = submission_find_project(exchange, &nodes, path, &project);
    if (found && document_parse(project.document, DOCUMENT_DEPTH, &document)) {
        json_object_object_add(document, "state", json_object_new_string("open"));
        project.document = g3_arena_copy(
            &exchange->arena,
            g3_view_of(json_object_to_json_string_ext(document, JSON_C_TO_STRING_PLAIN)));
        json_object_put(document);
        nodes_update(&nodes, &project);
    }
    if (submission_end_writing(exchange, &nodes, found) && found)
        answer_project(exchange, &project, ENTITY_UPDATE);
}

static bool has_rows(struct nodes *nodes, const char *sql, const struct node *node)
{
    sqlite3_stmt *rows = store_prepare(nodes->connection, sql);
    if (rows) {
        sqlite3_bind_int64(rows, 1, node->number);
        store_bind_text(rows, 2, node->project_id);
    }
    bool some = sqlite3_step(rows) == SQLITE_ROW;
    sqlite3_finalize(rows);
    return some;
}

static bool delete_program(struct exchange *exchange, struct nodes *nodes,
                           const struct submission_path *path)
{
    struct node program;
    if (!submission_find_program(exchange, nodes, path->pieces[0], &program))
        return false;
    if (has_rows(nodes, "SELECT ?2 FROM link WHERE target = ?1", &program)) {
        submission_answer_message(exchange, 400,
                                  "ERROR: Can not delete the program. Program %s is not empty",
                                  program.name.data);
        return false;
    }
    nodes_delete(nodes, program.number);
    return true;
}

static bool delete_project(struct exchange *exchange, struct nodes *nodes,
                           const struct submission_path *path)
{
    struct node project;
    if (!submission_find_project(exchange, nodes, path, &project))
        return false;
    if (has_rows(nodes, "SELECT 1 FROM node WHERE project_id = ?2 AND number <> ?1", &project)) {
        submission_answer_message(exchange, 400,
                                  "Can not delete the project. Project %s is not empty",
                                  project.name.data);
        return false;
    }
    nodes_delete(nodes, project.number);
    return true;
}

static void delete_by(struct exchange *exchange, const struct submission_path *path,
                      bool (*work)(struct exchange *, struct nodes *,
                                   const struct submission_path *))
{
    struct nodes nodes;
    if (!submission_begin_writing(exchange, &nodes))
        return;
    bool done = work(exchange, &nodes, path);
    if (submission_end_writing(exchange, &nodes, done) && done)
        exchange_begin_json(exchange, 204);
}

void submission_delete_program(struct exchange *exchange, const struct submission_path *path)
{
    delete_by(exchange, path, delete_program);
}

void submission_delete_project(struct exchange *exchange, const struct submission_path *path)
{
    delete_by(exchange, path, delete_project);
}
