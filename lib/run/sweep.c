/* The sweep: reads all ranges side by side. Called by fetch and verify. Ranges are found by
 * probe.c (of a shard: cut_probe.c), kept apart by ranges.c. */
#include "g3/run/sweep.h"
#include "cut_probe.h"
#include "g3/base/clock.h"
#include "listing.h"
#include "probe.h"
#include "ranges.h"
#include <inttypes.h>
#include <stdlib.h>

/* An index of up to so many records is read as one range: probing would take longer. */
#define SMALL_INDEX (4 * G3_INDEX_PAGE_LIMIT)

/* Records that a range should have at least: two whole pages. */
#define RANGE_LEAST (2 * G3_INDEX_PAGE_LIMIT)

/* Records that a range should have if there are enough for FEWEST_RANGES of them: the last page of
 * each is read in vain by half, which then is a share of 3 %. */
#define RANGE_GOOD (16 * G3_INDEX_PAGE_LIMIT)

/* Enough to keep the few connections busy that fill the service. */
#define FEWEST_RANGES 8

/* How reading a range goes on; by the range's number. */
typedef struct range_reading {
    bool in_flight;  /* a request is; never more than one a range */
    int tries;       /* answers to it that could not be read */
    double estimate; /* records that the range may hold */
    g3_buffer held;  /* a page that waits until it is asked where the shard ends; or nothing */
} range_reading;

/* When to ask where a shard ends. Asked in vain, it is asked less and less often: the service's
 * order is not that of the bytes then. */
typedef struct edge_watch {
    size_t passed; /* pages let pass since it was asked last */
    size_t pause;  /* pages to let pass */
} edge_watch;

typedef struct sweep {
    const g3_sweep_options *options;
    g3_sweep_result *result;
    int64_t page;
    g3_ranges *ranges;
    g3_probed probed;
    g3_cuts cuts; /* of a shard */
    edge_watch edge;
    g3_listing listing;
    range_reading *readings;
    size_t in_flight;
    double saved; /* when the journal was written last, by g3_clock() */
    bool unsound; /* what was received and what is known of it differ: nothing may be saved */
} sweep;

static bool save(sweep *run, g3_error *error)
{
    const g3_sweep_options *options = run->options;
    size_t count = g3_ranges_count(run->ranges);
    int64_t offset = 0;
    if (options->checkpoint && !options->checkpoint(options->context, &offset, error))
        return false;
    g3_journal_range *positions = g3_allocate_zeroed(count, sizeof *positions);
    for (size_t i = 0; i < count; i++) {
        const g3_range *range = g3_ranges_get(run->ranges, i);
        positions[i] = (g3_journal_range){.position = g3_buffer_view(&range->position),
                                          .landmarks = range->landmarks,
                                          .landmark_count = range->landmark_count,
                                          .stop = range->stop,
                                          .read = range->read};
    }
    const g3_journal_state state = {positions, count, offset, run->result->records,
                                    run->result->expected};
    bool done = g3_journal_save(options->journal, &state, error);
    free(positions);
    run->saved = g3_clock();
    return done;
}

static bool save_when_due(sweep *run, g3_error *error)
{
    return !run->options->journal || g3_clock() - run->saved < G3_SWEEP_CHECKPOINT ||
           save(run, error);
}

/* Hands on the first `kept` records of the page read last. */
static bool emit(sweep *run, size_t kept, g3_error *error)
{
    const g3_sweep_options *options = run->options;
    if (kept && !options->receive(options->context, run->listing.records, kept, error)) {
        run->unsound = true;
        return false;
    }
    run->result->records += kept;
    g3_progress_of(options->reporter, run->result->records,
                   run->result->expected > 0 ? (uint64_t)run->result->expected : 0);
    if (run->result->expected >= 0)
        g3_progress(options->reporter, "%" PRIu64 " of %" PRId64 " records", run->result->records,
                    run->result->expected);
    else
        g3_progress(options->reporter, "%" PRIu64 " records", run->result->records);
    return true;
}

/* The open range without a request in flight that has most left to read, by the estimates, so that
 * all come to their ends at about the same time. @return false if there is none */
static bool choose_range(const sweep *run, size_t *chosen)
{
    double most = 0;
    bool found = false;
    for (size_t i = 0; i < g3_ranges_count(run->ranges); i++) {
        const g3_range *range = g3_ranges_get(run->ranges, i);
        double left = run->readings[i].estimate - (double)range->read;
        if (range->stop == G3_RANGE_OPEN && !run->readings[i].in_flight &&
            (!found || left > most)) {
            *chosen = i;
            most = left;
            found = true;
        }
    }
    return found;
}

static g3_pull next_page(void *context, g3_request *request, g3_error *error)
{
    sweep *run = context;
    size_t chosen;
    (void)error;
    if (!choose_range(run, &chosen))
        return run->in_flight ? G3_PULL_LATER : G3_PULL_END;
    const g3_range *range = g3_ranges_get(run->ranges, chosen);
    g3_index_list_request(request, run->options->base, run->options->filters,
                          run->readings[chosen].held.length ? g3_cuts_neighbour(&run->cuts)
                                                            : g3_buffer_view(&range->position),
                          run->page);
    request->tag = &run->readings[chosen];
    request->asked_before = run->readings[chosen].tries;
    run->readings[chosen].in_flight = true;
    run->in_flight++;
    return G3_PULL_REQUEST;
}

/* True if the page read last may reach beyond the shard. */
static bool may_pass_edge(sweep *run)
{
    const g3_listing *listing = &run->listing;
    g3_view neighbour = g3_cuts_neighbour(&run->cuts);
    bool behind = false;
    if (!neighbour.data)
        return false;
    if (g3_ranges_meet_foreign(run->ranges, listing->guids, listing->count))
        return true;
    for (size_t i = 0; i < listing->count && !behind; i++)
        behind = g3_view_compare(listing->guids[i], neighbour) > 0;
    return behind && ++run->edge.passed > run->edge.pause;
}

/* The page read last is the one that the neighbour begins with: takes the one that was held by what
 * it says. @return false if that one is not what was asked for */
static bool settle_held(sweep *run, range_reading *reading, size_t number, size_t *kept)
{
    g3_ranges_renew_foreign(run->ranges, G3_CUT_NEIGHBOUR, run->listing.guids, run->listing.count);
    g3_listing_read(&run->listing, g3_buffer_view(&reading->held), INT64_MAX);
    bool sound =
        g3_ranges_advance(run->ranges, number, run->listing.guids, run->listing.count, kept);
    if (g3_ranges_get(run->ranges, number)->stop == G3_RANGE_OPEN) {
        run->edge.passed = 0;
        run->edge.pause = run->edge.pause * 2 + 1;
    }
    return sound;
}

static bool take_page(void *context, const g3_request *request, g3_response *response,
                      g3_error *error)
{
    sweep *run = context;
    range_reading *reading = request->tag;
    size_t number = (size_t)(reading - run->readings), kept;
    reading->in_flight = false;
    run->in_flight--;
    g3_listing_outcome outcome =
        g3_listing_take(&run->listing, request, response, run->page, &reading->tries, error);
    bool held = reading->held.length > 0;
    if (outcome == G3_LISTING_READ && !held && may_pass_edge(run)) {
        g3_buffer_append(&reading->held, g3_buffer_view(&response->body));
        return true;
    }
    if (outcome == G3_LISTING_READ &&
        !(held ? settle_held(run, reading, number, &kept)
               : g3_ranges_advance(run->ranges, number, run->listing.guids, run->listing.count,
                                   &kept)))
        outcome = g3_listing_refuse(request, "records that do not stand behind the one asked for",
                                    &reading->tries, error);
    if (outcome == G3_LISTING_READ) {
        reading->tries = 0;
        if (!emit(run, kept, error))
            return false;
    }
    if (outcome != G3_LISTING_FAILED)
        g3_buffer_clear(&reading->held);
    return outcome == G3_LISTING_READ ? save_when_due(run, error) : outcome == G3_LISTING_AGAIN;
}

/* Emits the pages that the ranges begin with. */
static bool emit_held_pages(sweep *run, g3_error *error)
{
    for (size_t i = 0; i < run->probed.count; i++) {
        const g3_held_page *page = &run->probed.pages[i];
        if (page->kept == 0)
            continue;
        /* It was read before: what it holds is known to be good. */
        g3_listing_read(&run->listing, g3_buffer_view(&page->body), INT64_MAX);
        if (!emit(run, page->kept, error))
            return false;
    }
    return true;
}

static size_t choose_target(const g3_sweep_options *options, int64_t records)
{
    int64_t target = options->ranges ? options->ranges : G3_SWEEP_RANGES;
    if (!options->ranges && records >= 0 && records / RANGE_GOOD < target)
        target = records / RANGE_GOOD > FEWEST_RANGES ? records / RANGE_GOOD : FEWEST_RANGES;
    if (records >= 0 && records <= SMALL_INDEX)
        return 1;
    if (records >= 0 && records / RANGE_LEAST < target)
        target = records / RANGE_LEAST;
    return (size_t)target;
}

/* Finds ranges and emits what they begin with. */
static bool begin_anew(g3_http *http, sweep *run, int64_t records, g3_error *error)
{
    const g3_sweep_options *options = run->options;
    run->result->expected = options->filters || options->shard ? -1 : records;
    if (options->shard
            ? !g3_cut_probe_run(http, options, &run->cuts, run->ranges, &run->probed, error)
            : !g3_probe_run(http, options, records, choose_target(options, records), run->ranges,
                            &run->probed, error))
        return false;
    run->readings = g3_allocate_zeroed(run->probed.count, sizeof *run->readings);
    for (size_t i = 0; i < run->probed.count; i++)
        run->readings[i].estimate = run->probed.pages[i].estimate;
    bool done = emit_held_pages(run, error);
    g3_probed_free(&run->probed);
    if (!done)
        run->unsound = true;
    return done && (!options->journal || save(run, error));
}

/* Takes the ranges up as an earlier run left them. */
static void take_up(sweep *run, const g3_journal_state *state)
{
    run->result->records = state->records;
    run->result->expected = state->expected;
    run->readings = g3_allocate_zeroed(state->range_count, sizeof *run->readings);
    for (size_t i = 0; i < state->range_count; i++) {
        const g3_journal_range *earlier = &state->ranges[i];
        g3_range range = {.landmarks = (g3_view *)earlier->landmarks,
                          .landmark_count = earlier->landmark_count,
                          .stop = earlier->stop,
                          .read = earlier->read};
        g3_buffer_append(&range.position, earlier->position);
        g3_ranges_restore(run->ranges, &range);
        g3_buffer_free(&range.position);
    }
    run->saved = g3_clock();
}

static bool begin(g3_http *http, sweep *run, g3_error *error)
{
    g3_journal_state state;
    bool saved = false;
    int64_t records = -1;
    if (run->options->journal && !g3_journal_load(run->options->journal, &state, &saved, error))
        return false;
    if (saved) {
        take_up(run, &state);
        return true;
    }
    return (run->options->shard || g3_index_count(http, run->options->base, &records, error)) &&
           begin_anew(http, run, records, error);
}

static bool check_ranges(const sweep *run, g3_error *error)
{
    size_t culprit;
    if (run->options->repeats_harmless || g3_ranges_check(run->ranges, &culprit))
        return true;
    g3_view guid = g3_ranges_get(run->ranges, culprit)->landmarks[0];
    return g3_fail(
        error, G3_EXIT_SERVICE,
        "%s: so many records were deleted meanwhile that some near %.*s may have been read twice; "
        "begin anew, without the journal if there is one",
        run->options->base, (int)guid.length, guid.data);
}

static bool read_ranges(g3_http *http, sweep *run, g3_error *error)
{
    const g3_producer producer = {next_page, take_page, run};
    g3_error ignored;
    bool done = g3_http_run(http, &producer, error);
    if (run->options->journal && !run->unsound)
        done = save(run, done ? error : &ignored) && done;
    return done && check_ranges(run, error);
}

/* Counts again, to compare. All records are here by now: they are not given up for a service that
 * has gone. */
static bool count_again(g3_http *http, const g3_sweep_options *options, g3_sweep_result *result,
                        g3_error *error)
{
    g3_error reason = {0};
    if (result->expected < 0 ||
        g3_index_count(http, options->base, &result->expected_after, &reason))
        return true;
    if (reason.exit == G3_EXIT_INTERRUPTED)
        return g3_fail(error, reason.exit, "%s", reason.message);
    g3_warn(options->reporter, "all records are read, but can't be counted again: %s",
            reason.message);
    result->expected_after = -1;
    return true;
}

bool g3_sweep_run(g3_http *http, const g3_sweep_options *options, g3_sweep_result *result,
                  g3_error *error)
{
    g3_sweep_options own = *options;
    if (own.page == 0 || own.page > G3_INDEX_PAGE_LIMIT)
        own.page = G3_INDEX_PAGE_LIMIT;
    sweep run = {.options = &own, .result = result, .page = own.page, .ranges = g3_ranges_open()};
    *result = (g3_sweep_result){.expected = -1, .expected_after = -1};
    if (own.shard)
        g3_cuts_make(&run.cuts, own.shard);
    g3_listing_set_up(&run.listing);
    bool done = begin(http, &run, error) && read_ranges(http, &run, error);
    result->ranges = g3_ranges_count(run.ranges);
    done = done && count_again(http, options, result, error);
    g3_progress_end(options->reporter);
    g3_probed_free(&run.probed);
    g3_listing_clean_up(&run.listing);
    for (size_t i = 0; run.readings && i < g3_ranges_count(run.ranges); i++)
        g3_buffer_free(&run.readings[i].held);
    g3_ranges_close(run.ranges);
    g3_cuts_free(&run.cuts);
    free(run.readings);
    return done;
}

bool g3_sweep_is_complete(const g3_sweep_result *result, g3_reporter *reporter)
{
    int64_t before = result->expected, after = result->expected_after;
    if (before < 0)
        return true;
    if (after < 0)
        after = before;
    int64_t least = before < after ? before : after, most = before < after ? after : before;
    int64_t records = (int64_t)result->records;
    if (records >= least && records <= most)
        return true;
    if (before == after)
        g3_warn(reporter,
                "the index says that it has %" PRId64 " records, but it listed %" PRId64
                "; if nothing was deleted meanwhile, records are missing",
                after, records);
    else
        g3_warn(reporter,
                "the index said that it has %" PRId64 " records before and %" PRId64
                " after, but it listed %" PRId64,
                before, after, records);
    return records > most;
}
