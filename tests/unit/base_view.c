/* Views: comparing, trimming, whole numbers. */
#include "g3/base/view.h"
#include <criterion/criterion.h>

Test(view, equality_is_by_bytes)
{
    cr_assert(g3_view_equal(G3_VIEW("a\0b"), G3_VIEW("a\0b")));
    cr_assert_not(g3_view_equal(G3_VIEW("a\0b"), G3_VIEW("a\0c")));
    cr_assert_not(g3_view_equal(G3_VIEW("ab"), G3_VIEW("abc")));
    cr_assert(g3_view_equal((g3_view){0}, G3_VIEW("")));
    cr_assert(g3_view_equal_ignoring_case(G3_VIEW("File_Size"), G3_VIEW("fILE_sIZE")));
    cr_assert_not(
        g3_view_equal_ignoring_case(G3_VIEW("@"), G3_VIEW("`"))); /* 0x40 and 0x60: no letters */
}

Test(view, order_is_by_bytes_shorter_first)
{
    cr_assert_lt(g3_view_compare(G3_VIEW("a"), G3_VIEW("ab")), 0);
    cr_assert_gt(g3_view_compare(G3_VIEW("\xc3"), G3_VIEW("z")), 0);
    cr_assert_eq(g3_view_compare(G3_VIEW(""), (g3_view){0}), 0);
}

Test(view, trims_blanks_at_both_ends_only)
{
    cr_assert(g3_view_equal(g3_view_trim(G3_VIEW(" \t\r\n a b \v\f")), G3_VIEW("a b")));
    cr_assert_eq(g3_view_trim(G3_VIEW(" \n ")).length, 0);
    cr_assert_eq(g3_view_trim((g3_view){0}).length, 0);
}

Test(view, starts_and_ends)
{
    cr_assert(g3_view_starts_with(G3_VIEW("s3://b"), G3_VIEW("s3:")));
    cr_assert_not(g3_view_starts_with(G3_VIEW("s3"), G3_VIEW("s3:")));
    cr_assert(g3_view_ends_with(G3_VIEW("a.csv.zst"), G3_VIEW(".zst")));
    cr_assert_not(g3_view_ends_with(G3_VIEW("zst"), G3_VIEW(".zst")));
}

Test(view, whole_numbers_are_exact_or_refused)
{
    static const struct {
        const char *text;
        bool valid;
        int64_t value;
    } CASES[] = {
        {"0", true, 0},
        {"007", true, 7},
        {"9007199254740993", true, 9007199254740993},
        {"9223372036854775807", true, INT64_MAX},
        {"9223372036854775808", false, 0},
        {"99999999999999999999999999", false, 0},
        {"", false, 0},
        {"-1", false, 0},
        {"+1", false, 0},
        {"1.0", false, 0},
        {" 1", false, 0},
        {"12x", false, 0},
        {"1e3", false, 0},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        int64_t value = -5;
        cr_assert_eq(g3_view_to_size(g3_view_of(CASES[i].text), &value), CASES[i].valid, "%s",
                     CASES[i].text);
        cr_assert_eq(value, CASES[i].valid ? CASES[i].value : -5, "%s", CASES[i].text);
    }
}
