/* Reads manifests and counts what they hold: what reading alone costs. Called by hand and by the
 * benchmarks: read_rows [-t] [-r RUNS] FILE...; -t for TSV. With -r the bytes are in memory and
 * read so many times, and a second line says what the fastest run took for a row and for a block of
 * 64 bytes, without what the source takes to hand the bytes over. */
#include "g3/table/rows.h"
#include "g3/table/scan.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* As much as a row reader asks of its source at once. */
#define READ_SIZE ((size_t)128 * 1024)

typedef struct counts {
    uint64_t rows, bad, cells, bytes; /* bytes: of the cells, unquoted */
} counts;

static bool count_rows(g3_source *source, char delimiter, counts *sum, g3_error *error)
{
    g3_row_reader *reader = g3_row_reader_open(source, delimiter, (g3_view){0});
    g3_row row;
    const char *reason;
    g3_next next;
    while ((next = g3_row_reader_next(reader, &row, &reason, error)) < G3_NEXT_END) {
        sum->rows += next == G3_NEXT_ITEM;
        sum->bad += next == G3_NEXT_BAD;
        sum->cells += row.count;
        for (size_t i = 0; i < row.count; i++)
            sum->bytes += row.cells[i].length;
    }
    g3_row_reader_close(reader);
    return next == G3_NEXT_END;
}

static bool count_file(const char *path, char delimiter, counts *sum, g3_error *error)
{
    g3_source *source = g3_source_open(path, error);
    bool done = source && count_rows(source, delimiter, sum, error);
    g3_source_close(source);
    return done;
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

/* What the source alone takes, nanoseconds. */
static double hand_over(g3_view text)
{
    static char space[READ_SIZE];
    g3_source *source = g3_source_open_memory("memory", text);
    double begin = now();
    size_t got = 1;
    while (got && g3_source_read(source, space, sizeof space, &got, NULL))
        continue;
    double took = now() - begin;
    g3_source_close(source);
    return took;
}

/* Reads the file's bytes `runs` times, and says how long the fastest took. */
static bool time_file(const char *path, char delimiter, int runs, counts *sum, g3_error *error)
{
    g3_buffer text = {0};
    double best = 0, best_source = 0;
    uint64_t rows = sum->rows;
    bool done = g3_source_read_all(path, SIZE_MAX, &text, error);
    for (int i = 0; i < runs && done; i++) {
        counts again = *sum;
        g3_source *source = g3_source_open_memory(path, g3_buffer_view(&text));
        double begin = now();
        done = count_rows(source, delimiter, &again, error);
        double took = now() - begin, source_took = hand_over(g3_buffer_view(&text));
        g3_source_close(source);
        best = i && best < took ? best : took;
        best_source = i && best_source < source_took ? best_source : source_took;
        if (i + 1 == runs)
            *sum = again;
    }
    if (done)
        printf("%.1f ns a row, %.2f ns a block; %.2f ns more for the source\n",
               (best - best_source) / (double)(sum->rows - rows),
               (best - best_source) * (double)G3_SCAN_BLOCK / (double)text.length,
               best_source * (double)G3_SCAN_BLOCK / (double)text.length);
    g3_buffer_free(&text);
    return done;
}

int main(int argc, char **argv)
{
    int option, runs = 0;
    char delimiter = ',';
    while ((option = getopt(argc, argv, "tr:")) != -1) {
        if (option == '?') {
            fprintf(stderr, "usage: read_rows [-t] [-r RUNS] FILE...\n");
            return G3_EXIT_USAGE;
        }
        delimiter = option == 't' ? '\t' : delimiter;
        runs = option == 'r' ? atoi(optarg) : runs;
    }
    counts sum = {0};
    g3_error error = {0};
    for (int i = optind; i < argc; i++)
        if (!(runs > 0 ? time_file(argv[i], delimiter, runs, &sum, &error)
                       : count_file(argv[i], delimiter, &sum, &error))) {
            fprintf(stderr, "read_rows: %s\n", error.message);
            return (int)error.exit;
        }
    printf("%" PRIu64 " rows, %" PRIu64 " bad, %" PRIu64 " cells, %" PRIu64 " bytes\n", sum.rows,
           sum.bad, sum.cells, sum.bytes);
    return 0;
}
