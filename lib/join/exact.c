/* The exact join in memory: the indexing manifest in a table, the metadata looked up in it as it
 * comes. Called by the merge job. */
#include "g3/join/join.h"
#include "g3/join/table.h"
#include "pairs.h"
#include "parts.h"
#include <stdlib.h>

/* Where metadata is looked up by several threads, most bytes that rows of a chunk may become, as a
 * multiple of the rows' own. A few rows that match very many are left to whoever can write them as
 * they come. */
#define MOST_BYTES 8

typedef struct exact_join {
    const g3_join_options *options;
    g3_join_counts *counts;
    g3_join_table table; /* once it is built, only read */
    uint64_t *matched;   /* a bit for each of its slots: the key was found; owned */
} exact_join;

#define BITS ((size_t)64) /* of a word of `matched` */

/* Rows whose look-ups are prepared together. */
#define GROUP ((size_t)8)

/* A metadata row, and whom it is told to. */
typedef struct telling {
    const exact_join *join;
    const g3_join_row *metadata;
    g3_join_told *told;
    g3_buffer *files[G3_JOIN_FILES]; /* those of `told` */
    bool append;                     /* to these; else the taker has it at once */
} telling;

static telling begin_telling(const exact_join *join, g3_join_told *told, bool append)
{
    return (telling){
        .join = join, .told = told, .files = {&told->files[0], &told->files[1]}, .append = append};
}

static bool tell_pair(const telling *self, const g3_join_row *index, g3_error *error)
{
    const g3_join_taker *taker = self->join->options->taker;
    if (!self->append)
        return taker->take(taker->context, self->metadata, index, error);
    taker->append(taker->context, self->metadata, index, self->files);
    return true;
}

static size_t count_bytes(const g3_join_told *told)
{
    return told->files[0].length + told->files[1].length;
}

/* Tells the row with all rows that it matched, in a circle.
 * @param most  bytes that may be appended
 * @return false, with nothing appended, if they would be more; or if the taker does not want to go
 *         on */
static bool tell_row(const telling *self, g3_join_match match, size_t most, g3_error *error)
{
    g3_join_told *told = self->told;
    const size_t before[G3_JOIN_FILES] = {told->files[0].length, told->files[1].length};
    g3_join_row *index = match.last;
    uint64_t pairs = 0;
    if (!index && !tell_pair(self, NULL, error))
        return false;
    while (index) {
        index = g3_join_row_next(index);
        if (!tell_pair(self, index, error))
            return false;
        pairs++;
        if (self->append && count_bytes(told) > most) {
            for (size_t i = 0; i < G3_JOIN_FILES; i++)
                told->files[i].length = before[i];
            return false;
        }
        if (index == match.last)
            break;
    }
    told->rows++;
    told->rows_keyless += self->metadata->lengths[G3_JOIN_KEY] == 0;
    told->rows_matched += pairs > 0;
    told->pairs += pairs;
    if (pairs)
        told->hits[told->hit_count++] =
            match.slot | (match.last->flags & G3_JOIN_LINKED ? G3_JOIN_HIT_LINKED : 0);
    return true;
}

static void reserve_hits(g3_join_told *told, size_t more)
{
    if (told->hit_capacity - told->hit_count >= more)
        return;
    told->hit_capacity = 2 * told->hit_capacity + more;
    told->hits = g3_reallocate(told->hits, told->hit_capacity, sizeof *told->hits);
}

static size_t at_most(size_t number, size_t most)
{
    return number < most ? number : most;
}

/* Tells a chunk's rows until one can't be told. What a look-up needs of the memory is asked for a
 * few groups before: of its key's slot, then of the row that this leads to. A group at a time, so
 * that the processor has several answers to wait for at once.
 * @param count  of rows: less those told, afterwards
 * @return that one, or the end of the rows */
static const g3_join_row *tell_rows(telling *self, const g3_join_row *row, size_t *count,
                                    size_t most, g3_error *error)
{
    const g3_join_table *table = &self->join->table;
    const g3_join_row *slot_of = row, *row_of = row;
    size_t all = *count, slots = 0, rows = 0, told = 0;
    reserve_hits(self->told, all);
    while (told < all) {
        for (; slots < at_most(all, told + 3 * GROUP);
             slots++, slot_of = g3_join_row_after(slot_of))
            g3_join_table_prefetch(table, slot_of->hash);
        for (; rows < at_most(all, told + 2 * GROUP); rows++, row_of = g3_join_row_after(row_of))
            g3_join_table_prefetch_row(table, row_of->hash);
        for (size_t end = at_most(all, told + GROUP); told < end; told++, --*count) {
            self->metadata = row;
            if (!tell_row(self, g3_join_table_match(table, row), most, error))
                return row;
            row = g3_join_row_after(row);
        }
    }
    return row;
}

static const g3_join_row *first_row(const g3_join_chunk *chunk)
{
    return (const g3_join_row *)(const void *)chunk->rows.data;
}

/* Tells rows in a thread of the feed (g3_feed_stage). */
static bool tell_ahead(const void *context, g3_join_chunk *chunk)
{
    telling self = begin_telling(context, &chunk->told, true);
    size_t most = count_bytes(&chunk->told) + MOST_BYTES * chunk->rows.capacity;
    const g3_join_row *rest = tell_rows(&self, first_row(chunk), &chunk->count, most, NULL);
    g3_buffer_drop_front(&chunk->rows, (size_t)((const char *)rest - chunk->rows.data));
    return chunk->count == 0;
}

/* Adds what was told to the counts, and notes which keys were found. */
static void count_told(const exact_join *join, const g3_join_told *told)
{
    g3_join_counts *counts = join->counts;
    counts->metadata += told->rows;
    counts->metadata_keyless += told->rows_keyless;
    counts->metadata_matched += told->rows_matched;
    counts->pairs += told->pairs;
    for (size_t i = 0; i < told->hit_count; i++) {
        uint64_t slot = told->hits[i] & ~G3_JOIN_HIT_LINKED, bit = UINT64_C(1) << slot % BITS;
        uint64_t *word = &join->matched[slot / BITS];
        if (*word & bit)
            continue;
        *word |= bit;
        counts->index_matched +=
            told->hits[i] & G3_JOIN_HIT_LINKED ? g3_join_table_count(&join->table, slot) : 1;
    }
}

/* Takes a chunk: what was told of its rows, and those that are still to be told. */
static bool take_chunk(const exact_join *join, g3_join_chunk *chunk, g3_error *error)
{
    const g3_join_taker *taker = join->options->taker;
    telling rest = begin_telling(join, &chunk->told, false);
    count_told(join, &chunk->told);
    if (chunk->told.rows && !taker->take_files(taker->context, rest.files, error))
        return false;
    g3_join_told_clear(&chunk->told);
    tell_rows(&rest, first_row(chunk), &chunk->count, 0, error);
    count_told(join, &chunk->told);
    return chunk->count == 0;
}

static bool join_metadata(exact_join *join, g3_error *error)
{
    const g3_join_options *options = join->options;
    join->matched = g3_allocate_zeroed(join->table.mask / BITS + 1, sizeof *join->matched);
    if (options->taker->append)
        g3_feed_set_stage(options->metadata, tell_ahead, join);
    for (;;) {
        g3_join_chunk *chunk;
        if (!g3_take_chunk(options, options->metadata, &chunk, error))
            return false;
        if (!chunk)
            return true;
        bool done = take_chunk(join, chunk, error);
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
static bool tell_left(exact_join *join, g3_error *error)
{
    left_telling self = {.options = join->options, .counts = join->counts};
    g3_join_table *table = &join->table;
    join->counts->index_keyless = table->keyless;
    if (!join->options->want_left && !table->shared)
        return true;
    g3_join_table_mark(table, join->matched);
    join->counts->index_matched = 0;
    return g3_visit_table(table, tell_left_row, &self, error) &&
           g3_left_group_end(&self.group, self.options, self.counts, error);
}

bool g3_join_exact(const g3_join_options *options, g3_join_counts *counts, g3_error *error)
{
    exact_join join = {.options = options, .counts = counts};
    bool ended;
    *counts = (g3_join_counts){0};
    bool done = g3_fill_table(options, options->index, &join.table, options->memory, &ended, error);
    if (done && !ended) {
        done = g3_join_parts(options, &join.table, counts, error);
    } else if (done) {
        g3_join_table_build(&join.table);
        done = join_metadata(&join, error) && tell_left(&join, error);
    }
    if (done)
        counts->index = g3_feed_rows(options->index);
    g3_feed_stop_stage(options->metadata);
    free(join.matched);
    g3_join_table_clear(&join.table);
    return done;
}
