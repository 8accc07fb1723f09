/* What the joins have in common: taking chunks, telling results, sorting them until they can be
 * told. */
#include "pairs.h"
#include "g3/base/interrupt.h"

/* Room behind a chunk's rows, for the one that fills it. */
#define LAST_ROW_ROOM ((size_t)16 * 1024)

bool g3_take_chunk(const g3_join_options *options, g3_feed *feed, g3_join_chunk **chunk,
                   g3_error *error)
{
    if (g3_interrupted())
        return g3_fail(error, G3_EXIT_INTERRUPTED, "interrupted");
    if (!g3_feed_next(feed, chunk, error))
        return false;
    if (*chunk)
        options->taker->take_progress(options->taker->context, feed == options->index,
                                      (*chunk)->told.rows + (*chunk)->count);
    for (size_t i = 0; *chunk && i < (*chunk)->bad_count; i++) {
        if (!options->taker->take_bad(options->taker->context, &(*chunk)->bad[i], error)) {
            g3_join_chunk_close(*chunk);
            return false;
        }
    }
    return true;
}

/* Has the table make room for all rows that are to come, if that can be known and they will fit. */
static void expect_rows(g3_feed *feed, g3_join_table *table, size_t memory)
{
    uint64_t rows = g3_feed_expected(feed), room = memory - table->bytes;
    if (table->row_count && rows < SIZE_MAX / table->bytes &&
        rows * (table->bytes / table->row_count + 4 * sizeof *table->slots) < room)
        g3_join_table_expect(table, (size_t)rows);
}

bool g3_fill_table(const g3_join_options *options, g3_feed *feed, g3_join_table *table,
                   size_t memory, bool *ended, g3_error *error)
{
    *ended = false;
    while (!*ended && g3_join_table_size(table) <= memory) {
        g3_join_chunk *chunk;
        if (!g3_take_chunk(options, feed, &chunk, error))
            return false;
        *ended = !chunk;
        if (chunk)
            g3_join_table_take(table, chunk);
        if (chunk && table->first == chunk && table->bytes < memory)
            expect_rows(feed, table, memory);
    }
    return true;
}

bool g3_visit_chunk(const g3_join_chunk *chunk, g3_row_function *visit, void *context,
                    g3_error *error)
{
    const g3_join_row *row = (const g3_join_row *)(const void *)chunk->rows.data;
    for (size_t i = 0; i < chunk->count; i++, row = g3_join_row_after(row))
        if (!visit(context, row, error))
            return false;
    return true;
}

bool g3_visit_table(const g3_join_table *table, g3_row_function *visit, void *context,
                    g3_error *error)
{
    for (const g3_join_chunk *chunk = table->first; chunk; chunk = chunk->next) {
        if (g3_interrupted())
            return g3_fail(error, G3_EXIT_INTERRUPTED, "interrupted");
        if (!g3_visit_chunk(chunk, visit, context, error))
            return false;
    }
    return true;
}

bool g3_visit_feed(const g3_join_options *options, g3_feed *feed, g3_row_function *visit,
                   void *context, g3_error *error)
{
    for (;;) {
        g3_join_chunk *chunk;
        if (!g3_take_chunk(options, feed, &chunk, error))
            return false;
        if (!chunk)
            return true;
        bool done = g3_visit_chunk(chunk, visit, context, error);
        g3_feed_give_back(feed, chunk);
        if (!done)
            return false;
    }
}

bool g3_tell_pair(const g3_join_options *options, g3_join_counts *counts, bool first,
                  const g3_join_row *metadata, const g3_join_row *index, g3_error *error)
{
    counts->metadata_matched += first && index;
    counts->pairs += index != NULL;
    return options->taker->take(options->taker->context, metadata, index, error);
}

void g3_pack_row(g3_buffer *buffer, const g3_join_row *row, unsigned parts)
{
    const size_t align = _Alignof(g3_join_row), head = g3_join_row_head(row);
    size_t begin = buffer->length;
    g3_join_row packed = {0};
    memcpy(&packed, row, head);
    for (int part = 0; part < G3_JOIN_PARTS; part++)
        if (!(parts & G3_PART_BIT(part)))
            packed.lengths[part] = 0;
    if (!(parts & G3_PART_BIT(G3_JOIN_KEY))) /* nobody will look the row up or say where it was: */
        packed.hash = 0;                     /* zeros pack better */
    if (!(parts & G3_PART_BIT(G3_JOIN_STORED)) || packed.flags & G3_JOIN_LINKED)
        packed.line = 0;
    packed.flags &= (uint16_t)~G3_JOIN_LINKED;
    g3_buffer_append(buffer, (g3_view){(const char *)&packed, head});
    for (int part = 0; part < G3_JOIN_PARTS; part++)
        if (packed.lengths[part])
            g3_buffer_append(buffer, g3_join_row_part(row, (g3_join_part)part));
    while ((buffer->length - begin) % align)
        g3_buffer_append_char(buffer, 0);
}

const g3_join_row *g3_unpack_row(g3_view packed, g3_buffer *space, g3_view *rest)
{
    g3_buffer_clear(space);
    g3_buffer_append(space, packed);
    const g3_join_row *row = (const g3_join_row *)(const void *)space->data;
    size_t size = (size_t)((const char *)g3_join_row_after(row) - space->data);
    *rest = (g3_view){space->data + size, packed.length - size};
    return row;
}

/* Fills a chunk with packed rows. */
static bool load_chunk(g3_run_reader *reader, g3_join_chunk *chunk, size_t size, g3_error *error)
{
    while (chunk->rows.length < size) {
        if (!g3_run_reader_next(reader, error))
            return false;
        if (reader->ended)
            return true;
        g3_buffer_append(&chunk->rows, reader->item.line);
        g3_buffer_reserve(&chunk->rows, G3_JOIN_ROW_SLACK);
        chunk->count++;
    }
    return true;
}

bool g3_load_block(g3_join_table *table, g3_run_reader *reader, size_t memory, g3_error *error)
{
    const size_t size = g3_join_chunk_size(memory);
    do { /* one chunk at least, however little memory there is */
        g3_join_chunk *chunk = g3_join_chunk_open(size + LAST_ROW_ROOM);
        bool done = load_chunk(reader, chunk, size, error);
        g3_join_table_take(table, chunk);
        if (!done)
            return false;
    } while (!reader->ended && g3_join_table_size(table) <= memory);
    g3_join_table_build(table);
    return true;
}

void g3_pairs_open(g3_pairs *pairs, size_t memory)
{
    pairs->sorter = g3_sorter_open(memory);
}

bool g3_pairs_add(g3_pairs *pairs, const g3_join_row *metadata, const g3_join_row *index,
                  g3_error *error)
{
    g3_buffer_clear(&pairs->space);
    g3_pack_row(&pairs->space, metadata, G3_METADATA_OUTPUT);
    if (index)
        g3_pack_row(&pairs->space, index, G3_INDEX_OUTPUT);
    return g3_sorter_add_numbered(pairs->sorter, metadata->number, g3_buffer_view(&pairs->space),
                                  error);
}

/* A metadata row that is told as being without a partner unless one turns up. */
typedef struct lone_row {
    g3_buffer space;
    const g3_join_row *row; /* NULL: there is none */
} lone_row;

static bool tell_lone(lone_row *lone, const g3_join_options *options, g3_join_counts *counts,
                      g3_error *error)
{
    const g3_join_row *row = lone->row;
    lone->row = NULL;
    return !row || g3_tell_pair(options, counts, true, row, NULL, error);
}

bool g3_pairs_tell(g3_pairs *pairs, const g3_join_options *options, g3_join_counts *counts,
                   g3_error *error)
{
    lone_row lone = {0};
    uint64_t told = UINT64_MAX; /* number of the row told last */
    bool ended = false, done = true;
    while (done) {
        g3_view line, rest;
        done = g3_sorter_next(pairs->sorter, &line, &ended, error);
        if (!done || ended)
            break;
        if (g3_interrupted()) {
            done = g3_fail(error, G3_EXIT_INTERRUPTED, "interrupted");
            break;
        }
        const g3_join_row *metadata = g3_unpack_row(line, &pairs->space, &rest);
        if (lone.row && lone.row->number != metadata->number)
            done = tell_lone(&lone, options, counts, error);
        lone.row = NULL;
        if (rest.length == 0) {
            lone.row = g3_unpack_row(line, &lone.space, &rest);
        } else if (done) {
            const g3_join_row *index = (const g3_join_row *)(const void *)rest.data;
            done = g3_tell_pair(options, counts, told != metadata->number, metadata, index, error);
            told = metadata->number;
        }
    }
    done = done && tell_lone(&lone, options, counts, error);
    g3_buffer_free(&lone.space);
    return done;
}

void g3_pairs_close(g3_pairs *pairs)
{
    g3_sorter_close(pairs->sorter);
    g3_buffer_free(&pairs->space);
    *pairs = (g3_pairs){0};
}

void g3_left_open(g3_left *left, bool wanted, size_t memory)
{
    left->wanted = wanted;
    left->sorter = g3_sorter_open(memory);
}

bool g3_left_add(g3_left *left, const g3_join_row *index, g3_join_counts *counts, g3_error *error)
{
    bool shared = index->flags & G3_JOIN_SHARED, matched = index->flags & G3_JOIN_MATCHED;
    if (!shared)
        counts->index_matched += matched;
    if (!shared && (matched || !left->wanted))
        return true;
    g3_buffer_clear(&left->space);
    g3_pack_row(&left->space, index, left->wanted && !matched ? G3_INDEX_LEFT : 0);
    return g3_sorter_add_numbered(left->sorter, index->number, g3_buffer_view(&left->space), error);
}

bool g3_left_group_end(g3_left_group *group, const g3_join_options *options, g3_join_counts *counts,
                       g3_error *error)
{
    const g3_join_row *row = group->row;
    group->row = NULL;
    counts->index_matched += row && group->matched;
    if (!row || group->matched || !options->want_left)
        return true;
    return options->taker->take_left(options->taker->context, row, error);
}

bool g3_left_group_add(g3_left_group *group, const g3_join_row *row, const g3_join_options *options,
                       g3_join_counts *counts, g3_error *error)
{
    bool same = group->row && group->row->number == row->number;
    if (!same && !g3_left_group_end(group, options, counts, error))
        return false;
    group->matched = (same && group->matched) || (row->flags & G3_JOIN_MATCHED);
    if (!same || !(row->flags & G3_JOIN_MATCHED)) /* one that is not matched has its text */
        group->row = row;
    return true;
}

bool g3_left_tell(g3_left *left, const g3_join_options *options, g3_join_counts *counts,
                  g3_error *error)
{
    g3_buffer spaces[2] = {{0}, {0}}; /* of the row at hand, and of the group's */
    g3_left_group group = {0};
    bool ended = false, done = true;
    while (done && !ended) {
        g3_view line, rest;
        done = g3_sorter_next(left->sorter, &line, &ended, error);
        if (!done || ended)
            break;
        g3_buffer *space = group.row == (const void *)spaces[0].data ? &spaces[1] : &spaces[0];
        const g3_join_row *row = g3_unpack_row(line, space, &rest);
        done = g3_left_group_add(&group, row, options, counts, error);
    }
    done = done && g3_left_group_end(&group, options, counts, error);
    g3_buffer_free(&spaces[0]);
    g3_buffer_free(&spaces[1]);
    return done;
}

void g3_left_close(g3_left *left)
{
    g3_sorter_close(left->sorter);
    g3_buffer_free(&left->space);
    *left = (g3_left){0};
}
