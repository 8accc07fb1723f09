/* The scans in plain C: the reference that the vectorised ones are tested against, and what runs
 * where there are none. Eight bytes at a time where that is simple. */
#include "parting.h"
#include "scan_kinds.h"

/* The same byte in each of a word's eight. */
#define EACH_BYTE(byte) (UINT64_C(0x0101010101010101) * (uint8_t)(byte))

#define TOP_BITS EACH_BYTE(0x80)

static uint64_t load_word(const char *text)
{
    uint64_t word;
    memcpy(&word, text, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
}

/* The top bit of each byte that is zero; no others. */
static uint64_t find_zeros(uint64_t word)
{
    return ~(((word & ~TOP_BITS) + ~TOP_BITS) | word | ~TOP_BITS);
}

static uint64_t find_byte(uint64_t word, char byte)
{
    return find_zeros(word ^ EACH_BYTE(byte));
}

/* Gathers the top bit of each byte into eight bits, the first byte's lowest: the multiplication
 * moves bit 8*i to bit 56+i, and no two meet. */
static uint64_t gather_bits(uint64_t top_bits)
{
    return (top_bits >> 7) * UINT64_C(0x0102040810204080) >> 56;
}

static inline g3_marks find_marks(const char *text, char delimiter)
{
    g3_marks found = {0};
    for (unsigned shift = 0; shift < 64; shift += 8, text += 8) {
        uint64_t word = load_word(text);
        uint64_t line_ends = find_byte(word, '\n') | find_byte(word, '\r');
        found.ends |= gather_bits(find_byte(word, delimiter) | line_ends) << shift;
        found.quotes |= gather_bits(find_byte(word, '"')) << shift;
        found.line_ends |= gather_bits(line_ends) << shift;
        found.high |= gather_bits(word & TOP_BITS) << shift;
    }
    return found;
}

static void find_separators(g3_separators *separators, const char *text, size_t from, size_t to)
{
    static const g3_parting_ways WAYS = {find_marks, g3_prefix_parity, g3_find_first};
    g3_separators_find_by(&WAYS, separators, text, from, to);
}

/* True if a JSON string must escape `c`. */
static bool is_special(char c)
{
    return (unsigned char)c < G3_SCAN_FIRST_PRINTABLE || c == '"' || c == '\\';
}

/* The top bit of each byte that is special. */
static uint64_t find_specials(uint64_t word)
{
    return find_zeros(word & EACH_BYTE(0xe0)) /* below 0x20 */
           | find_byte(word, '"') | find_byte(word, '\\');
}

static size_t copy_plain(char *out, const char *text, size_t length)
{
    size_t at = 0;
    for (; length - at >= 8; at += 8) {
        memcpy(out + at, text + at, 8);
        uint64_t specials = find_specials(load_word(text + at));
        if (specials)
            return at + (size_t)__builtin_ctzll(specials) / 8;
    }
    for (; at < length && !is_special(text[at]); at++)
        out[at] = text[at];
    return at;
}

static size_t copy_escaped(char *out, const char *text, size_t length)
{
    return g3_scan_copy_escaped_by(copy_plain, out, text, length);
}

static size_t find_string_end(const char *text, size_t length, bool *high)
{
    size_t at = 0;
    uint64_t seen = 0; /* all bytes before the end, or-ed */
    for (; length - at >= 8; at += 8) {
        uint64_t word = load_word(text + at);
        if (find_specials(word))
            break;
        seen |= word;
    }
    for (; at < length && !is_special(text[at]); at++)
        seen |= (uint8_t)text[at];
    if (seen & TOP_BITS)
        *high = true;
    return at;
}

static size_t unquote(char *out, const char *text, size_t length)
{
    return g3_scan_unquote_by(find_marks, out, text, length);
}

/* Each byte is followed by a quote that the next one overwrites, unless it belongs there: quicker
 * than a branch, for in JSON every fifth byte is a quote. */
static size_t double_quotes(char *out, const char *text, size_t length)
{
    static const unsigned char MORE[256] = {['"'] = 1};
    char *to = out;
    for (size_t i = 0; i < length; i++) {
        to[0] = text[i];
        to[1] = '"';
        to += 1 + MORE[(unsigned char)text[i]];
    }
    return (size_t)(to - out);
}

const g3_scan g3_scan_portable = {"portable",   find_marks,      find_separators, copy_plain,
                                  copy_escaped, find_string_end, unquote,         double_quotes};
