/* The columns of united manifests: the object's, then others as they turn up. Private to the run
 * storey; used by uniting. */
#ifndef G3_RUN_UNITE_COLUMNS_H
#define G3_RUN_UNITE_COLUMNS_H

#include "g3/record/record.h"

typedef struct g3_unite_column {
    g3_column column;
    size_t place; /* among the output's columns */
} g3_unite_column;

typedef struct g3_unite_columns {
    g3_unite_column **items; /* by place; they stay where they are as the columns grow */
    size_t count, capacity;
    uint32_t *table; /* of the others, by name: places; 0, which is no other's: free */
    size_t table_size;
    g3_arena arena;
} g3_unite_columns;

void g3_unite_columns_begin(g3_unite_columns *columns);

/* The column of that name, which is added if it is new; valid until g3_unite_columns_end().
 * @param guess  its place if the record has the columns of the one before */
const g3_unite_column *g3_unite_columns_find(g3_unite_columns *columns, const g3_column *column,
                                             size_t guess);

void g3_unite_columns_end(g3_unite_columns *columns);

#endif
