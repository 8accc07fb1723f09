/* Rows of a CSV or TSV as records. Called by the manifest reader. */
#include "cells.h"
#include "g3/base/utf8.h"
#include "reader.h"
#include <stdio.h>

/* Room for "column_" and a number. */
#define MADE_NAME_SIZE 32

/* The columns' names as the kind has them: raw as they stand, else trimmed; one that is empty is
 * called after its place, for a JSON object needs a name for it. Valid as long as arena and row. */
static g3_view *name_columns(const g3_row *row, g3_kind kind, g3_arena *arena)
{
    g3_view *names = g3_arena_take(arena, row->count * sizeof *names);
    for (size_t i = 0; i < row->count; i++) {
        names[i] = kind == G3_KIND_RAW ? row->cells[i] : g3_view_trim(row->cells[i]);
        if (names[i].length == 0) {
            char made[MADE_NAME_SIZE];
            int length = snprintf(made, sizeof made, "column_%zu", i + 1);
            names[i] = g3_arena_copy(arena, (g3_view){made, (size_t)length});
        }
    }
    return names;
}

static bool fail_repeated(const g3_view *names, size_t count, size_t one, size_t other,
                          g3_error *error)
{
    g3_buffer all = {0};
    g3_append_column_names(&all, names, count);
    g3_fail(
        error, G3_EXIT_INPUT,
        "columns %zu and %zu are both called \"%.*s\"; rename one in the file; the columns are: "
        "%s",
        one + 1, other + 1, (int)names[one].length, names[one].data, g3_buffer_text(&all));
    g3_buffer_free(&all);
    return false;
}

/* Makes sure that no two columns have the same name. */
static bool check_names(const g3_view *names, size_t count, g3_error *error)
{
    g3_column_table table = {0};
    bool ok = true;
    g3_column_begin_set(&table);
    for (size_t i = 0; ok && i < count; i++) {
        size_t place = i;
        if (g3_column_add_to_set(&table, g3_column_find(&table, names[i]), &place))
            ok = fail_repeated(names, count, place, i, error);
    }
    g3_column_table_free(&table);
    return ok;
}

static bool use_header(g3_manifest_reader *reader, const g3_row *row, g3_error *error)
{
    if (!row->ascii && !g3_is_utf8(row->text)) {
        g3_say_not_utf8(reader, row->text);
        return g3_fail(error, G3_EXIT_INPUT, "the header is %s", g3_buffer_text(&reader->reason));
    }
    const g3_view *names = name_columns(row, reader->options.kind, &reader->arena);
    return check_names(names, row->count, error) &&
           g3_layout_build(&reader->layout, &reader->table, &reader->options, names, row->count,
                           true, error);
}

static bool is_in_file_order(const g3_layout *layout, size_t width)
{
    bool in_order = layout->count == width;
    for (size_t i = 0; in_order && i < layout->count; i++)
        in_order = layout->sources[i] == i;
    return in_order;
}

bool g3_rows_open(g3_manifest_reader *reader, char delimiter, g3_view begun, g3_error *error)
{
    g3_row row;
    const char *reason, *name = g3_source_name(reader->source);
    reader->rows = g3_row_reader_open(reader->source, delimiter, begun);
    switch (g3_row_reader_next(reader->rows, &row, &reason, error)) {
    case G3_NEXT_ERROR:
        return false;
    case G3_NEXT_END:
        return g3_fail(error, G3_EXIT_INPUT, "%s: there is no header line, the file is empty",
                       name);
    case G3_NEXT_BAD:
        return g3_fail(error, G3_EXIT_INPUT, "%s:%llu: the header can't be read: %s", name,
                       (unsigned long long)row.line, reason);
    case G3_NEXT_ITEM:
        break;
    }
    if (!use_header(reader, &row, error)) {
        g3_error_prefix(error, "%s:%llu", name, (unsigned long long)row.line);
        return false;
    }
    reader->width = row.count;
    reader->in_file_order = is_in_file_order(&reader->layout, row.count);
    reader->fields = g3_allocate_zeroed(reader->layout.count, sizeof *reader->fields);
    for (size_t i = 0; i < reader->layout.count; i++)
        reader->fields[i].column = reader->layout.columns[i];
    reader->cells = g3_allocate_zeroed(reader->layout.count, sizeof *reader->cells);
    return true;
}

static g3_next refuse_width(g3_manifest_reader *reader, g3_bad_row *bad, const g3_row *row)
{
    g3_buffer_clear(&reader->reason);
    g3_buffer_append_format(&reader->reason, "row has %zu cell%s, the header %zu", row->count,
                            row->count == 1 ? "" : "s", reader->width);
    return g3_refuse_row(reader, bad, row->line, (g3_view){0});
}

static g3_next refuse_encoding(g3_manifest_reader *reader, g3_bad_row *bad, const g3_row *row)
{
    g3_view column = {0};
    g3_say_not_utf8(reader, row->text);
    for (size_t i = 0; i < reader->layout.count; i++) {
        size_t source = reader->layout.sources[i];
        if (column.length == 0 && source < row->count && !g3_is_utf8(row->cells[source]))
            column = reader->layout.columns[i]->name;
    }
    return g3_refuse_row(reader, bad, row->line, column);
}

/* The cell that a field's value comes from; empty where the row is too short. */
static inline g3_view get_cell(const g3_manifest_reader *reader, const g3_view *cells, size_t count,
                               size_t field)
{
    size_t source = reader->layout.sources[field];
    return source < count ? cells[source] : (g3_view){"", 0};
}

static void fill_raw(g3_manifest_reader *reader, const g3_view *cells, size_t count)
{
    for (size_t i = 0; i < reader->layout.count; i++) {
        reader->fields[i].value.type = G3_STRING;
        reader->fields[i].value.text = get_cell(reader, cells, count, i);
    }
}

static void fill_metadata(g3_manifest_reader *reader, const g3_view *cells, size_t count)
{
    for (size_t i = 0; i < reader->layout.count; i++) {
        g3_field *field = &reader->fields[i];
        g3_view cell = get_cell(reader, cells, count, i);
        if (field->column->field == G3_GUID) /* a guid of digits only is still a text */
            g3_value_from_cell(&field->value, G3_GUID, cell, false, &reader->arena,
                               &reader->reason);
        else
            field->value = g3_value_from_metadata(cell, &reader->arena, reader->scan);
    }
}

static bool fill_object(g3_manifest_reader *reader, const g3_view *cells, size_t count,
                        g3_view *column)
{
    bool commas = reader->format == G3_FORMAT_TSV, good = true;
    for (size_t i = 0; i < reader->layout.count; i++) {
        g3_field *field = &reader->fields[i];
        if (!g3_value_from_cell(&field->value, field->column->field,
                                get_cell(reader, cells, count, i), commas, &reader->arena,
                                &reader->reason)) { /* only a size can be wrong: once a row */
            *column = field->column->name;
            field->value.type = G3_NULL;
            good = false;
        }
    }
    return good;
}

bool g3_fill_fields(g3_manifest_reader *reader, const g3_view *cells, size_t count, g3_view *column)
{
    if (reader->options.kind == G3_KIND_OBJECT)
        return fill_object(reader, cells, count, column);
    if (reader->options.kind == G3_KIND_RAW)
        fill_raw(reader, cells, count);
    else
        fill_metadata(reader, cells, count);
    return true;
}

/* Reads a row whose cells may be used. */
static inline g3_next next_row(g3_manifest_reader *reader, g3_row *row, g3_bad_row *bad,
                               g3_error *error)
{
    const char *reason;
    g3_next next = g3_row_reader_next(reader->rows, row, &reason, error);
    if (next == G3_NEXT_END || next == G3_NEXT_ERROR)
        return next;
    reader->text = row->text;
    if (next == G3_NEXT_BAD) {
        g3_buffer_clear(&reader->reason);
        g3_buffer_append_text(&reader->reason, reason);
        return g3_refuse_row(reader, bad, row->line, (g3_view){0});
    }
    if (row->count > reader->width || (row->count < reader->width && reader->options.strict))
        return refuse_width(reader, bad, row);
    if (!row->ascii && !g3_is_utf8(row->text))
        return refuse_encoding(reader, bad, row);
    return next;
}

g3_next g3_rows_next_cells(g3_manifest_reader *reader, g3_cell_row *cells, g3_bad_row *bad,
                           g3_error *error)
{
    g3_row *row = &cells->row;
    g3_next next = next_row(reader, row, bad, error);
    if (next != G3_NEXT_ITEM)
        return next;
    cells->as_stored = reader->in_file_order && row->count == reader->width;
    if (cells->as_stored)
        return next;
    for (size_t i = 0; i < reader->layout.count; i++)
        reader->cells[i] = get_cell(reader, row->cells, row->count, i);
    reader->padded += row->count < reader->width;
    row->cells = reader->cells;
    row->count = reader->layout.count;
    return next;
}

g3_next g3_rows_next(g3_manifest_reader *reader, g3_record *record, g3_bad_row *bad,
                     g3_error *error)
{
    g3_row row;
    g3_next next = next_row(reader, &row, bad, error);
    if (next != G3_NEXT_ITEM)
        return next;
    g3_view column = {0};
    if (!g3_fill_fields(reader, row.cells, row.count, &column))
        return g3_refuse_value(reader, bad, row.line, column);
    reader->padded += row.count < reader->width;
    /* A metadata cell may spell a character as a JSON escape; it is decoded into the arena then. */
    bool ascii = row.ascii && (reader->options.kind != G3_KIND_METADATA || reader->arena.used == 0);
    *record = (g3_record){
        .fields = reader->fields, .count = reader->layout.count, .line = row.line, .ascii = ascii};
    return G3_NEXT_ITEM;
}
