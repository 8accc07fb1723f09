/* Sends one try of a request and takes in the answer. Called by the engine. */
#include "exchange.h"
#include "g3/base/clock.h"
#include "g3/base/memory.h"
#include "g3/base/options.h"
#include "g3/http/status.h"
#include <math.h>
#include <stdlib.h>

/* Bytes that curl reads at once: a listing's page of 1,024 records has about 800 kB. */
#define RECEIVE_SIZE (256L * 1024)

/* Seconds for a connection with its TLS handshake: across the world it takes two. */
#define CONNECT_TIMEOUT 30.0

/* Seconds that an idle connection is kept: gateways close theirs after 65. */
#define IDLE_LIMIT 60L

/* A buffer that grew beyond this for one answer is not kept for the next, bytes. */
#define KEPT_CAPACITY ((size_t)4 * 1024 * 1024)

#define MILLISECONDS 1000.0

/* curl's write callback: bytes of the answer, unpacked. */
static size_t receive(char *data, size_t size, size_t count, void *context)
{
    g3_exchange *exchange = context;
    g3_buffer *body = &exchange->response.body;
    size_t length = size * count, limit = exchange->options->answer_limit;
    long status = 0;
    curl_easy_getinfo(exchange->easy, CURLINFO_RESPONSE_CODE, &status);
    if (exchange->request.stream && g3_http_is_success(status))
        return g3_exchange_stream(exchange, (g3_view){data, length}) ? length : 0;
    if (length > limit - body->length) {
        exchange->too_large = true;
        return 0;
    }
    if (body->length == 0) {
        curl_off_t announced = 0;
        curl_easy_getinfo(exchange->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced);
        if (announced > 0 && (uint64_t)announced <= limit)
            g3_buffer_reserve(body, (size_t)announced);
    }
    g3_buffer_append(body, (g3_view){data, length});
    return length;
}

/* Sets an option that curl copies: without memory for that, the request would be another one. */
static void set_text(CURL *easy, CURLoption option, const char *text)
{
    if (curl_easy_setopt(easy, option, text) == CURLE_OUT_OF_MEMORY)
        g3_end_out_of_memory(text ? strlen(text) : 0);
}

/* The options that stay the same for all requests of an engine. */
static CURL *open_easy(g3_exchange *exchange)
{
    CURL *easy = curl_easy_init();
    if (!easy)
        return NULL;
    curl_easy_setopt(easy, CURLOPT_PRIVATE, (void *)exchange);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, exchange->curl_text);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, receive);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, (void *)exchange);
    set_text(easy, CURLOPT_USERAGENT, "g3tools/" G3_VERSION);
    set_text(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L); /* a GUID may hold "/../" */
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, RECEIVE_SIZE);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, IDLE_LIMIT);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    /* Redirects are judged in outcome.c: curl would take a login in our own header along. */
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    if (exchange->options->ca_file)
        set_text(easy, CURLOPT_CAINFO, exchange->options->ca_file);
    return easy;
}

void g3_exchange_begin(g3_exchange *exchange, g3_request *request)
{
    exchange->request = *request;
    *request = (g3_request){0};
    g3_buffer_clear(&exchange->url);
    g3_buffer_append(&exchange->url, g3_buffer_view(&exchange->request.url));
    g3_buffer_text(&exchange->url);
    g3_buffer_text(&exchange->request.url); /* messages and comparisons take it as a text */
    exchange->redirects = 0;
    exchange->furthest = 0;
    exchange->foreign = exchange->renewed = exchange->with_login = false;
    exchange->begun = g3_clock();
    exchange->response.attempts = 0;
}

static void set_method(g3_exchange *exchange)
{
    /* A stream is of the bytes as they are stored; else whatever curl can unpack. */
    set_text(exchange->easy, CURLOPT_ACCEPT_ENCODING, exchange->request.stream ? NULL : "");
    CURL *easy = exchange->easy;
    g3_method method = exchange->request.method;
    g3_view body = g3_buffer_view(&exchange->request.body);
    if (body.length || method == G3_POST || method == G3_PUT) {
        curl_easy_setopt(easy, CURLOPT_POST, 1L);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body.length ? body.data : "");
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.length);
    } else {
        curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
    }
    static const char *const VERBS[] = {
        [G3_GET] = "GET", [G3_POST] = NULL, [G3_PUT] = "PUT", [G3_DELETE] = "DELETE"};
    /* NULL leaves curl the verb that goes with POST; "GET" with a body would else be a POST. */
    set_text(easy, CURLOPT_CUSTOMREQUEST, VERBS[method]);

    /* On a reused connection that turns out to be closed curl sends again by itself, without being
     * able to know whether the service had acted already. */
    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, exchange->request.repeatable ? 0L : 1L);
}

/* Asks the authorizer for the login that goes with this try's URL, appended to `header`. */
static bool append_login(g3_exchange *exchange, g3_buffer *header, g3_error *error)
{
    const g3_authorizer *authorizer = exchange->options->authorizer;
    exchange->with_login = false;
    if (!authorizer || exchange->foreign)
        return true;
    size_t before = header->length;
    if (!authorizer->authorize(authorizer->context, exchange->url.data, header,
                               &exchange->generation, error))
        return false;
    exchange->with_login = header->length > before;
    return true;
}

/* Header lines hold the login: it is not to stay behind in freed memory. */
static void free_headers(struct curl_slist *headers)
{
    for (struct curl_slist *line = headers; line; line = line->next)
        explicit_bzero(line->data, strlen(line->data));
    curl_slist_free_all(headers);
}

struct curl_slist *g3_headers_append(struct curl_slist *headers, const char *line)
{
    struct curl_slist *longer = curl_slist_append(headers, line);
    if (!longer) /* without one of its lines it would be another request */
        g3_end_out_of_memory(strlen(line));
    return longer;
}

static struct curl_slist *append_content_type(struct curl_slist *headers, const char *type)
{
    g3_buffer line = {0};
    g3_buffer_append_format(&line, "Content-Type: %s", type ? type : "application/json");
    headers = g3_headers_append(headers, g3_buffer_text(&line));
    g3_buffer_free(&line);
    return headers;
}

static bool set_headers(g3_exchange *exchange, g3_error *error)
{
    g3_buffer login = {0};
    g3_buffer_append_text(&login, "Authorization: ");
    bool ok = append_login(exchange, &login, error);
    /* No waiting for "100 Continue": services behind a gateway do not send it. */
    struct curl_slist *headers = g3_headers_append(NULL, "Expect:");
    if (exchange->request.body.length)
        headers = append_content_type(headers, exchange->request.content_type);
    if (exchange->request.stream)
        headers = g3_exchange_prepare_stream(exchange, headers);
    if (ok && exchange->with_login)
        headers = g3_headers_append(headers, g3_buffer_text(&login));
    free_headers(exchange->headers);
    exchange->headers = headers;
    curl_easy_setopt(exchange->easy, CURLOPT_HTTPHEADER, headers);
    if (login.data)
        explicit_bzero(login.data, login.capacity);
    g3_buffer_free(&login);
    return ok;
}

static long milliseconds(double seconds)
{
    double longest = 24.0 * 3600; /* a day: curl's 32-bit clocks on some machines end at 24 days */
    return (long)((seconds < longest ? seconds : longest) * MILLISECONDS) + 1;
}

/* A proxy that the environment names is no way to this machine itself. */
static bool needs_no_proxy(const char *url)
{
    char *host = NULL;
    bool encrypted, with_login;
    bool loopback = g3_url_read(url, &host, &encrypted, &with_login) && g3_host_is_loopback(host);
    free(host);
    return loopback;
}

bool g3_exchange_prepare(g3_exchange *exchange, g3_error *error)
{
    const g3_http_options *options = exchange->options;
    if (!exchange->easy && !(exchange->easy = open_easy(exchange)))
        return g3_fail(error, G3_EXIT_LOCAL, "cannot set up an HTTP transfer: out of memory");

    g3_buffer_clear(&exchange->response.body);
    exchange->response.status = 0;
    exchange->response.attempts++;
    exchange->response.timed_out = false;
    exchange->too_large = false;
    exchange->curl_text[0] = '\0';
    if (!set_headers(exchange, error))
        return false;
    set_method(exchange);

    CURL *easy = exchange->easy;
    bool encrypted = strncasecmp(exchange->url.data, "https:", strlen("https:")) == 0;
    set_text(easy, CURLOPT_URL, exchange->url.data);
    set_text(easy, CURLOPT_PROXY, needs_no_proxy(exchange->url.data) ? "" : NULL);
    /* Over TLS wait for a connection that may prove to be HTTP/2 and take many requests at once. */
    curl_easy_setopt(easy, CURLOPT_PIPEWAIT, encrypted ? 1L : 0L);

    exchange->sent = g3_clock();
    double left = exchange->begun + options->total_timeout - exchange->sent;
    double patience = options->request_timeout < left ? options->request_timeout : left;
    if (patience < 0)
        patience = 0;
    /* A stream may take as long as it likes, as long as bytes come. */
    bool stream = exchange->request.stream != NULL;
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, stream ? 0L : milliseconds(patience));
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, stream ? 1L : 0L);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, stream ? (long)ceil(patience) : 0L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                     milliseconds(patience < CONNECT_TIMEOUT ? patience : CONNECT_TIMEOUT));
    return true;
}

void g3_exchange_finish(g3_exchange *exchange)
{
    curl_easy_getinfo(exchange->easy, CURLINFO_RESPONSE_CODE, &exchange->response.status);
    exchange->response.seconds = g3_clock() - exchange->sent;
    struct curl_header *date;
    bool dated = curl_easy_header(exchange->easy, "Date", 0, CURLH_HEADER, -1, &date) == CURLHE_OK;
    time_t told = dated ? curl_getdate(date->value, NULL) : -1;
    exchange->response.date = told > 0 ? told : 0;
    if (exchange->request.stream)
        g3_exchange_finish_stream(exchange);
}

/* Empties a buffer; keeps its memory unless that is unusually much. */
static void recycle(g3_buffer *buffer)
{
    if (buffer->capacity > KEPT_CAPACITY)
        g3_buffer_free(buffer);
    else
        g3_buffer_clear(buffer);
}

void g3_exchange_clear(g3_exchange *exchange)
{
    exchange->state = G3_EXCHANGE_FREE;
    g3_buffer_free(&exchange->request.url);
    g3_buffer_free(&exchange->request.body);
    exchange->request = (g3_request){0};
    g3_buffer body = exchange->response.body;
    recycle(&body);
    exchange->response = (g3_response){.body = body};
}

void g3_exchange_free(g3_exchange *exchange)
{
    g3_exchange_clear(exchange);
    if (exchange->easy)
        curl_easy_cleanup(exchange->easy);
    free_headers(exchange->headers);
    g3_buffer_free(&exchange->response.body);
    g3_buffer_free(&exchange->url);
    *exchange = (g3_exchange){0};
}
