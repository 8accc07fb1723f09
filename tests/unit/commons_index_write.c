/* Requests that change the index, and the answers to them. */
#include "g3/commons/index.h"
#include <criterion/criterion.h>

static void check(g3_request *request, g3_method method, const char *url, const char *body)
{
    cr_expect_eq(request->method, method);
    cr_expect_str_eq(g3_buffer_text(&request->url), url);
    cr_expect_str_eq(g3_buffer_text(&request->body), body);
    cr_expect(request->repeatable);
    g3_buffer_free(&request->url);
    g3_buffer_free(&request->body);
}

Test(index_write, creates_leave_out_what_is_nothing)
{
    g3_view urls[] = {G3_VIEW("s3://b/a b"), G3_VIEW("gs://b/\"")};
    g3_field fields[] = {
        {&g3_object_columns[G3_URLS], {.type = G3_LIST, .list = {urls, 2}}},
        {&g3_object_columns[G3_MD5], {.type = G3_STRING, .text = G3_VIEW("00ff")}},
        {&g3_object_columns[G3_FILE_SIZE], {.type = G3_INTEGER, .integer = INT64_MAX}},
        {&g3_object_columns[G3_FILE_NAME], {.type = G3_NULL}},
    };
    const g3_record object = {.fields = fields, .count = 4};
    g3_request request = {0};
    g3_index_create_request(&request, "http://h/index", (g3_view){0}, G3_VIEW("dg/1"), &object);
    check(&request, G3_POST, "http://h/index/index/",
          "{\"did\":\"dg/1\",\"form\":\"object\",\"hashes\":{\"md5\":\"00ff\"},"
          "\"size\":9223372036854775807,\"urls\":[\"s3://b/a b\",\"gs://b/\\\"\"]}");
    request = (g3_request){0};
    g3_index_create_request(&request, "http://h", G3_VIEW("dg/0 x"), G3_VIEW("1"),
                            &(g3_record){.fields = fields, .count = 2});
    check(&request, G3_POST, "http://h/index/dg/0%20x",
          "{\"did\":\"1\",\"form\":\"object\",\"hashes\":{\"md5\":\"00ff\"},"
          "\"urls\":[\"s3://b/a b\",\"gs://b/\\\"\"]}");
}

Test(index_write, changes_name_the_revision)
{
    g3_request request = {0};
    g3_index_update_request(&request, "http://h", G3_VIEW("dg/1?"), G3_VIEW("a&b"),
                            G3_VIEW("{\"acl\":[]}"));
    check(&request, G3_PUT, "http://h/index/dg/1%3F?rev=a%26b", "{\"acl\":[]}");
    request = (g3_request){0};
    g3_index_delete_request(&request, "http://h", G3_VIEW("dg/1"), G3_VIEW("12"));
    check(&request, G3_DELETE, "http://h/index/dg/1?rev=12", "");
    request = (g3_request){0};
    g3_index_url_request(&request, "http://h", G3_VIEW("NWD_1%&"), 100, 200);
    check(&request, G3_GET, "http://h/_query/urls/q?limit=100&offset=200&include=NWD_1%25%26", "");
}

Test(index_write, what_is_restored_is_what_a_new_record_may_have)
{
    static const char TOLD[] =
        "{\"acl\":[],\"baseid\":\"b\",\"created_date\":\"d\",\"description\":null,\"did\":\"dg/1\","
        "\"form\":\"object\",\"hashes\":{\"md5\":\"0\",\"sha1\":\"1\"},\"metadata\":{\"k\":{}},"
        "\"rev\":\"r\",\"size\":9007199254740993,\"updated_date\":\"d\",\"uploader\":\"me\","
        "\"urls\":[\"s3://b/\\u00e4\"],\"urls_metadata\":{},\"version\":null}";
    g3_request request = {0};
    cr_assert(g3_index_restore_request(&request, "http://h", g3_view_of(TOLD)));
    check(&request, G3_POST, "http://h/index/",
          "{\"acl\":[],\"baseid\":\"b\",\"did\":\"dg/1\",\"form\":\"object\","
          "\"hashes\":{\"md5\":\"0\",\"sha1\":\"1\"},\"metadata\":{\"k\":{}},"
          "\"size\":9007199254740993,\"uploader\":\"me\",\"urls\":[\"s3://b/\\u00e4\"],"
          "\"urls_metadata\":{}}");
    static const char *const WRONG[] = {"", "[]", "{", "{\"did\":}", "{}", "{\"did\":\"x\"} x"};
    for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++) {
        request = (g3_request){0};
        cr_expect_not(g3_index_restore_request(&request, "http://h", g3_view_of(WRONG[i])), "%s",
                      WRONG[i]);
        g3_buffer_free(&request.url);
        g3_buffer_free(&request.body);
    }
}

Test(index_write, answers)
{
    g3_arena arena = {0};
    g3_view guids[2];
    cr_expect(
        g3_view_equal(g3_index_read_revision(G3_VIEW("{\"did\":\"x\",\"rev\":\"12ab\"}"), &arena),
                      G3_VIEW("12ab")));
    cr_expect_eq(g3_index_read_revision(G3_VIEW("{\"rev\":1}"), &arena).length, 0);
    cr_expect_eq(g3_index_read_revision(G3_VIEW("<html>"), &arena).length, 0);
    cr_expect(g3_index_read_minted(G3_VIEW("{\"guids\":[\"a\",\"b\"]}"), &arena, guids, 2));
    cr_expect(g3_view_equal(guids[0], G3_VIEW("a")) && g3_view_equal(guids[1], G3_VIEW("b")));
    cr_expect_not(g3_index_read_minted(G3_VIEW("{\"guids\":[\"a\"]}"), &arena, guids, 2));
    cr_expect_not(
        g3_index_read_minted(G3_VIEW("{\"guids\":[\"a\",\"b\",\"c\"]}"), &arena, guids, 2));
    cr_expect_not(g3_index_read_minted(G3_VIEW("{\"guids\":[\"a\",1]}"), &arena, guids, 2));
    cr_expect_not(g3_index_read_minted(G3_VIEW("{\"guids\":[\"a\",\"b\""), &arena, guids, 2));
    g3_arena_free(&arena);
}
