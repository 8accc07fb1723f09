/* UTF-8 against the table of RFC 3629. */
#include "g3/base/utf8.h"
#include <criterion/criterion.h>

/* A character's bytes, or a sequence that is none, by decoding it as RFC 3629 tells. */
static bool is_character(const unsigned char *bytes, size_t length)
{
    static const uint32_t LEAST[] = {0, 0, 0x80, 0x800, 0x10000};
    uint32_t code = bytes[0];
    size_t wanted = code < 0x80       ? 1
                    : code >> 5 == 6  ? 2
                    : code >> 4 == 14 ? 3
                    : code >> 3 == 30 ? 4
                                      : 0;
    if (wanted != length)
        return false;
    code &= wanted == 1 ? 0x7f : 0x3fu >> (wanted - 1);
    for (size_t i = 1; i < wanted; i++) {
        if (bytes[i] >> 6 != 2)
            return false;
        code = code << 6 | (bytes[i] & 0x3f);
    }
    return code >= LEAST[wanted] && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
}

/* All sequences of up to three bytes that are one character or none, and of four those at the
 * edges. */
Test(utf8, is_what_the_standard_says)
{
    static const unsigned char EDGES[] = {0x00, 0x7f, 0x80, 0x8f, 0x90,
                                          0x9f, 0xa0, 0xbf, 0xc0, 0xff};
    for (unsigned first = 0x80; first < 0x100; first++)
        for (unsigned second = 0; second < 0x100; second++)
            for (size_t third = 0; third < sizeof EDGES; third++)
                for (size_t fourth = 0; fourth < sizeof EDGES; fourth++) {
                    unsigned char bytes[] = {(unsigned char)first, (unsigned char)second,
                                             EDGES[third], EDGES[fourth]};
                    bool expected = is_character(bytes, 4) ||
                                    (is_character(bytes, 3) && bytes[3] < 0x80) ||
                                    (is_character(bytes, 2) && is_character(bytes + 2, 2)) ||
                                    (is_character(bytes, 2) && bytes[2] < 0x80 && bytes[3] < 0x80);
                    cr_assert_eq(g3_is_utf8((g3_view){(const char *)bytes, 4}), expected,
                                 "%02x %02x %02x %02x", bytes[0], bytes[1], bytes[2], bytes[3]);
                }
}

Test(utf8, may_not_be_cut_off)
{
    static const char TEXT[] = "plain text of some length, \xc3\xbc\xe2\x82\xac\xf0\x9d\x84\x9e";
    static const bool WHOLE[] = {true, false, true, false, false, true, false, false, false, true};
    for (size_t cut = 0; cut < sizeof WHOLE; cut++)
        cr_expect_eq(g3_is_utf8((g3_view){TEXT, 27 + cut}), WHOLE[cut], "%zu", cut);
    cr_expect(g3_is_utf8((g3_view){0}));
}

Test(utf8, is_made_of_anything)
{
    static const struct {
        const char *text, *valid;
    } CASES[] = {
        {"", ""},
        {"plain \xc3\xbc", "plain \xc3\xbc"},
        {"\xff", "\xef\xbf\xbd"},
        {"long enough plain\xff\xc3\xbc", "long enough plain\xef\xbf\xbd\xc3\xbc"},
        {"\xe2\x82", "\xef\xbf\xbd\xef\xbf\xbd"}, /* cut off: both bytes */
        {"\xe2\x82z\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbdz\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
    };
    g3_buffer scratch = {0};
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        g3_view made = g3_make_utf8(g3_view_of(CASES[i].text), &scratch);
        cr_expect(g3_view_equal(made, g3_view_of(CASES[i].valid)), "case %zu: %.*s", i,
                  (int)made.length, made.data);
    }
    g3_buffer_free(&scratch);
}
