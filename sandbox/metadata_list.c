/* Listing documents, all or by what stands in them. Called by metadata_service.c. */
#include "commons.h"
#include "document.h"
#include "metadata_service.h"
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#define DEFAULT_LIMIT 10
#define LARGEST_LIMIT 2000

/* @return false, with the answer set, if the parameter is no whole number */
static bool read_number(struct exchange *exchange, const char *name, int64_t *number)
{
    const g3_view *text = target_get(&exchange->target, name);
    if (!text)
        return true;
    char *end, where[64];
    errno = 0;
    *number = strtoll(text->data, &end, 10);
    if (text->length && end == text->data + text->length && errno == 0)
        return true;
    json_object *input = json_object_new_string_len(text->data, (int)text->length);
    snprintf(where, sizeof where, "[\"query\",\"%s\"]", name);
    metadata_answer_wrong(exchange, "int_parsing", where,
                          "Input should be a valid integer, unable to parse string as an integer",
                          input);
    json_object_put(input);
    return false;
}

static bool is_option(g3_view name)
{
    static const char *const OPTIONS[] = {"limit", "offset", "data"};
    for (size_t i = 0; i < sizeof OPTIONS / sizeof *OPTIONS; i++)
        if (g3_view_equal(name, g3_view_of(OPTIONS[i])))
            return true;
    return false;
}

/* Appends the path of a nested member in SQLite's spelling, as a text of SQL: '$."a"."b"'. */
static void append_path(g3_buffer *sql, g3_view name)
{
    g3_buffer_append_text(sql, "'$.\"");
    for (size_t i = 0; i < name.length; i++) {
        if (name.data[i] == '.')
            g3_buffer_append_text(sql, "\".\"");
        else if (name.data[i] == '\'')
            g3_buffer_append_text(sql, "''");
        else if (name.data[i] != '"')
            g3_buffer_append_char(sql, name.data[i]);
    }
    g3_buffer_append_text(sql, "\"'");
}

/* The member as the text that filters are compared with. */
static void append_member_text(g3_buffer *sql, g3_view name)
{
    g3_buffer_append_text(sql, "CASE json_type(document,");
    append_path(sql, name);
    g3_buffer_append_text(sql, ") WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' ELSE"
                               " CAST(json_extract(document,");
    append_path(sql, name);
    g3_buffer_append_text(sql, ") AS TEXT) END");
}

/* Appends the condition of each filter; one that is repeated means any of its values. */
static void append_conditions(g3_buffer *sql, const struct target *target)
{
    for (size_t i = 0; i < target->count; i++) {
        g3_view name = target->parameters[i].name;
        bool seen = is_option(name);
        for (size_t k = 0; k < i; k++)
            seen = seen || g3_view_equal(target->parameters[k].name, name);
        if (seen)
            continue;
        g3_buffer_append_text(sql, " AND ");
        append_member_text(sql, name);
        g3_buffer_append_text(sql, " IN (");
        for (size_t k = i; k < target->count; k++)
            if (g3_view_equal(target->parameters[k].name, name))
                g3_buffer_append_format(sql, "%s?%zu", k == i ? "" : ",", k + 1);
        g3_buffer_append_char(sql, ')');
    }
}

static sqlite3_stmt *make_statement(store_connection *reader, const struct target *target,
                                    int64_t limit, int64_t offset)
{
    g3_buffer sql = {0};
    g3_buffer_append_text(&sql, "SELECT guid, document FROM metadata WHERE 1");
    append_conditions(&sql, target);
    g3_buffer_append_format(&sql, " ORDER BY guid LIMIT %" PRId64 " OFFSET %" PRId64, limit,
                            offset);
    sqlite3_stmt *rows = store_prepare(reader, g3_buffer_text(&sql));
    for (size_t i = 0; rows && i < target->count; i++)
        if (!is_option(target->parameters[i].name))
            store_bind_text(rows, (int)i + 1, target->parameters[i].value);
    g3_buffer_free(&sql);
    return rows;
}

void metadata_list(struct exchange *exchange)
{
    int64_t limit = DEFAULT_LIMIT, offset = 0;
    bool data = metadata_flag(exchange, "data", false), first = true;
    if (!read_number(exchange, "limit", &limit) || !read_number(exchange, "offset", &offset))
        return;
    limit = limit > LARGEST_LIMIT ? LARGEST_LIMIT : limit;
    store_connection *reader = store_borrow_reader(exchange->commons->store);
    sqlite3_stmt *rows = make_statement(reader, &exchange->target, limit, offset);
    g3_buffer *answer = exchange_begin_json(exchange, 200);
    int outcome = SQLITE_ERROR;
    g3_buffer_append_char(answer, data ? '{' : '[');
    while (rows && (outcome = sqlite3_step(rows)) == SQLITE_ROW) {
        if (!first)
            g3_buffer_append_char(answer, ',');
        first = false;
        document_append_string(answer, store_column(rows, 0));
        if (data) {
            g3_buffer_append_char(answer, ':');
            g3_buffer_append(answer, store_column(rows, 1));
        }
    }
    g3_buffer_append_char(answer, data ? '}' : ']');
    if (outcome != SQLITE_DONE)
        exchange_answer_text(exchange, 500, "Internal Server Error");
    sqlite3_finalize(rows);
    store_return_reader(exchange->commons->store, reader);
}
