/* Graph queries (peregrine): what a GraphQL text asks for at its root, so that it can be asked page
 * by page; and the answer's errors.
 *
 * Grammar: https://spec.graphql.org/October2021/, as far as it takes to find the fields of the
 * operation's own selection set and their arguments; what is inside is the service's to judge. The
 * arguments of paging (first, offset, order_by_asc) are peregrine's: a list has 10 items where
 * `first` is not given, all of them where it is 0, and no order of its own.
 */
#ifndef G3_COMMONS_GRAPH_H
#define G3_COMMONS_GRAPH_H

#include "g3/base/abi.h"
#include "g3/base/buffer.h"
#include "g3/base/error.h"
#include "g3/base/memory.h"

G3_BEGIN_C

/* A field at the root. */
typedef struct g3_graph_field {
    g3_view name;     /* that the answer has it under: its alias, else its own name */
    bool is_list;     /* it has fields of its own, as lists of nodes do */
    bool pageable;    /* such a list without `first` and `offset`, or with first: 0, which is all */
    bool ordered;     /* it has an order of its own */
    bool until_empty; /* its pages may be shorter than asked for before the last one */
    bool limits_inside; /* it sets limits of lists inside it */
    size_t at;          /* where in the text the arguments go: behind the name, or behind '(' */
    bool bare;          /* there are no parentheses yet */
    size_t all_begin, all_end; /* the argument first: 0, which they replace; or equal */
} g3_graph_field;

/* A query, taken apart. */
typedef struct g3_graph_query {
    g3_view text; /* borrowed */
    g3_graph_field *fields;
    size_t count;
} g3_graph_query;

/* A page of a query. */
typedef struct g3_graph_page {
    int64_t first;  /* most items of each list */
    int64_t offset; /* items passed over; negative: not to be paged */
    bool ordered;   /* in the order of the ids, where a list has no order of its own: else pages may
                       overlap */
} g3_graph_page;

/* Takes a query apart; its fields live in `arena`.
 * @return false with G3_EXIT_USAGE, saying where: no query, several operations, or cut off */
bool g3_graph_query_read(g3_graph_query *query, g3_view text, g3_arena *arena, g3_error *error);

/* Appends the text that asks for one page. */
void g3_graph_query_append(g3_buffer *text, const g3_graph_query *query, const g3_graph_page *page);

/* Appends the messages of an answer's errors (strings, or objects with `message`), one a line.
 * @return how many there are */
size_t g3_graph_append_errors(g3_buffer *lines, g3_view answer);

G3_END_C

#endif
