/* The partial join of more keys than fit in memory: the indexing manifest is searched for one block
 * of them after the other. Private to the join storey; called by partial.c. */
#ifndef G3_JOIN_BLOCKS_H
#define G3_JOIN_BLOCKS_H

#include "pairs.h"

/* Goes on with a join whose metadata outgrew the memory.
 * @param begun  rows of the metadata read so far, not built; left empty */
bool g3_join_blocks(const g3_join_options *options, g3_join_table *begun, g3_join_counts *counts,
                    g3_error *error);

#endif
