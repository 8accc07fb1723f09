/* One side of a join: a manifest (or several of the same columns) whose rows become join rows, as a
 * recipe says: which cells are the key, which the GUID, which are kept as text for the output.
 *
 * Cells are taken as they stand in the manifest; of JSON lines, a value is taken as the cell that
 * CSV would have for it (a list of strings joined by blanks). Keys and GUIDs lose the blanks around
 * them, as do the names of columns.
 */
#ifndef G3_JOIN_INPUT_H
#define G3_JOIN_INPUT_H

#include "g3/base/abi.h"
#include "g3/join/row.h"
#include "g3/record/manifest.h"

G3_BEGIN_C

/* Cells as text for an output of some format, without what parts them from their neighbours: `a TAB
 * b` or `"x":1,"y":"b"`. In JSON, cells that spell a JSON value are that value. */
typedef struct g3_join_text {
    const g3_view *columns; /* names; NULL: none wanted */
    size_t count;
    bool whole;       /* these are all columns: a record that has others (JSON lines may) can't be
                         used, unless it goes from JSON lines to JSON lines and `reserved` is set */
    g3_view reserved; /* name of a column that a record must not have; empty: none */
    g3_format format; /* not AUTO */
    char delimiter;
} g3_join_text;

/* What a manifest's rows become. */
typedef struct g3_join_recipe {
    const g3_view *keys; /* columns whose cells together are the key */
    size_t key_count;    /* 0: rows without key are wanted */
    bool items;          /* the last one's cell is a list: a key for each different item */
    const char *extract; /* PCRE2 regular expression: the last one's cell has a key wherever this
                            matches: its first group, or all of the match; or NULL */
    g3_view guid;        /* column of the GUID; empty: none wanted; a row without one is bad */
    g3_join_text text;
    g3_join_text left;
    bool stored; /* the row as it stands in its file is wanted */
} g3_join_recipe;

/* One side of a join while it is read. */
typedef struct g3_join_input g3_join_input;

/* Opens the first manifest and finds out its columns; reads no further.
 * @param paths  "-" is standard input; the texts, and those of `options` (kind RAW), are
 *               borrowed as long as the process lives
 * @return owned by the caller: g3_join_input_close(); NULL with an error of g3_manifest_open() */
g3_join_input *g3_join_input_open(const char *const *paths, size_t path_count,
                                  const g3_manifest_options *options, g3_error *error);

/* Its columns, without blanks around the names; of JSON lines, those of the first line. None where
 * the input has no rows at all (nor a header). Valid as long as the input. */
const g3_view *g3_join_input_columns(const g3_join_input *input, size_t *count);

/* True if it has a column of that name, or no columns at all. */
bool g3_join_input_has(const g3_join_input *input, g3_view column);

/* What messages call one of its manifests, counting from 0; it must have been opened. */
const char *g3_join_input_name(const g3_join_input *input, size_t file);

/* Sets what rows are made of; all columns named must be there. Names and the expression are
 * borrowed as long as the input or the process lives.
 * @return false with G3_EXIT_USAGE for a regular expression that is none */
bool g3_join_input_prepare(g3_join_input *input, const g3_join_recipe *recipe, g3_error *error);

/* Appends rows to `chunk` until it is full or nothing is left.
 * @param ended  set at the end */
bool g3_join_input_read(g3_join_input *input, g3_join_chunk *chunk, bool *ended, g3_error *error);

/* A part of a manifest that is read in parts. */
typedef struct g3_join_piece {
    g3_row_place begin; /* of the first row */
    uint64_t to;        /* rows that begin before this offset belong to it */
    g3_row_place end;   /* behind the last row: the begin of the next part, if that was guessed
                           right */
    uint64_t lines;     /* from `begin` to `end` */
    uint64_t rows;      /* as g3_join_input_rows() */
    uint64_t padded;    /* as g3_join_input_padded() */
} g3_join_piece;

/* True if the input, prepared, can be read in parts by several threads: it is one manifest that can
 * seek, and nobody wants to know the lines of its rows. */
bool g3_join_input_can_part(const g3_join_input *input);

/* Bytes of its first manifest, as g3_source_size(). */
int64_t g3_join_input_size(const g3_join_input *input);

/* The place of the first row, and how many lines are in front of it; nothing may have been read. */
bool g3_join_input_first(g3_join_input *input, g3_row_place *first, uint64_t *lines,
                         g3_error *error);

/* The same input once more, for another thread; opened and prepared anew.
 * @return owned by the caller; NULL where it can't be opened */
g3_join_input *g3_join_input_again(const g3_join_input *input, g3_error *error);

/* Begins to read a part: from piece->begin on, or where that is unknown (`guess`) from the first
 * line end at or behind its offset, which is then set. Read on with g3_join_input_read(): at the
 * part's end, what else there is in `piece` has been set. A row's number is its place in the file;
 * the lines of bad rows count from 1 at the part's begin.
 * @param piece  borrowed until the part's end */
bool g3_join_input_begin_piece(g3_join_input *input, g3_join_piece *piece, bool guess,
                               g3_error *error);

/* Rows so far (a row of several keys counts once; bad ones not), and how many were padded for being
 * too short. */
uint64_t g3_join_input_rows(const g3_join_input *input);
uint64_t g3_join_input_padded(const g3_join_input *input);

void g3_join_input_close(g3_join_input *input); /* NULL is allowed */

G3_END_C

#endif
