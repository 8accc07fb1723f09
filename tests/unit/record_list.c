/* Lists in cells: every spelling, and that what is written is read back. */
#include "../support/chance.h"
#include "g3/record/list.h"
#include <criterion/criterion.h>

/* The items joined by '|'. */
static const char *join(const g3_value *list, g3_buffer *text)
{
    g3_buffer_clear(text);
    for (size_t i = 0; i < list->list.count; i++) {
        if (i)
            g3_buffer_append_char(text, '|');
        g3_buffer_append(text, list->list.items[i]);
    }
    return g3_buffer_text(text);
}

typedef struct list_case {
    g3_object_field field;
    const char *cell;
    const char *csv; /* items joined by '|' where the cell is of a CSV */
    const char *tsv; /* of a TSV; NULL: the same */
} list_case;

static void check_cases(const list_case *cases, size_t count)
{
    g3_arena arena = {0};
    g3_buffer text = {0};
    for (size_t i = 0; i < count; i++) {
        for (int tsv = 0; tsv < 2; tsv++) {
            const char *expected = tsv && cases[i].tsv ? cases[i].tsv : cases[i].csv;
            g3_value list = g3_list_read(g3_view_of(cases[i].cell), cases[i].field, tsv, &arena);
            cr_assert_eq(list.type, G3_LIST);
            cr_assert_str_eq(join(&list, &text), expected, "%s as %s: %s", cases[i].cell,
                             tsv ? "tsv" : "csv", g3_buffer_text(&text));
        }
    }
    g3_buffer_free(&text);
    g3_arena_free(&arena);
}

Test(list, reads_the_examples_of_the_sdk)
{
    static const list_case CASES[] = {
        {G3_AUTHZ, "/programs/DEV/project/test", "/programs/DEV/project/test", NULL},
        {G3_ACL, "['Open']", "*", NULL},
        {G3_ACL, "[u'open']", "*", NULL},
        {G3_ACL, "phs0001 phs0002", "phs0001|phs0002", NULL},
        {G3_ACL, "['phs0001', 'phs0002']", "phs0001|phs0002", NULL},
        {G3_ACL, "[u'phs0001', u'phs0002']", "phs0001|phs0002", NULL},
        {G3_URLS, "[s3://examplebucket/test1.raw]", "s3://examplebucket/test1.raw", NULL},
        {G3_URLS, "s3://b/test3.raw gs://b/test3.raw", "s3://b/test3.raw|gs://b/test3.raw", NULL},
        {G3_URLS, "['s3://b/test4.raw', 'gs://b/test3.raw']", "s3://b/test4.raw|gs://b/test3.raw",
         NULL},
        {G3_URLS, "s3://b/NWD1.b38%20v1.cram gs://b/x", "s3://b/NWD1.b38 v1.cram|gs://b/x", NULL},
    };
    check_cases(CASES, sizeof CASES / sizeof *CASES);
}

Test(list, reads_every_spelling)
{
    static const list_case CASES[] = {
        {G3_ACL, "", "", NULL},
        {G3_ACL, "  \t ", "", NULL},
        {G3_ACL, "a", "a", NULL},
        {G3_ACL, "  a   b\tc\n", "a|b|c", NULL},
        {G3_ACL, "a,b", "a,b", "a|b"},
        {G3_ACL, "a, b", "a,|b", "a|b"},
        {G3_ACL, ",a,,b,", ",a,,b,", "a|b"},
        {G3_ACL, "'a' \"b\"", "a|b", NULL},
        {G3_ACL, "'a','b'", "a','b", "a|b"},
        {G3_ACL, "'a", "'a", NULL},
        {G3_ACL, "it's", "it's", NULL},
        {G3_ACL, "''", "", NULL},
        {G3_ACL, "[]", "", NULL},
        {G3_ACL, "[ ]", "", NULL},
        {G3_ACL, "['']", "", NULL},
        {G3_ACL, "[a, b]", "a|b", NULL},
        {G3_ACL, "[a b]", "a|b", NULL},
        {G3_ACL, "[a,b]", "a|b", NULL},
        {G3_ACL, " [ 'a' , \"b c\" ] ", "a|b c", NULL},
        {G3_ACL, "['a' 'b']", "a|b", NULL},
        {G3_ACL, "['a,b', 'c']", "a,b|c", NULL},
        {G3_ACL, "['it\\'s', \"a \\\"b\\\"\"]", "it's|a \"b\"", NULL},
        {G3_ACL, "['it's', 'b']", "it's|b", NULL},
        {G3_ACL, "['a\\\\b']", "a\\b", NULL},
        {G3_ACL, "['a\\nb']", "a\\nb", NULL},
        {G3_ACL, "['a", "['a", NULL},
        {G3_ACL, "['a]", "'a", NULL},
        {G3_ACL, "[[a]]", "[a]", NULL},
        {G3_ACL, "a]", "a]", NULL},
        {G3_ACL, "['open', 'x']", "open|x", NULL},
        {G3_ACL, "[open]", "open", NULL},
        {G3_ACL, "open", "open", NULL},
        {G3_ACL, "*", "*", NULL},
        {G3_AUTHZ, "['open']", "open", NULL},
        {G3_ACL, "%20a%20%20b%2", " a  b%2", NULL},
        {G3_ACL, "['a%20b']", "a b", NULL},
        {G3_URLS, "s3://b/a,b", "s3://b/a,b", NULL},
        {G3_URLS, "s3://b/a,gs://b/a", "s3://b/a,gs://b/a", "s3://b/a|gs://b/a"},
        {G3_URLS, "s3://b/a,gs:/b", "s3://b/a,gs:/b", NULL},
        {G3_URLS, "s3://b/a, gs://b/a", "s3://b/a,|gs://b/a", "s3://b/a|gs://b/a"},
        {G3_URLS, "[s3://b/a,gs://b/a]", "s3://b/a|gs://b/a", NULL},
        {G3_URLS, "[s3://b/a,b]", "s3://b/a,b", NULL},
        {G3_URLS, "'s3://b/a','gs://b/a'", "s3://b/a','gs://b/a", "s3://b/a|gs://b/a"},
        {G3_AUTHZ, "/a,/b", "/a,/b", "/a|/b"},
        {G3_AUTHZ, "/a,b", "/a,b", NULL},
    };
    check_cases(CASES, sizeof CASES / sizeof *CASES);
}

static void check_written(g3_object_field field, bool commas, const char *items,
                          const char *expected)
{
    g3_view parts[8];
    g3_buffer text = {0};
    size_t count = 0;
    for (const char *at = items; *at; count++) {
        size_t length = strcspn(at, "|");
        parts[count] = (g3_view){at, length};
        at += length + (at[length] == '|');
    }
    g3_value list = {.type = G3_LIST, .list = {parts, count}};
    g3_list_append(&text, &list, field, commas);
    cr_assert_str_eq(g3_buffer_text(&text), expected);
    g3_buffer_free(&text);
}

Test(list, writes_as_the_sdk_unless_it_would_be_misread)
{
    check_written(G3_ACL, false, "", "");
    check_written(G3_ACL, false, "a|b", "a b");
    check_written(G3_URLS, false, "s3://b/with space/f|s3://b/comma,f",
                  "s3://b/with%20space/f s3://b/comma,f");
    check_written(G3_URLS, true, "s3://b/comma,f|x", "s3://b/comma,f x");
    check_written(G3_URLS, true, "s3://b/a,gs://b/a", "['s3://b/a,gs://b/a']");
    check_written(G3_ACL, false, "a,b", "a,b");
    check_written(G3_ACL, true, "a,b|c d", "['a,b', 'c%20d']");
    check_written(G3_ACL, true, "it's", "it's");
    check_written(G3_ACL, true, "'it'", "['\\'it\\'']");
    check_written(G3_ACL, false, "[a", "[a");
    check_written(G3_ACL, false, "[a|b]", "['[a', 'b]']");
    check_written(G3_ACL, false, "a\tb|c", "['a\tb', 'c']");
    check_written(G3_ACL, false, "*", "*");
}

Test(list, what_is_written_is_read_back)
{
    static const char *const PIECES[] = {
        "a",
        "b",
        " ",
        "  ",
        "\t",
        "\n",
        ",",
        "%",
        "%2",
        "'",
        "\"",
        "[",
        "]",
        "u'",
        "\\",
        "s3://b/c",
        "/p",
        "\xc3\xbc",
        "\xf0\x9d\x84\x9e",
        "open",
        "*",
        "://",
        "x,y",
        "', '",
    };
    static const g3_object_field FIELDS[] = {G3_URLS, G3_AUTHZ, G3_ACL};
    test_chance chance = {7};
    g3_arena arena = {0};
    g3_buffer text = {0};
    for (int i = 0; i < 50000; i++) {
        g3_view items[4];
        size_t count = choose(&chance, 4);
        for (size_t k = 0; k < count; k++) {
            g3_buffer item = {0};
            for (size_t n = choose(&chance, 4) + 1; n > 0; n--)
                g3_buffer_append_text(&item,
                                      PIECES[choose(&chance, sizeof PIECES / sizeof *PIECES)]);
            items[k] = g3_arena_copy(&arena, g3_buffer_view(&item));
            g3_buffer_free(&item);
        }
        g3_value list = {.type = G3_LIST, .list = {items, count}};
        g3_object_field field = FIELDS[choose(&chance, 3)];
        bool commas = choose(&chance, 2);
        g3_buffer_clear(&text);
        g3_list_append(&text, &list, field, commas);
        g3_value read = g3_list_read(g3_buffer_view(&text), field, commas, &arena);
        cr_assert_eq(read.list.count, count, "[%s]", g3_buffer_text(&text));
        for (size_t k = 0; k < count; k++)
            cr_assert(g3_view_equal(read.list.items[k], items[k]), "[%s]", g3_buffer_text(&text));
        g3_arena_clear(&arena);
    }
    g3_buffer_free(&text);
    g3_arena_free(&arena);
}

Test(list, reads_any_bytes_in_linear_time)
{
    /* Shapes that would take the square of their length if quotes or commas were looked for anew.
     */
    static const char *const SHAPES[] = {"'a ", "',", "' '", ",a", "a,", "\\'", "[", " "};
    g3_arena arena = {0};
    for (size_t i = 0; i < sizeof SHAPES / sizeof *SHAPES; i++) {
        g3_buffer cell = {0};
        g3_buffer_append_char(&cell, '[');
        while (cell.length < 1000000)
            g3_buffer_append_text(&cell, SHAPES[i]);
        g3_buffer_append_char(&cell, ']');
        for (int field = G3_URLS; field <= G3_ACL; field++) {
            g3_list_read(g3_buffer_view(&cell), (g3_object_field)field, true, &arena);
            g3_list_read((g3_view){cell.data + 1, cell.length - 2}, (g3_object_field)field, true,
                         &arena);
        }
        g3_buffer_free(&cell);
        g3_arena_clear(&arena);
    }
    g3_arena_free(&arena);
}
