/* The journal of an ingest, in SQLite. Used by ingest.c. */
#include "ingest_journal.h"
#include "ingest_state.h"
#include "journal_file.h"
#include <inttypes.h>
#include <stdlib.h>

struct g3_ingest_journal {
    g3_journal_file file;
    sqlite3_stmt *save, *load;
    bool empty; /* nothing of an earlier run is in it */
};

/* One row for each of the manifest. `done`: what came of it is known; else `action` is what was to
 * be done. `old` and `new`: the members that an update changes, `revision` the record's that they
 * were decided by, and once done the one that the update made. */
static const char TABLES[] =
    "CREATE TABLE run(" G3_JOURNAL_RUN ");"
    "CREATE TABLE row(number INTEGER PRIMARY KEY, digest INTEGER NOT NULL, done INTEGER NOT NULL,"
    " action INTEGER NOT NULL, minted INTEGER NOT NULL, guid TEXT NOT NULL,"
    " revision TEXT NOT NULL, old TEXT NOT NULL, new TEXT NOT NULL, error TEXT NOT NULL);";

enum { DIGEST, DONE, ACTION, MINTED, GUID, REVISION, OLD, NEW, ERROR };

g3_ingest_journal *g3_ingest_journal_open(const char *path, g3_view subject, g3_error *error)
{
    g3_ingest_journal *journal = g3_allocate_zeroed(1, sizeof *journal);
    g3_journal_stage stage;
    if (g3_journal_file_open(&journal->file, path, TABLES, subject, &stage, error) &&
        g3_journal_prepare(&journal->file,
                           "INSERT OR REPLACE INTO row VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10)",
                           &journal->save, error) &&
        g3_journal_prepare(&journal->file,
                           "SELECT digest, done, action, minted, guid, revision, old, new, error"
                           " FROM row WHERE number=?1",
                           &journal->load, error)) {
        journal->empty = stage == G3_JOURNAL_NEW;
        return journal;
    }
    g3_ingest_journal_close(journal);
    return NULL;
}

static bool save_row(const g3_ingest_journal *journal, const g3_ingest_row *row, g3_error *error)
{
    sqlite3_stmt *save = journal->save;
    const int64_t numbers[] = {(int64_t)row->number, (int64_t)row->digest,
                               row->step == G3_STEP_DONE, (int64_t)row->action, row->minted};
    const g3_view texts[] = {row->guid, row->revision, row->old, row->change, row->error};
    int place = 1;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        sqlite3_bind_int64(save, place++, numbers[i]);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        g3_journal_bind_text(save, place++, texts[i]);
    return g3_journal_run_once(&journal->file, save, error);
}

bool g3_ingest_journal_save(g3_ingest_journal *journal, const g3_ingest_row *rows, size_t count,
                            g3_error *error)
{
    bool done = g3_journal_execute(&journal->file, "BEGIN", error);
    if (!done)
        return false;
    for (size_t i = 0; done && i < count; i++)
        done = save_row(journal, &rows[i], error);
    done = done && g3_journal_execute(&journal->file, "COMMIT", error);
    if (!done)
        g3_journal_execute(&journal->file, "ROLLBACK", NULL);
    return done;
}

static g3_view load_text(sqlite3_stmt *load, int column, g3_arena *arena)
{
    return g3_arena_copy(arena, g3_journal_read_text(load, column));
}

static void take_up(sqlite3_stmt *load, g3_ingest_row *row, g3_arena *arena)
{
    row->action = (g3_ingest_action)sqlite3_column_int(load, ACTION);
    row->minted = sqlite3_column_int(load, MINTED);
    row->guid = load_text(load, GUID, arena);
    row->revision = load_text(load, REVISION, arena);
    row->old = load_text(load, OLD, arena);
    row->change = load_text(load, NEW, arena);
    if (sqlite3_column_int(load, DONE)) {
        row->step = G3_STEP_DONE;
        row->settled = true;
        row->error = load_text(load, ERROR, arena);
    } else { /* an update is decided anew by what the record is now */
        row->resumed = true;
        row->step = row->action == G3_INGEST_CREATED ? G3_STEP_CREATE : G3_STEP_READ;
    }
}

bool g3_ingest_journal_load(g3_ingest_journal *journal, g3_ingest_row *row, g3_arena *arena,
                            g3_error *error)
{
    if (journal->empty)
        return true;
    sqlite3_stmt *load = journal->load;
    sqlite3_bind_int64(load, 1, (int64_t)row->number);
    int code = sqlite3_step(load);
    bool good =
        code == SQLITE_ROW || code == SQLITE_DONE || g3_journal_file_fail(&journal->file, error);
    if (code == SQLITE_ROW && (uint64_t)sqlite3_column_int64(load, DIGEST) != row->digest) {
        good = g3_fail(error, G3_EXIT_USAGE,
                       "%s:%" PRIu64 ": the row is not the one that the journal %s is of: the "
                       "input has changed; ingest it with a new journal",
                       row->file, row->line, journal->file.path);
    } else if (code == SQLITE_ROW) {
        take_up(load, row, arena);
    }
    sqlite3_reset(load);
    return good;
}

bool g3_ingest_journal_finish(g3_ingest_journal *journal, g3_error *error)
{
    return g3_journal_file_finish(&journal->file, error);
}

void g3_ingest_journal_close(g3_ingest_journal *journal)
{
    if (!journal)
        return;
    sqlite3_finalize(journal->save);
    sqlite3_finalize(journal->load);
    g3_journal_file_close(&journal->file);
    free(journal);
}
