/* Merging sorted runs with a heap. Called by sorter.c. */
#include "merge.h"
#include "g3/base/memory.h"
#include <stdlib.h>

/* A run in the heap, with its next key's prefix. */
typedef struct contender {
    uint64_t prefix;
    size_t run;
} contender;

struct g3_merge {
    g3_run_reader runs[G3_MERGE_RUNS];
    size_t run_count;
    contender heap[G3_MERGE_RUNS]; /* the smallest first; children of i are 2i+1 and 2i+2 */
    size_t heap_count;
    bool top_given; /* the top's item was given out: read on before the next */
};

uint64_t g3_key_prefix(g3_view key)
{
    uint64_t prefix = 0;
    if (key.length)
        memcpy(&prefix, key.data, key.length < sizeof prefix ? key.length : sizeof prefix);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    prefix = __builtin_bswap64(prefix);
#endif
    return prefix;
}

static bool is_before(const g3_merge *merge, contender left, contender right)
{
    if (left.prefix != right.prefix)
        return left.prefix < right.prefix;
    int order = g3_view_compare(merge->runs[left.run].item.key, merge->runs[right.run].item.key);
    return order ? order < 0 : left.run < right.run;
}

/* Moves the contender at `place` down to where it belongs. */
static void sink_down(g3_merge *merge, size_t place)
{
    contender moved = merge->heap[place];
    for (;;) {
        size_t child = 2 * place + 1;
        if (child >= merge->heap_count)
            break;
        if (child + 1 < merge->heap_count &&
            is_before(merge, merge->heap[child + 1], merge->heap[child]))
            child++;
        if (!is_before(merge, merge->heap[child], moved))
            break;
        merge->heap[place] = merge->heap[child];
        place = child;
    }
    merge->heap[place] = moved;
}

g3_merge *g3_merge_open(const g3_spill *spill, const g3_run *runs, size_t count, g3_error *error)
{
    g3_merge *merge = g3_allocate_zeroed(1, sizeof *merge);
    for (; merge->run_count < count; merge->run_count++)
        g3_run_reader_open(&merge->runs[merge->run_count], spill, runs[merge->run_count]);
    for (size_t i = 0; i < count; i++) {
        if (!g3_run_reader_next(&merge->runs[i], error)) {
            g3_merge_close(merge);
            return NULL;
        }
        if (!merge->runs[i].ended)
            merge->heap[merge->heap_count++] =
                (contender){g3_key_prefix(merge->runs[i].item.key), i};
    }
    for (size_t i = merge->heap_count / 2; i-- > 0;)
        sink_down(merge, i);
    return merge;
}

/* Reads on in the run at the heap's top and puts it in its new place. */
static bool advance_top(g3_merge *merge, g3_error *error)
{
    contender *top = &merge->heap[0];
    g3_run_reader *run = &merge->runs[top->run];
    if (!g3_run_reader_next(run, error))
        return false;
    if (run->ended)
        *top = merge->heap[--merge->heap_count];
    else
        top->prefix = g3_key_prefix(run->item.key);
    if (merge->heap_count)
        sink_down(merge, 0);
    return true;
}

bool g3_merge_next(g3_merge *merge, g3_spill_item *item, bool *ended, g3_error *error)
{
    if (merge->top_given && !advance_top(merge, error))
        return false;
    *ended = merge->heap_count == 0;
    merge->top_given = !*ended;
    *item = *ended ? (g3_spill_item){0} : merge->runs[merge->heap[0].run].item;
    return true;
}

void g3_merge_close(g3_merge *merge)
{
    if (!merge)
        return;
    for (size_t i = 0; i < merge->run_count; i++)
        g3_run_reader_close(&merge->runs[i]);
    free(merge);
}
