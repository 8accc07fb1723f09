/* The merge as one would write it down: every metadata row is compared with every row of the index.
 * The reference of g3_merge_run()'s property tests. */
#ifndef G3_TESTS_NAIVE_MERGE_H
#define G3_TESTS_NAIVE_MERGE_H

#include "g3/run/merge.h"

/* A manifest as a table of cells. */
typedef struct naive_table {
    const char *const *names;
    size_t width;
    const char **cells; /* row by row */
    size_t height;
} naive_table;

/* A key: columns by number. */
typedef struct naive_key {
    size_t metadata, index;
} naive_key;

typedef struct naive_merge {
    naive_table metadata, index;
    naive_key keys[2];
    size_t key_count;
    size_t guid; /* column of the index */
    bool items;
    bool extract; /* keys are a k and the digits behind it */
    bool partial, boundary;
    g3_join_ambiguous ambiguous;
    bool all_index_columns, keep_unmatched;

    /* results: TSV without headers */
    g3_buffer output, unmatched, unmatched_index;
    size_t rejected;
    g3_join_counts counts; /* on_disk is left alone */
} naive_merge;

void naive_merge_run(naive_merge *merge);

void naive_merge_free(naive_merge *merge); /* the results */

#endif
