/* Cells of a record as text for an output. Called by maker.c for each row. */
#include "text.h"
#include "g3/record/json.h"
#include "g3/record/list.h"
#include <stdlib.h>

size_t g3_find_place(const g3_view *names, size_t count, g3_view name)
{
    for (size_t i = 0; i < count; i++)
        if (g3_view_equal(g3_view_trim(names[i]), name))
            return i;
    return G3_NO_PLACE;
}

void g3_text_begin(g3_text_maker *maker, const g3_join_text *wanted)
{
    *maker = (g3_text_maker){.wanted = *wanted};
    if (!wanted->columns)
        return;
    maker->places = g3_allocate_zeroed(wanted->count, sizeof *maker->places);
    maker->json_keys = g3_allocate_zeroed(wanted->count, sizeof *maker->json_keys);
    for (size_t i = 0; i < wanted->count; i++) {
        size_t begin = maker->names.length;
        g3_json_append_string(&maker->names, wanted->columns[i]);
        g3_buffer_append_char(&maker->names, ':');
        maker->json_keys[i].length = maker->names.length - begin;
    }
    const char *at = maker->names.data;
    for (size_t i = 0; i < wanted->count; i++) {
        maker->json_keys[i].data = at;
        at += maker->json_keys[i].length;
    }
}

void g3_text_find_places(g3_text_maker *maker, const g3_view *names, size_t count)
{
    if (!maker->wanted.columns)
        return;
    maker->in_order = maker->wanted.count == count;
    maker->reserved_place = g3_find_place(names, count, maker->wanted.reserved);
    for (size_t i = 0; i < maker->wanted.count; i++) {
        maker->places[i] = g3_find_place(names, count, maker->wanted.columns[i]);
        maker->in_order = maker->in_order && maker->places[i] == i;
    }
}

g3_view g3_record_cell(const g3_text_source *source, size_t place, g3_buffer *scratch)
{
    return g3_value_cell_text(&source->record->fields[place].value, G3_OTHER_FIELD, false, scratch);
}

bool g3_text_is_copy(const g3_text_maker *maker, char delimiter)
{
    return maker->in_order && maker->wanted.format != G3_FORMAT_NDJSON &&
           maker->wanted.delimiter == delimiter;
}

bool g3_text_append_copy(g3_view stored, const g3_view *cells, size_t count, g3_buffer *out)
{
    const char *at = stored.data, *end = at + stored.length;
    const char *quote = memchr(at, '"', stored.length);
    size_t begin = out->length;
    for (size_t i = 0; quote && i < count; i++) {
        g3_view cell = cells[i];
        const char *cell_end = cell.data + cell.length;
        if (cell.data >= at && cell_end <= quote)
            continue;
        if (quote < cell.data || quote >= cell_end) /* it stands in front of the cell: opens it */
            break;
        g3_buffer_append(out, (g3_view){at, (size_t)(cell.data - at)});
        g3_cell_append_quoted(out, cell);
        at = cell_end;
        quote = memchr(at, '"', (size_t)(end - at));
    }
    if (quote)
        out->length = begin;
    else
        g3_buffer_append(out, (g3_view){at, (size_t)(end - at)});
    return !quote;
}

static void append_cells(const g3_text_maker *maker, const g3_text_source *source, g3_buffer *out)
{
    for (size_t i = 0; i < maker->wanted.count; i++) {
        if (i)
            g3_buffer_append_char(out, maker->wanted.delimiter);
        g3_cell_append(out, g3_source_cell(source, maker->places[i], source->scratch),
                       maker->wanted.delimiter, false);
    }
}

/* A cell of CSV or TSV is the JSON that it spells; values of JSON lines stay what they are. */
static void append_member(g3_view key, const g3_text_source *source, size_t place, bool first,
                          g3_buffer *out)
{
    const g3_value *value = source->cells ? NULL : &source->record->fields[place].value;
    if (!first)
        g3_buffer_append_char(out, ',');
    g3_buffer_append(out, key);
    if (value && (source->format == G3_FORMAT_NDJSON || value->type != G3_STRING)) {
        g3_json_append_value(out, value);
    } else {
        g3_view cell = value ? value->text : source->cells[place];
        g3_value typed = g3_value_from_metadata(cell, source->arena, source->scan);
        g3_json_append_value(out, &typed);
    }
}

/* True if the record's own columns are written, whichever they are. */
static bool is_open(const g3_text_maker *maker, const g3_text_source *source)
{
    return maker->wanted.whole && maker->wanted.reserved.length &&
           source->format == G3_FORMAT_NDJSON && maker->wanted.format == G3_FORMAT_NDJSON;
}

static void append_members(const g3_text_maker *maker, const g3_text_source *source, g3_buffer *out)
{
    const g3_record *record = source->record;
    bool first = true;
    if (is_open(maker, source)) {
        for (size_t i = 0; i < record->count; i++)
            append_member(record->fields[i].column->json_key, source, i, i == 0, out);
        return;
    }
    for (size_t i = 0; i < maker->wanted.count; i++) {
        if (maker->places[i] == G3_NO_PLACE)
            continue;
        append_member(maker->json_keys[i], source, maker->places[i], first, out);
        first = false;
    }
}

/* True if the row has a column that is not among those wanted. */
static bool has_more(const g3_text_maker *maker, const g3_text_source *source)
{
    size_t known = 0;
    for (size_t i = 0; i < maker->wanted.count; i++)
        known += maker->places[i] != G3_NO_PLACE;
    return source->count > known;
}

const char *g3_text_append(g3_text_maker *maker, const g3_text_source *source, g3_buffer *out)
{
    if (!maker->wanted.columns)
        return NULL;
    if (maker->wanted.whole && !is_open(maker, source) && has_more(maker, source))
        return "has a column that the first record has not, which the output has no place for";
    if (is_open(maker, source) && maker->reserved_place != G3_NO_PLACE)
        return "has a column of the name that the output has for the GUID";
    if (source->as_stored && g3_text_is_copy(maker, source->delimiter) &&
        g3_text_append_copy(source->stored, source->cells, source->count, out))
        return NULL;
    if (maker->wanted.format == G3_FORMAT_NDJSON)
        append_members(maker, source, out);
    else
        append_cells(maker, source, out);
    return NULL;
}

void g3_text_end(g3_text_maker *maker)
{
    free(maker->places);
    free(maker->json_keys);
    g3_buffer_free(&maker->names);
}
