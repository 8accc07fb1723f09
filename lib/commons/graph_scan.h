/* The tokens of GraphQL. Private to graph.c. */
#ifndef G3_COMMONS_GRAPH_SCAN_H
#define G3_COMMONS_GRAPH_SCAN_H

#include "g3/base/view.h"

/* What a text is made of (https://spec.graphql.org/October2021/#sec-Source-Text). */
typedef enum graph_token_kind {
    TOKEN_END,
    TOKEN_NAME,
    TOKEN_OTHER,       /* a number or a string */
    TOKEN_PUNCTUATION, /* one character, the text's first; "..." are three */
} graph_token_kind;

typedef struct graph_token {
    graph_token_kind kind;
    g3_view text;
} graph_token;

/* Begin with `{.text = ...}` and a first g3_graph_scanner_next(). */
typedef struct graph_scanner {
    g3_view text;
    size_t at;         /* behind the present token */
    graph_token now;   /* the present token */
    const char *fault; /* what is wrong; static; NULL: nothing so far */
} graph_scanner;

/* Reads the next token; at the end, or where there is a fault, TOKEN_END. */
void g3_graph_scanner_next(graph_scanner *scan);

#endif
