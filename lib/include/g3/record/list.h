/* Lists in cells: `a b`, `['a', "b"]`, `[u'open']`, `[a, b]`, `a%20b`, and commas in TSV.
 *
 * Source: the Python SDK's manifest tools. Items are parted by blanks; a blank inside an item is
 * `%20`. A cell that begins with `[` and ends with `]` is a Python list: items in quotes (with an
 * optional u) keep their blanks and commas, and a backslash in front of a quote or backslash is
 * dropped; bare items are parted by commas or blanks. Without brackets the quotes around an item
 * are dropped. Empty items are dropped. Commas part items without brackets too where the cell comes
 * from a TSV (a CSV cell may hold commas of an item). A comma parts only where an item can begin
 * behind it: urls have a scheme ("s3://b/a,b" is one item, "s3://b/a,gs://b/a" two), authz begin
 * with '/', for acl at any; or where a blank, a comma or the end is behind it. `['open']` and
 * `[u'open']` (any case) as acl mean `*`.
 *
 * What is written is read back the same, but for an item that itself holds `%20` (which can't be
 * told apart from a space) and empty items.
 */
#ifndef G3_RECORD_LIST_H
#define G3_RECORD_LIST_H

#include "g3/base/abi.h"
#include "g3/record/record.h"

G3_BEGIN_C

/* Reads a list cell.
 * @param field      G3_URLS, G3_AUTHZ or G3_ACL
 * @param commas     commas part items (the cell comes from a TSV)
 * @param arena      where the items live, and decoded text where an item is not just a piece of
 * `cell`
 * @return a value of type G3_LIST; it borrows from `cell` and `arena` */
g3_value g3_list_read(g3_view cell, g3_object_field field, bool commas, g3_arena *arena);

/* Appends the items joined by a space, a space inside an item written `%20`; as a Python list where
 * that would be read back otherwise (an item in quotes, one with a tab, ...).
 * @param field, commas  how it will be read back, as for g3_list_read() */
void g3_list_append(g3_buffer *buffer, const g3_value *list, g3_object_field field, bool commas);

/* A value as the text of a cell: a list, or a JSON array of strings alone, as g3_list_append() has
 * it; other JSON as it is written.
 * @return borrowed from `value` or `scratch` */
g3_view g3_value_cell_text(const g3_value *value, g3_object_field field, bool commas,
                           g3_buffer *scratch);

G3_END_C

#endif
