/* Reads contents: local files, URLs, and URLs that the commons signs. Called by content.c. */
#include "content_read.h"
#include "g3/base/interrupt.h"
#include "g3/http/status.h"
#include "g3/record/json.h"
#include "g3/run/call.h"
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Bytes of a local file read at once. */
#define BLOCK ((size_t)1024 * 1024)

struct g3_content_reader {
    g3_http *http;
    const char *gateway;
    EVP_MD_CTX *md5, *sha256;
    bool with_sha256;
    int64_t size;
    const atomic_bool *closing; /* nothing more is wanted */
    char *block;                /* of local files; made when the first one is read */
};

g3_content_reader *g3_content_reader_open(g3_http *http, const char *gateway,
                                          const atomic_bool *closing)
{
    g3_content_reader *reader = g3_allocate_zeroed(1, sizeof *reader);
    *reader = (g3_content_reader){.http = http, .gateway = gateway, .closing = closing};
    reader->md5 = EVP_MD_CTX_new();
    reader->sha256 = EVP_MD_CTX_new();
    if (!reader->md5 || !reader->sha256)
        g3_end_out_of_memory(sizeof *reader);
    return reader;
}

/* OpenSSL's digests fail for lack of memory alone. */
static void expect(int done)
{
    if (done != 1)
        g3_end_out_of_memory(1);
}

static void restart(void *context)
{
    g3_content_reader *reader = context;
    reader->size = 0;
    expect(EVP_DigestInit_ex(reader->md5, EVP_md5(), NULL));
    if (reader->with_sha256)
        expect(EVP_DigestInit_ex(reader->sha256, EVP_sha256(), NULL));
}

static bool is_over(const g3_content_reader *reader)
{
    return g3_interrupted() || atomic_load_explicit(reader->closing, memory_order_relaxed);
}

static bool receive(void *context, g3_view bytes)
{
    g3_content_reader *reader = context;
    reader->size += (int64_t)bytes.length;
    expect(EVP_DigestUpdate(reader->md5, bytes.data, bytes.length));
    if (reader->with_sha256)
        expect(EVP_DigestUpdate(reader->sha256, bytes.data, bytes.length));
    return !is_over(reader);
}

static void take_digest(EVP_MD_CTX *digest, char *text)
{
    unsigned char bytes[EVP_MAX_MD_SIZE];
    unsigned length;
    static const char DIGITS[] = "0123456789abcdef";
    expect(EVP_DigestFinal_ex(digest, bytes, &length));
    for (unsigned i = 0; i < length; i++) {
        *text++ = DIGITS[bytes[i] >> 4];
        *text++ = DIGITS[bytes[i] & 0xf];
    }
    *text = '\0';
}

/* The scheme of a URL, or nothing. */
static g3_view scheme_of(g3_view url)
{
    const char *colon = url.length ? memchr(url.data, ':', url.length) : NULL;
    size_t length = colon ? (size_t)(colon - url.data) : 0;
    bool whole = length && url.length > length + 2 && memcmp(colon, "://", 3) == 0;
    return whole ? (g3_view){url.data, length} : (g3_view){0};
}

static bool has_scheme(g3_view url, const char *scheme)
{
    return g3_view_equal_ignoring_case(scheme_of(url), g3_view_of(scheme));
}

static bool is_direct(g3_view url)
{
    return has_scheme(url, "file") || has_scheme(url, "http") || has_scheme(url, "https");
}

bool g3_content_can_read(g3_view url, const char *scheme, bool signs)
{
    return (!scheme || has_scheme(url, scheme)) &&
           (is_direct(url) || (signs && scheme_of(url).length));
}

/* The path of a file:// URL, decoded, in `path`. @return false if it names another machine */
static bool find_path(g3_view url, g3_buffer *path)
{
    g3_view rest = {url.data + strlen("file://"), url.length - strlen("file://")};
    if (g3_view_starts_with(rest, G3_VIEW("localhost/")))
        rest = (g3_view){rest.data + strlen("localhost"), rest.length - strlen("localhost")};
    if (!g3_view_starts_with(rest, G3_VIEW("/")))
        return false;
    for (size_t i = 0; i < rest.length; i++) {
        int high = -1, low = -1;
        if (rest.data[i] == '%' && i + 2 < rest.length) {
            high = g3_hex_digit(rest.data[i + 1]);
            low = g3_hex_digit(rest.data[i + 2]);
        }
        bool coded = high >= 0 && low >= 0;
        g3_buffer_append_char(path, coded ? (char)(high * 16 + low) : rest.data[i]);
        i += coded ? 2 : 0;
    }
    return !memchr(path->data, '\0', path->length);
}

static bool read_descriptor(g3_content_reader *reader, int file, const char *path, g3_error *error)
{
    struct stat about;
    if (fstat(file, &about) != 0 || !S_ISREG(about.st_mode)) /* a device may never end */
        return g3_fail(error, G3_EXIT_DIFFERENCES, "%s: is no regular file", path);
    for (;;) {
        ssize_t got = read(file, reader->block, BLOCK);
        if (is_over(reader))
            return g3_fail(error, G3_EXIT_INTERRUPTED, "interrupted");
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return g3_fail(error, G3_EXIT_DIFFERENCES, "%s: %s", path, strerror(errno));
        if (got == 0)
            return true;
        receive(reader, (g3_view){reader->block, (size_t)got});
    }
}

static bool read_file(g3_content_reader *reader, g3_view url, g3_error *error)
{
    g3_buffer path = {0};
    bool done;
    if (!find_path(url, &path)) {
        done = g3_fail(error, G3_EXIT_DIFFERENCES, "%.*s: no file of this machine", (int)url.length,
                       url.data);
    } else {
        int file = open(g3_buffer_text(&path), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
        if (!reader->block)
            reader->block = g3_allocate(BLOCK);
        if (file >= 0)
            posix_fadvise(file, 0, 0, POSIX_FADV_SEQUENTIAL);
        done = file >= 0 ? read_descriptor(reader, file, g3_buffer_text(&path), error)
                         : g3_fail(error, G3_EXIT_DIFFERENCES, "%s: %s", g3_buffer_text(&path),
                                   strerror(errno));
        if (file >= 0)
            close(file);
    }
    g3_buffer_free(&path);
    return done;
}

/* Reads a URL in a stream. That it may not be read is a finding about this file.
 * @param named  by what messages call it: a signed URL is a secret */
static bool read_url(g3_content_reader *reader, const char *url, const char *named, g3_error *error)
{
    g3_stream stream = {.restart = restart, .receive = receive, .context = reader};
    g3_request request = {0};
    g3_response response;
    g3_buffer shown = {0};
    bool done = false;
    g3_request_begin(&request, G3_GET, url, "");
    request.stream = &stream;
    g3_url_append_shown(&shown, named ? named : url);
    if (!g3_http_send(reader->http, &request, &response, error)) {
        g3_buffer_free(&shown);
        return false;
    }
    if (response.failed) {
        bool refused = response.error.exit == G3_EXIT_UNAUTHORISED;
        g3_fail(error, refused ? G3_EXIT_DIFFERENCES : response.error.exit, "%s: %s",
                g3_buffer_text(&shown),
                refused ? "it may not be read"
                : named ? "the signed URL can't be read to its end"
                        : response.error.message);
    } else if (!g3_http_is_success(response.status)) {
        g3_response_fail(&response, g3_buffer_text(&shown), error);
    } else {
        done = true;
    }
    g3_buffer_free(&response.body);
    g3_buffer_free(&shown);
    return done;
}

/* Asks the commons for a URL that can be read. */
static bool sign(g3_content_reader *reader, g3_view url, g3_view guid, g3_arena *arena,
                 g3_view *signed_url, g3_error *error)
{
    g3_request request = {0};
    g3_buffer answer = {0};
    const char *name = g3_arena_copy(arena, guid).data;
    g3_call_begin(&request, G3_GET, reader->gateway, "/user/data/download/{}", &name, 1);
    g3_call_add_parameter(&request, "protocol", scheme_of(url));
    bool done = g3_call(reader->http, &request, name, &answer, error);
    if (done && !g3_json_read_member(g3_buffer_view(&answer), "url", arena, signed_url))
        done =
            g3_fail(error, G3_EXIT_SERVICE, "%s: the commons gave no URL to download from", name);
    if (done)
        *signed_url = g3_arena_copy(arena, *signed_url);
    g3_buffer_free(&answer);
    return done;
}

static bool read_signed(g3_content_reader *reader, g3_view url, g3_view guid, g3_error *error)
{
    g3_arena arena = {0};
    g3_view signed_url = {0};
    bool done = sign(reader, url, guid, &arena, &signed_url, error);
    if (done && has_scheme(signed_url, "file"))
        done = g3_fail(error, G3_EXIT_SERVICE, "%.*s: the commons leads to a local file",
                       (int)guid.length, guid.data);
    else if (done)
        done = read_url(reader, signed_url.data, g3_arena_copy(&arena, url).data, error);
    g3_arena_free(&arena);
    return done;
}

bool g3_content_read(g3_content_reader *reader, g3_view url, g3_view guid, bool sha256,
                     g3_content_facts *facts, g3_error *error)
{
    bool done;
    reader->with_sha256 = sha256;
    restart(reader);
    if (has_scheme(url, "file")) {
        done = read_file(reader, url, error);
    } else if (is_direct(url)) {
        char *text = g3_duplicate(url);
        done = read_url(reader, text, NULL, error);
        free(text);
    } else {
        done = read_signed(reader, url, guid, error);
    }
    *facts = (g3_content_facts){.size = reader->size};
    take_digest(reader->md5, facts->md5);
    if (sha256)
        take_digest(reader->sha256, facts->sha256);
    return done;
}

void g3_content_reader_close(g3_content_reader *reader)
{
    if (!reader)
        return;
    EVP_MD_CTX_free(reader->md5);
    EVP_MD_CTX_free(reader->sha256);
    free(reader->block);
    free(reader);
}
