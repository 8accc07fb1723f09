/* The partial join's decisions: which metadata rows claim a row of the indexing manifest, which of
 * them get it, and telling that in the metadata's order. Private to the join storey; called by
 * partial.c and blocks.c. */
#ifndef G3_JOIN_CLAIMS_H
#define G3_JOIN_CLAIMS_H

#include "g3/join/search.h"
#include "pairs.h"

/* A metadata row whose key occurs in a row of the index. */
typedef struct g3_claim {
    uint64_t number; /* of the metadata row */
    g3_view key;     /* borrowed */
    bool more;       /* other metadata rows have the same key, and no claims of their own */
} g3_claim;

/* The claims to one row of the index. Zero-initialise to begin; free(items) to end. */
typedef struct g3_claims {
    g3_claim *items;
    size_t count, capacity;
} g3_claims;

void g3_claims_add(g3_claims *claims, g3_claim claim);

/* Searches a row of the index, and adds a claim for each key that occurs in it: that of the first
 * metadata row with this key, or with G3_JOIN_ALL those of all. */
void g3_claims_find(g3_claims *claims, g3_search *search, const g3_join_row *index,
                    g3_join_ambiguous ambiguous);

/* Rows of the index that were given to metadata rows, in the order of the index, to be told in the
 * metadata's. */
typedef struct g3_gifts {
    g3_sorter *sorter; /* owned */
    g3_buffer space, text;
    uint64_t number; /* of the metadata row that the next gift is for */
    const g3_join_row *next;
    bool begun, ended;
} g3_gifts;

void g3_gifts_open(g3_gifts *gifts, size_t memory);

/* Decides who gets a row of the index; tells it as left or ambiguous if nobody does. Forgets the
 * claims. */
bool g3_gifts_decide(g3_gifts *gifts, const g3_join_options *options, const g3_join_row *index,
                     g3_claims *claims, g3_join_counts *counts, g3_error *error);

/* Tells a metadata row with what was given to it. Metadata rows must come in their order, all of
 * them, when all rows of the index have been decided. */
bool g3_gifts_tell(g3_gifts *gifts, const g3_join_options *options, const g3_join_row *metadata,
                   g3_join_counts *counts, g3_error *error);

void g3_gifts_close(g3_gifts *gifts); /* all zero is allowed */

#endif
