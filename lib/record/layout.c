/* Works out which column becomes which field. Called when a header has been read, and for each new
 * shape of JSON line. */
#include "columns.h"
#include <stdlib.h>

/* Names by which a field goes besides its own, the more telling first.
 * Source: the Python SDK's manifest tools (newer versions: did, object_id). */
#define ALIAS_LIMIT 3
static const char *const ALIASES[G3_OBJECT_FIELDS][ALIAS_LIMIT] = {
    [G3_GUID] = {"did", "object_id"},
    [G3_URLS] = {"url"},
    [G3_ACL] = {"acls"},
    [G3_MD5] = {"md5sum", "md5_hash", "hash"},
    [G3_FILE_SIZE] = {"size", "filesize"},
    [G3_FILE_NAME] = {"filename", "name"},
};

/* What a layout is made from. */
typedef struct layout_maker {
    g3_layout *layout;
    g3_column_table *table;
    const g3_manifest_options *options;
    const g3_view *names;
    size_t count;
    bool *taken;         /* for each source column: it became a field, or a map renamed it */
    size_t *map_sources; /* for each map: its source column, or G3_NO_COLUMN */
    g3_error *error;
} layout_maker;

size_t g3_column_find_name(const g3_view *names, size_t count, const bool *taken, g3_view name)
{
    size_t found = G3_NO_COLUMN;
    for (size_t i = 0; i < count; i++) {
        if (taken && taken[i])
            continue;
        if (g3_view_equal(names[i], name))
            return i;
        if (found == G3_NO_COLUMN && g3_view_equal_ignoring_case(names[i], name))
            found = i;
    }
    return found;
}

/* The source column called `name`.
 * @param free_only  pass over those that are taken */
static size_t find_name(const layout_maker *maker, g3_view name, bool free_only)
{
    return g3_column_find_name(maker->names, maker->count, free_only ? maker->taken : NULL, name);
}

/* The object field called `name`, as maps name it. @return G3_OTHER_FIELD if it is none */
static g3_object_field find_field(g3_view name)
{
    for (int field = 0; field < G3_OBJECT_FIELDS; field++)
        if (g3_view_equal(g3_object_columns[field].name, name))
            return (g3_object_field)field;
    return G3_OTHER_FIELD;
}

/* True if records of this kind have this field typed. */
static bool has_field(g3_kind kind, g3_object_field field)
{
    return field != G3_OTHER_FIELD &&
           (kind == G3_KIND_OBJECT || (kind == G3_KIND_METADATA && field == G3_GUID));
}

void g3_append_column_names(g3_buffer *text, const g3_view *names, size_t count)
{
    const size_t most = 12; /* enough to see what manifest it is */
    for (size_t i = 0; i < count && i < most; i++) {
        g3_buffer_append_text(text, i ? ", " : "");
        g3_buffer_append(text, names[i]);
    }
    if (count > most)
        g3_buffer_append_text(text, ", ...");
}

bool g3_object_field_has_name(g3_object_field field, g3_view name)
{
    bool has = g3_view_equal_ignoring_case(name, g3_object_columns[field].name);
    for (size_t i = 0; i < ALIAS_LIMIT && !has && ALIASES[field][i]; i++)
        has = g3_view_equal_ignoring_case(name, g3_view_of(ALIASES[field][i]));
    return has;
}

/* Finds the source columns that maps name. */
static bool find_maps(layout_maker *maker, bool complete)
{
    for (size_t i = 0; i < maker->options->map_count; i++) {
        const g3_column_map *map = &maker->options->maps[i];
        size_t source = find_name(maker, map->column, false);
        if (source == G3_NO_COLUMN && complete) {
            g3_buffer header = {0};
            g3_append_column_names(&header, maker->names, maker->count);
            g3_fail(maker->error, G3_EXIT_INPUT,
                    "there is no column \"%.*s\" for --map %.*s=%.*s; the columns are: %s",
                    (int)map->column.length, map->column.data, (int)map->field.length,
                    map->field.data, (int)map->column.length, map->column.data,
                    g3_buffer_text(&header));
            g3_buffer_free(&header);
            return false;
        }
        maker->map_sources[i] = source;
        if (source != G3_NO_COLUMN)
            maker->taken[source] = true;
    }
    return true;
}

/* Adds a field to the layout, called `name`, unless another one is called so. */
static bool add_column(layout_maker *maker, g3_view name, g3_object_field field, size_t source)
{
    g3_layout *layout = maker->layout;
    const g3_column *column = g3_column_find(maker->table, name);
    size_t place = layout->count;
    if (g3_column_add_to_set(maker->table, column, &place)) {
        g3_view other = maker->names[layout->sources[place]], mine = maker->names[source];
        return g3_fail(
            maker->error, G3_EXIT_INPUT,
            "columns %zu (\"%.*s\") and %zu (\"%.*s\") are both \"%.*s\"; rename one in the "
            "file, or with --map NAME=COLUMN",
            layout->sources[place] + 1, (int)other.length, other.data, source + 1, (int)mine.length,
            mine.data, (int)name.length, name.data);
    }
    if (layout->count == layout->capacity) {
        layout->capacity = layout->capacity ? layout->capacity * 2 : G3_OBJECT_FIELDS;
        layout->columns = g3_reallocate(layout->columns, layout->capacity, sizeof *layout->columns);
        layout->sources = g3_reallocate(layout->sources, layout->capacity, sizeof *layout->sources);
    }
    layout->columns[layout->count] = field == G3_OTHER_FIELD ? column : &g3_object_columns[field];
    layout->sources[layout->count++] = source;
    return true;
}

/* Finds the column that a field goes by without a map: its own name, then its aliases. */
static size_t find_field_source(const layout_maker *maker, g3_object_field field)
{
    size_t source = find_name(maker, g3_object_columns[field].name, true);
    for (size_t i = 0; i < ALIAS_LIMIT && source == G3_NO_COLUMN && ALIASES[field][i]; i++)
        source = find_name(maker, g3_view_of(ALIASES[field][i]), true);
    return source;
}

static bool add_field(layout_maker *maker, g3_object_field field)
{
    bool mapped = false;
    for (size_t i = 0; i < maker->options->map_count; i++) {
        if (find_field(maker->options->maps[i].field) != field ||
            maker->map_sources[i] == G3_NO_COLUMN)
            continue;
        mapped = true;
        if (!add_column(maker, g3_object_columns[field].name, field, maker->map_sources[i]))
            return false;
    }
    if (mapped)
        return true;
    size_t source = find_field_source(maker, field);
    if (source == G3_NO_COLUMN)
        return true;
    maker->taken[source] = true;
    return add_column(maker, g3_object_columns[field].name, field, source);
}

/* What a column is that is not typed: a raw record's guid is still known as such, for shards. */
static g3_object_field untyped_field(g3_view name)
{
    return find_field(name) == G3_GUID ? G3_GUID : G3_OTHER_FIELD;
}

/* Adds what a source column is besides a field: what maps call it, else by its own name. */
static bool add_other(layout_maker *maker, size_t source)
{
    const g3_manifest_options *options = maker->options;
    for (size_t i = 0; i < options->map_count; i++) {
        g3_view name = options->maps[i].field;
        if (maker->map_sources[i] == source && !has_field(options->kind, find_field(name)) &&
            !add_column(maker, name, untyped_field(name), source))
            return false;
    }
    if (maker->taken[source])
        return true;
    return add_column(maker, maker->names[source], untyped_field(maker->names[source]), source);
}

bool g3_layout_build(g3_layout *layout, g3_column_table *table, const g3_manifest_options *options,
                     const g3_view *names, size_t count, bool complete, g3_error *error)
{
    layout_maker maker = {
        .layout = layout,
        .table = table,
        .options = options,
        .names = names,
        .count = count,
        .taken = g3_allocate_zeroed(count, sizeof *maker.taken),
        .map_sources = g3_allocate_zeroed(options->map_count, sizeof *maker.map_sources),
        .error = error,
    };
    layout->count = 0;
    g3_column_begin_set(table);
    bool ok = find_maps(&maker, complete);
    for (int field = 0; ok && field < G3_OBJECT_FIELDS; field++)
        if (has_field(options->kind, (g3_object_field)field))
            ok = add_field(&maker, (g3_object_field)field);
    for (size_t i = 0; ok && i < count; i++)
        ok = add_other(&maker, i);
    free(maker.taken);
    free(maker.map_sources);
    return ok;
}

void g3_layout_free(g3_layout *layout)
{
    free(layout->columns);
    free(layout->sources);
    *layout = (g3_layout){0};
}
