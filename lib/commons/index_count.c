/* How many records the index says it has. Called at the beginning of the jobs, where it also shows
 * whether there is an index service at all. */
#include "g3/commons/index.h"
#include "g3/http/status.h"

/* Whether there is a listing: then the service is one, though it does not count. */
static bool look_for_listing(g3_http *http, const char *base, bool *listing, g3_error *error)
{
    g3_request request = {0};
    g3_response response;
    g3_index_list_request(&request, base, NULL, (g3_view){0}, 1);
    bool done = g3_http_send(http, &request, &response, error);
    *listing = done && response.status != G3_HTTP_NOT_FOUND;
    g3_buffer_free(&response.body);
    return done;
}

/* The count is missing where an older service has no /_stats, or fails at it: that is no reason not
 * to work, but where the service can't be reached or refuses there is nothing to be done. */
static bool judge_answer(g3_http *http, const char *base, const g3_response *response,
                         g3_error *error)
{
    bool listing = true;
    if (response->failed &&
        (response->status == 0 || response->error.exit == G3_EXIT_UNAUTHORISED)) {
        *error = response->error;
        return false;
    }
    if (response->status == G3_HTTP_NOT_FOUND && !look_for_listing(http, base, &listing, error))
        return false;
    return listing || g3_fail(error, G3_EXIT_SERVICE,
                              "%s/_stats: no index service answers there (status 404); check the "
                              "endpoint",
                              base);
}

bool g3_index_count(g3_http *http, const char *base, int64_t *records, g3_error *error)
{
    g3_request request = {0};
    g3_response response;
    int64_t bytes;
    g3_index_stats_request(&request, base);
    bool done = g3_http_send(http, &request, &response, error) &&
                judge_answer(http, base, &response, error);
    if (!done || response.failed || response.status != G3_HTTP_OK ||
        !g3_index_read_stats(g3_buffer_view(&response.body), records, &bytes))
        *records = -1;
    g3_buffer_free(&response.body);
    return done;
}
