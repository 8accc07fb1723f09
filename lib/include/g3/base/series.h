/* How much was done when, from the beginning of a run, in memory that does not grow.
 *
 * A series has so many steps of one length; when a run lasts longer than they do, neighbours are
 * put together and the step becomes twice as long. So a run of any length has between half of them
 * and all of them.
 */
#ifndef G3_BASE_SERIES_H
#define G3_BASE_SERIES_H

#include "g3/base/abi.h"
#include <stddef.h>
#include <stdint.h>

G3_BEGIN_C

/* Steps at most; and the length that they begin with, seconds. */
#define G3_SERIES_SIZE 512
#define G3_SERIES_STEP 0.05

/* The steps of a run; g3_series_begin() first, there is nothing to free. */
typedef struct g3_series {
    double begun; /* by g3_clock() */
    double step;  /* seconds of one step */
    size_t count; /* steps begun so far */
    double time;  /* of the last note, by g3_clock() */
    uint64_t done;
    uint64_t counts[G3_SERIES_SIZE]; /* what was done in each step */
} g3_series;

/* Begins a series at `now` (g3_clock()). */
void g3_series_begin(g3_series *series, double now);

/* Notes how much is done in all by now. What was added since the last note is spread over the time
 * since then; if it is less than then, something else is counted from now on, and nothing is added.
 * @param done  rows, records */
void g3_series_note(g3_series *series, double now, uint64_t done);

/* Takes what is done in all for granted: it is not part of this run. */
void g3_series_skip(g3_series *series, double now, uint64_t done);

G3_END_C

#endif
