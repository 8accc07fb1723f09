/* The journal of a submission: what became of each row. Private to submit*.c.
 *
 * A row is noted when the service has answered. One that was written but not noted before a kill is
 * written again, which changes nothing. */
#ifndef G3_RUN_SUBMIT_JOURNAL_H
#define G3_RUN_SUBMIT_JOURNAL_H

#include "g3/base/error.h"
#include "g3/base/memory.h"

typedef struct g3_submit_journal g3_submit_journal;

/* See submit_state.h. */
typedef struct g3_submit_row g3_submit_row;

/* Opens or creates it; see g3_journal_open(). */
g3_submit_journal *g3_submit_journal_open(const char *path, g3_view subject, g3_error *error);

/* Writes the rows that are settled, in one transaction. */
bool g3_submit_journal_save(g3_submit_journal *journal, const g3_submit_row *rows, size_t count,
                            g3_error *error);

/* Settles a row as an earlier run did, if it did.
 * @return false with G3_EXIT_USAGE if the journal's row was another, G3_EXIT_LOCAL */
bool g3_submit_journal_load(g3_submit_journal *journal, g3_submit_row *row, g3_arena *arena,
                            g3_error *error);

bool g3_submit_journal_finish(g3_submit_journal *journal, g3_error *error);
void g3_submit_journal_close(g3_submit_journal *journal); /* NULL is allowed */

#endif
