/* The peer of read_rows: counts rows and cells with libcsv. read_libcsv FILE */
#include <csv.h>
#include <stdio.h>

#define BLOCK ((size_t)256 * 1024)

typedef struct counts {
    unsigned long rows, cells, bytes;
} counts;

static void count_cell(void *text, size_t length, void *context)
{
    counts *seen = context;
    (void)text;
    seen->cells++;
    seen->bytes += length;
}

static void count_row(int c, void *context)
{
    (void)c;
    ((counts *)context)->rows++;
}

int main(int argc, char **argv)
{
    static char block[BLOCK];
    struct csv_parser parser;
    counts seen = {0};
    size_t got;
    FILE *file = argc > 1 ? fopen(argv[1], "rb") : stdin;
    if (!file || csv_init(&parser, 0)) {
        fprintf(stderr, "usage: read_libcsv FILE\n");
        return 2;
    }
    while ((got = fread(block, 1, sizeof block, file)) > 0)
        if (csv_parse(&parser, block, got, count_cell, count_row, &seen) != got)
            return 1;
    csv_fini(&parser, count_cell, count_row, &seen);
    csv_free(&parser);
    fclose(file);
    printf("%lu rows, %lu cells, %lu bytes\n", seen.rows, seen.cells, seen.bytes);
    return 0;
}
