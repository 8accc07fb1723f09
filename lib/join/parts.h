/* The exact join of what does not fit in memory: both sides parted by their keys' hashes to disk,
 * and joined part by part. Private to the join storey; called by exact.c. */
#ifndef G3_JOIN_PARTS_H
#define G3_JOIN_PARTS_H

#include "g3/join/join.h"
#include "g3/join/table.h"

/* Goes on with a join whose index side outgrew the memory.
 * @param begun  rows of the index read so far, not built; left empty */
bool g3_join_parts(const g3_join_options *options, g3_join_table *begun, g3_join_counts *counts,
                   g3_error *error);

#endif
