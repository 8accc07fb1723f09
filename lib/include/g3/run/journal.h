/* The journal: what a run has done so far, durable, for another run to go on from after a kill at any point.
 *
 * An SQLite database (its commits are atomic whatever happens). It names what it is of (tool, service, question), so that a
 * journal is not taken up for another job.
 */
#ifndef G3_RUN_JOURNAL_H
#define G3_RUN_JOURNAL_H

#include "g3/base/buffer.h"
#include "g3/base/error.h"

typedef struct g3_journal g3_journal;

/* Opens or creates the journal at `path`.
 * @param subject  what the run is of: tool, service, filters, output; must be equal to that of the run it continues
 * @param resumed  set if there is an earlier run to go on from
 * @return owned by the caller: g3_journal_close(); NULL with G3_EXIT_LOCAL (can't be opened, in use by another
 *         process) or G3_EXIT_USAGE (it is of another subject, or of a run that was finished) */
g3_journal *g3_journal_open(const char *path, g3_view subject, bool *resumed, g3_error *error);

/* One range's position: ranges are numbered from 0. */
typedef struct g3_journal_range {
    g3_view position;  /* GUID of the last record emitted; empty: none yet */
    g3_view landmarks; /* GUIDs, NUL between them */
    bool ended;
} g3_journal_range;

/* Writes all given ranges' positions, the output's length and the number of records so far, in one transaction.
 * Landmarks are written where the range is new to the journal, and left alone after. */
bool g3_journal_save(g3_journal *journal, const g3_journal_range *ranges, size_t count, int64_t offset,
                     uint64_t records, g3_error *error);

/* Reads what g3_journal_save() wrote last. The ranges and their views live as long as the journal.
 * @param count  0 where nothing was saved yet */
bool g3_journal_load(g3_journal *journal, const g3_journal_range **ranges, size_t *count, int64_t *offset,
                     uint64_t *records, g3_error *error);

/* The job is done: a later run with this journal is told so instead of repeating it. */
bool g3_journal_finish(g3_journal *journal, g3_error *error);

void g3_journal_close(g3_journal *journal); /* NULL is allowed */

#endif
