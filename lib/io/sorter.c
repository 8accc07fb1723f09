/* Sorting lines of any number within a memory limit. Called by the fetcher (--sort) and the joins.
 *
 * Items are gathered in one run of bytes, with an index that is sorted (stably, by merging). When
 * they take as much memory as allowed they go to disk as a sorted run; in the end all runs are
 * merged while reading, in several passes if there are very many.
 */
#include "g3/io/sorter.h"
#include "g3/base/memory.h"
#include "merge.h"
#include <stdlib.h>

/* An item in memory. */
typedef struct entry {
    uint64_t prefix; /* of the key, behind what all keys begin with; set for sorting */
    size_t at;       /* of the key in `bytes`; the line follows it */
    uint32_t key_length, line_length;
} entry;

/* Sorted items lie anywhere in memory: one is asked for so many before it is given out. */
#define FETCH_AHEAD 16

/* Least bytes of a block on disk. */
#define LEAST_BLOCK ((size_t)4096)

/* What an entry takes: itself, and its place while sorting. */
#define ENTRY_COST (2 * sizeof(entry))

struct g3_sorter {
    size_t memory;
    g3_buffer bytes; /* keys and lines */
    entry *entries;
    size_t count, capacity;
    size_t next; /* entry to give out */
    bool adding_over;
    bool spilled; /* `spill` is open */
    g3_spill spill;
    g3_run *runs;
    size_t run_count, run_capacity;
    g3_merge *merge;
};

g3_sorter *g3_sorter_open(size_t memory)
{
    g3_sorter *sorter = g3_allocate_zeroed(1, sizeof *sorter);
    sorter->memory = memory;
    return sorter;
}

static g3_spill_item item_of(const g3_sorter *sorter, const entry *from)
{
    const char *key = sorter->bytes.data + from->at;
    return (g3_spill_item){{key, from->key_length}, {key + from->key_length, from->line_length}};
}

static bool is_after(const g3_sorter *sorter, const entry *left, const entry *right)
{
    if (left->prefix != right->prefix)
        return left->prefix > right->prefix;
    return g3_view_compare(item_of(sorter, left).key, item_of(sorter, right).key) > 0;
}

/* Merges from[begin..middle) and from[middle..end), both sorted, into the same places of `to`. */
static void merge_halves(const g3_sorter *sorter, const entry *from, entry *to, size_t begin,
                         size_t middle, size_t end)
{
    size_t left = begin, right = middle;
    for (size_t place = begin; place < end; place++) {
        bool take_right =
            left == middle || (right < end && is_after(sorter, &from[left], &from[right]));
        to[place] = from[take_right ? right++ : left++];
    }
}

static g3_view key_behind(const g3_sorter *sorter, const entry *from, size_t common)
{
    return (g3_view){sorter->bytes.data + from->at + common, from->key_length - common};
}

/* Sets the entries' prefixes. GUIDs begin with the prefix of their commons, which would fill them
 * and tell nothing apart: so what all keys begin with is left out. */
static void set_prefixes(g3_sorter *sorter)
{
    size_t common = sorter->count ? sorter->entries[0].key_length : 0;
    for (size_t i = 1; common && i < sorter->count; i++) {
        g3_view first = key_behind(sorter, &sorter->entries[0], 0);
        g3_view other = key_behind(sorter, &sorter->entries[i], 0);
        size_t same = 0;
        while (same < common && same < other.length && first.data[same] == other.data[same])
            same++;
        common = same;
    }
    for (size_t i = 0; i < sorter->count; i++)
        sorter->entries[i].prefix = g3_key_prefix(key_behind(sorter, &sorter->entries[i], common));
}

/* Sorts the entries, equal keys staying in order. */
static void sort_entries(g3_sorter *sorter)
{
    set_prefixes(sorter);
    entry *from = sorter->entries;
    entry *to = g3_reallocate(NULL, sorter->count, sizeof *to);
    for (size_t width = 1; width < sorter->count; width *= 2) {
        for (size_t begin = 0; begin < sorter->count; begin += 2 * width) {
            size_t left = sorter->count - begin;
            size_t end = begin + (left < 2 * width ? left : 2 * width);
            merge_halves(sorter, from, to, begin, begin + (left < width ? left : width), end);
        }
        entry *sorted = to;
        to = from;
        from = sorted;
    }
    sorter->entries = from;
    sorter->capacity = sorter->count; /* both arrays have at least that */
    free(to);
}

/* Notes a run that was written to `spill` from `begin` on. */
static bool end_run(g3_spill *spill, int64_t begin, g3_run *runs, size_t *count, g3_error *error)
{
    g3_run run = {.begin = begin};
    if (!g3_spill_end_run(spill, &run, error))
        return false;
    runs[(*count)++] = run;
    return true;
}

/* Makes a file whose runs, all being merged at once, stay within the memory (a block is held
 * unpacked and packed). */
static bool open_spill(const g3_sorter *sorter, g3_spill *spill, g3_error *error)
{
    size_t block = sorter->memory / (2 * G3_MERGE_RUNS);
    return g3_spill_open(spill, block < LEAST_BLOCK ? LEAST_BLOCK : block, error);
}

/* Writes what is in memory as a sorted run. */
static bool spill_entries(g3_sorter *sorter, g3_error *error)
{
    if (!sorter->spilled && !open_spill(sorter, &sorter->spill, error))
        return false;
    sorter->spilled = true;
    if (sorter->run_count == sorter->run_capacity) {
        sorter->run_capacity = sorter->run_capacity * 2 + G3_MERGE_RUNS;
        sorter->runs = g3_reallocate(sorter->runs, sorter->run_capacity, sizeof *sorter->runs);
    }
    sort_entries(sorter);
    int64_t begin = sorter->spill.written;
    for (size_t i = 0; i < sorter->count; i++)
        if (!g3_spill_append(&sorter->spill, item_of(sorter, &sorter->entries[i]), error))
            return false;
    sorter->count = 0;
    g3_buffer_clear(&sorter->bytes);
    return end_run(&sorter->spill, begin, sorter->runs, &sorter->run_count, error);
}

bool g3_sorter_add(g3_sorter *sorter, g3_view key, g3_view line, g3_error *error)
{
    if (key.length > UINT32_MAX || line.length > UINT32_MAX)
        return g3_fail(error, G3_EXIT_LOCAL, "a line of %zu bytes is too long for sorting (4 GiB)",
                       line.length);
    size_t used = sorter->bytes.length + sorter->count * ENTRY_COST;
    size_t more = key.length + line.length + ENTRY_COST;
    if (sorter->count && used + more > sorter->memory && !spill_entries(sorter, error))
        return false;
    if (sorter->count == sorter->capacity) {
        sorter->capacity = sorter->capacity * 2 + 1024;
        sorter->entries = g3_reallocate(sorter->entries, sorter->capacity, sizeof *sorter->entries);
    }
    sorter->entries[sorter->count++] =
        (entry){0, sorter->bytes.length, (uint32_t)key.length, (uint32_t)line.length};
    g3_buffer_append(&sorter->bytes, key);
    g3_buffer_append(&sorter->bytes, line);
    return true;
}

bool g3_sorter_add_numbered(g3_sorter *sorter, uint64_t number, g3_view line, g3_error *error)
{
    unsigned char key[sizeof number]; /* the highest byte first sorts by value */
    for (size_t i = sizeof key; i-- > 0; number >>= 8)
        key[i] = (unsigned char)number;
    return g3_sorter_add(sorter, (g3_view){(const char *)key, sizeof key}, line, error);
}

/* Merges runs[0..count) of the sorter's file into one run at the end of `into`. */
static bool merge_into(const g3_sorter *sorter, const g3_run *runs, size_t count, g3_spill *into,
                       g3_error *error)
{
    g3_merge *merge = g3_merge_open(&sorter->spill, runs, count, error);
    bool ended = false, done = merge != NULL;
    while (done && !ended) {
        g3_spill_item item;
        done = g3_merge_next(merge, &item, &ended, error) &&
               (ended || g3_spill_append(into, item, error));
    }
    g3_merge_close(merge);
    return done;
}

/* One pass over all runs that leaves a G3_MERGE_RUNS-th of them, in a new file. */
static bool reduce_runs(g3_sorter *sorter, g3_error *error)
{
    g3_spill into;
    if (!open_spill(sorter, &into, error))
        return false;
    size_t merged = 0;
    bool done = true;
    for (size_t first = 0; done && first < sorter->run_count; first += G3_MERGE_RUNS) {
        size_t count = sorter->run_count - first;
        int64_t begin = into.written;
        if (count > G3_MERGE_RUNS)
            count = G3_MERGE_RUNS;
        /* Runs merged before are not needed any more, so their places take the new ones. */
        done = merge_into(sorter, sorter->runs + first, count, &into, error) &&
               end_run(&into, begin, sorter->runs, &merged, error);
    }
    if (done) {
        g3_spill_close(&sorter->spill);
        sorter->spill = into;
        sorter->run_count = merged;
    } else {
        g3_spill_close(&into);
    }
    return done;
}

/* Ends the adding: sorts what is in memory, or begins the merge. */
static bool begin_reading(g3_sorter *sorter, g3_error *error)
{
    if (!sorter->spilled) {
        sort_entries(sorter);
        sorter->adding_over = true;
        return true;
    }
    if (sorter->count && !spill_entries(sorter, error))
        return false;
    free(sorter->entries);
    sorter->entries = NULL;
    g3_buffer_free(&sorter->bytes);
    while (sorter->run_count > G3_MERGE_RUNS)
        if (!reduce_runs(sorter, error))
            return false;
    sorter->merge = g3_merge_open(&sorter->spill, sorter->runs, sorter->run_count, error);
    sorter->adding_over = sorter->merge != NULL;
    return sorter->adding_over;
}

bool g3_sorter_next(g3_sorter *sorter, g3_view *line, bool *ended, g3_error *error)
{
    if (!sorter->adding_over && !begin_reading(sorter, error))
        return false;
    g3_spill_item item = {0};
    if (sorter->merge) {
        if (!g3_merge_next(sorter->merge, &item, ended, error))
            return false;
    } else {
        *ended = sorter->next == sorter->count;
        if (sorter->next + FETCH_AHEAD < sorter->count)
            __builtin_prefetch(sorter->bytes.data + sorter->entries[sorter->next + FETCH_AHEAD].at);
        if (!*ended)
            item = item_of(sorter, &sorter->entries[sorter->next++]);
    }
    *line = item.line;
    return true;
}

void g3_sorter_close(g3_sorter *sorter)
{
    if (!sorter)
        return;
    g3_merge_close(sorter->merge);
    if (sorter->spilled)
        g3_spill_close(&sorter->spill);
    g3_buffer_free(&sorter->bytes);
    free(sorter->entries);
    free(sorter->runs);
    free(sorter);
}
