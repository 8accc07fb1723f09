/* Pages put into graph queries, and errors read from answers. */
#include "g3/commons/graph.h"
#include <criterion/criterion.h>

static void expect_page(const char *text, g3_graph_page page, const char *expected)
{
    g3_arena arena = {0};
    g3_graph_query query;
    g3_error error = {0};
    g3_buffer made = {0};
    cr_assert(g3_graph_query_read(&query, g3_view_of(text), &arena, &error), "%s: %s", text,
              error.message);
    g3_graph_query_append(&made, &query, &page);
    cr_expect_str_eq(g3_buffer_text(&made), expected, "%s became %s", text, g3_buffer_text(&made));
    g3_buffer_free(&made);
    g3_arena_free(&arena);
}

static const g3_graph_page PAGE = {.first = 5, .offset = 10, .ordered = true};

Test(graph, puts_pages_into_lists)
{
    static const char *const CASES[][2] = {
        {"{sample{id}}", "{sample(first: 5, offset: 10, order_by_asc: \"id\"){id}}"},
        {"{ a: sample (project_id: \"P-Q\") { id } }",
         "{ a: sample (first: 5, offset: 10, order_by_asc: \"id\", project_id: \"P-Q\") { id } }"},
        {"query Q($p: [String] = [\"a)\"]) { sample(project_id: $p) @include(if: true) {id} }",
         "query Q($p: [String] = [\"a)\"]) { sample(first: 5, offset: 10, order_by_asc: \"id\", "
         "project_id: $p) @include(if: true) {id} }"},
        {"{sample(first: 0, x: {y: [1, 2.5e-3]}){id}}",
         "{sample(first: 5, offset: 10, order_by_asc: \"id\", , x: {y: [1, 2.5e-3]}){id}}"},
        {"{sample(order_by_desc: \"age\"){id}}",
         "{sample(first: 5, offset: 10, order_by_desc: \"age\"){id}}"},
        {"{subject{samples(first: 2){id}} _sample_count}",
         "{subject(first: 5, offset: 10, order_by_asc: \"id\"){samples(first: 2){id}} "
         "_sample_count}"},
        {"# {x{y}}\n{sample # (\n{id}} fragment F on sample { id }",
         "# {x{y}}\n{sample(first: 5, offset: 10, order_by_asc: \"id\") # (\n{id}} fragment F on "
         "sample { id }"},
        {"{sample(submitter_id: \"\"\"a \\\"\"\" ) {\"\"\"){...F}}",
         "{sample(first: 5, offset: 10, order_by_asc: \"id\", submitter_id: \"\"\"a \\\"\"\" ) "
         "{\"\"\"){...F}}"},
        /* What has its own limits, or is no list, stays as it is. */
        {"{sample(first: 3){id}}", "{sample(first: 3){id}}"},
        {"{sample(first: $n){id}}", "{sample(first: $n){id}}"},
        {"{sample(offset: 3){id}}", "{sample(offset: 3){id}}"},
        {"{sample(first: 0, offset: 3){id}}", "{sample(first: 0, offset: 3){id}}"},
        {"{transaction_log(last: 3){id}}", "{transaction_log(last: 3){id}}"},
        {"{_sample_count}", "{_sample_count}"},
        {"{viewer{sample{id}} __schema{types{name}}}",
         "{viewer{sample{id}} __schema{types{name}}}"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
        expect_page(CASES[i][0], PAGE, CASES[i][1]);
}

Test(graph, leaves_queries_alone_that_are_not_to_be_paged)
{
    g3_graph_page page = PAGE;
    page.offset = -1;
    expect_page("{sample(first: 0){id}}", page, "{sample(first: 0){id}}");
    page = PAGE;
    page.ordered = false;
    expect_page("{sample{id}}", page, "{sample(first: 5, offset: 10){id}}");
}

Test(graph, says_where_a_query_is_wrong)
{
    static const char *const CASES[][2] = {
        {"", "line 1, column 1: there is no query"},
        {"fragment F on sample {id}", "there is no query"},
        {"mutation {x{y}}", "line 1, column 1: a query begins with {"},
        {"{sample{id}", "line 1, column 12: a bracket that is not closed"},
        {"{\n sample(id: \"a\n\"){id}}", "line 2, column 13: a string without an end"},
        {"{sample(id \"a\"){id}}", "line 1, column 12: a colon was expected"},
        {"{sample(id: ){id}}", "line 1, column 13: an argument without a value"},
        {"{sample(\"id\"){id}}", "line 1, column 9: an argument's name was expected"},
        {"{a: {id}}", "a field's name was expected"},
        {"{1}", "a field's name was expected"},
        {"{sample{id}} {sample{id}}", "line 1, column 14: there are several operations"},
        {"{...F} fragment F on Root {sample{id}}", "line 1, column 2: a fragment at the root"},
        {"query Q", "there is no { behind the operation's name"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        g3_arena arena = {0};
        g3_graph_query query;
        g3_error error = {0};
        cr_expect_not(g3_graph_query_read(&query, g3_view_of(CASES[i][0]), &arena, &error), "%s",
                      CASES[i][0]);
        cr_expect_eq(error.exit, G3_EXIT_USAGE);
        cr_expect(strstr(error.message, CASES[i][1]), "%s: %s", CASES[i][0], error.message);
        g3_arena_free(&arena);
    }
}

Test(graph, knows_the_fields_of_the_root)
{
    g3_arena arena = {0};
    g3_graph_query query;
    cr_assert(g3_graph_query_read(
        &query, G3_VIEW("{a:sample(order_by_asc:\"x\"){id links(first:1){id}} node{id} _n_count}"),
        &arena, NULL));
    cr_assert_eq(query.count, 3);
    cr_expect(g3_view_equal(query.fields[0].name, G3_VIEW("a")));
    cr_expect(query.fields[0].is_list && query.fields[0].pageable && query.fields[0].ordered);
    cr_expect(query.fields[0].limits_inside && !query.fields[0].until_empty);
    cr_expect(query.fields[1].until_empty && !query.fields[1].limits_inside);
    cr_expect_not(query.fields[2].is_list || query.fields[2].pageable);
    g3_arena_free(&arena);
}

Test(graph, reads_errors_of_all_kinds)
{
    g3_buffer lines = {0};
    cr_expect_eq(g3_graph_append_errors(&lines, G3_VIEW("{\"data\":{},\"errors\":[\"a\\nb\",{"
                                                        "\"locations\":[],\"message\":\"c\"},7]}")),
                 3);
    cr_expect_str_eq(g3_buffer_text(&lines), "a b\nc\n7\n");
    g3_buffer_clear(&lines);
    static const char *const NONE[] = {"{\"data\":{}}", "{\"errors\":[]}", "{\"errors\":null}", "",
                                       "[]"};
    for (size_t i = 0; i < sizeof NONE / sizeof *NONE; i++)
        cr_expect_eq(g3_graph_append_errors(&lines, g3_view_of(NONE[i])), 0);
    cr_expect_eq(lines.length, 0);
    g3_buffer_free(&lines);
}
