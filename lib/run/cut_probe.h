/* Begins a shard: asks a short page behind every boundary, and makes ranges of them. Used by
 * sweep.c; the reasons: cuts.h. */
#ifndef RUN_CUT_PROBE_H
#define RUN_CUT_PROBE_H

#include "cuts.h"
#include "probe.h"

/* The range of the neighbour (g3_cuts_neighbour()), which is another shard's. There always is one,
 * if need be without landmarks, also in a journal. */
#define G3_CUT_NEIGHBOUR 0

/* Finds the ranges of a shard, and what others begin with.
 * @param options  as given to the sweep, its page set
 * @param ranges   new ones, without any range
 * @param probed   the pages of this shard's ranges are held, of others nothing
 * @return false with an error */
bool g3_cut_probe_run(g3_http *http, const g3_sweep_options *options, const g3_cuts *cuts,
                      g3_ranges *ranges, g3_probed *probed, g3_error *error);

#endif
