/* Names of columns: each once, with what JSON writes for it. Called by the layout, the readers and
 * the writer. */
#include "columns.h"
#include "g3/base/hash.h"
#include "g3/record/json.h"
#include <stdlib.h>

/* Slots of a new table: the columns of a usual manifest fit. */
#define FIRST_CAPACITY ((size_t)64)

typedef struct g3_column_entry {
    g3_column column; /* first, so that a column's entry is at the same address */
    uint64_t hash;
    uint64_t mark; /* the set that it is in, if that is the table's */
    size_t place;  /* in that set */
} g3_column_entry;

/* The column as JSON writes it in front of a value. */
static g3_view make_key(g3_arena *arena, g3_view name)
{
    g3_buffer key = {0};
    g3_json_append_string(&key, name);
    g3_buffer_append_char(&key, ':');
    g3_view kept = g3_arena_copy(arena, g3_buffer_view(&key));
    g3_buffer_free(&key);
    return kept;
}

static g3_column_entry *make_entry(g3_arena *arena, g3_view name, uint64_t hash)
{
    g3_column_entry *entry = g3_arena_take(arena, sizeof *entry);
    *entry = (g3_column_entry){
        .column = {.name = g3_arena_copy(arena, name),
                   .json_key = make_key(arena, name),
                   .field = G3_OTHER_FIELD},
        .hash = hash,
    };
    return entry;
}

/* The slot where the column called `name` is, or would be. */
static g3_column_entry **find_slot(const g3_column_table *table, g3_view name, uint64_t hash)
{
    size_t at = hash & (table->capacity - 1);
    while (table->slots[at] &&
           (table->slots[at]->hash != hash || !g3_view_equal(table->slots[at]->column.name, name)))
        at = (at + 1) & (table->capacity - 1);
    return &table->slots[at];
}

static void grow(g3_column_table *table)
{
    g3_column_entry **old = table->slots;
    size_t old_capacity = table->capacity;
    table->capacity = old_capacity ? old_capacity * 2 : FIRST_CAPACITY;
    table->slots = g3_allocate_zeroed(table->capacity, sizeof *table->slots);
    for (size_t i = 0; i < old_capacity; i++)
        if (old[i])
            *find_slot(table, old[i]->column.name, old[i]->hash) = old[i];
    free(old);
}

const g3_column *g3_column_find(g3_column_table *table, g3_view name)
{
    uint64_t hash = g3_hash(name);
    if (table->count * 2 >= table->capacity)
        grow(table);
    g3_column_entry **slot = find_slot(table, name, hash);
    if (!*slot) {
        *slot = make_entry(&table->arena, name, hash);
        table->count++;
    }
    return &(*slot)->column;
}

const g3_column *g3_column_look_up(const g3_column_table *table, g3_view name)
{
    g3_column_entry *entry = table->count ? *find_slot(table, name, g3_hash(name)) : NULL;
    return entry ? &entry->column : NULL;
}

void g3_column_begin_set(g3_column_table *table)
{
    table->mark++;
}

bool g3_column_add_to_set(g3_column_table *table, const g3_column *column, size_t *place)
{
    g3_column_entry *entry = (g3_column_entry *)(uintptr_t)column;
    if (entry->mark == table->mark) {
        *place = entry->place;
        return true;
    }
    entry->mark = table->mark;
    entry->place = *place;
    return false;
}

void g3_column_table_clear(g3_column_table *table)
{
    if (table->capacity)
        memset(table->slots, 0, table->capacity * sizeof *table->slots);
    table->count = 0;
    g3_arena_clear(&table->arena);
}

void g3_column_table_free(g3_column_table *table)
{
    free(table->slots);
    g3_arena_free(&table->arena);
    *table = (g3_column_table){0};
}
