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

/* Places of separators that are written at once, whether there are so many or not: as many as most
 * blocks have. */
#define G3_SEPARATORS_STEP ((size_t)3)

/* Where in the grammar a byte stands; at most one is set. If none is, it is in a cell without
 * quotes, or behind what a quote closed: quotes are data. Words of bits, as blocks are parted by
 * these. */
typedef struct g3_separators_state {
    uint64_t begun;  /* 1: at the beginning of a cell */
    uint64_t inside; /* all bits: inside quotes */
    uint64_t
        closed; /* 1: behind a quote inside quotes: it closed them, unless another one follows */
} g3_separators_state;

/* Flags met since the last separator, each 0 or 1. */
typedef struct g3_separators_pending {
    uint64_t high, care, lines;
} g3_separators_pending;

typedef struct g3_separators {
    const g3_scan *scan;
    char delimiter;
    g3_separators_state state;
    g3_separators_pending pending;
    bool quoted;     /* there were quoted cells where it stopped: more are likely */
    uint32_t *items; /* found by the last call; owned; G3_SEPARATORS_STEP more than there can be */
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

/* Parts one block, or what there is of it, whatever is in it: for what a kind of scan leaves. Adds
 * to what was found.
 * @return where it stopped */
size_t g3_separators_part_block(g3_separators *separators, const char *text, size_t from,
                                size_t to);

/* Forgets what was found and what came before: the next text begins a row. */
void g3_separators_reset(g3_separators *separators);

void g3_separators_end(g3_separators *separators);

#endif
