/* Which key range each record of a sweep belongs to: bookkeeping only, no requests. Used by probe.c
 * and sweep.c.
 *
 * The service lists records in an order that is not known here. A range begins with a page that was
 * read behind a guessed boundary; the GUIDs of that page are its landmarks, owned by it alone. It
 * is read on until it meets another range's landmark, or the end of the index.
 *
 * Why each record that stays in the index all the time is taken exactly once, whatever the
 * boundaries and the order in which answers come:
 *
 *  - Pages of probes claim their records first come, first served, and a page is cut at the first
 *    record that another range owns. So no two ranges hold one record among their landmarks, and
 *    what a range holds is all that the service has from its first landmark to its last.
 *  - Nothing is missing: a range stops only at a landmark L of another range. That one holds
 *    everything from L to its own last landmark, then reads on, and stops only at a landmark
 *    further on. Following these stops leads through the whole index to its end. It starts at the
 *    first record: the probe behind "" either makes a range that begins there or is dropped because
 *    another range owns that record.
 *  - Nothing comes twice: if two ranges read past the same record, the one that began earlier has
 *    read past all landmarks of the other without meeting one. A landmark between the two that was
 *    there when both were probed would have cut or dropped one of them. So all of that range's
 *    landmarks, a whole page, were deleted or written meanwhile. This can't be prevented, but it is
 *    found: then both ranges stop at the same place, while otherwise each stops at a range of its
 *    own. g3_ranges_check() looks for it.
 *
 * Records deleted meanwhile come once or not at all, and so do those written meanwhile.
 */
#ifndef RUN_RANGES_H
#define RUN_RANGES_H

#include "g3/base/buffer.h"
#include "g3/base/memory.h"

/* What a range has stopped at, where it is not another range's number. */
#define G3_RANGE_OPEN      (-1) /* not yet at anything: there is more to read */
#define G3_RANGE_INDEX_END (-2) /* the end of the index */
#define G3_RANGE_FOREIGN   (-3) /* another shard reads it (cuts.h) */

typedef struct g3_range {
    g3_buffer position; /* GUID of the last record taken; the next request asks behind it */
    g3_view *landmarks; /* GUIDs of its first records, at least one unless it is another shard's;
                           live as long as the ranges */
    size_t landmark_count;
    int64_t stop;  /* one of the above, or the range whose landmark it met */
    uint64_t read; /* records taken behind the landmarks */
} g3_range;

/* Ranges are numbered from 0 and never removed. */
typedef struct g3_ranges g3_ranges;

/* @return owned by the caller: g3_ranges_close() */
g3_ranges *g3_ranges_open(void);
void g3_ranges_close(g3_ranges *ranges); /* NULL is allowed */

size_t g3_ranges_count(const g3_ranges *ranges);

/* The range of that number; valid until the next claim or restore. */
const g3_range *g3_ranges_get(const g3_ranges *ranges, size_t number);

typedef enum g3_claim {
    G3_CLAIM_NEW,     /* a range was made of the page */
    G3_CLAIM_KNOWN,   /* the page begins inside another range: nothing to take */
    G3_CLAIM_EMPTY,   /* the page has no records */
    G3_CLAIM_REPEATS, /* one GUID stands in the page twice: the answer is wrong */
} g3_claim;

/* Makes a range of a page read behind any boundary. All claims come before the first advance.
 * @param guids  of the page's records in the service's order; copied where kept
 * @param kept   records of the page that the range owns, the first ones; 0 if it is not new
 * @param number the new range, or the one that owns the page's first record; set for NEW and KNOWN
 */
g3_claim g3_ranges_claim(g3_ranges *ranges, const g3_view *guids, size_t count, size_t *kept,
                         size_t *number);

/* Takes the page that was read behind the position of range `number`, which is open. Only a page
 * without records ends the index: a short one may come from a service with a lower limit.
 * @param kept  records of the page that are to be taken, the first ones
 * @return false if the page can't be what was asked for: the range has taken a record of it */
bool g3_ranges_advance(g3_ranges *ranges, size_t number, const g3_view *guids, size_t count,
                       size_t *kept);

/* Makes a range that another shard reads: nothing is taken of it, others stop at its landmarks.
 * @param guids  of its first records, also none; copied */
void g3_ranges_add_foreign(g3_ranges *ranges, const g3_view *guids, size_t count);

/* Tells what range `number`, another shard's, begins with by now: a page in the service's order. It
 * ends at a record that a range of this shard began with. */
void g3_ranges_renew_foreign(g3_ranges *ranges, size_t number, const g3_view *guids, size_t count);

/* True if one of these is a landmark of another shard's range. */
bool g3_ranges_meet_foreign(const g3_ranges *ranges, const g3_view *guids, size_t count);

/* True if a GUID stands twice among these. For short pages. */
bool g3_guids_repeat(const g3_view *guids, size_t count);

/* Makes a range as an earlier run left it; everything is copied. */
void g3_ranges_restore(g3_ranges *ranges, const g3_range *range);

/* True if no range is open. */
bool g3_ranges_all_ended(const g3_ranges *ranges);

/* When all have ended: true if no two of them can have read the same records (see above).
 * @param culprit  set to a range that another one may have read through, unless NULL */
bool g3_ranges_check(const g3_ranges *ranges, size_t *culprit);

#endif
