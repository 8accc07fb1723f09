/* Rows read byte by byte, straight from the rules in g3/table/rows.h: what the fast reader must
 * agree with on any input. Used by the unit tests and the fuzz target. */
#ifndef G3_TESTS_NAIVE_ROWS_H
#define G3_TESTS_NAIVE_ROWS_H

#include "g3/table/rows.h"

typedef struct naive_reader {
    g3_view file;
    char delimiter;
    size_t at;             /* next byte */
    uint64_t line;         /* its line */
    size_t by_lines_until; /* rows that begin before must close their quotes on their line */
    g3_buffer values;      /* of the row's cells, one behind the other */
    size_t *ends;          /* where each ends in `values` */
    size_t count, capacity;
} naive_reader;

typedef struct naive_row {
    bool bad;
    uint64_t line;
    g3_view text;
    bool ascii;
} naive_row;

/* @param file  the whole file; borrowed */
void naive_begin(naive_reader *reader, g3_view file, char delimiter);

/* Reads the next row; its cells are then naive_cell(reader, 0 to reader->count - 1).
 * @return false at the end */
bool naive_next(naive_reader *reader, naive_row *row);
g3_view naive_cell(const naive_reader *reader, size_t index);
void naive_end(naive_reader *reader);

/* Reads `file` both ways and compares all that a row tells.
 * @param source  gives the bytes of `file` behind the first `begun`, in whatever pieces
 * @return NULL if they agree, or what differs; static text or in `space` */
const char *naive_compare(g3_view file, size_t begun, g3_source *source, char delimiter,
                          char *space, size_t space_size);

#endif
