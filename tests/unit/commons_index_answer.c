/* The index service's answers: the recorded ones, hand-made ones, and damaged ones. */
#include "../support/chance.h"
#include "../support/index_oracle.h"
#include "../support/json_oracle.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#define CONTRACT "testdata/contract/indexd-6.3.0.ndjson"

/* Answers whose body has records: lookups and listings, and what a bulk lookup answers. */
static bool has_records(json_object *exchange)
{
    json_object *request = json_object_object_get(exchange, "request");
    json_object *response = json_object_object_get(exchange, "response");
    json_object *body = json_object_object_get(response, "json");
    const char *method = json_object_get_string(json_object_object_get(request, "method"));
    const char *target = json_object_get_string(json_object_object_get(request, "target"));
    if (json_object_get_int(json_object_object_get(response, "status")) != 200)
        return false;
    if (strcmp(target, "/bulk/documents") == 0)
        return true;
    return strcmp(method, "GET") == 0 &&
           (json_object_object_get(body, "records") || json_object_object_get(body, "did"));
}

/* The bodies of the recorded answers with records, one a line. */
static g3_buffer load_recorded(size_t *count)
{
    char *line = NULL;
    size_t capacity = 0;
    g3_buffer bodies = {0};
    FILE *file = fopen(CONTRACT, "r");
    cr_assert_not_null(file, "run the tests from the project's top folder");
    *count = 0;
    while (getline(&line, &capacity, file) > 0) {
        json_object *exchange = json_tokener_parse(line);
        if (has_records(exchange)) {
            json_object *response = json_object_object_get(exchange, "response");
            g3_buffer_append_text(
                &bodies, json_object_to_json_string(json_object_object_get(response, "json")));
            g3_buffer_append_char(&bodies, '\n');
            ++*count;
        }
        json_object_put(exchange);
    }
    free(line);
    fclose(file);
    return bodies;
}

/* Cuts the next line off `rest`. */
static bool next_line(g3_view *rest, g3_view *line)
{
    if (rest->length == 0)
        return false;
    const char *end = memchr(rest->data, '\n', rest->length);
    size_t length = end ? (size_t)(end - rest->data) : rest->length;
    *line = (g3_view){rest->data, length};
    *rest = (g3_view){rest->data + length + 1, rest->length - length - 1};
    return true;
}

Test(index_answer, every_recorded_answer_reads_as_json_c_has_it)
{
    size_t answers, records = 0, count;
    g3_buffer bodies = load_recorded(&answers);
    g3_view rest = g3_buffer_view(&bodies), body;
    cr_assert_geq(answers, 30);
    while (next_line(&rest, &body)) {
        const char *difference = index_oracle_compare(body, &count);
        cr_assert_null(difference, "%s: %.*s", difference, (int)body.length, body.data);
        records += count;
    }
    cr_assert_eq(records, 49, "%zu", records); /* so many are in the recording: none was refused */
    g3_buffer_free(&bodies);
}

Test(index_answer, every_recorded_answer_is_told_from_a_cut_off_one)
{
    size_t answers, count;
    g3_buffer bodies = load_recorded(&answers);
    g3_view rest = g3_buffer_view(&bodies), body;
    while (next_line(&rest, &body)) {
        size_t step = body.length > 3000 ? 97 : 7;
        for (size_t length = 0; length < body.length; length += step) {
            char *exact =
                g3_duplicate((g3_view){body.data, length}); /* so that ASan sees a read beyond */
            const char *difference = index_oracle_compare((g3_view){exact, length}, &count);
            cr_assert_null(difference, "%s: %s", difference, exact);
            free(exact);
        }
    }
    g3_buffer_free(&bodies);
}

Test(index_answer, damaged_answers_are_errors_or_read_as_json_c_has_them)
{
    static const char BYTES[] = "\"\\{}[]:,0123456789eE+-. \n\tnultrfasudi\x01\x80\xc3";
    test_chance chance = {5};
    size_t answers, count;
    g3_buffer bodies = load_recorded(&answers);
    g3_view rest = g3_buffer_view(&bodies), body;
    while (next_line(&rest, &body)) {
        for (int i = 0; i < 200; i++) {
            char *copy = g3_duplicate(body);
            for (size_t damage = choose(&chance, 3) + 1; damage > 0; damage--)
                copy[choose(&chance, body.length)] = BYTES[choose(&chance, sizeof BYTES - 1)];
            const char *difference = index_oracle_compare((g3_view){copy, body.length}, &count);
            cr_assert_null(difference, "%s: %s", difference, copy);
            free(copy);
        }
    }
    g3_buffer_free(&bodies);
}

/* What comes out of an answer: JSON lines, and at an error `!reason`. Owned by the caller: free().
 */
static char *read_answer(g3_index_answer *answer, const char *body)
{
    g3_buffer out = {0};
    g3_record record;
    const char *reason;
    g3_next next;
    g3_index_answer_begin(answer, g3_view_of(body));
    while ((next = g3_index_answer_next(answer, &record, &reason)) == G3_NEXT_ITEM)
        g3_json_append_record(&out, &record);
    if (next == G3_NEXT_ERROR)
        g3_buffer_append_format(&out, "!%s\n", reason);
    cr_assert_eq(g3_index_answer_next(answer, &record, &reason), next); /* stays so */
    g3_buffer_text(&out);
    return out.data;
}

Test(index_answer, answers_of_every_kind)
{
#define NOTHING_BUT(guid)                                                                          \
    "{\"guid\":\"" guid "\",\"urls\":null,\"authz\":null,\"acl\":null,\"md5\":null,\"file_size\":" \
                        "null,\"file_name\":null}\n"
    static const struct {
        const char *body, *expected;
    } CASES[] = {
        {"[]", ""},
        {"{\"records\":[]}", ""},
        {" [ ] \n", ""},
        {"[{\"did\":\"a\"},{\"did\":\"b\"}]", NOTHING_BUT("a") NOTHING_BUT("b")},
        {"{\"acl\":null,\"size\":\"x\",\"urls\":7,\"hashes\":[],\"records\":[{\"did\":\"a\"}],"
         "\"ids\":{}}",
         NOTHING_BUT("a")},
        {"{\"did\":\"a\"}", NOTHING_BUT("a")},
        {"{\"urls\":[\"u\\u00fc\",\"\"],\"hashes\":{\"sha1\":\"0\",\"md5\":\"1\"},\"size\":"
         "9007199254740993,\"acl\":[],"
         "\"authz\":[\"/a\"],\"file_name\":\"\",\"did\":\"a\\/"
         "b\",\"urls_metadata\":{\"did\":{\"did\":\"no\"}}}",
         "{\"guid\":\"a/b\",\"urls\":[\"u\xc3\xbc\",\"\"],\"authz\":[\"/"
         "a\"],\"acl\":[],\"md5\":\"1\","
         "\"file_size\":9007199254740993,\"file_name\":\"\"}\n"},
        {"{\"did\":\"a\",\"size\":null,\"hashes\":null,\"urls\":null,\"file_name\":null}",
         NOTHING_BUT("a")},
        {"{\"did\":\"a\",\"records\":null,\"error\":null}", NOTHING_BUT("a")},
        /* a bundle */
        {"[{\"form\":\"bundle\",\"id\":\"b\",\"name\":\"n\",\"size\":5}]",
         "{\"guid\":\"b\",\"urls\":null,\"authz\":null,\"acl\":null,\"md5\":null,\"file_size\":5,"
         "\"file_name\":null}\n"},
        {"{\"did\":\"a\",\"did\":\"b\"}", NOTHING_BUT("b")},
        {"{\"error\":\"no record found\"}", "!an error message instead of records\n"},
        {"{\"msg\":\"no\",\"status_code\":404}", "!a record without a did\n"},
        {"{}", "!a record without a did\n"},
        {"[{\"did\":\"a\"},{}]", NOTHING_BUT("a") "!a record without a did\n"},
        {"[{\"did\":null}]", "!a record without a did\n"},
        {"[{\"did\":\"a\"},5]", NOTHING_BUT("a") "!a record that is not an object\n"},
        {"[{\"did\":\"a\",\"size\":-1}]", "!a size below 0\n"},
        {"[{\"did\":\"a\",\"size\":1.5}]", "!a size that is not a whole number\n"},
        {"[{\"did\":\"a\",\"size\":9223372036854775808}]", "!a size that is not a whole number\n"},
        {"[{\"did\":\"a\",\"urls\":[\"u\",null]}]", "!a list that is not one of strings\n"},
        {"[{\"did\":\"a\",\"acl\":\"x\"}]", "!a list that is not one of strings\n"},
        {"[{\"did\":\"a\",\"hashes\":\"x\"}]", "!hashes that are not an object\n"},
        {"[{\"did\":\"a\",\"file_name\":{}}]", "!a record's text that is not a string\n"},
        {"Healthy", "!neither an object nor an array\n"},
        {"\r\n<!doctype html>", "!a page of HTML; is the endpoint right, or does it want a login?\n"},
        {"", "!neither an object nor an array\n"},
        {"[{\"did\":\"a\"}", NOTHING_BUT("a") "!no comma or ] behind an item\n"},
        {"[{\"did\":\"a\"}]]", NOTHING_BUT("a") "!something behind the end of the JSON\n"},
        {"{\"records\":[{\"did\":\"a\"}],\"x\":01}",
         NOTHING_BUT("a") "!no comma or } behind a member\n"},
        {"{\"did\":\"a\"} x", "!something behind the end of the JSON\n"},
        {"[{\"did\":\"a", "!a string without end\n"},
    };
    g3_index_answer *answer = g3_index_answer_open();
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        char *read = read_answer(answer, CASES[i].body);
        cr_assert_str_eq(read, CASES[i].expected, "%s\nread:     %s\nexpected: %s", CASES[i].body,
                         read, CASES[i].expected);
        free(read);
    }
    g3_index_answer_close(answer);
    g3_index_answer_close(NULL);
}

Test(index_answer, members_may_come_in_another_order_in_each_record)
{
    static const char *const MEMBERS[] = {
        "\"did\":\"d\"",
        "\"size\":5",
        "\"urls\":[\"u\",\"v\"]",
        "\"acl\":[\"a\"]",
        "\"authz\":[]",
        "\"x\":{\"did\":[1]}",
        "\"hashes\":{\"md5\":\"m\"}",
        "\"file_name\":\"f\"",
        "\"d\\u0069d\":\"d\"",
        "\"rev\":null",
        "\"hashe\":1",
    };
    const size_t all = sizeof MEMBERS / sizeof *MEMBERS;
    test_chance chance = {6};
    g3_buffer body = {0};
    size_t count;
    for (int round = 0; round < 200; round++) {
        g3_buffer_clear(&body);
        for (int record = 0; record < 20; record++) {
            g3_buffer_append_text(&body, record ? "},{" : "[{");
            g3_buffer_append_text(&body, MEMBERS[0]);
            for (size_t i = choose(&chance, 12); i > 0; i--) {
                g3_buffer_append_text(&body, choose(&chance, 2) ? "," : " ,\n");
                g3_buffer_append_text(&body, MEMBERS[choose(&chance, all)]);
            }
        }
        g3_buffer_append_text(&body, "}]");
        const char *difference = index_oracle_compare(g3_buffer_view(&body), &count);
        cr_assert_null(difference, "%s: %s", difference, g3_buffer_text(&body));
        cr_assert_eq(count, 20);
    }
    g3_buffer_free(&body);
}

Test(index_answer, records_of_one_answer_may_be_held_together)
{
    g3_buffer body = {0};
    g3_record records[1000];
    const char *reason;
    for (int i = 0; i < 1000; i++)
        g3_buffer_append_format(&body, "%s{\"did\":\"d\\u002f%d\",\"urls\":[\"u%d\"]}",
                                i ? "," : "[", i, i);
    g3_buffer_append_char(&body, ']');
    g3_index_answer *answer = g3_index_answer_open();
    g3_index_answer_begin(answer, g3_buffer_view(&body));
    for (int i = 0; i < 1000; i++)
        cr_assert_eq(g3_index_answer_next(answer, &records[i], &reason), G3_NEXT_ITEM);
    for (int i = 0; i < 1000; i++) {
        char expected[16];
        snprintf(expected, sizeof expected, "d/%d", i);
        cr_assert(g3_view_equal(g3_record_guid(&records[i]), g3_view_of(expected)));
        snprintf(expected, sizeof expected, "u%d", i);
        cr_assert(g3_view_equal(g3_record_get(&records[i], G3_URLS)->list.items[0],
                                g3_view_of(expected)));
    }
    g3_index_answer_close(answer);
    g3_buffer_free(&body);
}
