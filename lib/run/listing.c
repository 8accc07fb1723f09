/* One page of the index's listing, read from an answer. Used by the sweep and its probes. */
#include "listing.h"
#include "g3/http/status.h"
#include <stdlib.h>

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

g3_listing_outcome g3_listing_refuse(const g3_request *request, const char *reason, int *tries,
                                     g3_error *error)
{
    if (++*tries < G3_LISTING_TRIES)
        return G3_LISTING_AGAIN;
    g3_request_fail_unreadable(request, reason, error);
    return G3_LISTING_FAILED;
}

g3_listing_outcome g3_listing_take(g3_listing *listing, const g3_request *request,
                                   const g3_response *response, int64_t limit, int *tries,
                                   g3_error *error)
{
    if (response->failed || response->status != G3_HTTP_OK) {
        g3_request_fail(request, response, error);
        return G3_LISTING_FAILED;
    }
    const char *reason = g3_listing_read(listing, g3_buffer_view(&response->body), limit);
    return reason ? g3_listing_refuse(request, reason, tries, error) : G3_LISTING_READ;
}
