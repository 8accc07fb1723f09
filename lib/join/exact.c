/* The exact join in memory: the indexing manifest in a table, the metadata looked up in it as it
 * comes. Called by the merge job. */
#include "g3/join/join.h"
#include "g3/join/table.h"
#include "pairs.h"
#include "parts.h"

/* Tells a metadata row with all rows that it matched, in a circle whose last one is `last`. */
static bool tell_matches(const g3_join_options *options, g3_join_counts *counts,
                         const g3_join_row *metadata, g3_join_row *last, g3_error *error)
{
    g3_join_row *index = last;
    bool first = true;
    counts->metadata++;
    counts->metadata_keyless += metadata->lengths[G3_JOIN_KEY] == 0;
    if (!last)
        return g3_tell_pair(options, counts, true, metadata, NULL, error);
    do {
        index = g3_join_row_next(index);
        counts->index_matched += !(index->flags & (G3_JOIN_MATCHED | G3_JOIN_SHARED));
        index->flags |= G3_JOIN_MATCHED;
        if (!g3_tell_pair(options, counts, first, metadata, index, error))
            return false;
        first = false;
    } while (index != last);
    return true;
}

static bool join_chunk(const g3_join_options *options, const g3_join_table *table,
                       const g3_join_chunk *chunk, g3_join_counts *counts, g3_error *error)
{
    const g3_join_row *row = (const g3_join_row *)(const void *)chunk->rows.data;
    const g3_join_row *rows[G3_JOIN_BATCH];
    g3_join_row *found[G3_JOIN_BATCH];
    for (size_t left = chunk->count, count; left; left -= count) {
        count = left < G3_JOIN_BATCH ? left : G3_JOIN_BATCH;
        for (size_t i = 0; i < count; i++) {
            rows[i] = row;
            row = g3_join_row_after(row);
        }
        g3_join_table_find_batch(table, rows, count, found);
        for (size_t i = 0; i < count; i++)
            if (!tell_matches(options, counts, rows[i], found[i], error))
                return false;
    }
    return true;
}

static bool join_metadata(const g3_join_options *options, const g3_join_table *table,
                          g3_join_counts *counts, g3_error *error)
{
    for (;;) {
        g3_join_chunk *chunk;
        if (!g3_take_chunk(options, options->metadata, &chunk, error))
            return false;
        if (!chunk)
            return true;
        bool done = join_chunk(options, table, chunk, counts, error);
        g3_feed_give_back(options->metadata, chunk);
        if (!done)
            return false;
    }
}

/* Telling which rows of the index were not matched, and counting. */
typedef struct left_telling {
    const g3_join_options *options;
    g3_join_counts *counts;
    g3_left_group group;
} left_telling;

static bool tell_left_row(void *context, const g3_join_row *row, g3_error *error)
{
    left_telling *self = context;
    return g3_left_group_add(&self->group, row, self->options, self->counts, error);
}

/* Where nobody wants the rows, and each is a row of the manifest, they were counted as they were
 * matched: going through all of them once more takes its time. */
static bool tell_left(const g3_join_options *options, const g3_join_table *table,
                      g3_join_counts *counts, g3_error *error)
{
    left_telling self = {.options = options, .counts = counts};
    counts->index_keyless = table->keyless;
    if (!options->want_left && !table->shared)
        return true;
    counts->index_matched = 0;
    return g3_visit_table(table, tell_left_row, &self, error) &&
           g3_left_group_end(&self.group, options, counts, error);
}

bool g3_join_exact(const g3_join_options *options, g3_join_counts *counts, g3_error *error)
{
    g3_join_table table = {0};
    bool ended;
    *counts = (g3_join_counts){0};
    bool done = g3_fill_table(options, options->index, &table, options->memory, &ended, error);
    if (done && !ended) {
        done = g3_join_parts(options, &table, counts, error);
    } else if (done) {
        g3_join_table_build(&table);
        done = join_metadata(options, &table, counts, error) &&
               tell_left(options, &table, counts, error);
    }
    if (done)
        counts->index = g3_feed_rows(options->index);
    g3_join_table_clear(&table);
    return done;
}
