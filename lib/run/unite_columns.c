/* The columns of united manifests. Called by unite.c, which gathers them, and by unite_record.c.
 *
 * They are found by hash where the guess is wrong: manifests may have thousands of columns, each
 * in an order of its own. */
#include "unite_columns.h"
#include "g3/base/hash.h"
#include <stdlib.h>

/* Places of the table to begin with; a power of 2. It grows when half are taken. */
#define TABLE_AT_FIRST 64

static g3_unite_column *add_column(g3_unite_columns *columns, const g3_column *column)
{
    if (columns->count == columns->capacity) {
        columns->capacity = columns->capacity * 2 + 2 * G3_OBJECT_FIELDS;
        columns->items =
            g3_reallocate(columns->items, columns->capacity, sizeof(g3_unite_column *));
    }
    g3_unite_column *added = g3_arena_take(&columns->arena, sizeof *added);
    *added = (g3_unite_column){
        .column = {.name = g3_arena_copy(&columns->arena, column->name),
                   .json_key = g3_arena_copy(&columns->arena, column->json_key),
                   .field = column->field},
        .place = columns->count,
    };
    columns->items[columns->count++] = added;
    return added;
}

void g3_unite_columns_begin(g3_unite_columns *columns)
{
    *columns = (g3_unite_columns){.table_size = TABLE_AT_FIRST};
    columns->table = g3_allocate_zeroed(TABLE_AT_FIRST, sizeof *columns->table);
    for (size_t field = 0; field < G3_OBJECT_FIELDS; field++)
        add_column(columns, &g3_object_columns[field]);
}

/* The slot that has the place of that name, or the free one where it would be. */
static uint32_t *find_slot(const g3_unite_columns *columns, g3_view name)
{
    size_t at = g3_hash(name) & (columns->table_size - 1);
    for (;; at = (at + 1) & (columns->table_size - 1)) {
        uint32_t *slot = &columns->table[at];
        if (*slot == 0 || g3_view_equal(columns->items[*slot]->column.name, name))
            return slot;
    }
}

static void grow_table(g3_unite_columns *columns)
{
    free(columns->table);
    columns->table_size *= 2;
    columns->table = g3_allocate_zeroed(columns->table_size, sizeof *columns->table);
    for (size_t i = G3_OBJECT_FIELDS; i < columns->count; i++)
        *find_slot(columns, columns->items[i]->column.name) = (uint32_t)i;
}

const g3_unite_column *g3_unite_columns_find(g3_unite_columns *columns, const g3_column *column,
                                             size_t guess)
{
    if (column->field != G3_OTHER_FIELD)
        return columns->items[column->field];
    if (guess >= G3_OBJECT_FIELDS && guess < columns->count &&
        g3_view_equal(columns->items[guess]->column.name, column->name))
        return columns->items[guess];
    uint32_t *slot = find_slot(columns, column->name);
    if (*slot)
        return columns->items[*slot];
    const g3_unite_column *added = add_column(columns, column);
    *slot = (uint32_t)added->place;
    if (columns->count * 2 > columns->table_size)
        grow_table(columns);
    return added;
}

void g3_unite_columns_end(g3_unite_columns *columns)
{
    free(columns->items);
    free(columns->table);
    g3_arena_free(&columns->arena);
}
