/* Where merged rows go. Private to the run storey; called by merge.c. */
#ifndef G3_RUN_MERGE_OUTPUT_H
#define G3_RUN_MERGE_OUTPUT_H

#include "g3/run/merge.h"

/* The columns of a side, all of them or those for the output. */
typedef struct g3_merge_columns {
    g3_view *items; /* owned by whoever made it: free() */
    size_t count;
} g3_merge_columns;

typedef struct g3_merge_output {
    const g3_merge_options *options;
    g3_merge_columns metadata;          /* of the output; borrowed, as are those that follow */
    g3_merge_columns index;             /* of the output, behind them */
    g3_merge_columns left_index;        /* of the file of unmatched index rows */
    bool unmatched_as_output;           /* unmatched metadata rows look as in the output */
    uint64_t metadata_read, index_read; /* rows so far */
    g3_buffer scratch, line;
} g3_merge_output;

/* Writes the headers of all files. */
void g3_merge_output_begin(g3_merge_output *output);

/* What a join is to call; borrows `output`. */
g3_join_taker g3_merge_taker(g3_merge_output *output);

void g3_merge_output_end(g3_merge_output *output);

#endif
