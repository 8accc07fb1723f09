/* The journal: what a run has done so far, durable, for another run to go on from after a kill at
 * any point.
 *
 * An SQLite database in WAL mode with synchronous=FULL: a commit has reached the disk, whole, when
 * it returns. It is locked for one process as long as it is open. It names what it is of (tool,
 * service, question, output), so that it is not taken up for another job.
 */
#ifndef G3_RUN_JOURNAL_H
#define G3_RUN_JOURNAL_H

#include "g3/base/abi.h"
#include "g3/base/error.h"

G3_BEGIN_C

/* An open journal, locked for this process. */
typedef struct g3_journal g3_journal;

/* How far the job is, as the journal has it. */
typedef enum g3_journal_stage {
    G3_JOURNAL_NEW,        /* there is no earlier run */
    G3_JOURNAL_UNFINISHED, /* an earlier run ended too early: go on from g3_journal_load() */
    G3_JOURNAL_FINISHED,   /* the job was done by an earlier run */
} g3_journal_stage;

/* Opens or creates the journal at `path`.
 * @param subject  what the run is of; must be equal to that of the run it continues. UTF-8, and
 *         holds no secrets
 * @return owned by the caller: g3_journal_close(); NULL with G3_EXIT_LOCAL (can't be opened or is
 *         no journal, in use by another process) or G3_EXIT_USAGE (it is of another subject) */
g3_journal *g3_journal_open(const char *path, g3_view subject, g3_journal_stage *stage,
                            g3_error *error);

/* One key range of a sweep, numbered by its place from 0. What the parts mean: lib/run/ranges.h. */
typedef struct g3_journal_range {
    g3_view position;         /* GUID of the last record taken */
    const g3_view *landmarks; /* GUIDs of the first records */
    size_t landmark_count;
    int64_t stop;
    uint64_t read;
} g3_journal_range;

/* Where a run stands. */
typedef struct g3_journal_state {
    const g3_journal_range *ranges;
    size_t range_count;
    int64_t offset;   /* bytes of the output that are safe */
    uint64_t records; /* in the output so far */
    int64_t expected; /* records that there were when the first run began; -1: not known */
} g3_journal_state;

/* Writes where the run stands, in one transaction. Ranges are never fewer than before; the
 * landmarks of one that is there already are not written again.
 * @return false with G3_EXIT_LOCAL */
bool g3_journal_save(g3_journal *journal, const g3_journal_state *state, g3_error *error);

/* Reads what was saved last. All that `state` points to lives as long as the journal.
 * @param saved  set to false where nothing was ever saved; `state` is then empty
 * @return false with G3_EXIT_LOCAL */
bool g3_journal_load(g3_journal *journal, g3_journal_state *state, bool *saved, g3_error *error);

/* The job is done: a later run with this journal is told so instead of repeating it. */
bool g3_journal_finish(g3_journal *journal, g3_error *error);

void g3_journal_close(g3_journal *journal); /* NULL is allowed */

G3_END_C

#endif
