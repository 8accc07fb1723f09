/* Rows in memory by their keys: open addressing with linear probing, at most half full. Called by
 * the joins.
 *
 * A slot is 64 bits: addresses take the lower 48 on all machines that this runs on, and the upper
 * 16 hold bits of the row's hash, so that a row is only looked at if it is very likely the one.
 */
#include "g3/join/table.h"
#include <stdlib.h>

#define ADDRESS_BITS 48
#define ADDRESS_MASK (((uint64_t)1 << ADDRESS_BITS) - 1)

/* Bytes fetched from memory at once, on the machines that there are. */
#define CACHE_LINE 64

/* Bits of a word of g3_join_table_mark(). */
#define SLOTS_OF_WORD 64

/* Rows whose slots are fetched at once. */
#define AHEAD ((size_t)32)

/* Fewest slots. */
#define LEAST_SLOTS ((size_t)64)

static size_t count_slots(size_t rows)
{
    size_t slots = LEAST_SLOTS;
    while (slots < 2 * rows)
        slots *= 2;
    return slots;
}

size_t g3_join_table_size(const g3_join_table *table)
{
    size_t slots = table->slots ? table->mask + 1 : count_slots(table->row_count);
    return table->bytes + slots * sizeof *table->slots;
}

static uint64_t make_slot(const g3_join_row *row)
{
    return (uint64_t)(uintptr_t)row | (row->hash & ~ADDRESS_MASK);
}

static g3_join_row *row_of(uint64_t slot)
{
    return (g3_join_row *)(uintptr_t)(slot & ADDRESS_MASK);
}

/* The first slot from `at` on that may be that of a key of the hash, or that is free. */
static inline size_t find_likely(const g3_join_table *table, size_t at, uint64_t hash)
{
    at &= table->mask;
    while (table->slots[at] && (table->slots[at] ^ hash) & ~ADDRESS_MASK)
        at = (at + 1) & table->mask;
    return at;
}

/* The slot of the key: that of its row, or the free one where it would be. */
static inline uint64_t *find_slot(const g3_join_table *table, g3_view key, uint64_t hash)
{
    for (size_t at = (size_t)hash;; at++) {
        at = find_likely(table, at, hash);
        const g3_join_row *row = row_of(table->slots[at]);
        if (!row || (row->hash == hash && g3_view_equal(g3_join_row_part(row, G3_JOIN_KEY), key)))
            return &table->slots[at];
    }
}

/* A row that is the only one of its key, as most are, is left as it is: writing to all of them
 * would take longer than the rest. */
static void insert(g3_join_table *table, g3_join_row *row)
{
    uint64_t *slot = find_slot(table, g3_join_row_part(row, G3_JOIN_KEY), row->hash);
    g3_join_row *last = *slot ? row_of(*slot) : NULL;
    if (last) {
        row->next = g3_join_row_next(last);
        last->next = row;
        row->flags |= G3_JOIN_LINKED;
        last->flags |= G3_JOIN_LINKED;
    }
    table->key_count += !last;
    *slot = make_slot(row);
}

/* Notes what a row that is about to be inserted is like. */
static void look_at(g3_join_table *table, g3_join_row *row)
{
    if (row->flags & G3_JOIN_LINKED) /* in a table before */
        row->flags &= (uint16_t)~G3_JOIN_LINKED;
    table->shared = table->shared || row->flags & G3_JOIN_SHARED;
    table->keyless += row->lengths[G3_JOIN_KEY] == 0;
    __builtin_prefetch(&table->slots[(size_t)row->hash & table->mask], 1);
}

static void insert_chunk(g3_join_table *table, g3_join_chunk *chunk)
{
    g3_join_row *row = (g3_join_row *)(void *)chunk->rows.data;
    g3_join_row *ahead = row; /* its slot is fetched while others are filled */
    for (size_t i = 0; i < chunk->count + AHEAD; i++) {
        if (i < chunk->count) {
            look_at(table, ahead);
            ahead = g3_join_row_after(ahead);
        }
        if (i >= AHEAD) {
            if (row->lengths[G3_JOIN_KEY])
                insert(table, row);
            row = g3_join_row_after(row);
        }
    }
}

/* Makes slots for so many rows, and has those that are there in them. */
static void insert_all(g3_join_table *table, size_t rows)
{
    size_t slots = count_slots(rows);
    free(table->slots);
    table->mask = slots - 1;
    table->slots = g3_allocate_large(slots * sizeof *table->slots);
    memset(table->slots, 0, slots * sizeof *table->slots);
    table->key_count = table->keyless = 0;
    for (g3_join_chunk *chunk = table->first; chunk; chunk = chunk->next)
        insert_chunk(table, chunk);
}

void g3_join_table_expect(g3_join_table *table, size_t rows)
{
    insert_all(table, rows > table->row_count ? rows : table->row_count);
}

/* True if the slots are fuller than they may be. */
static bool is_full(const g3_join_table *table)
{
    return table->row_count > table->mask / 4 * 3;
}

void g3_join_table_take(g3_join_table *table, g3_join_chunk *take_chunk)
{
    if (table->last)
        table->last->next = take_chunk;
    else
        table->first = take_chunk;
    table->last = take_chunk;
    take_chunk->next = NULL;
    table->row_count += take_chunk->count;
    table->bytes += take_chunk->rows.capacity;
    if (table->slots && !is_full(table))
        insert_chunk(table, take_chunk);
}

void g3_join_table_build(g3_join_table *table)
{
    if (!table->slots || is_full(table))
        insert_all(table, table->row_count);
}

g3_join_row *g3_join_table_find(const g3_join_table *table, g3_view key, uint64_t hash)
{
    uint64_t slot = *find_slot(table, key, hash);
    return slot ? row_of(slot) : NULL;
}

void g3_join_table_prefetch_row(const g3_join_table *table, uint64_t hash)
{
    const char *row = (const char *)row_of(table->slots[find_likely(table, (size_t)hash, hash)]);
    if (!row)
        return;
    /* Its head, its key, its GUID. */
    __builtin_prefetch(row);
    __builtin_prefetch(row + CACHE_LINE);
    __builtin_prefetch(row + 2 * CACHE_LINE);
}

g3_join_match g3_join_table_match(const g3_join_table *table, const g3_join_row *row)
{
    g3_view key = g3_join_row_part(row, G3_JOIN_KEY);
    if (key.length == 0)
        return (g3_join_match){0};
    const uint64_t *slot = find_slot(table, key, row->hash);
    return *slot ? (g3_join_match){row_of(*slot), (size_t)(slot - table->slots)}
                 : (g3_join_match){0};
}

size_t g3_join_table_count(const g3_join_table *table, size_t slot)
{
    g3_join_row *last = row_of(table->slots[slot]), *row = last;
    size_t count = 0;
    do {
        count++;
        row = g3_join_row_next(row);
    } while (row != last);
    return count;
}

void g3_join_table_mark(g3_join_table *table, const uint64_t *slots)
{
    for (size_t at = 0; at <= table->mask; at += SLOTS_OF_WORD) {
        for (uint64_t bits = slots[at / SLOTS_OF_WORD]; bits; bits &= bits - 1) {
            g3_join_row *last = row_of(table->slots[at + (size_t)__builtin_ctzll(bits)]);
            g3_join_row *row = last;
            do {
                row->flags |= G3_JOIN_MATCHED;
                row = g3_join_row_next(row);
            } while (row != last);
        }
    }
}

void g3_join_table_clear(g3_join_table *table)
{
    while (table->first) {
        g3_join_chunk *next = table->first->next;
        g3_join_chunk_close(table->first);
        table->first = next;
    }
    free(table->slots);
    *table = (g3_join_table){0};
}
