/* The partial join in memory: the metadata's keys in a table, the indexing manifest searched for
 * them as it comes. Called by the merge job. */
#include "blocks.h"
#include "claims.h"
#include <stdlib.h>

typedef struct partial_join {
    const g3_join_options *options;
    g3_join_counts *counts;
    g3_search *search;
    g3_claims claims; /* to the row at hand */
    g3_gifts gifts;
} partial_join;

static bool search_row(void *context, const g3_join_row *row, g3_error *error)
{
    partial_join *join = context;
    g3_claims_find(&join->claims, join->search, row, join->options->ambiguous);
    return g3_gifts_decide(&join->gifts, join->options, row, &join->claims, join->counts, error);
}

static bool tell_row(void *context, const g3_join_row *row, g3_error *error)
{
    partial_join *join = context;
    return g3_gifts_tell(&join->gifts, join->options, row, join->counts, error);
}

/* Joins with all of the metadata in a table. */
static bool join_table(const g3_join_options *options, g3_join_table *table, g3_join_counts *counts,
                       g3_error *error)
{
    partial_join join = {.options = options, .counts = counts};
    g3_join_table_build(table);
    join.search = g3_search_open(table, options->boundary);
    g3_gifts_open(&join.gifts, options->memory / 2);
    bool done = g3_visit_feed(options, options->index, search_row, &join, error) &&
                g3_visit_table(table, tell_row, &join, error);
    g3_gifts_close(&join.gifts);
    free(join.claims.items);
    g3_search_close(join.search);
    return done;
}

bool g3_join_partial(const g3_join_options *options, g3_join_counts *counts, g3_error *error)
{
    g3_join_table table = {0};
    bool ended;
    *counts = (g3_join_counts){0};
    /* The metadata may take half of the memory: results need the rest. */
    bool done =
        g3_fill_table(options, options->metadata, &table, options->memory / 2, &ended, error);
    if (done)
        done = ended ? join_table(options, &table, counts, error)
                     : g3_join_blocks(options, &table, counts, error);
    if (done)
        counts->index = g3_feed_rows(options->index);
    g3_join_table_clear(&table);
    return done;
}
