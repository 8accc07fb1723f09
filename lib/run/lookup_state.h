/* The state of one lookup, shared by its two halves: lookup.c asks, lookup_answer.c takes answers.
 * Private to the lookup. */
#ifndef G3_RUN_LOOKUP_STATE_H
#define G3_RUN_LOOKUP_STATE_H

#include "g3/run/lookup.h"
#include "lookup_block.h"

/* What a request asks for; the request's tag. Lives in the block's arena. */
typedef struct g3_lookup_ask {
    struct g3_lookup_ask *next; /* in the list of those to be sent again */
    g3_lookup_block *block;
    g3_lookup_way way;
    int unreadable; /* answers so far that could not be read */
    size_t count;
    uint32_t numbers[]; /* items of the block */
} g3_lookup_ask;

typedef struct g3_lookup {
    const g3_lookup_options *options;
    g3_lookup_result *result;
    g3_lookup_way way;      /* in use */
    g3_index_prefix prefix; /* the service's default prefix */
    bool said_unreadable;   /* one warning is enough */
    g3_index_answer *answer;
    g3_buffer space; /* scratch: spellings, ordered results */
    g3_view *guids;  /* scratch: those of one request */
    size_t guid_capacity;
    g3_lookup_block *oldest; /* blocks read and not delivered, in order */
    g3_lookup_block *newest;
    size_t blocks;          /* how many */
    size_t bytes;           /* that they hold */
    g3_lookup_block *spare; /* delivered ones, to be filled again */
    g3_lookup_ask *again;   /* requests to be sent again */
    bool ended;             /* next() has nothing left */
} g3_lookup;

/* Takes the answer to a request (the engine's `done`). Delivering is left to the caller. */
bool g3_lookup_take_answer(g3_lookup *lookup, g3_lookup_ask *ask, const g3_request *request,
                           g3_response *response, g3_error *error);

/* Answers an item that no request can find. */
bool g3_lookup_answer_missing(g3_lookup *lookup, g3_lookup_block *block, uint32_t number,
                              g3_error *error);

#endif
