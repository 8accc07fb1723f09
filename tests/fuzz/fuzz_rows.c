/* Any bytes as CSV or TSV: the fast reader, with the scans of this processor and the plain ones,
 * must agree with the naive one. The input's first byte chooses the delimiter, the second how many
 * bytes are handed over as already begun. */
#include "../support/naive_rows.h"
#include "g3/table/scan.h"
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(g3_view file, size_t begun, char delimiter)
{
    char space[128];
    g3_source *source =
        g3_source_open_memory("input", (g3_view){file.data + begun, file.length - begun});
    /* What begins like a packed file is unpacked by the source: not what is tested here. */
    const char *difference =
        g3_source_is_packed(source)
            ? NULL
            : naive_compare(file, begun, source, delimiter, space, sizeof space);
    g3_source_close(source);
    if (difference) {
        fprintf(stderr, "%s\n", difference);
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char DELIMITERS[] = {',', '\t', ';', ' '};
    if (size < 2)
        return 0;
    g3_view file = {(const char *)data + 2, size - 2};
    size_t begun = data[1] < file.length ? data[1] : 0;
    const g3_scan *scans[G3_SCAN_KINDS];
    size_t count = g3_scan_list(scans);
    for (size_t i = 0; i < count; i++) {
        setenv("G3_SCAN", scans[i]->name, 1);
        check(file, begun, DELIMITERS[data[0] % sizeof DELIMITERS]);
    }
    return 0;
}
