/* Bodies that are handed on as they come. Called by exchange.c. */
#include "exchange.h"
#include "g3/http/status.h"
#include <inttypes.h>
#include <stdio.h>

/* A header of the answer at hand, or NULL. */
static const char *find_header(const g3_exchange *exchange, const char *name)
{
    struct curl_header *header;
    return curl_easy_header(exchange->easy, name, 0, CURLH_HEADER, -1, &header) == CURLHE_OK
               ? header->value
               : NULL;
}

/* Notes by what the content can be known again: an entity tag that is not weak, else its date
 * (RFC 9110, 13.1.5). */
static void note_validator(g3_exchange *exchange)
{
    g3_stream *stream = exchange->request.stream;
    const char *tag = find_header(exchange, "ETag");
    const char *found = tag && *tag == '"' ? tag : find_header(exchange, "Last-Modified");
    stream->validator[0] = '\0';
    if (found && strlen(found) < sizeof stream->validator)
        memcpy(stream->validator, found, strlen(found) + 1);
}

/* True if the answer goes on behind what came before: some services say 206, and begin anew. */
static bool goes_on(const g3_exchange *exchange)
{
    int64_t first;
    long status = 0;
    const char *range = find_header(exchange, "Content-Range");
    curl_easy_getinfo(exchange->easy, CURLINFO_RESPONSE_CODE, &status);
    return status == G3_HTTP_PARTIAL_CONTENT && range &&
           sscanf(range, "bytes %" SCNd64 "-", &first) == 1 &&
           first == exchange->request.stream->received;
}

/* The answer begins: at the place that was asked for, or anew. */
static void begin(g3_exchange *exchange)
{
    g3_stream *stream = exchange->request.stream;
    exchange->streaming = true;
    if (stream->received && !goes_on(exchange)) {
        stream->received = 0;
        stream->restart(stream->context);
    }
    if (stream->received == 0)
        note_validator(exchange);
}

bool g3_exchange_stream(g3_exchange *exchange, g3_view bytes)
{
    g3_stream *stream = exchange->request.stream;
    if (!exchange->streaming)
        begin(exchange);
    stream->received += (int64_t)bytes.length;
    exchange->stopped = !stream->receive(stream->context, bytes);
    return !exchange->stopped;
}

bool g3_exchange_forget_stream(g3_exchange *exchange)
{
    g3_stream *stream = exchange->request.stream;
    if (!stream || !stream->received)
        return false;
    stream->validator[0] = '\0';
    return true;
}

struct curl_slist *g3_exchange_prepare_stream(g3_exchange *exchange, struct curl_slist *headers)
{
    g3_stream *stream = exchange->request.stream;
    g3_buffer line = {0};
    exchange->streaming = exchange->stopped = false;
    if (stream->received && !*stream->validator) {
        stream->received = 0; /* there is no telling whether it is the same content */
        stream->restart(stream->context);
    }
    if (stream->received) {
        g3_buffer_append_format(&line, "Range: bytes=%" PRId64 "-", stream->received);
        headers = g3_headers_append(headers, g3_buffer_text(&line));
        g3_buffer_clear(&line);
        g3_buffer_append_format(&line, "If-Range: %s", stream->validator);
        headers = g3_headers_append(headers, g3_buffer_text(&line));
    }
    g3_buffer_free(&line);
    return headers;
}

void g3_exchange_finish_stream(g3_exchange *exchange)
{
    if (!exchange->streaming && g3_http_is_success(exchange->response.status))
        begin(exchange);
}
