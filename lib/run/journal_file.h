/* A file that a journal is kept in: an SQLite database in WAL mode with synchronous=FULL, marked as
 * ours, locked for one process while it is open, which says what run it is of. Private to the run
 * storey; see g3/run/journal.h for what that gives. */
#ifndef G3_RUN_JOURNAL_FILE_H
#define G3_RUN_JOURNAL_FILE_H

#include "g3/base/view.h"
#include "g3/run/journal.h"
#include <sqlite3.h>

typedef struct g3_journal_file {
    sqlite3 *database;
    char *path;
} g3_journal_file;

/* The columns that each journal's table `run`, of one row, begins with. Others have defaults. */
#define G3_JOURNAL_RUN "subject TEXT NOT NULL, finished INTEGER NOT NULL DEFAULT 0"

/* Opens or creates the file at `path`.
 * @param tables   SQL that makes the tables of a new one
 * @param subject  what the run is of
 * @return false as g3_journal_open() says; g3_journal_file_close() is due in any case */
bool g3_journal_file_open(g3_journal_file *file, const char *path, const char *tables,
                          g3_view subject, g3_journal_stage *stage, g3_error *error);

/* Opens a journal that is there, of whatever run.
 * @return false with G3_EXIT_INPUT if it is not there, else as above */
bool g3_journal_file_reopen(g3_journal_file *file, const char *path, g3_error *error);

/* Notes that the run is finished. */
bool g3_journal_file_finish(const g3_journal_file *file, g3_error *error);

void g3_journal_file_close(g3_journal_file *file); /* all zero is allowed */

/* Fills in `error` by what SQLite failed at last. @return false */
bool g3_journal_file_fail(const g3_journal_file *file, g3_error *error);

/* SQL, with errors of this file's name. g3_journal_run_once() runs a prepared statement that gives
 * no rows, and makes it ready for the next time. */
bool g3_journal_execute(const g3_journal_file *file, const char *text, g3_error *error);
bool g3_journal_prepare(const g3_journal_file *file, const char *text, sqlite3_stmt **statement,
                        g3_error *error);
bool g3_journal_run_once(const g3_journal_file *file, sqlite3_stmt *statement, g3_error *error);
bool g3_journal_read_number(const g3_journal_file *file, const char *query, int64_t *number,
                            g3_error *error);

/* A text handed to a statement (borrowed until it has run), and one read from it (valid until its
 * next step). */
void g3_journal_bind_text(sqlite3_stmt *statement, int place, g3_view text);
g3_view g3_journal_read_text(sqlite3_stmt *statement, int column);

#endif
