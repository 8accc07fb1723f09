/* Checking manifests: everything that is wrong with their rows, in one pass.
 *
 * A line for each fault, JSON or text:
 *
 *   {"file":F,"line":17,"column":"md5","value":"zz","reason":"is not 32 hexadecimal digits"}
 *   F:17: md5 "zz" is not 32 hexadecimal digits
 *
 * "file" only where there are several; "column" is null for a row that can't be read at all. Faults
 * come in the order of the rows; values that must be there once and are not come at the end, in the
 * order of the rows as well, each with the line that had it first.
 */
#ifndef G3_RUN_CHECK_H
#define G3_RUN_CHECK_H

#include "g3/base/abi.h"
#include "g3/io/sink.h"
#include "g3/record/check.h"
#include "g3/record/manifest.h"

G3_BEGIN_C

/* A check under way. */
typedef struct g3_check g3_check;

/* What is checked, and where faults go. */
typedef struct g3_check_options {
    g3_kind kind; /* objects: all rules; metadata: there is a guid; raw: what is unique */
    g3_check_rules rules;
    unsigned unique; /* object fields whose values must be there once: bits 1 << G3_GUID, G3_MD5,
                        G3_URLS (each URL) */
    size_t memory;   /* bytes for those; beyond it they go to disk */
    bool text;       /* the form of the lines */
    bool name_files; /* in JSON lines */
    g3_sink *output; /* borrowed */
} g3_check_options;

/* What was found. */
typedef struct g3_check_result {
    uint64_t rows;     /* checked */
    uint64_t faulty;   /* with a fault of their own */
    uint64_t repeated; /* values that were there before */
} g3_check_result;

/* Begins a check.
 * @param options  copied; what it points to is borrowed
 * @return owned by the caller: g3_check_close() */
g3_check *g3_check_open(const g3_check_options *options);

/* Checks a row of `file`.
 * @return false with G3_EXIT_LOCAL: the disk is full */
bool g3_check_row(g3_check *check, const char *file, const g3_record *record, g3_error *error);

/* Takes a row that can't be read; what can be of it is checked. */
bool g3_check_bad_row(g3_check *check, const char *file, const g3_bad_row *bad, g3_error *error);

/* Writes what came several times, after the last row. */
bool g3_check_finish(g3_check *check, g3_check_result *result, g3_error *error);

void g3_check_close(g3_check *check); /* NULL is allowed */

G3_END_C

#endif
