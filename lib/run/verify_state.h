/* The state of one verification, shared by its parts: verify.c (order of events, counting, output),
 * verify_lookup.c, verify_sweep.c and verify_join.c. Private to verify. */
#ifndef G3_RUN_VERIFY_STATE_H
#define G3_RUN_VERIFY_STATE_H

#include "g3/io/sorter.h"
#include "g3/run/lookup.h"
#include "g3/run/packed.h"
#include "g3/run/planner.h"
#include "g3/run/verify.h"
#include "row_feed.h"
#include "row_table.h"

typedef struct g3_verify {
    g3_http *http;
    const g3_verify_options *options;
    g3_verify_result *result;
    g3_row_feed feed;
    g3_lookup_way way;         /* of lookups, as far as the service has been found to know it */
    bool proven;               /* a lookup has been made, so that `way` is known to work */
    g3_index_prefix prefix;    /* the service's default prefix */
    g3_record_packer *rows;    /* packs and unpacks rows */
    g3_record_packer *records; /* and index records, so that one of each can be held */
    g3_difference_writer differences;
    g3_sorter *held; /* differences by the number of their row, until all is known; or NULL */
    g3_manifest_writer *extra;
    g3_buffer packed;   /* scratch: a row being packed */
    g3_buffer lines;    /* scratch: the differences of one row */
    g3_buffer spelling; /* scratch: a GUID's other spelling */
} g3_verify;

/* Shares of --memory: the rest is for what is being read and written. */
static inline size_t g3_verify_row_memory(const g3_verify *verify)
{
    return (size_t)verify->options->memory / 4 * 3;
}

static inline size_t g3_verify_side_memory(const g3_verify *verify)
{
    return (size_t)verify->options->memory / 8;
}

/* verify.c: compares, counts, and appends the differences to `lines`. */
void g3_verify_judge(g3_verify *verify, const g3_record *row, const g3_record *record,
                     g3_buffer *lines);

/* verify.c: writes lines of differences to the output. */
bool g3_verify_emit(g3_verify *verify, g3_view lines, g3_error *error);

/* verify.c: as judge, and keeps the lines until g3_verify_release() writes them in the order of the
 * rows' numbers. */
bool g3_verify_judge_and_hold(g3_verify *verify, uint64_t number, const g3_record *row,
                              const g3_record *record, g3_error *error);
bool g3_verify_release(g3_verify *verify, g3_error *error);

/* verify.c: writes an index record that the manifest does not list. */
bool g3_verify_write_extra(g3_verify *verify, const g3_record *record, g3_error *error);

/* verify.c: draws the progress line. */
void g3_verify_show_progress(g3_verify *verify);

/* verify_lookup.c: looks up the rows of the feed, at most `limit` of them. */
bool g3_verify_look_up_feed(g3_verify *verify, uint64_t limit, g3_error *error);

/* A row held with its number, as bytes: what sorters and lookups carry. */
void g3_verify_number_row(g3_buffer *bytes, uint64_t number, g3_view packed);
g3_view g3_verify_numbered_row(g3_view bytes, uint64_t *number);

/* verify_lookup.c: looks up rows that are held somewhere; their differences are held by number.
 * @param next  gives the next row, numbered (above), valid until the next call */
typedef g3_next g3_verify_next_held(void *context, g3_view *numbered, g3_error *error);
bool g3_verify_look_up_held(g3_verify *verify, g3_verify_next_held *next, void *context,
                            g3_error *error);

/* verify_sweep.c: verifies the rows left in the feed by a sweep; should there turn out to be fewer
 * than `threshold`, by lookups. */
bool g3_verify_sweep_feed(g3_verify *verify, int64_t threshold, g3_error *error);

/* verify_sweep.c: runs the sweep, says what was odd about it.
 * @param repeats_harmless  see g3_sweep_options */
bool g3_verify_run_sweep(g3_verify *verify,
                         bool (*receive)(void *context, const g3_record *records, size_t count,
                                         g3_error *error),
                         void *context, bool repeats_harmless, g3_error *error);

/* verify_join.c: as a sweep, on disk: takes the rows of the table (and closes it), then those of
 * the feed. */
bool g3_verify_join_feed(g3_verify *verify, g3_row_table *take_table, g3_error *error);

#endif
