/* The journal of an ingest: what is to be done about each row, written before it is done, and what
 * came of it. Private to ingest*.c. */
#ifndef G3_RUN_INGEST_JOURNAL_H
#define G3_RUN_INGEST_JOURNAL_H

#include "g3/base/error.h"
#include "g3/base/memory.h"
#include "g3/table/rows.h"
#include <stdint.h>

typedef struct g3_ingest_journal g3_ingest_journal;

/* See ingest_state.h. */
typedef struct g3_ingest_row g3_ingest_row;

/* Opens or creates it; see g3_journal_open(). A run that was undone can't go on: G3_EXIT_USAGE. */
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

/* Opens a journal that is there, for undoing what it holds.
 * @param target  what its subject must begin with
 * @return NULL with G3_EXIT_INPUT (none there), G3_EXIT_USAGE (of another target) */
g3_ingest_journal *g3_ingest_journal_open_undo(const char *path, g3_view target, g3_error *error);

/* A row of a journal that is undone. */
typedef struct g3_ingest_past {
    bool done;            /* it is known to have come about */
    bool undone;          /* by an earlier undo, with the row's action and revision */
    g3_view latest;       /* revision of its record, as far as this run and its undo made it */
    g3_view guid, before; /* the latter as a view of JSON: what was there */
    g3_view after;        /* what there is now */
    g3_view seen;         /* revision before */
} g3_ingest_past;

/* Reads the last row before `number` that changed something, or may have.
 * @param row   its number, line, file and action are set (undone: also its revision)
 * @param past  texts in `arena`
 * @return G3_NEXT_ITEM, G3_NEXT_END or G3_NEXT_ERROR */
g3_next g3_ingest_journal_before(g3_ingest_journal *journal, uint64_t number, g3_ingest_row *row,
                                 g3_ingest_past *past, g3_arena *arena, g3_error *error);

/* Notes which rows are undone: those that are done and not skipped, failed or conflicts. */
bool g3_ingest_journal_save_undone(g3_ingest_journal *journal, const g3_ingest_row *rows,
                                   size_t count, g3_error *error);

void g3_ingest_journal_close(g3_ingest_journal *journal); /* NULL is allowed */

#endif
