/* table: rows of a CSV, as they are found in the wild. Says how many rows and cells there are, and
 * where rows can't be read. */
#include <g3/table/rows.h>
#include <inttypes.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    g3_error error = {0};
    g3_source *source = g3_source_open(argc > 1 ? argv[1] : "-", &error);
    g3_row_reader *reader = source ? g3_row_reader_open(source, ',', (g3_view){0}) : NULL;
    g3_next next = reader ? G3_NEXT_ITEM : G3_NEXT_ERROR;
    uint64_t rows = 0, cells = 0;
    g3_row row;
    const char *reason;
    while (reader && (next = g3_row_reader_next(reader, &row, &reason, &error)) != G3_NEXT_END &&
           next != G3_NEXT_ERROR) {
        if (next == G3_NEXT_BAD)
            printf("line %" PRIu64 ": %s\n", row.line, reason);
        rows += next == G3_NEXT_ITEM;
        cells += next == G3_NEXT_ITEM ? row.count : 0;
    }
    g3_row_reader_close(reader);
    g3_source_close(source);
    if (next == G3_NEXT_ERROR) {
        fprintf(stderr, "table: %s\n", error.message);
        return (int)error.exit;
    }
    printf("%" PRIu64 " rows, %" PRIu64 " cells\n", rows, cells);
    return G3_EXIT_DONE;
}
