/* Values as Python 3 spells them (repr), for reports in the form that the Python SDK's users read.
 *
 * Source: https://docs.python.org/3/library/functions.html#repr and str.isprintable(). Characters
 * that Unicode has not assigned are kept as they are, where Python escapes them: which those are
 * depends on Python's version.
 */
#ifndef G3_RUN_PYTHON_H
#define G3_RUN_PYTHON_H

#include "g3/base/abi.h"
#include "g3/record/record.h"

G3_BEGIN_C

/* Appends `text` (UTF-8) as repr(str): in single quotes, or in double ones if it holds single
 * quotes and no double ones. Bytes that are not UTF-8 come as \xNN. */
void g3_python_append_string(g3_buffer *buffer, g3_view text);

/* Appends `['a', 'b']`. */
void g3_python_append_list(g3_buffer *buffer, const g3_view *items, size_t count);

/* Appends a JSON value as repr() of what json.loads() makes of it; as it is where it is no JSON. */
void g3_python_append_json(g3_buffer *buffer, g3_view json);

/* Appends a row as csv.DictReader would have given it: `{'guid': '...', 'file_size': '12'}`; lists
 * joined by a space as in a cell, nothing as ''. */
void g3_python_append_row(g3_buffer *buffer, const g3_record *row);

G3_END_C

#endif
