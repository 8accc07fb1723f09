/* Differences between a manifest's row and the index, as lines to read on by programs and people.
 *
 * One line for each field that differs, fields in the order of g3_object_field:
 *
 *   JSON lines  {"guid":G,"field":"md5","expected":VALUE,"actual":VALUE}; lists sorted; nothing is
 *               null or []
 *   CSV, TSV    guid,field,expected,actual; lists sorted, joined by a space
 *   SDK         G|md5|expected VALUE|actual VALUE in Python's spelling, as the Python SDK's log has
 *               it: lists as they come, nothing in the row as '' and in the index as None; a line
 *               end inside a value is spelt \n or \r, so that a difference stays one line
 *
 * A row that the index has no record for is one difference, field "no_record": expected is the
 * whole row (a JSON object, also in CSV and TSV; a Python dictionary of its cells), actual is null
 * (empty; None).
 */
#ifndef G3_RUN_DIFFERENCE_H
#define G3_RUN_DIFFERENCE_H

#include "g3/base/abi.h"
#include "g3/run/compare.h"
#include "g3/run/report.h"

G3_BEGIN_C

/* How differences are written; see above. */
typedef enum g3_difference_form {
    G3_DIFFERENCE_NDJSON,
    G3_DIFFERENCE_TABLE, /* CSV or TSV, by the delimiter */
    G3_DIFFERENCE_SDK,
} g3_difference_form;

/* Writes differences in one form. */
typedef struct g3_difference_writer {
    g3_difference_form form;
    char delimiter;    /* of G3_DIFFERENCE_TABLE */
    g3_report *report; /* told what is released; borrowed; or NULL */
    g3_buffer space;   /* of the writer's own; zero-initialise, g3_buffer_free() at the end */
} g3_difference_writer;

/* Appends the header line that CSV and TSV begin with; nothing for other forms. */
void g3_difference_append_header(g3_difference_writer *writer, g3_buffer *lines);

/* Appends a line for each field in `fields`, to be held or released at once, by
 * g3_difference_release(): with a report there is more in `lines` than the lines.
 * @param record  the index record; NULL: there is none, and `fields` is ignored */
void g3_difference_append(g3_difference_writer *writer, g3_buffer *lines, const g3_record *row,
                          const g3_record *record, g3_field_set fields);

/* Appends a line for a value of another name than an object field's: a member of metadata.
 * @param actual  G3_NULL: there is none */
void g3_difference_append_named(g3_difference_writer *writer, g3_buffer *lines, g3_view guid,
                                g3_view name, const g3_value *expected, const g3_value *actual);

/* Appends lines that were made by the functions above to an output, and tells the report of them,
 * in their order there. @param held  not a view into `out` */
void g3_difference_release(const g3_difference_writer *writer, g3_view held, g3_buffer *out);

G3_END_C

#endif
