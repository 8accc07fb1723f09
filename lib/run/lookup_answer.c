/* Lookups by GUID: takes answers, matches records to GUIDs, falls back where the service does not
 * know a way. Called by the engine through lookup.c. */
#include "g3/http/status.h"
#include "lookup_service.h"
#include "lookup_state.h"

/* Answers one item; NULL: with no record. */
static bool answer_item(g3_lookup *lookup, g3_lookup_block *block, uint32_t number,
                        const g3_record *record, g3_error *error)
{
    const g3_lookup_options *options = lookup->options;
    g3_lookup_item *item = &block->items[number];
    item->answered = true;
    item->result_at = block->results.length;
    block->answered++;
    if (record)
        lookup->result->found++;
    else
        lookup->result->missing++;
    bool good =
        options->answer(options->context, item->guid, item->note, record, &block->results, error);
    item->result_length = block->results.length - item->result_at;
    return good;
}

bool g3_lookup_answer_missing(g3_lookup *lookup, g3_lookup_block *block, uint32_t number,
                              g3_error *error)
{
    return answer_item(lookup, block, number, NULL, error);
}

/* Gives a record to every item of the block that waits for its GUID. */
static bool answer_items(g3_lookup *lookup, g3_lookup_block *block, const g3_record *record,
                         g3_error *error)
{
    g3_view guid = g3_record_guid(record);
    size_t probe = G3_LOOKUP_FIRST_PROBE;
    int64_t number;
    while ((number = g3_lookup_block_find(block, guid, &probe)) >= 0)
        if (!answer_item(lookup, block, (uint32_t)number, record, error))
            return false;
    return true;
}

/* An item was not found as it was asked for: asks on where that may help, else answers it. */
static bool go_on_with_item(g3_lookup *lookup, const g3_lookup_ask *ask, uint32_t number,
                            g3_error *error)
{
    g3_lookup_block *block = ask->block;
    g3_lookup_item *item = &block->items[number];
    bool service_looked = ask->way == G3_LOOKUP_SINGLE; /* it tries both spellings itself */
    if (item->round == G3_LOOKUP_AS_WRITTEN && !service_looked) {
        g3_view prefix = g3_buffer_view(&lookup->prefix.text);
        if (g3_index_other_spelling(item->guid, prefix, &lookup->space)) {
            item->round = G3_LOOKUP_OTHERWISE;
            g3_lookup_block_respell(block, number, g3_buffer_view(&lookup->space));
            g3_lookup_block_ask(block, number);
            return true;
        }
        if (prefix.length == 0 && !lookup->prefix.told) {
            item->round = G3_LOOKUP_ALONE;
            g3_lookup_block_ask(block, number);
            return true;
        }
    }
    return answer_item(lookup, block, number, NULL, error);
}

/* The service has looked at all that was asked for: what is not answered was not found. */
static bool go_on_with_unanswered(g3_lookup *lookup, const g3_lookup_ask *ask, g3_error *error)
{
    for (size_t i = 0; i < ask->count; i++)
        if (!ask->block->items[ask->numbers[i]].answered &&
            !go_on_with_item(lookup, ask, ask->numbers[i], error))
            return false;
    return true;
}

static void ask_again(const g3_lookup_ask *ask)
{
    for (size_t i = 0; i < ask->count; i++)
        if (!ask->block->items[ask->numbers[i]].answered)
            g3_lookup_block_ask(ask->block, ask->numbers[i]);
}

/* A record of GET /index/GUID answers that GUID, whatever its own. */
static bool answer_singly(g3_lookup *lookup, const g3_lookup_ask *ask, const g3_record *record,
                          g3_error *error)
{
    uint32_t number = ask->numbers[0];
    g3_lookup_item *item = &ask->block->items[number];
    if (!lookup->prefix.told && !g3_view_equal(g3_record_guid(record), item->asked))
        g3_index_learn_prefix(item->asked, g3_record_guid(record), &lookup->prefix);
    return item->answered || answer_item(lookup, ask->block, number, record, error);
}

/* Reads an answer's records.
 * @param fault  set to why it can't be read
 * @return false with `error` if a callback failed */
static bool read_records(g3_lookup *lookup, const g3_lookup_ask *ask, g3_view body,
                         const char **fault, g3_error *error)
{
    g3_record record;
    g3_next next;
    bool good = true;
    *fault = NULL;
    g3_index_answer_begin(lookup->answer, body);
    while (good && (next = g3_index_answer_next(lookup->answer, &record, fault)) == G3_NEXT_ITEM) {
        if (g3_record_guid(&record).length == 0) {
            *fault = "a record without did";
            break;
        }
        good = ask->way == G3_LOOKUP_SINGLE ? answer_singly(lookup, ask, &record, error)
                                            : answer_items(lookup, ask->block, &record, error);
    }
    return good;
}

/* True for the answer to GET /index/ID where ID is that of a bundle: no object's record. */
static bool is_bundle(g3_view body)
{
    g3_view mark = G3_VIEW("\"bundle_data\"");
    return body.length && memmem(body.data, body.length, mark.data, mark.length);
}

static bool take_unreadable(g3_lookup *lookup, g3_lookup_ask *ask, const g3_request *request,
                            const char *fault, g3_error *error)
{
    if (++ask->unreadable > G3_LOOKUP_RETRIES)
        return g3_request_fail_unreadable(request, fault, error);
    if (!lookup->said_unreadable)
        g3_warn(lookup->options->reporter,
                "%s gave an answer that can't be read (%s); asking again", lookup->options->base,
                fault);
    lookup->said_unreadable = true;
    ask->block->in_flight++; /* the block has to stay */
    ask->next = lookup->again;
    lookup->again = ask;
    return true;
}

static bool take_records(g3_lookup *lookup, g3_lookup_ask *ask, const g3_request *request,
                         const g3_response *response, g3_error *error)
{
    const char *fault;
    g3_view body = g3_buffer_view(&response->body);
    bool bundle = ask->way == G3_LOOKUP_SINGLE && is_bundle(body);
    bool good = bundle || read_records(lookup, ask, body, &fault, error);
    if (good && !bundle && fault)
        return take_unreadable(lookup, ask, request, fault, error);
    return good && go_on_with_unanswered(lookup, ask, error);
}

/* True if the status says that the service does not know this way of asking. */
static bool is_unknown_way(g3_lookup_way way, long status)
{
    switch (status) {
    case G3_HTTP_NOT_FOUND:
    case G3_HTTP_METHOD_NOT_ALLOWED:
    case G3_HTTP_NOT_IMPLEMENTED:
    case G3_HTTP_BAD_REQUEST:
        return way != G3_LOOKUP_SINGLE;
    case G3_HTTP_URI_TOO_LONG:
        return way == G3_LOOKUP_IDS;
    case G3_HTTP_UNAUTHORISED: /* a gateway that lets only logins POST */
    case G3_HTTP_FORBIDDEN:
    case G3_HTTP_LENGTH_REQUIRED:
    case G3_HTTP_CONTENT_TOO_LARGE:
    case G3_HTTP_UNSUPPORTED_TYPE:
        return way == G3_LOOKUP_BULK;
    default:
        return false;
    }
}

static void fall_back(g3_lookup *lookup, g3_lookup_ask *ask, const g3_response *response)
{
    static const char *const INSTEAD[] = {"", "bulk", "GUID by GUID"};
    if (lookup->way == ask->way) { /* else another answer has led here already */
        lookup->way = ask->way + 1;
        g3_note(lookup->options->reporter, "%s does not answer %s (status %ld); asking %s instead",
                lookup->options->base,
                ask->way == G3_LOOKUP_IDS ? "lists of ids" : "/bulk/documents", response->status,
                INSTEAD[lookup->way]);
    }
    ask_again(ask);
}

bool g3_lookup_take_answer(g3_lookup *lookup, g3_lookup_ask *ask, const g3_request *request,
                           g3_response *response, g3_error *error)
{
    ask->block->in_flight--;
    if (is_unknown_way(ask->way, response->status)) {
        fall_back(lookup, ask, response);
        return true;
    }
    if (!response->failed && response->status == G3_HTTP_OK)
        return take_records(lookup, ask, request, response, error);
    if (!response->failed && response->status == G3_HTTP_NOT_FOUND) /* singly: no such record */
        return go_on_with_unanswered(lookup, ask, error);
    return g3_request_fail(request, response, error);
}
