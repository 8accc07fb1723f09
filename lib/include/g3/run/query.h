/* Graph queries, page by page: each item of the root's lists is a line of JSON as soon as its page
 * is there.
 *
 * Pages are in the order of the ids (order_by_asc: "id") where the query has no order of its own,
 * for without one a database may give rows twice or not at all. A page that takes the service too
 * long is asked for again in half the size, as are those that follow.
 */
#ifndef G3_RUN_QUERY_H
#define G3_RUN_QUERY_H

#include "g3/base/abi.h"
#include "g3/http/engine.h"
#include "g3/io/sink.h"

G3_BEGIN_C

/* Items of a page where the user says nothing: some seconds' work for a service. */
#define G3_QUERY_PAGE 1000

/* What is asked, and where the items go. */
typedef struct g3_query_options {
    const char *url;   /* of the graph: .../api/v0/submission/graphql */
    g3_view text;      /* GraphQL; borrowed */
    g3_view variables; /* a JSON object, or empty; borrowed */
    int64_t page;      /* most items asked for at once, at least 1; 0: the query is sent once, as
                          it is */
    g3_sink *output;   /* borrowed */
    g3_reporter *reporter; /* borrowed */
} g3_query_options;

/* Asks, and writes a line for each item: the item itself where the root has one field, which is a
 * list, else {NAME: item}; what is no list as {NAME: value}.
 * @param count  of the lines written, also where it fails
 * @return false with G3_EXIT_USAGE (no such query), G3_EXIT_DIFFERENCES (the service answers with
 *         errors: what it answers beside them has been written), G3_EXIT_UNAUTHORISED,
 *         G3_EXIT_SERVICE, G3_EXIT_LOCAL, G3_EXIT_INTERRUPTED */
bool g3_query_run(g3_http *http, const g3_query_options *options, uint64_t *count, g3_error *error);

G3_END_C

#endif
