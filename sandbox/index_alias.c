/* Aliases: further names of a record. */
#include "commons.h"
#include "index_service.h"
#include "login.h"

/* The GUID of a record as it is stored, in the exchange's arena; false, with 404 answered, if there
 * is none. */
static bool find_guid(struct exchange *exchange, store_connection *connection, g3_view guid,
                      g3_view *found)
{
    sqlite3_stmt *row = index_find(exchange, connection, guid);
    if (row)
        *found = g3_arena_copy(&exchange->arena, store_column(row, FIND_GUID));
    else
        index_answer_missing(exchange);
    sqlite3_reset(row);
    return row != NULL;
}

static void answer_aliases(struct exchange *exchange, store_connection *connection, g3_view did)
{
    json_object *list = json_object_new_array(), *answer = json_object_new_object();
    sqlite3_stmt *rows =
        store_prepare(connection, "SELECT value FROM alias WHERE did = ?1 ORDER BY value");
    if (rows)
        store_bind_text(rows, 1, did);
    while (rows && sqlite3_step(rows) == SQLITE_ROW) {
        g3_view value = store_column(rows, 0);
        json_object *alias = json_object_new_object();
        json_object_object_add(alias, "value",
                               json_object_new_string_len(value.data, (int)value.length));
        json_object_array_add(list, alias);
    }
    sqlite3_finalize(rows);
    json_object_object_add(answer, "aliases", list);
    exchange_answer_document(exchange, 200, answer);
}

static void list_aliases(struct exchange *exchange, g3_view guid)
{
    g3_view did;
    store_connection *reader = store_borrow_reader(exchange->commons->store);
    if (find_guid(exchange, reader, guid, &did))
        answer_aliases(exchange, reader, did);
    store_return_reader(exchange->commons->store, reader);
}

/* The values of a body {"aliases": [{"value": ...}, ...]}; NULL if it is another. */
static json_object *find_values(json_object *body)
{
    json_object *list, *value;
    if (!json_object_object_get_ex(body, "aliases", &list) ||
        !json_object_is_type(list, json_type_array))
        return NULL;
    for (size_t i = 0; i < json_object_array_length(list); i++)
        if (!json_object_object_get_ex(json_object_array_get_idx(list, i), "value", &value) ||
            !json_object_is_type(value, json_type_string))
            return NULL;
    return list;
}

/* @return false, with the answer set, if one of them is a name of a record already */
static bool add_aliases(struct exchange *exchange, store_connection *writer, g3_view did,
                        json_object *values)
{
    sqlite3_stmt *insert = store_prepare(writer, "INSERT INTO alias(value, did) VALUES(?1, ?2)");
    bool added = insert != NULL;
    for (size_t i = 0; added && i < json_object_array_length(values); i++) {
        json_object *value;
        json_object_object_get_ex(json_object_array_get_idx(values, i), "value", &value);
        store_bind_text(insert, 1, g3_view_of(json_object_get_string(value)));
        store_bind_text(insert, 2, did);
        added = sqlite3_step(insert) == SQLITE_DONE;
        sqlite3_reset(insert);
    }
    sqlite3_finalize(insert);
    if (!added)
        exchange_answer_error(exchange, 409, "one of the aliases is used already");
    return added;
}

/* Takes one alias from a record, or all where `value` is empty.
 * @return how many there were, or -1 */
static int remove_aliases(store_connection *writer, g3_view did, g3_view value)
{
    sqlite3_stmt *statement =
        store_prepare(writer, "DELETE FROM alias WHERE did = ?1 AND (?2 = '' OR value = ?2)");
    if (statement) {
        store_bind_text(statement, 1, did);
        store_bind_text(statement, 2, value);
    }
    bool done = statement && sqlite3_step(statement) == SQLITE_DONE;
    sqlite3_finalize(statement);
    return done ? sqlite3_changes(writer->database) : -1;
}

static bool write_aliases(struct exchange *exchange, store_connection *writer, g3_view guid,
                          json_object *values)
{
    g3_view did;
    if (!find_guid(exchange, writer, guid, &did))
        return false;
    if (exchange->verb == VERB_PUT && remove_aliases(writer, did, (g3_view){0}) < 0) {
        index_answer_broken(exchange, writer);
        return false;
    }
    if (!add_aliases(exchange, writer, did, values))
        return false;
    answer_aliases(exchange, writer, did);
    return true;
}

static void set_aliases(struct exchange *exchange, g3_view guid)
{
    json_object *body;
    if (!exchange_read_json(exchange, &body))
        return;
    json_object *values = find_values(body);
    if (!values) {
        exchange_answer_error(exchange, 400, "want {\"aliases\": [{\"value\": ...}]}");
    } else if (login_may_write(exchange)) {
        store_connection *writer = store_borrow_writer(exchange->commons->store);
        bool keep = writer && write_aliases(exchange, writer, guid, values);
        if (!writer || !store_return_writer(exchange->commons->store, writer, keep))
            exchange_answer_error(exchange, 500, "the database could not be written");
    }
    json_object_put(body);
}

static bool delete_found(struct exchange *exchange, store_connection *writer, g3_view guid,
                         g3_view value)
{
    g3_view did;
    if (!find_guid(exchange, writer, guid, &did))
        return false;
    int removed = remove_aliases(writer, did, value);
    if (removed < 0)
        index_answer_broken(exchange, writer);
    else if (removed == 0 && value.length)
        exchange_answer_error(exchange, 404, "no such alias");
    else
        g3_buffer_append_text(exchange_begin_json(exchange, 200),
                              "\"Aliases deleted successfully\"\n");
    return removed > 0;
}

static void delete_aliases(struct exchange *exchange, g3_view guid, g3_view value)
{
    if (!login_may_write(exchange))
        return;
    store_connection *writer = store_borrow_writer(exchange->commons->store);
    bool keep = writer && delete_found(exchange, writer, guid, value);
    if (!writer || !store_return_writer(exchange->commons->store, writer, keep))
        exchange_answer_error(exchange, 500, "the database could not be written");
}

void index_aliases(struct exchange *exchange, g3_view guid, g3_view value)
{
    if (exchange->verb == VERB_DELETE)
        delete_aliases(exchange, guid, value);
    else if (value.length || exchange->verb == VERB_OTHER)
        exchange_answer_page(exchange, 405);
    else if (exchange->verb == VERB_GET)
        list_aliases(exchange, guid);
    else
        set_aliases(exchange, guid);
}
