/* The sweep: every record of the index exactly once, by key ranges read side by side.
 *
 * The service lists records behind a key in its own order, which nobody here knows (its collation
 * need not be that of bytes, prefixes may be mixed). So boundaries are only guesses, and what is
 * exact is this:
 *  1. Probe: ask a short page behind each guessed boundary. The GUIDs of that page are the range's
 *     landmarks. A page whose first record already is another range's landmark makes no range; one
 *     that runs into another's landmark further on ends there.
 *  2. Each range is read on from its landmarks, page by page, until it meets a landmark of any
 *     other range, or a page without records, which is the end of the index. A range has many
 *     landmarks, so that the deletion of its first record meanwhile does no harm.
 * Nothing is emitted before all probes are in. Why this is exact: lib/run/ranges.h; how boundaries
 * are guessed: lib/run/guesses.h.
 */
#ifndef G3_RUN_SWEEP_H
#define G3_RUN_SWEEP_H

#include "g3/base/abi.h"
#include "g3/commons/index.h"
#include "g3/run/journal.h"
#include "g3/run/shard.h"

G3_BEGIN_C

/* One of several parts of an index, each swept by itself: on another machine, at another time. Over
 * all parts each record that is there all the time comes exactly once (lib/run/cuts.h). */
typedef struct g3_key_shard {
    g3_shard part;         /* the first is 1 of N; count at most G3_KEY_SHARDS */
    g3_text_list prefixes; /* of GUIDs, at least one: UUIDs behind each are cut evenly; the same for
                              all parts */
} g3_key_shard;

/* Parts, at most: each of them asks a page behind the beginning of every other one. */
#define G3_KEY_SHARDS 1000

/* What is swept, and who takes it. */
typedef struct g3_sweep_options {
    const char *base;                /* URL of the index service */
    const g3_index_filters *filters; /* or NULL */
    int64_t page;                    /* records a request; 0 or too many: G3_INDEX_PAGE_LIMIT */
    int64_t ranges;                  /* ranges to aim at; 0: G3_SWEEP_RANGES */
    const g3_key_shard *shard;       /* only this part; NULL: the whole index */
    g3_journal *journal; /* positions are kept here and taken up from here; or NULL; borrowed */
    /* Called before positions are written to the journal: makes durable what was received so far
     * and gives the output's safe length. NULL without a journal. */
    bool (*checkpoint)(void *context, int64_t *offset, g3_error *error);
    /* Takes one page's records, each exactly once in the whole sweep. They are valid during the
     * call.
     * @return false to stop the sweep with `error` */
    bool (*receive)(void *context, const g3_record *records, size_t count, g3_error *error);
    void *context;
    bool repeats_harmless; /* receive() knows what it has met: where so many records were deleted
                              meanwhile that some may have come twice, the sweep need not fail */
    g3_reporter *reporter;
} g3_sweep_options;

/* Enough that the connections are busy to the end though ranges differ in size. */
#define G3_SWEEP_RANGES 32

/* Seconds between two checkpoints: what a killed run has to fetch again, against the cost of
 * syncing. */
#define G3_SWEEP_CHECKPOINT 1.0

/* What came of a sweep. */
typedef struct g3_sweep_result {
    uint64_t records; /* given to receive(), with those of earlier runs that were resumed */
    uint64_t ranges;  /* found by probing */
    int64_t expected; /* fileCount of /_stats before the sweep (before its first run, if resumed);
                         -1: can't be had, or filters or a shard are set */
    int64_t expected_after; /* and after it; -1 also where the service has gone meanwhile */
} g3_sweep_result;

/* Sweeps, or takes up the sweep that the journal is of.
 * On failure and interruption all that was received has been written to the journal, unless it is
 * receive() or the journal that failed.
 * @return false with G3_EXIT_SERVICE (failed after retries, answers are wrong; or so many records
 * were deleted meanwhile that some may have come twice), G3_EXIT_UNAUTHORISED, G3_EXIT_INTERRUPTED,
 *         or the error of a callback or the journal */
bool g3_sweep_run(g3_http *http, const g3_sweep_options *options, g3_sweep_result *result,
                  g3_error *error);

/* Compares the records of a finished sweep with what the service counted. An index that changes
 * meanwhile may give any number between the two counts; outside of these a warning says both.
 * @return false if fewer records came than either count: the result may be short */
bool g3_sweep_is_complete(const g3_sweep_result *result, g3_reporter *reporter);

G3_END_C

#endif
