/* Where several machines that do not talk to each other cut an index into shards. Used by sweep.c
 * and cut_probe.c.
 *
 * Boundaries are texts made of nothing but the number of shards and the prefixes of GUIDs, so that
 * all machines have the same ones, whatever becomes of the index meanwhile. The service lists
 * behind any text, in its own order; in that order each record stands behind exactly one boundary
 * that no other one comes after, and belongs to its shard. Each shard has several neighbouring
 * boundaries, so that it reads several ranges side by side.
 *
 * How a shard finds its end, where others have read or will read at another time:
 *
 *  - It asks a page behind every boundary before it reads. The records there are behind that
 *    boundary for good, be the page an hour old. A page is cut where another one begins
 * (cut_probe.c): what is left belongs to its boundary, and a range stops where it meets such a
 * record of another shard. So nothing that stays is missed, and nothing read that another shard's
 * page began with.
 *  - By then what its neighbour's page began with may have been deleted, and others written before
 *    it. So the neighbour's page is asked for afresh before a page is taken that holds a record of
 *    another shard, or one that by its bytes would stand behind the neighbour's boundary: bytes
 *    decide when to ask, the service decides what is behind.
 *
 * Where two boundaries have nothing between them, the one that is greater by bytes has the records.
 * Thus all is exact for records that stay while all shards run: always if none are written or
 * deleted meanwhile, and otherwise if the service has the boundaries in the order of their bytes,
 * or has records between them.
 */
#ifndef RUN_CUTS_H
#define RUN_CUTS_H

#include "g3/base/memory.h"
#include "g3/run/sweep.h"

typedef struct g3_cuts {
    g3_view *boundaries; /* ascending by bytes; the first is "" */
    size_t count;
    size_t first, end; /* those of this shard: first up to, not including, end */
    g3_arena texts;
} g3_cuts;

/* @param cuts  filled in; g3_cuts_free() */
void g3_cuts_make(g3_cuts *cuts, const g3_key_shard *shard);
void g3_cuts_free(g3_cuts *cuts); /* all zero is allowed */

/* The boundary that comes behind this shard by bytes; no text (data NULL) if there is none. */
g3_view g3_cuts_neighbour(const g3_cuts *cuts);

#endif
