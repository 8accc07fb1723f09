/* Differences between two manifests, such as snapshots of an index: what was added, what was
 * removed, and which fields changed.
 *
 * Rows are told apart by a key, the GUID or the md5. Both manifests are sorted by it, in memory or
 * on disk, and read side by side: so the output is in the order of the keys' bytes. Fields are
 * compared as g3/run/compare.h says, metadata as JSON values; a column that only one of two tables
 * has is not compared, while a member that a JSON line has not is null. Where a key comes several
 * times, rows that are alike are taken as unchanged, and those that are left are compared in their
 * order.
 */
#ifndef G3_RUN_DIFF_H
#define G3_RUN_DIFF_H

#include "g3/base/abi.h"
#include "g3/base/report.h"
#include "g3/record/manifest.h"
#include "g3/run/rejects.h"

G3_BEGIN_C

/* What is compared, and where differences go. */
typedef struct g3_diff_options {
    const char *old_path, *new_path;
    g3_manifest_options manifest; /* kinds G3_KIND_OBJECT and G3_KIND_METADATA */
    g3_object_field key;          /* G3_GUID, or for objects G3_MD5 */
    int64_t memory;               /* bytes for both manifests; beyond it they go to disk */
    g3_sink *output; /* a line for each field that changed: key, "change":"changed", "field", "old",
                        "new"; and for each row added or removed, which is "new" or "old" itself;
                        borrowed, as all below */
    g3_format format;
    char delimiter; /* 0: by format */
    g3_rejects *rejects;
    g3_report *report; /* told of the differences; NULL: none is wanted */
    g3_reporter *reporter;
} g3_diff_options;

/* What was found. */
typedef struct g3_diff_result {
    uint64_t old_rows, new_rows;
    uint64_t same, changed, added, removed; /* rows */
} g3_diff_result;

/* Adds to a summary what was found. */
void g3_diff_summarize(const g3_diff_result *result, uint64_t rejected, g3_summary *summary);

/* Compares two manifests.
 * @param result  what was found, also where it fails
 * @return false with G3_EXIT_INPUT, G3_EXIT_LOCAL or G3_EXIT_INTERRUPTED */
bool g3_diff_run(const g3_diff_options *options, g3_diff_result *result, g3_error *error);

G3_END_C

#endif
