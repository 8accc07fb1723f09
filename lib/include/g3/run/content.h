/* Verifying a manifest against the bytes themselves: the file behind a row's URL is read, and its
 * size, md5 and sha256 compared with the row's.
 *
 * URLs: file:// (this machine's own), http:// and https:// are read as they are; others, such as
 * s3:// and gs://, by a signed URL that the commons gives for the GUID
 * (GET /user/data/download/GUID?protocol=SCHEME). The first URL of a row that can be read is. Some
 * are read at once, each by a thread of its own, for hashing takes a core; nothing is kept of them.
 * A transfer that breaks goes on where it broke. Differences are written in the order of the rows.
 */
#ifndef G3_RUN_CONTENT_H
#define G3_RUN_CONTENT_H

#include "g3/base/abi.h"
#include "g3/base/report.h"
#include "g3/http/engine.h"
#include "g3/record/manifest.h"
#include "g3/run/difference.h"
#include "g3/run/rejects.h"

G3_BEGIN_C

/* What is verified, and how. */
typedef struct g3_content_options {
    const char *const *paths; /* manifests, read in a row */
    size_t path_count;        /* at least 1 */
    g3_manifest_options manifest;
    const char *gateway;  /* of the commons that signs URLs; NULL: none */
    g3_http_options http; /* of each thread's engine; its reporter and connections are ours */
    int64_t parallel;     /* files read at once, at least 1 */
    const char *scheme;   /* read URLs of this scheme only; NULL: the first that can be read */
    g3_difference_form form;
    char delimiter;  /* of G3_DIFFERENCE_TABLE */
    g3_sink *output; /* takes the differences: file_size, md5, sha256 where they differ; "content"
                        (expected the URL, or null if there is none that can be read; actual null)
                        where it can't be read; borrowed, as below */
    g3_rejects *rejects;
    g3_report *report;     /* told of the differences; NULL: none is wanted */
    g3_reporter *reporter; /* is told why something can't be read */
} g3_content_options;

/* What was found, in rows but for `bytes`. */
typedef struct g3_content_result {
    uint64_t rows;
    uint64_t matched, differing;
    uint64_t unreadable;     /* could not be read, or not to its end */
    uint64_t bytes;          /* read */
    g3_http_statistics http; /* of all requests */
} g3_content_result;

/* Adds to a summary what was found. */
void g3_content_summarize(const g3_content_result *result, uint64_t rejected, double seconds,
                          g3_summary *summary);

/* Verifies all rows. Rows that say neither size nor md5 nor sha256 are rejected.
 * @param result  filled in, also on failure
 * @return false with G3_EXIT_INPUT, G3_EXIT_LOCAL, G3_EXIT_UNAUTHORISED (no right to a signed URL),
 *         G3_EXIT_INTERRUPTED */
bool g3_content_run(const g3_content_options *options, g3_content_result *result, g3_error *error);

G3_END_C

#endif
