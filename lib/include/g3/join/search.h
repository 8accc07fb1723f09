/* Finding which of very many keys occur in a text: the partial join's search.
 *
 * How: for each length of key (up to 16 bytes; longer ones by 16 bytes of theirs) the bytes at each
 * place of the text are hashed and looked up in a bit filter; what passes is looked up whole in the
 * table of keys. So the time goes by the bytes of the text times the few lengths that keys have,
 * not by the number of keys. Why not Aho-Corasick or Hyperscan: ARCHITECTURE.md.
 */
#ifndef G3_JOIN_SEARCH_H
#define G3_JOIN_SEARCH_H

#include "g3/base/abi.h"
#include "g3/join/table.h"

G3_BEGIN_C

/* The filters made of a table's keys. */
typedef struct g3_search g3_search;

/* Bytes behind a text, and behind the keys in the table, that the search may read. */
#define G3_SEARCH_READS ((size_t)16)

/* Makes the filters for a table's keys.
 * @param table     built; borrowed; keys are those of its rows
 * @param boundary  a key counts only where no letter or digit, nor a byte above 0x7f, stands
 *                  directly before or behind it
 * @return owned by the caller: g3_search_close() */
g3_search *g3_search_open(const g3_join_table *table, bool boundary);

/* Finds the keys that occur in `text`.
 * @param found  set to the rows as g3_join_table_find() gives them, each key's once for each place
 *               where it occurs, in no order; valid until the next call
 * @return how many */
size_t g3_search_find(g3_search *search, g3_view text, g3_join_row *const **found);

void g3_search_close(g3_search *search); /* NULL is allowed */

G3_END_C

#endif
