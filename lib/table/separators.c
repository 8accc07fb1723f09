/* Finding delimiters and line ends outside quotes, 64 bytes at a time. Called by reader.c.
 *
 * Where all quotes of a block stand as they should (opening ones at the beginning of a cell,
 * closing ones at its end, doubled ones inside), a byte is inside quotes if the number of quotes up
 * to it is odd, which takes a dozen instructions for the whole block. Where one stands elsewhere,
 * and is thus data, the block is walked from mark to mark as the grammar says.
 */
#include "separators.h"
#include "g3/base/memory.h"
#include <stdlib.h>

/* Blocks whose marks are found with one call. */
#define GROUP 16

/* Places written at once: as many separators as most blocks have. */
#define STEP ((size_t)4)

/* One block, its marks cut to the bytes that count. */
typedef struct block {
    uint64_t ends; /* delimiters and line ends: separators unless inside quotes */
    uint64_t quotes;
    uint64_t line_ends;
    uint64_t high;
    unsigned width; /* bytes that count, 1 to 64 */
} block;

/* What was found in one. */
typedef struct parting {
    uint64_t separators;
    uint64_t care;             /* bytes that make a quoted cell need care */
    uint64_t lines;            /* line ends inside quotes */
    uint64_t unclosed;         /* separators that are line ends inside quotes */
    g3_separators_state state; /* behind the block */
} parting;

/* Bit i of the result is the parity of the bits 0 to i. */
static inline uint64_t prefix_parity(uint64_t bits)
{
    bits ^= bits << 1;
    bits ^= bits << 2;
    bits ^= bits << 4;
    bits ^= bits << 8;
    bits ^= bits << 16;
    bits ^= bits << 32;
    return bits;
}

static inline bool is_set(uint64_t bits, unsigned place)
{
    return bits >> place & 1;
}

/* Parts a block that no quoted cell is in: such quotes as it has stand inside of cells, where they
 * are data.
 * @return false if one opens a cell, or may belong to one that is open */
static inline bool part_plain(const block *in, g3_separators_state state, parting *out)
{
    uint64_t begins = in->ends << 1 | (state == G3_AT_CELL_BEGIN);
    if (state > G3_IN_PLAIN || (in->quotes & begins))
        return false;
    *out = (parting){.separators = in->ends,
                     .state = is_set(in->ends, in->width - 1) ? G3_AT_CELL_BEGIN : G3_IN_PLAIN};
    return true;
}

/* Parts a block whose quotes all stand as they should.
 * @return false if one doesn't */
static inline bool part_regular(const block *in, g3_separators_state state, parting *out)
{
    unsigned last = in->width - 1;
    uint64_t inside = state == G3_IN_QUOTES ? ~UINT64_C(0) : 0;
    uint64_t closed_before = state == G3_AFTER_QUOTE;
    uint64_t may_open = state == G3_AT_CELL_BEGIN || closed_before;
    uint64_t quoted =
        prefix_parity(in->quotes) ^ inside; /* from opening quotes up to closing ones */
    uint64_t opening = in->quotes & quoted;
    uint64_t closing = in->quotes & ~quoted;
    uint64_t separators = in->ends & ~quoted;
    uint64_t after_closing = closing << 1 | closed_before;
    if (in->width < G3_SCAN_BLOCK)
        after_closing &= (UINT64_C(1) << in->width) - 1;
    uint64_t may_open_at = separators << 1 | after_closing | may_open;
    if ((opening & ~may_open_at) | (after_closing & ~(separators | opening)))
        return false;
    out->separators = separators;
    out->care = after_closing & opening; /* the second of a doubled quote */
    out->lines = in->line_ends & quoted;
    out->unclosed = 0;
    out->state = is_set(quoted, last)       ? G3_IN_QUOTES
                 : is_set(separators, last) ? G3_AT_CELL_BEGIN
                 : is_set(closing, last)    ? G3_AFTER_QUOTE
                                            : G3_IN_PLAIN;
    return true;
}

/* The first bit of `bits` at or behind `from`, or `width` if there is none. */
static unsigned find_bit(uint64_t bits, unsigned from, unsigned width)
{
    uint64_t rest = from < G3_SCAN_BLOCK ? bits >> from << from : 0;
    return rest ? (unsigned)__builtin_ctzll(rest) : width;
}

/* Parts any block, mark by mark. */
static void part_by_walking(const block *in, g3_separators_state state, bool by_lines, parting *out)
{
    *out = (parting){0};
    unsigned at = 0;
    while (at < in->width) {
        unsigned mark = at;
        switch (state) {
        case G3_AT_CELL_BEGIN:
            if (is_set(in->quotes, at)) {
                state = G3_IN_QUOTES;
                at++;
            } else {
                state = G3_IN_PLAIN;
            }
            break;
        case G3_AFTER_QUOTE:
            if (is_set(in->quotes, at)) {
                out->care |= UINT64_C(1) << at++;
                state = G3_IN_QUOTES;
            } else {
                if (!is_set(in->ends, at))
                    out->care |= UINT64_C(1) << at;
                state = G3_IN_PLAIN;
            }
            break;
        case G3_IN_PLAIN:
            mark = find_bit(in->ends, at, in->width);
            at = mark + 1;
            if (mark < in->width) {
                out->separators |= UINT64_C(1) << mark;
                state = G3_AT_CELL_BEGIN;
            }
            break;
        case G3_IN_QUOTES:
            mark = find_bit(by_lines ? in->quotes | in->line_ends : in->quotes, at, in->width);
            if (mark > at) /* what lies between is data, line ends too */
                out->lines |= in->line_ends & (~UINT64_C(0) << at) &
                              (mark < G3_SCAN_BLOCK ? (UINT64_C(1) << mark) - 1 : ~UINT64_C(0));
            at = mark + 1;
            if (mark < in->width && is_set(in->quotes, mark)) {
                state = G3_AFTER_QUOTE;
            } else if (mark < in->width) {
                out->separators |= UINT64_C(1) << mark;
                out->unclosed |= UINT64_C(1) << mark;
                state = G3_AT_CELL_BEGIN;
            }
            break;
        }
    }
    out->state = state;
}

static inline uint32_t flag_if(uint64_t bits, uint32_t flag)
{
    return bits ? flag : 0;
}

/* How many bits are set: sums of two bits, of four, of eight, then all eight bytes' at once. */
static inline size_t count_bits(uint64_t bits)
{
    bits -= bits >> 1 & UINT64_C(0x5555555555555555);
    bits = (bits & UINT64_C(0x3333333333333333)) + (bits >> 2 & UINT64_C(0x3333333333333333));
    bits = (bits + (bits >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
    return (size_t)(bits * UINT64_C(0x0101010101010101) >> 56);
}

/* Writes the places of bits, some at a time whether there are so many or not: quicker than a branch
 * for each, as most blocks have few. STEP items too many may be written.
 * @return behind the last one that counts */
static inline uint32_t *write_places(uint32_t *item, uint64_t bits, uint32_t base)
{
    uint32_t *end = item + count_bits(bits);
    do {
        for (size_t i = 0; i < STEP; i++) {
            *item++ = base + (uint32_t)__builtin_ctzll(bits | UINT64_C(1) << 63);
            bits &= bits - 1;
        }
    } while (bits);
    return end;
}

/* Adds the separators of a block that begins at `base`, with their flags. */
static inline void add_separators(g3_separators *separators, const block *in, const parting *out,
                                  uint32_t base)
{
    uint32_t *item = separators->items + separators->count;
    uint64_t bits = out->separators;
    uint64_t high = in->high, care = out->care, lines = out->lines;
    uint32_t pending = separators->pending;
    if (!(high | care | lines | out->unclosed | pending)) {
        item = write_places(item, bits, base);
    } else {
        for (; bits; bits &= bits - 1) {
            uint64_t up_to = bits ^ (bits - 1);
            uint64_t itself = bits & -bits;
            *item++ = (base + (uint32_t)__builtin_ctzll(bits)) | pending |
                      flag_if(out->unclosed & itself, G3_SEPARATOR_UNCLOSED) |
                      flag_if(high & up_to, G3_SEPARATOR_HIGH) |
                      flag_if(care & up_to, G3_SEPARATOR_CARE) |
                      flag_if(lines & up_to, G3_SEPARATOR_LINES);
            high &= ~up_to;
            care &= ~up_to;
            lines &= ~up_to;
            pending = 0;
        }
        separators->pending = pending | flag_if(high, G3_SEPARATOR_HIGH) |
                              flag_if(care, G3_SEPARATOR_CARE) | flag_if(lines, G3_SEPARATOR_LINES);
    }
    separators->count = (size_t)(item - separators->items);
}

static inline block cut_block(const g3_marks *marks, size_t width)
{
    uint64_t valid = width < G3_SCAN_BLOCK ? (UINT64_C(1) << width) - 1 : ~UINT64_C(0);
    return (block){.ends = (marks->delimiters | marks->line_ends) & valid,
                   .quotes = marks->quotes & valid,
                   .line_ends = marks->line_ends & valid,
                   .high = marks->high & valid,
                   .width = (unsigned)width};
}

void g3_separators_begin(g3_separators *separators, char delimiter)
{
    *separators = (g3_separators){.scan = g3_scan_best(), .delimiter = delimiter};
    separators->items = g3_allocate((G3_SEPARATORS_STRETCH + STEP) * sizeof *separators->items);
}

void g3_separators_find(g3_separators *separators, const char *text, size_t from, size_t to)
{
    g3_marks marks[GROUP];
    separators->count = 0;
    while (from < to) {
        size_t blocks = (to - from + G3_SCAN_BLOCK - 1) / G3_SCAN_BLOCK;
        if (blocks > GROUP)
            blocks = GROUP;
        separators->scan->marks(text + from, blocks, separators->delimiter, marks);
        for (size_t i = 0; i < blocks; i++) {
            size_t width = to - from < G3_SCAN_BLOCK ? to - from : G3_SCAN_BLOCK;
            block in = cut_block(&marks[i], width);
            parting out;
            if (!part_plain(&in, separators->state, &out) &&
                !part_regular(&in, separators->state, &out))
                part_by_walking(&in, separators->state, false, &out);
            separators->state = out.state;
            add_separators(separators, &in, &out, (uint32_t)from);
            from += width;
        }
    }
}

size_t g3_separators_find_by_lines(g3_separators *separators, const char *text, size_t from,
                                   size_t to, size_t until)
{
    g3_marks marks;
    separators->count = 0;
    while (from < to) {
        separators->scan->marks(text + from, 1, separators->delimiter, &marks);
        size_t width = to - from < G3_SCAN_BLOCK ? to - from : G3_SCAN_BLOCK;
        size_t line = marks.line_ends ? (size_t)__builtin_ctzll(marks.line_ends) + 1 : width + 1;
        bool line_ended = line <= width;
        block in = cut_block(&marks, line_ended ? line : width);
        parting out;
        part_by_walking(&in, separators->state, true, &out);
        separators->state = out.state;
        add_separators(separators, &in, &out, (uint32_t)from);
        from += in.width;
        if (line_ended && from >= until)
            break;
    }
    return from;
}

void g3_separators_reset(g3_separators *separators)
{
    separators->state = G3_AT_CELL_BEGIN;
    separators->pending = 0;
    separators->count = 0;
}

void g3_separators_end(g3_separators *separators)
{
    free(separators->items);
}
