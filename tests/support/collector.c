/* The collecting producer; see the header. */
#include "collector.h"
#include "g3/base/memory.h"
#include <stdlib.h>

static g3_pull give(void *context, g3_request *request, g3_error *error)
{
    (void)error;
    collecting *self = context;
    if (self->given == self->count)
        return G3_PULL_END;
    request->method = self->method;
    request->repeatable = !self->not_repeatable;
    request->tag = &self->responses[self->given];
    g3_buffer_append_format(&request->url, "%s/%zu", self->url, self->given++);
    g3_buffer_append_text(&request->body, self->body);
    return G3_PULL_REQUEST;
}

static bool keep(void *context, const g3_request *request, g3_response *response, g3_error *error)
{
    (void)error;
    collecting *self = context;
    self->done++;
    self->failed += response->failed;
    *(g3_response *)request->tag = *response;
    response->body = (g3_buffer){0};
    return true;
}

bool collector_run(collecting *self, g3_http *http, g3_error *error)
{
    self->responses = g3_allocate_zeroed(self->count, sizeof *self->responses);
    g3_producer producer = {.next = give, .done = keep, .context = self};
    return g3_http_run(http, &producer, error);
}

g3_http *open_test_engine(g3_http_options options)
{
    g3_error error;
    g3_http *http = g3_http_open(&options, &error);
    if (!http)
        abort();
    return http;
}

void collector_free(collecting *self)
{
    for (size_t i = 0; i < self->count; i++)
        g3_buffer_free(&self->responses[i].body);
    free(self->responses);
}
