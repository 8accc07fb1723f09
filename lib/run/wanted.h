/* The list of what is wanted: GUIDs or md5s, each once, and whether it was found. Used by fetch. */
#ifndef RUN_WANTED_H
#define RUN_WANTED_H

#include "g3/record/manifest.h"
#include "g3/run/rejects.h"

typedef struct g3_wanted g3_wanted;

/* Reads a list.
 * @param field    G3_GUID or G3_MD5 (compared and kept in lower case)
 * @param path     a manifest with a column for that field; or plain lines: then its only column is
 *                 headed by the first item; "-" is standard input
 * @param memory   bytes that the list may take
 * @param rejects  takes the rows that can't be used
 * @return owned by the caller: g3_wanted_close(); NULL with G3_EXIT_INPUT (unreadable, no such
 *         column), G3_EXIT_USAGE (does not fit `memory`), or the rejects' error */
g3_wanted *g3_wanted_read(g3_object_field field, const char *path,
                          const g3_manifest_options *options, size_t memory, g3_rejects *rejects,
                          g3_error *error);
void g3_wanted_close(g3_wanted *wanted); /* NULL is allowed */

/* Items are numbered in the order of their first coming. */
size_t g3_wanted_count(const g3_wanted *wanted);
g3_view g3_wanted_item(const g3_wanted *wanted, size_t number); /* lives as long as the list */

/* @return false if `item` is not wanted */
bool g3_wanted_find(const g3_wanted *wanted, g3_view item, size_t *number);

void g3_wanted_set_found(g3_wanted *wanted, size_t number);
bool g3_wanted_is_found(const g3_wanted *wanted, size_t number);

/* Items not found so far. */
size_t g3_wanted_missing(const g3_wanted *wanted);

#endif
