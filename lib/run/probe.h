/* Probing: finds the key ranges of a sweep by asking short pages behind guessed boundaries. Used by
 * sweep.c. */
#ifndef RUN_PROBE_H
#define RUN_PROBE_H

#include "g3/run/sweep.h"
#include "ranges.h"

/* Records asked for behind a boundary: enough landmarks to survive deletions, few enough that a
 * hundred probes cost no more than a few whole pages. */
#define G3_PROBE_PAGE 32

/* The page that a range began with: its records are emitted once all ranges are known. */
typedef struct g3_held_page {
    g3_buffer body;  /* the answer as it came */
    size_t kept;     /* records of it that are the range's, the first ones */
    double estimate; /* records that the range may hold; 0 where nobody can tell */
} g3_held_page;

/* What probing found: a page for each range, by number. Zero-initialise, g3_probed_free(). */
typedef struct g3_probed {
    g3_held_page *pages;
    size_t count;
    size_t capacity;
    size_t bytes; /* of all bodies */
} g3_probed;

/* Finds ranges.
 * @param options  as given to the sweep, its page set
 * @param records  in the index, at most; -1: not known
 * @param target   ranges to aim at; 1: a single one, begun with a whole page
 * @param ranges   new ones, without any range
 * @return false with an error */
bool g3_probe_run(g3_http *http, const g3_sweep_options *options, int64_t records, size_t target,
                  g3_ranges *ranges, g3_probed *probed, g3_error *error);

/* Adds a page without anything, for the range that is made next; valid until the next one. */
g3_held_page *g3_probed_add(g3_probed *probed);

void g3_probed_free(g3_probed *probed);

#endif
