/* Turns cells and JSON values into the values of fields. Called for each cell of each row: the
 * usual cases come first. */
#include "cells.h"
#include "g3/record/json.h"
#include "g3/record/list.h"

/* Most of a wrong value that a message quotes, bytes. */
#define QUOTE_LIMIT ((size_t)80)

static inline bool is_list(g3_object_field field)
{
    return field == G3_URLS || field == G3_AUTHZ || field == G3_ACL;
}

/* Appends a value to a message, on one line and not too long. */
static void append_quoted(g3_buffer *reason, g3_view text)
{
    bool cut = text.length > QUOTE_LIMIT;
    if (cut) {
        text.length = QUOTE_LIMIT;
        while (text.length && ((unsigned char)text.data[text.length] & 0xc0) == 0x80)
            text.length--; /* not inside a character */
    }
    g3_json_append_string(reason, text);
    if (cut)
        g3_buffer_append_text(reason, "...");
}

/* Says what is wrong: `NAME "TEXT" FAULT`. @return false */
static bool refuse(g3_buffer *reason, g3_object_field field, g3_view text, const char *fault)
{
    g3_buffer_clear(reason);
    g3_buffer_append(reason, g3_object_columns[field].name);
    g3_buffer_append_char(reason, ' ');
    append_quoted(reason, text);
    g3_buffer_append_char(reason, ' ');
    g3_buffer_append_text(reason, fault);
    return false;
}

static bool is_all_digits(g3_view text)
{
    for (size_t i = 0; i < text.length; i++)
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
    return text.length > 0;
}

static bool read_size(g3_value *value, g3_view text, g3_buffer *reason)
{
    value->type = G3_INTEGER;
    if (g3_view_to_size(text, &value->integer))
        return true;
    return refuse(reason, G3_FILE_SIZE, text,
                  is_all_digits(text) ? "is too large: 9223372036854775807 is the most"
                                      : "is not a whole number");
}

bool g3_value_from_cell(g3_value *value, g3_object_field field, g3_view cell, bool commas,
                        g3_arena *arena, g3_buffer *reason)
{
    g3_view text = g3_view_trim(cell);
    if (is_list(field)) {
        *value = g3_list_read(text, field, commas, arena);
    } else if (text.length == 0) {
        value->type = G3_NULL;
    } else if (field == G3_FILE_SIZE) {
        return read_size(value, text, reason);
    } else {
        value->type = G3_STRING;
        value->text = text;
    }
    return true;
}

/* Takes the items of a JSON array, if they are strings all. */
static bool read_array(g3_value *value, g3_object_field field, g3_arena *arena, g3_buffer *reason)
{
    g3_view written = value->text, item;
    g3_json_reader reader;
    size_t count = 0;
    bool first;
    g3_json_begin(&reader, written, arena);
    if (g3_json_peek(&reader) != G3_JSON_ARRAY)
        return refuse(reason, field, written, "is not a list of strings");
    /* A string takes at least two quotes and a comma or bracket. */
    g3_view *items = g3_arena_take(arena, (written.length / 3 + 1) * sizeof *items);
    g3_json_enter(&reader, &first);
    while (g3_json_more(&reader, &first)) {
        if (!g3_json_read_string(&reader, &item))
            return refuse(reason, field, written, "is not a list of strings");
        items[count++] = item;
    }
    *value = (g3_value){.type = G3_LIST, .list = {items, count}};
    return true;
}

bool g3_value_from_json(g3_value *value, g3_object_field field, g3_arena *arena, g3_buffer *reason)
{
    const bool commas = false; /* a line is no TSV */
    if (field == G3_OTHER_FIELD)
        return true;
    switch (value->type) {
    case G3_NULL:
        if (is_list(field))
            *value = (g3_value){.type = G3_LIST};
        return true;
    case G3_STRING:
        return g3_value_from_cell(value, field, value->text, commas, arena, reason);
    case G3_INTEGER:
        if (field == G3_FILE_SIZE && value->integer >= 0)
            return true;
        g3_buffer_clear(reason);
        g3_buffer_append(reason, g3_object_columns[field].name);
        g3_buffer_append_char(reason, ' ');
        g3_buffer_append_integer(reason, value->integer);
        g3_buffer_append_text(reason, field == G3_FILE_SIZE ? " is below 0"
                                      : is_list(field)      ? " is not a list of strings"
                                                            : " is not a string");
        return false;
    default:
        if (is_list(field))
            return read_array(value, field, arena, reason);
        if (field == G3_FILE_SIZE)
            return refuse(reason, field, value->text,
                          is_all_digits(value->text)
                              ? "is too large: 9223372036854775807 is the most"
                              : "is not a whole number");
        return refuse(reason, field, value->text, "is not a string");
    }
}

bool g3_value_read_json(g3_value *value, g3_json_reader *reader)
{
    g3_view text;
    switch (g3_json_peek(reader)) {
    case G3_JSON_STRING:
        value->type = G3_STRING;
        return g3_json_read_string(reader, &value->text);
    case G3_JSON_NULL:
        value->type = G3_NULL;
        return g3_json_skip(reader, NULL);
    case G3_JSON_NUMBER:
        value->type = G3_INTEGER;
        if (g3_json_read_integer(reader, &value->integer))
            return true;
        break;
    default:
        break;
    }
    value->type = G3_JSON;
    if (!g3_json_skip(reader, &text))
        return false;
    value->text = g3_json_on_one_line(text, reader->arena);
    return true;
}

/* True if a JSON value can begin so; most cells of a manifest can't be one. */
static inline bool may_begin_json(char c)
{
    return (c >= '0' && c <= '9') || c == '{' || c == '[' || c == '"' || c == '-' || c == 't' ||
           c == 'f' || c == 'n';
}

g3_value g3_value_from_metadata(g3_view cell, g3_arena *arena, const g3_scan *scan)
{
    g3_view text = g3_view_trim(cell);
    g3_json_reader reader;
    g3_value value;
    if (text.length == 0)
        return (g3_value){.type = G3_NULL};
    if (may_begin_json(text.data[0])) {
        g3_json_begin_with(&reader, text, arena, scan);
        if (g3_value_read_json(&value, &reader) && g3_json_at_end(&reader))
            return value;
    }
    return (g3_value){.type = G3_STRING, .text = text};
}
