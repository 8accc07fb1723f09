/* One record in the making from rows of one object. Private to the run storey; called by
 * unite_group.c.
 *
 * Rows come in two ways: those of the record alone, and those shared by all records of the group
 * (rows without a GUID, where one md5 has several). The shared ones are gathered and sorted once,
 * so that a record's work does not grow with their number. Rows that shared or own cells are taken
 * from must stay where they are until the group is done: nothing is copied. */
#ifndef G3_RUN_UNITE_RECORD_H
#define G3_RUN_UNITE_RECORD_H

#include "unite_columns.h"

/* Where a row came from. */
typedef struct g3_unite_head {
    uint64_t number; /* of the row, over all files */
    uint64_t line;
    uint32_t file;
    uint32_t text_length; /* of the row as it stands in the file */
} g3_unite_head;

/* A value that there is, and its row. */
typedef struct g3_unite_cell {
    size_t place; /* of its column */
    const g3_unite_head *from;
    g3_value value;
} g3_unite_cell;

/* Items of a list, from several rows. */
typedef struct g3_unite_items {
    g3_view *items;
    size_t count, capacity;
} g3_unite_items;

/* The shared cells of one column: cells[begin..end). */
typedef struct g3_unite_span {
    size_t begin, end;
    size_t first; /* the cell of the first row */
    size_t other; /* of the first row with another value; `end`: there is none */
} g3_unite_span;

typedef struct g3_unite_shared {
    g3_unite_cell *cells;
    size_t count, capacity;
    g3_unite_span *spans; /* in the order of the columns */
    size_t span_count, span_capacity;
    g3_unite_items lists[G3_ACL + 1]; /* by field */
} g3_unite_shared;

/* Values of file_name and other columns that are not in a record, since another one is. */
typedef struct g3_unite_differing {
    uint64_t count;
    g3_unite_head first; /* the first row that has one, and the column */
    size_t place;
} g3_unite_differing;

typedef struct g3_unite_record {
    g3_unite_columns *columns; /* borrowed */
    g3_unite_differing differing;
    const g3_unite_shared *shared; /* of the record begun last */
    g3_field *fields;              /* one for each column */
    uint64_t *numbers;             /* of the rows that their values are from */
    size_t capacity;
    g3_unite_items lists[G3_ACL + 1];
    g3_buffer md5; /* in lower case */
} g3_unite_record;

/* Forgets the shared rows of the group before. */
void g3_unite_shared_clear(g3_unite_shared *shared);

/* Adds a row to the shared ones; rows may come in any order. */
void g3_unite_shared_add(g3_unite_shared *shared, g3_unite_columns *columns,
                         const g3_unite_head *from, const g3_record *row);

/* Ends the adding. */
void g3_unite_shared_finish(g3_unite_shared *shared);

void g3_unite_shared_free(g3_unite_shared *shared);

/* Begins a record. All columns must be known by now. @param shared  finished */
void g3_unite_record_begin(g3_unite_record *record, const g3_unite_shared *shared);

/* Adds a row of the record's own; rows come in input order. */
void g3_unite_record_add(g3_unite_record *record, const g3_unite_head *from, const g3_record *row);

/* The record, valid until the next is begun. */
g3_record g3_unite_record_finish(g3_unite_record *record);

void g3_unite_record_free(g3_unite_record *record);

/* True if there is no value: null, the empty text and the empty list say the same. */
bool g3_unite_is_nothing(const g3_value *value);

/* Bytes that hold any 64-bit number in decimal, its sign and NUL. */
#define G3_UNITE_DIGITS 24

/* A value that is no list, as a cell spells it. @param digits  space for a number's */
g3_view g3_unite_spell(const g3_value *value, char digits[G3_UNITE_DIGITS]);

#endif
