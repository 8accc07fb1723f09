/* The rows of one object, and the records that they become. Private to the run storey; called by
 * unite.c. */
#ifndef G3_RUN_UNITE_GROUP_H
#define G3_RUN_UNITE_GROUP_H

#include "g3/io/sorter.h"
#include "g3/run/packed.h"
#include "g3/run/unite.h"
#include "unite_record.h"

/* One row of a group. Views borrow from the group's bytes. */
typedef struct g3_unite_row {
    g3_unite_head head;
    g3_view text, packed;
    g3_view guid; /* empty: none */
    bool rejected;
} g3_unite_row;

typedef struct g3_unite_group {
    const g3_unite_options *options;
    g3_record_packer *packer; /* borrowed */
    g3_sorter *records;       /* borrowed: takes what rows become, by the number of the first */
    g3_unite_result *result;
    g3_arena bytes; /* of the rows */
    g3_unite_row *rows;
    size_t count, capacity;
    g3_unite_shared shared;
    g3_unite_record record;
    g3_buffer packed;
} g3_unite_group;

/* Adds a row as unite.c sorted it: a g3_unite_head, the row's text, the packed record. */
void g3_unite_group_add(g3_unite_group *group, g3_view sorted);

/* Rejects rows that disagree, passes on what the others become, forgets them all. */
bool g3_unite_group_finish(g3_unite_group *group, g3_error *error);

/* Appends a row's place for messages, "file:line". */
void g3_unite_append_place(g3_buffer *text, const g3_unite_options *options,
                           const g3_unite_head *head);

void g3_unite_group_free(g3_unite_group *group);

#endif
