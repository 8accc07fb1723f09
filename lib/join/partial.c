/* The partial join in memory: the metadata's keys in a table, the indexing manifest searched for
 * them as it comes. Called by the merge job. */
#include "blocks.h"
#include "claims.h"
#include "g3/base/interrupt.h"
#include <stdlib.h>

/* Takes metadata rows until all are there, or they take half the memory: results need the rest. */
static bool fill_table(const g3_join_options *options, g3_join_table *table, bool *ended,
                       g3_error *error)
{
    *ended = false;
    while (!*ended && g3_join_table_size(table) <= options->memory / 2) {
        g3_join_chunk *chunk;
        if (!g3_take_chunk(options, options->metadata, &chunk, error))
            return false;
        *ended = !chunk;
        if (chunk)
            g3_join_table_take(table, chunk);
    }
    return true;
}

static bool search_chunk(const g3_join_options *options, const g3_join_chunk *chunk,
                         g3_search *search, g3_claims *claims, g3_gifts *gifts,
                         g3_join_counts *counts, g3_error *error)
{
    const g3_join_row *row = (const g3_join_row *)(const void *)chunk->rows.data;
    for (size_t i = 0; i < chunk->count; i++, row = g3_join_row_after(row)) {
        g3_claims_find(claims, search, row, options->ambiguous);
        if (!g3_gifts_decide(gifts, options, row, claims, counts, error))
            return false;
    }
    return true;
}

static bool search_index(const g3_join_options *options, const g3_join_table *table,
                         g3_gifts *gifts, g3_join_counts *counts, g3_error *error)
{
    g3_search *search = g3_search_open(table, options->boundary);
    g3_claims claims = {0};
    bool done = true;
    while (done) {
        g3_join_chunk *chunk;
        done = g3_take_chunk(options, options->index, &chunk, error);
        if (!done || !chunk)
            break;
        done = search_chunk(options, chunk, search, &claims, gifts, counts, error);
        g3_feed_give_back(options->index, chunk);
    }
    free(claims.items);
    g3_search_close(search);
    return done;
}

static bool tell_metadata(const g3_join_options *options, const g3_join_table *table,
                          g3_gifts *gifts, g3_join_counts *counts, g3_error *error)
{
    for (const g3_join_chunk *chunk = table->first; chunk; chunk = chunk->next) {
        const g3_join_row *row = (const g3_join_row *)(const void *)chunk->rows.data;
        if (g3_interrupted())
            return g3_fail(error, G3_EXIT_INTERRUPTED, "interrupted");
        for (size_t i = 0; i < chunk->count; i++, row = g3_join_row_after(row))
            if (!g3_gifts_tell(gifts, options, row, counts, error))
                return false;
    }
    return true;
}

bool g3_join_partial(const g3_join_options *options, g3_join_counts *counts, g3_error *error)
{
    g3_join_table table = {0};
    g3_gifts gifts = {0};
    bool ended;
    *counts = (g3_join_counts){0};
    bool done = fill_table(options, &table, &ended, error);
    if (done && !ended) {
        done = g3_join_blocks(options, &table, counts, error);
    } else if (done) {
        g3_join_table_build(&table);
        g3_gifts_open(&gifts, options->memory / 2);
        done = search_index(options, &table, &gifts, counts, error) &&
               tell_metadata(options, &table, &gifts, counts, error);
    }
    if (done)
        counts->index = g3_join_input_rows(g3_feed_input(options->index));
    g3_gifts_close(&gifts);
    g3_join_table_clear(&table);
    return done;
}
