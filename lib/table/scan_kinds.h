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

#if defined __x86_64__
extern const g3_scan g3_scan_avx2;
#elif defined __aarch64__
extern const g3_scan g3_scan_neon;
#endif

#endif
