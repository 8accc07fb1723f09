/* The error type. */
#include "g3/base/error.h"
#include "g3/base/utf8.h"
#include <criterion/criterion.h>

Test(error, message_is_one_line_and_cut_visibly)
{
    g3_error error;
    char longer[2 * G3_ERROR_MESSAGE_SIZE];
    cr_assert_not(g3_fail(&error, G3_EXIT_SERVICE, "first\nsecond %d", 5));
    cr_assert_str_eq(error.message, "first second 5");
    cr_assert_eq(error.exit, G3_EXIT_SERVICE);
    memset(longer, 'x', sizeof longer);
    longer[sizeof longer - 1] = '\0';
    g3_fail(&error, G3_EXIT_INPUT, "%s", longer);
    cr_assert_eq(strlen(error.message), G3_ERROR_MESSAGE_SIZE - 1);
    cr_assert_str_eq(error.message + G3_ERROR_MESSAGE_SIZE - 4, "...");
    cr_assert_not(g3_fail(NULL, G3_EXIT_INPUT, "nobody asks"));
}

Test(error, is_not_cut_inside_a_character)
{
    g3_error error;
    for (size_t before = 0; before < 3; before++) {
        g3_buffer text = {0};
        for (size_t i = 0; i < before; i++)
            g3_buffer_append_char(&text, 'x');
        while (text.length < 2 * G3_ERROR_MESSAGE_SIZE)
            g3_buffer_append_text(&text, "\xe2\x82\xac"); /* a character of three bytes */
        g3_fail(&error, G3_EXIT_INPUT, "%s", g3_buffer_text(&text));
        g3_view message = g3_view_of(error.message);
        cr_expect(g3_is_utf8(message), "%s", error.message);
        cr_expect(message.length >= G3_ERROR_MESSAGE_SIZE - 3);
        cr_expect(g3_view_ends_with(message, G3_VIEW("\xac...")));
        g3_buffer_free(&text);
    }
}

Test(error, prefix_says_where)
{
    g3_error error;
    g3_fail(&error, G3_EXIT_INPUT, "100%% wrong");
    g3_error_prefix(&error, "m.csv:%d", 17);
    cr_assert_str_eq(error.message, "m.csv:17: 100% wrong");
    cr_assert_eq(error.exit, G3_EXIT_INPUT);
}
