/* The database's connections and their transactions. */
#include "store.h"
#include "collation.h"
#include "g3/base/buffer.h"
#include "g3/base/interrupt.h"
#include "g3/base/memory.h"
#include "g3/base/options.h"
#include "schema.h"
#include "search.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Connections for reading: as many as there are processors to keep busy, with some to spare for
 * those that wait for the disk. */
#define READERS 8

/* Milliseconds that a connection waits for another's lock: longer than any transaction takes. */
#define LOCK_PATIENCE 60000

/* Steps of SQLite's virtual machine between two looks at the signals. */
#define STEPS_BETWEEN_LOOKS 100000

struct store {
    char *folder; /* of a private database, to be removed; or NULL */
    char *path;
    collation order;
    bool has_keys; /* the secondary indexes exist */
    store_connection writer;
    pthread_mutex_t writing;
    store_connection readers[READERS];
    store_connection *idle[READERS]; /* the first `idle_count` are not in use */
    size_t idle_count;
    pthread_mutex_t lock; /* guards idle and idle_count */
    pthread_cond_t returned;
};

static bool fail(struct store *store, store_connection *connection, g3_error *error)
{
    if (g3_interrupted())
        return g3_fail(error, G3_EXIT_INTERRUPTED, "interrupted");
    return g3_fail(error, G3_EXIT_LOCAL, "%s: %s", store->path,
                   sqlite3_errmsg(connection->database));
}

static bool execute(struct store *store, store_connection *connection, const char *sql,
                    g3_error *error)
{
    if (sqlite3_exec(connection->database, sql, NULL, NULL, NULL) == SQLITE_OK)
        return true;
    return fail(store, connection, error);
}

static int look_for_signal(void *context)
{
    (void)context;
    return g3_interrupted();
}

static bool open_connection(struct store *store, store_connection *connection, g3_error *error)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    if (sqlite3_open_v2(store->path, &connection->database, flags, NULL) != SQLITE_OK)
        return g3_fail(error, G3_EXIT_LOCAL, "%s: %s", store->path,
                       connection->database ? sqlite3_errmsg(connection->database)
                                            : "out of memory");
    sqlite3_busy_timeout(connection->database, LOCK_PATIENCE);
    sqlite3_progress_handler(connection->database, STEPS_BETWEEN_LOOKS, look_for_signal, NULL);
    if (!collation_register(connection->database) || !search_register(connection->database))
        return fail(store, connection, error);
    return execute(store, connection, SCHEMA_CONNECTION, error);
}

/* A database with another order of keys would answer listings in a mixture of both. */
static bool check_order(struct store *store, g3_error *error)
{
    bool same = true;
    sqlite3_stmt *statement =
        store_prepare(&store->writer, "SELECT value FROM setting WHERE name = 'collation'");
    if (statement && sqlite3_step(statement) == SQLITE_ROW)
        same = g3_view_equal(store_column(statement, 0), g3_view_of(collation_name(store->order)));
    sqlite3_finalize(statement);
    return same || g3_fail(error, G3_EXIT_USAGE,
                           "%s: the database was made with another --collation", store->path);
}

static bool make_schema(struct store *store, g3_error *error)
{
    g3_buffer sql = {0};
    const char *name = collation_name(store->order);
    g3_buffer_append_format(&sql, SCHEMA_TABLES, name, name, name);
    bool made =
        execute(store, &store->writer, g3_buffer_text(&sql), error) && check_order(store, error);
    g3_buffer_free(&sql);
    return made;
}

/* A folder of its own, so that the files that SQLite puts beside the database are private too. */
static bool make_private_path(struct store *store, g3_error *error)
{
    const char *parent = getenv("TMPDIR");
    g3_buffer path = {0};
    g3_buffer_append_format(&path, "%s/g3-sandbox-XXXXXX", parent && *parent ? parent : "/tmp");
    store->folder = g3_duplicate(g3_view_of(g3_buffer_text(&path)));
    g3_buffer_free(&path);
    if (!mkdtemp(store->folder)) {
        g3_fail(error, G3_EXIT_LOCAL, "%s: cannot make a folder for the database: %m; set TMPDIR",
                store->folder);
        free(store->folder);
        store->folder = NULL;
        return false;
    }
    g3_buffer_append_format(&path, "%s/index.db", store->folder);
    store->path = g3_duplicate(g3_view_of(g3_buffer_text(&path)));
    g3_buffer_free(&path);
    return true;
}

struct store *store_open(const char *path, collation order, g3_error *error)
{
    struct store *store = g3_allocate_zeroed(1, sizeof *store);
    store->order = order;
    pthread_mutex_init(&store->writing, NULL);
    pthread_mutex_init(&store->lock, NULL);
    pthread_cond_init(&store->returned, NULL);
    if (path)
        store->path = g3_duplicate(g3_view_of(path));
    else if (!make_private_path(store, error))
        goto fail;
    if (!open_connection(store, &store->writer, error) || !make_schema(store, error))
        goto fail;
    return store;
fail:
    store_close(store);
    return NULL;
}

store_connection *store_begin_load(struct store *store, g3_error *error)
{
    bool begun =
        execute(store, &store->writer, "PRAGMA journal_mode=DELETE; BEGIN IMMEDIATE", error) &&
        execute(store, &store->writer, SCHEMA_DROP_KEYS, error);
    return begun ? &store->writer : NULL;
}

bool store_end_load(struct store *store, int64_t *repeated, g3_error *error)
{
    store_connection *writer = &store->writer;
    *repeated = 0;
    /* Repeated GUIDs are rare: look for them only where the key says that there are some. */
    if (sqlite3_exec(writer->database, SCHEMA_MAKE_GUID_KEY, NULL, NULL, NULL) != SQLITE_OK) {
        if (!execute(store, writer, SCHEMA_DROP_REPEATED, error))
            return false;
        *repeated = sqlite3_changes(writer->database);
        if (!execute(store, writer, SCHEMA_MAKE_GUID_KEY, error))
            return false;
    }
    return execute(store, writer, SCHEMA_MAKE_KEYS, error) &&
           execute(store, writer, "COMMIT", error);
}

/* Files without a name vanish with the last process that has them open. All connections have opened
 * theirs by now. */
static void forget_private_files(struct store *store)
{
    static const char *const SUFFIXES[] = {"", "-wal", "-shm"};
    if (!store->folder)
        return;
    for (size_t i = 0; i < G3_COUNT(SUFFIXES); i++) {
        g3_buffer path = {0};
        g3_buffer_append_format(&path, "%s%s", store->path, SUFFIXES[i]);
        unlink(g3_buffer_text(&path));
        g3_buffer_free(&path);
    }
    rmdir(store->folder);
    free(store->folder);
    store->folder = NULL;
}

bool store_begin_service(struct store *store, g3_error *error)
{
    if (!execute(store, &store->writer, SCHEMA_MAKE_ALL_KEYS, error) ||
        !execute(store, &store->writer, "PRAGMA journal_mode=WAL; PRAGMA wal_checkpoint(TRUNCATE)",
                 error))
        return false;
    for (size_t i = 0; i < READERS; i++) {
        if (!open_connection(store, &store->readers[i], error) ||
            !execute(store, &store->readers[i], "SELECT count(*) FROM setting", error))
            return false;
        store->idle[store->idle_count++] = &store->readers[i];
    }
    forget_private_files(store);
    return true;
}

store_connection *store_borrow_reader(struct store *store)
{
    pthread_mutex_lock(&store->lock);
    while (store->idle_count == 0)
        pthread_cond_wait(&store->returned, &store->lock);
    store_connection *connection = store->idle[--store->idle_count];
    pthread_mutex_unlock(&store->lock);
    return connection;
}

void store_hold_state(store_connection *connection)
{
    sqlite3_exec(connection->database, "BEGIN", NULL, NULL, NULL);
}

void store_return_reader(struct store *store, store_connection *connection)
{
    if (!sqlite3_get_autocommit(connection->database))
        sqlite3_exec(connection->database, "COMMIT", NULL, NULL, NULL);
    pthread_mutex_lock(&store->lock);
    store->idle[store->idle_count++] = connection;
    pthread_cond_signal(&store->returned);
    pthread_mutex_unlock(&store->lock);
}

store_connection *store_borrow_writer(struct store *store)
{
    pthread_mutex_lock(&store->writing);
    if (sqlite3_exec(store->writer.database, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK)
        return &store->writer;
    pthread_mutex_unlock(&store->writing);
    return NULL;
}

bool store_return_writer(struct store *store, store_connection *connection, bool commit)
{
    bool committed =
        commit && sqlite3_exec(connection->database, "COMMIT", NULL, NULL, NULL) == SQLITE_OK;
    if (!committed)
        sqlite3_exec(connection->database, "ROLLBACK", NULL, NULL, NULL);
    pthread_mutex_unlock(&store->writing);
    return committed || !commit;
}

sqlite3_stmt *store_statement_of(store_connection *connection, store_statement which)
{
    static const char *const SQL[STATEMENT_COUNT] = {
        [STATEMENT_FIND] = "SELECT document, rev, form, id, baseid, did "
                           "FROM record WHERE did = ?1",
        [STATEMENT_PAGE] = "SELECT document FROM record WHERE did > ?1 AND form <> 'bundle' "
                           "ORDER BY did LIMIT ?2",
        [STATEMENT_FIRST] = "SELECT document FROM record WHERE form <> 'bundle' "
                            "ORDER BY did LIMIT ?1",
    };
    if (!connection->statements[which])
        connection->statements[which] = store_prepare(connection, SQL[which]);
    return connection->statements[which];
}

sqlite3_stmt *store_prepare(store_connection *connection, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    sqlite3_prepare_v2(connection->database, sql, -1, &statement, NULL);
    return statement;
}

void store_bind_text(sqlite3_stmt *statement, int parameter, g3_view text)
{
    sqlite3_bind_text(statement, parameter, text.data ? text.data : "", (int)text.length,
                      SQLITE_STATIC);
}

g3_view store_column(sqlite3_stmt *statement, int column)
{
    const void *bytes = sqlite3_column_blob(statement, column);
    return (g3_view){bytes, bytes ? (size_t)sqlite3_column_bytes(statement, column) : 0};
}

void store_interrupt(struct store *store)
{
    for (size_t i = 0; i < READERS; i++)
        if (store->readers[i].database)
            sqlite3_interrupt(store->readers[i].database);
}

static void close_connection(store_connection *connection)
{
    for (size_t i = 0; i < STATEMENT_COUNT; i++)
        sqlite3_finalize(connection->statements[i]);
    sqlite3_close(connection->database);
}

void store_close(struct store *store)
{
    if (!store)
        return;
    for (size_t i = 0; i < READERS; i++)
        close_connection(&store->readers[i]);
    close_connection(&store->writer);
    forget_private_files(store);
    pthread_cond_destroy(&store->returned);
    pthread_mutex_destroy(&store->lock);
    pthread_mutex_destroy(&store->writing);
    free(store->path);
    free(store->folder);
    free(store);
}
