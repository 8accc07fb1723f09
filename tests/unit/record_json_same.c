/* Whether two JSON texts say the same, and merging objects: cases, and random documents judged by
 * json-c. */
#include "../support/chance.h"
#include "../support/json_oracle.h"
#include <criterion/criterion.h>

typedef struct pair {
    const char *left, *right;
    bool same;
} pair;

Test(json_same, knows_what_says_the_same)
{
    static const pair PAIRS[] = {
        {"1", "1", true},
        {"1", "1.0", true},
        {"100", "1e2", true},
        {"-0", "0", true},
        {"0", "-0.0", true},
        {"1", "2", false},
        {"9007199254740993", "9007199254740992", false},
        {"99999999999999999999999", "99999999999999999999998", false},
        {"99999999999999999999999", "99999999999999999999999", true},
        {"1", "\"1\"", false},
        {"1", "true", false},
        {"true", "false", false},
        {"null", "null", true},
        {"null", "{}", false},
        {"\"a\\u0062\"", "\"ab\"", true},
        {"\"a\"", "\"a \"", false},
        {"[]", "{}", false},
        {"[1,2]", "[2,1]", false},
        {"[1,2]", "[1]", false},
        {"[1, [2]]", "[1,[2]]", true},
        {"{\"a\":1,\"b\":[{}]}", " { \"b\" : [ { } ] , \"a\" : 1 } ", true},
        {"{\"a\":1}", "{\"b\":1}", false},
        {"{\"a\":1}", "{\"a\":1,\"b\":null}", false},
        {"{\"a\":1,\"a\":2}", "{\"a\":2}", true},
        {"{\"a\":2,\"a\":1}", "{\"a\":2}", false},
        {"{\"a\\u0000\":1}", "{\"a\":1}", false},
        {"", "", false},
        {"{", "{", false},
        {"1 x", "1 x", false},
        {"nul", "nul", false},
    };
    for (size_t i = 0; i < sizeof PAIRS / sizeof *PAIRS; i++) {
        g3_view left = g3_view_of(PAIRS[i].left), right = g3_view_of(PAIRS[i].right);
        cr_expect_eq(g3_json_same(left, right), PAIRS[i].same, "%s and %s", PAIRS[i].left,
                     PAIRS[i].right);
        cr_expect_eq(g3_json_same(right, left), PAIRS[i].same, "%s and %s", PAIRS[i].right,
                     PAIRS[i].left);
    }
}

/* A value of few kinds, so that two are often alike; doubles are left out, for 1 is 1.0 to us. */
static json_object *make_value(test_chance *chance, int depth)
{
    static const char *const NAMES[] = {"a", "b", "ab", "", "c\n", "\xc3\xbc"};
    json_object *made;
    switch (choose(chance, depth > 0 ? 6 : 4)) {
    case 0:
        return json_object_new_int64((int64_t)choose(chance, 3) - 1);
    case 1:
        return json_object_new_string(NAMES[choose(chance, 6)]);
    case 2:
        return json_object_new_boolean(choose(chance, 2) == 0);
    case 3:
        return NULL;
    case 4:
        made = json_object_new_array();
        for (size_t i = choose(chance, 3); i > 0; i--)
            json_object_array_add(made, make_value(chance, depth - 1));
        return made;
    default:
        made = json_object_new_object();
        for (size_t i = choose(chance, 4); i > 0; i--)
            json_object_object_add(made, NAMES[choose(chance, 6)], make_value(chance, depth - 1));
        return made;
    }
}

static g3_view text_of(json_object *value, int spelling)
{
    return g3_view_of(json_object_to_json_string_ext(value, spelling));
}

Test(json_same, is_what_json_c_says_of_random_documents)
{
    test_chance chance = {1};
    int same = 0;
    for (int round = test_rounds(40000); round > 0; round--) {
        json_object *left = make_value(&chance, 3), *right = make_value(&chance, 3), *copy = NULL;
        bool expected = json_object_equal(left, right);
        g3_view one = text_of(left, JSON_C_TO_STRING_PLAIN);
        g3_view other = text_of(right, JSON_C_TO_STRING_PRETTY);
        same += expected;
        cr_assert_eq(g3_json_same(one, other), expected, "%s and %s", one.data, other.data);
        json_object_deep_copy(left, &copy, NULL);
        cr_assert(g3_json_same(one, text_of(copy, JSON_C_TO_STRING_SPACED)), "%s", one.data);
        json_object_put(left);
        json_object_put(right);
        json_object_put(copy);
    }
    cr_assert_gt(same, 0);
}

Test(json_same, merges_as_json_c_does)
{
    test_chance chance = {2};
    int merged = 0;
    for (int round = test_rounds(20000); round > 0; round--) {
        json_object *object = make_value(&chance, 2), *members = make_value(&chance, 2);
        g3_buffer out = {0};
        bool both = json_object_is_type(object, json_type_object) &&
                    json_object_is_type(members, json_type_object);
        cr_assert_eq(g3_json_append_merged(&out, text_of(object, JSON_C_TO_STRING_PLAIN),
                                           text_of(members, JSON_C_TO_STRING_PLAIN)),
                     both);
        if (both) {
            json_object_object_foreach(members, name, value)
            {
                json_object_object_add(object, name, json_object_get(value));
            }
            cr_assert(g3_json_same(g3_buffer_view(&out), text_of(object, JSON_C_TO_STRING_PLAIN)),
                      "%s", g3_buffer_text(&out));
            merged++;
        } else {
            cr_assert_eq(out.length, 0);
        }
        json_object_put(object);
        json_object_put(members);
        g3_buffer_free(&out);
    }
    cr_assert_gt(merged, 0);
}
