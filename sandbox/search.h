/* SQL functions that look into documents, for the filters that no key serves. Registered by the store
 * with each connection, used by the listing and the URL query.
 */
#ifndef SANDBOX_SEARCH_H
#define SANDBOX_SEARCH_H

#include <sqlite3.h>
#include <stdbool.h>

bool search_register(sqlite3 *database);

#endif
