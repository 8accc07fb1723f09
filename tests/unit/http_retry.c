/* When a request is tried again, and after how long. */
#include "../../lib/http/retry.h"
#include "g3/http/engine.h"
#include <criterion/criterion.h>

#define DRAWS 20000

Test(http_retry, knows_which_trouble_may_pass)
{
    static const struct {
        long status;
        g3_trouble trouble;
    } STATUSES[] = {
        {200, G3_TROUBLE_NONE},   {201, G3_TROUBLE_NONE},    {404, G3_TROUBLE_NONE},
        {409, G3_TROUBLE_NONE},   {408, G3_TROUBLE_TIMEOUT}, {429, G3_TROUBLE_BUSY},
        {500, G3_TROUBLE_SERVER}, {501, G3_TROUBLE_NONE},    {502, G3_TROUBLE_SERVER},
        {503, G3_TROUBLE_BUSY},   {504, G3_TROUBLE_TIMEOUT}, {505, G3_TROUBLE_NONE},
        {599, G3_TROUBLE_SERVER},
    };
    for (size_t i = 0; i < sizeof STATUSES / sizeof STATUSES[0]; i++)
        cr_expect_eq(g3_trouble_of(CURLE_OK, STATUSES[i].status), STATUSES[i].trouble, "%ld",
                     STATUSES[i].status);
    cr_expect_eq(g3_trouble_of(CURLE_COULDNT_CONNECT, 0), G3_TROUBLE_UNREACHED);
    cr_expect_eq(g3_trouble_of(CURLE_PARTIAL_FILE, 200), G3_TROUBLE_BROKEN);
    cr_expect_eq(g3_trouble_of(CURLE_RECV_ERROR, 0), G3_TROUBLE_BROKEN);
    cr_expect_eq(g3_trouble_of(CURLE_HTTP2_STREAM, 0), G3_TROUBLE_BROKEN);
    cr_expect_eq(g3_trouble_of(CURLE_OPERATION_TIMEDOUT, 200), G3_TROUBLE_TIMEOUT);
    cr_expect_eq(g3_trouble_of(CURLE_PEER_FAILED_VERIFICATION, 0), G3_TROUBLE_LASTING);
    cr_expect_not(g3_trouble_is_temporary(G3_TROUBLE_LASTING));
    cr_expect_not(g3_trouble_is_temporary(G3_TROUBLE_NONE));
}

Test(http_retry, delays_have_full_jitter_below_a_doubling_cap)
{
    static const double LONGEST[] = {0.5, 1, 2, 4, 8, 16, 30, 30, 30};
    g3_random random = {42};
    for (int repeat = 0; repeat < 9; repeat++) {
        double least = 1e9, most = 0, sum = 0;
        for (int i = 0; i < DRAWS; i++) {
            double delay = g3_retry_delay(&random, repeat);
            least = delay < least ? delay : least;
            most = delay > most ? delay : most;
            sum += delay;
        }
        cr_expect(least >= 0 && least < 0.01 * LONGEST[repeat]);
        cr_expect(most <= LONGEST[repeat] && most > 0.99 * LONGEST[repeat]);
        cr_expect_float_eq(sum / DRAWS, LONGEST[repeat] / 2, LONGEST[repeat] * 0.02);
    }
    double delay = g3_retry_delay(&random, 1 << 30);
    cr_expect(delay >= 0 && delay <= 30);
}

Test(http_retry, a_first_contact_is_not_tried_for_long)
{
    int64_t refused = g3_first_contact_retries(CURLE_COULDNT_CONNECT);
    int64_t unknown = g3_first_contact_retries(CURLE_COULDNT_RESOLVE_HOST);
    cr_expect_lt(refused, G3_HTTP_RETRIES);
    cr_expect_lt(unknown, refused);
    cr_expect_gt(unknown, 0);
    cr_expect_eq(g3_first_contact_retries(CURLE_SSL_CONNECT_ERROR), refused);
    cr_expect_eq(g3_first_contact_retries(CURLE_OPERATION_TIMEDOUT), 0);
}

Test(http_retry, retry_after_is_seconds_or_a_date)
{
    g3_random random = {7};
    const time_t noon = 1700049600; /* 2023-11-15 12:00:00 UTC */
    static const struct {
        const char *value;
        double seconds; /* without the spread */
    } HEADERS[] = {
        {"0", 0},
        {"120", 120},
        {" 7 ", 7},
        {"Wed, 15 Nov 2023 12:00:30 GMT", 30},
        {"Wed, 15 Nov 2023 11:59:00 GMT", 0}, /* over already */
    };
    for (size_t i = 0; i < sizeof HEADERS / sizeof HEADERS[0]; i++) {
        double seconds = g3_retry_after(HEADERS[i].value, noon, &random);
        cr_expect(seconds >= HEADERS[i].seconds && seconds <= 1.1 * HEADERS[i].seconds, "%s: %f",
                  HEADERS[i].value, seconds);
    }
    cr_expect_lt(g3_retry_after("soon", noon, &random), 0);
    cr_expect_lt(g3_retry_after("", noon, &random), 0);
    cr_expect_lt(g3_retry_after("-5", noon, &random), 0);
}

Test(http_retry, seeds_differ)
{
    g3_random one, other;
    g3_random_seed(&one);
    g3_random_seed(&other);
    cr_expect_neq(one.state, other.state);
}
