/* The error type. */
#include "g3/base/error.h"
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

Test(error, prefix_says_where)
{
    g3_error error;
    g3_fail(&error, G3_EXIT_INPUT, "100%% wrong");
    g3_error_prefix(&error, "m.csv:%d", 17);
    cr_assert_str_eq(error.message, "m.csv:17: 100% wrong");
    cr_assert_eq(error.exit, G3_EXIT_INPUT);
}
