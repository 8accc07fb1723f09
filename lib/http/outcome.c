/* Judges a finished try: an answer, a failure, or a reason to send again. Called by the engine. */
#include "exchange.h"
#include "g3/base/clock.h"
#include "g3/http/status.h"

/* Redirects followed for one request: a service that renames its paths needs one or two. */
#define REDIRECT_LIMIT 5

static g3_outcome fail(g3_exchange *exchange, CURLcode result, g3_exit exit, const char *advice)
{
    g3_failure_set(exchange, result, exit, advice);
    return G3_OUTCOME_DONE;
}

static bool is_redirect(long status)
{
    return status == G3_HTTP_MOVED || status == G3_HTTP_FOUND || status == G3_HTTP_SEE_OTHER ||
           status == G3_HTTP_TEMPORARY_REDIRECT || status == G3_HTTP_PERMANENT_REDIRECT;
}

/* Within the same scheme, host and port redirects are followed with the login. Elsewhere only a GET
 * goes, without the login, and never from https to http. A request with a body goes only where the
 * service says that the method stays (307, 308): a browser's habit of turning it into a GET would
 * lose it. */
static g3_outcome judge_redirect(g3_exchange *exchange)
{
    const char *target = NULL;
    curl_easy_getinfo(exchange->easy, CURLINFO_REDIRECT_URL, &target);
    long status = exchange->response.status;
    if (!target)
        return fail(exchange, CURLE_OK, G3_EXIT_SERVICE, "a redirect that does not say where to");
    if (exchange->redirects >= REDIRECT_LIMIT)
        return fail(exchange, CURLE_OK, G3_EXIT_SERVICE,
                    "too many redirects; check the endpoint's URL");

    bool get = exchange->request.method == G3_GET;
    bool keeps_method =
        status == G3_HTTP_TEMPORARY_REDIRECT || status == G3_HTTP_PERMANENT_REDIRECT;
    bool foreign = !g3_url_same_origin(exchange->url.data, target);
    bool from_encrypted = strncasecmp(exchange->url.data, "https:", strlen("https:")) == 0;
    bool to_plain = strncasecmp(target, "http:", strlen("http:")) == 0;
    if ((!get && (foreign || !keeps_method)) || (from_encrypted && to_plain)) {
        g3_buffer advice = {0};
        g3_buffer_append_text(&advice, "the service says that it is at ");
        g3_url_append_shown(&advice, target);
        g3_buffer_append_text(&advice, "; give the endpoint's right URL");
        fail(exchange, CURLE_OK, G3_EXIT_SERVICE, g3_buffer_text(&advice));
        g3_buffer_free(&advice);
        return G3_OUTCOME_DONE;
    }
    exchange->foreign = exchange->foreign || foreign;
    exchange->redirects++;
    exchange->response.attempts--; /* it was no failure: the try goes on elsewhere */
    g3_buffer_clear(&exchange->url);
    g3_buffer_append_text(&exchange->url, target);
    g3_buffer_text(&exchange->url);
    return G3_OUTCOME_AGAIN;
}

/* 401: the token may have run out on the way; a new one is tried once. 403: it has no right. */
static g3_outcome judge_refusal(g3_exchange *exchange)
{
    const g3_authorizer *authorizer = exchange->options->authorizer;
    if (!exchange->with_login && exchange->foreign)
        return fail(exchange, CURLE_OK, G3_EXIT_UNAUTHORISED,
                    "the service led there, where the login is not sent: give its right URL");
    if (!exchange->with_login)
        return fail(exchange, CURLE_OK, G3_EXIT_UNAUTHORISED,
                    "this needs a login: give --credentials, --token-file or --basic-auth-file");
    if (exchange->response.status == G3_HTTP_FORBIDDEN)
        return fail(exchange, CURLE_OK, G3_EXIT_UNAUTHORISED, "the login has no right to this");
    g3_error reason = {0};
    if (!exchange->renewed &&
        authorizer->renew(authorizer->context, exchange->generation, &reason)) {
        exchange->renewed = true;
        exchange->response.attempts--; /* not a repeat that would count against --retries */
        return G3_OUTCOME_AGAIN;
    }
    /* A token service that is down is no refusal, nor is the user's interrupt. */
    return fail(exchange, CURLE_OK, reason.exit ? reason.exit : G3_EXIT_UNAUTHORISED,
                *reason.message ? reason.message : "the service does not accept the login");
}

/* Seconds until the repeat: as the service asks, or as back-off says. */
static double repeat_delay(g3_exchange *exchange, CURLcode result, g3_random *random)
{
    struct curl_header *header;
    if (result == CURLE_OK && curl_easy_header(exchange->easy, "Retry-After", 0, CURLH_HEADER, -1,
                                               &header) == CURLHE_OK) {
        double asked = g3_retry_after(header->value, time(NULL), random);
        if (asked >= 0)
            return asked;
    }
    return g3_retry_delay(random, exchange->response.attempts - 1);
}

/* True if not a byte of the request left this machine: the service cannot have acted on it. */
static bool never_sent(const g3_exchange *exchange)
{
    long sent = 0;
    curl_easy_getinfo(exchange->easy, CURLINFO_REQUEST_SIZE, &sent);
    return sent == 0;
}

/* Repeats have run out: says what the user may do. */
static g3_outcome give_up(g3_exchange *exchange, CURLcode result, g3_trouble trouble)
{
    if (!exchange->contact->made)
        return fail(exchange, result, G3_EXIT_SERVICE,
                    "is the endpoint's URL right? --retries N waits longer for a service that is "
                    "not up yet");
    if (trouble == G3_TROUBLE_TIMEOUT)
        return fail(exchange, result, G3_EXIT_SERVICE,
                    "the service is down or overloaded: try again later, with more --retries, or "
                    "with a longer --timeout");
    return fail(exchange, result, G3_EXIT_SERVICE,
                "the service is down or overloaded: try again later, or with more --retries");
}

static g3_outcome judge_trouble(g3_exchange *exchange, CURLcode result, g3_trouble trouble,
                                g3_random *random)
{
    const g3_contact *contact = exchange->contact;
    const g3_stream *stream = exchange->request.stream;
    if (stream && stream->received > exchange->furthest) { /* it was not in vain */
        exchange->furthest = stream->received;
        exchange->response.attempts = 1;
        exchange->begun = g3_clock();
    }
    int64_t retries = contact->made || contact->insist ? exchange->options->retries
                                                       : g3_first_contact_retries(result);
    if (exchange->stopped)
        return fail(exchange, result, G3_EXIT_INTERRUPTED, "the transfer was stopped");
    if (exchange->too_large)
        return fail(exchange, result, G3_EXIT_SERVICE, "ask for less at once (--batch)");
    if (result == CURLE_OUT_OF_MEMORY) /* no fault of the service's */
        return fail(exchange, result, G3_EXIT_LOCAL, "");
    if (!g3_trouble_is_temporary(trouble))
        return fail(exchange, result, G3_EXIT_SERVICE, "");
    exchange->response.timed_out = trouble == G3_TROUBLE_TIMEOUT && !never_sent(exchange);
    if (exchange->response.timed_out && exchange->request.divisible)
        return give_up(exchange, result, trouble);
    if (!exchange->request.repeatable && !(result != CURLE_OK && never_sent(exchange)))
        return fail(exchange, result, G3_EXIT_SERVICE,
                    "it may or may not have been carried out and is not sent again: look first");
    if (exchange->response.attempts > retries)
        return give_up(exchange, result, trouble);
    double now = g3_clock();
    exchange->due = now + repeat_delay(exchange, result, random);
    if (exchange->due > exchange->begun + exchange->options->total_timeout)
        return fail(exchange, result, G3_EXIT_SERVICE,
                    "no time is left for another try: try again later, or with a longer "
                    "--total-timeout");
    return G3_OUTCOME_LATER;
}

g3_outcome g3_exchange_judge(g3_exchange *exchange, CURLcode result, g3_random *random,
                             g3_trouble *trouble)
{
    long status = exchange->response.status;
    *trouble = g3_trouble_of(result, status);
    if (result == CURLE_OK || !never_sent(exchange))
        exchange->contact->made = true;
    if (*trouble != G3_TROUBLE_NONE)
        return judge_trouble(exchange, result, *trouble, random);
    if (is_redirect(status))
        return judge_redirect(exchange);
    if (status == G3_HTTP_RANGE_NOT_SATISFIABLE && g3_exchange_forget_stream(exchange))
        return G3_OUTCOME_AGAIN;
    if (status == G3_HTTP_UNAUTHORISED || status == G3_HTTP_FORBIDDEN)
        return judge_refusal(exchange);
    return G3_OUTCOME_DONE;
}
