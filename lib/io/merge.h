/* Merging sorted runs. Private to the io storey; called by sorter.c. */
#ifndef G3_IO_MERGE_H
#define G3_IO_MERGE_H

#include "g3/io/spill.h"

/* Most runs merged at once: beyond, each gets so little memory that reading becomes seeking. The
 * runs' blocks take the merge's memory. */
#define G3_MERGE_RUNS ((size_t)64)

typedef struct g3_merge g3_merge;

/* Begins merging `count` runs, at most G3_MERGE_RUNS. Of equal keys, those of an earlier run come
 * first.
 * @param spill  borrowed until closed
 * @return owned by the caller: g3_merge_close(); NULL if a run can't be read */
g3_merge *g3_merge_open(const g3_spill *spill, const g3_run *runs, size_t count, g3_error *error);

/* @param item   valid until the next call
 * @param ended  set at the end */
bool g3_merge_next(g3_merge *merge, g3_spill_item *item, bool *ended, g3_error *error);

void g3_merge_close(g3_merge *merge); /* NULL is allowed */

/* The first eight bytes of a key as a number that orders as they do; shorter keys are filled up
 * with zeros. Most comparisons need nothing else; keys with equal prefixes must be compared. */
uint64_t g3_key_prefix(g3_view key);

#endif
