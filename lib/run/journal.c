/* The journal of a run, in SQLite. Used by sweep.c and fetch.c. */
#include "g3/run/journal.h"
#include "g3/base/memory.h"
#include "journal_file.h"
#include <stdlib.h>

struct g3_journal {
    g3_journal_file file;
    sqlite3_stmt *save_run, *save_range, *save_landmark;
    int64_t saved_ranges; /* those whose landmarks are in the database */
    g3_arena loaded;
};

/* One row of `run`: saved is 0 until the first g3_journal_save(). */
static const char TABLES[] =
    "CREATE TABLE run(" G3_JOURNAL_RUN ", saved INTEGER NOT NULL DEFAULT 0,"
    " output_offset INTEGER NOT NULL DEFAULT 0, records INTEGER NOT NULL DEFAULT 0,"
    " expected INTEGER NOT NULL DEFAULT -1);"
    "CREATE TABLE key_range(number INTEGER PRIMARY KEY, position TEXT NOT NULL,"
    " stop INTEGER NOT NULL, read INTEGER NOT NULL);"
    "CREATE TABLE landmark(key_range INTEGER NOT NULL, place INTEGER NOT NULL, guid TEXT NOT NULL,"
    " PRIMARY KEY(key_range, place)) WITHOUT ROWID;";

g3_journal *g3_journal_open(const char *path, g3_view subject, g3_journal_stage *stage,
                            g3_error *error)
{
    g3_journal *journal = g3_allocate_zeroed(1, sizeof *journal);
    const g3_journal_file *file = &journal->file;
    if (g3_journal_file_open(&journal->file, path, TABLES, subject, stage, error) &&
        g3_journal_read_number(file, "SELECT count(*) FROM key_range", &journal->saved_ranges,
                               error) &&
        g3_journal_prepare(file,
                           "UPDATE run SET saved=1, output_offset=?1, records=?2, expected=?3",
                           &journal->save_run, error) &&
        g3_journal_prepare(file, "INSERT OR REPLACE INTO key_range VALUES(?1, ?2, ?3, ?4)",
                           &journal->save_range, error) &&
        g3_journal_prepare(file, "INSERT INTO landmark VALUES(?1, ?2, ?3)", &journal->save_landmark,
                           error))
        return journal;
    g3_journal_close(journal);
    return NULL;
}

static bool save_landmarks(g3_journal *journal, int64_t number, const g3_journal_range *range,
                           g3_error *error)
{
    for (size_t i = 0; i < range->landmark_count; i++) {
        sqlite3_bind_int64(journal->save_landmark, 1, number);
        sqlite3_bind_int64(journal->save_landmark, 2, (int64_t)i);
        g3_journal_bind_text(journal->save_landmark, 3, range->landmarks[i]);
        if (!g3_journal_run_once(&journal->file, journal->save_landmark, error))
            return false;
    }
    return true;
}

static bool save_state(g3_journal *journal, const g3_journal_state *state, g3_error *error)
{
    for (size_t i = 0; i < state->range_count; i++) {
        const g3_journal_range *range = &state->ranges[i];
        sqlite3_bind_int64(journal->save_range, 1, (int64_t)i);
        g3_journal_bind_text(journal->save_range, 2, range->position);
        sqlite3_bind_int64(journal->save_range, 3, range->stop);
        sqlite3_bind_int64(journal->save_range, 4, (int64_t)range->read);
        if (!g3_journal_run_once(&journal->file, journal->save_range, error) ||
            ((int64_t)i >= journal->saved_ranges &&
             !save_landmarks(journal, (int64_t)i, range, error)))
            return false;
    }
    sqlite3_bind_int64(journal->save_run, 1, state->offset);
    sqlite3_bind_int64(journal->save_run, 2, (int64_t)state->records);
    sqlite3_bind_int64(journal->save_run, 3, state->expected);
    return g3_journal_run_once(&journal->file, journal->save_run, error);
}

bool g3_journal_save(g3_journal *journal, const g3_journal_state *state, g3_error *error)
{
    if (!g3_journal_execute(&journal->file, "BEGIN", error))
        return false;
    if (!save_state(journal, state, error) ||
        !g3_journal_execute(&journal->file, "COMMIT", error)) {
        g3_journal_execute(&journal->file, "ROLLBACK", NULL);
        return false;
    }
    journal->saved_ranges = (int64_t)state->range_count;
    return true;
}

/* Reads a range's landmarks, `count` of them. */
static bool load_landmarks(g3_journal *journal, int64_t number, g3_journal_range *range,
                           g3_error *error)
{
    sqlite3_stmt *query = NULL;
    size_t place = 0;
    bool done = g3_journal_prepare(&journal->file,
                                   "SELECT guid FROM landmark WHERE key_range=?1 ORDER BY place",
                                   &query, error);
    g3_view *landmarks = g3_arena_take(&journal->loaded, range->landmark_count * sizeof *landmarks);
    if (done)
        sqlite3_bind_int64(query, 1, number);
    while (done && place < range->landmark_count && sqlite3_step(query) == SQLITE_ROW)
        landmarks[place++] = g3_arena_copy(&journal->loaded, g3_journal_read_text(query, 0));
    if (done && place < range->landmark_count)
        done = g3_journal_file_fail(&journal->file, error);
    range->landmarks = landmarks;
    sqlite3_finalize(query);
    return done;
}

static bool load_ranges(g3_journal *journal, g3_journal_state *state, g3_error *error)
{
    size_t count = (size_t)journal->saved_ranges, number = 0;
    g3_journal_range *ranges = g3_arena_take(&journal->loaded, count * sizeof *ranges);
    sqlite3_stmt *query = NULL;
    bool done = g3_journal_prepare(
        &journal->file,
        "SELECT position, stop, read, (SELECT count(*) FROM landmark WHERE key_range=number)"
        " FROM key_range ORDER BY number",
        &query, error);
    while (done && number < count && sqlite3_step(query) == SQLITE_ROW) {
        ranges[number] = (g3_journal_range){
            .position = g3_arena_copy(&journal->loaded, g3_journal_read_text(query, 0)),
            .stop = sqlite3_column_int64(query, 1),
            .read = (uint64_t)sqlite3_column_int64(query, 2),
            .landmark_count = (size_t)sqlite3_column_int64(query, 3)};
        done = load_landmarks(journal, (int64_t)number, &ranges[number], error);
        number++;
    }
    if (done && number < count)
        done = g3_journal_file_fail(&journal->file, error);
    sqlite3_finalize(query);
    state->ranges = ranges;
    state->range_count = count;
    return done;
}

bool g3_journal_load(g3_journal *journal, g3_journal_state *state, bool *saved, g3_error *error)
{
    sqlite3_stmt *query = NULL;
    *state = (g3_journal_state){.expected = -1};
    bool done = g3_journal_prepare(
        &journal->file, "SELECT saved, output_offset, records, expected FROM run", &query, error);
    if (done && sqlite3_step(query) != SQLITE_ROW)
        done = g3_journal_file_fail(&journal->file, error);
    if (done) {
        *saved = sqlite3_column_int(query, 0) != 0;
        state->offset = sqlite3_column_int64(query, 1);
        state->records = (uint64_t)sqlite3_column_int64(query, 2);
        state->expected = sqlite3_column_int64(query, 3);
    }
    sqlite3_finalize(query);
    g3_arena_clear(&journal->loaded);
    return done && load_ranges(journal, state, error);
}

bool g3_journal_finish(g3_journal *journal, g3_error *error)
{
    return g3_journal_file_finish(&journal->file, error);
}

void g3_journal_close(g3_journal *journal)
{
    if (!journal)
        return;
    sqlite3_finalize(journal->save_run);
    sqlite3_finalize(journal->save_range);
    sqlite3_finalize(journal->save_landmark);
    g3_journal_file_close(&journal->file);
    g3_arena_free(&journal->loaded);
    free(journal);
}
