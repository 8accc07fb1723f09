/* Where fetched records go: a manifest, as they come or sorted by GUID. Used by fetch.c. */
#ifndef RUN_FETCH_OUTPUT_H
#define RUN_FETCH_OUTPUT_H

#include "g3/run/fetch.h"

typedef struct g3_fetch_output g3_fetch_output;

/* @return owned by the caller: g3_fetch_output_finish() or g3_fetch_output_discard(); NULL with
 *         G3_EXIT_LOCAL */
g3_fetch_output *g3_fetch_output_open(const g3_fetch_options *options, g3_error *error);

/* Opens for going on after `offset` bytes of an earlier run.
 * @param begun  the earlier run has written records, hence a header */
g3_fetch_output *g3_fetch_output_resume(const g3_fetch_options *options, int64_t offset, bool begun,
                                        g3_error *error);

/* Writes a record of the service; the items of its lists are sorted in place. */
bool g3_fetch_output_write(g3_fetch_output *output, g3_record *record, g3_error *error);

/* As g3_sink_checkpoint(). */
bool g3_fetch_output_checkpoint(g3_fetch_output *output, int64_t *offset, g3_error *error);

/* Completes the file and frees, also on failure. */
bool g3_fetch_output_finish(g3_fetch_output *output, g3_error *error);

/* Frees; keeps the partial file if `keep`. NULL is allowed. */
void g3_fetch_output_discard(g3_fetch_output *output, bool keep);

#endif
