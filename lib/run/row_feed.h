/* The rows of several manifests one after another, bad ones rejected. Private to verify and
 * ingest. */
#ifndef G3_RUN_ROW_FEED_H
#define G3_RUN_ROW_FEED_H

#include "g3/record/manifest.h"
#include "g3/run/rejects.h"

typedef struct g3_row_feed {
    const char *const *paths; /* borrowed */
    size_t path_count;
    size_t next_path;
    g3_manifest_options options;
    bool guid_optional;  /* rows without a GUID are given as well */
    g3_rejects *rejects; /* borrowed; NULL: bad rows are passed over */
    g3_reporter *reporter;
    g3_manifest_reader *reader; /* NULL between manifests */
    g3_record record;
    uint64_t rows;       /* given so far, all manifests together */
    uint64_t row_bytes;  /* of those rows, as they stand in the files */
    uint64_t file_bytes; /* of the present manifest's rows, the bad ones too */
} g3_row_feed;

/* Gives the next row that has a GUID (or may lack it), valid until the next call.
 * @return G3_NEXT_ITEM, G3_NEXT_END or G3_NEXT_ERROR (G3_EXIT_INPUT; too many rejects) */
g3_next g3_row_feed_next(g3_row_feed *feed, const g3_record **record, g3_error *error);

/* Rejects the row given last. @return false as g3_rejects_add() says */
bool g3_row_feed_reject(g3_row_feed *feed, const char *reason, g3_error *error);

/* Estimates how many rows are left, by the files' sizes and the rows so far.
 * @return -1 where that can't be told (no rows yet, packed files, pipes) */
int64_t g3_row_feed_left(const g3_row_feed *feed);

/* True if the manifests can be read once more: none is a pipe. */
bool g3_paths_are_files(const char *const *paths, size_t count);

/* Closes what is open. */
void g3_row_feed_close(g3_row_feed *feed);

#endif
