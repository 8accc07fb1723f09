/* Comparing rows with index records: the rules as a table. */
#include "../support/chance.h"
#include "g3/record/list.h"
#include "g3/run/compare.h"
#include <criterion/criterion.h>
#include <stdlib.h>

/* A value written shortly: NULL no column, "" null, "#12" an integer, "[a b]" a list, else text. */
static bool make_value(const char *text, g3_object_field field, g3_value *value, g3_arena *arena)
{
    if (!text)
        return false;
    *value = (g3_value){.type = G3_NULL};
    if (text[0] == '#') {
        value->type = G3_INTEGER;
        value->integer = strtoll(text + 1, NULL, 10);
    } else if (text[0] == '[') {
        /* Parted here, not by the reader of cells, so that %20 stays in an item. */
        value->type = G3_LIST;
        value->list.items = g3_arena_take(arena, strlen(text) * sizeof(g3_view));
        value->list.count = 0;
        g3_view rest = {text + 1, strlen(text) - 2};
        while ((rest = g3_view_trim(rest)).length) {
            size_t length = 0;
            while (length < rest.length && rest.data[length] != ' ')
                length++;
            value->list.items[value->list.count++] = (g3_view){rest.data, length};
            rest.data += length;
            rest.length -= length;
        }
    } else if (text[0]) {
        value->type = G3_STRING;
        value->text = g3_view_of(text);
    }
    (void)field;
    return true;
}

static g3_record make_record(g3_object_field field, const char *text, g3_field *fields,
                             g3_arena *arena)
{
    g3_record record = {.fields = fields, .count = 1};
    fields[0] = (g3_field){.column = &g3_object_columns[G3_GUID],
                           .value = {.type = G3_STRING, .text = G3_VIEW("dg.1/a")}};
    fields[1].column = &g3_object_columns[field];
    if (make_value(text, field, &fields[1].value, arena))
        record.count = 2;
    return record;
}

static const struct {
    g3_object_field field;
    const char *row, *record;
    bool differs;
} CASES[] = {
    /* text */
    {G3_MD5, "0b", "0b", false},
    {G3_MD5, "0b", "0B", true},
    {G3_MD5, "0b", "0c", true},
    {G3_MD5, "0b", "", true},
    {G3_MD5, "", "0b", true},
    {G3_MD5, "", "", false},
    {G3_MD5, NULL, "0b", false}, /* no such column */
    {G3_MD5, "", NULL, false},
    {G3_MD5, "0b", NULL, true},
    {G3_FILE_NAME, "f", "f", false},
    {G3_FILE_NAME, "f", "g", true},
    {G3_FILE_NAME, "f", "", true},
    {G3_FILE_NAME, "", "g", true},
    {G3_FILE_NAME, NULL, "g", false},
    /* whole numbers */
    {G3_FILE_SIZE, "#12", "#12", false},
    {G3_FILE_SIZE, "#12", "#13", true},
    {G3_FILE_SIZE, "#9007199254740993", "#9007199254740992", true},
    {G3_FILE_SIZE, "#0", "", true},
    {G3_FILE_SIZE, "", "#0", true},
    {G3_FILE_SIZE, "", "", false},
    /* lists */
    {G3_URLS, "[a b]", "[a b]", false},
    {G3_URLS, "[a b]", "[b a]", false},
    {G3_URLS, "[a b]", "[a c]", true},
    {G3_URLS, "[a a b]", "[a b b]", true},
    {G3_URLS, "[a a b]", "[b a a]", false},
    {G3_URLS, "[a]", "[a a]", true},
    {G3_URLS, "[]", "[]", false},
    {G3_URLS, "[]", "", false},
    {G3_URLS, "", "[]", false},
    {G3_URLS, "[]", NULL, false},
    {G3_URLS, "[]", "[a]", true},
    {G3_URLS, "[a]", "[]", true},
    {G3_AUTHZ, "[/p /q]", "[/q /p]", false},
    {G3_ACL, "[x]", "[y]", true},
    {G3_ACL, "[x a%20b]", "[a%20b x]", false},
    {G3_ACL, "[a%20]", "[a%2]", true},
    {G3_FILE_NAME, "a b", " a b\t", false}, /* a cell has no outer blanks */
    {G3_FILE_NAME, "a b", "ab", true},
    {G3_FILE_NAME, "", " ", false},
};

Test(compare, follows_the_rules)
{
    g3_arena arena = {0};
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        g3_field row_fields[2], record_fields[2];
        g3_record row = make_record(CASES[i].field, CASES[i].row, row_fields, &arena);
        g3_record record = make_record(CASES[i].field, CASES[i].record, record_fields, &arena);
        g3_field_set wanted = CASES[i].differs ? G3_FIELD_BIT(CASES[i].field) : 0;
        cr_expect_eq(g3_compare_object(&row, &record), wanted, "case %zu: %s / %s", i,
                     CASES[i].row ? CASES[i].row : "(none)",
                     CASES[i].record ? CASES[i].record : "(none)");
    }
    g3_arena_free(&arena);
}

Test(compare, a_coded_blank_is_a_blank)
{
    g3_view plain[] = {G3_VIEW("s3://b/a b"), G3_VIEW("x")};
    g3_view coded[] = {G3_VIEW("x"), G3_VIEW("s3://b/a%20b")};
    g3_value left = {.type = G3_LIST, .list = {plain, 2}};
    g3_value right = {.type = G3_LIST, .list = {coded, 2}};
    cr_expect(g3_values_agree(&left, &right));
    coded[1] = G3_VIEW("s3://b/a%20b%20");
    cr_expect_not(g3_values_agree(&left, &right));
}

Test(compare, guids_and_other_columns_are_not_compared)
{
    g3_column other = {.name = G3_VIEW("note"), .field = G3_OTHER_FIELD};
    g3_field row[] = {{&g3_object_columns[G3_GUID], {.type = G3_STRING, .text = G3_VIEW("a")}},
                      {&other, {.type = G3_STRING, .text = G3_VIEW("hello")}}};
    g3_field record[] = {
        {&g3_object_columns[G3_GUID], {.type = G3_STRING, .text = G3_VIEW("dg.1/a")}}};
    cr_expect_eq(g3_compare_object(&(g3_record){.fields = row, .count = 2},
                                   &(g3_record){.fields = record, .count = 1}),
                 0);
}

/* The definition, slowly: equal when sorted. */
static bool agree_naively(const g3_value *left, const g3_value *right)
{
    if (left->list.count != right->list.count)
        return false;
    size_t size = (left->list.count + 1) * sizeof(g3_view);
    g3_value copies[2] = {*left, *right};
    for (size_t i = 0; i < 2; i++) {
        g3_view *items = g3_allocate(size);
        if (copies[i].list.count)
            memcpy(items, copies[i].list.items, copies[i].list.count * sizeof *items);
        copies[i].list.items = items;
        g3_value_sort_items(&copies[i]);
    }
    bool same = true;
    for (size_t i = 0; i < left->list.count; i++)
        same = same && g3_view_equal(copies[0].list.items[i], copies[1].list.items[i]);
    free(copies[0].list.items);
    free(copies[1].list.items);
    return same;
}

Test(compare, lists_agree_when_they_are_equal_sorted)
{
    static const char *const ITEMS[] = {"a", "b", "c", "ab", "a b", ""};
    static const size_t LENGTHS[] = {1,  3,  8,  31,
                                     32, 33, 64, 200}; /* around the change of methods */
    test_chance chance = {7};
    for (size_t turn = 0; turn < 4000; turn++) {
        g3_view left[256], right[256];
        size_t count = LENGTHS[choose(&chance, 8)];
        size_t kinds = 1 + choose(&chance, 6);
        for (size_t i = 0; i < count; i++)
            left[i] = right[i] = g3_view_of(ITEMS[choose(&chance, kinds)]);
        for (size_t i = count; i > 1; i--) { /* shuffled */
            size_t j = choose(&chance, i);
            g3_view item = right[i - 1];
            right[i - 1] = right[j];
            right[j] = item;
        }
        if (choose(&chance, 2))
            right[choose(&chance, count)] = g3_view_of(ITEMS[choose(&chance, kinds)]);
        g3_value one = {.type = G3_LIST, .list = {left, count}};
        g3_value other = {.type = G3_LIST, .list = {right, count}};
        cr_assert_eq(g3_values_agree(&one, &other), agree_naively(&one, &other));
    }
}
