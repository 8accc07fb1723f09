/* The journal of a run, in SQLite. Used by sweep.c and fetch.c. */
#include "g3/run/journal.h"
#include "g3/base/memory.h"
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

/* Marks an SQLite database as a journal of ours ("g3jo"), and the form of its tables. */
#define APPLICATION_ID 0x67336a6f
#define FORM           1

struct g3_journal {
    sqlite3 *database;
    char *path;
    sqlite3_stmt *save_run, *save_range, *save_landmark;
    int64_t saved_ranges; /* those whose landmarks are in the database */
    g3_arena loaded;
};

/* One row of `run`: saved is 0 until the first g3_journal_save(). */
static const char TABLES[] =
    "CREATE TABLE run(subject TEXT NOT NULL, saved INTEGER NOT NULL, finished INTEGER NOT NULL,"
    " output_offset INTEGER NOT NULL, records INTEGER NOT NULL, expected INTEGER NOT NULL);"
    "CREATE TABLE key_range(number INTEGER PRIMARY KEY, position TEXT NOT NULL,"
    " stop INTEGER NOT NULL, read INTEGER NOT NULL);"
    "CREATE TABLE landmark(key_range INTEGER NOT NULL, place INTEGER NOT NULL, guid TEXT NOT NULL,"
    " PRIMARY KEY(key_range, place)) WITHOUT ROWID;";

static bool fail(const g3_journal *journal, g3_error *error)
{
    int code = sqlite3_errcode(journal->database);
    if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
        return g3_fail(error, G3_EXIT_LOCAL, "%s: another process is using this journal",
                       journal->path);
    if (code == SQLITE_NOTADB)
        return g3_fail(error, G3_EXIT_LOCAL, "%s is not a journal; name another file",
                       journal->path);
    return g3_fail(error, G3_EXIT_LOCAL, "%s: the journal can't be used: %s", journal->path,
                   sqlite3_errmsg(journal->database));
}

static bool execute(const g3_journal *journal, const char *text, g3_error *error)
{
    return sqlite3_exec(journal->database, text, NULL, NULL, NULL) == SQLITE_OK ||
           fail(journal, error);
}

static bool prepare(const g3_journal *journal, const char *text, sqlite3_stmt **statement,
                    g3_error *error)
{
    return sqlite3_prepare_v2(journal->database, text, -1, statement, NULL) == SQLITE_OK ||
           fail(journal, error);
}

/* Runs a prepared statement that gives no rows, and makes it ready for the next time. */
static bool run_once(const g3_journal *journal, sqlite3_stmt *statement, g3_error *error)
{
    bool done = sqlite3_step(statement) == SQLITE_DONE || fail(journal, error);
    sqlite3_reset(statement);
    return done;
}

static void bind_text(sqlite3_stmt *statement, int place, g3_view text)
{
    sqlite3_bind_text64(statement, place, text.length ? text.data : "", text.length, SQLITE_STATIC,
                        SQLITE_UTF8);
}

static g3_view read_text(sqlite3_stmt *statement, int column)
{
    const char *text = (const char *)sqlite3_column_text(statement, column);
    return (g3_view){text, (size_t)sqlite3_column_bytes(statement, column)};
}

static bool read_number(const g3_journal *journal, const char *query, int64_t *number,
                        g3_error *error)
{
    sqlite3_stmt *statement = NULL;
    bool done = prepare(journal, query, &statement, error);
    if (done && sqlite3_step(statement) == SQLITE_ROW)
        *number = sqlite3_column_int64(statement, 0);
    else if (done)
        done = fail(journal, error);
    sqlite3_finalize(statement);
    return done;
}

/* Makes the tables in a new file. */
static bool create(g3_journal *journal, g3_view subject, g3_error *error)
{
    sqlite3_stmt *insert = NULL;
    char marks[96];
    snprintf(marks, sizeof marks, "PRAGMA application_id=%d; PRAGMA user_version=%d;",
             APPLICATION_ID, FORM);
    bool done = execute(journal, marks, error) && execute(journal, TABLES, error) &&
                prepare(journal, "INSERT INTO run VALUES(?1, 0, 0, 0, 0, -1)", &insert, error);
    if (done) {
        bind_text(insert, 1, subject);
        done = run_once(journal, insert, error);
    }
    sqlite3_finalize(insert);
    return done;
}

/* Looks at the run that the journal is of. */
static bool recognise(g3_journal *journal, g3_view subject, g3_journal_stage *stage,
                      g3_error *error)
{
    sqlite3_stmt *query = NULL;
    bool done = prepare(journal, "SELECT subject, finished FROM run", &query, error);
    if (done && sqlite3_step(query) != SQLITE_ROW)
        done = fail(journal, error);
    if (done) {
        g3_view other = read_text(query, 0);
        *stage = sqlite3_column_int(query, 1) ? G3_JOURNAL_FINISHED : G3_JOURNAL_UNFINISHED;
        if (!g3_view_equal(other, subject))
            done = g3_fail(
                error, G3_EXIT_USAGE,
                "%s is the journal of another run: of \"%.*s\", not \"%.*s\"; name another file",
                journal->path, (int)other.length, other.data, (int)subject.length, subject.data);
    }
    sqlite3_finalize(query);
    return done &&
           read_number(journal, "SELECT count(*) FROM key_range", &journal->saved_ranges, error);
}

/* Creates or recognises, under the lock that the transaction takes and the locking mode then keeps.
 * The mode of the file is changed last: a database that is not ours is left as it is. */
static bool set_up(g3_journal *journal, g3_view subject, g3_journal_stage *stage, g3_error *error)
{
    int64_t mark = 0, form = 0, tables = 0;
    if (!execute(journal, "PRAGMA locking_mode=EXCLUSIVE; PRAGMA synchronous=FULL; BEGIN EXCLUSIVE",
                 error) ||
        !read_number(journal, "PRAGMA application_id", &mark, error) ||
        !read_number(journal, "PRAGMA user_version", &form, error) ||
        !read_number(journal, "SELECT count(*) FROM sqlite_schema", &tables, error))
        return false;
    if (tables && (mark != APPLICATION_ID || form != FORM))
        return g3_fail(error, G3_EXIT_LOCAL,
                       "%s is not a journal of this version; name another file", journal->path);
    *stage = G3_JOURNAL_NEW;
    bool done =
        tables ? recognise(journal, subject, stage, error) : create(journal, subject, error);
    return done && execute(journal, "COMMIT; PRAGMA journal_mode=WAL", error);
}

g3_journal *g3_journal_open(const char *path, g3_view subject, g3_journal_stage *stage,
                            g3_error *error)
{
    g3_journal *journal = g3_allocate_zeroed(1, sizeof *journal);
    journal->path = g3_duplicate(g3_view_of(path));
    bool done = sqlite3_open_v2(path, &journal->database,
                                SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) == SQLITE_OK ||
                fail(journal, error);
    done =
        done && set_up(journal, subject, stage, error) &&
        prepare(journal, "UPDATE run SET saved=1, output_offset=?1, records=?2, expected=?3",
                &journal->save_run, error) &&
        prepare(journal, "INSERT OR REPLACE INTO key_range VALUES(?1, ?2, ?3, ?4)",
                &journal->save_range, error) &&
        prepare(journal, "INSERT INTO landmark VALUES(?1, ?2, ?3)", &journal->save_landmark, error);
    if (done)
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
        bind_text(journal->save_landmark, 3, range->landmarks[i]);
        if (!run_once(journal, journal->save_landmark, error))
            return false;
    }
    return true;
}

static bool save_state(g3_journal *journal, const g3_journal_state *state, g3_error *error)
{
    for (size_t i = 0; i < state->range_count; i++) {
        const g3_journal_range *range = &state->ranges[i];
        sqlite3_bind_int64(journal->save_range, 1, (int64_t)i);
        bind_text(journal->save_range, 2, range->position);
        sqlite3_bind_int64(journal->save_range, 3, range->stop);
        sqlite3_bind_int64(journal->save_range, 4, (int64_t)range->read);
        if (!run_once(journal, journal->save_range, error) ||
            ((int64_t)i >= journal->saved_ranges &&
             !save_landmarks(journal, (int64_t)i, range, error)))
            return false;
    }
    sqlite3_bind_int64(journal->save_run, 1, state->offset);
    sqlite3_bind_int64(journal->save_run, 2, (int64_t)state->records);
    sqlite3_bind_int64(journal->save_run, 3, state->expected);
    return run_once(journal, journal->save_run, error);
}

bool g3_journal_save(g3_journal *journal, const g3_journal_state *state, g3_error *error)
{
    if (!execute(journal, "BEGIN", error))
        return false;
    if (!save_state(journal, state, error) || !execute(journal, "COMMIT", error)) {
        execute(journal, "ROLLBACK", NULL);
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
    bool done = prepare(journal, "SELECT guid FROM landmark WHERE key_range=?1 ORDER BY place",
                        &query, error);
    g3_view *landmarks = g3_arena_take(&journal->loaded, range->landmark_count * sizeof *landmarks);
    if (done)
        sqlite3_bind_int64(query, 1, number);
    while (done && place < range->landmark_count && sqlite3_step(query) == SQLITE_ROW)
        landmarks[place++] = g3_arena_copy(&journal->loaded, read_text(query, 0));
    if (done && place < range->landmark_count)
        done = fail(journal, error);
    range->landmarks = landmarks;
    sqlite3_finalize(query);
    return done;
}

static bool load_ranges(g3_journal *journal, g3_journal_state *state, g3_error *error)
{
    size_t count = (size_t)journal->saved_ranges, number = 0;
    g3_journal_range *ranges = g3_arena_take(&journal->loaded, count * sizeof *ranges);
    sqlite3_stmt *query = NULL;
    bool done = prepare(
        journal,
        "SELECT position, stop, read, (SELECT count(*) FROM landmark WHERE key_range=number)"
        " FROM key_range ORDER BY number",
        &query, error);
    while (done && number < count && sqlite3_step(query) == SQLITE_ROW) {
        ranges[number] =
            (g3_journal_range){.position = g3_arena_copy(&journal->loaded, read_text(query, 0)),
                               .stop = sqlite3_column_int64(query, 1),
                               .read = (uint64_t)sqlite3_column_int64(query, 2),
                               .landmark_count = (size_t)sqlite3_column_int64(query, 3)};
        done = load_landmarks(journal, (int64_t)number, &ranges[number], error);
        number++;
    }
    if (done && number < count)
        done = fail(journal, error);
    sqlite3_finalize(query);
    state->ranges = ranges;
    state->range_count = count;
    return done;
}

bool g3_journal_load(g3_journal *journal, g3_journal_state *state, bool *saved, g3_error *error)
{
    sqlite3_stmt *query = NULL;
    *state = (g3_journal_state){.expected = -1};
    bool done =
        prepare(journal, "SELECT saved, output_offset, records, expected FROM run", &query, error);
    if (done && sqlite3_step(query) != SQLITE_ROW)
        done = fail(journal, error);
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
    return execute(journal, "UPDATE run SET finished=1", error);
}

void g3_journal_close(g3_journal *journal)
{
    if (!journal)
        return;
    sqlite3_finalize(journal->save_run);
    sqlite3_finalize(journal->save_range);
    sqlite3_finalize(journal->save_landmark);
    sqlite3_close(journal->database);
    g3_arena_free(&journal->loaded);
    free(journal->path);
    free(journal);
}
