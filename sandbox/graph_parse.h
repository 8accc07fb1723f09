/* GraphQL: the text of a query becomes a tree of fields. Used by the graph queries.
 *
 * Grammar: https://spec.graphql.org/October2021/, one operation of the kind query, without
 * fragments and directives. Variables are put in place while reading, since they come with the
 * text.
 */
#ifndef SANDBOX_GRAPH_PARSE_H
#define SANDBOX_GRAPH_PARSE_H

#include "g3/base/buffer.h"
#include "g3/base/memory.h"
#include <json-c/json.h>

struct graph_list;

struct graph_field {
    struct graph_field *next;  /* beside it */
    struct graph_field *first; /* inside it; NULL: it has no selection */
    g3_view label;             /* what the answer calls it: its alias, or its name */
    g3_view name;
    json_object *arguments;  /* name -> value; enumerated values as texts; NULL: none */
    struct graph_list *list; /* for who answers the query; NULL at first */
};

/* Reads a query.
 * @param variables  an object, or NULL; borrowed
 * @param arena  that the fields live in; they borrow from `text`
 * @param fault  what is wrong is appended
 * @return the first field of the root; NULL if something is wrong. Call graph_free() in any case
 * with what is returned */
struct graph_field *graph_parse(g3_view text, json_object *variables, g3_arena *arena,
                                g3_buffer *fault);

/* Gives back the arguments; NULL is allowed. */
void graph_free(struct graph_field *fields);

#endif
