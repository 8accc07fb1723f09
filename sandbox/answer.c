/* Responses, whole or spoilt. */
#include "answer.h"
#include <stdlib.h>
#include <zlib.h>

/* Bodies below this many bytes are not worth packing. */
#define PACKING_LEAST 500

/* zlib: 15 bits of window, plus 16 for a gzip header; memory as by default. */
#define GZIP_WINDOW 31
#define GZIP_MEMORY 8

void answer_fault_status(struct exchange *exchange, unsigned status)
{
    exchange_answer_page(exchange, status);
    if (status == MHD_HTTP_TOO_MANY_REQUESTS)
        exchange->retry_after = "1";
}

void answer_garbage(struct exchange *exchange, unsigned variety)
{
    static const char *const BODIES[] = {
        "{\"records\": [{\"did\": \"dg.TEST/0000", /* ends in the middle */
        "{\"records\": 7}",                        /* is JSON, but not what was asked for */
        "[{\"did\": null, \"size\": \"x\"}]",
        "<html><body>login</body></html>",
    };
    g3_buffer *answer = exchange_begin_json(exchange, MHD_HTTP_OK);
    g3_buffer_append_text(answer, BODIES[variety % (G3_COUNT(BODIES))]);
}

/* Packs the answer in place. @return false, with the answer as it was, if it cannot be packed */
static bool pack(g3_buffer *answer)
{
    z_stream stream = {0};
    if (answer->length < PACKING_LEAST || answer->length > UINT32_MAX ||
        deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, GZIP_WINDOW, GZIP_MEMORY,
                     Z_DEFAULT_STRATEGY) != Z_OK)
        return false;
    g3_buffer packed = {0};
    uLong most = deflateBound(&stream, answer->length);
    stream.next_in = (Bytef *)answer->data;
    stream.avail_in = (uInt)answer->length;
    stream.next_out = (Bytef *)g3_buffer_reserve(&packed, most);
    stream.avail_out = (uInt)most;
    bool done = deflate(&stream, Z_FINISH) == Z_STREAM_END;
    packed.length = stream.total_out;
    deflateEnd(&stream);
    if (done) {
        g3_buffer_free(answer);
        *answer = packed;
    } else {
        g3_buffer_free(&packed);
    }
    return done;
}

/* A body that is sent piecewise: slowly, or not to its end. */
typedef struct spoilt_body {
    g3_buffer bytes;
    size_t end;          /* where sending stops */
    size_t piece;        /* bytes at a time */
    struct pause *pause; /* NULL: no waiting */
} spoilt_body;

static ssize_t read_spoilt(void *context, uint64_t position, char *space, size_t capacity)
{
    spoilt_body *body = context;
    if (body->pause && !pause_wait(body->pause, SLOW_SECONDS / SLOW_PIECES))
        return MHD_CONTENT_READER_END_WITH_ERROR;
    if (position >= body->end)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    size_t count = body->end - position;
    if (count > body->piece)
        count = body->piece;
    if (count > capacity)
        count = capacity;
    memcpy(space, body->bytes.data + position, count);
    return (ssize_t)count;
}

static void free_spoilt(void *context)
{
    spoilt_body *body = context;
    g3_buffer_free(&body->bytes);
    free(body);
}

static struct MHD_Response *make_spoilt(struct exchange *exchange, fault_kind fault,
                                        struct pause *pause)
{
    spoilt_body *body = g3_allocate_zeroed(1, sizeof *body);
    body->bytes = exchange->answer;
    exchange->answer = (g3_buffer){0};
    size_t length = body->bytes.length;
    body->end = fault == FAULT_TRUNCATE ? length / 2 : length;
    body->piece = fault == FAULT_SLOW ? length / SLOW_PIECES + 1 : length;
    body->pause = fault == FAULT_SLOW ? pause : NULL;
    return MHD_create_response_from_callback(length, body->piece, read_spoilt, body, free_spoilt);
}

static struct MHD_Response *make_whole(struct exchange *exchange)
{
    g3_buffer answer = exchange->answer;
    exchange->answer = (g3_buffer){0};
    return MHD_create_response_from_buffer(answer.length, answer.data, MHD_RESPMEM_MUST_FREE);
}

struct MHD_Response *answer_make(struct exchange *exchange, fault_kind fault, bool gzip,
                                 struct pause *pause)
{
    bool packed = gzip && exchange->encodings && strstr(exchange->encodings, "gzip") &&
                  pack(&exchange->answer);
    bool spoilt = exchange->answer.length && (fault == FAULT_TRUNCATE || fault == FAULT_SLOW);
    struct MHD_Response *response =
        spoilt ? make_spoilt(exchange, fault, pause) : make_whole(exchange);
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, exchange->answer_type);
    if (packed)
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip");
    if (exchange->etag)
        MHD_add_response_header(response, MHD_HTTP_HEADER_ETAG, exchange->etag);
    if (exchange->content_range)
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_RANGE, exchange->content_range);
    if (exchange->retry_after)
        MHD_add_response_header(response, MHD_HTTP_HEADER_RETRY_AFTER, exchange->retry_after);
    return response;
}
