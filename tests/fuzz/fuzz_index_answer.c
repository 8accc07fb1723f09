/* Any bytes as an answer of the index service: our reader against json-c. Run by `make fuzz`. */
#include "../support/index_oracle.h"
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t count;
    int64_t files, bytes;
    g3_view body = {(const char *)data, size};
    const char *difference = index_oracle_compare(body, &count);
    if (difference) {
        fprintf(stderr, "%s\n", difference);
        abort();
    }
    g3_index_read_stats(body, &files, &bytes);
    return 0;
}
