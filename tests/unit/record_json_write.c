/* JSON as we write it: strings, values, lines of the stream; judged by json-c. */
#include "../support/chance.h"
#include "../support/json_oracle.h"
#include <criterion/criterion.h>
#include <stdlib.h>

static void check_string(g3_view text, const char *expected)
{
    g3_buffer out = {0};
    g3_json_append_string(&out, text);
    cr_assert_str_eq(g3_buffer_text(&out), expected);
    g3_buffer_free(&out);
}

Test(json_write, escapes_what_must_be)
{
    check_string(G3_VIEW(""), "\"\"");
    check_string((g3_view){0}, "\"\"");
    check_string(G3_VIEW("a\"b\\c/"), "\"a\\\"b\\\\c/\"");
    check_string(G3_VIEW("\b\t\n\f\r\x01\x1f\x7f\0"),
                 "\"\\b\\t\\n\\f\\r\\u0001\\u001f\x7f\\u0000\"");
    check_string(G3_VIEW("\xc3\xbc\xe2\x82\xac\xf0\x9d\x84\x9e"),
                 "\"\xc3\xbc\xe2\x82\xac\xf0\x9d\x84\x9e\"");
}

Test(json_write, escapes_what_some_take_for_a_line_end)
{
    check_string(G3_VIEW("a\xe2\x80\xa8"
                         "b\xe2\x80\xa9\xc2\x85"
                         "c"),
                 "\"a\\u2028b\\u2029\\u0085c\"");
    check_string(G3_VIEW("\xe2\x80\xa7\xe2\x80\xaa\xc2\x84\xc2\x86\xe2\x82\xa8"),
                 "\"\xe2\x80\xa7\xe2\x80\xaa\xc2\x84\xc2\x86\xe2\x82\xa8\"");
}

/* A string of any size and any position of what must be escaped comes back through json-c. */
Test(json_write, strings_of_every_length_come_back)
{
    static const char *const SPECIALS[] = {"\"", "\\", "\n", "\x01", "\xe2\x80\xa8", "\xc3\xbc"};
    for (size_t length = 0; length < 150; length++) {
        for (size_t special = 0; special < sizeof SPECIALS / sizeof *SPECIALS; special++) {
            g3_buffer text = {0}, out = {0};
            json_object *value;
            for (size_t i = 0; i < length; i++)
                g3_buffer_append_text(&text,
                                      i == length / 2 || i + 1 == length ? SPECIALS[special] : "x");
            char *exact = g3_duplicate(g3_buffer_view(&text));
            g3_json_append_string(&out, (g3_view){exact, text.length});
            cr_assert(oracle_parse(g3_buffer_view(&out), &value));
            cr_assert_eq((size_t)json_object_get_string_len(value), text.length);
            cr_assert_eq(memcmp(json_object_get_string(value), exact, text.length), 0);
            json_object_put(value);
            free(exact);
            g3_buffer_free(&text);
            g3_buffer_free(&out);
        }
    }
}

/* Escapes anywhere, also at the ends of the vectors' steps: every kind of scan writes the same. */
Test(json_write, every_scan_escapes_alike)
{
    static const char BYTES[] = "abcdefgh ABCDEFGH 0123456789 \"\"\"\\\n\x01\x1f\x7f\xc3\xbc";
    test_chance chance = {21};
    const g3_scan *scans[G3_SCAN_KINDS];
    size_t count = g3_scan_list(scans);
    char text[300], plain[2000], other[2000];
    for (int i = 0; i < 30000; i++) {
        size_t length = choose(&chance, sizeof text + 1), start = sizeof text - length;
        size_t kinds =
            choose(&chance, 4) ? sizeof BYTES - 1 : 29; /* now and then nothing to escape */
        for (size_t k = start; k < sizeof text; k++)
            text[k] = BYTES[choose(&chance, kinds)];
        char *exact =
            g3_duplicate((g3_view){text + start, length}); /* so that ASan sees a read beyond */
        size_t size = g3_scan_portable.copy_escaped(plain, exact, length);
        for (size_t k = 0; k < count; k++) {
            cr_assert_eq(scans[k]->copy_escaped(other, exact, length), size);
            cr_assert_eq(memcmp(plain, other, size), 0, "%s: %.*s", scans[k]->name, (int)size,
                         other);
        }
        free(exact);
    }
}

Test(json_write, values_of_each_type)
{
    g3_view items[] = {{"a b", 3}, {"\"", 1}};
    const struct {
        g3_value value;
        const char *expected;
    } CASES[] = {
        {{.type = G3_NULL}, "null"},
        {{.type = G3_STRING, .text = {"x", 1}}, "\"x\""},
        {{.type = G3_INTEGER, .integer = 0}, "0"},
        {{.type = G3_INTEGER, .integer = INT64_MIN}, "-9223372036854775808"},
        {{.type = G3_INTEGER, .integer = INT64_MAX}, "9223372036854775807"},
        {{.type = G3_LIST}, "[]"},
        {{.type = G3_LIST, .list = {items, 2}}, "[\"a b\",\"\\\"\"]"},
        {{.type = G3_JSON, .text = {"{\"a\": 1.50}", 11}}, "{\"a\": 1.50}"},
        {{.type = G3_JSON, .text = {"[\"\xe2\x80\xa8\"]", 7}}, "[\"\\u2028\"]"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        g3_buffer out = {0};
        g3_json_append_value(&out, &CASES[i].value);
        cr_assert_str_eq(g3_buffer_text(&out), CASES[i].expected);
        g3_buffer_free(&out);
    }
}

Test(json_write, a_record_is_one_line)
{
    g3_view url = {"s3://b/x", 8};
    g3_field fields[] = {
        {&g3_object_columns[G3_GUID], {.type = G3_STRING, .text = {"dg.TEST/1", 9}}},
        {&g3_object_columns[G3_URLS], {.type = G3_LIST, .list = {&url, 1}}},
        {&g3_object_columns[G3_MD5], {.type = G3_NULL}},
        {&g3_object_columns[G3_FILE_SIZE], {.type = G3_INTEGER, .integer = 7}},
    };
    g3_record record = {.fields = fields, .count = 4};
    g3_buffer out = {0};
    g3_json_append_record(&out, &record);
    record.count = 0;
    g3_json_append_record(&out, &record);
    cr_assert_str_eq(g3_buffer_text(&out),
                     "{\"guid\":\"dg.TEST/1\",\"urls\":[\"s3://b/x\"],\"md5\":null,"
                     "\"file_size\":7}\n{}\n");
    g3_buffer_free(&out);
}

/* Cells up to 16 MiB: written in pieces, without six times their size being asked for. */
Test(json_write, large_values_are_written_in_pieces)
{
    const size_t size = 5000000;
    char *text = g3_allocate(size);
    for (size_t i = 0; i < size; i++)
        text[i] = "\xc3\xbcxyz\n\"w"[i % 8];
    g3_view items[] = {{text, size}, {text, 8}};
    g3_value values[] = {
        {.type = G3_STRING, .text = {text, size}},
        {.type = G3_LIST, .list = {items, 2}},
    };
    for (size_t i = 0; i < 2; i++) {
        g3_field field = {&g3_object_columns[G3_URLS], values[i]};
        g3_record record = {.fields = &field, .count = 1};
        g3_buffer out = {0};
        json_object *line;
        g3_json_append_record(&out, &record);
        cr_assert_lt(out.capacity, 4 * size);
        cr_assert(oracle_parse(g3_buffer_view(&out), &line));
        json_object *value = json_object_object_get(line, "urls");
        if (i == 1)
            value = json_object_array_get_idx(value, 0);
        cr_assert_eq((size_t)json_object_get_string_len(value), size);
        cr_assert_eq(memcmp(json_object_get_string(value), text, size), 0);
        json_object_put(line);
        g3_buffer_free(&out);
    }
    free(text);
}
