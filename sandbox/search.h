/* SQL functions that look into documents, for the filters that no key serves. Registered by the
 * store with each connection, used in the SQL of the services.
 *
 *   search_has(document, member, item)       1 if the list holds the text
 *   search_count(document, member)           items of the list
 *   search_text(document, member)            a text; NULL for null or another type
 *   search_pair(document, member, key)       a text in an object, as "metadata" and "hashes"
 *   search_url(document, part, key, value)   1 if a URL that contains `part` is said to have that
 * value; with NULL as key: if there is such a URL search_urls(document)                    all URLs
 * joined by commas; NULL if there is none search_mix(did, page)                    a number,
 * different with each page
 */
#ifndef SANDBOX_SEARCH_H
#define SANDBOX_SEARCH_H

#include <sqlite3.h>
#include <stdbool.h>

bool search_register(sqlite3 *database);

#endif
