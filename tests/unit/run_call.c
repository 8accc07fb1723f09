/* What is printed of a service's answers. */
#include "g3/io/source.h"
#include "g3/record/json.h"
#include "g3/run/call.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <unistd.h>

/* What `print` writes, in a file. */
static void expect_printed(bool (*print)(g3_sink *output, g3_view answer, g3_error *error),
                           const char *answer, const char *expected)
{
    char path[] = "/tmp/g3-call-XXXXXX";
    g3_error error = {0};
    g3_buffer written = {0};
    close(mkstemp(path));
    g3_sink *output = g3_sink_open(path, &error);
    cr_assert(output, "%s", error.message);
    cr_expect(print(output, g3_view_of(answer), &error), "%s", error.message);
    cr_assert(g3_sink_finish(output, &error), "%s", error.message);
    cr_assert(g3_source_read_all(path, SIZE_MAX, &written, &error), "%s", error.message);
    cr_expect_str_eq(g3_buffer_text(&written), expected);
    g3_buffer_free(&written);
    unlink(path);
}

static bool print_items(g3_sink *output, g3_view answer, g3_error *error)
{
    int64_t count;
    return g3_call_print_items(output, answer, NULL, &count, NULL, error);
}

static bool print_members(g3_sink *output, g3_view answer, g3_error *error)
{
    int64_t count;
    return g3_call_print_members(output, answer, &count, error);
}

/* A service may indent its JSON: a line of ours is one document all the same. */
Test(call, prints_documents_of_many_lines_on_one)
{
    expect_printed(g3_call_print, "{\n\t\"a\": [1,\r\n2]\n}\n", "{ \t\"a\": [1,  2] }\n");
    expect_printed(print_items, "[\n {\n \"a\": 1},\n 2\n]", "{  \"a\": 1}\n2\n");
    expect_printed(print_members, "{\n \"g\": {\n  \"a\": \"x\\n\"\n }\n}",
                   "{\"guid\":\"g\",\"data\":{   \"a\": \"x\\n\"  }}\n");
}

Test(call, prints_texts_as_json)
{
    expect_printed(g3_call_print, "Healthy\n", "\"Healthy\"\n");
    expect_printed(g3_call_print, " \n", "null\n");
    expect_printed(g3_call_print, "1 2", "\"1 2\"\n");
}

Test(call, tells_where_an_answer_is_of_another_shape)
{
    static const char *const WRONG[] = {"", "1", "\"[]\"", "[1,", "[1 2]", "{\"a\":1"};
    for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++) {
        g3_error error = {0};
        g3_sink *output = g3_sink_open("/dev/null", &error);
        bool list = WRONG[i][0] == '[';
        cr_expect_not((list ? print_items : print_members)(output, g3_view_of(WRONG[i]), &error));
        cr_expect_eq(error.exit, G3_EXIT_SERVICE, "%s", WRONG[i]);
        g3_sink_discard(output, false);
    }
}

Test(call, finds_members)
{
    g3_arena arena = {0};
    g3_view text = {0};
    g3_view object = G3_VIEW("{\"a\": {\"b\": \"no\"}, \"b\": \"x\\u0041\", \"n\": 1}");
    cr_expect(g3_json_read_member(object, "b", &arena, &text));
    cr_expect(g3_view_equal(text, G3_VIEW("xA")));
    cr_expect_not(g3_json_read_member(object, "n", &arena, &text));
    cr_expect_not(g3_json_read_member(object, "c", &arena, &text));
    cr_expect_not(g3_json_read_member(G3_VIEW("[\"b\"]"), "b", &arena, &text));
    g3_arena_free(&arena);
}
