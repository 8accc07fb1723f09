/* The vectorised scans against the plain ones and against loops. */
#include "../support/chance.h"
#include "g3/base/memory.h"
#include "g3/table/scan.h"
#include <criterion/criterion.h>
#include <stdlib.h>

/* Bytes of which those that scans look for are a part that differs from call to call. */
static void fill(test_chance *chance, char *text, size_t size)
{
    static const char MARKS[] = "\",\\\n\r\t\x1f \x7f\x80\xff";
    size_t rarity = 1 + choose(chance, 80);
    for (size_t i = 0; i < size; i++)
        text[i] = choose(chance, rarity) ? (char)('a' + choose(chance, 26))
                  : choose(chance, 3)    ? MARKS[choose(chance, sizeof MARKS - 1)]
                                         : (char)next_chance(chance);
}

Test(scan, finds_the_marks)
{
    test_chance chance = {1};
    const g3_scan *scans[G3_SCAN_KINDS];
    size_t count = g3_scan_list(scans);
    char text[G3_SCAN_BLOCK];
    for (int round = 0; round < 10000; round++) {
        fill(&chance, text, sizeof text);
        g3_marks plain = g3_scan_portable.marks(text, ',');
        for (size_t i = 0; i < count; i++) {
            g3_marks other = scans[i]->marks(text, ',');
            cr_assert_arr_eq(&plain, &other, sizeof plain, "%s, round %d", scans[i]->name, round);
        }
        for (unsigned i = 0; i < sizeof text; i++) {
            bool line_end = text[i] == '\n' || text[i] == '\r';
            cr_assert_eq(plain.ends >> i & 1, text[i] == ',' || line_end);
            cr_assert_eq(plain.quotes >> i & 1, text[i] == '"');
            cr_assert_eq(plain.line_ends >> i & 1, line_end);
            cr_assert_eq(plain.high >> i & 1, (unsigned char)text[i] > 0x7f);
        }
    }
}

/* The first byte that a JSON string must escape, and whether one above 0x7f stands before it. */
static size_t find_special(const char *text, size_t length, bool *high)
{
    size_t at = 0;
    for (; at < length; at++) {
        unsigned char c = (unsigned char)text[at];
        if (c < 0x20 || c == '"' || c == '\\')
            break;
        if (c > 0x7f)
            *high = true;
    }
    return at;
}

/* The text ends where its memory ends, so that a sanitizer sees a scan that reads on. */
static void check_strings(const g3_scan *scan, test_chance *chance)
{
    for (int round = 0; round < 20000; round++) {
        size_t length = choose(chance, 150);
        char *text = g3_allocate(length);
        char *out = g3_allocate(length + G3_SCAN_SLACK);
        fill(chance, text, length);
        bool high = false, expected_high = false;
        size_t expected = find_special(text, length, &expected_high);
        cr_assert_eq(scan->string_end(text, length, &high), expected, "%s", scan->name);
        cr_assert_eq(high, expected_high, "%s", scan->name);
        cr_assert_eq(scan->copy_plain(out, text, length), expected, "%s", scan->name);
        cr_assert_eq(memcmp(out, text, expected), 0);
        free(text);
        free(out);
    }
}

Test(scan, finds_what_json_must_escape)
{
    test_chance chance = {2};
    const g3_scan *scans[G3_SCAN_KINDS];
    size_t count = g3_scan_list(scans);
    for (size_t i = 0; i < count; i++)
        check_strings(scans[i], &chance);
}

/* What a quoted cell holds, byte by byte. @return its length */
static size_t unquote_naively(char *out, const char *text, size_t length)
{
    bool inside = true;
    char *to = out;
    for (size_t at = 0; at < length; at++) {
        if (inside && text[at] == '"') {
            inside = at + 1 < length && text[at + 1] == '"';
            at += inside;
            if (!inside)
                continue; /* the quote that closes */
        }
        *to++ = text[at];
    }
    return (size_t)(to - out);
}

/* Cells as they should be, doubled quotes at any place, and now and then a quote that stands alone
 * or text behind the closing one. */
Test(scan, unquotes_cells)
{
    test_chance chance = {3};
    const g3_scan *scans[G3_SCAN_KINDS];
    size_t count = g3_scan_list(scans);
    char text[400 + G3_SCAN_UNQUOTE_READS] = {0}, expected[sizeof text],
                    out[sizeof text + G3_SCAN_SLACK];
    for (int round = 0; round < 30000; round++) {
        size_t length = 0, wanted = choose(&chance, 390), rarity = 1 + choose(&chance, 40);
        bool sound = choose(&chance, 3) > 0;
        while (length < wanted) {
            bool quote = !choose(&chance, rarity);
            text[length++] = quote ? '"' : 'x';
            if (quote && (sound || choose(&chance, 8)))
                text[length++] = '"';
        }
        if (sound || choose(&chance, 2))
            text[length++] = '"';
        size_t size = unquote_naively(expected, text, length);
        for (size_t i = 0; i < count; i++) {
            cr_assert_eq(scans[i]->unquote(out, text, length), size, "%s: %.*s", scans[i]->name,
                         (int)length, text);
            cr_assert_eq(memcmp(out, expected, size), 0, "%s: %.*s", scans[i]->name, (int)length,
                         text);
        }
    }
}

/* Whatever the text: unquoting, its closing quote put behind, gives it back. It ends where its
 * memory ends. */
Test(scan, doubles_quotes)
{
    test_chance chance = {5};
    const g3_scan *scans[G3_SCAN_KINDS];
    size_t count = g3_scan_list(scans);
    for (int round = 0; round < 20000; round++) {
        size_t length = choose(&chance, 200);
        char *text = g3_allocate(length);
        char doubled[2 * 200 + G3_SCAN_SLACK], back[sizeof doubled];
        fill(&chance, text, length);
        for (size_t i = 0; i < count; i++) {
            size_t size = scans[i]->double_quotes(doubled, text, length);
            size_t quotes = 0;
            for (size_t at = 0; at < length; at++)
                quotes += text[at] == '"';
            cr_assert_eq(size, length + quotes, "%s", scans[i]->name);
            doubled[size] = '"';
            cr_assert_eq(unquote_naively(back, doubled, size + 1), length, "%s", scans[i]->name);
            cr_assert_eq(memcmp(back, text, length), 0, "%s", scans[i]->name);
        }
        free(text);
    }
}

Test(scan, leaves_a_set_flag_alone)
{
    bool high = true;
    cr_assert_eq(g3_scan_best()->string_end("abc", 3, &high), 3);
    cr_assert(high);
}

Test(scan, can_be_chosen)
{
    const g3_scan *scans[G3_SCAN_KINDS];
    size_t count = g3_scan_list(scans);
    cr_assert_eq(scans[count - 1], &g3_scan_portable);
    for (size_t i = 0; i < count; i++) {
        setenv("G3_SCAN", scans[i]->name, 1);
        cr_assert_eq(g3_scan_best(), scans[i]);
    }
    setenv("G3_SCAN", "whatever", 1);
    cr_assert_eq(g3_scan_best(), scans[0]);
}
