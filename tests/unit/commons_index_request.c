/* Requests to the index service. */
#include "g3/commons/index.h"
#include <criterion/criterion.h>
#include <stdlib.h>

static void check(g3_request *request, g3_method method, const char *url, const char *body)
{
    cr_assert_eq(request->method, method);
    cr_assert_str_eq(g3_buffer_text(&request->url), url);
    cr_assert_str_eq(g3_buffer_text(&request->body), body);
    cr_assert(request->repeatable);
}

static void free_request(g3_request *request)
{
    g3_buffer_free(&request->url);
    g3_buffer_free(&request->body);
}

Test(index_request, listings)
{
    const char *hashes[] = {"md5:00ff", "sha1:1"}, *metadata[] = {"k:v&w"};
    g3_index_filters filters = {
        .acl = "a,b",
        .authz = "/p/q",
        .file_name = "a b+c",
        .url = "s3://b/x?y#z",
        .size = "7",
        .form = "all",
        .hashes = {hashes, 2},
        .metadata = {metadata, 1},
        .negate_params = "{\"acl\":\"x\"}",
    };
    g3_request request = {0};
    g3_index_list_request(&request, "https://c.org/index", NULL, (g3_view){0}, 1024);
    check(&request, G3_GET, "https://c.org/index/index/?limit=1024", "");
    g3_index_list_request(&request, "http://localhost:80", NULL, G3_VIEW("dg.TEST/a b&\xc3\xbc"),
                          1);
    check(&request, G3_GET, "http://localhost:80/index/?limit=1&start=dg.TEST/a%20b%26%C3%BC", "");
    g3_index_list_request(&request, "http://h", &filters, (g3_view){0}, 2);
    check(&request, G3_GET,
          "http://h/index/?limit=2&acl=a,b&authz=/p/q&file_name=a%20b%2Bc&url=s3://b/"
          "x%3Fy%23z&size=7&form=all"
          "&hash=md5:00ff&hash=sha1:1&metadata=k:v%26w&negate_params=%7B%22acl%22:%22x%22%7D",
          "");
    free_request(&request);
}

Test(index_request, lookups)
{
    g3_view guids[] = {{"dg.TEST/1", 9}, {"a\"b%", 4}};
    g3_request request = {0};
    g3_index_ids_request(&request, "https://c.org/index", guids, 2);
    check(&request, G3_GET, "https://c.org/index/index/?ids=dg.TEST/1,a%22b%25", "");
    g3_index_bulk_request(&request, "https://c.org/index", guids, 2);
    check(&request, G3_POST, "https://c.org/index/bulk/documents", "[\"dg.TEST/1\",\"a\\\"b%\"]");
    g3_index_single_request(&request, "https://c.org/index", G3_VIEW("ark:/13030/x?y"));
    check(&request, G3_GET, "https://c.org/index/index/ark:/13030/x%3Fy", "");
    g3_index_stats_request(&request, "https://c.org/index");
    check(&request, G3_GET, "https://c.org/index/_stats", "");
    free_request(&request);
}

/* As many GUIDs as g3_index_ids_room() says make a request line as long as is allowed, and not
 * longer. */
Test(index_request, ids_fill_the_request_line_and_not_more)
{
    static const char *const BASES[] = {"http://h", "https://commons.example.org/index",
                                        "http://h:8080/a/b/c"};
    static const char *const GUIDS[] = {"dg.TEST/10000001-0000-4000-8000-000000000001", "x",
                                        "\xc3\xbc %\""};
    for (size_t b = 0; b < 3; b++) {
        for (size_t g = 0; g < 3; g++) {
            g3_view guids[G3_INDEX_REQUEST_LINE_LIMIT];
            size_t room = g3_index_ids_room(BASES[b]),
                   size = g3_index_id_size(g3_view_of(GUIDS[g]));
            size_t count = room / size;
            for (size_t i = 0; i < count; i++)
                guids[i] = g3_view_of(GUIDS[g]);
            g3_request request = {0};
            g3_index_ids_request(&request, BASES[b], guids, count);
            const char *url = g3_buffer_text(&request.url);
            const char *target = strchr(strstr(url, "://") + 3, '/');
            size_t line = strlen("GET ") + strlen(target) + strlen(" HTTP/1.1");
            cr_assert_leq(line, G3_INDEX_REQUEST_LINE_LIMIT);
            cr_assert_gt(line + 2 * size, G3_INDEX_REQUEST_LINE_LIMIT, "room left: %zu", line);
            free_request(&request);
        }
    }
    char *base = g3_allocate(5000);
    memset(base, 'a', 5000);
    memcpy(base, "http://h/", 9);
    base[4999] = '\0';
    cr_assert_eq(g3_index_ids_room(base), 0);
    free(base);
}

Test(index_request, statistics)
{
    static const struct {
        const char *body;
        bool ok;
        int64_t files, bytes;
    } CASES[] = {
        {"{\"fileCount\": 15, \"totalFileSize\": 9007199254753175}", true, 15, 9007199254753175},
        {"{\"totalFileSize\":null,\"x\":[1],\"fileCount\":0}", true, 0, -1},
        {"{\"fileCount\":1,\"totalFileSize\":99999999999999999999}", true, 1, -1},
        {"{\"fileCount\":1.5,\"totalFileSize\":1}", false, 0, 0},
        {"{\"totalFileSize\":1}", false, 0, 0},
        {"{\"fileCount\":1", false, 0, 0},
        {"[]", false, 0, 0},
        {"Healthy", false, 0, 0},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        int64_t files = 0, bytes = 0;
        cr_assert_eq(g3_index_read_stats(g3_view_of(CASES[i].body), &files, &bytes), CASES[i].ok,
                     "%s", CASES[i].body);
        cr_assert(!CASES[i].ok || (files == CASES[i].files && bytes == CASES[i].bytes));
    }
}
