/* A manifest behind hooks: read as it stands, its rows then made into those of other columns, and
 * these read as the kind wants them. Called by the manifest reader. */
#include "g3/record/list.h"
#include "hooks.h"
#include "reader.h"
#include <stdlib.h>

struct g3_hooked_reader {
    g3_manifest_reader *inner;
    g3_hooks *hooks;
    bool bound;
    const g3_column **shape; /* columns that the hooks are bound to */
    size_t shape_count;
    g3_view *names;
    g3_view *cells; /* of the row at hand, before */
    g3_view *made;  /* and after the hooks */
    g3_record raw;  /* the row at hand */
    bool more;      /* it makes another record */
    g3_buffer text; /* of cells that are no strings */
};

static bool has_shape(const g3_hooked_reader *hooked, const g3_field *fields, size_t count)
{
    bool same = hooked->bound && count == hooked->shape_count;
    for (size_t i = 0; same && i < count; i++)
        same = hooked->shape[i] == fields[i].column;
    return same;
}

/* Binds the hooks to columns, and works out what the records look like. */
static bool bind(g3_manifest_reader *reader, const g3_column *const *columns, size_t count,
                 g3_error *error)
{
    g3_hooked_reader *hooked = reader->hooked;
    g3_hooks *hooks = hooked->hooks;
    bool complete = hooked->inner->rows != NULL; /* a line of JSON may lack members */
    hooked->names = g3_reallocate(hooked->names, count + 1, sizeof *hooked->names);
    for (size_t i = 0; i < count; i++)
        hooked->names[i] = g3_view_trim(columns[i]->name);
    hooked->bound = hooks->bind(hooks, hooked->names, count, complete, error) &&
                    g3_layout_build(&reader->layout, &reader->table, &reader->options, hooks->names,
                                    hooks->count, complete, error);
    if (!hooked->bound)
        return false;
    hooked->shape = g3_reallocate(hooked->shape, count + 1, sizeof *hooked->shape);
    hooked->cells = g3_reallocate(hooked->cells, count + 1, sizeof *hooked->cells);
    hooked->made = g3_reallocate(hooked->made, hooks->count + 1, sizeof *hooked->made);
    for (size_t i = 0; i < count; i++)
        hooked->shape[i] = columns[i];
    hooked->shape_count = count;
    reader->fields =
        g3_reallocate(reader->fields, reader->layout.count + 1, sizeof *reader->fields);
    for (size_t i = 0; i < reader->layout.count; i++)
        reader->fields[i].column = reader->layout.columns[i];
    return true;
}

bool g3_hooked_open(g3_manifest_reader *reader, g3_source *take_source, g3_error *error)
{
    g3_hooked_reader *hooked = g3_allocate_zeroed(1, sizeof *hooked);
    g3_manifest_options options = reader->options;
    options.kind = G3_KIND_RAW;
    options.maps = NULL;
    options.map_count = 0;
    options.hooks = NULL;
    reader->hooked = hooked;
    hooked->hooks = reader->options.hooks;
    hooked->inner = g3_manifest_open_source(take_source, &options, error);
    if (!hooked->inner)
        return false;
    reader->format = hooked->inner->format;
    reader->delimiter = hooked->inner->delimiter;
    const g3_layout *layout = &hooked->inner->layout;
    if (hooked->inner->rows && !bind(reader, layout->columns, layout->count, error)) {
        if (error->exit == G3_EXIT_INPUT)
            g3_error_prefix(error, "%s", g3_source_name(hooked->inner->source));
        return false;
    }
    return true;
}

/* A value as the cell that spells it. */
static g3_view make_cell(g3_hooked_reader *hooked, const g3_value *value, g3_arena *arena)
{
    g3_view cell = g3_value_cell_text(value, G3_URLS, true, &hooked->text);
    bool scratch = cell.length && cell.data == hooked->text.data;
    return scratch ? g3_arena_copy(arena, cell) : cell;
}

static g3_next refuse(g3_manifest_reader *reader, g3_bad_row *bad, uint64_t line,
                      const g3_hook_row *row)
{
    g3_buffer *reason = &reader->reason;
    g3_buffer_clear(reason);
    g3_buffer_append(reason, row->field);
    if (row->value.length) {
        g3_buffer_append_text(reason, " \"");
        g3_buffer_append(reason, row->value);
        g3_buffer_append_char(reason, '"');
    }
    g3_buffer_append_text(reason, row->field.length ? " " : "");
    g3_buffer_append_text(reason, row->reason);
    return g3_refuse_row(reader, bad, line, row->field);
}

/* Columns of a line of JSON that are not those of the line before. */
static bool bind_to_fields(g3_manifest_reader *reader, const g3_record *raw, g3_error *error)
{
    const g3_column **columns = g3_arena_take(&reader->arena, (raw->count + 1) * sizeof *columns);
    for (size_t i = 0; i < raw->count; i++)
        columns[i] = raw->fields[i].column;
    return bind(reader, columns, raw->count, error);
}

/* Columns that no hook has touched keep the values that a line of JSON has. */
static void keep_values(g3_manifest_reader *reader, const g3_record *raw)
{
    for (size_t i = 0; i < reader->layout.count; i++) {
        int64_t source = reader->hooked->hooks->sources[reader->layout.sources[i]];
        if (source >= 0 && reader->fields[i].column->field == G3_OTHER_FIELD)
            reader->fields[i].value = raw->fields[source].value;
    }
}

/* Reads the next row of the file, and makes its cells. */
static g3_next read_row(g3_manifest_reader *reader, g3_bad_row *bad, g3_error *error)
{
    g3_hooked_reader *hooked = reader->hooked;
    g3_record *raw = &hooked->raw;
    g3_error fault;
    g3_next next = g3_manifest_next(hooked->inner, raw, bad, error);
    reader->text = hooked->inner->text;
    if (next != G3_NEXT_ITEM)
        return next;
    if (!has_shape(hooked, raw->fields, raw->count) && !bind_to_fields(reader, raw, &fault)) {
        const g3_hook_row none = {.reason = fault.message};
        return refuse(reader, bad, raw->line, &none);
    }
    for (size_t i = 0; i < raw->count; i++)
        hooked->cells[i] = make_cell(hooked, &raw->fields[i].value, &hooked->inner->arena);
    return G3_NEXT_ITEM;
}

g3_next g3_hooked_next(g3_manifest_reader *reader, g3_record *record, g3_bad_row *bad,
                       g3_error *error)
{
    g3_hooked_reader *hooked = reader->hooked;
    g3_hook_row row;
    g3_hook_outcome outcome;
    do {
        g3_next next = hooked->more ? G3_NEXT_ITEM : read_row(reader, bad, error);
        if (next != G3_NEXT_ITEM)
            return next;
        row = (g3_hook_row){.cells = hooked->cells,
                            .line = hooked->raw.line,
                            .arrays = reader->options.kind == G3_KIND_METADATA,
                            .again = hooked->more,
                            .out = hooked->made,
                            .arena = &reader->arena};
        outcome = hooked->hooks->make(hooked->hooks, &row);
        hooked->more = outcome == G3_HOOK_MORE;
    } while (outcome == G3_HOOK_SKIP);
    g3_view field = {0};
    if (outcome == G3_HOOK_BAD)
        return refuse(reader, bad, row.line, &row);
    if (!g3_fill_fields(reader, hooked->made, hooked->hooks->count, &field))
        return g3_refuse_value(reader, bad, row.line, field);
    if (hooked->inner->lines)
        keep_values(reader, &hooked->raw);
    *record =
        (g3_record){.fields = reader->fields, .count = reader->layout.count, .line = row.line};
    return G3_NEXT_ITEM;
}

const g3_manifest_reader *g3_hooked_inner(const g3_hooked_reader *hooked)
{
    return hooked->inner;
}

void g3_hooked_close(g3_hooked_reader *hooked)
{
    if (!hooked)
        return;
    g3_manifest_close(hooked->inner);
    free(hooked->names);
    g3_buffer_free(&hooked->text);
    free(hooked->shape);
    free(hooked->cells);
    free(hooked->made);
    free(hooked);
}
