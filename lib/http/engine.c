/* The engine's turning: pulls requests, keeps them in flight, waits, hands out answers. Called by
 * whatever talks to a service. */
#include "concurrency.h"
#include "exchange.h"
#include "g3/base/clock.h"
#include "g3/base/interrupt.h"
#include "g3/base/memory.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

/* Seconds that requests in flight are given to end once the user interrupts. */
#define INTERRUPT_PATIENCE 30.0

/* Longest sleep, seconds: rare enough that waking up for nothing costs nothing. */
#define LONGEST_POLL 60.0

#define MILLISECONDS 1000.0

struct g3_http {
    g3_http_options options; /* defaults filled in */
    CURLM *multi;
    g3_exchange *exchanges; /* options.connections of them: no more are ever open at once */
    int64_t sent;           /* exchanges in state SENT */
    int64_t waiting;        /* exchanges in state WAITING */
    g3_contact contact;
    g3_http_window window;
    g3_random random;
    bool warned[G3_TROUBLE_KINDS];
    bool running;
    g3_http_statistics statistics;
};

/* What belongs to one g3_http_run(). */
typedef struct engine_run {
    g3_http *http;
    const g3_producer *producer;
    bool ended;       /* the producer has no more */
    bool later;       /* the producer has none before another done() */
    bool interrupted; /* a signal has been seen */
    double give_up;   /* once interrupted: when patience with what is in flight ends */
} engine_run;

static void fill_in_defaults(g3_http_options *options)
{
    if (options->connections <= 0)
        options->connections = G3_HTTP_CONNECTIONS;
    if (options->retries < 0)
        options->retries = G3_HTTP_RETRIES;
    if (options->request_timeout <= 0)
        options->request_timeout = G3_HTTP_TIMEOUT;
    if (options->total_timeout <= 0)
        options->total_timeout = G3_HTTP_TOTAL_TIMEOUT;
    if (options->answer_limit == 0)
        options->answer_limit = G3_HTTP_ANSWER_LIMIT;
}

g3_http *g3_http_open(const g3_http_options *options, g3_error *error)
{
    if (options->ca_file && access(options->ca_file, R_OK) != 0) {
        g3_fail(error, G3_EXIT_INPUT, "%s: cannot read the CA certificates: %s", options->ca_file,
                strerror(errno));
        return NULL;
    }
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        g3_fail(error, G3_EXIT_LOCAL, "cannot set up libcurl");
        return NULL;
    }
    g3_http *http = g3_allocate_zeroed(1, sizeof *http);
    http->options = *options;
    http->contact.insist = options->retries >= 0;
    fill_in_defaults(&http->options);
    http->multi = curl_multi_init();
    if (!http->multi) {
        g3_http_close(http);
        g3_fail(error, G3_EXIT_LOCAL, "cannot set up libcurl: out of memory");
        return NULL;
    }
    int64_t connections = http->options.connections;
    curl_multi_setopt(http->multi, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
    curl_multi_setopt(http->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long)connections);
    curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, (long)connections);
    http->exchanges = g3_allocate_zeroed((size_t)connections, sizeof *http->exchanges);
    for (int64_t i = 0; i < connections; i++) {
        http->exchanges[i].options = &http->options;
        http->exchanges[i].contact = &http->contact;
    }
    g3_http_window_begin(&http->window, connections);
    g3_random_seed(&http->random);
    return http;
}

void g3_http_close(g3_http *http)
{
    if (!http)
        return;
    if (http->exchanges)
        for (int64_t i = 0; i < http->options.connections; i++)
            g3_exchange_free(&http->exchanges[i]);
    free(http->exchanges);
    if (http->multi)
        curl_multi_cleanup(http->multi);
    curl_global_cleanup();
    free(http);
}

g3_http_statistics g3_http_get_statistics(const g3_http *http)
{
    g3_http_statistics statistics = http->statistics;
    statistics.window = http->window.size;
    return statistics;
}

static g3_exchange *find_free(g3_http *http)
{
    for (int64_t i = 0; i < http->options.connections; i++)
        if (http->exchanges[i].state == G3_EXCHANGE_FREE)
            return &http->exchanges[i];
    return NULL;
}

/* The repeat that has been due longest, or NULL if none waits. */
static g3_exchange *find_next_due(g3_http *http)
{
    g3_exchange *first = NULL;
    for (int64_t i = 0; http->waiting && i < http->options.connections; i++) {
        g3_exchange *exchange = &http->exchanges[i];
        if (exchange->state == G3_EXCHANGE_WAITING && (!first || exchange->due < first->due))
            first = exchange;
    }
    return first;
}

static void change_state(g3_http *http, g3_exchange *exchange, g3_exchange_state state)
{
    http->sent += (state == G3_EXCHANGE_SENT) - (exchange->state == G3_EXCHANGE_SENT);
    http->waiting += (state == G3_EXCHANGE_WAITING) - (exchange->state == G3_EXCHANGE_WAITING);
    exchange->state = state;
}

/* Forgets a request without done(). */
static void abandon(g3_http *http, g3_exchange *exchange)
{
    if (exchange->state == G3_EXCHANGE_SENT)
        curl_multi_remove_handle(http->multi, exchange->easy);
    change_state(http, exchange, G3_EXCHANGE_FREE);
    g3_exchange_clear(exchange);
}

static void abandon_all(g3_http *http, bool sent_too)
{
    for (int64_t i = 0; i < http->options.connections; i++) {
        g3_exchange *exchange = &http->exchanges[i];
        if (exchange->state == G3_EXCHANGE_WAITING ||
            (sent_too && exchange->state == G3_EXCHANGE_SENT))
            abandon(http, exchange);
    }
}

/* Gives the producer its final answer. */
static bool hand_out(engine_run *run, g3_exchange *exchange, g3_error *error)
{
    run->later = false;
    g3_reporter *reporter = run->http->options.reporter;
    if (reporter) {
        reporter->facts.in_flight = run->http->sent - (exchange->state == G3_EXCHANGE_SENT);
        reporter->facts.repeats = run->http->statistics.retries;
    }
    bool ok =
        run->producer->done(run->producer->context, &exchange->request, &exchange->response, error);
    change_state(run->http, exchange, G3_EXCHANGE_FREE);
    g3_exchange_clear(exchange);
    return ok;
}

/* Sends a try; one that cannot even be sent is handed out as failed. */
static bool send_try(engine_run *run, g3_exchange *exchange, g3_error *error)
{
    g3_http *http = run->http;
    g3_response *response = &exchange->response;
    if (g3_exchange_prepare(exchange, &response->error)) {
        CURLMcode result = curl_multi_add_handle(http->multi, exchange->easy);
        if (result != CURLM_OK) {
            g3_exchange_clear(exchange);
            return g3_fail(error, G3_EXIT_LOCAL, "cannot send a request: %s",
                           curl_multi_strerror(result));
        }
        change_state(http, exchange, G3_EXCHANGE_SENT);
        return true;
    }
    response->failed = true;
    return hand_out(run, exchange, error);
}

static bool send_what_is_due(engine_run *run, g3_error *error)
{
    g3_http *http = run->http;
    while (http->waiting && http->sent < http->window.size) {
        g3_exchange *exchange = find_next_due(http);
        if (exchange->due > g3_clock())
            break;
        http->statistics.retries++;
        http->statistics.causes[exchange->cause]++;
        change_state(http, exchange, G3_EXCHANGE_FREE);
        if (!send_try(run, exchange, error))
            return false;
    }
    return true;
}

/* Lets a request wait whose answer the producer could not use: one that is asked for again at once
 * would most often be answered with the same. */
static void hold_back(g3_http *http, g3_exchange *exchange)
{
    exchange->due = g3_clock() + g3_retry_delay(&http->random, exchange->request.asked_before - 1);
    exchange->cause = G3_HTTP_CAUSE_UNUSABLE;
    change_state(http, exchange, G3_EXCHANGE_WAITING);
}

/* Fills the window from the producer. A service in trouble gets fewer requests at a time, for the
 * window then is smaller, and none but repeats once as many wait as there may be connections; but
 * single requests that wait for their repeat do not hold up the others. */
static bool pull(engine_run *run, g3_error *error)
{
    g3_http *http = run->http;
    while (!run->ended && !run->later && http->sent < http->window.size &&
           http->sent + http->waiting < http->options.connections) {
        g3_request request = {0};
        switch (run->producer->next(run->producer->context, &request, error)) {
        case G3_PULL_REQUEST: {
            g3_exchange *exchange = find_free(http);
            g3_exchange_begin(exchange, &request);
            if (exchange->request.asked_before > 0)
                hold_back(http, exchange);
            else if (!send_try(run, exchange, error))
                return false;
            break;
        }
        case G3_PULL_LATER:
            run->later = true;
            break;
        case G3_PULL_END:
            run->ended = true;
            break;
        case G3_PULL_ERROR:
            return false;
        }
    }
    return true;
}

/* One warning for each kind of trouble: a service that is down would else fill the terminal. */
static void warn_once(g3_http *http, const g3_exchange *exchange, CURLcode result,
                      g3_trouble trouble)
{
    if (!http->options.reporter || http->warned[trouble])
        return;
    http->warned[trouble] = true;
    g3_buffer text = {0};
    g3_failure_describe(&text, exchange, result);
    g3_warn(http->options.reporter, "%s; trying again (said once for this kind of trouble)",
            g3_buffer_text(&text));
    g3_buffer_free(&text);
}

static void adapt_window(g3_http *http, const g3_exchange *exchange, g3_trouble trouble, bool full)
{
    if (trouble == G3_TROUBLE_BUSY || trouble == G3_TROUBLE_TIMEOUT)
        g3_http_window_cut(&http->window, exchange->sent, g3_clock());
    else if (trouble == G3_TROUBLE_NONE)
        g3_http_window_count(&http->window, exchange->response.seconds, full);
}

/* Deals with a try that curl has finished. */
static bool settle(engine_run *run, g3_exchange *exchange, CURLcode result, g3_error *error)
{
    g3_http *http = run->http;
    bool full = http->sent >= http->window.size;
    g3_exchange_finish(exchange);
    if (result == CURLE_OK) {
        http->statistics.requests++;
        http->statistics.bytes += exchange->response.body.length;
        g3_histogram_add(&http->statistics.latency, exchange->response.seconds);
    }
    g3_trouble trouble;
    g3_outcome outcome = g3_exchange_judge(exchange, result, &http->random, &trouble);
    curl_multi_remove_handle(http->multi, exchange->easy);
    change_state(http, exchange, G3_EXCHANGE_FREE);
    adapt_window(http, exchange, trouble, full);
    if (outcome == G3_OUTCOME_DONE)
        return hand_out(run, exchange, error);
    if (run->interrupted) {
        abandon(http, exchange);
        return true;
    }
    if (outcome == G3_OUTCOME_AGAIN)
        return send_try(run, exchange, error);
    warn_once(http, exchange, result, trouble);
    exchange->cause = g3_cause_of(result, exchange->response.status, trouble);
    change_state(http, exchange, G3_EXCHANGE_WAITING);
    return true;
}

/* Sleeps until a connection has something to say, a repeat is due or a signal comes. */
static bool wait_for_news(engine_run *run, g3_error *error)
{
    g3_http *http = run->http;
    double seconds = LONGEST_POLL, now = g3_clock();
    g3_exchange *next = find_next_due(http);
    if (next && http->sent < http->window.size && next->due - now < seconds)
        seconds = next->due - now;
    if (run->interrupted && run->give_up - now < seconds)
        seconds = run->give_up - now;
    if (seconds <= 0)
        return true;
    /* Once it has been seen the signal's descriptor stays readable and would keep us awake. */
    struct curl_waitfd signal = {.fd = g3_interrupt_descriptor(), .events = CURL_WAIT_POLLIN};
    unsigned watched = signal.fd >= 0 && !run->interrupted ? 1 : 0;
    CURLMcode result = curl_multi_poll(http->multi, watched ? &signal : NULL, watched,
                                       (int)ceil(seconds * MILLISECONDS), NULL);
    return result == CURLM_OK || g3_fail(error, G3_EXIT_LOCAL, "cannot wait for the network: %s",
                                         curl_multi_strerror(result));
}

/* Lets curl work, hands out what is finished, or sleeps if nothing is. */
static bool turn(engine_run *run, g3_error *error)
{
    g3_http *http = run->http;
    int running, left;
    CURLMcode result = curl_multi_perform(http->multi, &running);
    if (result != CURLM_OK)
        return g3_fail(error, G3_EXIT_LOCAL, "cannot use the network: %s",
                       curl_multi_strerror(result));
    bool news = false;
    CURLMsg *message;
    while ((message = curl_multi_info_read(http->multi, &left))) {
        if (message->msg != CURLMSG_DONE)
            continue;
        news = true;
        char *exchange;
        CURLcode outcome = message->data.result; /* the message ends with its handle's removal */
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &exchange);
        if (!settle(run, (g3_exchange *)(void *)exchange, outcome, error))
            return false;
    }
    return news || wait_for_news(run, error);
}

/* Notes a signal: no more is pulled, no repeat is waited for, patience is limited. */
static void heed_interrupt(engine_run *run)
{
    if (run->interrupted || !g3_interrupted())
        return;
    run->interrupted = run->ended = true;
    double patience = run->http->options.request_timeout;
    run->give_up = g3_clock() + (patience < INTERRUPT_PATIENCE ? patience : INTERRUPT_PATIENCE);
    abandon_all(run->http, false);
}

static bool run_to_end(engine_run *run, g3_error *error)
{
    g3_http *http = run->http;
    for (;;) {
        heed_interrupt(run);
        if (!send_what_is_due(run, error) || !pull(run, error))
            return false;
        bool idle = http->sent == 0 && http->waiting == 0;
        if (run->interrupted && (idle || g3_clock() >= run->give_up))
            return g3_fail(error, G3_EXIT_INTERRUPTED, "interrupted");
        if (idle && run->ended)
            return true;
        if (idle && run->later)
            return g3_fail(error, G3_EXIT_LOCAL,
                           "internal error: the producer of requests waits for an answer "
                           "though nothing is in flight");
        if (!idle && !turn(run, error))
            return false;
    }
}

bool g3_http_run(g3_http *http, const g3_producer *producer, g3_error *error)
{
    if (http->running)
        return g3_fail(error, G3_EXIT_LOCAL,
                       "internal error: a run of requests was begun within another");
    http->running = true;
    engine_run run = {.http = http, .producer = producer};
    bool ok = run_to_end(&run, error);
    abandon_all(http, true);
    http->running = false;
    return ok;
}
