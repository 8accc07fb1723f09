/* Looks up index records by md5. Called by fetch.c. */
#include "fetch_md5.h"
#include "listing.h"
#include <stdlib.h>

/* An md5 that is asked for: the request's tag. */
typedef struct md5_ask {
    struct md5_ask *next; /* in the list of those waiting to be asked (again), or of the spare */
    size_t number;        /* the item's */
    g3_buffer position;   /* GUID that the page to be asked for stands behind; empty: the first */
    int tries;            /* answers that could not be read */
} md5_ask;

typedef struct md5_run {
    const char *base;
    int64_t page;
    g3_wanted *wanted;
    bool (*receive)(void *context, g3_record *record, g3_error *error);
    void *context;
    size_t next_item;
    size_t in_flight;
    md5_ask *waiting;
    md5_ask *spare;
    md5_ask **all; /* for freeing, whatever happens */
    size_t all_count, all_capacity;
    g3_listing listing;
} md5_run;

static void push(md5_ask **list, md5_ask *ask)
{
    ask->next = *list;
    *list = ask;
}

static md5_ask *pop(md5_ask **list)
{
    md5_ask *ask = *list;
    if (ask)
        *list = ask->next;
    return ask;
}

static md5_ask *make_ask(md5_run *run)
{
    md5_ask *ask = pop(&run->spare);
    if (!ask) {
        if (run->all_count == run->all_capacity) {
            run->all_capacity = run->all_capacity ? run->all_capacity * 2 : 16;
            run->all = g3_reallocate(run->all, run->all_capacity, sizeof(md5_ask *));
        }
        ask = g3_allocate_zeroed(1, sizeof *ask);
        run->all[run->all_count++] = ask;
    }
    g3_buffer_clear(&ask->position);
    ask->tries = 0;
    return ask;
}

static g3_pull next_md5(void *context, g3_request *request, g3_error *error)
{
    md5_run *run = context;
    md5_ask *ask = pop(&run->waiting);
    (void)error;
    if (!ask) {
        if (run->next_item == g3_wanted_count(run->wanted))
            return run->in_flight ? G3_PULL_LATER : G3_PULL_END;
        ask = make_ask(run);
        ask->number = run->next_item++;
    }
    g3_view md5 = g3_wanted_item(run->wanted, ask->number);
    char hash[64];
    const char *hashes[] = {hash};
    snprintf(hash, sizeof hash, "md5:%.*s", (int)md5.length, md5.data);
    const g3_index_filters filters = {.hashes = {hashes, 1}};
    g3_index_list_request(request, run->base, &filters, g3_buffer_view(&ask->position), run->page);
    request->tag = ask;
    request->asked_before = ask->tries;
    run->in_flight++;
    return G3_PULL_REQUEST;
}

/* True if all records of the page have the md5 asked for, and stand behind the position. */
static bool is_what_was_asked(const md5_run *run, const md5_ask *ask)
{
    for (size_t i = 0; i < run->listing.count; i++) {
        const g3_value *md5 = g3_record_get(&run->listing.records[i], G3_MD5);
        if (md5->type != G3_STRING ||
            !g3_view_equal(md5->text, g3_wanted_item(run->wanted, ask->number)))
            return false;
    }
    return run->listing.count == 0 ||
           !g3_view_equal(run->listing.guids[0], g3_buffer_view(&ask->position));
}

static bool take_md5(void *context, const g3_request *request, g3_response *response,
                     g3_error *error)
{
    md5_run *run = context;
    md5_ask *ask = request->tag;
    g3_listing *listing = &run->listing;
    run->in_flight--;
    g3_listing_outcome outcome =
        g3_listing_take(listing, request, response, run->page, &ask->tries, error);
    if (outcome == G3_LISTING_READ && !is_what_was_asked(run, ask))
        outcome = g3_listing_refuse(request, "records that were not asked for", &ask->tries, error);
    if (outcome == G3_LISTING_AGAIN)
        push(&run->waiting, ask);
    if (outcome != G3_LISTING_READ)
        return outcome == G3_LISTING_AGAIN;
    if (listing->count)
        g3_wanted_set_found(run->wanted, ask->number);
    for (size_t i = 0; i < listing->count; i++)
        if (!run->receive(run->context, &listing->records[i], error))
            return false;
    if ((int64_t)listing->count < run->page) {
        push(&run->spare, ask);
    } else { /* a full page: there may be more */
        g3_buffer_clear(&ask->position);
        g3_buffer_append(&ask->position, listing->guids[listing->count - 1]);
        push(&run->waiting, ask);
    }
    return true;
}

bool g3_fetch_by_md5(g3_http *http, const char *base, int64_t page, g3_wanted *wanted,
                     bool (*receive)(void *context, g3_record *record, g3_error *error),
                     void *context, g3_error *error)
{
    md5_run run = {
        .base = base, .page = page, .wanted = wanted, .receive = receive, .context = context};
    const g3_producer producer = {next_md5, take_md5, &run};
    g3_listing_set_up(&run.listing);
    bool done = g3_http_run(http, &producer, error);
    g3_listing_clean_up(&run.listing);
    for (size_t i = 0; i < run.all_count; i++) {
        g3_buffer_free(&run.all[i]->position);
        free(run.all[i]);
    }
    free(run.all);
    return done;
}
