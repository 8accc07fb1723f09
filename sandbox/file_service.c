/* Contents of files: GET /files/BUCKET/KEY?X-Signature=... */
#include "file_service.h"
#include "g3/base/hash.h"
#include "g3/http/url.h"
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static const char SIGNATURE[] = "sandbox";

void file_append_signed(const struct commons *commons, const char *url, g3_buffer *out)
{
    const char *rest = strstr(url, "://");
    if (commons->settings->files && rest) {
        g3_buffer_append_format(out, "http://127.0.0.1:%u/files/", commons->port);
        g3_url_append_encoded(out, g3_view_of(rest + strlen("://")), "/");
    } else {
        g3_buffer_append_text(out, url);
    }
    g3_buffer_append_format(out, "?X-Signature=%s", SIGNATURE);
}

/* Reads "bytes=N-". @return false if there is no such range, or the content has changed */
static bool read_range(const struct exchange *exchange, const char *etag, uint64_t *begin)
{
    int end = 0;
    return exchange->range && (!exchange->if_range || strcmp(exchange->if_range, etag) == 0) &&
           sscanf(exchange->range, "bytes=%" SCNu64 "-%n", begin, &end) == 1 &&
           end == (int)strlen(exchange->range);
}

/* Answers the bytes, or those that are asked for. */
static void answer_bytes(struct exchange *exchange, g3_view bytes)
{
    g3_buffer header = {0};
    uint64_t begin = 0;
    g3_buffer_append_format(&header, "\"%016" PRIx64 "\"", g3_hash(bytes));
    exchange->etag = g3_arena_copy(&exchange->arena, g3_buffer_view(&header)).data;
    bool part = read_range(exchange, exchange->etag, &begin);
    g3_buffer_clear(&header);
    exchange->status = part ? 206 : 200;
    exchange->answer_type = "application/octet-stream";
    if (part && begin >= bytes.length) {
        g3_buffer_append_format(&header, "bytes */%zu", bytes.length);
        exchange->status = 416;
        bytes.length = 0;
    } else if (part) {
        g3_buffer_append_format(&header, "bytes %" PRIu64 "-%zu/%zu", begin, bytes.length - 1,
                                bytes.length);
        bytes = (g3_view){bytes.data + begin, bytes.length - begin};
    }
    if (part)
        exchange->content_range = g3_arena_copy(&exchange->arena, g3_buffer_view(&header)).data;
    g3_buffer_append(&exchange->answer, bytes);
    g3_buffer_free(&header);
}

/* Reads a regular file, as it is. @return false if there is none */
static bool read_file(const char *path, g3_buffer *bytes)
{
    struct stat about;
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    bool good = file >= 0 && fstat(file, &about) == 0 && S_ISREG(about.st_mode);
    while (good && (off_t)bytes->length < about.st_size) {
        size_t left = (size_t)about.st_size - bytes->length;
        ssize_t got = read(file, g3_buffer_reserve(bytes, left), left);
        good = got > 0;
        bytes->length += good ? (size_t)got : 0;
    }
    if (file >= 0)
        close(file);
    return good;
}

void file_serve(struct exchange *exchange)
{
    static const g3_view ABOVE = {"..", 2};
    const char *folder = exchange->commons->settings->files;
    const g3_view *signature = target_get(&exchange->target, "X-Signature");
    g3_view name = exchange->path;
    g3_buffer path = {0}, bytes = {0};
    bool inside = name.length && !memmem(name.data, name.length, ABOVE.data, ABOVE.length);
    g3_buffer_append_format(&path, "%s/%.*s", folder ? folder : "", (int)name.length, name.data);
    if (!signature || !g3_view_equal(*signature, g3_view_of(SIGNATURE)))
        exchange_answer_error(exchange, 403, "the URL is not signed");
    else if (!folder || !inside || !read_file(g3_buffer_text(&path), &bytes))
        exchange_answer_error(exchange, 404, "there is no such file");
    else
        answer_bytes(exchange, g3_buffer_view(&bytes));
    g3_buffer_free(&path);
    g3_buffer_free(&bytes);
}
