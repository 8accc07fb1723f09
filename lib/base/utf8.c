/* Checking that bytes are UTF-8, and making it of what is not. Called for cells of rows that are
 * not all ASCII, and for whatever goes into messages. */
#include "g3/base/utf8.h"

#define TOP_BITS UINT64_C(0x8080808080808080)

/* Passes over ASCII, eight bytes at a time. */
static const uint8_t *skip_ascii(const uint8_t *at, const uint8_t *end)
{
    uint64_t word;
    while (end - at >= (ptrdiff_t)sizeof word) {
        memcpy(&word, at, sizeof word);
        if (word & TOP_BITS)
            break;
        at += sizeof word;
    }
    while (at < end && *at < 0x80)
        at++;
    return at;
}

/* The length of the character that begins at `at` with a byte above 0x7f, 0 if it is none. The
 * second byte's range keeps out what is over-long, surrogates, and beyond U+10FFFF. */
static size_t measure_character(const uint8_t *at, const uint8_t *end)
{
    uint8_t first = *at, least = 0x80, most = 0xbf;
    size_t length;
    if (first >= 0xc2 && first <= 0xdf) {
        length = 2;
    } else if ((first & 0xf0) == 0xe0) {
        length = 3;
        least = first == 0xe0 ? 0xa0 : least;
        most = first == 0xed ? 0x9f : most;
    } else if (first >= 0xf0 && first <= 0xf4) {
        length = 4;
        least = first == 0xf0 ? 0x90 : least;
        most = first == 0xf4 ? 0x8f : most;
    } else {
        return 0;
    }
    if ((size_t)(end - at) < length || at[1] < least || at[1] > most)
        return 0;
    for (size_t i = 2; i < length; i++)
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    return length;
}

bool g3_is_utf8(g3_view text)
{
    if (text.length == 0)
        return true;
    const uint8_t *at = (const uint8_t *)text.data, *end = at + text.length;
    while ((at = skip_ascii(at, end)) < end) {
        size_t length = measure_character(at, end);
        if (length == 0)
            return false;
        at += length;
    }
    return true;
}

g3_view g3_make_utf8(g3_view text, g3_buffer *scratch)
{
    if (g3_is_utf8(text))
        return text;
    const uint8_t *at = (const uint8_t *)text.data, *end = at + text.length;
    g3_buffer_clear(scratch);
    while (at < end) {
        const uint8_t *begin = at;
        size_t length;
        while ((at = skip_ascii(at, end)) < end && (length = measure_character(at, end)) > 0)
            at += length;
        g3_buffer_append(scratch, (g3_view){(const char *)begin, (size_t)(at - begin)});
        if (at < end) {
            g3_buffer_append(scratch, G3_VIEW("\xef\xbf\xbd"));
            at++;
        }
    }
    return g3_buffer_view(scratch);
}
