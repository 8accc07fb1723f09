/* Fetching: the index, or part of it, becomes a manifest. The job behind g3-fetch-index.
 *
 * Records are written as they arrive, or sorted by the bytes of their GUIDs; the items of a
 * record's lists are sorted by bytes always, since the service gives them in no fixed order.
 */
#ifndef G3_RUN_FETCH_H
#define G3_RUN_FETCH_H

#include "g3/base/abi.h"
#include "g3/commons/index.h"
#include "g3/record/manifest.h"
#include "g3/run/rejects.h"
#include "g3/run/sweep.h"

G3_BEGIN_C

/* What is fetched, and what becomes of it. */
typedef struct g3_fetch_options {
    const char *base;                /* URL of the index service */
    const g3_index_filters *filters; /* or NULL; not together with a list */
    int64_t page;                    /* records a request; 0: G3_INDEX_PAGE_LIMIT */
    g3_key_shard shard;              /* count 0: everything; not together with a list. Without
                                        prefixes, that of the service */

    const char *output; /* path, or "-" */
    g3_format format;   /* not AUTO */
    char delimiter;     /* 0: by format */
    bool sort;          /* by GUID; within `memory` bytes, beyond them on disk */
    size_t memory;      /* also for the list */

    /* Only these records: a manifest with a column of them (found as g3_manifest_open() does), or
     * plain lines of them without a header. At most one of the two. */
    const char *guids;
    const char *md5s;
    const g3_manifest_options *list_options; /* how to read it */
    const char *unmatched; /* what of the list was not found goes there; or NULL */
    g3_rejects *rejects;   /* rows of the list that can't be used */

    /* Journal of a run that may be killed and gone on with; or NULL. Not together with a list or
     * `sort`; the output must be a regular file. */
    const char *journal;

    g3_report *report; /* told what of the list was not found; NULL: none is wanted */
    g3_reporter *reporter;
} g3_fetch_options;

/* What was done. */
typedef struct g3_fetch_result {
    uint64_t records;   /* written, with those of earlier runs */
    uint64_t ranges;    /* read side by side; 0: looked up */
    uint64_t unmatched; /* items of the list that were not found */
    bool incomplete;    /* the service counted more records than it listed; was said */
    bool done_before;   /* an earlier run with this journal had done it all; was said */
} g3_fetch_result;

/* Adds to a summary what was done.
 * @param http  counters of the engine */
void g3_fetch_summarize(const g3_fetch_result *result, const g3_http_statistics *http,
                        double seconds, g3_summary *summary);

/* Fetches.
 * @param result  filled in
 * @return false with an error. Then there is no output; with a journal, the partial file stays, and
 * the same call goes on from where it was */
bool g3_fetch_run(g3_http *http, const g3_fetch_options *options, g3_fetch_result *result,
                  g3_error *error);

G3_END_C

#endif
