/* Records that are named by their ids: shown or deleted. Called by submission_service.c. */
#include "record_text.h"
#include "submission_service.h"
#include "transaction.h"

/* The ids of a path's last piece, "ID,ID". */
static g3_view *split_ids(struct exchange *exchange, const struct submission_path *path,
                          size_t *count)
{
    return target_split(path->pieces[path->count - 1], ',', count, &exchange->arena);
}

/* Finds a record of the project. */
static bool find_record(struct exchange *exchange, struct nodes *nodes, const struct node *project,
                        g3_view id, struct node *record)
{
    return nodes_find_id(nodes, id, &exchange->arena, record) &&
           dictionary_is_record(dictionary_find(record->type)) &&
           g3_view_equal(record->project_id, project->project_id);
}

static json_object *describe(struct exchange *exchange, struct nodes *nodes,
                             const struct submission_path *path, const struct node *record)
{
    json_object *about = json_object_new_object();
    json_object_object_add(
        about, "program",
        json_object_new_string_len(path->pieces[0].data, (int)path->pieces[0].length));
    json_object_object_add(
        about, "project",
        json_object_new_string_len(path->pieces[1].data, (int)path->pieces[1].length));
    json_object_object_add(about, "properties",
                           record_make_document(nodes, &exchange->arena, record, true));
    return about;
}

/* @return NULL, with the answer set, if one is not there */
static json_object *describe_all(struct exchange *exchange, struct nodes *nodes,
                                 const struct submission_path *path)
{
    struct node project, record;
    size_t count;
    g3_view *ids = split_ids(exchange, path, &count);
    if (!submission_find_project(exchange, nodes, path, &project))
        return NULL;
    json_object *entities = json_object_new_array();
    for (size_t i = 0; i < count; i++) {
        if (!find_record(exchange, nodes, &project, ids[i], &record)) {
            submission_answer_message(exchange, 404, "Not found: %.*s", (int)ids[i].length,
                                      ids[i].data);
            json_object_put(entities);
            return NULL;
        }
        json_object_array_add(entities, describe(exchange, nodes, path, &record));
    }
    return entities;
}

void submission_get_entities(struct exchange *exchange, const struct submission_path *path)
{
    struct nodes nodes;
    submission_begin_reading(exchange, &nodes);
    json_object *entities = describe_all(exchange, &nodes, path);
    submission_end_reading(exchange, &nodes);
    if (!entities)
        return;
    json_object *answer = json_object_new_object();
    json_object_object_add(answer, "entities", entities);
    exchange_answer_document(exchange, 200, answer);
}

/* Notes that others which stay depend on an entity, if they do.
 * @param goes  an object whose members are the ids to be deleted
 * @param dependents  their ids are appended, parted by commas */
static void check_dependents(struct nodes *nodes, struct entity *entity, const struct node *record,
                             json_object *goes, g3_buffer *dependents)
{
    size_t count = 0;
    sqlite3_stmt *rows = nodes_walk_dependents(nodes, record->number);
    while (sqlite3_step(rows) == SQLITE_ROW) {
        const char *id = (const char *)sqlite3_column_text(rows, 1);
        if (json_object_object_get_ex(goes, id, NULL))
            continue;
        count++;
        g3_buffer_append_text(dependents, dependents->length ? "," : "");
        g3_buffer_append_text(dependents, id);
    }
    nodes_reset(rows);
    if (count)
        entity_add_fault(entity, NULL, REASON_INVALID_LINK,
                         "Unable to delete entity because %zu others directly or indirectly depend "
                         "on it. You can only delete this entity by deleting its dependents prior "
                         "to, or during the same transaction as this one.",
                         count);
}

/* The ids, each once, as the members of an object. */
static json_object *make_set(g3_arena *arena, const g3_view *ids, size_t count)
{
    json_object *set = json_object_new_object();
    for (size_t i = 0; i < count; i++)
        json_object_object_add(set, g3_arena_copy(arena, ids[i]).data, NULL);
    return set;
}

static void delete_all(struct exchange *exchange, struct nodes *nodes, const struct node *project,
                       json_object *goes, struct transaction *transaction, g3_buffer *dependents)
{
    json_object_object_foreach(goes, id, ignored)
    {
        struct node record;
        struct entity *entity = transaction_add(transaction);
        (void)ignored;
        entity->id = g3_view_of(id);
        if (!find_record(exchange, nodes, project, entity->id, &record)) {
            entity_add_fault(entity, "id", REASON_NOT_FOUND, "Entity not found.");
            continue;
        }
        entity->action = ENTITY_DELETE;
        entity->type = record.type;
        entity_set_key(entity, record.project_id, "submitter_id", record.name);
        check_dependents(nodes, entity, &record, goes, dependents);
    }
    for (size_t i = 0; transaction_is_good(transaction) && i < transaction->count; i++) {
        struct node record;
        if (find_record(exchange, nodes, project, transaction->entities[i].id, &record))
            nodes_delete(nodes, record.number);
    }
}

void submission_delete_entities(struct exchange *exchange, const struct submission_path *path)
{
    struct transaction transaction = {.code = 200, .deletes = true};
    struct nodes nodes;
    struct node project;
    g3_buffer dependents = {0}, success = {0};
    bool dry_run = g3_view_equal(path->pieces[path->count - 2], G3_VIEW("_dry_run"));
    size_t count;
    g3_view *ids = split_ids(exchange, path, &count);
    json_object *goes = make_set(&exchange->arena, ids, count);
    if (submission_begin_writing(exchange, &nodes)) {
        bool found = submission_find_project(exchange, &nodes, path, &project);
        if (found)
            delete_all(exchange, &nodes, &project, goes, &transaction, &dependents);
        bool keep = found && !dry_run && transaction_is_good(&transaction);
        g3_buffer_append_format(&success, "%s deleted %zu entities",
                                dry_run ? "Dry run successful. Would have" : "Successfully",
                                transaction.count);
        transaction.success = g3_buffer_text(&success);
        transaction.failure = "Deletion transaction failed.";
        transaction.dependent_ids = g3_buffer_text(&dependents);
        if (submission_end_writing(exchange, &nodes, keep) && found)
            transaction_answer(&transaction, exchange);
        transaction_free(&transaction);
    }
    json_object_put(goes);
    g3_buffer_free(&dependents);
    g3_buffer_free(&success);
}
