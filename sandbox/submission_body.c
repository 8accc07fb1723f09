/* Reading the records of a request's body. Called by submission_upload.c. */
#include "submission_body.h"
#include "dictionary.h"
#include "g3/table/rows.h"
#include "submission_service.h"
#include <errno.h>
#include <stdlib.h>
#include <strings.h>

/* Highest number of a link's column, as 3 in "subjects.submitter_id#3". */
#define LINK_NUMBER_LIMIT 99

struct column {
    const char *name; /* as it stands there, without asterisks and blanks */
    g3_view link;     /* in front of the dot; empty if there is none */
    const char *member;
    size_t number; /* behind the '#', else 0: columns of one number are one target */
};

struct table {
    struct exchange *exchange;
    g3_row_reader *reader;
    struct column *columns;
    size_t count;
    json_object *records;
};

/* Reads "subjects.submitter_id#1" into its parts. */
static struct column read_column(g3_view text, g3_arena *arena)
{
    text = g3_view_trim(text);
    while (text.length && text.data[0] == '*')
        text = g3_view_trim((g3_view){text.data + 1, text.length - 1});
    struct column column = {.name = g3_arena_copy(arena, text).data};
    const char *hash = text.length ? memrchr(text.data, '#', text.length) : NULL;
    int64_t number = 0;
    if (hash &&
        g3_view_to_size((g3_view){hash + 1, (size_t)(text.data + text.length - hash - 1)},
                        &number) &&
        number <= LINK_NUMBER_LIMIT) {
        column.number = (size_t)number;
        text.length = (size_t)(hash - text.data);
    }
    const char *dot = text.length ? memchr(text.data, '.', text.length) : NULL;
    if (dot) {
        size_t length = (size_t)(dot - text.data);
        column.link = g3_arena_copy(arena, (g3_view){text.data, length});
        column.member = g3_arena_copy(arena, (g3_view){dot + 1, text.length - length - 1}).data;
    }
    return column;
}

static bool fail_at(struct table *table, const g3_row *row, const char *reason)
{
    submission_answer_message(table->exchange, 400, "Unable to parse line %llu: %s",
                              (unsigned long long)row->line, reason);
    return false;
}

static bool read_header(struct table *table)
{
    g3_row row = {0};
    g3_error error = {0};
    const char *reason;
    g3_next next = g3_row_reader_next(table->reader, &row, &reason, &error);
    if (next == G3_NEXT_BAD)
        return fail_at(table, &row, reason);
    if (next != G3_NEXT_ITEM)
        return true; /* no records, which is for others to tell */
    table->count = row.count;
    table->columns = g3_arena_take(&table->exchange->arena, row.count * sizeof *table->columns);
    for (size_t i = 0; i < row.count; i++)
        table->columns[i] = read_column(row.cells[i], &table->exchange->arena);
    return true;
}

static json_object *new_text(g3_view text)
{
    return json_object_new_string_len(text.data ? text.data : "", (int)text.length);
}

/* @return NULL if the text is none */
static json_object *read_number(const char *text, bool whole)
{
    char *end;
    errno = 0;
    long long integer = strtoll(text, &end, 10);
    if (*end == '\0' && errno == 0)
        return json_object_new_int64(integer);
    if (whole)
        return NULL;
    double number = strtod(text, &end);
    return *end == '\0' && number - number == 0 ? json_object_new_double_s(number, text) : NULL;
}

static json_object *read_list(g3_view text, g3_arena *arena)
{
    size_t count;
    g3_view *items = target_split(text, ',', &count, arena);
    json_object *list = json_object_new_array();
    for (size_t i = 0; i < count; i++)
        json_object_array_add(list, new_text(g3_view_trim(items[i])));
    return list;
}

/* A cell as its property has it; a text if it can't be that. */
static json_object *read_cell(const struct dictionary_property *property, g3_view cell,
                              g3_arena *arena)
{
    json_object *value = NULL;
    const char *text = g3_arena_copy(arena, cell).data;
    if (property && property->kind == PROPERTY_BOOLEAN && strcasecmp(text, "true") == 0)
        value = json_object_new_boolean(true);
    else if (property && property->kind == PROPERTY_BOOLEAN && strcasecmp(text, "false") == 0)
        value = json_object_new_boolean(false);
    else if (property && property->kind == PROPERTY_INTEGER)
        value = read_number(text, true);
    else if (property && property->kind == PROPERTY_NUMBER)
        value = read_number(text, false);
    else if (property && property->kind == PROPERTY_LIST)
        value = read_list(cell, arena);
    return value ? value : new_text(cell);
}

/* Puts the cell of a link's column into the record's targets. */
static void put_target(json_object *record, const struct column *column, g3_view cell)
{
    json_object *targets, *target;
    if (!json_object_object_get_ex(record, column->link.data, &targets) ||
        !json_object_is_type(targets, json_type_array)) {
        targets = json_object_new_array();
        json_object_object_add(record, column->link.data, targets);
    }
    target = json_object_array_get_idx(targets, column->number);
    if (!target) {
        target = json_object_new_object();
        json_object_array_put_idx(targets, column->number, target);
    }
    json_object_object_add(target, column->member, new_text(cell));
}

/* The type that a row's column of that name has, or NULL. */
static const struct dictionary_node *find_type(const struct table *table, const g3_row *row)
{
    for (size_t i = 0; i < table->count && i < row->count; i++)
        if (strcmp(table->columns[i].name, "type") == 0)
            return dictionary_find(g3_view_trim(row->cells[i]));
    return NULL;
}

static json_object *read_row(const struct table *table, const g3_row *row)
{
    json_object *record = json_object_new_object();
    const struct dictionary_node *node = find_type(table, row);
    for (size_t i = 0; i < table->count && i < row->count; i++) {
        const struct column *column = &table->columns[i];
        g3_view cell = g3_view_trim(row->cells[i]);
        if (cell.length == 0)
            continue;
        if (node && node->link && g3_view_equal(column->link, g3_view_of(node->link->name))) {
            put_target(record, column, cell);
            continue;
        }
        json_object *value = NULL;
        if (!g3_view_equal(cell, G3_VIEW("null")))
            value =
                read_cell(node ? dictionary_find_property(node, g3_view_of(column->name)) : NULL,
                          cell, &table->exchange->arena);
        json_object_object_add(record, column->name, value);
    }
    return record;
}

static bool read_rows(struct table *table)
{
    g3_row row = {0};
    g3_error error = {0};
    const char *reason;
    g3_next next;
    while ((next = g3_row_reader_next(table->reader, &row, &reason, &error)) == G3_NEXT_ITEM)
        json_object_array_add(table->records, read_row(table, &row));
    return next == G3_NEXT_END ||
           fail_at(table, &row, next == G3_NEXT_BAD ? reason : error.message);
}

static bool read_table(struct exchange *exchange, char delimiter, json_object **records)
{
    struct table table = {.exchange = exchange, .records = json_object_new_array()};
    g3_view text = g3_view_trim(g3_buffer_view(&exchange->body));
    g3_source *source = g3_source_open_memory("the body", text);
    table.reader = g3_row_reader_open(source, delimiter, (g3_view){0});
    bool done = read_header(&table) && read_rows(&table);
    g3_row_reader_close(table.reader);
    g3_source_close(source);
    if (!done) {
        json_object_put(table.records);
        table.records = NULL;
    }
    *records = table.records;
    return done;
}

/* One object, or a list of them. */
static bool read_documents(struct exchange *exchange, json_object **records)
{
    json_object *body;
    *records = NULL;
    if (!submission_read_json(exchange, &body))
        return false;
    if (json_object_is_type(body, json_type_object)) {
        *records = json_object_new_array();
        json_object_array_add(*records, body);
        return true;
    }
    bool good = json_object_is_type(body, json_type_array);
    for (size_t i = 0; good && i < json_object_array_length(body); i++)
        good = json_object_is_type(json_object_array_get_idx(body, i), json_type_object);
    if (good) {
        *records = body;
        return true;
    }
    json_object_put(body);
    submission_answer_message(exchange, 400,
                              "Unable to parse json: a record or a list of records was expected");
    return false;
}

bool submission_body_read(struct exchange *exchange, json_object **records)
{
    const char *type = exchange->content_type ? exchange->content_type : "";
    size_t length = strcspn(type, "; ");
    g3_view media = {type, length};
    if (g3_view_equal_ignoring_case(media, G3_VIEW("text/tab-separated-values")) ||
        g3_view_equal_ignoring_case(media, G3_VIEW("text/tsv")))
        return read_table(exchange, '\t', records);
    if (g3_view_equal_ignoring_case(media, G3_VIEW("text/csv")))
        return read_table(exchange, ',', records);
    return read_documents(exchange, records);
}
