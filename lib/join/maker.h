/* Making join rows of a manifest's rows, as a recipe says. Private to the join storey; called by
 * input.c for each row. */
#ifndef G3_JOIN_MAKER_H
#define G3_JOIN_MAKER_H

#include "keys.h"

/* A recipe, with what was worked out about it. Zero-initialise to begin. */
typedef struct g3_row_maker {
    g3_join_recipe recipe;
    g3_key_maker keys;
    g3_text_maker text, left;

    /* of the rows that are read now */
    g3_view *shape; /* names of the columns that places are known for; in `shape_arena` */
    size_t shape_count;
    bool shape_known;
    size_t guid_place;
    bool plain; /* rows of that shape are of the usual kind, which is made all at once */

    g3_arena shape_arena;
    g3_arena row_arena; /* scratch for the row being made */
    g3_buffer scratch;
    const g3_scan *scan;
} g3_row_maker;

/* What a row is called in its input, as g3_join_row has it. */
typedef struct g3_row_origin {
    uint64_t number, line;
    uint16_t file;
} g3_row_origin;

/* @param recipe  what it points to is borrowed until g3_row_maker_end()
 * @return false with G3_EXIT_USAGE for a regular expression that is none; there is then nothing to
 *         end */
bool g3_row_maker_begin(g3_row_maker *maker, const g3_join_recipe *recipe, g3_error *error);

/* Rows that follow may have other columns: another manifest begins. */
void g3_row_maker_forget(g3_row_maker *maker);

/* Turn the row that `reader` has read last, as its record or its cells, into rows of the chunk, one
 * for each of its keys, at least one.
 * @return NULL, or why the row can't be used: nothing is appended then */
const char *g3_row_maker_record(g3_row_maker *maker, const g3_manifest_reader *reader,
                                const g3_record *record, g3_row_origin origin,
                                g3_join_chunk *chunk);
const char *g3_row_maker_cells(g3_row_maker *maker, const g3_manifest_reader *reader,
                               const g3_cell_row *cells, g3_row_origin origin,
                               g3_join_chunk *chunk);

void g3_row_maker_end(g3_row_maker *maker);

#endif
