/* Rows of a CSV or TSV: the fast tokenizer, and the writer of cells. A row is read without copying:
 * cells are views into the reader's window, or into its scratch space where quotes were doubled.
 *
 * Format: RFC 4180 (https://www.rfc-editor.org/rfc/rfc4180) as found in the wild:
 *  - a row ends with LF, CR LF or a lone CR; the last one may lack it; blank lines are skipped;
 *  - a byte-order mark (EF BB BF) at the very beginning is skipped;
 *  - a cell that begins with `"` is quoted: delimiters and line ends inside are data, `""` is a
 *    quote; what stands between the closing quote and the delimiter is data too, as Python's csv
 *    reads it;
 *  - a quote anywhere else is an ordinary character;
 *  - NUL and any other byte is data; blanks are data (trimming is the record storey's business);
 *  - TSV is the same with a tab for the comma.
 * A quote that is never closed, or a cell or row beyond the limits below, makes a bad row of the
 * line that it began on, and reading goes on with the next line: one stray quote costs one line and
 * not the file. In the bytes that were read in vain for such a row, a quoted cell must close on its
 * own line (else that line is a bad row too): where quotes have gone wrong for megabytes, trying
 * each line for as long again would take for ever.
 */
#ifndef G3_TABLE_ROWS_H
#define G3_TABLE_ROWS_H

#include "g3/base/abi.h"
#include "g3/base/buffer.h"
#include "g3/io/source.h"

G3_BEGIN_C

/* Longest cell and longest row, bytes: what a document in a cell may reasonably be; beyond it, a
 * quote was left open. */
#define G3_CELL_LIMIT ((size_t)16 * 1024 * 1024)
#define G3_ROW_LIMIT  ((size_t)24 * 1024 * 1024)

/* Most cells of a row: far beyond any manifest; keeps what they take small beside G3_ROW_LIMIT. */
#define G3_ROW_CELLS_LIMIT ((size_t)1024 * 1024)

/* Longest text given for a bad row, bytes: enough to see what it is. */
#define G3_BAD_ROW_TEXT ((size_t)64 * 1024)

/* A row, found by g3_row_reader_next(). */
typedef struct g3_row {
    const g3_view *cells; /* unquoted; valid until the next call */
    size_t count;         /* at least 1 */
    uint64_t line;        /* of the file, counting from 1, on which the row begins */
    uint64_t offset;      /* of that begin, bytes from the source's; not of a bad row */
    g3_view text; /* the row as it stands in the file, without its line end; as long as the cells */
    bool ascii;   /* no byte of the row is above 0x7f */
} g3_row;

/* What reading on has brought. */
typedef enum g3_next {
    G3_NEXT_ITEM,  /* a row, record or line was read */
    G3_NEXT_BAD,   /* this one can't be used: see the reason; reading can go on */
    G3_NEXT_END,   /* nothing left */
    G3_NEXT_ERROR, /* the source failed: see the error */
} g3_next;

/* A CSV or TSV that is being read. */
typedef struct g3_row_reader g3_row_reader;

/* Begins to read rows.
 * @param source     borrowed until the reader is closed
 * @param delimiter  one byte, not '"', CR or LF
 * @param begun      bytes already taken from the source (to see what it holds), read first; may be
 *                   empty; copied
 * @return owned by the caller: g3_row_reader_close() */
g3_row_reader *g3_row_reader_open(g3_source *source, char delimiter, g3_view begun);

/* Reads the next row.
 * @param reason  for G3_NEXT_BAD: why, a text without line end (static or valid until the next
 *                call); row->line and row->text (cut to G3_BAD_ROW_TEXT) are set */
g3_next g3_row_reader_next(g3_row_reader *reader, g3_row *row, const char **reason,
                           g3_error *error);

/* Where a row begins, and all that reading on from there depends on. */
typedef struct g3_row_place {
    uint64_t offset;   /* bytes from the source's begin */
    uint64_t by_lines; /* rows that begin before this offset must close their quotes on their own
                          line (bytes that were read in vain); 0: no row needs to */
} g3_row_place;

/* The place behind the row read last, and its line.
 * @return false if the source can't be read */
bool g3_row_reader_place(g3_row_reader *reader, g3_row_place *place, uint64_t *line,
                         g3_error *error);

/* Reads on at a place of a source that can seek; lines are counted from 1 there.
 * @param until  offset behind which no more than a row will be asked for, so that not much more is
 *               read of the source; UINT64_MAX: none */
bool g3_row_reader_seek(g3_row_reader *reader, g3_row_place place, uint64_t until, g3_error *error);

/* Reads on behind the first line end at or behind `offset` - 1, as if it were outside quotes; lines
 * are counted from 1 there.
 * @param place  set to where that is */
bool g3_row_reader_seek_line(g3_row_reader *reader, uint64_t offset, uint64_t until,
                             g3_row_place *place, g3_error *error);

void g3_row_reader_close(g3_row_reader *reader); /* NULL is allowed; leaves the source open */

/* Appends a cell, quoted if it holds the delimiter, a quote, CR or LF. `alone` tells that the row
 * has no other cell: an empty one is then written as `""`, for a blank line would be skipped by
 * readers. */
void g3_cell_append(g3_buffer *buffer, g3_view cell, char delimiter, bool alone);

/* Appends a cell in quotes, whatever it holds. */
void g3_cell_append_quoted(g3_buffer *buffer, g3_view cell);

G3_END_C

#endif
