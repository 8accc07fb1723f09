/* The library's own search: the partial join's. Called by search_keys.c. */
#include "g3/join/search.h"
#include "ways.h"
#include <stdlib.h>

typedef struct g3_finder {
    g3_join_table table;
    g3_search *search;
} g3_finder;

static void *build_g3(const lines *keys)
{
    g3_finder *finder = g3_allocate_zeroed(1, sizeof *finder);
    g3_join_chunk *chunk = g3_join_chunk_open(keys->bytes.length);
    for (size_t i = 0; i < keys->count; i++) {
        size_t place = g3_join_chunk_begin_row(chunk, i, 0, i);
        g3_buffer_append(&chunk->rows, keys->lines[i]);
        g3_join_chunk_end_part(chunk, place, G3_JOIN_KEY);
        g3_join_chunk_end_row(chunk, place, 0);
    }
    g3_join_table_take(&finder->table, chunk);
    g3_join_table_build(&finder->table);
    finder->search = g3_search_open(&finder->table, false);
    return finder;
}

/* The search reads some bytes behind a text: cells lie one behind the other, and there is room
 * behind the last one, for lines are read into a growing buffer and end in a line end. */
static void search_g3(const void *finder, const lines *cells, tally *sum)
{
    const g3_finder *from = finder;
    for (size_t i = 0; i < cells->count; i++) {
        g3_join_row *const *found;
        begin_cell(sum);
        size_t count = g3_search_find(from->search, cells->lines[i], &found);
        for (size_t k = 0; k < count; k++)
            add_key(sum, (uint32_t)found[k]->number);
    }
}

static void close_g3(void *take_finder)
{
    g3_finder *finder = take_finder;
    g3_search_close(finder->search);
    g3_join_table_clear(&finder->table);
    free(finder);
}

const way g3_way = {"g3", build_g3, search_g3, close_g3};
