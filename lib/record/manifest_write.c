/* Writes records as JSON lines, CSV or TSV. Called by every filter that puts records out. */
#include "columns.h"
#include "g3/record/json.h"
#include "g3/record/list.h"
#include <stdlib.h>

struct g3_manifest_writer {
    g3_sink *sink; /* borrowed */
    const g3_scan *scan;
    g3_format format;
    char delimiter;
    g3_column_table table;     /* the header's columns, a set with their places */
    const g3_column **columns; /* the same, in order; owned */
    const g3_value **values;   /* for each, of the record being written; NULL: none; owned */
    size_t count;
    bool has_columns;    /* `columns` is set */
    bool header_written; /* or there already */
    g3_buffer cell;      /* of a value that has to be spelled */
    g3_buffer reason;    /* why a record can't be written */
};

g3_manifest_writer *g3_manifest_writer_open(g3_sink *sink, g3_format format, char delimiter)
{
    g3_manifest_writer *writer = g3_allocate_zeroed(1, sizeof *writer);
    writer->sink = sink;
    writer->scan = g3_scan_best();
    writer->format = format;
    writer->delimiter = delimiter ? delimiter : format == G3_FORMAT_TSV ? '\t' : ',';
    return writer;
}

/* Begins the header: it will have `count` columns. */
static void begin_columns(g3_manifest_writer *writer, size_t count)
{
    writer->columns = g3_reallocate(NULL, count, sizeof *writer->columns);
    writer->values = g3_reallocate(NULL, count, sizeof *writer->values);
    writer->has_columns = true;
    g3_column_begin_set(&writer->table);
}

static void add_column(g3_manifest_writer *writer, g3_view name)
{
    size_t place = writer->count;
    writer->columns[place] = g3_column_find(&writer->table, name);
    g3_column_add_to_set(&writer->table, writer->columns[place], &place);
    writer->count++;
}

void g3_manifest_writer_columns(g3_manifest_writer *writer, const g3_column *const *columns,
                                size_t count)
{
    if (writer->format == G3_FORMAT_NDJSON || writer->has_columns)
        return;
    begin_columns(writer, count);
    for (size_t i = 0; i < count; i++)
        add_column(writer, columns[i]->name);
}

static void take_columns_of(g3_manifest_writer *writer, const g3_record *record)
{
    begin_columns(writer, record->count);
    for (size_t i = 0; i < record->count; i++)
        add_column(writer, record->fields[i].column->name);
}

static void write_header(g3_manifest_writer *writer)
{
    if (writer->header_written || writer->format == G3_FORMAT_NDJSON || writer->count == 0)
        return;
    g3_buffer *out = g3_sink_buffer(writer->sink);
    for (size_t i = 0; i < writer->count; i++) {
        if (i)
            g3_buffer_append_char(out, writer->delimiter);
        g3_cell_append(out, writer->columns[i]->name, writer->delimiter, writer->count == 1);
    }
    g3_buffer_append_char(out, '\n');
    writer->header_written = true;
}

void g3_manifest_writer_skip_header(g3_manifest_writer *writer)
{
    writer->header_written = true;
}

/* The header's column called `name`, most likely number `guess`.
 * @return its number, or the count */
static size_t find_column(g3_manifest_writer *writer, g3_view name, size_t guess)
{
    if (guess < writer->count && g3_view_equal(writer->columns[guess]->name, name))
        return guess;
    const g3_column *column = g3_column_look_up(&writer->table, name);
    size_t place = writer->count;
    if (column)
        g3_column_add_to_set(&writer->table, column, &place);
    return place;
}

/* Puts the record's values under the header's columns. @return false with a reason */
static bool place_values(g3_manifest_writer *writer, const g3_record *record)
{
    size_t guess = 0;
    memset(writer->values, 0, writer->count * sizeof *writer->values);
    for (size_t i = 0; i < record->count; i++) {
        g3_view name = record->fields[i].column->name;
        size_t at = find_column(writer, name, guess);
        if (at == writer->count) {
            g3_buffer_clear(&writer->reason);
            g3_buffer_append_text(&writer->reason, "the output's header has no column ");
            g3_json_append_string(&writer->reason, name);
            return false;
        }
        writer->values[at] = &record->fields[i].value;
        guess = at + 1;
    }
    return true;
}

/* A value as the text of a cell; lists as manifests spell them. Valid until the next call. */
static g3_view spell_value(g3_manifest_writer *writer, const g3_value *value, g3_object_field field)
{
    g3_buffer_clear(&writer->cell);
    switch (value->type) {
    case G3_NULL:
        return (g3_view){0};
    case G3_STRING:
    case G3_JSON:
        return value->text;
    case G3_INTEGER:
        g3_buffer_append_integer(&writer->cell, value->integer);
        break;
    case G3_LIST:
        g3_list_append(&writer->cell, value, field, writer->format == G3_FORMAT_TSV);
        break;
    }
    return g3_buffer_view(&writer->cell);
}

/* The object field of a list, for how it is spelled. */
static g3_object_field list_field(g3_view name)
{
    for (int field = G3_URLS; field <= G3_ACL; field++)
        if (g3_view_equal(name, g3_object_columns[field].name))
            return (g3_object_field)field;
    return G3_OTHER_FIELD;
}

static void write_row(g3_manifest_writer *writer)
{
    g3_buffer *out = g3_sink_buffer(writer->sink);
    for (size_t i = 0; i < writer->count; i++) {
        const g3_value *value = writer->values[i];
        g3_view cell = {0};
        if (value && value->type == G3_LIST)
            cell = spell_value(writer, value, list_field(writer->columns[i]->name));
        else if (value)
            cell = spell_value(writer, value, G3_OTHER_FIELD);
        if (i)
            g3_buffer_append_char(out, writer->delimiter);
        g3_cell_append(out, cell, writer->delimiter, writer->count == 1);
    }
    g3_buffer_append_char(out, '\n');
}

const char *g3_manifest_write(g3_manifest_writer *writer, const g3_record *record)
{
    if (writer->format == G3_FORMAT_NDJSON) {
        g3_json_append_record_with(g3_sink_buffer(writer->sink), record, writer->scan);
        return NULL;
    }
    if (!writer->has_columns) {
        if (record->count == 0)
            return "a record without any column can't be a row";
        take_columns_of(writer, record);
    }
    if (!place_values(writer, record))
        return g3_buffer_text(&writer->reason);
    write_header(writer);
    write_row(writer);
    return NULL;
}

void g3_manifest_writer_close(g3_manifest_writer *writer)
{
    if (!writer)
        return;
    write_header(writer);
    g3_column_table_free(&writer->table);
    free(writer->columns);
    free(writer->values);
    g3_buffer_free(&writer->cell);
    g3_buffer_free(&writer->reason);
    free(writer);
}
