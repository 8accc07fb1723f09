/* Records that are submitted: validated, written, answered. Called by submission_service.c.
 *
 * Every record that can be told by its name is written before links are looked up, so that records
 * of one request can link to each other in any order, valid or not. If something is wrong, or
 * nothing is to be written, the work is undone.
 */
#include "commons.h"
#include "document.h"
#include "identity.h"
#include "record_check.h"
#include "record_link.h"
#include "submission_body.h"
#include "submission_service.h"
#include <stdlib.h>

struct upload {
    struct exchange *exchange;
    struct nodes nodes;
    struct node project;
    json_object *records;
    struct transaction transaction;
    int64_t *numbers; /* of each record's node; 0: it has none */
    struct randomness randomness;
    char date[DATE_SIZE + sizeof "+00:00"];
    bool only_new;
    bool dry_run;
};

/* A text member. @return an empty view if there is none, or another value */
static g3_view text_of(json_object *record, const char *name)
{
    json_object *member = NULL;
    json_object_object_get_ex(record, name, &member);
    if (!json_object_is_type(member, json_type_string))
        return (g3_view){0};
    return (g3_view){json_object_get_string(member), (size_t)json_object_get_string_len(member)};
}

/* Notes the records whose type and submitter_id another one has. */
static void check_repeated(struct upload *upload)
{
    json_object *met = json_object_new_object();
    g3_buffer key = {0};
    for (size_t i = 0; i < json_object_array_length(upload->records); i++) {
        json_object *record = json_object_array_get_idx(upload->records, i);
        g3_view type = text_of(record, "type"), name = text_of(record, "submitter_id");
        if (name.length == 0)
            continue;
        g3_buffer_clear(&key);
        g3_buffer_append(&key, type);
        g3_buffer_append_char(&key, '\n');
        g3_buffer_append(&key, name);
        const char *text = g3_buffer_text(&key);
        if (json_object_object_get_ex(met, text, NULL))
            transaction_add_fault(&upload->transaction, REASON_NOT_UNIQUE,
                                  "Entity is not unique, the submitter_id '%s' of type '%s' comes "
                                  "more than once",
                                  name.data, type.data);
        else
            json_object_object_add(met, text, NULL);
    }
    g3_buffer_free(&key);
    json_object_put(met);
}

/* Finds the node of a record. What contradicts it is noted.
 * @return false if the record can't be written: it has no name, or is another's */
static bool find_node(struct upload *upload, struct entity *entity, json_object *record,
                      struct node *node)
{
    g3_view id = text_of(record, "id"), name = text_of(record, "submitter_id");
    g3_view project_id = text_of(record, "project_id");
    g3_arena *arena = &upload->exchange->arena;
    *node = (struct node){0};
    if (project_id.length && !g3_view_equal(project_id, upload->project.project_id))
        entity_add_fault(entity, "project_id", REASON_INVALID_VALUE,
                         "'%s' is not the project of the request, '%s'", project_id.data,
                         upload->project.project_id.data);
    if (id.length && nodes_find_id(&upload->nodes, id, arena, node)) {
        if (g3_view_equal(node->type, entity->type) &&
            g3_view_equal(node->project_id, upload->project.project_id) &&
            (name.length == 0 || g3_view_equal(node->name, name)))
            return true;
        entity_add_fault(entity, "id", REASON_INVALID_VALUE, "'%s' is another record's", id.data);
        *node = (struct node){0};
        return false;
    }
    if (name.length == 0) {
        if (!json_object_object_get_ex(record, "submitter_id", NULL))
            entity_add_fault(entity, "submitter_id", REASON_MISSING_PROPERTY,
                             "'submitter_id' is a required property");
        return false;
    }
    if (nodes_find_name(&upload->nodes, entity->type, upload->project.project_id, name, arena,
                        node) &&
        id.length) {
        entity_add_fault(entity, "id", REASON_INVALID_VALUE,
                         "'%s' is not the id of the record, '%s'", id.data, node->id.data);
        *node = (struct node){0};
        return false;
    }
    return true;
}

/* The members of a document that the service sets. */
static void put_dates(struct upload *upload, json_object *document)
{
    if (!json_object_object_get_ex(document, "created_datetime", NULL))
        json_object_object_add(document, "created_datetime", json_object_new_string(upload->date));
    json_object_object_add(document, "updated_datetime", json_object_new_string(upload->date));
    json_object_object_add(document, "state", json_object_new_string("validated"));
}

static void write_node(struct upload *upload, struct entity *entity, json_object *record,
                       struct node *node, json_object *document)
{
    char uuid[UUID_SIZE];
    g3_view id = text_of(record, "id");
    put_dates(upload, document);
    node->document = g3_view_of(json_object_to_json_string_ext(document, JSON_C_TO_STRING_PLAIN));
    if (node->number) {
        nodes_update(&upload->nodes, node);
        entity->id = node->id;
        return;
    }
    if (id.length == 0) {
        identity_make_uuid(&upload->randomness, uuid);
        id = g3_view_of(uuid);
    }
    node->id = entity->id = g3_arena_copy(&upload->exchange->arena, id);
    node->type = entity->type;
    node->project_id = upload->project.project_id;
    node->name = text_of(record, "submitter_id");
    nodes_insert(&upload->nodes, node);
}

/* Validates a record but for its links, and writes it if it can be.
 * @return the number of its node, or 0 */
static int64_t take_record(struct upload *upload, struct entity *entity, json_object *record)
{
    struct node node = {0};
    json_object *document = NULL;
    const struct dictionary_node *type = dictionary_find(entity->type);
    if (!type || !dictionary_is_record(type)) {
        if (entity->type.length)
            entity_add_fault(entity, "type", REASON_INVALID_TYPE, "Invalid entity type: %s",
                             entity->type.data);
        else
            entity_add_fault(entity, "type", REASON_INVALID_TYPE, "Missing entity type");
        return 0;
    }
    record_check_properties(entity, type, record);
    bool writable = find_node(upload, entity, record, &node);
    entity->action = node.number ? ENTITY_UPDATE : ENTITY_CREATE;
    if (node.number && upload->only_new)
        entity_add_fault(entity, "submitter_id", REASON_NOT_UNIQUE,
                         "The entity exists already; it can be updated (PUT), not created (POST)");
    if (!document_parse(node.document, DOCUMENT_DEPTH, &document))
        document = json_object_new_object();
    record_merge(document, type, record);
    record_check_required(entity, type, document);
    if (writable)
        write_node(upload, entity, record, &node, document);
    json_object_put(document);
    return node.number;
}

static void take_records(struct upload *upload)
{
    size_t count = json_object_array_length(upload->records);
    bool stop = !transaction_is_good(&upload->transaction);
    upload->numbers = g3_allocate_zeroed(count, sizeof *upload->numbers);
    for (size_t i = 0; i < count; i++) {
        json_object *record = json_object_array_get_idx(upload->records, i);
        struct entity *entity = transaction_add(&upload->transaction);
        g3_view name = text_of(record, "submitter_id");
        entity->type = text_of(record, "type");
        if (name.length)
            entity_set_key(entity, upload->project.project_id, "submitter_id", name);
        if (!stop)
            upload->numbers[i] = take_record(upload, entity, record);
    }
    struct link_context context = {&upload->nodes, &upload->exchange->arena, &upload->project};
    for (size_t i = 0; i < count; i++)
        if (upload->numbers[i])
            record_link(&context, &upload->transaction.entities[i], upload->numbers[i],
                        json_object_array_get_idx(upload->records, i));
}

/* Does the work. @return false, with the answer set, if there is no such project */
static bool run(struct upload *upload, const struct submission_path *path)
{
    if (!submission_find_project(upload->exchange, &upload->nodes, path, &upload->project))
        return false;
    if (json_object_array_length(upload->records) == 0)
        transaction_add_fault(&upload->transaction, NULL, "Nothing to submit");
    check_repeated(upload);
    take_records(upload);
    return true;
}

/* A gateway's page, if the options have it that bodies of that many records are too much. */
static bool is_too_much(struct exchange *exchange, json_object *records)
{
    static const char PAGE[] = "<html>\r\n<head><title>%s</title></head>\r\n<body>\r\n"
                               "<center><h1>%s</h1></center>\r\n<hr><center>nginx</center>\r\n"
                               "</body>\r\n</html>\r\n";
    const struct settings *settings = exchange->commons->settings;
    int64_t count = (int64_t)json_object_array_length(records);
    bool large = settings->submission_limit && count > settings->submission_limit;
    bool slow = settings->submission_patience && count > settings->submission_patience;
    const char *title = large ? "413 Request Entity Too Large" : "504 Gateway Time-out";
    if (large || slow) {
        exchange_answer_text(exchange, large ? 413 : 504, "");
        g3_buffer_append_format(&exchange->answer, PAGE, title, title);
    }
    return large || slow;
}

static void set_up(struct upload *upload, const struct submission_path *path)
{
    upload->only_new = upload->exchange->verb == VERB_POST;
    upload->dry_run = path->count > 2;
    upload->transaction.code = upload->only_new ? 201 : 200;
    upload->transaction.success =
        upload->dry_run ? "Transaction would have been successful. User selected dry run option, "
                          "transaction aborted, no data written to database."
                        : "Transaction successful.";
    identity_write_date(identity_now(), upload->date);
    strcat(upload->date, "+00:00");
}

void submission_upload(struct exchange *exchange, const struct submission_path *path)
{
    struct upload upload = {.exchange = exchange};
    if (!submission_body_read(exchange, &upload.records))
        return;
    set_up(&upload, path);
    if (!is_too_much(exchange, upload.records) &&
        submission_begin_writing(exchange, &upload.nodes)) {
        bool answerable = run(&upload, path);
        bool keep = answerable && !upload.dry_run && transaction_is_good(&upload.transaction);
        if (submission_end_writing(exchange, &upload.nodes, keep) && answerable)
            transaction_answer(&upload.transaction, exchange);
        transaction_free(&upload.transaction);
    }
    free(upload.numbers);
    json_object_put(upload.records);
}
