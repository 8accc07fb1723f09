/* Rows in memory, found by their keys: the build side of a join.
 *
 * A table takes whole chunks, so that rows are not copied, and is built once all are there, so that
 * its slots are made for their number. Rows without key are kept but never found.
 */
#ifndef G3_JOIN_TABLE_H
#define G3_JOIN_TABLE_H

#include "g3/base/abi.h"
#include "g3/join/row.h"

G3_BEGIN_C

/* The rows, and once it is built the slots that lead to them. */
typedef struct g3_join_table {
    g3_join_chunk *first, *last; /* in the order taken; owned */
    size_t row_count;
    size_t bytes;       /* of the chunks */
    uint64_t *slots;    /* a row's address below, bits of its hash above; 0: none; owned; NULL if it
                           was not built and no rows are expected */
    size_t mask;        /* slots less one; a power of two less one */
    uint64_t key_count; /* different keys, once built */
    size_t keyless;     /* rows without key, once built */
    bool shared;        /* once built: there are rows of G3_JOIN_SHARED */
} g3_join_table;

/* Adds a chunk's rows; zero-initialise a table to begin. Not once it is built. Rows may be those of
 * a table before, packed. */
void g3_join_table_take(g3_join_table *table, g3_join_chunk *take_chunk);

/* Makes room for so many rows: they are made findable as they are taken, while they are in the
 * processor's caches; walking through all of them at the end takes longer. A guess: if it is too
 * low, g3_join_table_build() has it all to do. */
void g3_join_table_expect(g3_join_table *table, size_t rows);

/* Bytes that the table takes once it is built. */
size_t g3_join_table_size(const g3_join_table *table);

/* Makes the rows findable. Rows of one key are linked in a circle (g3_join_row_next()), in the
 * order in which they were taken; where there are several, what they hold for `line` is forgotten.
 */
void g3_join_table_build(g3_join_table *table);

/* The last of the rows whose key is `key` (its next one is the first), or NULL.
 * @param hash  g3_hash(key) */
g3_join_row *g3_join_table_find(const g3_join_table *table, g3_view key, uint64_t hash);

/* What was found of a key. */
typedef struct g3_join_match {
    g3_join_row *last; /* as g3_join_table_find(); NULL also for a row without key */
    size_t slot;       /* of the key, at most table->mask; if there is a row */
} g3_join_match;

/* Looks up a row's key. Several threads may at once. */
g3_join_match g3_join_table_match(const g3_join_table *table, const g3_join_row *row);

/* How many rows have the key of a slot. */
size_t g3_join_table_count(const g3_join_table *table, size_t slot);

/* Begins to fetch what a look-up of that hash will need: its slot, and once that is there, its
 * row. Memory takes so long to answer that another dozen rows can be dealt with meanwhile. */
static inline void g3_join_table_prefetch(const g3_join_table *table, uint64_t hash)
{
    __builtin_prefetch(&table->slots[(size_t)hash & table->mask]);
}
void g3_join_table_prefetch_row(const g3_join_table *table, uint64_t hash);

/* Sets G3_JOIN_MATCHED for all rows of some keys.
 * @param slots  a bit for each of the table's slots: set for those of these keys */
void g3_join_table_mark(g3_join_table *table, const uint64_t *slots);

/* Forgets all rows and gives the memory back; the table is as new. */
void g3_join_table_clear(g3_join_table *table);

G3_END_C

#endif
