/* commons: the services of a commons and the login for them. `commons ENDPOINT` says how many files
 * its index has. */
#include <g3/commons/endpoint.h>
#include <g3/commons/index.h>
#include <inttypes.h>
#include <stdio.h>

static bool ask(const g3_commons *commons, int64_t *files, g3_error *error)
{
    g3_request request = {0};
    g3_response response;
    int64_t bytes;
    g3_index_stats_request(&request, commons->index);
    if (!g3_http_send(commons->http, &request, &response, error))
        return false;
    bool done =
        !response.failed && g3_index_read_stats(g3_buffer_view(&response.body), files, &bytes);
    if (!done && response.failed)
        *error = response.error;
    else if (!done)
        g3_response_fail(&response, commons->index, error);
    g3_buffer_free(&response.body);
    return done;
}

int main(int argc, char **argv)
{
    g3_service_options options = g3_service_option_defaults;
    g3_commons commons = {0};
    g3_error error = {0};
    int64_t files;
    options.endpoint = argc > 1 ? argv[1] : NULL;
    bool done = g3_commons_open(&commons, &options, NULL, &error) && ask(&commons, &files, &error);
    if (done)
        printf("%" PRId64 " files\n", files);
    else
        fprintf(stderr, "commons: %s\n", error.message);
    g3_commons_close(&commons);
    return done ? G3_EXIT_DONE : (int)error.exit;
}
