/* Begins a shard: a short page behind every boundary. Called by the sweep before it reads. */
#include "cut_probe.h"
#include "listing.h"
#include <stdlib.h>

/* The page behind one boundary: its request's tag. */
typedef struct cut_page {
    struct cut_page *next; /* in the list of those to be asked for again */
    g3_buffer body;        /* only of this shard's boundaries */
    g3_view *guids;
    size_t count;
    size_t kept; /* the first ones, up to where another boundary's page begins */
    int tries;   /* answers so far that could not be read */
} cut_page;

typedef struct cut_probe {
    const g3_sweep_options *options;
    const g3_cuts *cuts;
    int64_t limit;
    cut_page *pages; /* by boundary */
    size_t asked;
    size_t in_flight;
    cut_page *again;
    g3_listing listing;
    g3_arena texts;
} cut_probe;

static bool is_own(const g3_cuts *cuts, size_t number)
{
    return number >= cuts->first && number < cuts->end;
}

static g3_pull next_page(void *context, g3_request *request, g3_error *error)
{
    cut_probe *run = context;
    cut_page *page = run->again;
    (void)error;
    if (page)
        run->again = page->next;
    else if (run->asked < run->cuts->count)
        page = &run->pages[run->asked++];
    else
        return run->in_flight ? G3_PULL_LATER : G3_PULL_END;
    g3_index_list_request(request, run->options->base, run->options->filters,
                          run->cuts->boundaries[page - run->pages], run->limit);
    request->tag = page;
    request->asked_before = page->tries;
    run->in_flight++;
    return G3_PULL_REQUEST;
}

static void keep_page(cut_probe *run, cut_page *page, const g3_buffer *body)
{
    const g3_listing *listing = &run->listing;
    page->count = listing->count;
    page->guids = g3_arena_take(&run->texts, listing->count * sizeof *page->guids);
    for (size_t i = 0; i < listing->count; i++)
        page->guids[i] = g3_arena_copy(&run->texts, listing->guids[i]);
    if (is_own(run->cuts, (size_t)(page - run->pages)))
        g3_buffer_append(&page->body, g3_buffer_view(body));
}

static bool take_page(void *context, const g3_request *request, g3_response *response,
                      g3_error *error)
{
    cut_probe *run = context;
    cut_page *page = request->tag;
    run->in_flight--;
    g3_listing_outcome outcome =
        g3_listing_take(&run->listing, request, response, run->limit, &page->tries, error);
    if (outcome == G3_LISTING_READ && g3_guids_repeat(run->listing.guids, run->listing.count))
        outcome = g3_listing_refuse(request, "a record that comes twice", &page->tries, error);
    if (outcome == G3_LISTING_READ) {
        keep_page(run, page, &response->body);
    } else if (outcome == G3_LISTING_AGAIN) {
        page->next = run->again;
        run->again = page;
    }
    return outcome != G3_LISTING_FAILED;
}

/* The greatest boundary whose page begins with this record; -1: none. */
static ptrdiff_t find_beginning(const cut_probe *run, g3_view guid)
{
    for (size_t i = run->cuts->count; i > 0; i--)
        if (run->pages[i - 1].count && g3_view_equal(run->pages[i - 1].guids[0], guid))
            return (ptrdiff_t)i - 1;
    return -1;
}

/* Decides whose a page is: nothing of it where a greater boundary's begins with the same record. */
static void cut(cut_probe *run, size_t number)
{
    cut_page *page = &run->pages[number];
    if (page->count == 0 || find_beginning(run, page->guids[0]) != (ptrdiff_t)number)
        return;
    page->kept = 1;
    while (page->kept < page->count && find_beginning(run, page->guids[page->kept]) < 0)
        page->kept++;
}

/* Makes a range of a page of this shard, and hands its body on. */
static void claim(cut_page *page, g3_ranges *ranges, g3_probed *probed)
{
    size_t number, kept;
    if (g3_ranges_claim(ranges, page->guids, page->kept, &kept, &number) == G3_CLAIM_NEW) {
        g3_held_page *held = g3_probed_add(probed);
        *held = (g3_held_page){.body = page->body, .kept = kept};
        page->body = (g3_buffer){0};
    }
}

static void make_ranges(cut_probe *run, g3_ranges *ranges, g3_probed *probed)
{
    const g3_cuts *cuts = run->cuts;
    for (size_t i = 0; i < cuts->count; i++)
        cut(run, i);
    const cut_page none = {0}, *next = cuts->end < cuts->count ? &run->pages[cuts->end] : &none;
    g3_ranges_add_foreign(ranges, next->guids, next->kept);
    g3_probed_add(probed);
    for (size_t i = 0; i < cuts->count; i++) {
        if (is_own(cuts, i) || i == cuts->end || run->pages[i].kept == 0)
            continue;
        g3_ranges_add_foreign(ranges, run->pages[i].guids, run->pages[i].kept);
        g3_probed_add(probed);
    }
    for (size_t i = cuts->end; i > cuts->first; i--)
        claim(&run->pages[i - 1], ranges, probed);
}

bool g3_cut_probe_run(g3_http *http, const g3_sweep_options *options, const g3_cuts *cuts,
                      g3_ranges *ranges, g3_probed *probed, g3_error *error)
{
    cut_probe run = {.options = options,
                     .cuts = cuts,
                     .limit = options->page < G3_PROBE_PAGE ? options->page : G3_PROBE_PAGE,
                     .pages = g3_allocate_zeroed(cuts->count, sizeof *run.pages)};
    const g3_producer producer = {next_page, take_page, &run};
    g3_listing_set_up(&run.listing);
    bool done = g3_http_run(http, &producer, error);
    if (done)
        make_ranges(&run, ranges, probed);
    for (size_t i = 0; i < cuts->count; i++)
        g3_buffer_free(&run.pages[i].body);
    free(run.pages);
    g3_arena_free(&run.texts);
    g3_listing_clean_up(&run.listing);
    return done;
}
