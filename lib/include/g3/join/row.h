/* Rows on their way through a join: of a manifest's row just what the join needs, one piece of
 * memory each, one behind the other in chunks.
 *
 * A feed (g3/join/feed.h) makes them in a thread of its own; whoever takes a chunk owns its memory,
 * so that a table (g3/join/table.h) keeps rows without copying them.
 */
#ifndef G3_JOIN_ROW_H
#define G3_JOIN_ROW_H

#include "g3/base/abi.h"
#include "g3/base/buffer.h"
#include "g3/base/memory.h"
#include <stdalign.h>
#include <stddef.h>

G3_BEGIN_C

/* What a row is made of; what is not asked for is empty. */
typedef enum g3_join_part {
    G3_JOIN_KEY,  /* the cells that are compared, without blanks around them; empty: matches none */
    G3_JOIN_GUID, /* the GUID's cell, without blanks around it */
    G3_JOIN_TEXT, /* cells as the output will have them */
    G3_JOIN_LEFT, /* cells as the file of unmatched rows will have them */
    G3_JOIN_STORED, /* the row as it stands in its file, for the reject file */
    G3_JOIN_PARTS,
} g3_join_part;

/* What is known of a row besides its parts. */
typedef enum g3_join_flag {
    G3_JOIN_SHARED = 1,  /* one of several rows that are the same but for their key */
    G3_JOIN_MATCHED = 2, /* in a table: was found */
    G3_JOIN_LINKED = 4,  /* in a table: there are more rows of its key */
    G3_JOIN_SHORT = 8,   /* has no part behind the GUID, and no room for their lengths */
} g3_join_flag;

/* A row of more than one key (items of a list) comes once for each, in a row. Its parts stand
 * directly behind it, one behind the other: see g3_join_row_head(). */
typedef struct g3_join_row {
    uint64_t hash;   /* of the key (g3_hash) */
    uint64_t number; /* of the row in its input, counting from 0 over all files */
    union {
        struct g3_join_row *next; /* of one that is linked: the next row of its key, in a circle */
        uint64_t line;            /* else: where it stands in its file */
    };
    uint16_t file;                   /* of the input's, counting from 0 */
    uint16_t flags;                  /* of g3_join_flag */
    uint32_t lengths[G3_JOIN_PARTS]; /* bytes of each part; of a short row, the first two */
} g3_join_row;

/* Parts whose lengths a short row has. Tables are full of such rows. */
#define G3_JOIN_SHORT_PARTS (G3_JOIN_GUID + 1)

/* Bytes behind a row that may be read, for searches that look at several bytes at once. */
#define G3_JOIN_ROW_SLACK ((size_t)16)

/* Bytes of a row in front of its parts. */
static inline size_t g3_join_row_head(const g3_join_row *row)
{
    return row->flags & G3_JOIN_SHORT
               ? offsetof(g3_join_row, lengths) + G3_JOIN_SHORT_PARTS * sizeof(uint32_t)
               : sizeof(g3_join_row);
}

/* Bytes of a part. */
static inline size_t g3_join_row_length(const g3_join_row *row, g3_join_part part)
{
    return part < G3_JOIN_SHORT_PARTS || !(row->flags & G3_JOIN_SHORT) ? row->lengths[part] : 0;
}

/* One part of a row; borrowed from it. */
static inline g3_view g3_join_row_part(const g3_join_row *row, g3_join_part part)
{
    const char *at = (const char *)row + g3_join_row_head(row);
    for (int before = 0; before < (int)part; before++)
        at += g3_join_row_length(row, (g3_join_part)before);
    const g3_view view = {at, g3_join_row_length(row, part)};
    return view;
}

/* In a table: the next row of the same key, in a circle. */
static inline g3_join_row *g3_join_row_next(g3_join_row *row)
{
    return row->flags & G3_JOIN_LINKED ? row->next : row;
}

/* Bytes of a row, without what fills it up to the next one. */
static inline size_t g3_join_row_size(const g3_join_row *row)
{
    size_t size = g3_join_row_head(row);
    for (int part = 0; part < G3_JOIN_PARTS; part++)
        size += g3_join_row_length(row, (g3_join_part)part);
    return size;
}

/* The row behind this one in its chunk. */
static inline g3_join_row *g3_join_row_after(const g3_join_row *row)
{
    size_t align = alignof(g3_join_row);
    size_t size = (g3_join_row_size(row) + align - 1) & ~(align - 1);
    return (g3_join_row *)((char *)(uintptr_t)row + size);
}

/* A row of the manifest that could not be used. */
typedef struct g3_join_bad_row {
    const char *file; /* name; lives as long as the feed */
    uint64_t line;
    g3_view text;
    const char *reason;
} g3_join_bad_row;

/* Files that what is told of rows may be for. */
#define G3_JOIN_FILES ((size_t)2)

/* In a hit, see below. */
#define G3_JOIN_HIT_LINKED (UINT64_C(1) << 63)

/* What was told of rows, in the thread that read them. */
typedef struct g3_join_told {
    g3_buffer files[G3_JOIN_FILES]; /* bytes for them */
    uint64_t *hits; /* slots of the keys that were found (g3_join_match), as often as they were,
                       with G3_JOIN_HIT_LINKED where there are more rows of the key; owned */
    size_t hit_count, hit_capacity;
    uint64_t rows;                              /* told */
    uint64_t rows_keyless, rows_matched, pairs; /* as g3_join_counts has them */
} g3_join_told;

/* Forgets what was told, keeps the memory. */
void g3_join_told_clear(g3_join_told *told);

/* Gives the memory back; as new afterwards. */
void g3_join_told_free(g3_join_told *told);

/* Rows that are handed on together, and the bad ones among them. */
typedef struct g3_join_chunk {
    struct g3_join_chunk *next; /* for whoever holds several */
    g3_buffer rows;             /* g3_join_row, one behind the other */
    size_t part_begin;          /* of the part being written */
    bool too_long;              /* a part of the row being written is */
    size_t count;
    g3_join_bad_row *bad; /* in `arena` */
    size_t bad_count;
    size_t bad_capacity;
    g3_arena arena;    /* texts of bad rows */
    g3_join_told told; /* of rows that stood in front of those in `rows` (g3_feed_set_stage()) */
} g3_join_chunk;

/* Bytes for the rows of a chunk, where there are `memory` for all: a huge page, so that tables of
 * many chunks are quick to fill and to look into, or less, so that several fit. */
size_t g3_join_chunk_size(size_t memory);

/* An empty chunk with room for `size` bytes of rows; owned by the caller:
 * g3_join_chunk_close(). */
g3_join_chunk *g3_join_chunk_open(size_t size);

/* Begins a row behind those of the chunk: its parts are to be appended to chunk->rows in their
 * order, each followed by g3_join_chunk_end_part().
 * @return the row's place in chunk->rows */
size_t g3_join_chunk_begin_row(g3_join_chunk *chunk, uint64_t number, uint16_t file, uint64_t line);

/* Ends a part of the row that began at `place`; parts left out are empty. */
static inline void g3_join_chunk_end_part(g3_join_chunk *chunk, size_t place, g3_join_part part)
{
    size_t length = chunk->rows.length - chunk->part_begin;
    g3_join_row *row = (g3_join_row *)(void *)(chunk->rows.data + place);
    row->lengths[part] = (uint32_t)length;
    chunk->too_long = chunk->too_long || length > UINT32_MAX;
    chunk->part_begin = chunk->rows.length;
}

/* Ends the row: hashes its key.
 * @param flags  of g3_join_flag
 * @return false if a part has 4 GiB or more: the row must be dropped */
bool g3_join_chunk_end_row(g3_join_chunk *chunk, size_t place, uint16_t flags);

/* Counts the row that ends with the chunk's bytes, and fills up to where another may begin. */
static inline void g3_join_chunk_fill_up(g3_join_chunk *chunk)
{
    const size_t align = alignof(g3_join_row);
    memset(g3_buffer_reserve(&chunk->rows, align + G3_JOIN_ROW_SLACK), 0, align);
    chunk->rows.length = (chunk->rows.length + align - 1) & ~(align - 1);
    chunk->count++;
}

/* Forgets the row that began at `place`. */
void g3_join_chunk_drop_row(g3_join_chunk *chunk, size_t place);

/* Adds a copy of a bad row; `file` is borrowed. */
void g3_join_chunk_add_bad(g3_join_chunk *chunk, const char *file, uint64_t line, g3_view text,
                           const char *reason);

/* Forgets all rows, and what was told of rows; keeps the memory. */
void g3_join_chunk_clear(g3_join_chunk *chunk);

void g3_join_chunk_close(g3_join_chunk *chunk); /* NULL is allowed */

G3_END_C

#endif
