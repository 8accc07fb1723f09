/* Requests to the metadata service, and its answers to batches. */
#include "g3/commons/metadata.h"
#include <criterion/criterion.h>

static void check(g3_request *request, g3_method method, const char *url, const char *body)
{
    cr_expect_eq(request->method, method);
    cr_expect_str_eq(g3_buffer_text(&request->url), url);
    cr_expect_str_eq(g3_buffer_text(&request->body), body);
    cr_expect(request->repeatable);
}

Test(metadata, requests)
{
    g3_request request = {0};
    g3_view guid = G3_VIEW("dg/1 ?"), document = G3_VIEW("{\"a\":1}");
    g3_metadata_get_request(&request, "http://h/mds", guid);
    check(&request, G3_GET, "http://h/mds/metadata/dg/1%20%3F", "");
    g3_metadata_list_request(&request, "http://h", 2000, 4000);
    check(&request, G3_GET, "http://h/metadata?data=true&limit=2000&offset=4000", "");
    g3_metadata_create_request(&request, "http://h", guid, document);
    check(&request, G3_POST, "http://h/metadata/dg/1%20%3F", "{\"a\":1}");
    g3_metadata_merge_request(&request, "http://h", guid, document);
    check(&request, G3_PUT, "http://h/metadata/dg/1%20%3F?merge=True", "{\"a\":1}");
    g3_metadata_delete_request(&request, "http://h", guid);
    check(&request, G3_DELETE, "http://h/metadata/dg/1%20%3F", "");
    g3_metadata_batch_request(&request, "http://h", false);
    g3_metadata_batch_add(&request, G3_VIEW("a\""), document);
    g3_metadata_batch_add(&request, G3_VIEW("b"), G3_VIEW("{}"));
    g3_metadata_batch_end(&request);
    check(&request, G3_POST, "http://h/metadata?overwrite=false",
          "[{\"guid\":\"a\\\"\",\"data\":{\"a\":1}},{\"guid\":\"b\",\"data\":{}}]");
    g3_buffer_free(&request.url);
    g3_buffer_free(&request.body);
}

static void take(void *context, g3_view guid, g3_metadata_outcome outcome)
{
    static const char LETTERS[] = {[G3_METADATA_CREATED] = 'c',
                                   [G3_METADATA_UPDATED] = 'u',
                                   [G3_METADATA_CONFLICT] = 'x',
                                   [G3_METADATA_BAD_INPUT] = 'b'};
    g3_buffer_append_format(context, "%c%.*s ", LETTERS[outcome], (int)guid.length, guid.data);
}

Test(metadata, answers_to_batches)
{
    static const struct {
        const char *body, *taken;
        bool read;
    } CASES[] = {
        {"{\"created\":[\"a\"],\"updated\":[\"b\",\"c\"],\"conflict\":[],\"bad_input\":[\"d\"]}",
         "ca ub uc bd ", true},
        {"{\"conflict\":[\"\\u0061\\n\"],\"other\":[1],\"created\":null}", "xa\n ", true},
        {"{}", "", true},
        {"{\"created\":[\"a\",1]}", "ca ", false},
        {"{\"created\":[\"a\"]", "ca ", false},
        {"[]", "", false},
        {"<html>", "", false},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        g3_arena arena = {0};
        g3_buffer taken = {0};
        cr_expect_eq(g3_metadata_read_batch(g3_view_of(CASES[i].body), &arena, take, &taken),
                     CASES[i].read, "%s", CASES[i].body);
        cr_expect_str_eq(g3_buffer_text(&taken), CASES[i].taken);
        g3_buffer_free(&taken);
        g3_arena_free(&arena);
    }
}
