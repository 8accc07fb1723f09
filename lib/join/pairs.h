/* What the joins have in common: rows taken from feeds, and results sorted on disk until they can
 * be told in order. Private to the join storey; called by exact.c, parts.c, partial.c, blocks.c. */
#ifndef G3_JOIN_PAIRS_H
#define G3_JOIN_PAIRS_H

#include "g3/io/sorter.h"
#include "g3/io/spill.h"
#include "g3/join/join.h"
#include "g3/join/table.h"

/* Sets of parts (g3_join_part). */
#define G3_PART_BIT(part)  (1u << (part))
#define G3_ALL_PARTS       (G3_PART_BIT(G3_JOIN_PARTS) - 1)
#define G3_METADATA_OUTPUT (G3_PART_BIT(G3_JOIN_TEXT) | G3_PART_BIT(G3_JOIN_LEFT))
#define G3_INDEX_OUTPUT    (G3_PART_BIT(G3_JOIN_GUID) | G3_PART_BIT(G3_JOIN_TEXT))
#define G3_INDEX_LEFT      (G3_PART_BIT(G3_JOIN_GUID) | G3_PART_BIT(G3_JOIN_LEFT))

/* Takes the next chunk of a feed, its bad rows having been told.
 * @param chunk  owned by the caller as g3_feed_next() says; NULL at the end */
bool g3_take_chunk(const g3_join_options *options, g3_feed *feed, g3_join_chunk **chunk,
                   g3_error *error);

/* Takes chunks into a table until the feed ends or the table takes more than `memory`.
 * @param ended  whether the feed has */
bool g3_fill_table(const g3_join_options *options, g3_feed *feed, g3_join_table *table,
                   size_t memory, bool *ended, g3_error *error);

/* Does something with a row; @return false to stop with `error`. */
typedef bool g3_row_function(void *context, const g3_join_row *row, g3_error *error);

/* Calls it with each row of a chunk, of all chunks of a table, of what a feed still has. */
bool g3_visit_chunk(const g3_join_chunk *chunk, g3_row_function *visit, void *context,
                    g3_error *error);
bool g3_visit_table(const g3_join_table *table, g3_row_function *visit, void *context,
                    g3_error *error);
bool g3_visit_feed(const g3_join_options *options, g3_feed *feed, g3_row_function *visit,
                   void *context, g3_error *error);

/* Appends a row with some of its parts only, filled up so that another may follow. */
void g3_pack_row(g3_buffer *buffer, const g3_join_row *row, unsigned parts);

/* Fills a table with packed rows from disk, up to the end or the first that reach `memory`, and
 * builds it. */
bool g3_load_block(g3_join_table *table, g3_run_reader *reader, size_t memory, g3_error *error);

/* The first row of those that g3_pack_row() appended, copied to where a row may stand.
 * @param rest  what is behind it
 * @return valid until `space` is used again */
const g3_join_row *g3_unpack_row(g3_view packed, g3_buffer *space, g3_view *rest);

/* Pairs of rows, and rows without a partner, in any order, to be told in the metadata's. */
typedef struct g3_pairs {
    g3_sorter *sorter; /* owned */
    g3_buffer space;
} g3_pairs;

void g3_pairs_open(g3_pairs *pairs, size_t memory);

/* @param index  NULL: the metadata row may be without a partner; it is told as such unless a pair
 *               of the same row is added as well */
bool g3_pairs_add(g3_pairs *pairs, const g3_join_row *metadata, const g3_join_row *index,
                  g3_error *error);

/* Tells them all, and counts them. */
bool g3_pairs_tell(g3_pairs *pairs, const g3_join_options *options, g3_join_counts *counts,
                   g3_error *error);

void g3_pairs_close(g3_pairs *pairs); /* all zero is allowed */

/* Rows that are the same but for their key, one after the other: one that matched speaks for all.
 * Zero-initialise to begin. */
typedef struct g3_left_group {
    const g3_join_row *row; /* borrowed until the group's end; one that did not match if there is */
    bool matched;
} g3_left_group;

/* Adds a row; if it begins another group, the one before ends. */
bool g3_left_group_add(g3_left_group *group, const g3_join_row *row, const g3_join_options *options,
                       g3_join_counts *counts, g3_error *error);

/* Counts the group as matched, or tells its row as left. */
bool g3_left_group_end(g3_left_group *group, const g3_join_options *options, g3_join_counts *counts,
                       g3_error *error);

/* Rows of the indexing manifest that were looked at, in any order. */
typedef struct g3_left {
    g3_sorter *sorter; /* owned */
    bool wanted;
    g3_buffer space;
} g3_left;

void g3_left_open(g3_left *left, bool wanted, size_t memory);

/* Adds a row; its flags tell whether it was matched. */
bool g3_left_add(g3_left *left, const g3_join_row *index, g3_join_counts *counts, g3_error *error);

/* Tells and counts them. */
bool g3_left_tell(g3_left *left, const g3_join_options *options, g3_join_counts *counts,
                  g3_error *error);

void g3_left_close(g3_left *left); /* all zero is allowed */

/* Tells a metadata row with one of its partners, or without (NULL), and counts it.
 * @param first  the row was not told before */
bool g3_tell_pair(const g3_join_options *options, g3_join_counts *counts, bool first,
                  const g3_join_row *metadata, const g3_join_row *index, g3_error *error);

#endif
