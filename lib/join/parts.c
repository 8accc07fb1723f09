/* The exact join by parts on disk. Called by exact.c.
 *
 * Rows of equal keys have equal hashes and so are in the same part. A part of the index is joined
 * with that of the metadata by a table; if it does not fit in memory either (a few keys may have
 * most rows), in blocks, the metadata's part being read once for each. Pairs are sorted by the
 * metadata row's number, and told when all parts are done.
 */
#include "parts.h"
#include "g3/base/interrupt.h"
#include "g3/io/spill.h"
#include "pairs.h"

/* Parts a side: so many times the memory is joined without reading a part of the metadata twice. */
#define PARTS ((size_t)64)

/* Bits of the hash that choose the part: not those that choose a slot, nor those kept in one. */
#define PART_SHIFT 40

/* Least bytes gathered for a part before they are written. */
#define LEAST_BLOCK ((size_t)4096)

/* One side on disk. */
typedef struct side {
    g3_spill spills[PARTS];
    g3_run runs[PARTS];
} side;

/* What a join by parts has open. */
typedef struct parts_join {
    const g3_join_options *options;
    g3_join_counts *counts;
    side index, metadata;
    g3_pairs pairs;
    g3_left left;
    g3_buffer space; /* the row being read or written */
} parts_join;

static bool open_side(side *opened, size_t memory, g3_error *error)
{
    size_t block = memory / PARTS / 2;
    for (size_t i = 0; i < PARTS; i++)
        if (!g3_spill_open(&opened->spills[i], block < LEAST_BLOCK ? LEAST_BLOCK : block, error))
            return false;
    return true;
}

static void close_side(side *closed)
{
    for (size_t i = 0; i < PARTS; i++)
        g3_spill_close(&closed->spills[i]);
}

static bool end_writing(side *written, g3_error *error)
{
    for (size_t i = 0; i < PARTS; i++)
        if (!g3_spill_end_run(&written->spills[i], &written->runs[i], error))
            return false;
    return true;
}

static bool write_row(parts_join *join, side *to, const g3_join_row *row, g3_error *error)
{
    g3_buffer_clear(&join->space);
    g3_pack_row(&join->space, row, G3_ALL_PARTS);
    return g3_spill_append(&to->spills[(row->hash >> PART_SHIFT) % PARTS],
                           (g3_spill_item){.line = g3_buffer_view(&join->space)}, error);
}

static bool write_index_row(void *context, const g3_join_row *row, g3_error *error)
{
    parts_join *join = context;
    if (row->lengths[G3_JOIN_KEY])
        return write_row(join, &join->index, row, error);
    join->counts->index_keyless++;
    return g3_left_add(&join->left, row, join->counts, error);
}

static bool write_metadata_row(void *context, const g3_join_row *row, g3_error *error)
{
    parts_join *join = context;
    join->counts->metadata++;
    if (row->lengths[G3_JOIN_KEY])
        return write_row(join, &join->metadata, row, error);
    join->counts->metadata_keyless++;
    return g3_pairs_add(&join->pairs, row, NULL, error);
}

/* Adds the pairs of a metadata row and the rows that it matched, in a circle, the last first.
 * @param sole  there are no other blocks of this part: without a match here there is none
 * @param first_block  the row has not been joined with a block before */
static bool add_matches(parts_join *join, const g3_join_row *metadata, g3_join_row *last, bool sole,
                        bool first_block, g3_error *error)
{
    g3_join_row *index = last;
    if ((!last || !sole) && first_block && !g3_pairs_add(&join->pairs, metadata, NULL, error))
        return false;
    if (!last)
        return true;
    do {
        index = g3_join_row_next(index);
        index->flags |= G3_JOIN_MATCHED;
        if (!g3_pairs_add(&join->pairs, metadata, index, error))
            return false;
    } while (index != last);
    return true;
}

static bool add_left_row(void *context, const g3_join_row *row, g3_error *error)
{
    parts_join *join = context;
    return g3_left_add(&join->left, row, join->counts, error);
}

/* Joins a part's metadata with a block of its index. */
static bool join_block(parts_join *join, size_t part, const g3_join_table *table, bool sole,
                       bool first_block, g3_error *error)
{
    g3_run_reader reader;
    g3_view rest;
    bool done = true;
    g3_run_reader_open(&reader, &join->metadata.spills[part], join->metadata.runs[part]);
    while ((done = g3_run_reader_next(&reader, error)) && !reader.ended) {
        const g3_join_row *row = g3_unpack_row(reader.item.line, &join->space, &rest);
        g3_join_row *last =
            g3_join_table_find(table, g3_join_row_part(row, G3_JOIN_KEY), row->hash);
        if (!(done = add_matches(join, row, last, sole, first_block, error)))
            break;
    }
    g3_run_reader_close(&reader);
    return done && g3_visit_table(table, add_left_row, join, error);
}

static bool join_part(parts_join *join, size_t part, g3_error *error)
{
    g3_run_reader reader;
    bool done = true, first_block = true;
    g3_run_reader_open(&reader, &join->index.spills[part], join->index.runs[part]);
    while (done && (!reader.ended || first_block)) {
        g3_join_table table = {0};
        if (g3_interrupted())
            done = g3_fail(error, G3_EXIT_INTERRUPTED, "interrupted");
        done = done && g3_load_block(&table, &reader, join->options->memory / 2, error) &&
               join_block(join, part, &table, first_block && reader.ended, first_block, error);
        g3_join_table_clear(&table);
        first_block = false;
    }
    g3_run_reader_close(&reader);
    g3_spill_close(&join->index.spills[part]); /* gives its room on the disk back */
    g3_spill_close(&join->metadata.spills[part]);
    return done;
}

/* Writes the index to its parts, the rows read before first. */
static bool write_index(parts_join *join, g3_join_table *begun, g3_error *error)
{
    bool done = open_side(&join->index, join->options->memory, error) &&
                g3_visit_table(begun, write_index_row, join, error);
    g3_join_table_clear(begun);
    return done &&
           g3_visit_feed(join->options, join->options->index, write_index_row, join, error) &&
           end_writing(&join->index, error);
}

static bool write_metadata(parts_join *join, g3_error *error)
{
    return open_side(&join->metadata, join->options->memory, error) &&
           g3_visit_feed(join->options, join->options->metadata, write_metadata_row, join, error) &&
           end_writing(&join->metadata, error);
}

bool g3_join_parts(const g3_join_options *options, g3_join_table *begun, g3_join_counts *counts,
                   g3_error *error)
{
    parts_join join = {.options = options, .counts = counts};
    counts->on_disk = true;
    g3_pairs_open(&join.pairs, options->memory / 4);
    g3_left_open(&join.left, options->want_left, options->memory / 8);
    bool done = write_index(&join, begun, error) && write_metadata(&join, error);
    for (size_t part = 0; done && part < PARTS; part++)
        done = join_part(&join, part, error);
    done = done && g3_pairs_tell(&join.pairs, options, counts, error) &&
           g3_left_tell(&join.left, options, counts, error);
    close_side(&join.index);
    close_side(&join.metadata);
    g3_pairs_close(&join.pairs);
    g3_left_close(&join.left);
    g3_buffer_free(&join.space);
    return done;
}
