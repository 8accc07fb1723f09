/* Orders of keys. Used by the store for its GUID column.
 *
 * "locale" is unlike byte order in the ways of a database that sorts as people do: punctuation
 * counts only between keys that are equal without it, letters are compared without their case first
 * (small before capital between equals), digits come before letters. A total order: different keys
 * never compare equal.
 */
#ifndef SANDBOX_COLLATION_H
#define SANDBOX_COLLATION_H

#include "g3/base/view.h"
#include "store.h"

/* What SQL calls it. */
const char *collation_name(collation order);

bool collation_register(sqlite3 *database);

/* The "locale" order: less than, equal to or greater than 0. */
int collation_compare_locale(g3_view left, g3_view right);

#endif
