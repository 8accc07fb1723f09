/* The rows of one object, and the record that they become. Private to the run storey; called by
 * unite.c. */
#ifndef G3_RUN_UNITE_GROUP_H
#define G3_RUN_UNITE_GROUP_H

#include "g3/io/sorter.h"
#include "g3/run/packed.h"
#include "g3/run/unite.h"

/* The output's columns: the object's, then others as they turn up. */
typedef struct g3_unite_columns {
    g3_column *items; /* owned; moves as it grows */
    size_t count, capacity;
    g3_arena arena;
} g3_unite_columns;

void g3_unite_columns_begin(g3_unite_columns *columns);

/* The place of a column, which is added if it is new.
 * @param guess  where it would be if the record had the columns of the one before */
size_t g3_unite_columns_find(g3_unite_columns *columns, const g3_column *column, size_t guess);

void g3_unite_columns_end(g3_unite_columns *columns);

/* Where a row came from, in front of its text and its packed record. */
typedef struct g3_unite_head {
    uint64_t number; /* of the row, over all files */
    uint64_t line;
    uint32_t file;
    uint32_t text_length;
} g3_unite_head;

/* One row of a group. Views borrow from the group's bytes. */
typedef struct g3_unite_row {
    g3_unite_head head;
    g3_view text, packed;
    g3_view guid; /* empty: none */
    bool rejected;
} g3_unite_row;

typedef struct g3_unite_group {
    const g3_unite_options *options;
    g3_record_packer *packer;  /* borrowed */
    g3_unite_columns *columns; /* borrowed */
    g3_sorter *records;        /* borrowed: takes what rows become, by the number of the first */
    g3_unite_result *result;
    g3_arena bytes; /* of the rows */
    g3_unite_row *rows;
    size_t count, capacity;
    g3_buffer first_differing; /* where the first value was that is not in the output */

    /* the record in the making */
    g3_field *fields; /* one for each column */
    size_t field_count;
    g3_view *items[G3_ACL + 1]; /* of the lists, by field */
    size_t item_counts[G3_ACL + 1], item_capacities[G3_ACL + 1];
    g3_buffer packed;
} g3_unite_group;

/* Adds a row as unite.c sorted it. */
void g3_unite_group_add(g3_unite_group *group, g3_view sorted);

/* Rejects rows that disagree, passes on the record that the others become, forgets them all. */
bool g3_unite_group_finish(g3_unite_group *group, g3_error *error);

void g3_unite_group_free(g3_unite_group *group);

#endif
