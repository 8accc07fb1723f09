/* A manifest behind rules: read as it stands, its rows then made into those of other columns, and
 * these read as the kind wants them. Called by the manifest reader. */
#include "cells.h"
#include "g3/record/list.h"
#include "reader.h"
#include "rules.h"
#include <stdlib.h>

struct g3_ruled_reader {
    g3_manifest_reader *inner;
    g3_bound_rules *bound;
    const g3_column **shape; /* columns that the rules are bound to */
    size_t shape_count;
    g3_view *cells; /* of the row at hand, before */
    g3_view *made;  /* and after the rules */
    size_t made_count;
    g3_buffer text; /* of cells that are no strings */
};

static bool has_shape(const g3_ruled_reader *ruled, const g3_field *fields, size_t count)
{
    bool same = ruled->bound && count == ruled->shape_count;
    for (size_t i = 0; same && i < count; i++)
        same = ruled->shape[i] == fields[i].column;
    return same;
}

/* Binds the rules to columns, and works out what the records look like. */
static bool bind(g3_manifest_reader *reader, const g3_column *const *columns, size_t count,
                 g3_error *error)
{
    g3_ruled_reader *ruled = reader->ruled;
    bool complete = ruled->inner->rows != NULL; /* a line of JSON may lack members */
    g3_view *names = g3_allocate_zeroed(count, sizeof *names);
    const g3_view *made = NULL;
    for (size_t i = 0; i < count; i++)
        names[i] = g3_view_trim(columns[i]->name);
    g3_rules_unbind(ruled->bound);
    ruled->bound = g3_rules_bind(reader->options.rules, names, count, complete, error);
    if (ruled->bound)
        made = g3_rules_names(ruled->bound, &ruled->made_count);
    bool good = made && g3_layout_build(&reader->layout, &reader->table, &reader->options, made,
                                        ruled->made_count, complete, error);
    free(names);
    if (!good)
        return false;
    ruled->shape = g3_reallocate(ruled->shape, count + 1, sizeof *ruled->shape);
    ruled->cells = g3_reallocate(ruled->cells, count + 1, sizeof *ruled->cells);
    ruled->made = g3_reallocate(ruled->made, ruled->made_count + 1, sizeof *ruled->made);
    for (size_t i = 0; i < count; i++)
        ruled->shape[i] = columns[i];
    ruled->shape_count = count;
    reader->fields =
        g3_reallocate(reader->fields, reader->layout.count + 1, sizeof *reader->fields);
    for (size_t i = 0; i < reader->layout.count; i++)
        reader->fields[i].column = reader->layout.columns[i];
    return true;
}

bool g3_ruled_open(g3_manifest_reader *reader, g3_source *take_source, g3_error *error)
{
    g3_ruled_reader *ruled = g3_allocate_zeroed(1, sizeof *ruled);
    g3_manifest_options options = reader->options;
    options.kind = G3_KIND_RAW;
    options.maps = NULL;
    options.map_count = 0;
    options.rules = NULL;
    reader->ruled = ruled;
    ruled->inner = g3_manifest_open_source(take_source, &options, error);
    if (!ruled->inner)
        return false;
    reader->format = ruled->inner->format;
    reader->delimiter = ruled->inner->delimiter;
    const g3_layout *layout = &ruled->inner->layout;
    if (ruled->inner->rows && !bind(reader, layout->columns, layout->count, error)) {
        if (error->exit == G3_EXIT_INPUT)
            g3_error_prefix(error, "%s", g3_source_name(ruled->inner->source));
        return false;
    }
    return true;
}

/* A value as the cell that spells it: a list of texts as a list. */
static g3_view make_cell(g3_ruled_reader *ruled, const g3_value *value, g3_arena *arena)
{
    if (value->type == G3_STRING)
        return value->text;
    if (value->type == G3_NULL)
        return (g3_view){"", 0};
    g3_value list = *value;
    g3_buffer_clear(&ruled->text);
    if (value->type == G3_JSON && value->text.length && value->text.data[0] == '[' &&
        g3_value_from_json(&list, G3_URLS, arena, &ruled->text) && list.type == G3_LIST) {
        g3_buffer_clear(&ruled->text);
        g3_list_append(&ruled->text, &list, G3_URLS, true);
    } else {
        g3_buffer_clear(&ruled->text);
        g3_json_append_value(&ruled->text, value);
    }
    return g3_arena_copy(arena, g3_buffer_view(&ruled->text));
}

static g3_next refuse(g3_manifest_reader *reader, g3_bad_row *bad, uint64_t line,
                      const rule_fault *fault, const char *what)
{
    g3_buffer *reason = &reader->reason;
    g3_buffer_clear(reason);
    g3_buffer_append(reason, fault->field);
    if (fault->value.length) {
        g3_buffer_append_text(reason, " \"");
        g3_buffer_append(reason, fault->value);
        g3_buffer_append_char(reason, '"');
    }
    g3_buffer_append_text(reason, fault->field.length ? " " : "");
    g3_buffer_append_text(reason, what);
    return g3_refuse_row(reader, bad, line, fault->field);
}

/* Columns that no rule has touched keep the values that a line of JSON has. */
static void keep_values(g3_manifest_reader *reader, const g3_record *raw)
{
    for (size_t i = 0; i < reader->layout.count; i++) {
        int64_t source = g3_rules_source(reader->ruled->bound, reader->layout.sources[i]);
        if (source >= 0 && reader->fields[i].column->field == G3_OTHER_FIELD)
            reader->fields[i].value = raw->fields[source].value;
    }
}

/* Columns of a line of JSON that are not those of the line before. */
static bool bind_to_fields(g3_manifest_reader *reader, const g3_record *raw, g3_error *error)
{
    const g3_column **columns = g3_arena_take(&reader->arena, (raw->count + 1) * sizeof *columns);
    for (size_t i = 0; i < raw->count; i++)
        columns[i] = raw->fields[i].column;
    return bind(reader, columns, raw->count, error);
}

g3_next g3_ruled_next(g3_manifest_reader *reader, g3_record *record, g3_bad_row *bad,
                      g3_error *error)
{
    g3_ruled_reader *ruled = reader->ruled;
    g3_record raw;
    g3_error fault;
    rule_fault at = {0};
    g3_view field = {0};
    g3_next next = g3_manifest_next(ruled->inner, &raw, bad, error);
    reader->text = ruled->inner->text;
    if (next != G3_NEXT_ITEM)
        return next;
    if (!has_shape(ruled, raw.fields, raw.count) && !bind_to_fields(reader, &raw, &fault)) {
        ruled->shape_count = SIZE_MAX; /* none that any line has */
        return refuse(reader, bad, raw.line, &at, fault.message);
    }
    for (size_t i = 0; i < raw.count; i++)
        ruled->cells[i] = make_cell(ruled, &raw.fields[i].value, &reader->arena);
    const char *wrong =
        g3_rules_apply(ruled->bound, ruled->cells, raw.count,
                       reader->options.kind == G3_KIND_METADATA, ruled->made, &reader->arena, &at);
    if (wrong)
        return refuse(reader, bad, raw.line, &at, wrong);
    if (!g3_fill_fields(reader, ruled->made, ruled->made_count, &field))
        return g3_refuse_row(reader, bad, raw.line, field);
    if (ruled->inner->lines)
        keep_values(reader, &raw);
    *record =
        (g3_record){.fields = reader->fields, .count = reader->layout.count, .line = raw.line};
    return G3_NEXT_ITEM;
}

const g3_manifest_reader *g3_ruled_inner(const g3_ruled_reader *ruled)
{
    return ruled->inner;
}

void g3_ruled_close(g3_ruled_reader *ruled)
{
    if (!ruled)
        return;
    g3_manifest_close(ruled->inner);
    g3_rules_unbind(ruled->bound);
    g3_buffer_free(&ruled->text);
    free(ruled->shape);
    free(ruled->cells);
    free(ruled->made);
    free(ruled);
}
