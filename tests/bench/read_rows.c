/* Reads manifests and counts what they hold: what reading alone costs. Called by hand and by the
 * benchmarks: read_rows [-t] FILE...; -t for TSV. */
#include "g3/table/rows.h"
#include <inttypes.h>
#include <stdio.h>

typedef struct counts {
    uint64_t rows, bad, cells, bytes; /* bytes: of the cells, unquoted */
} counts;

static bool count_file(const char *path, char delimiter, counts *sum, g3_error *error)
{
    g3_source *source = g3_source_open(path, error);
    if (!source)
        return false;
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
    g3_source_close(source);
    return next == G3_NEXT_END;
}

int main(int argc, char **argv)
{
    int first = argc > 1 && strcmp(argv[1], "-t") == 0 ? 2 : 1;
    counts sum = {0};
    g3_error error = {0};
    for (int i = first; i < argc; i++)
        if (!count_file(argv[i], first == 2 ? '\t' : ',', &sum, &error)) {
            fprintf(stderr, "read_rows: %s\n", error.message);
            return (int)error.exit;
        }
    printf("%" PRIu64 " rows, %" PRIu64 " bad, %" PRIu64 " cells, %" PRIu64 " bytes\n", sum.rows,
           sum.bad, sum.cells, sum.bytes);
    return 0;
}
