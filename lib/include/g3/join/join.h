/* Joining a metadata manifest with an indexing manifest: which metadata row goes to which GUIDs.
 *
 * A join reads both feeds to their ends and tells its taker, in the metadata's order, each pair of
 * rows that belong together, and which rows found nobody. Within `memory` bytes it holds rows in
 * memory; beyond, it works on disk (g3/io/spill.h), with the same results in the same order.
 */
#ifndef G3_JOIN_JOIN_H
#define G3_JOIN_JOIN_H

#include "g3/base/abi.h"
#include "g3/join/feed.h"

G3_BEGIN_C

/* What a join tells. Rows are valid during the call, and hold what the inputs' recipes made but,
 * at this stage, their keys. Each returns false to stop with `error`. */
typedef struct g3_join_taker {
    void *context;

    /* A metadata row and one that it matched; called once for each of these, in the order of the
     * indexing manifest. @param index  NULL: it matched none */
    bool (*take)(void *context, const g3_join_row *metadata, const g3_join_row *index,
                 g3_error *error);

    /* Appends to `files` what take() would write for such a call, so that rows can be told in
     * several threads at once. take_files() is then called with what was appended, in take()'s
     * order and thread: it may exchange the buffers. NULL: all is told by take().
     * @param files  G3_JOIN_FILES of them */
    void (*append)(const void *context, const g3_join_row *metadata, const g3_join_row *index,
                   g3_buffer *const *files);
    bool (*take_files)(void *context, g3_buffer *const *files, g3_error *error);

    /* A row of the indexing manifest that no metadata row matched; in that manifest's order. */
    bool (*take_left)(void *context, const g3_join_row *index, g3_error *error);

    /* A row of the indexing manifest that can't be linked, since several metadata rows claim it.
     * @param keys  these rows' keys, parted by ", ", for a message; valid during the call */
    bool (*take_ambiguous)(void *context, const g3_join_row *index, g3_view keys, g3_error *error);

    /* Rows that were read: for telling how far it is. Never stops the join. */
    void (*take_progress)(void *context, bool index, size_t rows);

    /* A row that could not be used. */
    bool (*take_bad)(void *context, const g3_join_bad_row *bad, g3_error *error);
} g3_join_taker;

/* To whom a row of the indexing manifest goes if the keys of several metadata rows occur in it. */
typedef enum g3_join_ambiguous {
    G3_JOIN_FIRST,   /* to the metadata row that comes first, as in the Python SDK */
    G3_JOIN_ALL,     /* to all */
    G3_JOIN_LONGEST, /* to the one of the longest key; of equally long ones, the first */
    G3_JOIN_REJECT,  /* to none: it is told as ambiguous */
} g3_join_ambiguous;

/* What is joined, how, and who is told. */
typedef struct g3_join_options {
    g3_feed *metadata; /* borrowed, as is `index`; the recipe of metadata makes one key a row */
    g3_feed *index;
    size_t memory;
    bool want_left; /* the taker wants rows of the indexing manifest that were not matched; else
                       take_left() is not called, but they are counted all the same */
    g3_join_ambiguous ambiguous; /* g3_join_partial() */
    bool boundary; /* g3_join_partial(): a key counts only where no letter or digit (nor a byte of a
                      character beyond ASCII) stands directly before or behind it */
    const g3_join_taker *taker;
} g3_join_options;

/* Bad rows are not among the rows counted. */
typedef struct g3_join_counts {
    uint64_t metadata;         /* rows */
    uint64_t metadata_keyless; /* of them without key: they match nothing */
    uint64_t metadata_matched;
    uint64_t index;
    uint64_t index_keyless;
    uint64_t index_matched;
    uint64_t pairs;     /* told with an index row */
    uint64_t ambiguous; /* g3_join_partial(): rows of `index` that several metadata rows claim */
    bool on_disk;       /* memory did not suffice */
} g3_join_counts;

/* Joins rows whose keys are equal. A row of `index` with several keys matches by any of them, once
 * for each metadata row.
 * @param counts  filled in
 * @return false with an error of a feed or of the taker, with G3_EXIT_LOCAL if the disk is full, or
 *         with G3_EXIT_INTERRUPTED */
bool g3_join_exact(const g3_join_options *options, g3_join_counts *counts, g3_error *error);

/* Joins a metadata row with the rows of `index` in whose key its own key occurs (byte by byte).
 * Takes time in proportion to the bytes of both, whatever the number of keys; beyond `memory`,
 * times the number of blocks of keys that fit. */
bool g3_join_partial(const g3_join_options *options, g3_join_counts *counts, g3_error *error);

G3_END_C

#endif
