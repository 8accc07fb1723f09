/* Where to begin the key ranges of a sweep: guesses at boundaries that part the index evenly. Pure
 * planning, no requests; used by probe.c. Wrong guesses cost time, never exactness (ranges.h).
 *
 * A GUID ends in a UUID; what stands before is its prefix. The UUIDs of one prefix are read as
 * numbers of 128 bits, cut into segments. The page behind a segment's beginning tells how densely
 * the numbers stand there, hence how many records the segment may hold. A segment that holds more
 * than its share is cut again, by density: random UUIDs so part at even digits, consecutive numbers
 * a few apart. Other prefixes are found in the pages met on the way, and behind the last number of
 * each prefix.
 */
#ifndef RUN_GUESSES_H
#define RUN_GUESSES_H

#include "g3/base/buffer.h"
#include "g3/base/memory.h"

typedef struct g3_guesses g3_guesses;

/* @param ranges   to aim at
 * @param records  in the index, at most; -1: not known
 * @return owned by the caller: g3_guesses_close() */
g3_guesses *g3_guesses_open(size_t ranges, int64_t records);
void g3_guesses_close(g3_guesses *guesses); /* NULL is allowed */

/* Tells a prefix that the service may use. */
void g3_guesses_add_prefix(g3_guesses *guesses, g3_view prefix);

/* Gives the next boundary to probe. The first is "".
 * @param number    what g3_guesses_learn() calls it by; counted from 0
 * @param boundary  appended
 * @return false if there is none until all probes under way are answered and g3_guesses_refine() is
 *         called */
bool g3_guesses_next(g3_guesses *guesses, size_t *number, g3_buffer *boundary);

/* Learns from the page behind boundary `number`.
 * @param last  the index ends with it */
void g3_guesses_learn(g3_guesses *guesses, size_t number, const g3_view *guids, size_t count,
                      bool last);

/* Cuts the segments that hold more than their share.
 * @return false if nothing is worth cutting any more */
bool g3_guesses_refine(g3_guesses *guesses);

/* Records that may stand between boundary `number` and the next one; 0 where nobody can tell. */
double g3_guesses_estimate(const g3_guesses *guesses, size_t number);

/* Probes of one sweep, per range aimed at, at most: bounds what odd GUIDs can cost. */
#define G3_GUESSES_PER_RANGE 8

#endif
