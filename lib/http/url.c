/* URLs: encoding, comparing, showing. Called by whoever builds a request's URL, by the engine for
 * redirects and messages, and by the login, which belongs to one origin. */
#include "g3/http/url.h"
#include "g3/base/memory.h"
#include <arpa/inet.h>
#include <curl/curl.h>
#include <strings.h>

/* Most bytes of a URL in a message: a lookup of many ids has thousands, and the message must have
 * room for what happened. */
#define SHOWN_LIMIT ((size_t)240)

/* The characters that never need encoding (RFC 3986, 2.3). */
static bool is_unreserved(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

/* strchr would find the NUL that ends `keep`, and a NUL must be encoded. */
static bool is_kept(unsigned char c, const char *keep)
{
    return is_unreserved(c) || (c && keep && strchr(keep, c));
}

/* Bytes of "%XX". */
#define ENCODED_SIZE ((size_t)3)

size_t g3_url_encoded_size(g3_view text, const char *keep)
{
    size_t size = text.length;
    for (size_t i = 0; i < text.length; i++)
        if (!is_kept((unsigned char)text.data[i], keep))
            size += ENCODED_SIZE - 1;
    return size;
}

void g3_url_append_encoded(g3_buffer *url, g3_view text, const char *keep)
{
    static const char HEX[] = "0123456789ABCDEF";
    char *out = g3_buffer_reserve(url, text.length * ENCODED_SIZE + 1);
    size_t length = 0;
    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (is_kept(c, keep)) {
            out[length++] = (char)c;
        } else {
            out[length++] = '%';
            out[length++] = HEX[c >> 4];
            out[length++] = HEX[c & 15];
        }
    }
    url->length += length;
}

/* What makes up an origin; texts owned by curl: curl_free(). */
typedef struct url_origin {
    char *scheme, *host, *port;
} url_origin;

static void free_origin(url_origin *origin)
{
    curl_free(origin->scheme);
    curl_free(origin->host);
    curl_free(origin->port);
}

/* True if a part of a URL is there. Without memory there is no telling: the URL is not to be called
 * wrong for that. */
static bool found(CURLUcode code)
{
    if (code == CURLUE_OUT_OF_MEMORY)
        g3_end_out_of_memory(1);
    return code == CURLUE_OK;
}

/* @param with_login  set if not NULL
 * @return false if `url` is no http or https URL; the origin is to be freed in any case */
static bool read_origin(const char *url, url_origin *origin, bool *with_login)
{
    *origin = (url_origin){0};
    CURLU *parts = curl_url();
    char *user = NULL, *password = NULL;
    if (!parts)
        g3_end_out_of_memory(1);
    bool ok = url && found(curl_url_set(parts, CURLUPART_URL, url, 0)) &&
              found(curl_url_get(parts, CURLUPART_SCHEME, &origin->scheme, 0)) &&
              found(curl_url_get(parts, CURLUPART_HOST, &origin->host, 0)) &&
              found(curl_url_get(parts, CURLUPART_PORT, &origin->port, CURLU_DEFAULT_PORT)) &&
              (strcasecmp(origin->scheme, "http") == 0 || strcasecmp(origin->scheme, "https") == 0);
    if (ok && with_login) {
        bool named = found(curl_url_get(parts, CURLUPART_USER, &user, 0));
        *with_login = found(curl_url_get(parts, CURLUPART_PASSWORD, &password, 0)) || named;
    }
    curl_free(user);
    curl_free(password);
    curl_url_cleanup(parts);
    return ok;
}

bool g3_url_same_origin(const char *left, const char *right)
{
    url_origin ours, theirs;
    bool ok = read_origin(left, &ours, NULL);
    ok = read_origin(right, &theirs, NULL) && ok;
    bool same = ok && strcasecmp(ours.scheme, theirs.scheme) == 0 &&
                strcasecmp(ours.host, theirs.host) == 0 && strcmp(ours.port, theirs.port) == 0;
    free_origin(&ours);
    free_origin(&theirs);
    return same;
}

bool g3_url_read(const char *url, char **host, bool *encrypted, bool *with_login)
{
    url_origin origin;
    bool ok = read_origin(url, &origin, with_login);
    if (ok) {
        *host = g3_duplicate(g3_view_of(origin.host));
        *encrypted = strcasecmp(origin.scheme, "https") == 0;
    }
    free_origin(&origin);
    return ok;
}

bool g3_host_is_loopback(const char *host)
{
    struct in_addr address;
    return strcasecmp(host, "localhost") == 0 || strcmp(host, "::1") == 0 ||
           strcmp(host, "[::1]") == 0 ||
           (strncmp(host, "127.", strlen("127.")) == 0 && inet_pton(AF_INET, host, &address) == 1);
}

void g3_url_append_shown(g3_buffer *text, const char *url)
{
    const char *authority = strstr(url, "://");
    authority = authority ? authority + strlen("://") : url;
    g3_buffer_append(text, (g3_view){url, (size_t)(authority - url)});

    /* Whatever stands before the last @ of host and port is a login. */
    size_t length = strcspn(authority, "/?#");
    const char *at = memrchr(authority, '@', length);
    if (at) {
        g3_buffer_append_text(text, "***@");
        authority = at + 1;
    }
    g3_view rest = g3_view_of(authority);
    bool cut = rest.length > SHOWN_LIMIT;
    if (cut)
        rest.length = SHOWN_LIMIT;
    g3_buffer_append(text, rest);
    if (cut)
        g3_buffer_append_text(text, "...");
}
