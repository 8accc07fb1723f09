/* Where an index is cut into shards. Used by sweep.c and cut_probe.c. */
#include "cuts.h"
#include <inttypes.h>
#include <stdlib.h>

/* Ranges of all shards together to aim at: enough that a machine of few shards keeps several
 * connections busy, few enough that each of many shards can ask a page behind every boundary. */
#define RANGES_AIMED_AT 256

/* Ranges of a shard, at most: more connections than a task should have. */
#define MOST_RANGES 8

static size_t count_ranges(uint64_t shards)
{
    uint64_t ranges = RANGES_AIMED_AT / shards;
    return ranges < 1 ? 1 : ranges > MOST_RANGES ? MOST_RANGES : (size_t)ranges;
}

static int compare_boundaries(const void *left, const void *right)
{
    return g3_view_compare(*(const g3_view *)left, *(const g3_view *)right);
}

/* Boundary `number` of `count`: the prefixes have a part of the whole each, and the first eight
 * digits behind a prefix say where in its part it is. */
static g3_view make_boundary(g3_cuts *cuts, const g3_text_list *prefixes, size_t number)
{
    uint64_t place = (uint64_t)number * prefixes->count;
    const char *prefix = prefixes->items[place / cuts->count];
    uint64_t digits = ((place % cuts->count) << 32) / cuts->count;
    g3_buffer text = {0};
    g3_buffer_append_format(&text, "%s%08" PRIx64, prefix, digits);
    g3_view boundary = g3_arena_copy(&cuts->texts, g3_buffer_view(&text));
    g3_buffer_free(&text);
    return boundary;
}

void g3_cuts_make(g3_cuts *cuts, const g3_key_shard *shard)
{
    uint64_t shards = shard->part.count;
    size_t ranges = count_ranges(shards);
    *cuts = (g3_cuts){.count = (size_t)shards * ranges};
    cuts->boundaries = g3_allocate_zeroed(cuts->count, sizeof *cuts->boundaries);
    cuts->boundaries[0] = G3_VIEW("");
    for (size_t i = 1; i < cuts->count; i++)
        cuts->boundaries[i] = make_boundary(cuts, &shard->prefixes, i);
    qsort(cuts->boundaries, cuts->count, sizeof *cuts->boundaries, compare_boundaries);
    /* A g3_shard has 0 for the last of those that count from 1. */
    cuts->first = (size_t)((shard->part.index + shards - 1) % shards) * ranges;
    cuts->end = cuts->first + ranges;
}

void g3_cuts_free(g3_cuts *cuts)
{
    free(cuts->boundaries);
    g3_arena_free(&cuts->texts);
    *cuts = (g3_cuts){0};
}

g3_view g3_cuts_neighbour(const g3_cuts *cuts)
{
    return cuts->end < cuts->count ? cuts->boundaries[cuts->end] : (g3_view){0};
}
