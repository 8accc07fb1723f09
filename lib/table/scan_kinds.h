/* The scans for particular processors. Private to the table storey; chosen between by scan.c. */
#ifndef G3_TABLE_SCAN_KINDS_H
#define G3_TABLE_SCAN_KINDS_H

#include "g3/table/scan.h"

/* Bytes below this are control characters, which a JSON string must escape (RFC 8259, 7). */
#define G3_SCAN_FIRST_PRINTABLE 0x20

static inline char *g3_scan_write_escape(char *out, unsigned char c)
{
    static const char HEX[] = "0123456789abcdef";
    static const char LETTERS[G3_SCAN_FIRST_PRINTABLE] = {
        ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r'};
    *out++ = '\\';
    if (c >= G3_SCAN_FIRST_PRINTABLE) {
        *out++ = (char)c; /* quote, backslash */
    } else if (LETTERS[c]) {
        *out++ = LETTERS[c];
    } else {
        memcpy(out, "u00", 3);
        out[3] = HEX[c >> 4];
        out[4] = HEX[c & 15];
        out += 5;
    }
    return out;
}

/* The copying with escapes of every kind of scan: inlined, so that the pieces between escapes,
 * which are short where JSON is escaped in JSON, cost no calls. */
static inline __attribute__((always_inline)) size_t
g3_scan_copy_escaped_by(g3_scan_copy_plain_function *copy_plain, char *out, const char *text,
                        size_t length)
{
    const char *end = text + length;
    char *to = out;
    while (text < end) {
        size_t plain = copy_plain(to, text, (size_t)(end - text));
        to += plain;
        text += plain;
        if (text < end)
            to = g3_scan_write_escape(to, (unsigned char)*text++);
    }
    return (size_t)(to - out);
}

/* Bytes that unquoting copies in one step. The pieces between quotes are short as a rule (JSON in a
 * cell): steps of a fixed size, of which the compiler makes two instructions, may go beyond. */
#define G3_SCAN_UNQUOTE_STEP ((size_t)32)

static inline char *g3_scan_copy_piece(char *out, const char *from, const char *to)
{
    size_t length = (size_t)(to - from);
    for (size_t at = 0; at < length; at += G3_SCAN_UNQUOTE_STEP)
        memcpy(out + at, from + at, G3_SCAN_UNQUOTE_STEP);
    return out + length;
}

/* Unquoting by marks. */
static inline __attribute__((always_inline)) size_t
g3_scan_unquote_by(g3_scan_marks_function *find_marks, char *out, const char *text, size_t length)
{
    const char *end = text + length, *from = text; /* first byte not copied yet */
    char *to = out;
    for (const char *block = text; block < end; block += G3_SCAN_BLOCK) {
        for (uint64_t quotes = find_marks(block, '"').quotes; quotes; quotes &= quotes - 1) {
            const char *quote = block + __builtin_ctzll(quotes);
            if (quote < from) /* the second of two */
                continue;
            if (quote >= end)
                break;
            bool doubled = quote + 1 < end && quote[1] == '"';
            to = g3_scan_copy_piece(to, from, doubled ? quote + 1 : quote);
            from = quote + (doubled ? 2 : 1);
            if (!doubled) /* closed: the rest is data */
                return (size_t)(g3_scan_copy_piece(to, from, end) - out);
        }
    }
    /* Never closed: the reader doesn't let that come here. */
    return (size_t)(g3_scan_copy_piece(to, from, end) - out);
}

#if defined __x86_64__
extern const g3_scan g3_scan_avx512;
extern const g3_scan g3_scan_avx2;
#elif defined __aarch64__
extern const g3_scan g3_scan_neon;
#endif

#endif
