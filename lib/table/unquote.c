/* Unquoting of cells with doubled quotes. Called by reader.c when a row is complete.
 *
 * The pieces between quotes are short as a rule (JSON in a cell), so they are copied in steps of a
 * fixed size that the compiler makes two instructions of; the slack lets a step go beyond the
 * piece.
 */
#include "unquote.h"

#define STEP ((size_t)32)

/* Blocks whose marks are found at once. */
#define GROUP 4

static inline char *copy_piece(char *out, const char *from, const char *to)
{
    size_t length = (size_t)(to - from);
    for (size_t at = 0; at < length; at += STEP)
        memcpy(out + at, from + at, STEP);
    return out + length;
}

size_t g3_unquote(const g3_scan *scan, g3_view cell, char *out)
{
    const char *end = cell.data + cell.length;
    const char *from = cell.data + 1; /* first byte not copied yet */
    char *to = out;
    g3_marks marks[GROUP];
    for (const char *at = from; at < end;) {
        size_t blocks = ((size_t)(end - at) + G3_SCAN_BLOCK - 1) / G3_SCAN_BLOCK;
        if (blocks > GROUP)
            blocks = GROUP;
        scan->marks(at, blocks, '"', marks);
        for (size_t i = 0; i < blocks; i++, at += G3_SCAN_BLOCK) {
            for (uint64_t quotes = marks[i].quotes; quotes; quotes &= quotes - 1) {
                const char *quote = at + __builtin_ctzll(quotes);
                if (quote < from) /* the second of two */
                    continue;
                if (quote >= end)
                    break;
                bool doubled = quote + 1 < end && quote[1] == '"';
                to = copy_piece(to, from, doubled ? quote + 1 : quote);
                from = quote + (doubled ? 2 : 1);
                if (!doubled) { /* closed: the rest is data */
                    to = copy_piece(to, from, end);
                    return (size_t)(to - out);
                }
            }
        }
    }
    to = copy_piece(to, from, end); /* never closed: the reader doesn't let that come here */
    return (size_t)(to - out);
}
