/* Finding the bytes that part cells and rows: delimiters and line ends outside quotes. Private to
 * the table storey; called by the row reader for one stretch of its window after the other. */
#ifndef G3_TABLE_SEPARATORS_H
#define G3_TABLE_SEPARATORS_H

#include "g3/table/scan.h"

/* A separator is its place in the text, with flags in the top bits for what stands between the
 * separator before and this one: a byte above 0x7f; a quoted cell that is not just its text in
 * quotes; line ends inside quotes; and, by lines only, that the line ended inside quotes. */
#define G3_SEPARATOR_HIGH     (UINT32_C(1) << 31)
#define G3_SEPARATOR_CARE     (UINT32_C(1) << 30)
#define G3_SEPARATOR_LINES    (UINT32_C(1) << 29)
#define G3_SEPARATOR_UNCLOSED (UINT32_C(1) << 28)
#define G3_SEPARATOR_PLACE    (G3_SEPARATOR_UNCLOSED - 1)

/* Most bytes of text for one call: its bytes and separators stay in the first-level cache until the
 * rows are made of them. */
#define G3_SEPARATORS_STRETCH ((size_t)16 * 1024)

/* Where in the grammar the next byte stands. */
typedef enum g3_separators_state {
    G3_AT_CELL_BEGIN,
    G3_IN_PLAIN, /* in a cell without quotes, or behind what a quote closed: quotes are data */
    G3_IN_QUOTES,
    G3_AFTER_QUOTE, /* behind a quote inside quotes: it closed them, unless another one follows */
} g3_separators_state;

typedef struct g3_separators {
    const g3_scan *scan;
    char delimiter;
    g3_separators_state state;
    uint32_t pending; /* flags met since the last separator */
    uint32_t *items;  /* found by the last call; owned */
    size_t count;
} g3_separators;

void g3_separators_begin(g3_separators *separators, char delimiter);

/* Finds the separators of text[from..to), at most G3_SEPARATORS_STRETCH bytes, going on from where
 * the call before stopped. 63 bytes behind `to` must be readable. */
void g3_separators_find(g3_separators *separators, const char *text, size_t from, size_t to);

/* The same, but each line end is a separator even inside quotes; stops behind the first line end at
 * or behind `until` - 1.
 * @return where it stopped */
size_t g3_separators_find_by_lines(g3_separators *separators, const char *text, size_t from,
                                   size_t to, size_t until);

/* Forgets what was found and what came before: the next text begins a row. */
void g3_separators_reset(g3_separators *separators);

void g3_separators_end(g3_separators *separators);

#endif
