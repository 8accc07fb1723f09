/* Verifying a manifest of objects against the index: each row is compared with its GUID's record.
 *
 * Two ways to come by the records, with one result:
 *  - lookups (g3/run/lookup.h): rows wait in a bounded window; constant memory;
 *  - a sweep (g3/run/sweep.h): rows are held in a table by GUID and the whole index is read past
 *    them; rows that it did not meet are looked up before they are called missing, for the index
 *    may have grown meanwhile. Rows beyond the memory limit go to disk, with the swept records,
 *    sorted by GUID, and are joined there.
 * AUTO begins with lookups, measures, and sweeps for what is left where that is faster
 * (g3/run/planner.h).
 *
 * Differences are written in the order of the manifest's rows (g3/run/difference.h), also where a
 * GUID is listed more than once: each row is compared on its own. Rows without a GUID, and those
 * that can't be read, are rejected.
 */
#ifndef G3_RUN_VERIFY_H
#define G3_RUN_VERIFY_H

#include "g3/base/abi.h"
#include "g3/base/report.h"
#include "g3/http/engine.h"
#include "g3/record/manifest.h"
#include "g3/run/difference.h"
#include "g3/run/rejects.h"

G3_BEGIN_C

/* Ways to come by the records; IDS, BULK and SINGLE are those of g3/run/lookup.h. */
typedef enum g3_verify_way {
    G3_VERIFY_AUTO,
    G3_VERIFY_SWEEP,
    G3_VERIFY_IDS,
    G3_VERIFY_BULK,
    G3_VERIFY_SINGLE,
} g3_verify_way;

/* What is verified, how, and where differences go. */
typedef struct g3_verify_options {
    const char *base;         /* URL of the index service */
    const char *const *paths; /* manifests, read in a row */
    size_t path_count;        /* at least 1 */
    g3_manifest_options manifest;
    g3_verify_way way;
    int64_t batch;  /* most GUIDs a request; 0: as the way allows */
    int64_t memory; /* bytes for rows held by a sweep */
    bool unordered; /* differences as they are found */
    g3_difference_form form;
    char delimiter;  /* of G3_DIFFERENCE_TABLE */
    g3_sink *output; /* takes the differences; borrowed, as all below */
    g3_sink *extra; /* takes the index records that the manifest does not list, as a manifest; NULL:
                       not wanted. Needs a sweep: `way` is AUTO or SWEEP */
    g3_format extra_format; /* not AUTO */
    g3_rejects *rejects;
    g3_report *report; /* told of the differences; NULL: none is wanted */
    g3_reporter *reporter;
} g3_verify_options;

/* What was found. */
typedef struct g3_verify_result {
    uint64_t rows; /* compared, or found to be missing */
    uint64_t matched;
    uint64_t differing;                /* rows that differ in some field */
    uint64_t missing;                  /* rows without a record in the index */
    uint64_t fields[G3_OBJECT_FIELDS]; /* differences by field */
    uint64_t extra; /* index records that the manifest does not list, where asked for */
    uint64_t swept; /* records read by a sweep; 0 if there was none */
} g3_verify_result;

/* Verifies all rows.
 * @param result  filled in, also on failure, with what was done until then
 * @return false with an error; after G3_EXIT_INTERRUPTED the differences found so far have been
 * written to the output, in order */
bool g3_verify_run(g3_http *http, const g3_verify_options *options, g3_verify_result *result,
                   g3_error *error);

/* Adds to a summary what was found: rows, matched, missing, differing by field, rejected, requests,
 * seconds. */
void g3_verify_summarize(const g3_verify_result *result, uint64_t rejected, uint64_t requests,
                         double seconds, g3_summary *summary);

G3_END_C

#endif
