/* Chunks of rows: filled by a feed, kept by a table. */
#include "g3/base/hash.h"
#include "g3/join/row.h"
#include <stdlib.h>

/* Chunks that a small memory is parted into, and their least and most bytes; most: a huge page. */
#define CHUNKS     ((size_t)32)
#define LEAST_SIZE ((size_t)16 * 1024)
#define MOST_SIZE  ((size_t)2 * 1024 * 1024)

/* Bad rows that there is room for at first. */
#define FIRST_BAD ((size_t)8)

size_t g3_join_chunk_size(size_t memory)
{
    size_t size = memory / CHUNKS;
    return size > MOST_SIZE ? MOST_SIZE : size < LEAST_SIZE ? LEAST_SIZE : size;
}

g3_join_chunk *g3_join_chunk_open(size_t size)
{
    g3_join_chunk *chunk = g3_allocate_zeroed(1, sizeof *chunk);
    chunk->rows.data = g3_allocate_large(size);
    chunk->rows.capacity = size;
    return chunk;
}

static g3_join_row *row_at(const g3_join_chunk *chunk, size_t place)
{
    return (g3_join_row *)(void *)(chunk->rows.data + place);
}

size_t g3_join_chunk_begin_row(g3_join_chunk *chunk, uint64_t number, uint16_t file, uint64_t line)
{
    size_t place = chunk->rows.length;
    g3_buffer_reserve(&chunk->rows, sizeof(g3_join_row));
    *row_at(chunk, place) = (g3_join_row){.number = number, .line = line, .file = file};
    chunk->rows.length += sizeof(g3_join_row);
    chunk->part_begin = chunk->rows.length;
    chunk->too_long = false;
    return place;
}

bool g3_join_chunk_end_row(g3_join_chunk *chunk, size_t place, uint16_t flags)
{
    g3_join_row *row = row_at(chunk, place);
    if (chunk->too_long)
        return false;
    row->flags = flags;
    row->hash = g3_hash(g3_join_row_part(row, G3_JOIN_KEY));
    g3_join_chunk_fill_up(chunk);
    return true;
}

void g3_join_chunk_drop_row(g3_join_chunk *chunk, size_t place)
{
    chunk->rows.length = place;
}

void g3_join_chunk_add_bad(g3_join_chunk *chunk, const char *file, uint64_t line, g3_view text,
                           const char *reason)
{
    if (chunk->bad_count == chunk->bad_capacity) {
        size_t capacity = chunk->bad_capacity ? chunk->bad_capacity * 2 : FIRST_BAD;
        g3_join_bad_row *more = g3_arena_take(&chunk->arena, capacity * sizeof *more);
        if (chunk->bad_count)
            memcpy(more, chunk->bad, chunk->bad_count * sizeof *more);
        chunk->bad = more;
        chunk->bad_capacity = capacity;
    }
    chunk->bad[chunk->bad_count++] =
        (g3_join_bad_row){.file = file,
                          .line = line,
                          .text = g3_arena_copy(&chunk->arena, text),
                          .reason = g3_arena_copy(&chunk->arena, g3_view_of(reason)).data};
}

void g3_join_told_clear(g3_join_told *told)
{
    for (size_t i = 0; i < G3_JOIN_FILES; i++)
        g3_buffer_clear(&told->files[i]);
    told->hit_count = 0;
    told->rows = told->rows_keyless = told->rows_matched = told->pairs = 0;
}

void g3_join_told_free(g3_join_told *told)
{
    for (size_t i = 0; i < G3_JOIN_FILES; i++)
        g3_buffer_free(&told->files[i]);
    free(told->hits);
    *told = (g3_join_told){0};
}

void g3_join_chunk_clear(g3_join_chunk *chunk)
{
    g3_join_told_clear(&chunk->told);
    g3_buffer_clear(&chunk->rows);
    chunk->count = 0;
    chunk->bad = NULL;
    chunk->bad_count = chunk->bad_capacity = 0;
    g3_arena_clear(&chunk->arena);
}

void g3_join_chunk_close(g3_join_chunk *chunk)
{
    if (!chunk)
        return;
    g3_buffer_free(&chunk->rows);
    g3_arena_free(&chunk->arena);
    g3_join_told_free(&chunk->told);
    free(chunk);
}
