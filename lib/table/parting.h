/* Parting text at its separators, 64 bytes at a time: the inner loops of the tokenizer, which each
 * kind of scan makes its own. Private to the table storey; called by the scan_*.c, and by
 * separators.c for what the loops leave.
 *
 * All of it is inlined into one function of each kind, so that it is compiled for that kind's
 * processor, and marks stay in registers.
 *
 * There is a loop for blocks without quoted cells, and one for blocks whose quotes all stand as
 * they should: opening ones at the beginning of a cell, closing ones at its end, doubled ones
 * inside. A byte is then inside quotes if the number of quotes up to it is odd. They avoid branches
 * on what most files have in some blocks and not in others: a wrong guess of the processor's costs
 * as much as a block. */
#ifndef G3_TABLE_PARTING_H
#define G3_TABLE_PARTING_H

#include "separators.h"

#define G3_INLINE static inline __attribute__((always_inline))

/* What a kind of processor does in its own way. Constant where it is used, so that the functions
 * are inlined. */
typedef struct g3_parting_ways {
    g3_scan_marks_function *find_marks;
    uint64_t (*prefix_parity)(uint64_t bits); /* bit i is the parity of the bits 0 to i */
    unsigned (*find_first)(uint64_t bits);    /* the lowest bit's place; anything if all are 0 */
} g3_parting_ways;

/* What was found in a block. */
typedef struct g3_parting {
    uint64_t separators;
    uint64_t care;              /* bytes that make a quoted cell need care; none is a separator */
    uint64_t lines;             /* line ends inside quotes */
    uint64_t unclosed;          /* separators that are line ends inside quotes */
    g3_separators_state behind; /* the block */
} g3_parting;

/* These two in plain C. */
G3_INLINE uint64_t g3_prefix_parity(uint64_t bits)
{
    bits ^= bits << 1;
    bits ^= bits << 2;
    bits ^= bits << 4;
    bits ^= bits << 8;
    bits ^= bits << 16;
    bits ^= bits << 32;
    return bits;
}

G3_INLINE unsigned g3_find_first(uint64_t bits)
{
    return (unsigned)__builtin_ctzll(bits | UINT64_C(1) << 63);
}

/* How many bits are set: sums of two bits, of four, of eight, then all eight bytes' at once.
 * Compilers know this for what it is, where the processor has an instruction for it. */
G3_INLINE size_t g3_count_bits(uint64_t bits)
{
    bits -= bits >> 1 & UINT64_C(0x5555555555555555);
    bits = (bits & UINT64_C(0x3333333333333333)) + (bits >> 2 & UINT64_C(0x3333333333333333));
    bits = (bits + (bits >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
    return (size_t)(bits * UINT64_C(0x0101010101010101) >> 56);
}

/* The first `width` bits, 1 to 64. */
G3_INLINE uint64_t g3_first_bits(unsigned width)
{
    return ~UINT64_C(0) >> (G3_SCAN_BLOCK - width);
}

/* Parts a block that no quoted cell is in: such quotes as it has stand inside of cells, where they
 * are data.
 * @param in     marks of bytes that count only
 * @param width  bytes that count, 1 to 64
 * @return false if a quote opens a cell, or may belong to one that is open */
G3_INLINE bool g3_part_plain(const g3_marks *in, unsigned width, g3_separators_state before,
                             g3_parting *out)
{
    uint64_t begins = in->ends << 1 | before.begun;
    if ((in->quotes & begins) | before.inside | before.closed)
        return false;
    *out = (g3_parting){.separators = in->ends, .behind = {.begun = in->ends >> (width - 1)}};
    return true;
}

/* Parts a block whose quotes all stand as they should.
 * @return false if one doesn't */
G3_INLINE bool g3_part_regular(const g3_parting_ways *ways, const g3_marks *in, unsigned width,
                               g3_separators_state before, g3_parting *out)
{
    uint64_t quoted = (ways->prefix_parity(in->quotes) ^ before.inside) &
                      g3_first_bits(width); /* from opening quotes up to closing ones */
    uint64_t opening = in->quotes & quoted;
    uint64_t closing = in->quotes & ~quoted;
    uint64_t separators = in->ends & ~quoted;
    uint64_t after_closing = (closing << 1 | before.closed) & g3_first_bits(width);
    uint64_t may_open = separators << 1 | after_closing | before.begun;
    if ((opening & ~may_open) | (after_closing & ~(separators | opening)))
        return false;
    *out = (g3_parting){.separators = separators,
                        .care = after_closing & opening, /* the second of a doubled quote */
                        .lines = in->line_ends & quoted,
                        .behind = {.begun = separators >> (width - 1),
                                   .inside = -(quoted >> (width - 1)),
                                   .closed = closing >> (width - 1)}};
    return true;
}

/* The separators with one of `bits` between the separator before and them, or on them. Added to the
 * ones between two separators, a bit is carried on to the one behind.
 * @param pending  1: there was one before the block; set to 1 if there is one behind the last
 *                 separator, else 0 */
G3_INLINE uint64_t g3_carry_on(uint64_t bits, uint64_t separators, uint64_t *pending)
{
    uint64_t between = ~separators, sum;
    uint64_t behind = __builtin_add_overflow(between, bits & between, &sum);
    behind |= __builtin_add_overflow(sum, *pending, &sum);
    *pending = behind;
    return (sum | bits) & separators;
}

/* Writes the places of a block's separators, G3_SEPARATORS_STEP at a time whether there are so many
 * or not: quicker than a branch for each, as most blocks have few. So many items too many may be
 * written.
 * @return behind the last one that counts */
G3_INLINE uint32_t *g3_write_places(const g3_parting_ways *ways, uint32_t *item, uint64_t bits,
                                    uint32_t base)
{
    uint32_t *end = item + g3_count_bits(bits);
    do {
        for (size_t i = 0; i < G3_SEPARATORS_STEP; i++) {
            *item++ = base + ways->find_first(bits);
            bits &= bits - 1;
        }
    } while (bits);
    return end;
}

/* Flags the items of some of a block's separators. */
G3_INLINE void g3_add_flag(uint32_t *items, uint64_t separators, uint64_t flagged, uint32_t flag)
{
    for (; flagged; flagged &= flagged - 1)
        items[g3_count_bits(separators & ((flagged & -flagged) - 1))] |= flag;
}

/* Writes a block's separators with all their flags. */
G3_INLINE uint32_t *g3_write_separators(const g3_parting_ways *ways, uint32_t *items,
                                        const g3_parting *found, uint64_t high, uint32_t base,
                                        g3_separators_pending *pending)
{
    uint64_t separators = found->separators;
    uint32_t *end = g3_write_places(ways, items, separators, base);
    g3_add_flag(items, separators, g3_carry_on(found->care, separators, &pending->care),
                G3_SEPARATOR_CARE);
    if (high | found->lines | found->unclosed | pending->high | pending->lines) { /* seldom */
        g3_add_flag(items, separators, g3_carry_on(high, separators, &pending->high),
                    G3_SEPARATOR_HIGH);
        g3_add_flag(items, separators, g3_carry_on(found->lines, separators, &pending->lines),
                    G3_SEPARATOR_LINES);
        g3_add_flag(items, separators, found->unclosed, G3_SEPARATOR_UNCLOSED);
    }
    return end;
}

/* Parts whole blocks as long as none has a quoted cell, or the rest of one.
 * @return how far it came */
G3_INLINE size_t g3_part_plain_blocks(const g3_parting_ways *ways, g3_separators *separators,
                                      const char *text, size_t from, size_t to)
{
    char delimiter = separators->delimiter;
    uint32_t *item = separators->items + separators->count;
    uint64_t high_pending = separators->pending.high;
    g3_separators_state state = {.begun = separators->state.begun};
    if (separators->pending.care | separators->pending.lines)
        return from;
    for (; to - from >= G3_SCAN_BLOCK; from += G3_SCAN_BLOCK) {
        g3_marks marks = ways->find_marks(text + from, delimiter);
        g3_parting found;
        if (!g3_part_plain(&marks, G3_SCAN_BLOCK, state, &found))
            break;
        uint32_t *end = g3_write_places(ways, item, found.separators, (uint32_t)from);
        if (marks.high | high_pending)
            g3_add_flag(item, found.separators,
                        g3_carry_on(marks.high, found.separators, &high_pending),
                        G3_SEPARATOR_HIGH);
        item = end;
        state = found.behind;
    }
    separators->count = (size_t)(item - separators->items);
    separators->pending.high = high_pending;
    separators->state = state;
    return from;
}

/* Parts whole blocks as long as all quotes stand as they should.
 * @return how far it came */
G3_INLINE size_t g3_part_regular_blocks(const g3_parting_ways *ways, g3_separators *separators,
                                        const char *text, size_t from, size_t to)
{
    char delimiter = separators->delimiter;
    uint32_t *item = separators->items + separators->count;
    g3_separators_pending pending = separators->pending;
    g3_separators_state state = separators->state;
    for (; to - from >= G3_SCAN_BLOCK; from += G3_SCAN_BLOCK) {
        g3_marks marks = ways->find_marks(text + from, delimiter);
        g3_parting found;
        if (!g3_part_regular(ways, &marks, G3_SCAN_BLOCK, state, &found))
            break;
        item = g3_write_separators(ways, item, &found, marks.high, (uint32_t)from, &pending);
        state = found.behind;
    }
    separators->count = (size_t)(item - separators->items);
    separators->pending = pending;
    separators->state = state;
    return from;
}

/* Finding separators in a kind's own ways: g3_separators_find(). The loop that did for the block
 * before goes on. */
G3_INLINE void g3_separators_find_by(const g3_parting_ways *ways, g3_separators *separators,
                                     const char *text, size_t from, size_t to)
{
    separators->count = 0;
    for (;;) {
        from = separators->quoted ? g3_part_regular_blocks(ways, separators, text, from, to)
                                  : g3_part_plain_blocks(ways, separators, text, from, to);
        if (from >= to)
            break;
        from = g3_separators_part_block(separators, text, from, to);
    }
}

#endif
