/* Probing: asks short pages behind guessed boundaries. Called by the sweep before it reads. */
#include "probe.h"
#include "g3/run/lookup.h"
#include "guesses.h"
#include "listing.h"
#include <stdlib.h>

/* Held bodies that no more guesses are made beyond, bytes: so that records of many kilobytes do not
 * fill the memory. */
#define HELD_LIMIT ((size_t)12 * 1024 * 1024)

/* A boundary that is asked for: the request's tag. */
typedef struct probe_ask {
    struct probe_ask *next; /* in the list of those to be sent again */
    g3_buffer boundary;
    size_t number; /* the guess's */
    int tries;     /* answers so far that could not be read */
    bool answered; /* with records: `range` is set */
    size_t range;  /* that the page's first record belongs to */
} probe_ask;

typedef struct probe {
    const g3_sweep_options *options;
    int64_t page; /* records asked for */
    bool single;  /* one range is enough: no guesses but the first */
    g3_ranges *ranges;
    g3_probed *probed;
    g3_guesses *guesses;
    g3_listing listing;
    probe_ask **asks; /* all, by number */
    size_t ask_count, ask_capacity;
    probe_ask *again;
    size_t in_flight;
} probe;

static probe_ask *add_ask(probe *run, size_t number, g3_buffer *take_boundary)
{
    probe_ask *ask = g3_allocate_zeroed(1, sizeof *ask);
    if (run->ask_count == run->ask_capacity) {
        run->ask_capacity = run->ask_capacity ? run->ask_capacity * 2 : 64;
        run->asks = g3_reallocate(run->asks, run->ask_capacity, sizeof(probe_ask *));
    }
    ask->boundary = *take_boundary;
    ask->number = number;
    run->asks[run->ask_count++] = ask;
    return ask;
}

static g3_pull next_probe(void *context, g3_request *request, g3_error *error)
{
    probe *run = context;
    probe_ask *ask = run->again;
    (void)error;
    if (ask) {
        run->again = ask->next;
    } else {
        size_t number;
        g3_buffer boundary = {0};
        if (!g3_guesses_next(run->guesses, &number, &boundary))
            return run->in_flight ? G3_PULL_LATER : G3_PULL_END;
        ask = add_ask(run, number, &boundary);
    }
    g3_index_list_request(request, run->options->base, run->options->filters,
                          g3_buffer_view(&ask->boundary), run->page);
    request->tag = ask;
    request->asked_before = ask->tries;
    run->in_flight++;
    return G3_PULL_REQUEST;
}

g3_held_page *g3_probed_add(g3_probed *probed)
{
    if (probed->count == probed->capacity) {
        probed->capacity = probed->capacity ? probed->capacity * 2 : 64;
        probed->pages = g3_reallocate(probed->pages, probed->capacity, sizeof *probed->pages);
    }
    probed->pages[probed->count] = (g3_held_page){0};
    return &probed->pages[probed->count++];
}

/* Keeps the page that the newest range began with, in no more memory than it needs. */
static void hold_page(g3_probed *probed, const g3_buffer *body, size_t kept)
{
    g3_held_page *page = g3_probed_add(probed);
    page->kept = kept;
    g3_buffer_append(&page->body, g3_buffer_view(body));
    probed->bytes += page->body.length;
}

static void ask_again(probe *run, probe_ask *ask)
{
    ask->next = run->again;
    run->again = ask;
}

static bool take_probe(void *context, const g3_request *request, g3_response *response,
                       g3_error *error)
{
    probe *run = context;
    probe_ask *ask = request->tag;
    const g3_listing *listing = &run->listing;
    size_t kept = 0;
    run->in_flight--;
    g3_listing_outcome outcome =
        g3_listing_take(&run->listing, request, response, run->page, &ask->tries, error);
    if (outcome == G3_LISTING_READ) {
        switch (g3_ranges_claim(run->ranges, listing->guids, listing->count, &kept, &ask->range)) {
        case G3_CLAIM_NEW:
            hold_page(run->probed, &response->body, kept);
            ask->answered = true;
            break;
        case G3_CLAIM_KNOWN:
            ask->answered = true;
            break;
        case G3_CLAIM_EMPTY:
            break;
        case G3_CLAIM_REPEATS:
            outcome = g3_listing_refuse(request, "a record that comes twice", &ask->tries, error);
        }
    }
    if (outcome == G3_LISTING_AGAIN)
        ask_again(run, ask);
    else if (outcome == G3_LISTING_READ && !run->single)
        g3_guesses_learn(run->guesses, ask->number, listing->guids, listing->count,
                         (int64_t)listing->count < run->page);
    return outcome != G3_LISTING_FAILED;
}

/* What lies behind a boundary is read by the range that its first record belongs to. */
static void add_estimates(probe *run)
{
    for (size_t i = 0; i < run->ask_count; i++)
        if (run->asks[i]->answered)
            run->probed->pages[run->asks[i]->range].estimate +=
                g3_guesses_estimate(run->guesses, run->asks[i]->number);
}

static bool probe_in_rounds(g3_http *http, probe *run, g3_error *error)
{
    const g3_producer producer = {next_probe, take_probe, run};
    g3_index_prefix prefix = {0};
    bool done = run->single || g3_index_fetch_prefix(http, run->options->base, &prefix, error);
    if (done && prefix.text.length)
        g3_guesses_add_prefix(run->guesses, g3_buffer_view(&prefix.text));
    g3_buffer_free(&prefix.text);
    do
        done = done && g3_http_run(http, &producer, error);
    while (done && !run->single && run->probed->bytes < HELD_LIMIT &&
           g3_guesses_refine(run->guesses));
    return done;
}

bool g3_probe_run(g3_http *http, const g3_sweep_options *options, int64_t records, size_t target,
                  g3_ranges *ranges, g3_probed *probed, g3_error *error)
{
    int64_t page = options->page;
    bool single = target <= 1;
    if (!single && page > G3_PROBE_PAGE)
        page = G3_PROBE_PAGE;
    probe run = {.options = options,
                 .single = single,
                 .page = page,
                 .ranges = ranges,
                 .probed = probed,
                 .guesses = g3_guesses_open(target, records)};
    g3_listing_set_up(&run.listing);
    bool done = probe_in_rounds(http, &run, error);
    if (done)
        add_estimates(&run);
    for (size_t i = 0; i < run.ask_count; i++) {
        g3_buffer_free(&run.asks[i]->boundary);
        free(run.asks[i]);
    }
    free(run.asks);
    g3_listing_clean_up(&run.listing);
    g3_guesses_close(run.guesses);
    return done;
}

void g3_probed_free(g3_probed *probed)
{
    for (size_t i = 0; i < probed->count; i++)
        g3_buffer_free(&probed->pages[i].body);
    free(probed->pages);
    *probed = (g3_probed){0};
}
