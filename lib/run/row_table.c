/* Rows in memory by GUID: packed bytes in an arena, an entry a row, and a table of slots. Called by
 * verify.
 *
 * A slot holds 32 bits of the GUID's hash, which also say where it stands, so that the table grows
 * without looking at the GUIDs. Rows of one GUID are a chain behind their first one, so that a
 * manifest of repeats is no slower than any other. */
#include "row_table.h"
#include "g3/base/hash.h"
#include <stdlib.h>

#define FIRST_ENTRIES 1024
#define NO_ROW        UINT32_MAX

typedef struct entry {
    const char *bytes; /* the GUID, the packed row behind it; in the arena */
    uint32_t guid_length;
    uint32_t packed_length;
    uint32_t next_same; /* NO_ROW: the last */
    uint32_t last_same; /* of a chain's first row: the chain's end */
    bool met;
} entry;

typedef struct slot {
    uint32_t hash;
    uint32_t row; /* NO_ROW: free */
} slot;

struct g3_row_table {
    g3_arena arena;
    entry *entries;
    size_t count;
    size_t capacity;
    slot *slots;
    size_t slot_count; /* a power of two, at least twice the entries' capacity */
};

static slot *make_slots(size_t count)
{
    slot *slots = g3_allocate(count * sizeof *slots);
    memset(slots, 0xff, count * sizeof *slots); /* NO_ROW everywhere */
    return slots;
}

g3_row_table *g3_row_table_open(void)
{
    g3_row_table *table = g3_allocate_zeroed(1, sizeof *table);
    table->capacity = FIRST_ENTRIES;
    table->entries = g3_allocate(table->capacity * sizeof *table->entries);
    table->slot_count = 2 * FIRST_ENTRIES;
    table->slots = make_slots(table->slot_count);
    return table;
}

static void grow(g3_row_table *table)
{
    slot *old = table->slots;
    size_t old_count = table->slot_count;
    table->capacity *= 2;
    table->entries = g3_reallocate(table->entries, table->capacity, sizeof *table->entries);
    table->slot_count *= 2;
    table->slots = make_slots(table->slot_count);
    for (size_t i = 0; i < old_count; i++) {
        if (old[i].row == NO_ROW)
            continue;
        size_t at = old[i].hash & (table->slot_count - 1);
        while (table->slots[at].row != NO_ROW)
            at = (at + 1) & (table->slot_count - 1);
        table->slots[at] = old[i];
    }
    free(old);
}

/* The slot of a GUID, or the free one where it would go. */
static slot *find_slot(const g3_row_table *table, g3_view guid, uint32_t hash)
{
    size_t at = hash & (table->slot_count - 1);
    for (;; at = (at + 1) & (table->slot_count - 1)) {
        slot *here = &table->slots[at];
        if (here->row == NO_ROW)
            return here;
        const entry *first = &table->entries[here->row];
        if (here->hash == hash && first->guid_length == guid.length &&
            memcmp(first->bytes, guid.data, guid.length) == 0)
            return here;
    }
}

void g3_row_table_add(g3_row_table *table, g3_view guid, g3_view packed)
{
    if (table->count == table->capacity)
        grow(table);
    uint32_t row = (uint32_t)table->count++;
    char *bytes = g3_arena_take(&table->arena, guid.length + packed.length);
    if (guid.length)
        memcpy(bytes, guid.data, guid.length);
    if (packed.length)
        memcpy(bytes + guid.length, packed.data, packed.length);
    table->entries[row] = (entry){.bytes = bytes,
                                  .guid_length = (uint32_t)guid.length,
                                  .packed_length = (uint32_t)packed.length,
                                  .next_same = NO_ROW,
                                  .last_same = row};
    uint32_t hash = (uint32_t)g3_hash(guid);
    slot *place = find_slot(table, guid, hash);
    if (place->row == NO_ROW) {
        *place = (slot){hash, row};
    } else {
        entry *first = &table->entries[place->row];
        table->entries[first->last_same].next_same = row;
        first->last_same = row;
    }
}

static int64_t row_or_none(uint32_t row)
{
    return row == NO_ROW ? G3_ROW_NONE : (int64_t)row;
}

int64_t g3_row_table_find(const g3_row_table *table, g3_view guid)
{
    return row_or_none(find_slot(table, guid, (uint32_t)g3_hash(guid))->row);
}

int64_t g3_row_table_next_same(const g3_row_table *table, int64_t row)
{
    return row_or_none(table->entries[row].next_same);
}

g3_view g3_row_table_guid(const g3_row_table *table, int64_t row)
{
    const entry *here = &table->entries[row];
    return (g3_view){here->bytes, here->guid_length};
}

g3_view g3_row_table_packed(const g3_row_table *table, int64_t row)
{
    const entry *here = &table->entries[row];
    return (g3_view){here->bytes + here->guid_length, here->packed_length};
}

bool g3_row_table_met(const g3_row_table *table, int64_t row)
{
    return table->entries[row].met;
}

void g3_row_table_set_met(g3_row_table *table, int64_t row)
{
    table->entries[row].met = true;
}

size_t g3_row_table_count(const g3_row_table *table)
{
    return table->count;
}

size_t g3_row_table_size(const g3_row_table *table)
{
    return table->arena.used + table->capacity * sizeof *table->entries +
           table->slot_count * sizeof *table->slots;
}

void g3_row_table_close(g3_row_table *table)
{
    if (!table)
        return;
    g3_arena_free(&table->arena);
    free(table->entries);
    free(table->slots);
    free(table);
}
