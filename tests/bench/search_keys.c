/* Ways to find the keys that occur in cells, to choose one by measuring: search_keys WAY KEYS
 * CELLS.
 *
 * KEYS and CELLS are files of lines; no key twice. Prints one line: cells with a key, pairs of a
 * cell and a key in it, seconds to build the finder, seconds to search. Cells are read in blocks,
 * so that the peak memory is the finder's; reading is not counted. Called by tests/bench/run.
 */
#include "g3/base/clock.h"
#include "g3/io/source.h"
#include "search/ways.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* Bytes of cells read at once: too many for the nearest cache, as in any real run. */
#define BLOCK ((size_t)1024 * 1024)

static const way *const ways[] = {&g3_way, &aho_corasick_way, &lengths_way, &hyperscan_way};

/* Puts the lines that begin in the first `length` bytes where they belong. */
static void split_lines(lines *into, size_t length)
{
    const char *at = into->bytes.data, *end = at + length;
    into->count = 0;
    while (at < end) {
        const char *line_end = memchr(at, '\n', (size_t)(end - at));
        if (!line_end)
            line_end = end;
        if (into->count == into->capacity) {
            into->capacity = into->capacity ? into->capacity * 2 : 1024;
            into->lines = g3_reallocate(into->lines, into->capacity, sizeof *into->lines);
        }
        if (line_end > at) /* an empty key would occur everywhere */
            into->lines[into->count++] = (g3_view){at, (size_t)(line_end - at)};
        at = line_end + 1;
    }
}

/* Reads on until `into` holds `size` bytes or the input ends. */
static bool fill(g3_source *source, lines *into, size_t size, bool *ended, g3_error *error)
{
    size_t got = 1;
    while (into->bytes.length < size && got) {
        char *space = g3_buffer_reserve(&into->bytes, BLOCK);
        if (!g3_source_read(source, space, BLOCK, &got, error))
            return false;
        into->bytes.length += got;
    }
    *ended = got == 0;
    return true;
}

static bool read_keys(const char *path, lines *keys, g3_error *error)
{
    bool ended, done;
    g3_source *source = g3_source_open(path, error);
    if (!source)
        return false;
    done = fill(source, keys, SIZE_MAX, &ended, error);
    g3_source_close(source);
    split_lines(keys, keys->bytes.length);
    return done;
}

/* Searches all cells of a file; `seconds`: how long that took, without reading. */
static bool search_cells(const way *way_taken, const void *finder, const char *path, tally *sum,
                         double *seconds, g3_error *error)
{
    lines cells = {0};
    bool ended = false, done = true;
    g3_source *source = g3_source_open(path, error);
    if (!source)
        return false;
    while (!ended && (done = fill(source, &cells, cells.bytes.length + BLOCK, &ended, error))) {
        const char *last = memrchr(cells.bytes.data, '\n', cells.bytes.length);
        size_t length = ended  ? cells.bytes.length
                        : last ? (size_t)(last + 1 - cells.bytes.data)
                               : 0;
        split_lines(&cells, length);
        double begin = g3_clock();
        way_taken->search(finder, &cells, sum);
        *seconds += g3_clock() - begin;
        g3_buffer_drop_front(&cells.bytes, length);
    }
    g3_source_close(source);
    free(cells.lines);
    g3_buffer_free(&cells.bytes);
    return done;
}

static const way *find_way(const char *name)
{
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        if (strcmp(name, ways[i]->name) == 0)
            return ways[i];
    return NULL;
}

int main(int argc, char **argv)
{
    const way *way_taken = argc == 4 ? find_way(argv[1]) : NULL;
    if (!way_taken) {
        fprintf(stderr, "usage: search_keys WAY KEYS CELLS\nways:");
        for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
            fprintf(stderr, " %s", ways[i]->name);
        fputc('\n', stderr);
        return G3_EXIT_USAGE;
    }
    lines keys = {0};
    tally sum = {0};
    double built = 0, searched = 0;
    g3_error error = {0};
    void *finder = NULL;
    bool done = read_keys(argv[2], &keys, &error);
    if (done) {
        double begin = g3_clock();
        finder = way_taken->build(&keys);
        built = g3_clock() - begin;
        done = finder && search_cells(way_taken, finder, argv[3], &sum, &searched, &error);
    }
    if (done)
        printf("%" PRIu64 " %" PRIu64 " %.3f %.3f\n", sum.cells, sum.matches, built, searched);
    else if (*error.message)
        fprintf(stderr, "search_keys: %s\n", error.message);
    if (finder)
        way_taken->close(finder);
    free(sum.keys);
    free(keys.lines);
    g3_buffer_free(&keys.bytes);
    return done ? 0 : G3_EXIT_INPUT;
}
