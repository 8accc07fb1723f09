/* Lookups by GUID: reads GUIDs into blocks, cuts requests from them, delivers results in order.
 * Called by verify and by fetches of listed GUIDs. */
#include "lookup_service.h"
#include "lookup_state.h"
#include <stdlib.h>

/* Blocks kept for reuse: more than are alive at a time in steady state would only hold memory. */
#define SPARE_BLOCKS 4

static const char *const WAY_NAMES[] = {"ids", "bulk", "single"};

static void append_block(g3_lookup *lookup, g3_lookup_block *block)
{
    if (lookup->newest)
        lookup->newest->next = block;
    else
        lookup->oldest = block;
    lookup->newest = block;
    lookup->blocks++;
    lookup->bytes += g3_lookup_block_size(block);
}

static g3_lookup_block *take_spare_block(g3_lookup *lookup)
{
    g3_lookup_block *block = lookup->spare;
    if (!block)
        return g3_lookup_block_make();
    lookup->spare = block->next;
    block->next = NULL;
    return block;
}

/* Keeps a few empty blocks, but none that grew over an unusual row. */
static void retire_block(g3_lookup *lookup, g3_lookup_block *block)
{
    size_t kept = 0;
    for (g3_lookup_block *spare = lookup->spare; spare; spare = spare->next)
        kept++;
    if (kept == SPARE_BLOCKS || g3_lookup_block_size(block) > 2 * G3_LOOKUP_BLOCK_BYTES) {
        g3_lookup_block_free(block);
        return;
    }
    g3_lookup_block_clear(block);
    block->next = lookup->spare;
    lookup->spare = block;
}

/* Rows of one block: a number of whole requests, nearly. */
static size_t block_rows(const g3_lookup *lookup)
{
    int64_t batch = lookup->options->batch;
    if (batch > G3_LOOKUP_BLOCK_ROWS)
        return (size_t)batch;
    return lookup->way == G3_LOOKUP_BULK && batch == 0 ? G3_LOOKUP_BULK_BATCH
                                                       : G3_LOOKUP_BLOCK_ROWS;
}

/* Reads GUIDs into a new block.
 * @return false with `error` if next() failed */
static bool read_block(g3_lookup *lookup, g3_error *error)
{
    const g3_lookup_options *options = lookup->options;
    size_t rows = block_rows(lookup);
    g3_lookup_block *block = take_spare_block(lookup);
    g3_next next = G3_NEXT_ITEM;
    g3_view guid, note;
    while (block->count < rows && g3_lookup_block_size(block) < G3_LOOKUP_BLOCK_BYTES &&
           (next = options->next(options->context, &guid, &note, error)) == G3_NEXT_ITEM)
        g3_lookup_block_add(block, guid, note);
    lookup->ended = next != G3_NEXT_ITEM;
    if (block->count)
        append_block(lookup, block);
    else
        retire_block(lookup, block);
    return next == G3_NEXT_ITEM || next == G3_NEXT_END;
}

static bool may_read(const g3_lookup *lookup)
{
    return !lookup->ended && lookup->blocks < G3_LOOKUP_BLOCKS &&
           (lookup->blocks == 0 || lookup->bytes < G3_LOOKUP_WINDOW_BYTES);
}

/* The way in which an item has to be asked for. */
static g3_lookup_way choose_way(const g3_lookup *lookup, const g3_lookup_item *item)
{
    bool alone =
        item->round == G3_LOOKUP_ALONE ||
        (lookup->way == G3_LOOKUP_IDS && memchr(item->asked.data, ',', item->asked.length));
    return alone ? G3_LOOKUP_SINGLE : lookup->way;
}

static void skip_answered(g3_lookup_block *block)
{
    while (block->todo_at < block->todo_count && block->items[block->todo[block->todo_at]].answered)
        block->todo_at++;
}

/* How many of the next items to do go into one request of `way`, and how many bytes they add to a
 * list of ids. */
static size_t count_for_request(const g3_lookup *lookup, const g3_lookup_block *block,
                                g3_lookup_way way)
{
    const g3_lookup_options *options = lookup->options;
    size_t most = way == G3_LOOKUP_SINGLE ? 1
                  : options->batch        ? (size_t)options->batch
                  : way == G3_LOOKUP_BULK ? G3_LOOKUP_BULK_BATCH
                                          : SIZE_MAX;
    size_t room = way == G3_LOOKUP_IDS ? g3_index_ids_room(options->base) : SIZE_MAX;
    size_t count = 0;
    while (count < most && block->todo_at + count < block->todo_count) {
        const g3_lookup_item *item = &block->items[block->todo[block->todo_at + count]];
        size_t size = way == G3_LOOKUP_IDS ? g3_index_id_size(item->asked) : 0;
        if (size > room || choose_way(lookup, item) != way)
            break;
        room -= size;
        count++;
    }
    return count;
}

static void fill_request(g3_lookup *lookup, g3_lookup_ask *ask, g3_request *request)
{
    const char *base = lookup->options->base;
    if (lookup->guid_capacity < ask->count) {
        lookup->guid_capacity = 2 * ask->count;
        lookup->guids = g3_reallocate(lookup->guids, lookup->guid_capacity, sizeof *lookup->guids);
    }
    for (size_t i = 0; i < ask->count; i++)
        lookup->guids[i] = ask->block->items[ask->numbers[i]].asked;
    switch (ask->way) {
    case G3_LOOKUP_IDS:
        g3_index_ids_request(request, base, lookup->guids, ask->count);
        break;
    case G3_LOOKUP_BULK:
        g3_index_bulk_request(request, base, lookup->guids, ask->count);
        break;
    case G3_LOOKUP_SINGLE:
        g3_index_single_request(request, base, lookup->guids[0]);
        break;
    }
    request->tag = ask;
    request->asked_before = ask->unreadable;
    ask->block->in_flight++;
}

/* Cuts one request from the items that the block has to do (at least one, not answered). */
static g3_pull cut_request(g3_lookup *lookup, g3_lookup_block *block, g3_request *request)
{
    uint32_t *numbers = block->todo + block->todo_at;
    g3_lookup_way way = choose_way(lookup, &block->items[numbers[0]]);
    size_t count = count_for_request(lookup, block, way);
    g3_lookup_ask *ask = g3_arena_take(&block->arena, sizeof *ask + count * sizeof *ask->numbers);
    *ask = (g3_lookup_ask){.block = block, .way = way};
    for (size_t i = 0; i < count; i++)
        if (!block->items[numbers[i]].answered)
            ask->numbers[ask->count++] = numbers[i];
    block->todo_at += count;
    fill_request(lookup, ask, request);
    return G3_PULL_REQUEST;
}

/* True if the service can be asked for this spelling at all: an id that does not fit a request line
 * can't be that of a record, for no client could ever read it. */
static bool can_be_asked(const g3_lookup *lookup, g3_view guid)
{
    return g3_index_id_size(guid) <= g3_index_ids_room(lookup->options->base);
}

static bool deliver_complete(g3_lookup *lookup, g3_error *error);

/* Finds a block with something to do and cuts a request from it; blocks in front first. */
static g3_pull cut_next_request(g3_lookup *lookup, g3_request *request, g3_error *error)
{
    for (g3_lookup_block *block = lookup->oldest; block; block = block->next) {
        for (skip_answered(block); block->todo_at < block->todo_count; skip_answered(block)) {
            uint32_t number = block->todo[block->todo_at];
            if (can_be_asked(lookup, block->items[number].asked))
                return cut_request(lookup, block, request);
            if (!g3_lookup_answer_missing(lookup, block, number, error))
                return G3_PULL_ERROR;
        }
    }
    return G3_PULL_LATER;
}

static g3_pull next_request(void *context, g3_request *request, g3_error *error)
{
    g3_lookup *lookup = context;
    if (lookup->again) {
        g3_lookup_ask *ask = lookup->again;
        lookup->again = ask->next;
        ask->block->in_flight--;
        fill_request(lookup, ask, request);
        return G3_PULL_REQUEST;
    }
    for (;;) {
        g3_pull pull = cut_next_request(lookup, request, error);
        if (pull != G3_PULL_LATER)
            return pull;
        if (!deliver_complete(lookup,
                              error)) /* items that could not be asked for may complete a block */
            return G3_PULL_ERROR;
        if (!may_read(lookup))
            return lookup->blocks ? G3_PULL_LATER : G3_PULL_END;
        if (!read_block(lookup, error))
            return G3_PULL_ERROR;
    }
}

static bool deliver_block(g3_lookup *lookup, g3_lookup_block *block, g3_error *error)
{
    if (!lookup->options->deliver)
        return true;
    g3_buffer_clear(&lookup->space);
    g3_lookup_block_gather(block, &lookup->space);
    return lookup->options->deliver(lookup->options->context, g3_buffer_view(&lookup->space),
                                    block->answered, error);
}

/* Takes a block off the list; `before` is the one in front of it, or NULL. */
static void unlink_block(g3_lookup *lookup, g3_lookup_block *block, g3_lookup_block *before)
{
    if (before)
        before->next = block->next;
    else
        lookup->oldest = block->next;
    if (lookup->newest == block)
        lookup->newest = before;
    lookup->blocks--;
    block->next = NULL;
}

/* Delivers what is complete: from the front on, or anywhere if order is not asked for. */
static bool deliver_complete(g3_lookup *lookup, g3_error *error)
{
    g3_lookup_block *before = NULL;
    g3_lookup_block *block = lookup->oldest;
    bool good = true;
    while (good && block && (lookup->options->unordered || g3_lookup_block_complete(block))) {
        g3_lookup_block *next = block->next;
        if (!g3_lookup_block_complete(block)) {
            before = block;
        } else {
            good = deliver_block(lookup, block, error);
            unlink_block(lookup, block, before);
            retire_block(lookup, block);
        }
        block = next;
    }
    lookup->bytes = 0;
    for (block = lookup->oldest; block; block = block->next)
        lookup->bytes += g3_lookup_block_size(block);
    return good;
}

static bool take_answer(void *context, const g3_request *request, g3_response *response,
                        g3_error *error)
{
    g3_lookup *lookup = context;
    return g3_lookup_take_answer(lookup, request->tag, request, response, error) &&
           deliver_complete(lookup, error);
}

static bool find_out_about_service(g3_http *http, g3_lookup *lookup, g3_error *error)
{
    const g3_lookup_options *options = lookup->options;
    bool trusted = true;
    if (options->prefix) {
        lookup->prefix.told = options->prefix->told;
        g3_buffer_append(&lookup->prefix.text, g3_buffer_view(&options->prefix->text));
    } else if (!g3_index_fetch_prefix(http, options->base, &lookup->prefix, error)) {
        return false;
    }
    lookup->way = options->way;
    if (options->way == G3_LOOKUP_IDS && !options->proven &&
        !g3_lookup_prove_ids(http, options->base, &trusted, error))
        return false;
    if (!trusted) {
        lookup->way = G3_LOOKUP_BULK;
        g3_warn(options->reporter,
                "%s does not find records by ids that it has; asking by %s instead", options->base,
                WAY_NAMES[lookup->way]);
    }
    return true;
}

/* Delivers, in order, what was answered before the run stopped; the error that stopped it stands.
 */
static void deliver_rest(g3_lookup *lookup)
{
    g3_error ignored;
    for (g3_lookup_block *block = lookup->oldest; block; block = block->next)
        if (block->answered && !deliver_block(lookup, block, &ignored))
            return;
}

static void free_blocks(g3_lookup_block *block)
{
    while (block) {
        g3_lookup_block *next = block->next;
        g3_lookup_block_free(block);
        block = next;
    }
}

bool g3_lookup_run(g3_http *http, const g3_lookup_options *options, g3_lookup_result *result,
                   g3_error *error)
{
    *result = (g3_lookup_result){.way = options->way};
    g3_lookup lookup = {.options = options, .result = result, .answer = g3_index_answer_open()};
    g3_producer producer = {.next = next_request, .done = take_answer, .context = &lookup};
    g3_error stopped = {0};
    bool good =
        find_out_about_service(http, &lookup, &stopped) && g3_http_run(http, &producer, &stopped);
    result->way = lookup.way;
    if (!good) {
        if (stopped.exit == G3_EXIT_INTERRUPTED || stopped.exit == G3_EXIT_SERVICE)
            deliver_rest(&lookup);
        if (error)
            *error = stopped;
    }
    free_blocks(lookup.oldest);
    free_blocks(lookup.spare);
    g3_index_answer_close(lookup.answer);
    g3_buffer_free(&lookup.prefix.text);
    g3_buffer_free(&lookup.space);
    free(lookup.guids);
    return good;
}
