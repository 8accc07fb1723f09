/* Search by the library Hyperscan, where it was there when this was built. */
#include "ways.h"
#include <stdio.h>
#ifdef G3_HAVE_HYPERSCAN
#include <hs.h>
#include <stdlib.h>
#endif

#ifdef G3_HAVE_HYPERSCAN
typedef struct hyperscan {
    hs_database_t *database;
    hs_scratch_t *scratch;
} hyperscan;

static void close_hyperscan(void *take_finder)
{
    hyperscan *finder = take_finder;
    hs_free_scratch(finder->scratch);
    hs_free_database(finder->database);
    free(finder);
}

static void *build_hyperscan(const lines *keys)
{
    hyperscan *finder = g3_allocate_zeroed(1, sizeof *finder);
    const char **texts = g3_allocate(keys->count * sizeof *texts);
    size_t *lengths = g3_allocate(keys->count * sizeof *lengths);
    unsigned *numbers = g3_allocate(keys->count * sizeof *numbers);
    unsigned *flags = g3_allocate_zeroed(keys->count, sizeof *flags);
    hs_compile_error_t *fault = NULL;
    for (size_t k = 0; k < keys->count; k++) {
        texts[k] = keys->lines[k].data;
        lengths[k] = keys->lines[k].length;
        numbers[k] = (unsigned)k;
    }
    bool built =
        hs_compile_lit_multi(texts, flags, numbers, lengths, (unsigned)keys->count, HS_MODE_BLOCK,
                             NULL, &finder->database, &fault) == HS_SUCCESS &&
        hs_alloc_scratch(finder->database, &finder->scratch) == HS_SUCCESS;
    if (!built) {
        fprintf(stderr, "search_keys: hyperscan: %s\n", fault ? fault->message : "no memory");
        hs_free_compile_error(fault);
        close_hyperscan(finder);
        finder = NULL;
    }
    free(texts);
    free(lengths);
    free(numbers);
    free(flags);
    return finder;
}

static int add_hyperscan_match(unsigned key, unsigned long long from, unsigned long long to,
                               unsigned flags, void *context)
{
    (void)from, (void)to, (void)flags;
    add_key(context, key);
    return 0;
}

static void search_hyperscan(const void *finder, const lines *cells, tally *sum)
{
    const hyperscan *hyper = finder;
    for (size_t c = 0; c < cells->count; c++) {
        g3_view cell = cells->lines[c];
        begin_cell(sum);
        hs_scan(hyper->database, cell.data, (unsigned)cell.length, 0, hyper->scratch,
                add_hyperscan_match, sum);
    }
}
#else
static void *build_hyperscan(const lines *keys)
{
    (void)keys;
    fprintf(stderr, "search_keys: hyperscan: not there when this was built (libhyperscan-dev)\n");
    return NULL;
}

static void search_hyperscan(const void *finder, const lines *cells, tally *sum)
{
    (void)finder, (void)cells, (void)sum;
}

static void close_hyperscan(void *take_finder)
{
    (void)take_finder;
}
#endif

const way hyperscan_way = {"hyperscan", build_hyperscan, search_hyperscan, close_hyperscan};
