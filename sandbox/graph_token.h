/* The tokens of GraphQL. Used by graph_parse.c and graph_value.c. */
#ifndef SANDBOX_GRAPH_TOKEN_H
#define SANDBOX_GRAPH_TOKEN_H

#include "g3/base/buffer.h"
#include "g3/base/memory.h"
#include <json-c/json.h>

typedef enum graph_token_kind {
    TOKEN_END,
    TOKEN_NAME,
    TOKEN_INTEGER,
    TOKEN_NUMBER,
    TOKEN_TEXT,        /* `text` is what it stands for */
    TOKEN_PUNCTUATION, /* one character, or "..." */
    TOKEN_WRONG,       /* a fault was told */
} graph_token_kind;

struct graph_token {
    graph_token_kind kind;
    g3_view text;
    const char *at; /* where it begins */
};

/* Reading goes on until the first fault. */
struct graph_reader {
    g3_view text;
    const char *at; /* behind the token at hand */
    struct graph_token now;
    g3_arena *arena;
    g3_buffer *fault;       /* what is wrong, or empty */
    json_object *variables; /* as sent; borrowed; or NULL */
    json_object *known;     /* name -> value of those that the operation declares */
    int depth;              /* of selections and values */
};

/* Steps to the next token. */
void graph_next(struct graph_reader *reader);

/* True if the token at hand is that character; that name. */
bool graph_is(const struct graph_reader *reader, char c);
bool graph_is_word(const struct graph_reader *reader, const char *word);

/* Steps over a character. @return false, with the fault told, if there is another token */
bool graph_expect(struct graph_reader *reader, char c);

/* Takes a name. @return an empty view, with the fault told, if there is none */
g3_view graph_take_name(struct graph_reader *reader);

/* Tells a syntax error at the token at hand, unless one was told before: "Syntax Error GraphQL
 * (line:column) words". @return false */
bool graph_fail(struct graph_reader *reader, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Tells that the token at hand is not what was expected. @return false */
bool graph_fail_expected(struct graph_reader *reader, const char *expected);

/* Tells another fault, without a place, unless one was told before. @return false */
bool graph_refuse(struct graph_reader *reader, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Goes into something nested. @return false, with the fault told, if it is too deep */
bool graph_enter(struct graph_reader *reader);

/* Reads a value: variables are looked up, enumerated values become texts.
 * @param value  owned by the caller: json_object_put(); NULL for null
 * @return false with the fault told */
bool graph_read_value(struct graph_reader *reader, json_object **value);

/* Reads the declarations of variables, "($first: Int = 10, ...)", if there are some. */
bool graph_read_variables(struct graph_reader *reader);

#endif
