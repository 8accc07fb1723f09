/* Reading a manifest as records, whatever its format; writing records as a manifest.
 *
 * Formats: CSV, TSV, JSON lines; packed or not. AUTO goes by the name's extension (.csv .tsv
 * .ndjson .jsonl .json, in front of .gz or .zst), else by content: a first byte '{' is JSON lines,
 * as is nothing at all (a filter in front found nothing), a tab in the header TSV, else CSV.
 */
#ifndef G3_RECORD_MANIFEST_H
#define G3_RECORD_MANIFEST_H

#include "g3/base/abi.h"
#include "g3/io/sink.h"
#include "g3/io/source.h"
#include "g3/record/hooks.h"
#include "g3/record/record.h"
#include "g3/table/rows.h"

G3_BEGIN_C

/* How records are written in a file; AUTO finds out. */
typedef enum g3_format { G3_FORMAT_AUTO, G3_FORMAT_CSV, G3_FORMAT_TSV, G3_FORMAT_NDJSON } g3_format;

/* "field=column": the object or metadata field that a column of another name holds. */
typedef struct g3_column_map {
    g3_view field;  /* "guid", "file_size", ..., or for other columns the name to give them */
    g3_view column; /* name in the manifest's header */
} g3_column_map;

/* How a manifest is read; all zero is a manifest of objects in any format. */
typedef struct g3_manifest_options {
    g3_kind kind;
    g3_format format;
    char delimiter;            /* 0: by format */
    bool strict;               /* a row that is too short is bad too, not padded */
    const g3_column_map *maps; /* borrowed until the reader is closed */
    size_t map_count;
    g3_hooks *hooks; /* what fields are made of, before all else; borrowed until the reader is
                        closed, by one reader at a time; NULL: there are none */
} g3_manifest_options;

/* A manifest that is being read. */
typedef struct g3_manifest_reader g3_manifest_reader;

/* Opens a manifest and reads its header. Columns become fields by a map, else by their own names,
 * else by aliases (case does not matter): guid: did, object_id; urls: url; acl: acls; md5: md5sum,
 * md5_hash, hash; file_size: size, filesize; file_name: filename, name. What is not taken stays
 * under its own name. A column without a name is called column_N, N counting from 1. Names are
 * trimmed, but for raw. Two columns of one name are an error for every kind, for a JSON object has
 * each name once.
 *
 * Object fields are typed: file_size whole numbers to 2^63-1, lists as list.h says, other cells
 * trimmed strings; nothing is null (for lists: no items). Metadata: guid a string, other cells the
 * JSON that they spell, else trimmed strings, nothing null. Raw: strings as they stand.
 *
 * JSON lines have one object a line, blank lines skipped. Their members are named and, for objects,
 * typed as columns are (a list may be an array of strings, a size a string of digits); what has no
 * type of its own keeps its value. The last of two members of one name counts. The layout is worked
 * out again where a line's members are not those of the line before.
 *
 * @param path  "-" is standard input
 * @return owned by the caller: g3_manifest_close(); NULL with G3_EXIT_INPUT (unreadable, no header,
 * no such column as a map names, two columns of one name), or G3_EXIT_USAGE (a delimiter that can't
 * be one, a field mapped twice) */
g3_manifest_reader *g3_manifest_open(const char *path, const g3_manifest_options *options,
                                     g3_error *error);

/* As above, from an open source, which the reader takes over and closes, also on failure. */
g3_manifest_reader *g3_manifest_open_source(g3_source *take_source,
                                            const g3_manifest_options *options, g3_error *error);

/* A row that could not be used. */
typedef struct g3_bad_row {
    uint64_t line;
    g3_view text;            /* the row as it stands in the file; valid until the next call */
    const char *reason;      /* one line; valid until the next call */
    g3_view column;          /* the column at fault, or empty */
    const g3_record *record; /* where that is the only fault: the row's record, with null for it;
                                else NULL; valid until the next call */
} g3_bad_row;

/* Reads the next record, valid until the next call.
 * @param record  set for G3_NEXT_ITEM
 * @param bad     set for G3_NEXT_BAD */
g3_next g3_manifest_next(g3_manifest_reader *reader, g3_record *record, g3_bad_row *bad,
                         g3_error *error);

/* The row of the record read last as it stands in the file, for rejects by later checks. */
g3_view g3_manifest_row_text(const g3_manifest_reader *reader);

/* The header's columns, in the order in which records have them; for JSON lines none until the
 * first record was read, then that record's. Valid until the next call. */
void g3_manifest_columns(const g3_manifest_reader *reader, const g3_column ***columns,
                         size_t *count);

/* Appends names parted by ", ", for messages; the first dozen of many. */
void g3_append_column_names(g3_buffer *text, const g3_view *names, size_t count);

/* True if a column of that name is taken for the object field where none has the field's own name
 * (case does not matter). */
bool g3_object_field_has_name(g3_object_field field, g3_view name);

/* Rows that were padded because they were too short, so far. */
uint64_t g3_manifest_padded(const g3_manifest_reader *reader);

/* True if rows can be read as their cells: a CSV or TSV of kind RAW, without hooks. */
bool g3_manifest_has_cells(const g3_manifest_reader *reader);

/* A row as its cells: those of g3_manifest_columns(), in their order; empty where the row is too
 * short. */
typedef struct g3_cell_row {
    g3_row row;
    bool as_stored; /* the cells are those that stand in the file, each once, in that order */
} g3_cell_row;

/* Reads the next row, valid until the next call, where that is possible: what g3_manifest_next()
 * would give as a record of texts, without the trouble of making one.
 * @param row  set for G3_NEXT_ITEM
 * @param bad  set for G3_NEXT_BAD */
g3_next g3_manifest_next_cells(g3_manifest_reader *reader, g3_cell_row *row, g3_bad_row *bad,
                               g3_error *error);

/* The format found out (not AUTO), and what parts cells in it. */
g3_format g3_manifest_format(const g3_manifest_reader *reader);
char g3_manifest_delimiter(const g3_manifest_reader *reader);

/* The manifest's name for messages, and its source (for its size). */
const char *g3_manifest_name(const g3_manifest_reader *reader);
const g3_source *g3_manifest_source(const g3_manifest_reader *reader);

/* True if the manifest can be read in parts: a CSV or TSV in a plain regular file, its rows as they
 * stand there, without hooks. What follows is for those. */
bool g3_manifest_can_seek(const g3_manifest_reader *reader);

/* As g3_row_reader_place(), g3_row_reader_seek() and g3_row_reader_seek_line() (g3/table/rows.h).
 */
bool g3_manifest_place(g3_manifest_reader *reader, g3_row_place *place, uint64_t *line,
                       g3_error *error);
bool g3_manifest_seek(g3_manifest_reader *reader, g3_row_place place, uint64_t until,
                      g3_error *error);
bool g3_manifest_seek_line(g3_manifest_reader *reader, uint64_t offset, uint64_t until,
                           g3_row_place *place, g3_error *error);

void g3_manifest_close(g3_manifest_reader *reader); /* NULL is allowed */

/* Writes records as JSON lines, CSV or TSV.
 * The header of a CSV or TSV holds the columns given to g3_manifest_writer_columns(), else the
 * first record's. A later record may lack columns (empty cells); one with a column that the header
 * does not have can't be written. */
typedef struct g3_manifest_writer g3_manifest_writer;

/* Begins a manifest.
 * @param sink  borrowed; the caller settles and finishes it
 * @param format  not AUTO
 * @param delimiter  0: by format
 * @return owned by the caller: g3_manifest_writer_close() */
g3_manifest_writer *g3_manifest_writer_open(g3_sink *sink, g3_format format, char delimiter);

/* Sets the header's columns (copied). Call before the first record; later calls change nothing
 * (several manifests into one). A no-op for JSON lines. */
void g3_manifest_writer_columns(g3_manifest_writer *writer, const g3_column *const *columns,
                                size_t count);

/* Appends a record to the sink's buffer.
 * @return NULL, or why this record can't be written (valid until the next call) */
const char *g3_manifest_write(g3_manifest_writer *writer, const g3_record *record);

/* Writes the header if no record has been written (so that an empty result still has one), then
 * frees. With `skip_header` (a resumed file already has it) nothing is written. */
void g3_manifest_writer_close(g3_manifest_writer *writer); /* NULL is allowed */

/* Tells that the header is in the file already (a resumed run). */
void g3_manifest_writer_skip_header(g3_manifest_writer *writer);

G3_END_C

#endif
