/* http: many requests at once, repeated where services fail for a while. Prints the status and the
 * length of what is at each URL, as the answers come. */
#include <g3/http/engine.h>
#include <stdio.h>

typedef struct urls {
    char **next, **end;
} urls;

/* The engine asks for the next request when there is room for one. */
static g3_pull give(void *context, g3_request *request, g3_error *error)
{
    urls *left = context;
    (void)error;
    if (left->next == left->end)
        return G3_PULL_END;
    g3_request_begin(request, G3_GET, *left->next, "");
    request->tag = *left->next++;
    return G3_PULL_REQUEST;
}

static bool take(void *context, const g3_request *request, g3_response *response, g3_error *error)
{
    (void)context, (void)error;
    printf("%ld %zu %s\n", response->status, response->body.length, (const char *)request->tag);
    return true;
}

int main(int argc, char **argv)
{
    const g3_http_options options = {.retries = -1};
    g3_error error = {0};
    g3_http *http = g3_http_open(&options, &error);
    urls left = {argv + 1, argv + argc};
    const g3_producer producer = {give, take, &left};
    bool done = http && g3_http_run(http, &producer, &error);
    g3_http_close(http);
    if (!done)
        fprintf(stderr, "http: %s\n", error.message);
    return done ? G3_EXIT_DONE : (int)error.exit;
}
