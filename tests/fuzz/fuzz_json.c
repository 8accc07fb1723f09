/* Any bytes as a JSON value and as JSON lines: our reader against json-c, and what we write against
 * what we read. Run by `make fuzz`. */
#include "../support/json_oracle.h"
#include "g3/record/manifest.h"
#include <stdio.h>
#include <stdlib.h>

static void require(bool ok, const char *what)
{
    if (!ok) {
        fprintf(stderr, "%s\n", what);
        abort();
    }
}

static g3_manifest_reader *open_lines(g3_view lines, g3_kind kind)
{
    g3_manifest_options options = {.kind = kind, .format = G3_FORMAT_NDJSON};
    return g3_manifest_open_source(g3_source_open_memory("fuzz", lines), &options, NULL);
}

/* Writes all records of `lines` as lines; counts the lines that are bad. */
static size_t rewrite(g3_view lines, g3_kind kind, g3_buffer *out)
{
    g3_manifest_reader *reader = open_lines(lines, kind);
    g3_record record;
    g3_bad_row bad;
    g3_error error;
    size_t bad_rows = 0;
    while (reader) { /* none: the bytes look packed, and are no packing */
        switch (g3_manifest_next(reader, &record, &bad, &error)) {
        case G3_NEXT_ITEM:
            g3_json_append_record(out, &record);
            break;
        case G3_NEXT_BAD:
            require(bad.reason && *bad.reason && !strchr(bad.reason, '\n'),
                    "a bad row without a reason");
            bad_rows++;
            break;
        default:
            g3_manifest_close(reader);
            return bad_rows;
        }
    }
    return 0;
}

/* What was written is read without fault, and written the same again. */
static void check_rewriting(g3_view lines, g3_kind kind)
{
    g3_buffer once = {0}, twice = {0};
    rewrite(lines, kind, &once);
    require(rewrite(g3_buffer_view(&once), kind, &twice) == 0, "we refuse a line that we wrote");
    require(g3_view_equal(g3_buffer_view(&once), g3_buffer_view(&twice)),
            "a line changes when written again");
    for (size_t at = 0; at < once.length;) {
        size_t length =
            (size_t)((char *)memchr(once.data + at, '\n', once.length - at) - once.data) - at;
        const char *difference = oracle_compare((g3_view){once.data + at, length});
        require(!difference, difference);
        at += length + 1;
    }
    g3_buffer_free(&once);
    g3_buffer_free(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g3_view text = {(const char *)data, size};
    const char *difference = oracle_compare(text);
    require(!difference, difference);
    check_rewriting(text, G3_KIND_RAW);
    check_rewriting(text, G3_KIND_OBJECT);
    check_rewriting(text, G3_KIND_METADATA);
    return 0;
}
