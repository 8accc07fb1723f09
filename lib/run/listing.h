/* One page of the index's listing, read from an answer. Used by the sweep, its probes and the
 * lookups by md5. */
#ifndef RUN_LISTING_H
#define RUN_LISTING_H

#include "g3/commons/index.h"

/* Answers to one request that can't be read (status 200, but no listing) before the run fails. */
#define G3_LISTING_TRIES 5

typedef struct g3_listing {
    g3_index_answer *answer;
    g3_record *records; /* of the page read last; live as long as its body, until the next read */
    g3_view *guids;     /* theirs; none is empty */
    size_t count;
    size_t capacity;
} g3_listing;

void g3_listing_set_up(g3_listing *listing);
void g3_listing_clean_up(g3_listing *listing);

/* Reads the records of a listing.
 * @param body   borrowed as long as the records are
 * @param limit  records asked for; more than that is a wrong answer
 * @return NULL, or what is wrong with the answer: static text */
const char *g3_listing_read(g3_listing *listing, g3_view body, int64_t limit);

typedef enum g3_listing_outcome {
    G3_LISTING_READ,  /* the records are there */
    G3_LISTING_AGAIN, /* the answer can't be read: ask again */
    G3_LISTING_FAILED,
} g3_listing_outcome;

/* Takes the answer to a listing's request.
 * @param tries  answers to it that could not be read, so far; counted here
 * @param error  for FAILED: the request failed, was refused, or its answers can't be read */
g3_listing_outcome g3_listing_take(g3_listing *listing, const g3_request *request,
                                   const g3_response *response, int64_t limit, int *tries,
                                   g3_error *error);

/* Counts an answer as one that can't be read, for a reason found out later.
 * @return G3_LISTING_AGAIN, or G3_LISTING_FAILED with G3_EXIT_SERVICE if it was one too many */
g3_listing_outcome g3_listing_refuse(const g3_request *request, const char *reason, int *tries,
                                     g3_error *error);

#endif
