/* Finds records of rows that have no GUID: objects by their md5 and size, metadata by a text that
 * their URLs hold. Called by ingest_find.c and ingest_documents.c. */
#include "g3/http/status.h"
#include "ingest_state.h"
#include "listing.h"
#include <inttypes.h>
#include <string.h>

/* Records of one md5 that are looked at, and of one answer to a search by text. */
#define MATCHES_READ 100

/* What is known of a row. */
typedef struct match {
    g3_ingest_row *row;
    int tries;      /* answers that could not be read */
    int64_t offset; /* of a search: records passed */
    size_t found;   /* of a search: records that hold the text, to 2 */
    g3_view first;  /* GUID of the first */
} match;

/* A producer of listings and searches. */
typedef struct match_run {
    g3_ingest *ingest;
    size_t next;
    size_t in_flight;
    match **again; /* to be asked once more, or on: a stack */
    size_t again_count;
    g3_listing listing;
    g3_index_answer *answer;
} match_run;

static void ask_md5(g3_ingest *ingest, const g3_ingest_row *row, g3_request *request)
{
    const g3_record *record = g3_ingest_unpack(ingest, row);
    g3_view md5 = g3_record_get(record, G3_MD5)->text;
    char hash[64], size[24];
    const char *hashes[] = {hash};
    snprintf(hash, sizeof hash, "md5:%.*s", (int)md5.length, md5.data);
    snprintf(size, sizeof size, "%" PRId64, g3_record_get(record, G3_FILE_SIZE)->integer);
    const g3_index_filters filters = {.hashes = {hashes, 1}, .size = size};
    g3_index_list_request(request, ingest->options->base, &filters, (g3_view){0}, MATCHES_READ);
}

static g3_pull next_match(void *context, g3_request *request, g3_error *error)
{
    match_run *run = context;
    g3_ingest *ingest = run->ingest;
    match *asked;
    (void)error;
    if (run->again_count) {
        asked = run->again[--run->again_count];
    } else {
        while (run->next < ingest->count && ingest->rows[run->next].step != G3_STEP_MATCH)
            run->next++;
        if (run->next == ingest->count)
            return run->in_flight ? G3_PULL_LATER : G3_PULL_END;
        asked = g3_arena_take(&ingest->arena, sizeof *asked);
        *asked = (match){.row = &ingest->rows[run->next++]};
    }
    if (ingest->metadata)
        g3_index_url_request(request, ingest->options->base, asked->row->text, MATCHES_READ,
                             asked->offset);
    else
        ask_md5(ingest, asked->row, request);
    request->tag = asked;
    request->asked_before = asked->tries;
    run->in_flight++;
    return G3_PULL_REQUEST;
}

static void ask_again(match_run *run, match *asked)
{
    run->again[run->again_count++] = asked;
}

/* True if the record has the row's md5 and size: a service may not know a filter. */
static bool is_match(g3_ingest *ingest, const g3_ingest_row *row, const g3_record *record)
{
    const g3_record *wanted = g3_ingest_unpack(ingest, row);
    static const g3_object_field FIELDS[] = {G3_MD5, G3_FILE_SIZE};
    for (size_t i = 0; i < sizeof FIELDS / sizeof *FIELDS; i++) {
        const g3_value *left = g3_record_get(wanted, FIELDS[i]);
        const g3_value *right = g3_record_get(record, FIELDS[i]);
        if (left->type != right->type ||
            (left->type == G3_STRING ? !g3_view_equal(left->text, right->text)
                                     : left->integer != right->integer))
            return false;
    }
    return true;
}

/* Takes the records of a row's md5. @return what became of the answer */
static g3_listing_outcome take_listing(match_run *run, match *asked, const g3_request *request,
                                       g3_response *response, g3_error *error)
{
    g3_ingest *ingest = run->ingest;
    g3_ingest_row *row = asked->row;
    g3_listing *listing = &run->listing;
    g3_listing_outcome outcome =
        g3_listing_take(listing, request, response, MATCHES_READ, &asked->tries, error);
    for (size_t i = 0; outcome == G3_LISTING_READ && i < listing->count; i++)
        if (!is_match(ingest, row, &listing->records[i]))
            outcome =
                g3_listing_refuse(request, "records that were not asked for", &asked->tries, error);
    if (outcome != G3_LISTING_READ)
        return outcome;
    if (listing->count == 0)
        row->step = G3_STEP_MINT;
    else if (listing->count == 1)
        ingest->decide(ingest, row, &listing->records[0]);
    else
        g3_ingest_end_row(ingest, row, G3_INGEST_CONFLICT,
                          "%s%zu records have this md5 and size, such as %.*s; give the guid",
                          listing->count == MATCHES_READ ? "at least " : "", listing->count,
                          (int)listing->guids[0].length, listing->guids[0].data);
    return outcome;
}

static bool holds(g3_view url, g3_view text)
{
    return memmem(url.data, url.length, text.data, text.length) != NULL;
}

/* True if one of the record's URLs really holds the text, which for the service is a pattern. The
 * service tells URLs joined by commas: one that has a comma comes in pieces. */
static bool has_text(const g3_record *record, g3_view text, g3_buffer *space)
{
    const g3_value *urls = g3_record_get(record, G3_URLS);
    bool has = false;
    g3_buffer_clear(space);
    for (size_t i = 0; urls->type == G3_LIST && i < urls->list.count; i++) {
        has = has || holds(urls->list.items[i], text);
        g3_buffer_append_text(space, i ? "," : "");
        g3_buffer_append(space, urls->list.items[i]);
    }
    bool comma = text.length && memchr(text.data, ',', text.length);
    return has || (comma && holds(g3_buffer_view(space), text));
}

/* Ends the search for a row. */
static void end_search(g3_ingest *ingest, const match *asked)
{
    g3_ingest_row *row = asked->row;
    if (asked->found == 1) {
        row->guid = asked->first;
        row->step = G3_STEP_LOOK;
    } else {
        g3_ingest_end_unlinked(ingest, row, asked->first);
    }
}

/* Takes a page of the records that a search gives. */
static g3_listing_outcome take_search(match_run *run, match *asked, const g3_request *request,
                                      const g3_response *response, g3_error *error)
{
    g3_ingest *ingest = run->ingest;
    g3_record record;
    g3_next next;
    int64_t count = 0;
    const char *reason = NULL;
    if (response->failed || response->status != G3_HTTP_OK) {
        g3_request_fail(request, response, error);
        g3_error_prefix(error, "the service's search of URLs (see --index)");
        return G3_LISTING_FAILED;
    }
    g3_index_answer_begin(run->answer, g3_buffer_view(&response->body));
    size_t found = asked->found; /* an answer that breaks off counts for nothing */
    g3_view first = asked->first;
    while ((next = g3_index_answer_next(run->answer, &record, &reason)) == G3_NEXT_ITEM) {
        count++;
        if (!has_text(&record, asked->row->text, &ingest->space))
            continue;
        if (found++ == 0)
            first = g3_arena_copy(&ingest->arena, g3_record_guid(&record));
    }
    if (next == G3_NEXT_ERROR)
        return g3_listing_refuse(request, reason, &asked->tries, error);
    asked->found = found;
    asked->first = first;
    asked->offset += count;
    if (count == MATCHES_READ && found < 2)
        ask_again(run, asked);
    else
        end_search(ingest, asked);
    return G3_LISTING_READ;
}

static bool take_answer(void *context, const g3_request *request, g3_response *response,
                        g3_error *error)
{
    match_run *run = context;
    match *asked = request->tag;
    run->in_flight--;
    g3_listing_outcome outcome = run->ingest->metadata
                                     ? take_search(run, asked, request, response, error)
                                     : take_listing(run, asked, request, response, error);
    if (outcome == G3_LISTING_AGAIN)
        ask_again(run, asked);
    return outcome != G3_LISTING_FAILED;
}

void g3_ingest_end_unlinked(g3_ingest *ingest, g3_ingest_row *row, g3_view first)
{
    const char *column = ingest->options->metadata.url_text;
    g3_view text = row->text;
    if (text.length == 0)
        g3_ingest_end_row(ingest, row, G3_INGEST_SKIPPED, "no guid, and %s is empty", column);
    else if (first.length == 0)
        g3_ingest_end_row(ingest, row, G3_INGEST_SKIPPED, "no record has a URL with \"%.*s\"",
                          (int)text.length, text.data);
    else
        g3_ingest_end_row(ingest, row, G3_INGEST_SKIPPED,
                          "several records have a URL with \"%.*s\", such as %.*s",
                          (int)text.length, text.data, (int)first.length, first.data);
}

bool g3_ingest_match_rows(g3_ingest *ingest, g3_error *error)
{
    for (size_t i = 0; ingest->metadata && i < ingest->count; i++)
        if (ingest->rows[i].step == G3_STEP_MATCH && ingest->rows[i].text.length == 0)
            g3_ingest_end_unlinked(ingest, &ingest->rows[i], (g3_view){0});
    if (g3_ingest_count_step(ingest, G3_STEP_MATCH) == 0)
        return true;
    match_run run = {.ingest = ingest,
                     .again = g3_arena_take(&ingest->arena, ingest->count * sizeof *run.again),
                     .answer = g3_index_answer_open()};
    const g3_producer producer = {next_match, take_answer, &run};
    g3_listing_set_up(&run.listing);
    bool done = g3_http_run(ingest->http, &producer, error);
    g3_listing_clean_up(&run.listing);
    g3_index_answer_close(run.answer);
    return done;
}
