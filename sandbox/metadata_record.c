/* Single documents of the metadata service. Called by metadata_service.c. */
#include "commons.h"
#include "document.h"
#include "metadata_service.h"

static void answer_kept(struct exchange *exchange, unsigned status, g3_view document)
{
    g3_buffer_append(exchange_begin_json(exchange, status), document);
}

static void answer_missing(struct exchange *exchange, g3_view guid)
{
    metadata_answer_detail(exchange, 404, "Not found: %.*s", (int)guid.length, guid.data);
}

static void answer_broken(struct exchange *exchange)
{
    exchange_answer_text(exchange, 500, "Internal Server Error");
}

static g3_view find_one(struct exchange *exchange, store_connection *connection, const char *sql,
                        g3_view key)
{
    g3_view found = {0};
    sqlite3_stmt *rows = store_prepare(connection, sql);
    if (rows) {
        store_bind_text(rows, 1, key);
        if (sqlite3_step(rows) == SQLITE_ROW)
            found = g3_arena_copy(&exchange->arena, store_column(rows, 0));
    }
    sqlite3_finalize(rows);
    return found;
}

g3_view metadata_find(struct exchange *exchange, store_connection *connection, g3_view guid,
                      bool aliases)
{
    g3_view found =
        find_one(exchange, connection, "SELECT document FROM metadata WHERE guid = ?1", guid);
    if (found.length || !aliases)
        return found;
    return find_one(exchange, connection,
                    "SELECT document FROM metadata JOIN metadata_alias USING (guid)"
                    " WHERE alias = ?1",
                    guid);
}

bool metadata_run(store_connection *writer, const char *sql, const g3_view *texts, int count)
{
    sqlite3_stmt *statement = store_prepare(writer, sql);
    for (int i = 0; statement && i < count; i++)
        store_bind_text(statement, i + 1, texts[i]);
    bool done = statement && sqlite3_step(statement) == SQLITE_DONE;
    sqlite3_finalize(statement);
    return done;
}

bool metadata_store(store_connection *writer, g3_view guid, g3_view document)
{
    return metadata_run(writer,
                        "INSERT INTO metadata(guid, document) VALUES(?1, ?2)"
                        " ON CONFLICT(guid) DO UPDATE SET document = ?2",
                        (g3_view[]){guid, document}, 2);
}

void metadata_get(struct exchange *exchange, g3_view guid)
{
    store_connection *reader = store_borrow_reader(exchange->commons->store);
    g3_view document = metadata_find(exchange, reader, guid, true);
    store_return_reader(exchange->commons->store, reader);
    if (document.length)
        answer_kept(exchange, 200, document);
    else
        answer_missing(exchange, guid);
}

/* Stores a document and answers it.
 * @return false, with the answer set, if nothing is to be kept */
static bool create(struct exchange *exchange, store_connection *writer, g3_view guid,
                   json_object *body)
{
    bool exists = metadata_find(exchange, writer, guid, false).length != 0;
    if (exists && !metadata_flag(exchange, "overwrite", false)) {
        metadata_answer_detail(exchange, 409, "Conflict: %.*s", (int)guid.length, guid.data);
        return false;
    }
    g3_buffer kept = {0};
    metadata_append_kept(&kept, body);
    bool stored = metadata_store(writer, guid, g3_buffer_view(&kept));
    if (!stored)
        answer_broken(exchange);
    else if (exists)
        answer_kept(exchange, 200, g3_buffer_view(&kept));
    else
        document_append_json(exchange_begin_json(exchange, 201), body);
    g3_buffer_free(&kept);
    return stored;
}

/* Puts the members of `more` into `document`. */
static void merge(json_object *document, json_object *more)
{
    json_object_object_foreach(more, key, member)
    {
        json_object_object_add(document, key, json_object_get(member));
    }
}

static bool update(struct exchange *exchange, store_connection *writer, g3_view guid,
                   json_object *body)
{
    g3_view old = metadata_find(exchange, writer, guid, false);
    json_object *document = NULL;
    if (old.length == 0) {
        answer_missing(exchange, guid);
        return false;
    }
    if (metadata_flag(exchange, "merge", false) && document_parse(old, DOCUMENT_DEPTH, &document))
        merge(document, body);
    else
        document = json_object_get(body);
    g3_buffer kept = {0};
    metadata_append_kept(&kept, document);
    bool stored = metadata_store(writer, guid, g3_buffer_view(&kept));
    if (stored)
        answer_kept(exchange, 200, g3_buffer_view(&kept));
    else
        answer_broken(exchange);
    json_object_put(document);
    g3_buffer_free(&kept);
    return stored;
}

static bool delete (struct exchange *exchange, store_connection *writer, g3_view guid,
                    json_object *body)
{
    g3_view old = metadata_find(exchange, writer, guid, false);
    (void)body;
    if (old.length == 0) {
        answer_missing(exchange, guid);
        return false;
    }
    if (!metadata_run(writer, "DELETE FROM metadata_alias WHERE guid = ?1", &guid, 1) ||
        !metadata_run(writer, "DELETE FROM metadata WHERE guid = ?1", &guid, 1)) {
        answer_broken(exchange);
        return false;
    }
    answer_kept(exchange, 200, old);
    return true;
}

/* Does the work in a transaction. */
static void change(struct exchange *exchange, g3_view guid, json_object *body,
                   bool (*work)(struct exchange *, store_connection *, g3_view, json_object *))
{
    store_connection *writer = store_borrow_writer(exchange->commons->store);
    bool changed = writer && work(exchange, writer, guid, body);
    if (!writer || !store_return_writer(exchange->commons->store, writer, changed))
        answer_broken(exchange);
}

static void change_by_body(struct exchange *exchange, g3_view guid,
                           bool (*work)(struct exchange *, store_connection *, g3_view,
                                        json_object *))
{
    json_object *body =
        metadata_may_write(exchange) ? metadata_read_body(exchange, json_type_object) : NULL;
    if (body)
        change(exchange, guid, body, work);
    json_object_put(body);
}

void metadata_create(struct exchange *exchange, g3_view guid)
{
    change_by_body(exchange, guid, create);
}

void metadata_update(struct exchange *exchange, g3_view guid)
{
    change_by_body(exchange, guid, update);
}

void metadata_delete(struct exchange *exchange, g3_view guid)
{
    if (metadata_may_write(exchange))
        change(exchange, guid, NULL, delete);
}
