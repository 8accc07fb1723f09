/* The keys of a row. Called by maker.c for each row.
 *
 * A key of one column is that cell. One of several is made of all cells, each but the last behind
 * its length, so that ("ab", "c") is not ("a", "bc"). A list's items share what is in front.
 */
#include "keys.h"
#include "g3/record/list.h"
#include <stdlib.h>

bool g3_keys_begin(g3_key_maker *maker, const g3_join_recipe *recipe, g3_error *error)
{
    *maker =
        (g3_key_maker){.columns = recipe->keys, .count = recipe->key_count, .items = recipe->items};
    if (recipe->extract && !(maker->extract = g3_extract_open(recipe->extract, error)))
        return false;
    maker->places = g3_allocate_zeroed(maker->count, sizeof *maker->places);
    return true;
}

void g3_keys_find_places(g3_key_maker *maker, const g3_view *names, size_t count)
{
    for (size_t i = 0; i < maker->count; i++)
        maker->places[i] = g3_find_place(names, count, maker->columns[i]);
}

static void add_key(g3_key_maker *maker, g3_view key)
{
    if (key.length == 0)
        return;
    if (maker->key_count == maker->key_capacity) {
        maker->key_capacity = maker->key_capacity * 2 + 4;
        maker->keys = g3_reallocate(maker->keys, maker->key_capacity, sizeof *maker->keys);
    }
    maker->keys[maker->key_count++] = key;
}

static int compare_keys(const void *left, const void *right)
{
    return g3_view_compare(*(const g3_view *)left, *(const g3_view *)right);
}

/* Leaves one of each key. */
static void drop_repeated(g3_key_maker *maker)
{
    size_t kept = 0;
    if (maker->key_count < 2)
        return;
    qsort(maker->keys, maker->key_count, sizeof *maker->keys, compare_keys);
    for (size_t i = 0; i < maker->key_count; i++)
        if (i == 0 || !g3_view_equal(maker->keys[i], maker->keys[kept - 1]))
            maker->keys[kept++] = maker->keys[i];
    maker->key_count = kept;
}

/* The field whose rules part the items of a list in that column; urls, unless it is another. */
static g3_object_field list_field(g3_view name)
{
    g3_object_field found = G3_URLS;
    for (int field = G3_URLS; field <= G3_ACL; field++)
        if (g3_view_equal_ignoring_case(name, g3_object_columns[field].name))
            found = (g3_object_field)field;
    return found;
}

static void add_items(g3_key_maker *maker, g3_view cell, const g3_text_source *source)
{
    g3_value list = g3_list_read(cell, list_field(maker->columns[maker->count - 1]),
                                 source->format == G3_FORMAT_TSV, source->arena);
    for (size_t i = 0; i < list.list.count; i++)
        add_key(maker, g3_view_trim(list.list.items[i]));
    drop_repeated(maker);
}

static const char *add_extracted(g3_key_maker *maker, g3_view cell)
{
    const char *fault = NULL;
    g3_view key;
    g3_extract_begin(maker->extract, cell);
    while (g3_extract_next(maker->extract, &key, &fault))
        add_key(maker, g3_view_trim(key));
    drop_repeated(maker);
    return fault;
}

static g3_view key_cell(g3_key_maker *maker, size_t number, const g3_text_source *source)
{
    return g3_view_trim(g3_source_cell(source, maker->places[number], &maker->scratch));
}

const char *g3_keys_make(g3_key_maker *maker, const g3_text_source *source)
{
    g3_buffer_clear(&maker->lead);
    maker->key_count = 0;
    for (size_t i = 0; i + 1 < maker->count; i++) {
        g3_view cell = key_cell(maker, i, source);
        if (cell.length == 0)
            return NULL;
        g3_buffer_append_integer(&maker->lead, (int64_t)cell.length);
        g3_buffer_append_char(&maker->lead, ':');
        g3_buffer_append(&maker->lead, cell);
    }
    if (maker->count == 0)
        return NULL;
    g3_view last = key_cell(maker, maker->count - 1, source);
    if (maker->extract)
        return add_extracted(maker, last);
    if (maker->items)
        add_items(maker, last, source);
    else
        add_key(maker, last);
    return NULL;
}

void g3_keys_end(g3_key_maker *maker)
{
    g3_extract_close(maker->extract);
    g3_buffer_free(&maker->lead);
    g3_buffer_free(&maker->scratch);
    free(maker->places);
    free(maker->keys);
}
