/* The scans for 64-bit ARM: 16 bytes at a time with NEON. Chosen by scan.c. */
#include "parting.h"
#include "scan_kinds.h"

#if defined __aarch64__
#include <arm_neon.h>

#define WIDE ((size_t)16) /* bytes of a register */

/* Four bits for each byte of a comparison's result: NEON has no instruction that gathers one. */
static inline uint64_t gather_nibbles(uint8x16_t matches)
{
    return vget_lane_u64(vreinterpret_u64_u8(vshrn_n_u16(vreinterpretq_u16_u8(matches), 4)), 0);
}

/* One bit for each byte of four comparisons' results: weigh each byte by its place in its eight,
 * then add neighbours three times. */
static inline uint64_t gather_bits(const uint8x16_t matches[4])
{
    const uint8x16_t weights = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    uint8x16_t first = vpaddq_u8(vandq_u8(matches[0], weights), vandq_u8(matches[1], weights));
    uint8x16_t second = vpaddq_u8(vandq_u8(matches[2], weights), vandq_u8(matches[3], weights));
    uint8x16_t sum = vpaddq_u8(first, second);
    return vgetq_lane_u64(vreinterpretq_u64_u8(vpaddq_u8(sum, sum)), 0);
}

static inline g3_marks find_marks(const char *text, char delimiter)
{
    uint8x16_t ends[4], quotes[4], line_ends[4], high[4];
    for (size_t part = 0; part < 4; part++) {
        uint8x16_t bytes = vld1q_u8((const uint8_t *)text + part * WIDE);
        quotes[part] = vceqq_u8(bytes, vdupq_n_u8('"'));
        line_ends[part] =
            vorrq_u8(vceqq_u8(bytes, vdupq_n_u8('\n')), vceqq_u8(bytes, vdupq_n_u8('\r')));
        ends[part] = vorrq_u8(vceqq_u8(bytes, vdupq_n_u8((uint8_t)delimiter)), line_ends[part]);
        high[part] = vcgeq_u8(bytes, vdupq_n_u8(0x80));
    }
    return (g3_marks){gather_bits(ends), gather_bits(quotes), gather_bits(line_ends),
                      gather_bits(high)};
}

static void find_separators(g3_separators *separators, const char *text, size_t from, size_t to)
{
    static const g3_parting_ways WAYS = {find_marks, g3_prefix_parity, g3_find_first};
    g3_separators_find_by(&WAYS, separators, text, from, to);
}

/* Four bits for each byte that a JSON string must escape. */
static inline uint64_t find_specials(uint8x16_t bytes)
{
    uint8x16_t control = vcltq_u8(bytes, vdupq_n_u8(G3_SCAN_FIRST_PRINTABLE));
    uint8x16_t quoted =
        vorrq_u8(vceqq_u8(bytes, vdupq_n_u8('"')), vceqq_u8(bytes, vdupq_n_u8('\\')));
    return gather_nibbles(vorrq_u8(control, quoted));
}

static size_t copy_plain(char *out, const char *text, size_t length)
{
    size_t at = 0;
    for (; length - at >= WIDE; at += WIDE) {
        uint8x16_t bytes = vld1q_u8((const uint8_t *)text + at);
        vst1q_u8((uint8_t *)out + at, bytes);
        uint64_t specials = find_specials(bytes);
        if (specials)
            return at + (size_t)__builtin_ctzll(specials) / 4;
    }
    return at + g3_scan_portable.copy_plain(out + at, text + at, length - at);
}

static size_t copy_escaped(char *out, const char *text, size_t length)
{
    return g3_scan_copy_escaped_by(copy_plain, out, text, length);
}

static size_t find_string_end(const char *text, size_t length, bool *high)
{
    size_t at = 0;
    for (; length - at >= WIDE; at += WIDE) {
        uint8x16_t bytes = vld1q_u8((const uint8_t *)text + at);
        if (find_specials(bytes))
            break;
        if (vmaxvq_u8(bytes) >= 0x80)
            *high = true;
    }
    return at + g3_scan_portable.string_end(text + at, length - at, high);
}

static size_t unquote(char *out, const char *text, size_t length)
{
    return g3_scan_unquote_by(find_marks, out, text, length);
}

static size_t double_quotes(char *out, const char *text, size_t length)
{
    return g3_scan_portable.double_quotes(out, text, length);
}

const g3_scan g3_scan_neon = {"neon",       find_marks,      find_separators, copy_plain,
                              copy_escaped, find_string_end, unquote,         double_quotes};
#else
typedef int g3_scan_neon_not_here; /* a file must not be empty */
#endif
