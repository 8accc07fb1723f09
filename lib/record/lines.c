/* JSON lines as records. Called by the manifest reader.
 *
 * Lines of one stream mostly have the same members in the same order, so each line is read in the
 * expectation of the one before: its names are compared in place, and what was worked out about
 * them (the layout) holds on. */
#include "cells.h"
#include "g3/record/json.h"
#include "reader.h"
#include <stdlib.h>

/* Bytes asked from the source at once: enough that a system call costs nothing, and they stay in
 * the nearest cache but one. */
#define READ_BLOCK ((size_t)128 * 1024)

/* Most of a line kept for the message, if it is too long to be read. */
#define EXCERPT ((size_t)64 * 1024)

/* Names of members kept; when there are more (names made up for each line), they are forgotten, for
 * the stream may be endless. */
#define COLUMN_LIMIT ((size_t)16 * 1024)

typedef struct line_member {
    const g3_column *column;
    g3_value value;
} line_member;

struct g3_line_reader {
    g3_buffer bytes; /* read and not yet used */
    size_t used;     /* of those, up to the end of the current line */
    bool ended;      /* the source is */
    uint64_t line;   /* number of the current line */
    line_member
        *members; /* of the current line; the columns also: of the one before, until read over */
    size_t count;
    size_t capacity;
    size_t shape_count; /* members of the line that the layout was made for */
    bool shape_known;   /* there is such a layout */
};

void g3_lines_open(g3_manifest_reader *reader, g3_view begun)
{
    const g3_view mark = G3_VIEW("\xef\xbb\xbf"); /* byte-order mark */
    reader->lines = g3_allocate_zeroed(1, sizeof *reader->lines);
    if (g3_view_starts_with(begun, mark))
        begun = (g3_view){begun.data + mark.length, begun.length - mark.length};
    g3_buffer_reserve(&reader->lines->bytes, READ_BLOCK);
    g3_buffer_append(&reader->lines->bytes, begun);
}

void g3_lines_close(g3_line_reader *lines)
{
    if (lines) {
        g3_buffer_free(&lines->bytes);
        free(lines->members);
        free(lines);
    }
}

/* Moves what is not used to the front and reads more behind it. Sets `ended` at the end. */
static bool read_more(g3_manifest_reader *reader, g3_error *error)
{
    g3_line_reader *lines = reader->lines;
    size_t got;
    g3_buffer_drop_front(&lines->bytes, lines->used);
    lines->used = 0;
    char *space = g3_buffer_reserve(&lines->bytes, READ_BLOCK);
    if (!g3_source_read(reader->source, space, READ_BLOCK, &got, error))
        return false;
    lines->bytes.length += got;
    lines->ended = got == 0;
    return true;
}

/* Passes over the rest of a line that is too long. */
static bool skip_line(g3_manifest_reader *reader, g3_error *error)
{
    g3_line_reader *lines = reader->lines;
    char *line_end = NULL;
    reader->text =
        g3_arena_copy(&reader->arena, (g3_view){lines->bytes.data + lines->used, EXCERPT});
    lines->used = lines->bytes.length;
    while (!line_end && !lines->ended) {
        if (!read_more(reader, error))
            return false;
        if (lines->bytes.length)
            line_end = memchr(lines->bytes.data, '\n', lines->bytes.length);
        lines->used = line_end ? (size_t)(line_end - lines->bytes.data) + 1 : lines->bytes.length;
    }
    return true;
}

/* Reads the next line into reader->text, without its line end.
 * @return as g3_manifest_next() */
static g3_next read_line(g3_manifest_reader *reader, g3_error *error)
{
    g3_line_reader *lines = reader->lines;
    size_t searched = 0; /* bytes of the line known to have no line end */
    for (;;) {
        size_t left = lines->bytes.length - lines->used;
        const char *begin = lines->bytes.data + lines->used;
        const char *line_end =
            left > searched ? memchr(begin + searched, '\n', left - searched) : NULL;
        if (line_end || (lines->ended && left)) {
            lines->line++;
            reader->text = (g3_view){begin, line_end ? (size_t)(line_end - begin) : left};
            lines->used += reader->text.length + (line_end ? 1 : 0);
            return reader->text.length > G3_ROW_LIMIT ? G3_NEXT_BAD : G3_NEXT_ITEM;
        }
        if (lines->ended)
            return G3_NEXT_END;
        searched = left;
        if (left > G3_ROW_LIMIT) {
            lines->line++;
            return skip_line(reader, error) ? G3_NEXT_BAD : G3_NEXT_ERROR;
        }
        if (!read_more(reader, error))
            return G3_NEXT_ERROR;
    }
}

/* Makes room for one more member. */
static line_member *next_member(g3_line_reader *lines)
{
    if (lines->count == lines->capacity) {
        size_t capacity = lines->capacity ? lines->capacity * 2 : G3_OBJECT_FIELDS;
        lines->members = g3_reallocate(lines->members, capacity, sizeof *lines->members);
        memset(lines->members + lines->capacity, 0,
               (capacity - lines->capacity) * sizeof *lines->members);
        lines->capacity = capacity;
    }
    return &lines->members[lines->count];
}

/* Reads the members of the line's object into lines->members. The last of two of one name counts.
 * @param same  set if they are those of the line before, in the same order
 * @return false with json->fault */
static bool read_members(g3_manifest_reader *reader, g3_json_reader *json, bool *same)
{
    g3_line_reader *lines = reader->lines;
    bool first, matched;
    g3_view key;
    lines->count = 0;
    *same = lines->shape_known;
    g3_column_begin_set(&reader->table);
    if (!g3_json_enter(json, &first))
        return false;
    for (;;) {
        line_member *member = next_member(lines);
        bool expected = lines->shape_known && lines->count < lines->shape_count;
        g3_view expected_key = expected ? member->column->json_key : (g3_view){0};
        if (!g3_json_more_expected(json, &first, expected_key, &matched, &key))
            break;
        const g3_column *column = matched ? member->column : g3_column_find(&reader->table, key);
        size_t place = lines->count;
        g3_value value;
        if (!g3_value_read_json(&value, json))
            return false;
        if (g3_column_add_to_set(&reader->table, column, &place)) {
            lines->members[place].value = value;
            continue;
        }
        *same = *same && expected && member->column == column;
        member->column = column;
        member->value = value;
        lines->count++;
    }
    *same = *same && lines->count == lines->shape_count;
    return !json->fault;
}

/* Works out the layout for the members of the current line. */
static bool make_layout(g3_manifest_reader *reader, g3_error *error)
{
    g3_line_reader *lines = reader->lines;
    g3_view *names = g3_arena_take(&reader->arena, lines->count * sizeof *names);
    for (size_t i = 0; i < lines->count; i++)
        names[i] = lines->members[i].column->name;
    lines->shape_count = lines->count;
    lines->shape_known = g3_layout_build(&reader->layout, &reader->table, &reader->options, names,
                                         lines->count, false, error);
    if (!lines->shape_known)
        return false;
    reader->fields = g3_reallocate(reader->fields, reader->layout.count, sizeof *reader->fields);
    for (size_t i = 0; i < reader->layout.count; i++)
        reader->fields[i].column = reader->layout.columns[i];
    return true;
}

static g3_next refuse_json(g3_manifest_reader *reader, g3_bad_row *bad, const g3_json_reader *json)
{
    g3_buffer_clear(&reader->reason);
    if (json->fault && json->at == json->end)
        g3_buffer_append_text(&reader->reason, "not a JSON object: the line ends inside it; "
                                               "jq -c . puts each object on one line");
    else
        g3_buffer_append_format(&reader->reason, "not a JSON object: %s at byte %zu",
                                json->fault ? json->fault : "something behind it",
                                (size_t)(json->at - json->begin) + 1);
    reader->lines->shape_known = false; /* members may be half read over */
    return g3_refuse_row(reader, bad, reader->lines->line, (g3_view){0});
}

static g3_next refuse_names(g3_manifest_reader *reader, g3_bad_row *bad, const g3_error *error)
{
    g3_buffer_clear(&reader->reason);
    g3_buffer_append_text(&reader->reason, error->message);
    return g3_refuse_row(reader, bad, reader->lines->line, (g3_view){0});
}

/* Turns a member into its field's value. One that is wrong becomes null if it is the first of its
 * line: its reason is kept, and later ones stay as they are. */
static bool take_value(g3_manifest_reader *reader, g3_field *field, bool first)
{
    g3_buffer later = {0};
    bool good = g3_value_from_json(&field->value, field->column->field, &reader->arena,
                                   first ? &reader->reason : &later);
    if (!good && first)
        field->value.type = G3_NULL;
    g3_buffer_free(&later);
    return good || !first;
}

/* Makes a record of the line in reader->text. */
static g3_next read_record(g3_manifest_reader *reader, g3_record *record, g3_bad_row *bad)
{
    g3_line_reader *lines = reader->lines;
    g3_json_reader json;
    g3_error error;
    bool same;
    if (reader->table.count > COLUMN_LIMIT) {
        g3_column_table_clear(&reader->table);
        lines->shape_known = false;
    }
    g3_json_begin_with(&json, reader->text, &reader->arena, reader->scan);
    if (g3_json_peek(&json) != G3_JSON_OBJECT)
        json.fault = "something else";
    if (json.fault || !read_members(reader, &json, &same) || !g3_json_at_end(&json))
        return refuse_json(reader, bad, &json);
    if (!same && !make_layout(reader, &error))
        return refuse_names(reader, bad, &error);
    g3_view wrong = {0};
    for (size_t i = 0; i < reader->layout.count; i++) {
        g3_field *field = &reader->fields[i];
        field->value = lines->members[reader->layout.sources[i]].value;
        if (reader->options.kind == G3_KIND_OBJECT && !take_value(reader, field, wrong.length == 0))
            wrong = field->column->name;
    }
    if (wrong.length)
        return g3_refuse_value(reader, bad, lines->line, wrong);
    *record = (g3_record){.fields = reader->fields,
                          .count = reader->layout.count,
                          .line = lines->line,
                          .ascii = !json.high};
    return G3_NEXT_ITEM;
}

static bool is_blank_line(g3_view text)
{
    return text.length == 0 ||
           ((unsigned char)text.data[0] <= ' ' && g3_view_trim(text).length == 0);
}

g3_next g3_lines_next(g3_manifest_reader *reader, g3_record *record, g3_bad_row *bad,
                      g3_error *error)
{
    g3_next next;
    do {
        next = read_line(reader, error);
    } while (next == G3_NEXT_ITEM && is_blank_line(reader->text));
    if (next == G3_NEXT_ITEM)
        return read_record(reader, record, bad);
    if (next == G3_NEXT_BAD) {
        g3_buffer_clear(&reader->reason);
        g3_buffer_append_format(&reader->reason, "line is longer than %zu bytes", G3_ROW_LIMIT);
        return g3_refuse_row(reader, bad, reader->lines->line, (g3_view){0});
    }
    return next;
}
