/* Search by length: for each length that keys have, a hash rolls over the cell (Rabin-Karp); a
 * filter of bits tells at once that most pieces are no key, a hash table of the keys decides. */
#include "ways.h"
#include <stdlib.h>

/* Bits of a filter for each key: about 1 piece of 16 passes that is none. */
#define FILTER_BITS ((size_t)16)

/* The factor of the rolling hash (any large odd number), and that which spreads it into its high
 * bits (2^64 divided by the golden ratio). */
#define ROLL   ((uint64_t)0x2545f4914f6cdd1d)
#define SPREAD ((uint64_t)0x9e3779b97f4a7c15)

typedef struct one_length {
    size_t length;
    size_t key_count;
    uint64_t power;   /* ROLL to the power of the length: the weight of the byte that leaves */
    uint64_t *filter; /* owned */
    unsigned shift;   /* from a spread hash to a bit of the filter */
} one_length;

typedef struct slot {
    uint32_t key; /* from 1; 0: none */
    uint32_t tag; /* of the hash, so that few wrong keys are looked at */
} slot;

typedef struct length_finder {
    const lines *keys; /* borrowed */
    one_length *lengths;
    size_t length_count;
    slot *slots; /* owned */
    unsigned shift;
} length_finder;

static uint64_t roll_over(const char *bytes, size_t length)
{
    uint64_t hash = 0;
    for (size_t i = 0; i < length; i++)
        hash = hash * ROLL + (uint8_t)bytes[i];
    return hash;
}

static uint32_t tag_of(uint64_t spread)
{
    return (uint32_t)(spread >> 16);
}

/* The shift that leaves a number below a power of two that is at least `size`. */
static unsigned shift_for(size_t size)
{
    unsigned shift = 63;
    while (shift > 1 && (uint64_t)1 << (64 - shift) < size)
        shift--;
    return shift;
}

static one_length *find_length(length_finder *finder, size_t length)
{
    for (size_t i = 0; i < finder->length_count; i++)
        if (finder->lengths[i].length == length)
            return &finder->lengths[i];
    finder->lengths =
        g3_reallocate(finder->lengths, finder->length_count + 1, sizeof *finder->lengths);
    one_length *added = &finder->lengths[finder->length_count++];
    *added = (one_length){.length = length, .power = 1};
    for (size_t i = 0; i < length; i++)
        added->power *= ROLL;
    return added;
}

static void *build_lengths(const lines *keys)
{
    length_finder *finder = g3_allocate_zeroed(1, sizeof *finder);
    finder->keys = keys;
    for (size_t k = 0; k < keys->count; k++)
        find_length(finder, keys->lines[k].length)->key_count++;
    for (size_t i = 0; i < finder->length_count; i++) {
        one_length *length = &finder->lengths[i];
        length->shift = shift_for(length->key_count * FILTER_BITS + 64);
        size_t bytes = ((size_t)1 << (64 - length->shift)) / 8;
        length->filter = memset(g3_allocate_large(bytes), 0, bytes);
    }
    finder->shift = shift_for(keys->count * 2 + 1);
    size_t bytes = ((size_t)1 << (64 - finder->shift)) * sizeof *finder->slots;
    finder->slots = memset(g3_allocate_large(bytes), 0, bytes);
    size_t mask = ((size_t)1 << (64 - finder->shift)) - 1;
    for (size_t k = 0; k < keys->count; k++) {
        g3_view key = keys->lines[k];
        one_length *length = find_length(finder, key.length);
        uint64_t spread = roll_over(key.data, key.length) * SPREAD;
        uint64_t bit = spread >> length->shift;
        length->filter[bit / 64] |= (uint64_t)1 << bit % 64;
        size_t place = spread >> finder->shift;
        while (finder->slots[place].key)
            place = (place + 1) & mask;
        finder->slots[place] = (slot){(uint32_t)k + 1, tag_of(spread)};
    }
    return finder;
}

static void add_if_key(const length_finder *finder, g3_view piece, uint64_t spread, tally *sum)
{
    size_t mask = ((size_t)1 << (64 - finder->shift)) - 1;
    size_t place = spread >> finder->shift;
    for (; finder->slots[place].key; place = (place + 1) & mask)
        if (finder->slots[place].tag == tag_of(spread) &&
            g3_view_equal(piece, finder->keys->lines[finder->slots[place].key - 1])) {
            add_key(sum, finder->slots[place].key - 1);
            return;
        }
}

static void search_one_length(const length_finder *finder, const one_length *keys, g3_view cell,
                              tally *sum)
{
    if (cell.length < keys->length)
        return;
    uint64_t hash = roll_over(cell.data, keys->length);
    for (size_t end = keys->length;; end++) {
        uint64_t spread = hash * SPREAD, bit = spread >> keys->shift;
        const char *begin = cell.data + end - keys->length;
        if (keys->filter[bit / 64] >> bit % 64 & 1)
            add_if_key(finder, (g3_view){begin, keys->length}, spread, sum);
        if (end == cell.length)
            break;
        hash = hash * ROLL + (uint8_t)cell.data[end] - (uint8_t)*begin * keys->power;
    }
}

static void search_lengths(const void *finder, const lines *cells, tally *sum)
{
    const length_finder *lengths = finder;
    for (size_t c = 0; c < cells->count; c++) {
        begin_cell(sum);
        for (size_t i = 0; i < lengths->length_count; i++)
            search_one_length(lengths, &lengths->lengths[i], cells->lines[c], sum);
    }
}

static void close_lengths(void *take_finder)
{
    length_finder *finder = take_finder;
    for (size_t i = 0; i < finder->length_count; i++)
        free(finder->lengths[i].filter);
    free(finder->lengths);
    free(finder->slots);
    free(finder);
}

const way lengths_way = {"lengths", build_lengths, search_lengths, close_lengths};
