/* The journal of a submission, in SQLite. Called by submit.c and submit_rows.c. */
#include "submit_journal.h"
#include "journal_file.h"
#include "submit_state.h"
#include <inttypes.h>
#include <stdlib.h>

struct g3_submit_journal {
    g3_journal_file file;
    sqlite3_stmt *save, *load;
    bool empty; /* nothing of an earlier run is in it */
};

/* One row for each of the manifest that is settled, by its line. */
static const char TABLES[] =
    "CREATE TABLE run(" G3_JOURNAL_RUN ");"
    "CREATE TABLE row(line INTEGER PRIMARY KEY, digest INTEGER NOT NULL, state INTEGER NOT NULL,"
    " id TEXT NOT NULL, reason TEXT NOT NULL);";

g3_submit_journal *g3_submit_journal_open(const char *path, g3_view subject, g3_error *error)
{
    g3_submit_journal *journal = g3_allocate_zeroed(1, sizeof *journal);
    g3_journal_stage stage;
    if (g3_journal_file_open(&journal->file, path, TABLES, subject, &stage, error) &&
        g3_journal_prepare(&journal->file,
                           "INSERT OR REPLACE INTO row(line, digest, state, id, reason)"
                           " VALUES(?1,?2,?3,?4,?5)",
                           &journal->save, error) &&
        g3_journal_prepare(&journal->file,
                           "SELECT digest, state, id, reason FROM row WHERE line=?1",
                           &journal->load, error)) {
        journal->empty = stage == G3_JOURNAL_NEW;
        return journal;
    }
    g3_submit_journal_close(journal);
    return NULL;
}

static bool save_row(const g3_submit_journal *journal, const g3_submit_row *row, g3_error *error)
{
    sqlite3_bind_int64(journal->save, 1, (int64_t)row->line);
    sqlite3_bind_int64(journal->save, 2, (int64_t)row->digest);
    sqlite3_bind_int(journal->save, 3, (int)row->state);
    g3_journal_bind_text(journal->save, 4, row->id);
    g3_journal_bind_text(journal->save, 5, row->reason);
    return g3_journal_run_once(&journal->file, journal->save, error);
}

bool g3_submit_journal_save(g3_submit_journal *journal, const g3_submit_row *rows, size_t count,
                            g3_error *error)
{
    bool done = g3_journal_execute(&journal->file, "BEGIN", error);
    if (!done)
        return false;
    for (size_t i = 0; done && i < count; i++)
        done = rows[i].state == G3_SUBMIT_PENDING || rows[i].resumed ||
               save_row(journal, &rows[i], error);
    done = done && g3_journal_execute(&journal->file, "COMMIT", error);
    if (!done)
        g3_journal_execute(&journal->file, "ROLLBACK", NULL);
    return done;
}

static void take_up(sqlite3_stmt *load, g3_submit_row *row, g3_arena *arena)
{
    row->state = (g3_submit_state)sqlite3_column_int(load, 1);
    row->id = g3_arena_copy(arena, g3_journal_read_text(load, 2));
    row->reason = g3_arena_copy(arena, g3_journal_read_text(load, 3));
    row->resumed = true;
}

bool g3_submit_journal_load(g3_submit_journal *journal, g3_submit_row *row, g3_arena *arena,
                            g3_error *error)
{
    if (journal->empty)
        return true;
    sqlite3_stmt *load = journal->load;
    sqlite3_bind_int64(load, 1, (int64_t)row->line);
    int code = sqlite3_step(load);
    bool done = true;
    if (code == SQLITE_ROW && (uint64_t)sqlite3_column_int64(load, 0) != row->digest)
        done = g3_fail(error, G3_EXIT_USAGE,
                       "line %" PRIu64 " is not the one that the journal %s is of: the input has "
                       "changed; submit it with a new journal",
                       row->line, journal->file.path);
    else if (code == SQLITE_ROW)
        take_up(load, row, arena);
    else if (code != SQLITE_DONE)
        done = g3_journal_file_fail(&journal->file, error);
    sqlite3_reset(load);
    return done;
}

bool g3_submit_journal_finish(g3_submit_journal *journal, g3_error *error)
{
    return g3_journal_file_finish(&journal->file, error);
}

void g3_submit_journal_close(g3_submit_journal *journal)
{
    if (!journal)
        return;
    sqlite3_finalize(journal->save);
    sqlite3_finalize(journal->load);
    g3_journal_file_close(&journal->file);
    free(journal);
}
