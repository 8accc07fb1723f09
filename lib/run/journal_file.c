/* Files that journals are kept in. Used by journal.c (of sweeps) and ingest_journal.c. */
#include "journal_file.h"
#include "g3/base/memory.h"
#include <stdio.h>
#include <stdlib.h>

/* Marks an SQLite database as a journal of ours ("g3jo"), and the form of its tables. */
#define APPLICATION_ID 0x67336a6f
#define FORM           2

bool g3_journal_file_fail(const g3_journal_file *file, g3_error *error)
{
    int code = sqlite3_errcode(file->database);
    if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
        return g3_fail(error, G3_EXIT_LOCAL, "%s: another process is using this journal",
                       file->path);
    if (code == SQLITE_NOTADB)
        return g3_fail(error, G3_EXIT_LOCAL, "%s is not a journal; name another file", file->path);
    return g3_fail(error, G3_EXIT_LOCAL, "%s: the journal can't be used: %s", file->path,
                   sqlite3_errmsg(file->database));
}

bool g3_journal_execute(const g3_journal_file *file, const char *text, g3_error *error)
{
    return sqlite3_exec(file->database, text, NULL, NULL, NULL) == SQLITE_OK ||
           g3_journal_file_fail(file, error);
}

bool g3_journal_prepare(const g3_journal_file *file, const char *text, sqlite3_stmt **statement,
                        g3_error *error)
{
    return sqlite3_prepare_v2(file->database, text, -1, statement, NULL) == SQLITE_OK ||
           g3_journal_file_fail(file, error);
}

/* Runs a prepared statement that gives no rows, and makes it ready for the next time. */
bool g3_journal_run_once(const g3_journal_file *file, sqlite3_stmt *statement, g3_error *error)
{
    bool done = sqlite3_step(statement) == SQLITE_DONE || g3_journal_file_fail(file, error);
    sqlite3_reset(statement);
    return done;
}

void g3_journal_bind_text(sqlite3_stmt *statement, int place, g3_view text)
{
    sqlite3_bind_text64(statement, place, text.length ? text.data : "", text.length, SQLITE_STATIC,
                        SQLITE_UTF8);
}

g3_view g3_journal_read_text(sqlite3_stmt *statement, int column)
{
    const char *text = (const char *)sqlite3_column_text(statement, column);
    return (g3_view){text, (size_t)sqlite3_column_bytes(statement, column)};
}

bool g3_journal_read_number(const g3_journal_file *file, const char *query, int64_t *number,
                            g3_error *error)
{
    sqlite3_stmt *statement = NULL;
    bool done = g3_journal_prepare(file, query, &statement, error);
    if (done && sqlite3_step(statement) == SQLITE_ROW)
        *number = sqlite3_column_int64(statement, 0);
    else if (done)
        done = g3_journal_file_fail(file, error);
    sqlite3_finalize(statement);
    return done;
}

/* Makes the tables in a new file. */
static bool create(const g3_journal_file *file, const char *tables, g3_view subject,
                   g3_error *error)
{
    sqlite3_stmt *insert = NULL;
    char marks[96];
    snprintf(marks, sizeof marks, "PRAGMA application_id=%d; PRAGMA user_version=%d;",
             APPLICATION_ID, FORM);
    bool done = g3_journal_execute(file, marks, error) && g3_journal_execute(file, tables, error) &&
                g3_journal_prepare(file, "INSERT INTO run(subject) VALUES(?1)", &insert, error);
    if (done) {
        g3_journal_bind_text(insert, 1, subject);
        done = g3_journal_run_once(file, insert, error);
    }
    sqlite3_finalize(insert);
    return done;
}

/* Looks at the run that the journal is of.
 * @param subject  that it must be of; no text: any */
static bool recognise(const g3_journal_file *file, g3_view subject, g3_journal_stage *stage,
                      g3_error *error)
{
    sqlite3_stmt *query = NULL;
    bool done = g3_journal_prepare(file, "SELECT subject, finished FROM run", &query, error);
    if (done && sqlite3_step(query) != SQLITE_ROW)
        done = g3_journal_file_fail(file, error);
    if (done) {
        g3_view other = g3_journal_read_text(query, 0);
        *stage = sqlite3_column_int(query, 1) ? G3_JOURNAL_FINISHED : G3_JOURNAL_UNFINISHED;
        if (subject.data && !g3_view_equal(other, subject))
            done = g3_fail(
                error, G3_EXIT_USAGE,
                "%s is the journal of another run: of \"%.*s\", not \"%.*s\"; name another file",
                file->path, (int)other.length, other.data, (int)subject.length, subject.data);
    }
    sqlite3_finalize(query);
    return done;
}

/* Creates (unless there are no tables to make) or recognises, under the lock that the transaction
 * takes and the locking mode then keeps. The mode of the file is changed last: a database that is
 * not ours is left as it is. */
static bool set_up(const g3_journal_file *file, const char *tables, g3_view subject,
                   g3_journal_stage *stage, g3_error *error)
{
    int64_t mark = 0, form = 0, found = 0;
    if (!g3_journal_execute(
            file, "PRAGMA locking_mode=EXCLUSIVE; PRAGMA synchronous=FULL; BEGIN EXCLUSIVE",
            error) ||
        !g3_journal_read_number(file, "PRAGMA application_id", &mark, error) ||
        !g3_journal_read_number(file, "PRAGMA user_version", &form, error) ||
        !g3_journal_read_number(file, "SELECT count(*) FROM sqlite_schema", &found, error))
        return false;
    if ((found || !tables) && (mark != APPLICATION_ID || form != FORM))
        return g3_fail(error, G3_EXIT_LOCAL,
                       "%s is not a journal of this version; name another file", file->path);
    *stage = G3_JOURNAL_NEW;
    bool done =
        found ? recognise(file, subject, stage, error) : create(file, tables, subject, error);
    return done && g3_journal_execute(file, "COMMIT; PRAGMA journal_mode=WAL", error);
}

bool g3_journal_file_open(g3_journal_file *file, const char *path, const char *tables,
                          g3_view subject, g3_journal_stage *stage, g3_error *error)
{
    *file = (g3_journal_file){.path = g3_duplicate(g3_view_of(path))};
    bool done = sqlite3_open_v2(path, &file->database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                                NULL) == SQLITE_OK ||
                g3_journal_file_fail(file, error);
    return done && set_up(file, tables, subject, stage, error);
}

bool g3_journal_file_finish(const g3_journal_file *file, g3_error *error)
{
    return g3_journal_execute(file, "UPDATE run SET finished=1", error);
}

bool g3_journal_file_reopen(g3_journal_file *file, const char *path, g3_error *error)
{
    g3_journal_stage stage;
    *file = (g3_journal_file){.path = g3_duplicate(g3_view_of(path))};
    if (sqlite3_open_v2(path, &file->database, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK)
        return g3_fail(error, G3_EXIT_INPUT, "%s: the journal can't be opened: %s", path,
                       sqlite3_errmsg(file->database));
    return set_up(file, NULL, (g3_view){0}, &stage, error);
}

void g3_journal_file_close(g3_journal_file *file)
{
    sqlite3_close(file->database);
    free(file->path);
    *file = (g3_journal_file){0};
}
