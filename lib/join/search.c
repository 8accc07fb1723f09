/* Finding keys in texts: bit filters by length of key, then the table. Called by the partial join.
 *
 * Keys are parted into bands by their length. All keys of a band are found by a window of as many
 * bytes as its shortest key has, at most 16: the key's first, middle or last bytes, whichever tells
 * the keys apart best. (Sample ids often begin alike: the first eight bytes of a thousand TCGA
 * barcodes are a dozen different ones.)
 */
#include "g3/join/search.h"
#include "g3/base/hash.h"
#include <stdlib.h>

/* Most bytes of a window. */
#define WINDOW ((size_t)16)

/* While there are so few lengths, each has a band of its own: its window is then the whole key, and
 * passing the filter all but means a match. Beyond, neighbours share one. */
#define OWN_BANDS ((size_t)4)

/* The shortest keys of the bands where lengths share them. */
static const size_t BAND_BEGINS[] = {1, 2, 3, 4, 5, 7, 9, 13, WINDOW + 1};
#define BAND_LIMIT (sizeof BAND_BEGINS / sizeof *BAND_BEGINS)

/* While the windows' first two bytes are so few different pairs, they are looked at first: in a
 * table that stays in the first-level cache, where the filter of a million keys does not. Beyond,
 * the texts would pass it too often for a branch to pay. */
#define MOST_PAIRS  ((size_t)128)
#define PAIR_VALUES ((size_t)1 << 16)

/* Filter bits for a key, at least: two are set in a word of 64, so that one window in a hundred
 * passes that should not. */
#define BITS_PER_KEY ((size_t)16)

/* Places that passed the filter, looked up together so that the memory's answers overlap. */
#define PENDING ((size_t)32)

/* Which of a key's bytes the window has. */
typedef enum anchor { ANCHOR_BEGIN, ANCHOR_END, ANCHOR_MIDDLE, ANCHORS } anchor;

typedef struct band {
    size_t window;     /* bytes */
    uint64_t masks[2]; /* of the window's bytes, in two words */
    anchor anchor;
    uint64_t *filter; /* owned */
    uint64_t *pairs; /* a bit for each pair of bytes that a window begins with; owned; NULL: many */
    unsigned shift;  /* of a hash, to be the number of a word of the filter */
    size_t *lengths; /* of its keys, ascending; owned */
    size_t length_count;
} band;

/* A key that may be at a place of the text. */
typedef struct pending {
    g3_view key;
    uint64_t hash;
} pending;

struct g3_search {
    const g3_join_table *table;
    bool boundary;
    band bands[BAND_LIMIT];
    size_t band_count;
    pending pending[PENDING];
    size_t pending_count;
    g3_join_row **found;
    size_t found_count, found_capacity;
};

static inline uint64_t load(const char *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof word);
    return word;
}

/* Mixes a window's bytes so that all bits of the hash depend on all of them (constants: the golden
 * ratio's and two of splitmix64's). */
static inline uint64_t hash_window(const char *at, const uint64_t masks[2], bool wide)
{
    uint64_t hash = (load(at) & masks[0]) * 0x9e3779b97f4a7c15u;
    if (wide)
        hash += (load(at + sizeof hash) & masks[1]) * 0xbf58476d1ce4e5b9u;
    hash ^= hash >> 32;
    return hash * 0x94d049bb133111ebu;
}

/* The two bits of a hash in its word of the filter. */
static inline uint64_t filter_bits(uint64_t hash)
{
    return (uint64_t)1 << (hash & 63) | (uint64_t)1 << (hash >> 6 & 63);
}

/* Where a key's window begins. */
static inline size_t window_place(const band *at, anchor by, size_t length)
{
    switch (by) {
    case ANCHOR_END:
        return length - at->window;
    case ANCHOR_MIDDLE:
        return (length - at->window) / 2;
    default:
        return 0;
    }
}

/* Calls `visit` with the key of each row of the table that has one, in the rows' order: that is how
 * they lie in memory. */
static void visit_keys(const g3_join_table *table, void (*visit)(void *context, g3_view key),
                       void *context)
{
    for (const g3_join_chunk *chunk = table->first; chunk; chunk = chunk->next) {
        const g3_join_row *row = (const g3_join_row *)(const void *)chunk->rows.data;
        for (size_t i = 0; i < chunk->count; i++, row = g3_join_row_after(row))
            if (row->lengths[G3_JOIN_KEY])
                visit(context, g3_join_row_part(row, G3_JOIN_KEY));
    }
}

/* The lengths of all keys, each once, ascending. */
typedef struct lengths {
    size_t *items;
    size_t count, capacity;
} lengths;

static void add_length(void *context, g3_view key)
{
    lengths *all = context;
    size_t low = 0, high = all->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (all->items[middle] < key.length)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < all->count && all->items[low] == key.length)
        return;
    if (all->count == all->capacity) {
        all->capacity = all->capacity * 2 + 8;
        all->items = g3_reallocate(all->items, all->capacity, sizeof *all->items);
    }
    memmove(all->items + low + 1, all->items + low, (all->count - low) * sizeof *all->items);
    all->items[low] = key.length;
    all->count++;
}

/* Sets which bytes of two words a window of that length has. */
static void set_masks(band *made)
{
    unsigned char bytes[2 * sizeof(uint64_t)] = {0};
    memset(bytes, 0xff, made->window);
    memcpy(made->masks, bytes, sizeof bytes);
}

static void add_band(g3_search *search, const size_t *items, size_t count)
{
    band *made = &search->bands[search->band_count++];
    made->window = items[0] < WINDOW ? items[0] : WINDOW;
    made->lengths = g3_allocate(count * sizeof *items);
    made->length_count = count;
    memcpy(made->lengths, items, count * sizeof *items);
    set_masks(made);
}

/* Parts the lengths into bands. */
static void make_bands(g3_search *search, const lengths *all)
{
    size_t begin = 0, short_count = 0, group = 0;
    while (short_count < all->count && all->items[short_count] <= WINDOW)
        short_count++;
    for (size_t i = 0; i < all->count; i = begin) {
        size_t end = i + 1;
        while (group + 1 < BAND_LIMIT && BAND_BEGINS[group + 1] <= all->items[i])
            group++;
        bool own = short_count <= OWN_BANDS && all->items[i] <= WINDOW;
        while (!own && end < all->count &&
               (group + 1 == BAND_LIMIT || all->items[end] < BAND_BEGINS[group + 1]))
            end++;
        add_band(search, all->items + i, end - i);
        begin = end;
    }
}

/* A filter in the making. */
typedef struct filter_maker {
    const band *made;
    anchor anchor;
    uint64_t *filter;
    unsigned shift;
} filter_maker;

static void add_to_filter(void *context, g3_view key)
{
    const filter_maker *maker = context;
    const band *made = maker->made;
    if (key.length < made->lengths[0] || key.length > made->lengths[made->length_count - 1])
        return;
    uint64_t hash = hash_window(key.data + window_place(made, maker->anchor, key.length),
                                made->masks, made->window > sizeof hash);
    maker->filter[hash >> maker->shift] |= filter_bits(hash);
}

static size_t count_bits(const uint64_t *words, size_t count)
{
    size_t bits = 0;
    for (size_t i = 0; i < count; i++)
        bits += (size_t)__builtin_popcountll(words[i]);
    return bits;
}

/* Makes a band's filter by each anchor, and keeps the one that has the most different windows. */
static void make_filter(const g3_search *search, band *made)
{
    size_t words = 2, most = 0;
    unsigned shift = 63;
    while (words * 64 < search->table->key_count * BITS_PER_KEY) {
        words *= 2;
        shift--;
    }
    bool whole = made->length_count == 1 && made->lengths[0] == made->window;
    for (anchor by = ANCHOR_BEGIN; by < (whole ? ANCHOR_END : ANCHORS); by++) {
        filter_maker maker = {made, by, g3_allocate_large(words * sizeof(uint64_t)), shift};
        memset(maker.filter, 0, words * sizeof(uint64_t));
        visit_keys(search->table, add_to_filter, &maker);
        size_t bits = count_bits(maker.filter, words);
        uint64_t *worse = maker.filter;
        if (bits > most) {
            most = bits;
            worse = made->filter;
            made->filter = maker.filter;
            made->anchor = by;
            made->shift = shift;
        }
        free(worse);
    }
}

static inline uint16_t load_pair(const char *at, uint16_t mask)
{
    uint16_t pair;
    memcpy(&pair, at, sizeof pair);
    return pair & mask;
}

/* Which bytes of a pair the window has. */
static uint16_t pair_mask(const band *of)
{
    uint16_t mask;
    memcpy(&mask, of->masks, sizeof mask);
    return mask;
}

static void add_pair(void *context, g3_view key)
{
    const band *made = context;
    if (key.length < made->lengths[0] || key.length > made->lengths[made->length_count - 1])
        return;
    uint16_t pair =
        load_pair(key.data + window_place(made, made->anchor, key.length), pair_mask(made));
    made->pairs[pair / 64] |= (uint64_t)1 << pair % 64;
}

/* Notes which pairs of bytes the windows begin with, if they are few. */
static void make_pairs(const g3_search *search, band *made)
{
    made->pairs = g3_allocate_zeroed(PAIR_VALUES / 64, sizeof *made->pairs);
    visit_keys(search->table, add_pair, made);
    if (count_bits(made->pairs, PAIR_VALUES / 64) > MOST_PAIRS) {
        free(made->pairs);
        made->pairs = NULL;
    }
}

g3_search *g3_search_open(const g3_join_table *table, bool boundary)
{
    g3_search *search = g3_allocate_zeroed(1, sizeof *search);
    lengths all = {0};
    search->table = table;
    search->boundary = boundary;
    visit_keys(table, add_length, &all);
    make_bands(search, &all);
    for (size_t i = 0; i < search->band_count; i++) {
        make_filter(search, &search->bands[i]);
        make_pairs(search, &search->bands[i]);
    }
    free(all.items);
    return search;
}

static void add_found(g3_search *search, g3_join_row *row)
{
    if (search->found_count == search->found_capacity) {
        search->found_capacity = search->found_capacity * 2 + 8;
        search->found = g3_reallocate(search->found, search->found_capacity, sizeof(g3_join_row *));
    }
    search->found[search->found_count++] = row;
}

/* Looks up what is pending. */
static void settle(g3_search *search)
{
    for (size_t i = 0; i < search->pending_count; i++)
        g3_join_table_prefetch_row(search->table, search->pending[i].hash);
    for (size_t i = 0; i < search->pending_count; i++) {
        g3_join_row *row =
            g3_join_table_find(search->table, search->pending[i].key, search->pending[i].hash);
        if (row)
            add_found(search, row);
    }
    search->pending_count = 0;
}

/* True for a letter or digit of ASCII, and any byte of a character beyond. */
static inline bool is_word(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           (unsigned char)c > 0x7f;
}

/* A window that passed the filter is at `place` of the text: notes the keys that it may be of. */
static void note_place(g3_search *search, const band *at, g3_view text, size_t place)
{
    for (size_t i = 0; i < at->length_count; i++) {
        size_t length = at->lengths[i], before = window_place(at, at->anchor, length);
        if (before > place || length > text.length - (place - before))
            continue;
        g3_view key = {text.data + place - before, length};
        const char *end = key.data + length;
        if (search->boundary && ((key.data > text.data && is_word(key.data[-1])) ||
                                 (end < text.data + text.length && is_word(*end))))
            continue;
        uint64_t hash = g3_hash(key);
        g3_join_table_prefetch(search->table, hash);
        if (search->pending_count == PENDING)
            settle(search);
        search->pending[search->pending_count++] = (pending){key, hash};
    }
}

/* Looks at all places of the text. `wide` and `paired` are constants where this is called, so that
 * each case is compiled by itself. */
static inline __attribute__((always_inline)) void scan(g3_search *search, const band *at,
                                                       g3_view text, bool wide, bool paired)
{
    const uint64_t *filter = at->filter, *pairs = at->pairs;
    const uint64_t masks[2] = {at->masks[0], at->masks[1]};
    const uint16_t mask = pair_mask(at);
    const unsigned shift = at->shift;
    for (size_t place = 0; place + at->window <= text.length; place++) {
        if (paired) {
            uint16_t pair = load_pair(text.data + place, mask);
            if (!(pairs[pair / 64] >> pair % 64 & 1))
                continue;
        }
        uint64_t hash = hash_window(text.data + place, masks, wide), bits = filter_bits(hash);
        if ((filter[hash >> shift] & bits) == bits)
            note_place(search, at, text, place);
    }
}

size_t g3_search_find(g3_search *search, g3_view text, g3_join_row *const **found)
{
    search->found_count = 0;
    for (size_t i = 0; i < search->band_count; i++) {
        const band *at = &search->bands[i];
        bool wide = at->window > sizeof(uint64_t);
        if (wide && at->pairs)
            scan(search, at, text, true, true);
        else if (wide)
            scan(search, at, text, true, false);
        else if (at->pairs)
            scan(search, at, text, false, true);
        else
            scan(search, at, text, false, false);
    }
    settle(search);
    *found = search->found;
    return search->found_count;
}

void g3_search_close(g3_search *search)
{
    if (!search)
        return;
    for (size_t i = 0; i < search->band_count; i++) {
        free(search->bands[i].filter);
        free(search->bands[i].pairs);
        free(search->bands[i].lengths);
    }
    free(search->found);
    free(search);
}
