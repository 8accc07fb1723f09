/* URLs: encoding, comparing, showing. */
#include "g3/base/memory.h"
#include "g3/http/url.h"
#include <criterion/criterion.h>
#include <curl/curl.h>
#include <stdlib.h>

static void check_encoded(g3_view text, const char *keep, const char *expected)
{
    g3_buffer url = {0};
    g3_url_append_encoded(&url, text, keep);
    cr_expect_str_eq(g3_buffer_text(&url), expected);
    cr_expect_eq(g3_url_encoded_size(text, keep), strlen(expected));
    g3_buffer_free(&url);
}

Test(http_url, encodes_all_but_unreserved_and_kept_characters)
{
    check_encoded(G3_VIEW("dg.TEST/A-b_c~9"), "/", "dg.TEST/A-b_c~9");
    check_encoded(G3_VIEW("dg.TEST/a"), NULL, "dg.TEST%2Fa");
    check_encoded(G3_VIEW("a b+c&d=e%f?g#h"), "", "a%20b%2Bc%26d%3De%25f%3Fg%23h");
    check_encoded(G3_VIEW("\xc3\xa9\0\xff"), "/:,", "%C3%A9%00%FF");
    check_encoded(G3_VIEW(""), NULL, "");
}

Test(http_url, encodes_every_byte_as_curl_does)
{
    char bytes[256];
    for (int i = 0; i < 256; i++)
        bytes[i] = (char)i;
    char *expected = curl_easy_escape(NULL, bytes, sizeof bytes);
    check_encoded((g3_view){bytes, sizeof bytes}, NULL, expected);
    curl_free(expected);
}

Test(http_url, an_origin_is_scheme_host_and_port)
{
    cr_expect(g3_url_same_origin("http://a.org/x", "http://A.ORG:80/y?z"));
    cr_expect(g3_url_same_origin("https://a.org", "https://a.org:443/"));
    cr_expect(g3_url_same_origin("http://[::1]:8/", "http://[::1]:8"));
    cr_expect_not(g3_url_same_origin("http://a.org/", "https://a.org/"));
    cr_expect_not(g3_url_same_origin("http://a.org/", "http://a.org:8080/"));
    cr_expect_not(g3_url_same_origin("http://a.org/", "http://a.org.evil.net/"));
    cr_expect_not(g3_url_same_origin("http://a.org/", "http://a.org@evil.net/"));
    cr_expect_not(g3_url_same_origin("http://a.org/", "/relative"));
    cr_expect_not(g3_url_same_origin("ftp://a.org/", "ftp://a.org/"));
    cr_expect_not(g3_url_same_origin("", ""));
}

Test(http_url, reads_host_and_scheme)
{
    char *host;
    bool encrypted, with_login;
    cr_assert(g3_url_read("https://user:pw@commons.org/x", &host, &encrypted, &with_login));
    cr_expect_str_eq(host, "commons.org");
    cr_expect(encrypted && with_login);
    free(host);
    cr_assert(g3_url_read("http://localhost:8080", &host, &encrypted, &with_login));
    cr_expect(!encrypted && !with_login);
    free(host);
    cr_expect_not(g3_url_read("file:///etc/passwd", &host, &encrypted, &with_login));
    cr_expect_not(g3_url_read("commons.org", &host, &encrypted, &with_login));
}

Test(http_url, knows_this_machine)
{
    static const char *const HERE[] = {"localhost", "LocalHost", "127.0.0.1",
                                       "127.1.2.3", "::1",       "[::1]"};
    static const char *const ELSEWHERE[] = {
        "", "127.evil.net", "127.0.0.1.evil.net", "localhost.net", "128.0.0.1", "[::2]", "127."};
    for (size_t i = 0; i < sizeof HERE / sizeof HERE[0]; i++)
        cr_expect(g3_host_is_loopback(HERE[i]), "%s", HERE[i]);
    for (size_t i = 0; i < sizeof ELSEWHERE / sizeof ELSEWHERE[0]; i++)
        cr_expect_not(g3_host_is_loopback(ELSEWHERE[i]), "%s", ELSEWHERE[i]);
}

static void check_shown(const char *url, const char *expected)
{
    g3_buffer text = {0};
    g3_url_append_shown(&text, url);
    cr_expect_str_eq(g3_buffer_text(&text), expected);
    g3_buffer_free(&text);
}

Test(http_url, shows_no_login)
{
    check_shown("http://a.org/index/index/1", "http://a.org/index/index/1");
    check_shown("http://me:secret@a.org/x@y", "http://***@a.org/x@y");
    check_shown("http://me:se@cret@a.org", "http://***@a.org");
    check_shown("me:secret@a.org/x", "***@a.org/x");
}

Test(http_url, cuts_long_urls)
{
    g3_buffer url = {0}, text = {0};
    g3_buffer_append_text(&url, "http://a.org/?ids=");
    for (int i = 0; i < 1000; i++)
        g3_buffer_append_text(&url, "dg.TEST,");
    g3_url_append_shown(&text, g3_buffer_text(&url));
    cr_expect_lt(text.length, (size_t)300);
    cr_expect(g3_view_ends_with(g3_buffer_view(&text), G3_VIEW("...")));
    g3_buffer_free(&url);
    g3_buffer_free(&text);
}
