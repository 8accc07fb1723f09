/* Asynchronous HTTP on curl's multi interface: a bounded window of requests pulled from a producer.
 *
 *     engine pulls:  next(context, &request)   when there is room in the window
 *     engine gives:  done(context, request, response)   when an answer (or final failure) is there
 *
 * g3_http_run() turns until the producer has ended and nothing is in flight. All of it happens in
 * the calling thread. Backpressure is the pulling: nothing is read from the manifest before there
 * is room to ask about it.
 *
 * Retries: connection errors, 408, 429 and 5xx, for requests that say they may be repeated, with
 * exponential back-off and full jitter (delay uniform in [0, min(cap, base * 2^attempt)], see
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/), or as Retry-After
 * says (RFC 9110, 10.2.3, seconds or date). Where nothing has answered yet the URL may be wrong, so
 * that patience is shorter unless a number of repeats is asked for. Concurrency adapts below the
 * limit: it grows while throughput grows with it, halves on 429, 503 and time-outs.
 */
#ifndef G3_HTTP_ENGINE_H
#define G3_HTTP_ENGINE_H

#include "g3/base/abi.h"
#include "g3/base/buffer.h"
#include "g3/base/error.h"
#include "g3/base/histogram.h"
#include "g3/base/report.h"
#include "g3/http/url.h"
#include <time.h>

G3_BEGIN_C

/* An engine: its connections, its window, what it knows of the services. */
typedef struct g3_http g3_http;

/* The methods that the services know. */
typedef enum g3_method { G3_GET, G3_POST, G3_PUT, G3_DELETE } g3_method;

/* Where requests get their login. */
typedef struct g3_authorizer {
    /* Appends the header line's value ("Bearer ..." or "Basic ...") to `value`, or nothing where no
     * login is needed. Called for each request right before it is sent, for that request's URL;
     * must not give a login to a host that it is not for.
     * @param generation  set to a number that changes with each new token */
    bool (*authorize)(void *context, const char *url, g3_buffer *value, uint64_t *generation,
                      g3_error *error);
    /* A request that carried the token of `generation` met 401. Get a new one (once: if the
     * generation has moved on meanwhile there is nothing to do).
     * @return false if there is no getting a new one: the 401 then stands */
    bool (*renew)(void *context, uint64_t generation, g3_error *error);
    void *context;
} g3_authorizer;

/* What an engine is opened with; all zero but `retries` (-1) is a good choice. */
typedef struct g3_http_options {
    int64_t connections; /* most requests in flight; 0: G3_HTTP_CONNECTIONS */
    int64_t retries; /* repeats of one request after the first try; -1: G3_HTTP_RETRIES, fewer as
                        long as nothing has answered */
    double request_timeout; /* seconds for one try, to the last byte; 0: G3_HTTP_TIMEOUT */
    double total_timeout; /* seconds for a request with all its repeats; 0: G3_HTTP_TOTAL_TIMEOUT */
    size_t answer_limit;  /* bytes (unpacked) an answer may have; 0: G3_HTTP_ANSWER_LIMIT */
    const char *ca_file;  /* PEM file instead of the system's, or NULL; borrowed */
    const g3_authorizer *authorizer; /* or NULL; borrowed */
    g3_reporter *reporter; /* for one warning per kind of trouble; borrowed; may be NULL */
} g3_http_options;

/* What an engine does where its options say nothing: requests in flight, repeats, seconds for a try
 * and for a request with all its repeats, bytes of an answer (many times what a full page has). */
#define G3_HTTP_CONNECTIONS   8 /* the index service is full with 2 to 4 */
#define G3_HTTP_RETRIES       8 /* about a minute of patience: what a service needs to start anew */
#define G3_HTTP_TIMEOUT       400 /* what a commons' gateway lets a request take */
#define G3_HTTP_TOTAL_TIMEOUT 3600
#define G3_HTTP_ANSWER_LIMIT  ((size_t)64 * 1024 * 1024)

/* Takes the body of a good answer (2xx) as it comes, instead of holding it: as stored, not
 * unpacked, of any length. A transfer that breaks goes on where it broke (Range, RFC 9110, 14), or,
 * if the service can't do that or the content has changed, from the beginning. There is no limit to
 * its time, but to that without a byte (request_timeout); each try that brings something renews the
 * patience with failures. */
typedef struct g3_stream {
    void (*restart)(void *context);                /* what came is void: it comes anew */
    bool (*receive)(void *context, g3_view bytes); /* @return false to end the transfer */
    void *context;
    int64_t received;    /* bytes so far; the engine's, as what follows */
    char validator[128]; /* by which the service knows that the content is still the same, or "" */
} g3_stream;

/* One request; redirects are followed within its scheme, host and port, and for a GET elsewhere
 * without the login. The producer fills it in; url and body are the engine's from then on. */
typedef struct g3_request {
    g3_method method;
    g3_buffer url;            /* whole URL, percent-encoded */
    g3_buffer body;           /* empty: none */
    const char *content_type; /* of the body; NULL: application/json; static */
    bool repeatable;          /* may be sent again after it might have reached the service */
    bool divisible; /* it can be asked in parts: where no answer comes in time it is not repeated,
                       and the producer is told so (timed_out) */
    g3_stream *stream; /* of a GET; borrowed until done(); NULL: none */
    int asked_before;  /* times that the producer has asked this and got an answer that it could not
                          use: it is sent after a back-off that grows with them */
    void *tag;         /* the producer's own, given back in done() */
} g3_request;

/* Begins a request anew: its method, and `path` behind `base` as its URL. It is repeatable, and its
 * tag is left alone. */
void g3_request_begin(g3_request *request, g3_method method, const char *base, const char *path);

/* Frees a request that is not sent. */
void g3_request_free(g3_request *request);

/* What came of one request, its repeats included. */
typedef struct g3_response {
    long status;    /* HTTP status of the last try; 0 if there was no answer */
    g3_buffer body; /* of the last try, unpacked; the receiver may take it (copy the struct, zero
                       this one); freed after done() otherwise */
    int attempts;   /* tries made */
    double seconds; /* the last try took */
    time_t date;    /* the service's clock, as its Date header has it; 0 if it has none */
    g3_error error; /* for status 0 or when retries ran out (5xx...): what a user needs to know */
    bool failed;    /* `error` is set: connection failure, time-out, answer too large, status still
                       408/429/5xx after retries. Other 4xx are answers, not failures. */
    bool timed_out; /* failed, for no whole answer came in time (408 and 504 too) */
} g3_response;

/* Appends what an answer says, for a message: `400 Bad Request: ` and the service's own words, on
 * one line, cut where they are long. */
void g3_response_append_words(g3_buffer *text, const g3_response *response);

/* Fails with those words, for an answer that is not what was asked for: with G3_EXIT_DIFFERENCES
 * where the service refuses (4xx), else with G3_EXIT_SERVICE.
 * @param subject  what was asked about, in front of them
 * @return false */
bool g3_response_fail(const g3_response *response, const char *subject, g3_error *error);

/* Fails for an answer that a run can't go on with: with the response's own error if it failed, else
 * with G3_EXIT_SERVICE, the request's URL and the answer's words.
 * @return false */
bool g3_request_fail(const g3_request *request, const g3_response *response, g3_error *error);

/* Fails with G3_EXIT_SERVICE for a request whose answers can't be read though it was repeated.
 * @param reason  what is wrong with them
 * @return false */
bool g3_request_fail_unreadable(const g3_request *request, const char *reason, g3_error *error);

/* A producer's answer to being asked for a request. */
typedef enum g3_pull {
    G3_PULL_REQUEST, /* a request was given */
    G3_PULL_LATER,   /* none now, but after another done() there may be */
    G3_PULL_END,     /* no more will come from this producer */
    G3_PULL_ERROR,   /* stop: `error` is set */
} g3_pull;

/* Whoever has requests to send and takes their answers. */
typedef struct g3_producer {
    g3_pull (*next)(void *context, g3_request *request, g3_error *error);
    /* @return false to stop the run with `error` */
    bool (*done)(void *context, const g3_request *request, g3_response *response, g3_error *error);
    void *context;
} g3_producer;

/* Makes an engine. No connection is opened before there is a request.
 * @return owned by the caller: g3_http_close(); NULL with G3_EXIT_LOCAL, G3_EXIT_INPUT (CA file) */
g3_http *g3_http_open(const g3_http_options *options, g3_error *error);

/* Runs a producer to its end. May be called again with another producer (connections are kept), but
 * not from within next() or done(). A run that fails, for whatever reason, abandons what is in
 * flight without done(): tags that were given out are the producer's to free. On SIGINT or SIGTERM
 * (g3/base/interrupt.h) no more is pulled, what is in flight is finished (repeats are not waited
 * for), then it fails with G3_EXIT_INTERRUPTED.
 * @return false with the error of next(), done() or the engine itself */
bool g3_http_run(g3_http *http, const g3_producer *producer, g3_error *error);

/* Sends one prepared request, waiting for the answer.
 * @param take_request  its url and body are taken over, also on failure
 * @param response  filled in; the caller frees response->body
 * @return false only if interrupted or for lack of memory; see response->failed */
bool g3_http_send(g3_http *http, g3_request *take_request, g3_response *response, g3_error *error);

/* One request that may be repeated, waiting for the answer; a convenience over g3_http_run().
 * @param body  JSON or empty
 * @param response  filled in; the caller frees response->body
 * @return false only if interrupted or for lack of memory; see response->failed */
bool g3_http_fetch(g3_http *http, g3_method method, const char *url, g3_view body,
                   g3_response *response, g3_error *error);

/* Why a request was sent again. */
typedef enum g3_http_cause {
    G3_HTTP_CAUSE_UNREACHED, /* no connection to the service */
    G3_HTTP_CAUSE_TIMEOUT,   /* no whole answer in time */
    G3_HTTP_CAUSE_BROKEN,    /* reset, empty, cut off or garbled answer */
    G3_HTTP_CAUSE_UNUSABLE,  /* a good answer that its receiver could not use */
    G3_HTTP_CAUSE_408,       /* these statuses */
    G3_HTTP_CAUSE_429,
    G3_HTTP_CAUSE_500,
    G3_HTTP_CAUSE_502,
    G3_HTTP_CAUSE_503,
    G3_HTTP_CAUSE_504,
    G3_HTTP_CAUSE_5XX, /* another one of these */
    G3_HTTP_CAUSES,
} g3_http_cause;

/* What people call a cause: "503 Service Unavailable"; static. */
const char *g3_http_cause_name(g3_http_cause cause);

/* Counters since open. */
typedef struct g3_http_statistics {
    uint64_t requests; /* answers received */
    uint64_t retries;
    uint64_t causes[G3_HTTP_CAUSES]; /* of the retries */
    uint64_t bytes;                  /* of answers' bodies, unpacked */
    int64_t window;                  /* requests that the engine allows in flight at present */
    g3_histogram latency; /* of tries that were answered: seconds to the answer's last byte */
} g3_http_statistics;

/* The counters as they are now. */
g3_http_statistics g3_http_get_statistics(const g3_http *http);

/* Adds the counters of another engine, but for the window. */
void g3_http_statistics_add(g3_http_statistics *statistics, const g3_http_statistics *other);

void g3_http_close(g3_http *http); /* NULL is allowed */

G3_END_C

#endif
