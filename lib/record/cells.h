/* What a cell or a JSON value means as the value of a field. Used by the readers of rows and of
 * JSON lines; private to the record storey. */
#ifndef G3_RECORD_CELLS_H
#define G3_RECORD_CELLS_H

#include "g3/record/json.h"

/* The value of an object record's field from a cell. Blanks around it do not count; nothing is
 * null, or for a list no items.
 * @param commas  commas part the items of lists (the cell comes from a TSV)
 * @param reason  filled in on failure
 * @return false if the cell can't be a value of this field; the value borrows from cell, arena */
bool g3_value_from_cell(g3_value *value, g3_object_field field, g3_view cell, bool commas,
                        g3_arena *arena, g3_buffer *reason);

/* The value of an object record's field from what a JSON line has for it, in place: a list may also
 * be spelled as in a cell, a whole number as a string. Other columns keep what they have. */
bool g3_value_from_json(g3_value *value, g3_object_field field, g3_arena *arena, g3_buffer *reason);

/* Reads the JSON value at which `reader` stands, as a record has it: strings decoded, whole numbers
 * as integers, anything else but null as its text on one line. @return false with reader->fault */
bool g3_value_read_json(g3_value *value, g3_json_reader *reader);

#endif
