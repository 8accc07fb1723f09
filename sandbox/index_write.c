/* Creating, changing and deleting records. */
#include "commons.h"
#include "document.h"
#include "index_record.h"
#include "index_schema.h"
#include "index_service.h"
#include "login.h"

/* Stores a new record and answers what it is called. */
static void insert(struct exchange *exchange, unsigned status, json_object *document)
{
    store_connection *writer = store_borrow_writer(exchange->commons->store);
    bool stored = writer && index_record_insert(writer, document);
    bool exists = writer && sqlite3_errcode(writer->database) == SQLITE_CONSTRAINT;
    if (writer && !store_return_writer(exchange->commons->store, writer, stored))
        stored = false;
    if (stored)
        index_record_answer(exchange, status, document);
    else if (exists)
        exchange_answer_error(exchange, 409, "did \"%s\" already exists",
                              index_record_text(document, "did"));
    else
        exchange_answer_error(exchange, 500, "the database could not be written");
}

static void create(struct exchange *exchange, json_object *body, const char *baseid)
{
    json_object *document = index_record_make(exchange, body, NULL, baseid);
    if (document)
        insert(exchange, 200, document);
    json_object_put(document);
}

void index_create(struct exchange *exchange)
{
    json_object *body;
    if (!exchange_read_json(exchange, &body))
        return;
    if (index_schema_check_new(exchange, body) && login_may_write(exchange))
        create(exchange, body, NULL);
    json_object_put(body);
}

/* The base id of a record, in the exchange's arena; empty if there is no such record. */
static g3_view find_baseid(struct exchange *exchange, g3_view guid)
{
    g3_view baseid = {0};
    store_connection *reader = store_borrow_reader(exchange->commons->store);
    sqlite3_stmt *row = index_find(exchange, reader, guid);
    if (row)
        baseid = g3_arena_copy(&exchange->arena, store_column(row, FIND_BASEID));
    sqlite3_reset(row);
    store_return_reader(exchange->commons->store, reader);
    return baseid;
}

void index_create_version(struct exchange *exchange, g3_view guid)
{
    json_object *body;
    if (!exchange_read_json(exchange, &body))
        return;
    if (index_schema_check_new(exchange, body) && login_may_write(exchange)) {
        g3_view baseid = find_baseid(exchange, guid);
        if (baseid.length)
            create(exchange, body, baseid.data);
        else
            index_answer_missing(exchange);
    }
    json_object_put(body);
}

void index_create_blank(struct exchange *exchange)
{
    json_object *body;
    if (!exchange_read_json(exchange, &body))
        return;
    if (index_schema_check_blank(exchange, body) && login_may_write(exchange)) {
        json_object *document = index_record_make(exchange, body, NULL, NULL);
        if (document)
            insert(exchange, 201, document);
        json_object_put(document);
    }
    json_object_put(body);
}

/* What is done to a record, once it is found and its revision is the one expected. Sets the answer.
 * @return true to keep the work */
typedef bool (*change)(struct exchange *exchange, store_connection *writer, int64_t id,
                       json_object *document, json_object *body);

/* Finds the record, compares revisions, asks for the right to write, in this order, as the real
 * service does. */
static bool change_found(struct exchange *exchange, store_connection *writer, g3_view guid,
                         json_object *body, change work)
{
    const g3_view *revision = target_get(&exchange->target, "rev");
    json_object *document = NULL;
    sqlite3_stmt *row = index_find(exchange, writer, guid);
    if (!row) {
        index_answer_missing(exchange);
        return false;
    }
    bool same = revision && g3_view_equal(*revision, store_column(row, FIND_REVISION));
    int64_t id = sqlite3_column_int64(row, FIND_ID);
    document_parse(store_column(row, FIND_DOCUMENT), DOCUMENT_DEPTH, &document);
    sqlite3_reset(row);
    bool changed = false;
    if (!same)
        exchange_answer_error(exchange, 409, "revision mismatch");
    else if (login_may_write(exchange))
        changed = work(exchange, writer, id, document, body);
    json_object_put(document);
    return changed;
}

static void change_record(struct exchange *exchange, g3_view guid, json_object *body, change work)
{
    store_connection *writer = store_borrow_writer(exchange->commons->store);
    bool changed = writer && change_found(exchange, writer, guid, body, work);
    if (!writer || !store_return_writer(exchange->commons->store, writer, changed))
        exchange_answer_error(exchange, 500, "the database could not be written");
}

static bool store_change(struct exchange *exchange, store_connection *writer, int64_t id,
                         json_object *document, json_object *body)
{
    if (!index_record_change(exchange, document, body))
        return false;
    if (!index_record_update(writer, id, document)) {
        index_answer_broken(exchange, writer);
        return false;
    }
    index_record_answer(exchange, 200, document);
    return true;
}

void index_update(struct exchange *exchange, g3_view guid)
{
    json_object *body;
    if (!exchange_read_json(exchange, &body))
        return;
    if (index_schema_check_update(exchange, body))
        change_record(exchange, guid, body, store_change);
    json_object_put(body);
}

static bool fill_blank(struct exchange *exchange, store_connection *writer, int64_t id,
                       json_object *document, json_object *body)
{
    if (index_record_text(document, "size")) {
        exchange_answer_error(exchange, 400, "update api is not supported for non-empty record!");
        return false;
    }
    return store_change(exchange, writer, id, document, body);
}

void index_fill_blank(struct exchange *exchange, g3_view guid)
{
    json_object *body;
    if (!exchange_read_json(exchange, &body))
        return;
    if (index_schema_check_fill(exchange, body))
        change_record(exchange, guid, body, fill_blank);
    json_object_put(body);
}

static bool run_for(store_connection *writer, const char *sql, g3_view did)
{
    sqlite3_stmt *statement = store_prepare(writer, sql);
    if (statement)
        store_bind_text(statement, 1, did);
    bool done = statement && sqlite3_step(statement) == SQLITE_DONE;
    sqlite3_finalize(statement);
    return done;
}

static bool delete_found(struct exchange *exchange, store_connection *writer, int64_t id,
                         json_object *document, json_object *body)
{
    g3_view did = g3_view_of(index_record_text(document, "did"));
    (void)id, (void)body;
    if (!run_for(writer, "DELETE FROM alias WHERE did = ?1", did) ||
        !run_for(writer, "DELETE FROM record WHERE did = ?1", did)) {
        index_answer_broken(exchange, writer);
        return false;
    }
    exchange_answer_text(exchange, 200, "");
    return true;
}

void index_delete(struct exchange *exchange, g3_view guid)
{
    const g3_view *revision = target_get(&exchange->target, "rev");
    if (revision && revision->length)
        change_record(exchange, guid, NULL, delete_found);
    else
        exchange_answer_error(exchange, 400, "no revision specified");
}

static bool delete_any(struct exchange *exchange, store_connection *writer, g3_view guid)
{
    json_object *document = NULL;
    sqlite3_stmt *row = index_find(exchange, writer, guid);
    if (!row) {
        index_answer_missing(exchange);
        return false;
    }
    document_parse(store_column(row, FIND_DOCUMENT), DOCUMENT_DEPTH, &document);
    sqlite3_reset(row);
    bool deleted = delete_found(exchange, writer, 0, document, NULL);
    json_object_put(document);
    return deleted;
}

void index_delete_any(struct exchange *exchange, g3_view guid)
{
    store_connection *writer = store_borrow_writer(exchange->commons->store);
    bool deleted = writer && delete_any(exchange, writer, guid);
    if (!writer || !store_return_writer(exchange->commons->store, writer, deleted))
        exchange_answer_error(exchange, 500, "the database could not be written");
}
