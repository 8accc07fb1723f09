/* How to look a manifest's records up: by lists of ids, or by sweeping over the whole index.
 *
 * A sweep reads every record of the index, wanted or not, but each at a lower price than a lookup.
 * So it pays once a good share of the index is wanted; which share follows from the two speeds. The
 * lookups' speed is measured; the sweep's is taken to be G3_PLAN_SWEEP_ADVANTAGE times that, as
 * measured on the real service (index service 6.3.0 on two cores: 2,844 ids and 5,672 swept records
 * a second).
 */
#ifndef G3_RUN_PLANNER_H
#define G3_RUN_PLANNER_H

#include "g3/base/abi.h"
#include <stdbool.h>
#include <stdint.h>

G3_BEGIN_C

/* How many records a sweep reads in the time of one lookup; see above. */
#define G3_PLAN_SWEEP_ADVANTAGE 2.0

/* A lookup that ends within this time is not worth a second thought, seconds. */
#define G3_PLAN_SHORT 0.5

/* A sweep has to save this share of the time, for estimates are estimates. */
#define G3_PLAN_MARGIN 0.1

/* What the choice follows from. */
typedef struct g3_plan_input {
    int64_t rows;    /* rows left to verify; an estimate will do; -1: not known */
    int64_t records; /* in the index (fileCount of /_stats); -1: not known */
    double ids_rate; /* rows looked up a second, as measured; 0: not measured */
} g3_plan_input;

/* How to look up the rows that are left. */
typedef enum g3_plan_choice {
    G3_PLAN_IDS,
    G3_PLAN_SWEEP,
    G3_PLAN_COUNT, /* the number of rows decides and is not known: read on until it is at least
                      `threshold` */
} g3_plan_choice;

/* The choice, and why. */
typedef struct g3_plan {
    g3_plan_choice choice;
    int64_t threshold;  /* rows from which on a sweep pays; INT64_MAX: never */
    double ids_seconds; /* estimates; -1: not known */
    double sweep_seconds;
} g3_plan;

/* Works out the plan; a pure function. */
g3_plan g3_plan_lookup(const g3_plan_input *input);

G3_END_C

#endif
