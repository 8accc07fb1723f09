/* The journal of an ingest, in SQLite. Used by ingest.c and ingest_undo.c. */
#include "ingest_journal.h"
#include "ingest_state.h"
#include "journal_file.h"
#include <inttypes.h>
#include <stdlib.h>

struct g3_ingest_journal {
    g3_journal_file file;
    sqlite3_stmt *save, *load;              /* of a run */
    sqlite3_stmt *before, *latest, *undone; /* of an undo */
    bool empty;                             /* nothing of an earlier run is in it */
};

/* One row for each of the manifest. `done`: what came of it is known; else `action` is what was to
 * be done. `old` and `new`: what was there and what is to be, members of a record or all of it;
 * `seen` the record's revision that they were decided by, and `revision` the one that was made.
 * `undone`: 0, or the action that undid it and 1; `restored` the revision that this made. */
static const char TABLES[] =
    "CREATE TABLE run(" G3_JOURNAL_RUN ", undone INTEGER NOT NULL DEFAULT 0);"
    "CREATE TABLE row(number INTEGER PRIMARY KEY, line INTEGER NOT NULL, digest INTEGER NOT NULL,"
    " done INTEGER NOT NULL, action INTEGER NOT NULL, minted INTEGER NOT NULL, file TEXT NOT NULL,"
    " guid TEXT NOT NULL, seen TEXT NOT NULL, revision TEXT NOT NULL, old TEXT NOT NULL,"
    " new TEXT NOT NULL, error TEXT NOT NULL, undone INTEGER NOT NULL DEFAULT 0,"
    " restored TEXT NOT NULL DEFAULT '');";

g3_ingest_journal *g3_ingest_journal_open(const char *path, g3_view subject, g3_error *error)
{
    g3_ingest_journal *journal = g3_allocate_zeroed(1, sizeof *journal);
    g3_journal_stage stage;
    int64_t undone = 0;
    if (g3_journal_file_open(&journal->file, path, TABLES, subject, &stage, error) &&
        g3_journal_read_number(&journal->file, "SELECT undone FROM run", &undone, error) &&
        (!undone ||
         g3_fail(error, G3_EXIT_USAGE,
                 "%s: the run of this journal has been undone; ingest with a new one", path)) &&
        g3_journal_prepare(&journal->file,
                           "INSERT OR REPLACE INTO row(number, line, digest, done, action, minted,"
                           " file, guid, seen, revision, old, new, error)"
                           " VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13)",
                           &journal->save, error) &&
        g3_journal_prepare(&journal->file,
                           "SELECT digest, done, action, minted, guid, seen, revision, old, new,"
                           " error FROM row WHERE number=?1",
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
    const int64_t numbers[] = {(int64_t)row->number, (int64_t)row->line,
                               (int64_t)row->digest, row->step == G3_STEP_DONE,
                               (int64_t)row->action, row->minted};
    const g3_view texts[] = {g3_view_of(row->file ? row->file : ""),
                             row->guid,
                             row->seen,
                             row->revision,
                             row->old,
                             row->change,
                             row->error};
    int place = 1;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        sqlite3_bind_int64(save, place++, numbers[i]);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        g3_journal_bind_text(save, place++, texts[i]);
    return g3_journal_run_once(&journal->file, save, error);
}

/* Saves rows in one transaction. */
static bool save_all(g3_ingest_journal *journal, const g3_ingest_row *rows, size_t count,
                     bool (*save)(const g3_ingest_journal *journal, const g3_ingest_row *row,
                                  g3_error *error),
                     g3_error *error)
{
    bool done = g3_journal_execute(&journal->file, "BEGIN", error);
    if (!done)
        return false;
    for (size_t i = 0; done && i < count; i++)
        done = save(journal, &rows[i], error);
    done = done && g3_journal_execute(&journal->file, "COMMIT", error);
    if (!done)
        g3_journal_execute(&journal->file, "ROLLBACK", NULL);
    return done;
}

bool g3_ingest_journal_save(g3_ingest_journal *journal, const g3_ingest_row *rows, size_t count,
                            g3_error *error)
{
    return save_all(journal, rows, count, save_row, error);
}

/* Steps a query to its row. @param row  set to whether there is one */
static bool step(const g3_ingest_journal *journal, sqlite3_stmt *query, bool *row, g3_error *error)
{
    int code = sqlite3_step(query);
    *row = code == SQLITE_ROW;
    return *row || code == SQLITE_DONE || g3_journal_file_fail(&journal->file, error);
}

static g3_view load_text(sqlite3_stmt *load, int column, g3_arena *arena)
{
    return g3_arena_copy(arena, g3_journal_read_text(load, column));
}

static void take_up(sqlite3_stmt *load, g3_ingest_row *row, g3_arena *arena)
{
    enum { DIGEST, DONE, ACTION, MINTED, GUID, SEEN, REVISION, OLD, NEW, ERROR };
    row->action = (g3_ingest_action)sqlite3_column_int(load, ACTION);
    row->minted = sqlite3_column_int(load, MINTED);
    row->guid = load_text(load, GUID, arena);
    row->seen = load_text(load, SEEN, arena);
    row->revision = load_text(load, REVISION, arena);
    row->old = load_text(load, OLD, arena);
    row->change = load_text(load, NEW, arena);
    if (sqlite3_column_int(load, DONE)) {
        row->step = G3_STEP_DONE;
        row->settled = true;
        row->error = load_text(load, ERROR, arena);
    } else { /* a change is decided anew by what the record is now */
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
    bool found, good = step(journal, load, &found, error);
    if (found && (uint64_t)sqlite3_column_int64(load, 0) != row->digest) {
        good = g3_fail(error, G3_EXIT_USAGE,
                       "%s:%" PRIu64 ": the row is not the one that the journal %s is of: the "
                       "input has changed; ingest it with a new journal",
                       row->file ? row->file : "", row->line, journal->file.path);
    } else if (found) {
        take_up(load, row, arena);
    }
    sqlite3_reset(load);
    return good;
}

bool g3_ingest_journal_finish(g3_ingest_journal *journal, g3_error *error)
{
    return g3_journal_file_finish(&journal->file, error);
}

/* Refuses a journal that is not of such a run. */
static bool check_target(const g3_ingest_journal *journal, g3_view target, g3_error *error)
{
    sqlite3_stmt *query = NULL;
    bool done = g3_journal_prepare(&journal->file, "SELECT subject FROM run", &query, error);
    if (done && sqlite3_step(query) != SQLITE_ROW)
        done = g3_journal_file_fail(&journal->file, error);
    if (done && !g3_view_starts_with(g3_journal_read_text(query, 0), target))
        done =
            g3_fail(error, G3_EXIT_USAGE,
                    "%s is the journal of \"%s\", not of %.*s: see --kind, -e and --index-url or "
                    "--metadata-url",
                    journal->file.path, (const char *)sqlite3_column_text(query, 0),
                    (int)target.length, target.data);
    sqlite3_finalize(query);
    return done;
}

g3_ingest_journal *g3_ingest_journal_open_undo(const char *path, g3_view target, g3_error *error)
{
    g3_ingest_journal *journal = g3_allocate_zeroed(1, sizeof *journal);
    const g3_journal_file *file = &journal->file;
    char before[512];
    snprintf(before, sizeof before,
             "SELECT number, line, done, action, file, guid, seen, revision, old, new, undone,"
             " restored FROM row WHERE number<?1 AND action IN (%d,%d,%d)"
             " ORDER BY number DESC LIMIT 1",
             G3_INGEST_CREATED, G3_INGEST_UPDATED, G3_INGEST_DELETED);
    if (g3_journal_file_reopen(&journal->file, path, error) &&
        check_target(journal, target, error) &&
        g3_journal_execute(file,
                           "UPDATE run SET undone=1;"
                           "CREATE INDEX IF NOT EXISTS row_guid ON row(guid)",
                           error) &&
        g3_journal_prepare(file, before, &journal->before, error) &&
        g3_journal_prepare(file,
                           "SELECT restored FROM row WHERE guid=?1 AND number>?2 AND seen=?3"
                           " AND restored<>'' ORDER BY number LIMIT 1",
                           &journal->latest, error) &&
        g3_journal_prepare(file, "UPDATE row SET undone=?2, restored=?3 WHERE number=?1",
                           &journal->undone, error))
        return journal;
    g3_ingest_journal_close(journal);
    return NULL;
}

/* The revision that the record of a row has if nobody but this run and its undo has changed it: a
 * later row may have changed it too, and be undone. */
static bool find_latest(const g3_ingest_journal *journal, const g3_ingest_row *row,
                        g3_view revision, g3_ingest_past *past, g3_arena *arena, g3_error *error)
{
    sqlite3_stmt *latest = journal->latest;
    past->latest = revision;
    if (revision.length == 0)
        return true;
    g3_journal_bind_text(latest, 1, past->guid);
    sqlite3_bind_int64(latest, 2, (int64_t)row->number);
    g3_journal_bind_text(latest, 3, revision);
    bool found, good = step(journal, latest, &found, error);
    if (found)
        past->latest = load_text(latest, 0, arena);
    sqlite3_reset(latest);
    return good;
}

g3_next g3_ingest_journal_before(g3_ingest_journal *journal, uint64_t number, g3_ingest_row *row,
                                 g3_ingest_past *past, g3_arena *arena, g3_error *error)
{
    enum {
        NUMBER,
        LINE,
        DONE,
        ACTION,
        FILE_NAME,
        GUID,
        SEEN,
        REVISION,
        OLD,
        NEW,
        UNDONE,
        RESTORED
    };
    sqlite3_stmt *before = journal->before;
    *row = (g3_ingest_row){0};
    *past = (g3_ingest_past){0};
    sqlite3_bind_int64(before, 1, number > INT64_MAX ? INT64_MAX : (int64_t)number);
    bool found, good = step(journal, before, &found, error);
    if (found) {
        int undone = sqlite3_column_int(before, UNDONE);
        g3_view file = load_text(before, FILE_NAME, arena);
        row->number = (uint64_t)sqlite3_column_int64(before, NUMBER);
        row->line = (uint64_t)sqlite3_column_int64(before, LINE);
        row->file = file.length ? file.data : NULL;
        row->action = (g3_ingest_action)sqlite3_column_int(before, ACTION);
        past->done = sqlite3_column_int(before, DONE);
        past->guid = load_text(before, GUID, arena);
        past->seen = load_text(before, SEEN, arena);
        past->before = load_text(before, OLD, arena);
        past->after = load_text(before, NEW, arena);
        past->undone = undone != 0;
        if (undone) {
            row->action = (g3_ingest_action)(undone - 1);
            row->revision = load_text(before, RESTORED, arena);
        }
        good = find_latest(journal, row, load_text(before, REVISION, arena), past, arena, error);
    }
    sqlite3_reset(before);
    return !good ? G3_NEXT_ERROR : found ? G3_NEXT_ITEM : G3_NEXT_END;
}

static bool save_undone(const g3_ingest_journal *journal, const g3_ingest_row *row, g3_error *error)
{
    bool undone = row->step == G3_STEP_DONE && row->action != G3_INGEST_SKIPPED &&
                  row->action != G3_INGEST_FAILED && row->action != G3_INGEST_CONFLICT;
    if (!undone)
        return true;
    sqlite3_bind_int64(journal->undone, 1, (int64_t)row->number);
    sqlite3_bind_int64(journal->undone, 2, (int64_t)row->action + 1);
    g3_journal_bind_text(journal->undone, 3, row->revision);
    return g3_journal_run_once(&journal->file, journal->undone, error);
}

bool g3_ingest_journal_save_undone(g3_ingest_journal *journal, const g3_ingest_row *rows,
                                   size_t count, g3_error *error)
{
    return save_all(journal, rows, count, save_undone, error);
}

void g3_ingest_journal_close(g3_ingest_journal *journal)
{
    if (!journal)
        return;
    sqlite3_finalize(journal->save);
    sqlite3_finalize(journal->load);
    sqlite3_finalize(journal->before);
    sqlite3_finalize(journal->latest);
    sqlite3_finalize(journal->undone);
    g3_journal_file_close(&journal->file);
    free(journal);
}
