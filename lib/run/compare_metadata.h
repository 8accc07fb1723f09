/* Comparing a manifest's row with a document of the metadata service. Private to the run storey. */
#ifndef G3_RUN_COMPARE_METADATA_H
#define G3_RUN_COMPARE_METADATA_H

#include "g3/run/difference.h"

typedef struct g3_metadata_comparer {
    const char *source;
    g3_difference_writer *differences;
    g3_arena arena; /* scratch */
    g3_buffer name; /* scratch */
} g3_metadata_comparer;

/* Appends a line for each column that differs.
 * @param document  a JSON object, or null
 * @param readable  set to false, with nothing appended, if it is none
 * @return how many there are */
size_t g3_compare_metadata(g3_metadata_comparer *comparer, const g3_record *row, g3_view document,
                           g3_buffer *lines, bool *readable);

void g3_metadata_comparer_free(g3_metadata_comparer *comparer);

#endif
