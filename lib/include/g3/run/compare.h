/* Comparing a manifest's row with the index record of its GUID.
 *
 * Rules (what the Python SDK documents, without its omissions):
 *  - a field that the manifest has no column for is not compared; other columns never are;
 *  - urls, authz and acl are equal when they hold the same items, each as often, in any order;
 *    `%20` inside an item is a blank (a cell can't hold a blank otherwise, so the manifest can't
 *    tell them apart);
 *  - file_size as whole numbers, md5 and file_name as text, byte by byte;
 *  - null, the empty text and the empty list are all "nothing", and equal to each other.
 */
#ifndef G3_RUN_COMPARE_H
#define G3_RUN_COMPARE_H

#include "g3/base/abi.h"
#include "g3/record/record.h"

G3_BEGIN_C

/* A set of object fields: bit `field` of each. */
typedef unsigned g3_field_set;
#define G3_FIELD_BIT(field) (1u << (field))

/* The fields in which `row` and `record` differ; 0 if they agree. The GUIDs are not compared (the
 * index may have the record under another spelling). Neither is changed. */
g3_field_set g3_compare_object(const g3_record *row, const g3_record *record);

/* True if the values say the same, by the rules above. NULL is nothing. */
bool g3_values_agree(const g3_value *left, const g3_value *right);

/* True if two items of lists are the same, by the rules above. */
bool g3_items_agree(g3_view left, g3_view right);

G3_END_C

#endif
