/* Keys taken out of a cell by a regular expression. Called by keys.c. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "extract.h"
#include "g3/base/buffer.h"
#include "g3/base/memory.h"
#include <pcre2.h>
#include <stdlib.h>

/* Room for PCRE2's own words about a wrong expression. */
#define MESSAGE_SIZE 256

/* Bytes of our own around a text: PCRE2's machine code looks at several bytes at once, beyond the
 * text too, and memory that nobody has written would make each run under valgrind a report. */
#define MARGIN ((size_t)64)

struct g3_extract {
    pcre2_code *code;
    pcre2_match_data *match;
    g3_buffer space; /* the text, a margin on either side */
    g3_view text;    /* in `space` */
    size_t from;     /* where to look for the next match */
};

g3_extract *g3_extract_open(const char *regex, g3_error *error)
{
    int number;
    PCRE2_SIZE place;
    pcre2_code *code =
        pcre2_compile((PCRE2_SPTR)regex, PCRE2_ZERO_TERMINATED, PCRE2_UTF, &number, &place, NULL);
    if (!code && number == PCRE2_ERROR_HEAP_FAILED)
        g3_end_out_of_memory(strlen(regex));
    if (!code) {
        PCRE2_UCHAR message[MESSAGE_SIZE];
        pcre2_get_error_message(number, message, sizeof message);
        g3_fail(error, G3_EXIT_USAGE, "--extract \"%s\": %s (at character %zu)", regex,
                (const char *)message, (size_t)place + 1);
        return NULL;
    }
    (void)pcre2_jit_compile(code, PCRE2_JIT_COMPLETE); /* without it, matching is just slower */
    g3_extract *extract = g3_allocate(sizeof *extract);
    *extract =
        (g3_extract){.code = code, .match = pcre2_match_data_create_from_pattern(code, NULL)};
    if (!extract->match)
        g3_end_out_of_memory(sizeof *extract);
    return extract;
}

void g3_extract_begin(g3_extract *extract, g3_view text)
{
    g3_buffer_clear(&extract->space);
    char *out = g3_buffer_reserve(&extract->space, text.length + 2 * MARGIN);
    memset(out, 0, MARGIN);
    if (text.length)
        memcpy(out + MARGIN, text.data, text.length);
    memset(out + MARGIN + text.length, 0, MARGIN);
    extract->text = (g3_view){out + MARGIN, text.length};
    extract->from = 0;
}

bool g3_extract_next(g3_extract *extract, g3_view *key, const char **fault)
{
    g3_view text = extract->text;
    if (extract->from > text.length)
        return false;
    int groups = pcre2_match(extract->code, (PCRE2_SPTR)text.data, text.length, extract->from,
                             PCRE2_NO_UTF_CHECK, extract->match, NULL);
    if (groups == PCRE2_ERROR_NOMEMORY)
        g3_end_out_of_memory(text.length);
    if (groups < 0) {
        if (groups != PCRE2_ERROR_NOMATCH)
            *fault = "--extract takes too long on this cell: make the expression simpler";
        return false;
    }
    const PCRE2_SIZE *places = pcre2_get_ovector_pointer(extract->match);
    bool grouped = pcre2_get_ovector_count(extract->match) > 1;
    PCRE2_SIZE begin = places[grouped ? 2 : 0], end = places[grouped ? 3 : 1];
    *key = begin == PCRE2_UNSET ? (g3_view){"", 0} : (g3_view){text.data + begin, end - begin};
    /* Behind the match; one character on if that was empty. */
    size_t next = places[1] > places[0] ? places[1] : places[1] + 1;
    while (next < text.length && ((unsigned char)text.data[next] & 0xc0) == 0x80)
        next++;
    extract->from = next > extract->from ? next : extract->from + 1;
    return true;
}

void g3_extract_close(g3_extract *extract)
{
    if (!extract)
        return;
    pcre2_match_data_free(extract->match);
    pcre2_code_free(extract->code);
    g3_buffer_free(&extract->space);
    free(extract);
}
