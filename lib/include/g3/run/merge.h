/* Merging a metadata manifest with an indexing manifest: the job behind g3-merge.
 *
 * Output: a row for each GUID that a metadata row matches, in the metadata's order: the GUID in a
 * column called guid, then the metadata's columns as they are, then (if asked for) those of the
 * indexing manifest. That is the Python SDK's metadata-manifest.tsv, without its byte-order mark.
 * As JSON lines, a metadata cell that spells a JSON value is that value.
 */
#ifndef G3_RUN_MERGE_H
#define G3_RUN_MERGE_H

#include "g3/base/abi.h"
#include "g3/join/join.h"
#include "g3/record/manifest.h"
#include "g3/run/rejects.h"

G3_BEGIN_C

/* Columns whose cells must be equal (or the first's occur in the second's). */
typedef struct g3_merge_key {
    g3_view metadata; /* column of the metadata manifest */
    g3_view index;    /* of the indexing manifest */
} g3_merge_key;

/* A manifest, in one file or several of the same columns. */
typedef struct g3_merge_side {
    const char *const *paths; /* "-" is standard input */
    size_t path_count;
    g3_manifest_options manifest; /* kind RAW */
} g3_merge_side;

/* A file for rows. */
typedef struct g3_merge_file {
    g3_sink *sink; /* borrowed; NULL: not wanted */
    g3_format format;
    char delimiter; /* not 0 */
} g3_merge_file;

/* What is merged by what, and where rows go. */
typedef struct g3_merge_options {
    g3_merge_side metadata, index;
    const g3_merge_key *keys;
    size_t key_count; /* at least 1 */
    bool items;       /* the last key's index cell is a list: each item is compared */
    const char
        *extract;  /* PCRE2 expression that takes the last key out of the index cell; or NULL */
    bool partial;  /* the one key occurs inside the index cell */
    bool boundary; /* as g3_join_options has it, like `ambiguous` */
    g3_join_ambiguous ambiguous;
    g3_view guid_column;    /* of the index; empty: guid, or another name that it goes by */
    bool all_index_columns; /* write them too */
    bool keep_unmatched;    /* write metadata rows that match nothing, without a GUID */
    size_t memory;          /* bytes for rows; beyond, they go to disk */
    g3_merge_file output;
    g3_merge_file unmatched;       /* for metadata rows that match nothing */
    g3_merge_file unmatched_index; /* for rows of the index that nothing matches */
    g3_rejects *rejects;           /* also takes ambiguous rows, with G3_JOIN_REJECT */
    g3_report *report;             /* told of metadata rows that match nothing, and of what goes to
                                      unmatched_index; NULL: none is wanted */
    g3_reporter *reporter;
} g3_merge_options;

/* Merges.
 * @param counts  filled in
 * @return false with G3_EXIT_INPUT (unreadable; a column that is not there, or is there twice),
 *         G3_EXIT_USAGE (a wrong expression), G3_EXIT_LOCAL (disk full, ...) */
bool g3_merge_run(const g3_merge_options *options, g3_join_counts *counts, g3_error *error);

/* Warns of what is odd about what became of the rows. */
void g3_merge_warn(const g3_merge_options *options, const g3_join_counts *counts);

/* Adds to a summary what became of the rows. */
void g3_merge_summarize(const g3_join_counts *counts, uint64_t rejected, g3_summary *summary);

G3_END_C

#endif
