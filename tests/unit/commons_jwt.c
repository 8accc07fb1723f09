/* Reading the claims of a JWT. */
#include "../support/jwt.h"
#include "g3/commons/tokens.h"
#include <criterion/criterion.h>
#include <stdlib.h>

Test(commons_jwt, reads_expiry_and_issuer)
{
    g3_buffer token = {0};
    int64_t expires;
    char *issuer;
    append_jwt(&token,
               "{\"exp\": 1700000000, \"iss\": \"https://commons.org/user\", \"pur\": \"access\"}");
    cr_assert(g3_jwt_read(g3_buffer_view(&token), &expires, &issuer));
    cr_expect_eq(expires, 1700000000);
    cr_expect_str_eq(issuer, "https://commons.org/user");
    free(issuer);

    token.length = 0;
    append_jwt(&token, "{\"exp\": 1700000000.75, \"iss\": 7}");
    cr_assert(g3_jwt_read(g3_buffer_view(&token), &expires, &issuer));
    cr_expect_eq(expires, 1700000000);
    cr_expect_null(issuer);

    token.length = 0;
    append_jwt(&token, "{}");
    cr_assert(g3_jwt_read(g3_buffer_view(&token), &expires, &issuer));
    cr_expect_eq(expires, 0);
    cr_expect_null(issuer);
    g3_buffer_free(&token);
}

/* Claims of each length, so that each length of the last base64 group is met, with characters whose
 * code has + and / in plain base64. */
Test(commons_jwt, reads_base64url_of_every_length)
{
    g3_buffer claims = {0}, token = {0};
    for (int length = 0; length < 40; length++) {
        int64_t expires;
        char *issuer;
        claims.length = token.length = 0;
        g3_buffer_append_text(&claims, "{\"iss\":\"");
        for (int i = 0; i < length; i++)
            g3_buffer_append_text(&claims, i % 2 ? "~" : "\xc3\xbf");
        size_t expected = claims.length;
        g3_buffer_append_text(&claims, "\"}");
        append_jwt(&token, g3_buffer_text(&claims));
        cr_assert(g3_jwt_read(g3_buffer_view(&token), &expires, &issuer));
        cr_expect_eq(memcmp(issuer, claims.data + 8, expected - 8), 0);
        cr_expect_eq(strlen(issuer), expected - 8);
        free(issuer);
    }
    g3_buffer_free(&claims);
    g3_buffer_free(&token);
}

Test(commons_jwt, refuses_what_is_none)
{
    static const char *const TEXTS[] = {"",
                                        ".",
                                        "..",
                                        "a.b",
                                        "a.b.c.d",
                                        "a.e30=.c",
                                        "a.e 30.c",
                                        "a.e.c",
                                        "a.e30+.c",
                                        "a.W10.c" /* [] */,
                                        "a.bnVsbA.c" /* null */,
                                        "a.eyJleHAi.c" /* cut */,
                                        "no token at all"};
    for (size_t i = 0; i < sizeof TEXTS / sizeof TEXTS[0]; i++) {
        int64_t expires;
        char *issuer;
        cr_expect_not(g3_jwt_read(g3_view_of(TEXTS[i]), &expires, &issuer), "%s", TEXTS[i]);
    }
    int64_t expires;
    char *issuer;
    cr_expect(g3_jwt_read(G3_VIEW("a.e30.c"), &expires, &issuer)); /* {} */
}
