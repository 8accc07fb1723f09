/* The inside of the manifest reader: what rows and JSON lines have in common. Private to the record
 * storey: manifest_read.c opens and closes, rows.c and lines.c read. */
#ifndef G3_RECORD_READER_H
#define G3_RECORD_READER_H

#include "columns.h"
#include "g3/record/manifest.h"
#include "g3/table/scan.h"

typedef struct g3_line_reader g3_line_reader;
typedef struct g3_hooked_reader g3_hooked_reader;

struct g3_manifest_reader {
    g3_source *source; /* owned */
    const g3_scan *scan;
    g3_manifest_options options;
    g3_format format;         /* found out, not AUTO */
    char delimiter;           /* of CSV and TSV */
    g3_row_reader *rows;      /* CSV, TSV; else NULL */
    g3_line_reader *lines;    /* JSON lines; else NULL */
    g3_hooked_reader *hooked; /* with hooks: has a reader of its own, and this one no source */
    g3_column_table table;
    g3_layout layout;
    g3_field *fields;   /* of the record; room for layout.count */
    g3_view *cells;     /* of a row whose cells must be put in order; room for layout.count */
    size_t width;       /* cells of a row, as the header has them */
    bool in_file_order; /* the layout has each cell of a row once, in the order of the file */
    uint64_t padded;
    g3_view text;         /* of the row or line read last */
    g3_arena arena;       /* what the record points to; cleared with each */
    g3_buffer reason;     /* of a bad row */
    g3_record bad_record; /* of one with a wrong cell */
};

/* Reads the header and works out the layout.
 * @param begun  bytes taken from the source already */
bool g3_rows_open(g3_manifest_reader *reader, char delimiter, g3_view begun, g3_error *error);
g3_next g3_rows_next(g3_manifest_reader *reader, g3_record *record, g3_bad_row *bad,
                     g3_error *error);

g3_next g3_rows_next_cells(g3_manifest_reader *reader, g3_cell_row *row, g3_bad_row *bad,
                           g3_error *error);

void g3_lines_open(g3_manifest_reader *reader, g3_view begun);
g3_next g3_lines_next(g3_manifest_reader *reader, g3_record *record, g3_bad_row *bad,
                      g3_error *error);
void g3_lines_close(g3_line_reader *lines);

/* Fills in the values of reader->fields from the cells of a row, as its kind has them.
 * @return false, with reader->reason, if a cell can't be what its field is: `column` is set, and
 * that field is null */
bool g3_fill_fields(g3_manifest_reader *reader, const g3_view *cells, size_t count,
                    g3_view *column);

/* hooked.c: a reader behind hooks. Takes the source over, also on failure. */
bool g3_hooked_open(g3_manifest_reader *reader, g3_source *take_source, g3_error *error);
g3_next g3_hooked_next(g3_manifest_reader *reader, g3_record *record, g3_bad_row *bad,
                       g3_error *error);
const g3_manifest_reader *g3_hooked_inner(const g3_hooked_reader *hooked);
void g3_hooked_close(g3_hooked_reader *hooked); /* NULL is allowed */

/* Fills in `bad` with the reader's row and reason. @return G3_NEXT_BAD */
g3_next g3_refuse_row(g3_manifest_reader *reader, g3_bad_row *bad, uint64_t line, g3_view column);

/* The same for a row of which only the value of `column` is wrong: fields are filled in but it. */
g3_next g3_refuse_value(g3_manifest_reader *reader, g3_bad_row *bad, uint64_t line, g3_view column);

/* Says in reader->reason where `text` is not UTF-8. @return that place, bytes from its beginning */
size_t g3_say_not_utf8(g3_manifest_reader *reader, g3_view text);

#endif
