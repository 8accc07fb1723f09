/* The partial join by blocks of keys. Called by partial.c.
 *
 * Both sides are written to disk while they are read. For each block of metadata rows that fits in
 * memory, the rows of the index are searched, and the claims found are sorted by the index row's
 * number. When all blocks are done, the index rows are gone through once more, each with all its
 * claims, and decided upon; then the metadata rows, each with what it was given.
 */
#include "blocks.h"
#include "claims.h"
#include "g3/base/interrupt.h"
#include <stdlib.h>

typedef struct blocks_join {
    const g3_join_options *options;
    g3_join_counts *counts;
    g3_spill metadata, keys, index; /* `keys`: of the metadata, for the search */
    g3_run metadata_run, keys_run, index_run;
    g3_sorter *claims; /* of all blocks, by the index row's number */
    g3_gifts gifts;
    g3_buffer space;
} blocks_join;

/* What the sorter has in front of a claim's key. */
typedef struct claim_head {
    uint64_t index; /* number of the index row */
    uint64_t number;
    uint64_t more;
} claim_head;

static bool write_row(blocks_join *join, g3_spill *to, const g3_join_row *row, unsigned parts,
                      g3_error *error)
{
    g3_buffer_clear(&join->space);
    g3_pack_row(&join->space, row, parts);
    return g3_spill_append(to, (g3_spill_item){.line = g3_buffer_view(&join->space)}, error);
}

/* Keys are written once more by themselves, so that more of them fit in a block. */
static bool write_metadata_row(void *context, const g3_join_row *row, g3_error *error)
{
    blocks_join *join = context;
    return write_row(join, &join->metadata, row, G3_ALL_PARTS, error) &&
           (row->lengths[G3_JOIN_KEY] == 0 ||
            write_row(join, &join->keys, row, G3_PART_BIT(G3_JOIN_KEY), error));
}

static bool write_index_row(void *context, const g3_join_row *row, g3_error *error)
{
    blocks_join *join = context;
    return write_row(join, &join->index, row, G3_ALL_PARTS, error);
}

/* Writes both sides to disk, the metadata's rows read before first. */
static bool write_sides(blocks_join *join, g3_join_table *begun, g3_error *error)
{
    const g3_join_options *options = join->options;
    bool done = g3_spill_open(&join->metadata, G3_SPILL_MOST_BLOCK, error) &&
                g3_spill_open(&join->keys, G3_SPILL_MOST_BLOCK, error) &&
                g3_spill_open(&join->index, G3_SPILL_MOST_BLOCK, error) &&
                g3_visit_table(begun, write_metadata_row, join, error);
    g3_join_table_clear(begun);
    return done && g3_visit_feed(options, options->metadata, write_metadata_row, join, error) &&
           g3_spill_end_run(&join->metadata, &join->metadata_run, error) &&
           g3_spill_end_run(&join->keys, &join->keys_run, error) &&
           g3_visit_feed(options, options->index, write_index_row, join, error) &&
           g3_spill_end_run(&join->index, &join->index_run, error);
}

static bool keep_claims(blocks_join *join, const g3_join_row *index, g3_claims *claims,
                        g3_error *error)
{
    for (size_t i = 0; i < claims->count; i++) {
        const g3_claim *claim = &claims->items[i];
        claim_head head = {index->number, claim->number, claim->more};
        g3_buffer_clear(&join->space);
        g3_buffer_append(&join->space, (g3_view){(const char *)&head, sizeof head});
        g3_buffer_append(&join->space, claim->key);
        if (!g3_sorter_add_numbered(join->claims, index->number, g3_buffer_view(&join->space),
                                    error))
            return false;
    }
    claims->count = 0;
    return true;
}

/* Calls `visit` with each row of a side on disk. */
static bool visit_rows(const g3_spill *spill, g3_run run, g3_row_function *visit, void *context,
                       g3_error *error)
{
    g3_run_reader reader;
    g3_buffer space = {0};
    bool done = true;
    g3_run_reader_open(&reader, spill, run);
    while (done) {
        g3_view rest;
        done = g3_run_reader_next(&reader, error);
        if (!done || reader.ended)
            break;
        g3_buffer_reserve(&space, reader.item.line.length + G3_JOIN_ROW_SLACK);
        done = visit(context, g3_unpack_row(reader.item.line, &space, &rest), error);
        if (done && g3_interrupted())
            done = g3_fail(error, G3_EXIT_INTERRUPTED, "interrupted");
    }
    g3_run_reader_close(&reader);
    g3_buffer_free(&space);
    return done;
}

/* The search for one block's keys. */
typedef struct block_search {
    blocks_join *join;
    g3_search *search;
    g3_claims claims;
} block_search;

static bool search_row(void *context, const g3_join_row *row, g3_error *error)
{
    block_search *block = context;
    g3_claims_find(&block->claims, block->search, row, block->join->options->ambiguous);
    return keep_claims(block->join, row, &block->claims, error);
}

static bool search_blocks(blocks_join *join, g3_error *error)
{
    g3_run_reader reader;
    bool done = true;
    g3_run_reader_open(&reader, &join->keys, join->keys_run);
    while (done && !reader.ended) {
        g3_join_table table = {0};
        block_search block = {.join = join};
        done = g3_load_block(&table, &reader, join->options->memory / 2, error);
        if (done) {
            block.search = g3_search_open(&table, join->options->boundary);
            done = visit_rows(&join->index, join->index_run, search_row, &block, error);
        }
        g3_search_close(block.search);
        free(block.claims.items);
        g3_join_table_clear(&table);
    }
    g3_run_reader_close(&reader);
    return done;
}

/* Going through the index rows with their claims. */
typedef struct decision {
    blocks_join *join;
    g3_claims claims;
    g3_arena keys; /* of the row's claims */
    claim_head head;
    g3_buffer key; /* of the claim read last, which may be the next row's */
    bool begun, ended;
} decision;

static bool read_claim(decision *at, g3_error *error)
{
    g3_view line;
    at->begun = true;
    if (!g3_sorter_next(at->join->claims, &line, &at->ended, error))
        return false;
    if (at->ended)
        return true;
    memcpy(&at->head, line.data, sizeof at->head);
    g3_buffer_clear(&at->key);
    g3_buffer_append(&at->key,
                     (g3_view){line.data + sizeof at->head, line.length - sizeof at->head});
    return true;
}

static bool decide_row(void *context, const g3_join_row *row, g3_error *error)
{
    decision *at = context;
    blocks_join *join = at->join;
    g3_arena_clear(&at->keys);
    if (!at->begun && !read_claim(at, error))
        return false;
    while (!at->ended && at->head.index == row->number) {
        g3_view key = g3_arena_copy(&at->keys, g3_buffer_view(&at->key));
        g3_claims_add(&at->claims, (g3_claim){at->head.number, key, at->head.more});
        if (!read_claim(at, error))
            return false;
    }
    return g3_gifts_decide(&join->gifts, join->options, row, &at->claims, join->counts, error);
}

static bool decide(blocks_join *join, g3_error *error)
{
    decision at = {.join = join};
    bool done = visit_rows(&join->index, join->index_run, decide_row, &at, error);
    free(at.claims.items);
    g3_arena_free(&at.keys);
    g3_buffer_free(&at.key);
    return done;
}

static bool tell_row(void *context, const g3_join_row *row, g3_error *error)
{
    blocks_join *join = context;
    return g3_gifts_tell(&join->gifts, join->options, row, join->counts, error);
}

bool g3_join_blocks(const g3_join_options *options, g3_join_table *begun, g3_join_counts *counts,
                    g3_error *error)
{
    blocks_join join = {.options = options, .counts = counts};
    counts->on_disk = true;
    join.claims = g3_sorter_open(options->memory / 4);
    g3_gifts_open(&join.gifts, options->memory / 4);
    bool done = write_sides(&join, begun, error) && search_blocks(&join, error) &&
                decide(&join, error) &&
                visit_rows(&join.metadata, join.metadata_run, tell_row, &join, error);
    g3_spill_close(&join.metadata);
    g3_spill_close(&join.keys);
    g3_spill_close(&join.index);
    g3_sorter_close(join.claims);
    g3_gifts_close(&join.gifts);
    g3_buffer_free(&join.space);
    return done;
}
