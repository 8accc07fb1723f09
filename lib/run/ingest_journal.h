/* The journal of an ingest: what is to be done about each row, written before it is done, and what
 * came of it. Private to ingest*.c. */
#ifndef G3_RUN_INGEST_JOURNAL_H
#define G3_RUN_INGEST_JOURNAL_H

#include "g3/base/error.h"
#include "g3/base/memory.h"
#include <stdint.h>

typedef struct g3_ingest_journal g3_ingest_journal;

/* See ingest_state.h. */
typedef struct g3_ingest_row g3_ingest_row;

/* Opens or creates it; see g3_journal_open(). */
g3_ingest_journal *g3_ingest_journal_open(const char *path, g3_view subject, g3_error *error);

/* Writes rows as they stand, in one transaction. */
bool g3_ingest_journal_save(g3_ingest_journal *journal, const g3_ingest_row *rows, size_t count,
                            g3_error *error);

/* Takes up what an earlier run wrote of a row: it is then done, or to be created or read anew.
 * @return false with G3_EXIT_USAGE if the journal's row was another, G3_EXIT_LOCAL */
bool g3_ingest_journal_load(g3_ingest_journal *journal, g3_ingest_row *row, g3_arena *arena,
                            g3_error *error);

/* The rows are all done. */
bool g3_ingest_journal_finish(g3_ingest_journal *journal, g3_error *error);

void g3_ingest_journal_close(g3_ingest_journal *journal); /* NULL is allowed */

#endif
