/* What the ways to find keys in cells have in common. Included by search_keys.c and the ways. */
#ifndef TESTS_BENCH_SEARCH_WAYS_H
#define TESTS_BENCH_SEARCH_WAYS_H

#include "g3/base/buffer.h"
#include "g3/base/memory.h"

typedef struct lines {
    g3_buffer bytes;
    g3_view *lines; /* in `bytes`, none empty; owned */
    size_t count;
    size_t capacity;
} lines;

/* What was found. A key counts once for a cell, however often it occurs there. */
typedef struct tally {
    uint64_t cells;
    uint64_t matches;
    uint32_t *keys; /* of the current cell; owned */
    size_t key_count;
    size_t key_capacity;
} tally;

typedef struct way {
    const char *name;
    /* A finder for `keys`, which outlive it; owned by the caller: close(). NULL after a message. */
    void *(*build)(const lines *keys);
    /* Says begin_cell() for each cell and add_key() for each key found in it. */
    void (*search)(const void *finder, const lines *cells, tally *sum);
    void (*close)(void *take_finder);
} way;

extern const way g3_way, aho_corasick_way, lengths_way, hyperscan_way;

static inline void begin_cell(tally *sum)
{
    sum->key_count = 0;
}

/* @param key  its place in the lines of the keys */
static inline void add_key(tally *sum, uint32_t key)
{
    for (size_t i = 0; i < sum->key_count; i++)
        if (sum->keys[i] == key)
            return;
    if (sum->key_count == sum->key_capacity) {
        sum->key_capacity = sum->key_capacity ? sum->key_capacity * 2 : 64;
        sum->keys = g3_reallocate(sum->keys, sum->key_capacity, sizeof *sum->keys);
    }
    sum->keys[sum->key_count++] = key;
    sum->cells += sum->key_count == 1;
    sum->matches++;
}

#endif
