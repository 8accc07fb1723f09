/* The database: one SQLite file, several readers and one writer. Used by the loader and the
 * services.
 *
 * Records are rows with their rendered document beside the few columns that are searched by key; a
 * listing is the documents one after the other. Other searches walk the documents, by the SQL
 * functions of search.c. A service borrows a connection, uses its statements and gives it back.
 */
#ifndef SANDBOX_STORE_H
#define SANDBOX_STORE_H

#include "g3/base/error.h"
#include <sqlite3.h>

struct store;

typedef enum collation {
    COLLATION_BYTES,  /* keys are ordered by their bytes */
    COLLATION_LOCALE, /* as a database of a human language orders them; see collation.h */
} collation;

/* Statements prepared once a connection, for the requests that come most often. */
typedef enum store_statement {
    STATEMENT_FIND,  /* 1 = did -> the columns below */
    STATEMENT_PAGE,  /* 1 = start, 2 = limit -> documents of objects behind start */
    STATEMENT_FIRST, /* 1 = limit -> the first documents of objects */
    STATEMENT_COUNT,
} store_statement;

/* Columns of STATEMENT_FIND. */
enum { FIND_DOCUMENT, FIND_REVISION, FIND_FORM, FIND_ID, FIND_BASEID, FIND_GUID };

typedef struct store_connection {
    sqlite3 *database;
    sqlite3_stmt *statements[STATEMENT_COUNT];
} store_connection;

/* Opens or makes the database.
 * @param path  NULL: a private one; once store_begin_service() has run its files have no names, and
 * are gone when the process ends, however that comes about
 * @return owned by the caller: store_close(); NULL with G3_EXIT_LOCAL, or G3_EXIT_USAGE if the file
 * was made with another collation */
struct store *store_open(const char *path, collation order, g3_error *error);

/* For filling the database quickly: keys other than the rows' own are dropped by begin and made
 * anew by end. Nothing else may use the store in between. Ends early, with an error, on a signal.
 * @param repeated  rows left out because their GUID was there before
 * @return the connection, borrowed, in a transaction */
store_connection *store_begin_load(struct store *store, g3_error *error);
bool store_end_load(struct store *store, int64_t *repeated, g3_error *error);

/* Lets connections read and write side by side; call once, after loading. */
bool store_begin_service(struct store *store, g3_error *error);

/* Borrows a connection; waits while all are in use. */
store_connection *store_borrow_reader(struct store *store);
void store_return_reader(struct store *store, store_connection *connection);

/* Begins reading one state of the database, whatever is written meanwhile, until
 * store_return_reader(). Also spares many lookups in a row the locking for each. */
void store_hold_state(store_connection *connection);

/* Borrows the writer, in a transaction; waits while it is in use.
 * @return NULL if no transaction could be begun (disk full...) */
store_connection *store_borrow_writer(struct store *store);

/* @return false if `commit` was asked for but failed; the work is then undone */
bool store_return_writer(struct store *store, store_connection *connection, bool commit);

/* A statement of the connection, bound to nothing; reset it when done. */
sqlite3_stmt *store_statement_of(store_connection *connection, store_statement which);

/* Prepares a statement of another kind. @return owned by the caller: sqlite3_finalize(); NULL on
 * failure */
sqlite3_stmt *store_prepare(store_connection *connection, const char *sql);

/* Binds a text that lives until the statement is reset; parameters count from 1. */
void store_bind_text(sqlite3_stmt *statement, int parameter, g3_view text);

/* A column as bytes, valid until the next step; empty for NULL. */
g3_view store_column(sqlite3_stmt *statement, int column);

/* Ends running statements as soon as they can be. */
void store_interrupt(struct store *store);
void store_close(struct store *store); /* NULL is allowed */

#endif
