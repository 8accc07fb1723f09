/* One page of the index's listing, read from an answer. Used by the sweep and its probes. */
#include "listing.h"
#include "g3/http/status.h"
#include <stdlib.h>

/* Bytes of an unexpected answer that a message shows. */
#define SHOWN_BODY ((size_t)200)

void g3_listing_set_up(g3_listing *listing)
{
    *listing = (g3_listing){.answer = g3_index_answer_open()};
}

void g3_listing_clean_up(g3_listing *listing)
{
    g3_index_answer_close(listing->answer);
    free(listing->records);
    free(listing->guids);
    *listing = (g3_listing){0};
}

static void add_record(g3_listing *listing, const g3_record *record)
{
    if (listing->count == listing->capacity) {
        listing->capacity = listing->capacity ? listing->capacity * 2 : G3_INDEX_PAGE_LIMIT;
        listing->records =
            g3_reallocate(listing->records, listing->capacity, sizeof *listing->records);
        listing->guids = g3_reallocate(listing->guids, listing->capacity, sizeof *listing->guids);
    }
    listing->records[listing->count] = *record;
    listing->guids[listing->count++] = g3_record_guid(record);
}

const char *g3_listing_read(g3_listing *listing, g3_view body, int64_t limit)
{
    const char *reason = NULL;
    g3_record record;
    g3_next next;
    listing->count = 0;
    g3_index_answer_begin(listing->answer, body);
    while ((next = g3_index_answer_next(listing->answer, &record, &reason)) == G3_NEXT_ITEM) {
        if (!g3_index_answer_is_listing(listing->answer))
            break;
        if (g3_record_guid(&record).length == 0)
            return "a record without a did";
        if ((int64_t)listing->count == limit)
            return "more records than were asked for";
        add_record(listing, &record);
    }
    if (next == G3_NEXT_ERROR)
        return reason;
    return g3_index_answer_is_listing(listing->answer) ? NULL : "no listing of records";
}

/* Fills in `error` for a request whose answer is not what it should be. */
static void fail_with_url(const g3_request *request, const char *what, g3_view detail,
                          g3_error *error)
{
    g3_buffer shown = {0};
    char *url = g3_duplicate(g3_buffer_view(&request->url));
    g3_url_append_shown(&shown, url);
    g3_fail(error, G3_EXIT_SERVICE, "%s: %s: %.*s", g3_buffer_text(&shown), what,
            (int)detail.length, detail.length ? detail.data : "");
    for (char *c = error->message; *c; c++) /* a message is one line */
        if ((unsigned char)*c < ' ')
            *c = ' ';
    g3_buffer_free(&shown);
    free(url);
}

g3_listing_outcome g3_listing_refuse(const g3_request *request, const char *reason, int *tries,
                                     g3_error *error)
{
    if (++*tries < G3_LISTING_TRIES)
        return G3_LISTING_AGAIN;
    fail_with_url(request, "the service keeps giving a wrong answer", g3_view_of(reason), error);
    return G3_LISTING_FAILED;
}

static void fail_with_status(const g3_request *request, const g3_response *response,
                             g3_error *error)
{
    g3_buffer what = {0};
    g3_view body = g3_buffer_view(&response->body);
    if (body.length > SHOWN_BODY)
        body.length = SHOWN_BODY;
    g3_buffer_append_format(&what, "the service answered with status %ld", response->status);
    fail_with_url(request, g3_buffer_text(&what), body, error);
    g3_buffer_free(&what);
}

g3_listing_outcome g3_listing_take(g3_listing *listing, const g3_request *request,
                                   const g3_response *response, int64_t limit, int *tries,
                                   g3_error *error)
{
    if (response->failed) {
        *error = response->error;
        return G3_LISTING_FAILED;
    }
    if (response->status != G3_HTTP_OK) {
        fail_with_status(request, response, error);
        return G3_LISTING_FAILED;
    }
    const char *reason = g3_listing_read(listing, g3_buffer_view(&response->body), limit);
    return reason ? g3_listing_refuse(request, reason, tries, error) : G3_LISTING_READ;
}
