/* The JSON reader, against json-c: what is accepted, and what it means. */
#include "../support/chance.h"
#include "../support/json_oracle.h"
#include <criterion/criterion.h>
#include <stdlib.h>

static void check_same(g3_view text)
{
    const char *difference = oracle_compare(text);
    cr_assert_null(difference, "%s: %.*s", difference, (int)text.length, text.data);
}

Test(json, reads_what_json_c_reads)
{
    static const char *const TEXTS[] = {
        "0",
        "-0",
        "1",
        "-1",
        "12.50",
        "1e5",
        "1E+5",
        "1e-5",
        "0.0",
        "1e999",
        "-1e-999",
        "9007199254740993",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775808",
        "-9223372036854775809",
        "18446744073709551615",
        "99999999999999999999",
        "true",
        "false",
        "null",
        "\"\"",
        "\"a\"",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
        "\"\\u0041\\u00e9\\u20ac\"",
        "\"\\u0000\"",
        "\"a\\u0000b\"",
        "\"\\ud834\\udd1e\"",
        "\"\\uD834\\uDD1E\"",
        /* lone surrogates become U+FFFD */
        "\"\\ud834\"",
        "\"\\ud834x\"",
        "\"\\ud834\\n\"",
        "\"\\udd1e\"",
        "\"\\udd1e\\ud834\"",
        "\"\\ud834\\ud834\\udd1e\"",
        "\"\\ud834\\u0041\"",
        "\"\xc3\xbc\xe2\x82\xac\xf0\x9d\x84\x9e\"",
        "\"\x7f\"",
        "\"\xe2\x80\xa8\"",
        "[]",
        "[ ]",
        "[1]",
        "[1,2]",
        "[[],[[]]]",
        "{}",
        "{ }",
        "{\"a\":1}",
        "{\"a\":{\"b\":[1,{}]}}",
        " \t\r\n{ \"a\" : [ 1 , 2 ] , \"b\" : null } \n",
        "{\"a\":1,\"a\":2}",
        "{\"\":0}",
        "{\"\\u0061\":1,\"a\":2}",
        "{\"a\\u0000b\":1}",
    };
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
        json_object *value;
        cr_assert(oracle_parse(g3_view_of(TEXTS[i]), &value), "json-c refuses %s", TEXTS[i]);
        json_object_put(value);
        check_same(g3_view_of(TEXTS[i]));
    }
}

Test(json, refuses_what_json_c_refuses)
{
    static const char *const TEXTS[] = {
        "",
        " ",
        "-",
        "+1",
        ".5",
        "1e",
        "1e+",
        "0x1",
        "1 2",
        "1,",
        "--1",
        "-a",
        "1e5.5",
        "1.5.5",
        "tru",
        "truex",
        "nulls",
        "nan",
        "True",
        "'a'",
        "\"",
        "\"a",
        "\"\\",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "\"\\x\"",
        "\"\\ud834\\u\"",
        "\"\xff\"",
        "\"\x80\"",
        "\"\xe2\x82\"",
        "[",
        "]",
        "[1",
        "[1,",
        "[1,]",
        "[,1]",
        "[1 2]",
        "[1}",
        "{",
        "}",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":1",
        "{\"a\":1,",
        "{\"a\":1,}",
        "{,}",
        "{\"a\" 1}",
        "{\"a\":1 \"b\":2}",
        "{a:1}",
        "{1:2}",
        "{\"a\":}",
        "{\"a\":1]",
        "[]]",
        "{}}",
        "[1]x",
        "/**/1",
        "1//",
        "\f1",
        "\v1",
        "\xef\xbb\xbf"
        "1",
        "\xc2\xa0"
        "1",
        "[01]",
        "[-]",
        "[1e]",
    };
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
        json_object *value;
        cr_assert_not(oracle_parse(g3_view_of(TEXTS[i]), &value), "json-c accepts %s", TEXTS[i]);
        check_same(g3_view_of(TEXTS[i]));
    }
}

/* Where json-c, even in strict mode, takes more than RFC 8259 allows, and we do not. */
Test(json, refuses_where_json_c_is_laxer_than_the_standard)
{
    static const char *const TEXTS[] = {
        "NaN",
        "Infinity",
        "-Infinity",
        "[NaN]", /* words that are no JSON (3) */
        "00",
        "-01",
        "-00.5", /* leading zeros outside an array (6) */
        "1.",
        "[1.]",
        "1.e5",
        "-.5", /* digits missing beside the point (6) */
        "\"a\nb\"",
        "\"\t\"",
        "\"\x01\"", /* control characters in strings (7) */
        "\"\xc0\x80\"",
        "\"\xe0\x80\x80\"", /* over-long UTF-8 (8.1, RFC 3629) */
        "\"\xed\xa0\x80\"",
        "\"\xf4\x90\x80\x80\"", /* surrogates, beyond U+10FFFF (the same) */
    };
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
        g3_arena arena = {0};
        g3_json_reader reader;
        json_object *value;
        cr_assert(oracle_parse(g3_view_of(TEXTS[i]), &value), "json-c refuses %s", TEXTS[i]);
        json_object_put(value);
        cr_assert(oracle_is_too_lax(g3_view_of(TEXTS[i])));
        g3_json_begin(&reader, g3_view_of(TEXTS[i]), &arena);
        cr_assert_not(g3_json_skip(&reader, NULL) && g3_json_at_end(&reader), "accepted: %s",
                      TEXTS[i]);
        check_same(g3_view_of(TEXTS[i]));
        g3_arena_free(&arena);
    }
}

Test(json, reads_pairs_that_json_c_misreads)
{
    /* U+1D837 and the like: their last 16 bits look like a surrogate to json-c, which gives U+FFFD.
     */
    g3_arena arena = {0};
    g3_json_reader reader;
    g3_view read;
    g3_json_begin(&reader, G3_VIEW("\"\\ud836\\udc37\""), &arena);
    cr_assert(g3_json_read_string(&reader, &read));
    cr_assert(g3_view_equal(read, G3_VIEW("\xf0\x9d\xa0\xb7")));
    check_same(G3_VIEW("\"\\ud836\\udc37\""));
    g3_arena_free(&arena);
}

static bool accepts(g3_view text)
{
    g3_arena arena = {0};
    g3_json_reader reader;
    g3_json_begin(&reader, text, &arena);
    bool ok = g3_json_skip(&reader, NULL) && g3_json_at_end(&reader);
    g3_arena_free(&arena);
    return ok;
}

/* A value inside so many arrays, or so many objects. */
static void nest(g3_buffer *text, size_t depth, bool objects)
{
    g3_buffer_clear(text);
    for (size_t i = 0; i < depth; i++)
        g3_buffer_append_text(text, objects ? "{\"k\":" : "[");
    g3_buffer_append_text(text, "1");
    for (size_t i = 0; i < depth; i++)
        g3_buffer_append_text(text, objects ? "}" : "]");
}

Test(json, nests_up_to_the_limit_and_not_beyond)
{
    g3_buffer text = {0};
    for (int objects = 0; objects < 2; objects++) {
        for (size_t depth = G3_JSON_DEPTH - 2; depth < G3_JSON_DEPTH + 3; depth++) {
            nest(&text, depth, objects);
            cr_assert_eq(accepts(g3_buffer_view(&text)), depth <= G3_JSON_DEPTH, "depth %zu",
                         depth);
            check_same(g3_buffer_view(&text));
        }
        nest(&text, 1000000, objects);
        cr_assert_not(accepts(g3_buffer_view(&text)));
    }
    g3_buffer_free(&text);
}

static void append_random_string(g3_buffer *text, test_chance *chance)
{
    static const char *const PIECES[] = {
        "a",
        "key",
        "urls",
        " ",
        "\xc3\xbc",
        "\xe2\x82\xac",
        "\xf0\x9d\x84\x9e",
        "\\n",
        "\\\"",
        "\\\\",
        "\\/",
        "\\u00e9",
        "\\u0000",
        "\\ud834\\udd1e",
        "\\ud834",
        "\\udd1e",
        "0123456789abcdef0123456789",
        "{",
        "]",
        ",",
        ":",
        "\xe2\x80\xa8",
        "s3://bucket/a-rather-long-name-that-fills-a-vector.cram",
    };
    g3_buffer_append_char(text, '"');
    for (size_t i = choose(chance, 5); i > 0; i--)
        g3_buffer_append_text(text, PIECES[choose(chance, sizeof PIECES / sizeof *PIECES)]);
    g3_buffer_append_char(text, '"');
}

static void append_blanks(g3_buffer *text, test_chance *chance)
{
    if (choose(chance, 4) == 0)
        g3_buffer_append_char(text, " \t\r\n"[choose(chance, 4)]);
}

static void append_random_value(g3_buffer *text, test_chance *chance, size_t depth)
{
    static const char *const SCALARS[] = {
        "null",
        "true",
        "false",
        "0",
        "-0",
        "1",
        "-17",
        "1.5",
        "1e3",
        "-2.50E-2",
        "9007199254740993",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775808",
        "123456789012345678901234",
    };
    size_t kind = choose(chance, depth > 5 ? 2 : 4);
    append_blanks(text, chance);
    if (kind == 0) {
        g3_buffer_append_text(text, SCALARS[choose(chance, sizeof SCALARS / sizeof *SCALARS)]);
    } else if (kind == 1) {
        append_random_string(text, chance);
    } else {
        bool object = kind == 2;
        g3_buffer_append_char(text, object ? '{' : '[');
        for (size_t i = 0, count = choose(chance, 6); i < count; i++) {
            if (i)
                g3_buffer_append_char(text, ',');
            append_blanks(text, chance);
            if (object) {
                append_random_string(text, chance);
                append_blanks(text, chance);
                g3_buffer_append_char(text, ':');
            }
            append_random_value(text, chance, depth + 1);
        }
        append_blanks(text, chance);
        g3_buffer_append_char(text, object ? '}' : ']');
    }
    append_blanks(text, chance);
}

Test(json, agrees_with_json_c_on_generated_documents)
{
    test_chance chance = {1};
    g3_buffer text = {0};
    for (int i = 0; i < 5000; i++) {
        g3_buffer_clear(&text);
        append_random_value(&text, &chance, 0);
        cr_assert(accepts(g3_buffer_view(&text)), "refused: %.*s", (int)text.length, text.data);
        check_same(g3_buffer_view(&text));
    }
    g3_buffer_free(&text);
}

Test(json, agrees_with_json_c_wherever_a_document_is_cut_off)
{
    test_chance chance = {2};
    g3_buffer text = {0};
    for (int i = 0; i < 50; i++) {
        g3_buffer_clear(&text);
        append_random_value(&text, &chance, 0);
        for (size_t length = 0; length <= text.length && length < 1000; length++) {
            char *exact =
                g3_duplicate((g3_view){text.data, length}); /* so that ASan sees a read beyond */
            check_same((g3_view){exact, length});
            free(exact);
        }
    }
    g3_buffer_free(&text);
}

Test(json, agrees_with_json_c_on_damaged_documents)
{
    static const char BYTES[] =
        "\"\\{}[]:,0123456789eE+-. \n\tnultrfasu\x01\x7f\x80\xc3\xbc\xe2\x82\xff";
    test_chance chance = {3};
    g3_buffer text = {0};
    for (int i = 0; i < 10000; i++) {
        g3_buffer_clear(&text);
        append_random_value(&text, &chance, 2);
        for (size_t damage = choose(&chance, 3) + 1; damage > 0; damage--) {
            size_t at = choose(&chance, text.length);
            text.data[at] = BYTES[choose(&chance, sizeof BYTES - 1)];
        }
        check_same(g3_buffer_view(&text));
    }
    g3_buffer_free(&text);
}

Test(json, gives_a_value_as_it_is_written)
{
    g3_json_reader reader;
    g3_view value;
    g3_json_begin(&reader, G3_VIEW(" [1.50, {\"a\" : 1e2}] ,rest"), NULL);
    cr_assert(g3_json_skip(&reader, &value));
    cr_assert(g3_view_equal(value, G3_VIEW("[1.50, {\"a\" : 1e2}]")));
    cr_assert_eq(*reader.at, ' ');
}

Test(json, reads_whole_numbers_and_leaves_others)
{
    static const struct {
        const char *text;
        bool whole;
        int64_t value;
    } CASES[] = {
        {"0", true, 0},
        {" 12,", true, 12},
        {"-3", true, -3},
        {"9223372036854775807", true, INT64_MAX},
        {"-9223372036854775808", true, INT64_MIN},
        {"9223372036854775808", false, 0},
        {"-9223372036854775809", false, 0},
        {"1.0", false, 0},
        {"1e3", false, 0},
        {"-0", false, 0},
        {"01", false, 0},
        {"-", false, 0},
        {"\"1\"", false, 0},
        {"null", false, 0},
        {"", false, 0},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        g3_json_reader reader;
        int64_t value = 0;
        g3_json_begin(&reader, g3_view_of(CASES[i].text), NULL);
        const char *begin = reader.at;
        cr_assert_eq(g3_json_read_integer(&reader, &value), CASES[i].whole, "%s", CASES[i].text);
        cr_assert_eq(value, CASES[i].value, "%s", CASES[i].text);
        cr_assert(CASES[i].whole || reader.at == begin);
        cr_assert_null(reader.fault);
    }
}

Test(json, says_what_is_wrong_and_where)
{
    static const struct {
        const char *text, *fault;
        size_t at;
    } CASES[] = {
        {"{\"a\":1 \"b\":2}", "no comma or } behind a member", 7},
        {"[1,2", "no comma or ] behind an item", 4},
        {"\"a\nb\"", "a control character inside a string", 2},
        {"[\"ok\", \"\xff\"]", "a string that is not UTF-8", 8},
        {"[\"\\q\"]", "a wrong escape inside a string", 2},
        {"\"abc", "a string without end", 4},
        {"[1, x]", "no JSON value", 4},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        g3_json_reader reader;
        g3_json_begin(&reader, g3_view_of(CASES[i].text), NULL);
        cr_assert_not(g3_json_skip(&reader, NULL));
        cr_assert_str_eq(reader.fault, CASES[i].fault);
        cr_assert_eq((size_t)(reader.at - reader.begin), CASES[i].at, "%s: %zu", CASES[i].text,
                     (size_t)(reader.at - reader.begin));
    }
}

Test(json, an_expected_member_is_met_or_read)
{
    g3_arena arena = {0};
    g3_json_reader reader;
    g3_view key = {0};
    bool first, matched;
    g3_json_begin(&reader, G3_VIEW("{\"a\": 1, \"ab\":2, \"a\" :3}"), &arena);
    cr_assert(g3_json_enter(&reader, &first));
    cr_assert(g3_json_more_expected(&reader, &first, G3_VIEW("\"a\":"), &matched, &key) && matched);
    cr_assert(g3_json_skip(&reader, NULL));
    cr_assert(g3_json_more_expected(&reader, &first, G3_VIEW("\"a\":"), &matched, &key) &&
              !matched);
    cr_assert(g3_view_equal(key, G3_VIEW("ab")));
    cr_assert(g3_json_skip(&reader, NULL));
    cr_assert(g3_json_more_expected(&reader, &first, G3_VIEW("\"a\":"), &matched, &key) &&
              !matched);
    cr_assert(g3_view_equal(key, G3_VIEW("a")));
    cr_assert(g3_json_skip(&reader, NULL));
    cr_assert_not(g3_json_more_expected(&reader, &first, (g3_view){0}, &matched, &key));
    cr_assert(g3_json_at_end(&reader));
    g3_arena_free(&arena);
}
