/* The lists of a graph query: nodes of a type, or those linked to a node, as arguments choose and
 * order them. Used by graph_query.c.
 */
#ifndef SANDBOX_GRAPH_LIST_H
#define SANDBOX_GRAPH_LIST_H

#include "dictionary.h"
#include "graph_parse.h"
#include "nodes.h"

/* Items of a list whose query doesn't say how many it wants. */
#define GRAPH_FIRST_DEFAULT 10

/* How the items are found. */
typedef enum graph_way {
    GRAPH_ALL,      /* at the root */
    GRAPH_PARENTS,  /* those that a node's link leads to */
    GRAPH_CHILDREN, /* those whose links lead to it */
} graph_way;

/* What a field asks for. Lives in the query's arena. */
struct graph_list {
    const struct dictionary_node *type; /* of the items; NULL: any */
    graph_way way;
    const char *link; /* name of the links */
    bool counts;      /* asks how many there are */
    int64_t first;    /* most items; 0: all */
    int64_t offset;
    const char *condition; /* SQL, "AND ..."; its ?2, ?3... are the values */
    const char *order;     /* SQL */
    json_object **values;  /* borrowed from the field's arguments */
    int value_count;
    sqlite3_stmt *rows; /* once it was opened */
};

/* What a field of a record that is a list, or the count of one, asks for.
 * @param owner  type that the field is of; NULL: the root
 * @return NULL if it is neither */
struct graph_list *graph_list_make(const struct dictionary_node *owner, g3_view name,
                                   g3_arena *arena);

/* Reads the field's arguments into field->list. @return false, with `fault` appended to, if one is
 * wrong */
bool graph_list_read_arguments(const struct graph_field *field, g3_arena *arena, g3_buffer *fault);

/* Begins to read a list: rows of NODE_COLUMNS, or one of the count.
 * @param number  of the node whose links are followed
 * @return owned by the list: nodes_reset() when done; NULL if the database failed */
sqlite3_stmt *graph_list_open(struct graph_list *list, store_connection *reader, int64_t number);

/* How many items there are in all. */
int64_t graph_list_count(struct graph_list *list, store_connection *reader, int64_t number);

/* Gives back the statements of all lists of a query. */
void graph_list_close_all(struct graph_field *fields);

#endif
