/* record: a manifest in any format, under any of the names that columns have. Sums the files'
 * sizes. */
#include <g3/record/manifest.h>
#include <inttypes.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    const g3_manifest_options options = {.kind = G3_KIND_OBJECT};
    g3_error error = {0};
    g3_manifest_reader *reader = g3_manifest_open(argc > 1 ? argv[1] : "-", &options, &error);
    g3_next next = reader ? G3_NEXT_ITEM : G3_NEXT_ERROR;
    int64_t files = 0, bytes = 0;
    g3_record record;
    g3_bad_row bad;
    while (reader && (next = g3_manifest_next(reader, &record, &bad, &error)) != G3_NEXT_END &&
           next != G3_NEXT_ERROR) {
        const g3_value *size = next == G3_NEXT_ITEM ? g3_record_get(&record, G3_FILE_SIZE) : NULL;
        if (next == G3_NEXT_BAD)
            fprintf(stderr, "record: line %" PRIu64 ": %s\n", bad.line, bad.reason);
        files += next == G3_NEXT_ITEM;
        bytes += size && size->type == G3_INTEGER ? size->integer : 0;
    }
    g3_manifest_close(reader);
    if (next == G3_NEXT_ERROR) {
        fprintf(stderr, "record: %s\n", error.message);
        return (int)error.exit;
    }
    printf("%" PRId64 " files, %" PRId64 " bytes\n", files, bytes);
    return G3_EXIT_DONE;
}
