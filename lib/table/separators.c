/* Finding delimiters and line ends outside quotes: what all kinds of scans have in common. Called
 * by reader.c, and by the inner loops in parting.h.
 *
 * Where a quote does not stand as it should, and is thus data, the block is walked from mark to
 * mark as the grammar says.
 */
#include "separators.h"
#include "g3/base/memory.h"
#include "parting.h"
#include <stdlib.h>

static const g3_parting_ways PLAIN_WAYS = {NULL, g3_prefix_parity, g3_find_first};

/* A g3_separators_state, as walking has it. */
typedef enum place_in_grammar { AT_CELL_BEGIN, IN_PLAIN, IN_QUOTES, AFTER_QUOTE } place_in_grammar;

static bool is_set(uint64_t bits, unsigned place)
{
    return bits >> place & 1;
}

/* The first bit of `bits` at or behind `from`, or `width` if there is none. */
static unsigned find_bit(uint64_t bits, unsigned from, unsigned width)
{
    uint64_t rest = from < G3_SCAN_BLOCK ? bits >> from << from : 0;
    return rest ? (unsigned)__builtin_ctzll(rest) : width;
}

/* Parts any block, mark by mark. */
static void part_by_walking(const g3_marks *in, unsigned width, g3_separators_state before,
                            bool by_lines, g3_parting *out)
{
    place_in_grammar state = before.begun    ? AT_CELL_BEGIN
                             : before.inside ? IN_QUOTES
                             : before.closed ? AFTER_QUOTE
                                             : IN_PLAIN;
    *out = (g3_parting){0};
    unsigned at = 0;
    while (at < width) {
        unsigned mark = at;
        switch (state) {
        case AT_CELL_BEGIN:
            if (is_set(in->quotes, at)) {
                state = IN_QUOTES;
                at++;
            } else {
                state = IN_PLAIN;
            }
            break;
        case AFTER_QUOTE:
            if (is_set(in->quotes, at)) {
                out->care |= UINT64_C(1) << at++;
                state = IN_QUOTES;
            } else {
                if (!is_set(in->ends, at))
                    out->care |= UINT64_C(1) << at;
                state = IN_PLAIN;
            }
            break;
        case IN_PLAIN:
            mark = find_bit(in->ends, at, width);
            at = mark + 1;
            if (mark < width) {
                out->separators |= UINT64_C(1) << mark;
                state = AT_CELL_BEGIN;
            }
            break;
        case IN_QUOTES:
            mark = find_bit(by_lines ? in->quotes | in->line_ends : in->quotes, at, width);
            if (mark > at) /* what lies between is data, line ends too */
                out->lines |= in->line_ends & (~UINT64_C(0) << at) &
                              (mark < G3_SCAN_BLOCK ? (UINT64_C(1) << mark) - 1 : ~UINT64_C(0));
            at = mark + 1;
            if (mark < width && is_set(in->quotes, mark)) {
                state = AFTER_QUOTE;
            } else if (mark < width) {
                out->separators |= UINT64_C(1) << mark;
                out->unclosed |= UINT64_C(1) << mark;
                state = AT_CELL_BEGIN;
            }
            break;
        }
    }
    out->behind = (g3_separators_state){.begun = state == AT_CELL_BEGIN,
                                        .inside = state == IN_QUOTES ? ~UINT64_C(0) : 0,
                                        .closed = state == AFTER_QUOTE};
}

/* Forgets all marks but those of the first `width` bytes. */
static void cut_marks(g3_marks *marks, unsigned width)
{
    uint64_t there = g3_first_bits(width);
    marks->ends &= there;
    marks->quotes &= there;
    marks->line_ends &= there;
    marks->high &= there;
}

/* Adds what was found in the block that begins at `base`. */
static void add_parting(g3_separators *separators, const g3_parting *found, const g3_marks *marks,
                        size_t base)
{
    uint32_t *end = g3_write_separators(&PLAIN_WAYS, separators->items + separators->count, found,
                                        marks->high, (uint32_t)base, &separators->pending);
    separators->count = (size_t)(end - separators->items);
    separators->state = found->behind;
}

size_t g3_separators_part_block(g3_separators *separators, const char *text, size_t from, size_t to)
{
    unsigned width = to - from < G3_SCAN_BLOCK ? (unsigned)(to - from) : (unsigned)G3_SCAN_BLOCK;
    g3_marks marks = separators->scan->marks(text + from, separators->delimiter);
    g3_parting found;
    cut_marks(&marks, width);
    separators->quoted = !g3_part_plain(&marks, width, separators->state, &found);
    if (separators->quoted &&
        !g3_part_regular(&PLAIN_WAYS, &marks, width, separators->state, &found)) {
        part_by_walking(&marks, width, separators->state, false, &found);
        separators->quoted = found.behind.inside || found.behind.closed;
    }
    add_parting(separators, &found, &marks, from);
    return from + width;
}

void g3_separators_begin(g3_separators *separators, char delimiter)
{
    *separators = (g3_separators){.scan = g3_scan_best(), .delimiter = delimiter};
    separators->items =
        g3_allocate((G3_SEPARATORS_STRETCH + G3_SEPARATORS_STEP) * sizeof *separators->items);
    g3_separators_reset(separators);
}

void g3_separators_find(g3_separators *separators, const char *text, size_t from, size_t to)
{
    separators->scan->separators(separators, text, from, to);
}

size_t g3_separators_find_by_lines(g3_separators *separators, const char *text, size_t from,
                                   size_t to, size_t until)
{
    bool line_ended = false;
    separators->count = 0;
    while (from < to && !(line_ended && from >= until)) {
        g3_marks marks = separators->scan->marks(text + from, separators->delimiter);
        size_t width = to - from < G3_SCAN_BLOCK ? to - from : G3_SCAN_BLOCK;
        size_t line = marks.line_ends ? (size_t)__builtin_ctzll(marks.line_ends) + 1 : width + 1;
        line_ended = line <= width;
        width = line_ended ? line : width;
        g3_parting found;
        cut_marks(&marks, (unsigned)width);
        part_by_walking(&marks, (unsigned)width, separators->state, true, &found);
        add_parting(separators, &found, &marks, from);
        from += width;
    }
    separators->quoted = separators->state.inside || separators->state.closed;
    return from;
}

void g3_separators_reset(g3_separators *separators)
{
    separators->state = (g3_separators_state){.begun = 1};
    separators->pending = (g3_separators_pending){0};
    separators->count = 0;
}

void g3_separators_end(g3_separators *separators)
{
    free(separators->items);
}
