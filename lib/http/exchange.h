/* One request on its way: its curl handle, its tries, its answer. For the engine's files only.
 *
 * engine.c decides when something is sent; exchange.c sends one try and takes in the answer;
 * outcome.c judges a finished try; failure.c puts trouble into words.
 */
#ifndef G3_HTTP_EXCHANGE_H
#define G3_HTTP_EXCHANGE_H

#include "g3/http/engine.h"
#include "retry.h"
#include <curl/curl.h>

typedef enum g3_exchange_state {
    G3_EXCHANGE_FREE,    /* no request */
    G3_EXCHANGE_SENT,    /* a try is in flight: its handle is with curl's multi handle */
    G3_EXCHANGE_WAITING, /* a repeat is to be sent when `due` has come */
} g3_exchange_state;

/* What all exchanges of an engine know about the other side. */
typedef struct g3_contact {
    bool made;   /* it has been reached: trouble with connecting may pass */
    bool insist; /* the number of repeats was asked for: it holds for the first contact too */
} g3_contact;

/* Zero-initialise to begin, g3_exchange_free() to end; used for one request after another. */
typedef struct g3_exchange {
    g3_exchange_state state;
    const g3_http_options *options;  /* the engine's, defaults filled in */
    g3_contact *contact;             /* the engine's */
    CURL *easy;                      /* made for the first try, kept for good */
    struct curl_slist *headers;      /* of the try in flight */
    char curl_text[CURL_ERROR_SIZE]; /* curl's own words about the last failure */

    g3_request request;
    g3_response response;
    g3_buffer url;   /* where the next try goes, NUL-terminated: request.url, or where that led */
    int redirects;   /* followed for this request */
    bool foreign;    /* led to another scheme, host or port: gets no login */
    bool with_login; /* the last try carried a login ... */
    uint64_t generation; /* ... of this generation */
    bool renewed;        /* a 401 has already led to a new login */
    bool too_large;      /* the answer passed the limit */
    bool stopped;        /* the stream's receiver wants no more */
    bool streaming;      /* the try's body goes to request.stream */
    int64_t furthest;    /* bytes that the stream has had at most: beyond is progress */
    double begun;        /* when the request was pulled, seconds of g3_clock() */
    double sent;         /* when the last try was sent */
    double due;          /* when a waiting repeat is to be sent */
    g3_http_cause cause; /* of that repeat */
} g3_exchange;

/* Appends a header line to a list, as curl_slist_append(), which gives NULL without memory. */
struct curl_slist *g3_headers_append(struct curl_slist *headers, const char *line);

/* stream.c: takes bytes for request.stream. @return false to end the transfer */
bool g3_exchange_stream(g3_exchange *exchange, g3_view bytes);

/* stream.c: what a try asks for besides, as header lines; and its patience. */
struct curl_slist *g3_exchange_prepare_stream(g3_exchange *exchange, struct curl_slist *headers);

/* stream.c: what came is of no use: the next try begins anew. @return false if nothing came */
bool g3_exchange_forget_stream(g3_exchange *exchange);

/* stream.c: an answer without a byte has come. */
void g3_exchange_finish_stream(g3_exchange *exchange);

/* Takes over `request` (zeroed after). */
void g3_exchange_begin(g3_exchange *exchange, g3_request *request);

/* Makes the curl handle ready for the next try.
 * @return false if there is no login to be had or no time left */
bool g3_exchange_prepare(g3_exchange *exchange, g3_error *error);

/* Takes in status and times when curl has finished the try. */
void g3_exchange_finish(g3_exchange *exchange);

/* Forgets request and answer; the handle and some memory stay for the next. */
void g3_exchange_clear(g3_exchange *exchange);

/* Gives everything back. */
void g3_exchange_free(g3_exchange *exchange);

/* What follows from a finished try. */
typedef enum g3_outcome {
    G3_OUTCOME_DONE,  /* response is final: an answer, or `failed` with `error` */
    G3_OUTCOME_AGAIN, /* send again at once: redirected, or the login was renewed */
    G3_OUTCOME_LATER, /* send again when `due` has come */
} g3_outcome;

/* @param trouble  set to what went wrong, if anything, whatever the outcome */
g3_outcome g3_exchange_judge(g3_exchange *exchange, CURLcode result, g3_random *random,
                             g3_trouble *trouble);

/* Appends "GET http://...: 503 Service Unavailable", or curl's words where no answer came. */
void g3_failure_describe(g3_buffer *text, const g3_exchange *exchange, CURLcode result);

/* Fills in response.failed and .error: description, number of tries, what the service says,
 * `advice`. */
void g3_failure_set(g3_exchange *exchange, CURLcode result, g3_exit exit, const char *advice);

/* statistics.c: why a try is repeated. @param trouble  what was wrong with it */
g3_http_cause g3_cause_of(CURLcode result, long status, g3_trouble trouble);

#endif
