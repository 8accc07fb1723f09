/* Cells of a record as text for an output. Private to the join storey; called by maker.c. */
#ifndef G3_JOIN_TEXT_H
#define G3_JOIN_TEXT_H

#include "g3/join/input.h"
#include "g3/table/scan.h"

/* A text with what was worked out about it. */
typedef struct g3_text_maker {
    g3_join_text wanted;
    size_t *places;     /* of each column in the rows; G3_NO_PLACE: there is none; owned */
    g3_view *json_keys; /* of each column: `"name":`; owned, in `names` */
    g3_buffer names;
    size_t reserved_place; /* of the reserved column in the rows */
    bool in_order;         /* the columns are all of a row's, in their order */
} g3_text_maker;

#define G3_NO_PLACE SIZE_MAX

/* Where a column called `name` (without blanks around it) stands among names, or G3_NO_PLACE. */
size_t g3_find_place(const g3_view *names, size_t count, g3_view name);

void g3_text_begin(g3_text_maker *maker, const g3_join_text *wanted);

/* Finds the places of the columns in rows that have columns of these names. */
void g3_text_find_places(g3_text_maker *maker, const g3_view *names, size_t count);

/* What an input knows of the row being made. */
typedef struct g3_text_source {
    const g3_view *cells; /* of its columns, or NULL: see the record */
    const g3_record *record;
    size_t count;     /* of its columns */
    g3_view stored;   /* the row as it stands in its file */
    bool as_stored;   /* `cells` are the row's, each once, in the order of the file */
    g3_format format; /* of the file */
    char delimiter;   /* of the file */
    g3_arena *arena;  /* scratch, until the next row */
    g3_buffer *scratch;
    const g3_scan *scan;
} g3_text_source;

/* The text of a cell that is none, of a record. @return borrowed from the record or `scratch` */
g3_view g3_record_cell(const g3_text_source *source, size_t place, g3_buffer *scratch);

/* A column's cell as text; empty for G3_NO_PLACE. @return borrowed from the row or `scratch` */
static inline g3_view g3_source_cell(const g3_text_source *source, size_t place, g3_buffer *scratch)
{
    if (place == G3_NO_PLACE)
        return (g3_view){"", 0};
    return source->cells ? source->cells[place] : g3_record_cell(source, place, scratch);
}

/* True if the text of rows as they are stored is the row as it stands in its file, but for cells
 * that must be quoted. */
bool g3_text_is_copy(const g3_text_maker *maker, char delimiter);

/* Appends the text where it is such a copy and the row as stored.
 * @return false if a cell was quoted in the file, nothing being appended then */
bool g3_text_append_copy(g3_view stored, const g3_view *cells, size_t count, g3_buffer *out);

/* Appends the text.
 * @return NULL, or why the record can't be written (a static text) */
const char *g3_text_append(g3_text_maker *maker, const g3_text_source *source, g3_buffer *out);

void g3_text_end(g3_text_maker *maker);

#endif
