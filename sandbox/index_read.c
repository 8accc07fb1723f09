/* Single records, lookups by a list of GUIDs, and totals. */
#include "commons.h"
#include "document.h"
#include "index_service.h"
#include <inttypes.h>

void index_answer_missing(struct exchange *exchange)
{
    exchange_answer_error(exchange, 404, "no record found");
}

void index_answer_broken(struct exchange *exchange, store_connection *connection)
{
    exchange_answer_error(exchange, 500, "database: %s", sqlite3_errmsg(connection->database));
}

static bool step_to(sqlite3_stmt *find, g3_view guid)
{
    store_bind_text(find, 1, guid);
    if (sqlite3_step(find) == SQLITE_ROW)
        return true;
    sqlite3_reset(find);
    return false;
}

sqlite3_stmt *index_find(struct exchange *exchange, store_connection *connection, g3_view guid)
{
    sqlite3_stmt *find = store_statement_of(connection, STATEMENT_FIND);
    if (step_to(find, guid))
        return find;
    g3_view prefix = g3_view_of(exchange->commons->settings->prefix);
    if (prefix.length && g3_view_starts_with(guid, prefix)) {
        guid = (g3_view){guid.data + prefix.length, guid.length - prefix.length};
    } else {
        char *whole = g3_arena_take(&exchange->arena, prefix.length + guid.length + 1);
        memcpy(whole, prefix.data, prefix.length);
        memcpy(whole + prefix.length, guid.data, guid.length);
        guid = (g3_view){whole, prefix.length + guid.length};
    }
    return step_to(find, guid) ? find : NULL;
}

const char *index_cloud_of(const char *url)
{
    static const char *const CLOUDS[][2] = {{"s3://", "aws"}, {"gs://", "gcp"}, {"az://", "azure"}};
    for (size_t i = 0; i < G3_COUNT(CLOUDS); i++)
        if (strncmp(url, CLOUDS[i][0], strlen(CLOUDS[i][0])) == 0)
            return CLOUDS[i][1];
    return "";
}

/* A record asked for by itself says of each URL where it is; a listing does not. */
static void append_with_clouds(g3_buffer *answer, g3_view stored)
{
    json_object *document, *metadata;
    if (!document_parse(stored, DOCUMENT_DEPTH, &document))
        return;
    if (json_object_object_get_ex(document, "urls_metadata", &metadata)) {
        json_object_object_foreach(metadata, url, about)
        {
            json_object_object_add(about, "available", json_object_new_boolean(true));
            json_object_object_add(about, "cloud", json_object_new_string(index_cloud_of(url)));
        }
    }
    document_append_json(answer, document);
    json_object_put(document);
}

static bool is_bundle(sqlite3_stmt *row)
{
    return g3_view_equal(store_column(row, FIND_FORM), G3_VIEW("bundle"));
}

void index_get(struct exchange *exchange, g3_view guid)
{
    store_connection *reader = store_borrow_reader(exchange->commons->store);
    sqlite3_stmt *row = index_find(exchange, reader, guid);
    if (row && !is_bundle(row)) {
        append_with_clouds(exchange_begin_json(exchange, 200), store_column(row, FIND_DOCUMENT));
        g3_buffer_append_char(&exchange->answer, '\n');
    } else {
        index_answer_missing(exchange);
    }
    sqlite3_reset(row);
    store_return_reader(exchange->commons->store, reader);
}

/* Finds the record that an alias stands for. */
static sqlite3_stmt *find_alias(struct exchange *exchange, store_connection *reader, g3_view value)
{
    sqlite3_stmt *found = NULL;
    sqlite3_stmt *alias = store_prepare(reader, "SELECT did FROM alias WHERE value = ?1");
    store_bind_text(alias, 1, value);
    if (sqlite3_step(alias) == SQLITE_ROW)
        found =
            index_find(exchange, reader, g3_arena_copy(&exchange->arena, store_column(alias, 0)));
    sqlite3_finalize(alias);
    return found;
}

void index_resolve(struct exchange *exchange, g3_view guid)
{
    store_connection *reader = store_borrow_reader(exchange->commons->store);
    sqlite3_stmt *row = index_find(exchange, reader, guid);
    if (!row)
        row = find_alias(exchange, reader, guid);
    if (row) {
        g3_buffer_append(exchange_begin_json(exchange, 200), store_column(row, FIND_DOCUMENT));
        g3_buffer_append_char(&exchange->answer, '\n');
    } else {
        index_answer_missing(exchange);
    }
    sqlite3_reset(row);
    store_return_reader(exchange->commons->store, reader);
}

static bool is_list_of_texts(json_object *list)
{
    if (!json_object_is_type(list, json_type_array) || json_object_array_length(list) == 0)
        return false;
    for (size_t i = 0; i < json_object_array_length(list); i++)
        if (!json_object_is_type(json_object_array_get_idx(list, i), json_type_string))
            return false;
    return true;
}

static int compare_texts(const void *left, const void *right)
{
    json_object *const *a = left, *const *b = right;
    return strcmp(json_object_get_string(*a), json_object_get_string(*b));
}

/* Each GUID asked for once, whatever the list; in the order of the GUIDs, not of the list. */
static void append_each(struct exchange *exchange, store_connection *reader, json_object *list)
{
    sqlite3_stmt *find = store_statement_of(reader, STATEMENT_FIND);
    const char *last = NULL, *between = "[";
    json_object_array_sort(list, compare_texts);
    for (size_t i = 0; i < json_object_array_length(list); i++) {
        const char *guid = json_object_get_string(json_object_array_get_idx(list, i));
        if (last && strcmp(last, guid) == 0)
            continue;
        last = guid;
        if (step_to(find, g3_view_of(guid)) && !is_bundle(find)) {
            g3_buffer_append_text(&exchange->answer, between);
            g3_buffer_append(&exchange->answer, store_column(find, FIND_DOCUMENT));
            between = ", ";
        }
        sqlite3_reset(find);
    }
    g3_buffer_append_text(&exchange->answer, *between == '[' ? "[]" : "]");
}

void index_bulk(struct exchange *exchange)
{
    json_object *list;
    if (!exchange_read_json(exchange, &list))
        return;
    if (is_list_of_texts(list)) {
        store_connection *reader = store_borrow_reader(exchange->commons->store);
        store_hold_state(reader);
        exchange_begin_json(exchange, 200);
        append_each(exchange, reader, list);
        store_return_reader(exchange->commons->store, reader);
    } else {
        /* The real service fails with 500 where the list is empty or no list. */
        exchange_answer_error(exchange, 400, "a list of GUIDs is wanted, with one at least");
    }
    json_object_put(list);
}

/* Sizes go to 2^63-1 each, so that their sum may go beyond: it is added up in halves. */
static void append_total(g3_buffer *answer, uint64_t high, uint64_t low)
{
    char digits[40]; /* 2^128 has 39 */
    char *at = digits + sizeof digits;
    unsigned __int128 total = ((unsigned __int128)high << 32) + low;
    *--at = '\0';
    do
        *--at = (char)('0' + (int)(total % 10));
    while ((total /= 10) > 0);
    g3_buffer_append_text(answer, at);
}

void index_stats(struct exchange *exchange)
{
    store_connection *reader = store_borrow_reader(exchange->commons->store);
    sqlite3_stmt *total =
        store_prepare(reader, "SELECT count(*), sum(size >> 32), sum(size & 4294967295) "
                              "FROM record WHERE form <> 'bundle'");
    if (total && sqlite3_step(total) == SQLITE_ROW) {
        g3_buffer *answer = exchange_begin_json(exchange, 200);
        g3_buffer_append_format(answer, "{\"fileCount\":%" PRId64 ",\"totalFileSize\":",
                                (int64_t)sqlite3_column_int64(total, 0));
        append_total(answer, (uint64_t)sqlite3_column_int64(total, 1),
                     (uint64_t)sqlite3_column_int64(total, 2));
        g3_buffer_append_text(answer, "}\n");
    } else {
        index_answer_broken(exchange, reader);
    }
    sqlite3_finalize(total);
    store_return_reader(exchange->commons->store, reader);
}
