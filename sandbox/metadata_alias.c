/* Other names for the GUIDs of documents. Called by metadata_service.c. */
#include "commons.h"
#include "document.h"
#include "metadata_service.h"

static void answer_broken(struct exchange *exchange)
{
    exchange_answer_text(exchange, 500, "Internal Server Error");
}

static void answer_aliases(struct exchange *exchange, store_connection *connection, g3_view guid,
                           unsigned status)
{
    g3_buffer *answer = exchange_begin_json(exchange, status);
    sqlite3_stmt *rows = store_prepare(
        connection, "SELECT alias FROM metadata_alias WHERE guid = ?1 ORDER BY alias");
    bool first = true;
    g3_buffer_append_text(answer, "{\"guid\":");
    document_append_string(answer, guid);
    g3_buffer_append_text(answer, ",\"aliases\":[");
    if (rows)
        store_bind_text(rows, 1, guid);
    while (rows && sqlite3_step(rows) == SQLITE_ROW) {
        if (!first)
            g3_buffer_append_char(answer, ',');
        first = false;
        document_append_string(answer, store_column(rows, 0));
    }
    g3_buffer_append_text(answer, "]}");
    sqlite3_finalize(rows);
}

/* Adds the aliases of a body to those of a GUID.
 * @return false, with the answer set, where one is another GUID's */
static bool add_aliases(struct exchange *exchange, store_connection *writer, g3_view guid,
                        json_object *aliases)
{
    for (size_t i = 0; i < json_object_array_length(aliases); i++) {
        json_object *alias = json_object_array_get_idx(aliases, i);
        g3_view text = g3_view_of(json_object_get_string(alias));
        if (!metadata_run(writer,
                          "INSERT INTO metadata_alias(alias, guid) VALUES(?1, ?2)"
                          " ON CONFLICT(alias) DO UPDATE SET guid = ?2 WHERE guid = ?2",
                          (g3_view[]){text, guid}, 2)) {
            metadata_answer_detail(exchange, 409, "Conflict: %.*s", (int)text.length, text.data);
            return false;
        }
    }
    return true;
}

static bool write_aliases(struct exchange *exchange, store_connection *writer, g3_view guid,
                          json_object *aliases)
{
    bool merge = exchange->verb == VERB_POST || metadata_flag(exchange, "merge", false);
    if (metadata_find(exchange, writer, guid, false).length == 0) {
        metadata_answer_detail(exchange, 404, "Not found: %.*s", (int)guid.length, guid.data);
        return false;
    }
    if (!merge && !metadata_run(writer, "DELETE FROM metadata_alias WHERE guid = ?1", &guid, 1)) {
        answer_broken(exchange);
        return false;
    }
    if (!add_aliases(exchange, writer, guid, aliases))
        return false;
    answer_aliases(exchange, writer, guid, exchange->verb == VERB_POST ? 201 : 200);
    return true;
}

static bool remove_aliases(struct exchange *exchange, store_connection *writer, g3_view guid,
                           g3_view alias)
{
    bool all = alias.length == 0;
    const g3_view texts[] = {guid, alias};
    if (!metadata_run(writer,
                      all ? "DELETE FROM metadata_alias WHERE guid = ?1"
                          : "DELETE FROM metadata_alias WHERE guid = ?1 AND alias = ?2",
                      texts, all ? 1 : 2)) {
        answer_broken(exchange);
        return false;
    }
    if (!all && sqlite3_changes(writer->database) == 0) {
        metadata_answer_detail(exchange, 404, "Not found: %.*s", (int)alias.length, alias.data);
        return false;
    }
    exchange_begin_json(exchange, 204);
    return true;
}

static void change(struct exchange *exchange, g3_view guid, g3_view alias)
{
    json_object *body = NULL, *aliases = NULL;
    if (exchange->verb != VERB_DELETE) {
        body = metadata_read_body(exchange, json_type_object);
        if (!body)
            return;
        json_object_object_get_ex(body, "aliases", &aliases);
    }
    store_connection *writer = store_borrow_writer(exchange->commons->store);
    bool changed =
        writer && (exchange->verb == VERB_DELETE ? remove_aliases(exchange, writer, guid, alias)
                                                 : write_aliases(exchange, writer, guid, aliases));
    if (!writer || !store_return_writer(exchange->commons->store, writer, changed))
        answer_broken(exchange);
    json_object_put(body);
}

void metadata_aliases(struct exchange *exchange, g3_view guid, g3_view alias)
{
    if (exchange->verb == VERB_GET) {
        store_connection *reader = store_borrow_reader(exchange->commons->store);
        answer_aliases(exchange, reader, guid, 200);
        store_return_reader(exchange->commons->store, reader);
    } else if (metadata_may_write(exchange)) {
        change(exchange, guid, alias);
    }
}
