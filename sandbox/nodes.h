/* Nodes of the graph in the database: programs, projects and their records, and the links between
 * them. Used by the submission service.
 *
 * Functions that write return nothing: what fails marks the nodes as broken, which is asked once,
 * at the end, before the work is kept.
 */
#ifndef SANDBOX_NODES_H
#define SANDBOX_NODES_H

#include "g3/base/memory.h"
#include "store.h"

/* One of them. Texts live in the arena that it was read into. */
struct node {
    int64_t number;     /* in the order of creation; 0: not in the database */
    g3_view id;         /* UUID */
    g3_view type;       /* of the dictionary */
    g3_view project_id; /* of its project ("P-Q"), its own for a project; empty for a program */
    g3_view name;       /* of a program; code of a project; submitter_id of a record */
    g3_view document;   /* its properties as a JSON object, without the above */
};

#define NODE_COLUMNS "node.number, id, type, project_id, node.name, document"

typedef enum nodes_statement {
    NODES_FIND_NAME,
    NODES_FIND_ID,
    NODES_INSERT,
    NODES_UPDATE,
    NODES_DELETE,
    NODES_LINK,
    NODES_UNLINK,
    NODES_UNLINK_ALL,
    NODES_TARGET,
    NODES_DEPENDENTS,
    NODES_STATEMENT_COUNT,
} nodes_statement;

/* Access by one connection. */
struct nodes {
    store_connection *connection; /* borrowed */
    sqlite3_stmt *statements[NODES_STATEMENT_COUNT];
    bool broken; /* something could not be written, or read */
};

/* @param connection  borrowed until nodes_end(); the writer, in order to write */
void nodes_begin(struct nodes *nodes, store_connection *connection);
void nodes_end(struct nodes *nodes); /* before the connection is given back */

/* Reads the row at hand of a statement of NODE_COLUMNS. */
void nodes_read_row(sqlite3_stmt *row, g3_arena *arena, struct node *node);

/* @return false if there is none: node->number is 0 */
bool nodes_find_name(struct nodes *nodes, g3_view type, g3_view project_id, g3_view name,
                     g3_arena *arena, struct node *node);
bool nodes_find_id(struct nodes *nodes, g3_view id, g3_arena *arena, struct node *node);

/* The parent that the link of that name leads to. @return false if there is none */
bool nodes_find_target(struct nodes *nodes, int64_t source, const char *link, g3_arena *arena,
                       struct node *node);

void nodes_insert(struct nodes *nodes, struct node *node);       /* sets its number */
void nodes_update(struct nodes *nodes, const struct node *node); /* its document */
void nodes_delete(struct nodes *nodes, int64_t number);          /* with its links */

/* Makes a link; takes all links of that name away from a node. */
void nodes_link(struct nodes *nodes, int64_t source, const char *link, int64_t target);
void nodes_unlink(struct nodes *nodes, int64_t source, const char *link);

/* Those that link to a node, directly or not: their numbers and ids, each once.
 * @return the statement, owned by `nodes`: step it, then nodes_reset() */
sqlite3_stmt *nodes_walk_dependents(struct nodes *nodes, int64_t number);
void nodes_reset(sqlite3_stmt *statement); /* NULL is allowed */

#endif
