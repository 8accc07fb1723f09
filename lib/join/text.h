/* Cells of a record as text for an output. Private to the join storey; called by input.c. */
#ifndef G3_JOIN_TEXT_H
#define G3_JOIN_TEXT_H

#include "g3/join/input.h"
#include "g3/table/scan.h"

/* A text with what was worked out about it. */
typedef struct g3_text_maker {
    g3_join_text wanted;
    size_t *places;     /* of each column in the records; G3_NO_PLACE: there is none; owned */
    g3_view *json_keys; /* of each column: `"name":`; owned, in `names` */
    g3_buffer names;
    bool in_order; /* the columns are all of the record's, in their order */
} g3_text_maker;

#define G3_NO_PLACE SIZE_MAX

/* Where a column called `name` (without blanks around it) stands in the record, or G3_NO_PLACE. */
size_t g3_find_place(const g3_record *record, g3_view name);

void g3_text_begin(g3_text_maker *maker, const g3_join_text *wanted);

/* Finds the places of the columns in records that look like this one. */
void g3_text_find_places(g3_text_maker *maker, const g3_record *record);

/* A value as the text of a cell. @return borrowed from `value` or `scratch` */
g3_view g3_cell_text(const g3_value *value, g3_buffer *scratch);

/* What an input knows of the row being made. */
typedef struct g3_text_source {
    const g3_record *record;
    g3_view stored;     /* the row as it stands in its file */
    g3_format format;   /* of the file */
    char delimiter;     /* of the file */
    bool in_file_order; /* the record has the cells of the row, each once, as they stand there */
    bool padded;        /* the row was too short */
    g3_arena *arena;    /* scratch, until the next row */
    g3_buffer *scratch;
    const g3_scan *scan;
} g3_text_source;

/* Appends the text.
 * @return NULL, or why the record can't be written (a static text) */
const char *g3_text_append(g3_text_maker *maker, const g3_text_source *source, g3_buffer *out);

void g3_text_end(g3_text_maker *maker);

#endif
