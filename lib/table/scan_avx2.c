/* The scans for x86-64 processors with AVX2: 32 bytes at a time. Chosen by scan.c at run time, so
 * that the rest of the library runs anywhere. */
#include "parting.h"
#include "scan_kinds.h"

#if defined __x86_64__
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2,bmi,bmi2,popcnt,pclmul")))

#define WIDE   ((size_t)32) /* bytes of a 256-bit register */
#define NARROW ((size_t)16) /* bytes of a 128-bit register */

/* A bit for each byte of two registers that has its top bit set. */
static inline AVX2 uint64_t gather_bits(__m256i first, __m256i second)
{
    return (uint32_t)_mm256_movemask_epi8(first) | (uint64_t)(uint32_t)_mm256_movemask_epi8(second)
                                                       << WIDE;
}

static inline AVX2 __m256i find_line_ends(__m256i bytes)
{
    return _mm256_or_si256(_mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\n')),
                           _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\r')));
}

static inline AVX2 g3_marks find_marks(const char *text, char delimiter)
{
    const __m256i delimiters = _mm256_set1_epi8(delimiter), quotes = _mm256_set1_epi8('"');
    __m256i first = _mm256_loadu_si256((const __m256i *)text);
    __m256i second = _mm256_loadu_si256((const __m256i *)(text + WIDE));
    __m256i first_lines = find_line_ends(first), second_lines = find_line_ends(second);
    return (g3_marks){
        .ends = gather_bits(_mm256_or_si256(_mm256_cmpeq_epi8(first, delimiters), first_lines),
                            _mm256_or_si256(_mm256_cmpeq_epi8(second, delimiters), second_lines)),
        .quotes = gather_bits(_mm256_cmpeq_epi8(first, quotes), _mm256_cmpeq_epi8(second, quotes)),
        .line_ends = gather_bits(first_lines, second_lines),
        .high = gather_bits(first, second),
    };
}

/* Bit i of the result is the parity of the bits 0 to i. */
static inline AVX2 uint64_t prefix_parity(uint64_t bits)
{
    __m128i product =
        _mm_clmulepi64_si128(_mm_cvtsi64_si128((long long)bits), _mm_set1_epi8(-1), 0);
    return (uint64_t)_mm_cvtsi128_si64(product);
}

/* The bits below the lowest one, counted: quicker than the instruction for it on some processors,
 * and the lowest bit is then taken away with one more. */
static inline AVX2 unsigned find_first(uint64_t bits)
{
    return (unsigned)_mm_popcnt_u64(~bits & (bits - 1));
}

static AVX2 void find_separators(g3_separators *separators, const char *text, size_t from,
                                 size_t to)
{
    static const g3_parting_ways WAYS = {find_marks, prefix_parity, find_first};
    g3_separators_find_by(&WAYS, separators, text, from, to);
}

/* A bit for each byte that a JSON string must escape. */
static inline AVX2 uint32_t find_wide_specials(__m256i bytes)
{
    __m256i control = _mm256_cmpeq_epi8(
        _mm256_min_epu8(bytes, _mm256_set1_epi8(G3_SCAN_FIRST_PRINTABLE - 1)), bytes);
    __m256i quoted = _mm256_or_si256(_mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('"')),
                                     _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\\')));
    return (uint32_t)_mm256_movemask_epi8(_mm256_or_si256(control, quoted));
}

static inline AVX2 uint32_t find_narrow_specials(__m128i bytes)
{
    __m128i control =
        _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(G3_SCAN_FIRST_PRINTABLE - 1)), bytes);
    __m128i quoted = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')),
                                  _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')));
    return (uint32_t)_mm_movemask_epi8(_mm_or_si128(control, quoted));
}

/* Copies a text of less than 16 bytes, as copy_plain(). Two loads that overlap cover all of it. */
static inline AVX2 size_t copy_short(char *out, const char *text, size_t length)
{
    const size_t word = sizeof(uint64_t), half = sizeof(uint32_t);
    uint32_t specials;
    size_t back; /* what is taken off the place of a bit of the second load */
    if (length >= word) {
        uint64_t first, last;
        memcpy(&first, text, word);
        memcpy(&last, text + length - word, word);
        memcpy(out, &first, word);
        memcpy(out + length - word, &last, word);
        specials = find_narrow_specials(_mm_set_epi64x((long long)last, (long long)first));
        back = 2 * word - length;
        if (specials)
            return (size_t)__builtin_ctz(specials) - (specials & 0xff ? 0 : back);
    } else if (length >= half) {
        uint32_t first, last;
        memcpy(&first, text, half);
        memcpy(&last, text + length - half, half);
        memcpy(out, &first, half);
        memcpy(out + length - half, &last, half);
        specials = find_narrow_specials(_mm_set_epi32(0, 0, (int)last, (int)first)) & 0xff;
        back = 2 * half - length;
        if (specials)
            return (size_t)__builtin_ctz(specials) - (specials & 0xf ? 0 : back);
    } else {
        return g3_scan_portable.copy_plain(out, text, length);
    }
    return length;
}

/* Both functions below read only what there is: wide steps, one narrow step, and for the last bytes
 * the last narrow step there is room for, part of which is known to be plain. */
static inline AVX2 size_t copy_plain(char *out, const char *text, size_t length)
{
    size_t at = 0;
    for (; length - at >= WIDE; at += WIDE) {
        __m256i bytes = _mm256_loadu_si256((const __m256i *)(text + at));
        _mm256_storeu_si256((__m256i *)(out + at), bytes);
        uint32_t specials = find_wide_specials(bytes);
        if (specials)
            return at + (size_t)__builtin_ctz(specials);
    }
    if (length < NARROW)
        return copy_short(out, text, length);
    while (at < length) {
        if (length - at < NARROW)
            at = length - NARROW;
        __m128i bytes = _mm_loadu_si128((const __m128i *)(text + at));
        _mm_storeu_si128((__m128i *)(out + at), bytes);
        uint32_t specials = find_narrow_specials(bytes);
        if (specials)
            return at + (size_t)__builtin_ctz(specials);
        at += NARROW;
    }
    return length;
}

/* Copies `length` bytes, at most 32, with escapes. A step over a piece between two of them may read
 * 32 bytes from anywhere in the text: so many must be readable behind it. */
static inline AVX2 char *copy_block_escaped(char *to, const char *text, size_t length)
{
    __m256i bytes = _mm256_loadu_si256((const __m256i *)text);
    uint32_t specials = find_wide_specials(bytes);
    size_t from = 0;
    if (length < WIDE)
        specials &= (1u << length) - 1;
    for (; specials; specials &= specials - 1) {
        size_t at = (size_t)__builtin_ctz(specials);
        _mm256_storeu_si256((__m256i *)to, bytes);
        to = g3_scan_write_escape(to + (at - from), (unsigned char)text[at]);
        from = at + 1;
        bytes = _mm256_loadu_si256((const __m256i *)(text + from));
    }
    _mm256_storeu_si256((__m256i *)to, bytes);
    return to + (length - from);
}

static AVX2 size_t copy_escaped(char *out, const char *text, size_t length)
{
    char *to = out, rest[3 * WIDE];
    for (; length >= 2 * WIDE; length -= WIDE, text += WIDE)
        to = copy_block_escaped(to, text, WIDE);
    size_t plain = copy_plain(to, text, length);
    to += plain;
    if (plain < length) { /* the rest goes to where there are bytes behind it */
        length -= plain;
        memcpy(rest, text + plain, length);
        text = rest;
        for (; length > WIDE; length -= WIDE, text += WIDE)
            to = copy_block_escaped(to, text, WIDE);
        to = copy_block_escaped(to, text, length);
    }
    return (size_t)(to - out);
}

static AVX2 size_t find_string_end(const char *text, size_t length, bool *high)
{
    size_t at = 0;
    for (; length - at >= WIDE; at += WIDE) {
        __m256i bytes = _mm256_loadu_si256((const __m256i *)(text + at));
        uint32_t specials = find_wide_specials(bytes);
        uint32_t tops = (uint32_t)_mm256_movemask_epi8(bytes);
        if (specials) {
            if (tops & (specials - 1) & ~specials) /* the bits below the first special */
                *high = true;
            return at + (size_t)__builtin_ctz(specials);
        }
        if (tops)
            *high = true;
    }
    return at + g3_scan_portable.string_end(text + at, length - at, high);
}

static AVX2 size_t unquote(char *out, const char *text, size_t length)
{
    return g3_scan_unquote_by(find_marks, out, text, length);
}

/* For four bytes some of which are quotes (bit i: byte i is one), where each byte of the result
 * comes from: the quotes come twice. Places beyond the result are of no account. */
static const uint8_t DOUBLING[16][8] = {
    {0, 1, 2, 3},       {0, 0, 1, 2, 3},       {0, 1, 1, 2, 3},       {0, 0, 1, 1, 2, 3},
    {0, 1, 2, 2, 3},    {0, 0, 1, 2, 2, 3},    {0, 1, 1, 2, 2, 3},    {0, 0, 1, 1, 2, 2, 3},
    {0, 1, 2, 3, 3},    {0, 0, 1, 2, 3, 3},    {0, 1, 1, 2, 3, 3},    {0, 0, 1, 1, 2, 3, 3},
    {0, 1, 2, 2, 3, 3}, {0, 0, 1, 2, 2, 3, 3}, {0, 1, 1, 2, 2, 3, 3}, {0, 0, 1, 1, 2, 2, 3, 3},
};

/* Writes the first `length` of 16 bytes, those behind them being no quotes: four at a time, without
 * a branch, the bytes go to where their quotes move them. */
static inline AVX2 char *write_doubled(char *to, __m128i bytes, size_t length)
{
    const size_t step = 4;
    unsigned quotes = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')));
    for (size_t at = 0; at < length; at += step, quotes >>= step) {
        __m128i places = _mm_loadl_epi64((const __m128i *)DOUBLING[quotes & 0xf]);
        _mm_storel_epi64((__m128i *)to, _mm_shuffle_epi8(bytes, places));
        to += (length - at < step ? length - at : step) + (size_t)_mm_popcnt_u32(quotes & 0xf);
        bytes = _mm_srli_si128(bytes, 4);
    }
    return to;
}

/* The last `length` bytes, less than 16, of a text that is longer, and zeros behind them. */
static inline AVX2 __m128i load_rest(const char *text, size_t length)
{
    static const int8_t SLIDE[2 * sizeof(__m128i)] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10,
                                                      11, 12, 13, 14, 15, -1, -1, -1, -1, -1, -1,
                                                      -1, -1, -1, -1, -1, -1, -1, -1, -1, -1};
    __m128i bytes = _mm_loadu_si128((const __m128i *)(text + length - NARROW));
    return _mm_shuffle_epi8(bytes, _mm_loadu_si128((const __m128i *)(SLIDE + NARROW - length)));
}

static AVX2 size_t double_quotes(char *out, const char *text, size_t length)
{
    char *to = out;
    if (length < NARROW)
        return g3_scan_portable.double_quotes(out, text, length);
    for (; length >= NARROW; length -= NARROW, text += NARROW)
        to = write_doubled(to, _mm_loadu_si128((const __m128i *)text), NARROW);
    if (length)
        to = write_doubled(to, load_rest(text, length), length);
    return (size_t)(to - out);
}

const g3_scan g3_scan_avx2 = {"avx2",       find_marks,      find_separators, copy_plain,
                              copy_escaped, find_string_end, unquote,         double_quotes};
#else
typedef int g3_scan_avx2_not_here; /* a file must not be empty */
#endif
