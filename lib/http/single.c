/* One request, waiting for its answer. Called where a service is asked a single question: its
 * statistics, a token. */
#include "g3/http/engine.h"

/* The producer behind g3_http_send(): one request. */
typedef struct single_request {
    g3_request request;
    g3_response *response;
    bool given;
} single_request;

static g3_pull next_single(void *context, g3_request *request, g3_error *error)
{
    (void)error;
    single_request *single = context;
    if (single->given)
        return G3_PULL_END;
    single->given = true;
    *request = single->request;
    return G3_PULL_REQUEST;
}

static bool take_single(void *context, const g3_request *request, g3_response *response,
                        g3_error *error)
{
    (void)request;
    (void)error;
    single_request *single = context;
    *single->response = *response;
    *response = (g3_response){0};
    return true;
}

bool g3_http_send(g3_http *http, g3_request *take_request, g3_response *response, g3_error *error)
{
    single_request single = {.request = *take_request, .response = response};
    g3_producer producer = {.next = next_single, .done = take_single, .context = &single};
    *take_request = (g3_request){0};
    *response = (g3_response){0};
    bool ok = g3_http_run(http, &producer, error);
    if (!single.given) {
        g3_buffer_free(&single.request.url);
        g3_buffer_free(&single.request.body);
    }
    return ok;
}

bool g3_http_fetch(g3_http *http, g3_method method, const char *url, g3_view body,
                   g3_response *response, g3_error *error)
{
    g3_request request = {.method = method, .repeatable = true};
    g3_buffer_append_text(&request.url, url);
    g3_buffer_append(&request.body, body);
    return g3_http_send(http, &request, response, error);
}

void g3_request_begin(g3_request *request, g3_method method, const char *base, const char *path)
{
    request->method = method;
    request->repeatable = true;
    g3_buffer_clear(&request->url);
    g3_buffer_clear(&request->body);
    g3_buffer_append_text(&request->url, base);
    g3_buffer_append_text(&request->url, path);
}

void g3_request_free(g3_request *request)
{
    g3_buffer_free(&request->url);
    g3_buffer_free(&request->body);
}
