/* The scans for x86-64 processors with AVX-512 and its byte permutations (VBMI2: Intel since 2019,
 * AMD since 2022): bytes that go or come are taken out or put in for a whole block at once. Chosen
 * by scan.c at run time.
 *
 * Masked loads read only the bytes that are there, so the ends of texts need no care. */
#include "parting.h"
#include "scan_kinds.h"

#if defined __x86_64__
#include <immintrin.h>

#define AVX512                                                                                     \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2,bmi,bmi2,popcnt,"      \
                          "pclmul")))

#define WIDE ((size_t)64) /* bytes of a 512-bit register */
#define HALF ((size_t)32) /* bytes of a 256-bit register */

_Static_assert(G3_SCAN_BLOCK == WIDE, "a block is a register");

/* A bit for each of the first `length` bytes, at most 64. */
static inline AVX512 uint64_t first_bits(size_t length)
{
    return _bzhi_u64(~UINT64_C(0), (unsigned)length);
}

static inline AVX512 g3_marks find_marks(const char *text, char delimiter)
{
    __m512i bytes = _mm512_loadu_si512(text);
    uint64_t line_ends = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('\n')) |
                         _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('\r'));
    return (g3_marks){
        .ends = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(delimiter)) | line_ends,
        .quotes = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('"')),
        .line_ends = line_ends,
        .high = _mm512_movepi8_mask(bytes),
    };
}

/* Bit i of the result is the parity of the bits 0 to i. */
static inline AVX512 uint64_t prefix_parity(uint64_t bits)
{
    __m128i product =
        _mm_clmulepi64_si128(_mm_cvtsi64_si128((long long)bits), _mm_set1_epi8(-1), 0);
    return (uint64_t)_mm_cvtsi128_si64(product);
}

/* The bits below the lowest one, counted: quicker than the instruction for it on some processors,
 * and the lowest bit is then taken away with one more. */
static inline AVX512 unsigned find_first(uint64_t bits)
{
    return (unsigned)_mm_popcnt_u64(~bits & (bits - 1));
}

static AVX512 void find_separators(g3_separators *separators, const char *text, size_t from,
                                   size_t to)
{
    static const g3_parting_ways WAYS = {find_marks, prefix_parity, find_first};
    g3_separators_find_by(&WAYS, separators, text, from, to);
}

/* A bit for each of the bytes `there` that a JSON string must escape. */
static inline AVX512 uint64_t find_specials(__m512i bytes, uint64_t there)
{
    const __m512i printable = _mm512_set1_epi8(G3_SCAN_FIRST_PRINTABLE);
    return _mm512_mask_cmplt_epu8_mask(there, bytes, printable) |
           _mm512_mask_cmpeq_epi8_mask(there, bytes, _mm512_set1_epi8('"')) |
           _mm512_mask_cmpeq_epi8_mask(there, bytes, _mm512_set1_epi8('\\'));
}

static AVX512 size_t copy_plain(char *out, const char *text, size_t length)
{
    for (size_t at = 0; at < length; at += WIDE) {
        uint64_t there = first_bits(length - at < WIDE ? length - at : WIDE);
        __m512i bytes = _mm512_maskz_loadu_epi8(there, text + at);
        _mm512_storeu_si512(out + at, bytes);
        uint64_t specials = find_specials(bytes, there);
        if (specials)
            return at + (size_t)__builtin_ctzll(specials);
    }
    return length;
}

static AVX512 size_t find_string_end(const char *text, size_t length, bool *high)
{
    for (size_t at = 0; at < length; at += WIDE) {
        uint64_t there = first_bits(length - at < WIDE ? length - at : WIDE);
        __m512i bytes = _mm512_maskz_loadu_epi8(there, text + at);
        uint64_t specials = find_specials(bytes, there), tops = _mm512_movepi8_mask(bytes);
        if (tops & _blsmsk_u64(specials)) /* up to the first special, which is none itself */
            *high = true;
        if (specials)
            return at + (size_t)__builtin_ctzll(specials);
    }
    return length;
}

/* Writes up to 32 bytes with `escape` in front of some: each byte is doubled into it and itself,
 * and of the escapes those are kept that belong. */
static inline AVX512 char *write_escaped(char *to, __m256i bytes, uint32_t there, uint32_t specials,
                                         char escape)
{
    const uint64_t firsts = UINT64_C(0x5555555555555555);
    __m512i doubled = _mm512_or_si512(_mm512_slli_epi16(_mm512_cvtepu8_epi16(bytes), 8),
                                      _mm512_set1_epi16(escape));
    uint64_t kept = _pdep_u64(specials, firsts) | _pdep_u64(there, ~firsts);
    _mm512_storeu_si512(to, _mm512_maskz_compress_epi8(kept, doubled));
    return to + _mm_popcnt_u32(there) + _mm_popcnt_u32(specials);
}

static AVX512 size_t copy_escaped(char *out, const char *text, size_t length)
{
    const __m256i printable = _mm256_set1_epi8(G3_SCAN_FIRST_PRINTABLE);
    char *to = out;
    while (length) {
        size_t step = length < HALF ? length : HALF;
        uint32_t there = (uint32_t)first_bits(step);
        __m256i bytes = _mm256_maskz_loadu_epi8(there, text);
        uint32_t controls = _mm256_mask_cmplt_epu8_mask(there, bytes, printable);
        uint32_t specials = controls | _mm256_cmpeq_epi8_mask(bytes, _mm256_set1_epi8('"')) |
                            _mm256_cmpeq_epi8_mask(bytes, _mm256_set1_epi8('\\'));
        if (controls) { /* rare, and of different lengths */
            to += g3_scan_portable.copy_escaped(to, text, step);
        } else if (specials) {
            to = write_escaped(to, bytes, there, specials, '\\');
        } else {
            _mm256_storeu_si256((__m256i *)to, bytes);
            to += step;
        }
        text += step;
        length -= step;
    }
    return (size_t)(to - out);
}

static AVX512 size_t double_quotes(char *out, const char *text, size_t length)
{
    char *to = out;
    for (size_t at = 0; at < length; at += HALF) {
        uint32_t there = (uint32_t)first_bits(length - at < HALF ? length - at : HALF);
        __m256i bytes = _mm256_maskz_loadu_epi8(there, text + at);
        uint32_t quotes = _mm256_cmpeq_epi8_mask(bytes, _mm256_set1_epi8('"'));
        to = write_escaped(to, bytes, there, quotes, '"');
    }
    return (size_t)(to - out);
}

static AVX512 size_t unquote(char *out, const char *text, size_t length)
{
    char *to = out;
    size_t at = 0, body = length ? length - 1 : 0; /* without the closing quote, if all is well */
    uint64_t begun = 0; /* 1: the byte before the block is the first of a doubled quote */
    while (at < body) {
        size_t step = body - at < WIDE ? body - at : WIDE;
        uint64_t there = first_bits(step);
        __m512i bytes = _mm512_maskz_loadu_epi8(there, text + at);
        uint64_t quotes = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('"'));
        uint64_t firsts = quotes & ~begun & prefix_parity(quotes & ~begun);
        uint64_t seconds = firsts << 1 | begun;
        if ((quotes ^ firsts ^ seconds) & there)
            break;
        _mm512_storeu_si512(to, _mm512_maskz_compress_epi8(there & ~seconds, bytes));
        to += _mm_popcnt_u64(there & ~seconds);
        begun = firsts >> (step - 1);
        at += step;
    }
    if (at == body && length && text[body] == '"' && !begun)
        return (size_t)(to - out);
    /* A quote stands alone before the end: from here on as the others do it. */
    to -= begun;
    at -= begun;
    return (size_t)(to - out) + g3_scan_portable.unquote(to, text + at, length - at);
}

const g3_scan g3_scan_avx512 = {"avx512",     find_marks,      find_separators, copy_plain,
                                copy_escaped, find_string_end, unquote,         double_quotes};
#else
typedef int g3_scan_avx512_not_here; /* a file must not be empty */
#endif
