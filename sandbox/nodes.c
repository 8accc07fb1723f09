/* Nodes of the graph in the database. */
#include "nodes.h"
#include "g3/base/options.h"

void nodes_begin(struct nodes *nodes, store_connection *connection)
{
    *nodes = (struct nodes){.connection = connection};
}

void nodes_end(struct nodes *nodes)
{
    for (size_t i = 0; i < NODES_STATEMENT_COUNT; i++)
        sqlite3_finalize(nodes->statements[i]);
}

/* @return NULL, with the nodes broken, if the statement can't be prepared */
static sqlite3_stmt *statement_of(struct nodes *nodes, nodes_statement which)
{
    static const char *const SQL[NODES_STATEMENT_COUNT] = {
        [NODES_FIND_NAME] = "SELECT " NODE_COLUMNS " FROM node"
                            " WHERE type = ?1 AND project_id = ?2 AND name = ?3",
        [NODES_FIND_ID] = "SELECT " NODE_COLUMNS " FROM node WHERE id = ?1",
        [NODES_INSERT] = "INSERT INTO node(id, type, project_id, name, document)"
                         " VALUES(?1, ?2, ?3, ?4, ?5)",
        [NODES_UPDATE] = "UPDATE node SET document = ?2 WHERE number = ?1",
        [NODES_DELETE] = "DELETE FROM node WHERE number = ?1",
        [NODES_LINK] = "INSERT OR IGNORE INTO link VALUES(?1, ?2, ?3)",
        [NODES_UNLINK] = "DELETE FROM link WHERE source = ?1 AND name = ?2",
        [NODES_UNLINK_ALL] = "DELETE FROM link WHERE source = ?1",
        [NODES_TARGET] = "SELECT " NODE_COLUMNS " FROM link JOIN node ON node.number = target"
                         " WHERE source = ?1 AND link.name = ?2 LIMIT 1",
        [NODES_DEPENDENTS] =
            "WITH RECURSIVE dependent(number) AS (SELECT source FROM link WHERE target = ?1"
            " UNION SELECT source FROM link JOIN dependent ON target = number)"
            " SELECT number, id FROM dependent JOIN node USING (number) ORDER BY number",
    };
    if (!nodes->statements[which])
        nodes->statements[which] = store_prepare(nodes->connection, SQL[which]);
    nodes->broken |= !nodes->statements[which];
    return nodes->statements[which];
}

void nodes_reset(sqlite3_stmt *statement)
{
    if (!statement)
        return;
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
}

void nodes_read_row(sqlite3_stmt *row, g3_arena *arena, struct node *node)
{
    node->number = sqlite3_column_int64(row, 0);
    node->id = g3_arena_copy(arena, store_column(row, 1));
    node->type = g3_arena_copy(arena, store_column(row, 2));
    node->project_id = g3_arena_copy(arena, store_column(row, 3));
    node->name = g3_arena_copy(arena, store_column(row, 4));
    node->document = g3_arena_copy(arena, store_column(row, 5));
}

/* Reads the only row of a statement, which is reset. */
static bool read_only_row(struct nodes *nodes, sqlite3_stmt *row, g3_arena *arena,
                          struct node *node)
{
    *node = (struct node){0};
    int step = sqlite3_step(row);
    if (step == SQLITE_ROW)
        nodes_read_row(row, arena, node);
    else if (step != SQLITE_DONE)
        nodes->broken = true;
    nodes_reset(row);
    return node->number != 0;
}

bool nodes_find_name(struct nodes *nodes, g3_view type, g3_view project_id, g3_view name,
                     g3_arena *arena, struct node *node)
{
    sqlite3_stmt *row = statement_of(nodes, NODES_FIND_NAME);
    if (row) {
        store_bind_text(row, 1, type);
        store_bind_text(row, 2, project_id);
        store_bind_text(row, 3, name);
    }
    return read_only_row(nodes, row, arena, node);
}

bool nodes_find_id(struct nodes *nodes, g3_view id, g3_arena *arena, struct node *node)
{
    sqlite3_stmt *row = statement_of(nodes, NODES_FIND_ID);
    if (row)
        store_bind_text(row, 1, id);
    return read_only_row(nodes, row, arena, node);
}

bool nodes_find_target(struct nodes *nodes, int64_t source, const char *link, g3_arena *arena,
                       struct node *node)
{
    sqlite3_stmt *row = statement_of(nodes, NODES_TARGET);
    if (row) {
        sqlite3_bind_int64(row, 1, source);
        store_bind_text(row, 2, g3_view_of(link));
    }
    return read_only_row(nodes, row, arena, node);
}

/* Runs a statement that gives no rows, and resets it. */
static void run(struct nodes *nodes, sqlite3_stmt *statement)
{
    if (sqlite3_step(statement) != SQLITE_DONE)
        nodes->broken = true;
    nodes_reset(statement);
}

void nodes_insert(struct nodes *nodes, struct node *node)
{
    sqlite3_stmt *insert = statement_of(nodes, NODES_INSERT);
    if (!insert)
        return;
    store_bind_text(insert, 1, node->id);
    store_bind_text(insert, 2, node->type);
    store_bind_text(insert, 3, node->project_id);
    store_bind_text(insert, 4, node->name);
    store_bind_text(insert, 5, node->document);
    run(nodes, insert);
    node->number = sqlite3_last_insert_rowid(nodes->connection->database);
}

void nodes_update(struct nodes *nodes, const struct node *node)
{
    sqlite3_stmt *update = statement_of(nodes, NODES_UPDATE);
    if (!update)
        return;
    sqlite3_bind_int64(update, 1, node->number);
    store_bind_text(update, 2, node->document);
    run(nodes, update);
}

void nodes_delete(struct nodes *nodes, int64_t number)
{
    static const nodes_statement STEPS[] = {NODES_UNLINK_ALL, NODES_DELETE};
    for (size_t i = 0; i < G3_COUNT(STEPS); i++) {
        sqlite3_stmt *step = statement_of(nodes, STEPS[i]);
        if (!step)
            return;
        sqlite3_bind_int64(step, 1, number);
        run(nodes, step);
    }
}

void nodes_link(struct nodes *nodes, int64_t source, const char *link, int64_t target)
{
    sqlite3_stmt *insert = statement_of(nodes, NODES_LINK);
    if (!insert)
        return;
    sqlite3_bind_int64(insert, 1, source);
    store_bind_text(insert, 2, g3_view_of(link));
    sqlite3_bind_int64(insert, 3, target);
    run(nodes, insert);
}

void nodes_unlink(struct nodes *nodes, int64_t source, const char *link)
{
    sqlite3_stmt *remove = statement_of(nodes, NODES_UNLINK);
    if (!remove)
        return;
    sqlite3_bind_int64(remove, 1, source);
    store_bind_text(remove, 2, g3_view_of(link));
    run(nodes, remove);
}

sqlite3_stmt *nodes_walk_dependents(struct nodes *nodes, int64_t number)
{
    sqlite3_stmt *rows = statement_of(nodes, NODES_DEPENDENTS);
    if (rows)
        sqlite3_bind_int64(rows, 1, number);
    return rows;
}
