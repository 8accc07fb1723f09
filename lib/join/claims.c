/* Claims of metadata rows to rows of the indexing manifest. Called by partial.c and blocks.c. */
#include "claims.h"
#include <stdlib.h>

/* Most keys that a message names. */
#define KEYS_NAMED ((size_t)8)

void g3_claims_add(g3_claims *claims, g3_claim claim)
{
    if (claims->count == claims->capacity) {
        claims->capacity = claims->capacity * 2 + 8;
        claims->items = g3_reallocate(claims->items, claims->capacity, sizeof *claims->items);
    }
    claims->items[claims->count++] = claim;
}

void g3_claims_find(g3_claims *claims, g3_search *search, const g3_join_row *index,
                    g3_join_ambiguous ambiguous)
{
    g3_join_row *const *found;
    size_t count = g3_search_find(search, g3_join_row_part(index, G3_JOIN_KEY), &found);
    for (size_t i = 0; i < count; i++) {
        g3_join_row *last = found[i], *row = g3_join_row_next(last);
        bool all = ambiguous == G3_JOIN_ALL;
        g3_claim claim = {row->number, g3_join_row_part(row, G3_JOIN_KEY), !all && row != last};
        g3_claims_add(claims, claim);
        for (; all && row != last; g3_claims_add(claims, claim)) {
            row = g3_join_row_next(row);
            claim.number = row->number;
        }
    }
}

static int compare_claims(const void *left, const void *right)
{
    uint64_t one = ((const g3_claim *)left)->number, other = ((const g3_claim *)right)->number;
    return (one > other) - (one < other);
}

/* Puts the claims in the metadata's order, each once: a key may occur in a cell several times. */
static void sort_claims(g3_claims *claims)
{
    size_t kept = 0;
    if (claims->count < 2)
        return;
    qsort(claims->items, claims->count, sizeof *claims->items, compare_claims);
    for (size_t i = 0; i < claims->count; i++)
        if (i == 0 || claims->items[i].number != claims->items[kept - 1].number)
            claims->items[kept++] = claims->items[i];
    claims->count = kept;
}

void g3_gifts_open(g3_gifts *gifts, size_t memory)
{
    gifts->sorter = g3_sorter_open(memory);
}

/* Appended in front of a packed row: the number of the metadata row. */
static bool give(g3_gifts *gifts, uint64_t number, const g3_join_row *index, g3_error *error)
{
    g3_buffer_clear(&gifts->text);
    g3_buffer_append(&gifts->text, (g3_view){(const char *)&number, sizeof number});
    g3_pack_row(&gifts->text, index, G3_INDEX_OUTPUT);
    return g3_sorter_add_numbered(gifts->sorter, number, g3_buffer_view(&gifts->text), error);
}

static bool tell_ambiguous(g3_gifts *gifts, const g3_join_options *options,
                           const g3_join_row *index, const g3_claims *claims, g3_error *error)
{
    g3_buffer *keys = &gifts->text;
    g3_buffer_clear(keys);
    for (size_t i = 0; i < claims->count && i < KEYS_NAMED; i++) {
        g3_buffer_append_text(keys, i ? ", " : "");
        g3_buffer_append(keys, claims->items[i].key);
    }
    if (claims->count > KEYS_NAMED)
        g3_buffer_append_text(keys, ", ...");
    return options->taker->take_ambiguous(options->taker->context, index, g3_buffer_view(keys),
                                          error);
}

/* Of the claims, in the metadata's order, the one of the longest key. */
static const g3_claim *find_longest(const g3_claims *claims)
{
    const g3_claim *longest = &claims->items[0];
    for (size_t i = 1; i < claims->count; i++)
        if (claims->items[i].key.length > longest->key.length)
            longest = &claims->items[i];
    return longest;
}

bool g3_gifts_decide(g3_gifts *gifts, const g3_join_options *options, const g3_join_row *index,
                     g3_claims *claims, g3_join_counts *counts, g3_error *error)
{
    bool done = true;
    sort_claims(claims);
    bool ambiguous = claims->count > 1 || (claims->count && claims->items[0].more);
    bool rejected = ambiguous && options->ambiguous == G3_JOIN_REJECT;
    counts->ambiguous += ambiguous;
    counts->index_keyless += index->lengths[G3_JOIN_KEY] == 0;
    counts->index_matched += claims->count && !rejected;
    if (rejected)
        done = tell_ambiguous(gifts, options, index, claims, error);
    else if (claims->count == 0)
        done =
            !options->want_left || options->taker->take_left(options->taker->context, index, error);
    else if (options->ambiguous == G3_JOIN_LONGEST)
        done = give(gifts, find_longest(claims)->number, index, error);
    else
        for (size_t i = 0; done && i < (options->ambiguous == G3_JOIN_ALL ? claims->count : 1); i++)
            done = give(gifts, claims->items[i].number, index, error);
    claims->count = 0;
    return done;
}

/* Goes on to the next gift. */
static bool advance(g3_gifts *gifts, g3_error *error)
{
    g3_view line, rest;
    gifts->begun = true;
    if (!g3_sorter_next(gifts->sorter, &line, &gifts->ended, error))
        return false;
    if (gifts->ended)
        return true;
    memcpy(&gifts->number, line.data, sizeof gifts->number);
    line = (g3_view){line.data + sizeof gifts->number, line.length - sizeof gifts->number};
    gifts->next = g3_unpack_row(line, &gifts->space, &rest);
    return true;
}

bool g3_gifts_tell(g3_gifts *gifts, const g3_join_options *options, const g3_join_row *metadata,
                   g3_join_counts *counts, g3_error *error)
{
    bool first = true;
    counts->metadata++;
    counts->metadata_keyless += metadata->lengths[G3_JOIN_KEY] == 0;
    if (!gifts->begun && !advance(gifts, error))
        return false;
    while (!gifts->ended && gifts->number == metadata->number) {
        if (!g3_tell_pair(options, counts, first, metadata, gifts->next, error) ||
            !advance(gifts, error))
            return false;
        first = false;
    }
    return !first || g3_tell_pair(options, counts, true, metadata, NULL, error);
}

void g3_gifts_close(g3_gifts *gifts)
{
    g3_sorter_close(gifts->sorter);
    g3_buffer_free(&gifts->space);
    g3_buffer_free(&gifts->text);
    *gifts = (g3_gifts){0};
}
