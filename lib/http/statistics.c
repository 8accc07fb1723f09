/* What an engine counts. Called by the engine, and by whatever tells its counters. */
#include "exchange.h"
#include "g3/http/status.h"

/* By status; those without one have 0. */
static const struct {
    long status;
    const char *name;
} CAUSE[G3_HTTP_CAUSES] = {
    [G3_HTTP_CAUSE_UNREACHED] = {0, "no connection"},
    [G3_HTTP_CAUSE_TIMEOUT] = {0, "no answer in time"},
    [G3_HTTP_CAUSE_BROKEN] = {0, "connection broken"},
    [G3_HTTP_CAUSE_UNUSABLE] = {0, "answer not usable"},
    [G3_HTTP_CAUSE_408] = {G3_HTTP_REQUEST_TIMEOUT, "408 Request Timeout"},
    [G3_HTTP_CAUSE_429] = {G3_HTTP_TOO_MANY_REQUESTS, "429 Too Many Requests"},
    [G3_HTTP_CAUSE_500] = {G3_HTTP_SERVER_ERROR, "500 Internal Server Error"},
    [G3_HTTP_CAUSE_502] = {G3_HTTP_BAD_GATEWAY, "502 Bad Gateway"},
    [G3_HTTP_CAUSE_503] = {G3_HTTP_UNAVAILABLE, "503 Service Unavailable"},
    [G3_HTTP_CAUSE_504] = {G3_HTTP_GATEWAY_TIMEOUT, "504 Gateway Timeout"},
    [G3_HTTP_CAUSE_5XX] = {0, "another 5xx"},
};

const char *g3_http_cause_name(g3_http_cause cause)
{
    return CAUSE[cause].name;
}

g3_http_cause g3_cause_of(CURLcode result, long status, g3_trouble trouble)
{
    if (result != CURLE_OK)
        return trouble == G3_TROUBLE_UNREACHED ? G3_HTTP_CAUSE_UNREACHED
               : trouble == G3_TROUBLE_TIMEOUT ? G3_HTTP_CAUSE_TIMEOUT
                                               : G3_HTTP_CAUSE_BROKEN;
    for (int cause = 0; cause < G3_HTTP_CAUSES; cause++)
        if (CAUSE[cause].status == status)
            return (g3_http_cause)cause;
    return G3_HTTP_CAUSE_5XX;
}

void g3_http_statistics_add(g3_http_statistics *statistics, const g3_http_statistics *other)
{
    statistics->requests += other->requests;
    statistics->retries += other->retries;
    statistics->bytes += other->bytes;
    for (size_t i = 0; i < G3_HTTP_CAUSES; i++)
        statistics->causes[i] += other->causes[i];
    g3_histogram_merge(&statistics->latency, &other->latency);
}
