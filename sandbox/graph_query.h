/* Answering graph queries. Used by graph_service.c. */
#ifndef SANDBOX_GRAPH_QUERY_H
#define SANDBOX_GRAPH_QUERY_H

#include "g3/base/options.h"
#include "graph_parse.h"
#include "store.h"

struct graph_query {
    struct graph_field *fields; /* of the root; borrowed */
    store_connection *reader;   /* borrowed */
    g3_arena *arena;
    const g3_text_list *failures; /* "FIELD:WORDS": root fields that fail */
    json_object *errors;          /* texts */
    bool broken;                  /* the database failed */
};

/* Looks whether all fields and arguments are there; finds out what they ask for.
 * @param fault  what is wrong is appended
 * @return false if something is */
bool graph_query_check(struct graph_query *query, g3_buffer *fault);

/* True if a list of the root asks for more than `limit` items. */
bool graph_query_asks_for_more(const struct graph_query *query, int64_t limit);

/* Appends what the query asks for, a JSON object; fields that fail are null, and why is put among
 * the errors. */
void graph_query_append(struct graph_query *query, g3_buffer *answer);

#endif
