/* Submitting records to a project: the rows of a manifest, in requests of some rows each.
 *
 * The service writes the rows of a request together or not at all. So rows that it calls invalid
 * are rejected and the others sent again without them; a request that fails without saying which
 * row is at fault is halved until it is known; and one that is too large, or gets no answer in time
 * (413, 504, ...), is halved, as are those that follow. Sending a row twice does no harm: the
 * service knows records by submitter_id, and the second time updates what is there.
 *
 * Format of what is sent: text/tab-separated-values for CSV and TSV, whose header's names lose
 * asterisks in front (templates mark what is required so), and a JSON array for JSON lines.
 */
#ifndef G3_RUN_SUBMIT_H
#define G3_RUN_SUBMIT_H

#include "g3/base/abi.h"
#include "g3/http/engine.h"
#include "g3/io/sink.h"
#include "g3/record/manifest.h"
#include "g3/run/rejects.h"

G3_BEGIN_C

/* Rows in a request, and requests under way at once, where the user says nothing: what every
 * commons takes, and what the Python SDK does. */
#define G3_SUBMIT_CHUNK    30
#define G3_SUBMIT_PARALLEL 1

/* How a manifest is submitted. */
typedef struct g3_submit_options {
    const char *url; /* of the project: .../api/v0/submission/PROGRAM/PROJECT */
    int64_t chunk;   /* most rows in a request, at least 1 */
    int64_t parallel;
    bool dry_run;        /* the service validates and writes nothing */
    const char *journal; /* where to note what is done, to go on from after a kill; NULL: nowhere */
    g3_sink *output;     /* a line for each row written: {"line","submitter_id","type","action",
                            "id"}, the action "created" or "updated"; borrowed */
    g3_rejects *rejects; /* borrowed */
    g3_reporter *reporter; /* borrowed */
} g3_submit_options;

/* What was done, in rows. */
typedef struct g3_submit_result {
    uint64_t created, updated;
    uint64_t resumed; /* of these and of the rejected, known from the journal */
} g3_submit_result;

/* Submits a manifest, which was opened with G3_KIND_RAW.
 * @param result  what was done, also where it fails
 * @return false with G3_EXIT_INPUT (unreadable; neither a column submitter_id nor id; too many
 *         rejects), G3_EXIT_DIFFERENCES (the service refuses the project or its state),
 *         G3_EXIT_UNAUTHORISED, G3_EXIT_SERVICE, G3_EXIT_LOCAL, G3_EXIT_USAGE (journal of another
 *         run), G3_EXIT_INTERRUPTED */
bool g3_submit_run(g3_http *http, g3_manifest_reader *manifest, const g3_submit_options *options,
                   g3_submit_result *result, g3_error *error);

G3_END_C

#endif
