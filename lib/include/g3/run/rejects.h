/* Rows that could not be used: counted, said, and written to the reject file, so that none is lost.
 *
 * The reject file is JSON lines: {"line": 17, "reason": "...", "row": "the row as it stands in the
 * file"} (bytes that are not UTF-8 are written as U+FFFD, and the reason then says so); with
 * several input files also "file". It is written like any output (g3/io/sink.h). Without a reject
 * file each rejected row is a warning on standard error, the first G3_REJECT_WARNINGS of them in
 * full, then a count.
 */
#ifndef G3_RUN_REJECTS_H
#define G3_RUN_REJECTS_H

#include "g3/base/abi.h"
#include "g3/base/report.h"
#include "g3/record/manifest.h"
#include "g3/run/report.h"

G3_BEGIN_C

/* Rejected rows that are said in full, where there is no file for them. */
#define G3_REJECT_WARNINGS 10

/* Takes the bad rows of a run. */
typedef struct g3_rejects g3_rejects;

/* Begins to take rejected rows.
 * @param path   reject file, or NULL
 * @param limit  most rejected rows before the run fails (--max-rejects); -1: no limit
 * @param name_files  write the "file" member
 * @return owned by the caller: g3_rejects_finish(); NULL with an error */
g3_rejects *g3_rejects_open(const char *path, int64_t limit, bool name_files, g3_reporter *reporter,
                            g3_error *error);

/* Has a report told of all rejected rows, as category "rejected". @param report  borrowed; or NULL
 */
void g3_rejects_tell(g3_rejects *rejects, g3_report *report);

/* Takes a bad row of `file`.
 * @return false with G3_EXIT_INPUT if that is one more than the limit, with G3_EXIT_LOCAL if the
 *         file can't be written, or is a pipe that nobody reads any more */
bool g3_rejects_add(g3_rejects *rejects, const char *file, const g3_bad_row *bad, g3_error *error);

/* Rows rejected so far. */
uint64_t g3_rejects_count(const g3_rejects *rejects);

/* Completes the file, says how many rows were rejected, frees, also on failure. NULL is allowed. */
bool g3_rejects_finish(g3_rejects *rejects, g3_error *error);

G3_END_C

#endif
