/* Verifying by lookups: rows travel with their GUIDs, packed, and are compared as the answers come.
 * Called by verify.c for the rows of the manifest, and by the sweeps for those that they did not
 * meet. */
#include "verify_state.h"

static bool run_lookup(g3_verify *verify, g3_lookup_options *options, g3_error *error)
{
    g3_lookup_result result;
    options->base = verify->options->base;
    options->way = verify->way;
    options->proven = verify->proven;
    options->batch = verify->options->batch;
    options->unordered = verify->options->unordered;
    options->prefix = &verify->prefix;
    options->reporter = verify->options->reporter;
    bool good = g3_lookup_run(verify->http, options, &result, error);
    verify->way = result.way;
    verify->proven = true;
    return good;
}

/* The rows of the feed. */
typedef struct feed_lookup {
    g3_verify *verify;
    uint64_t left; /* rows that may still be read */
} feed_lookup;

static g3_next next_of_feed(void *context, g3_view *guid, g3_view *note, g3_error *error)
{
    feed_lookup *lookup = context;
    g3_verify *verify = lookup->verify;
    const g3_record *row;
    if (lookup->left == 0)
        return G3_NEXT_END;
    g3_next next = g3_row_feed_next(&verify->feed, &row, error);
    if (next != G3_NEXT_ITEM)
        return next;
    lookup->left--;
    g3_buffer_clear(&verify->packed);
    g3_record_pack(verify->rows, row, &verify->packed);
    *guid = g3_record_guid(row);
    *note = g3_buffer_view(&verify->packed);
    return G3_NEXT_ITEM;
}

static bool answer_of_feed(void *context, g3_view guid, g3_view note, const g3_record *record,
                           g3_buffer *result, g3_error *error)
{
    feed_lookup *lookup = context;
    (void)guid;
    (void)error;
    g3_verify_judge(lookup->verify, g3_record_unpack(lookup->verify->rows, note), record, result);
    return true;
}

static bool deliver_of_feed(void *context, g3_view results, size_t answered, g3_error *error)
{
    feed_lookup *lookup = context;
    (void)answered;
    g3_verify_show_progress(lookup->verify);
    return g3_verify_emit(lookup->verify, results, error);
}

bool g3_verify_look_up_feed(g3_verify *verify, uint64_t limit, g3_error *error)
{
    feed_lookup context = {.verify = verify, .left = limit};
    g3_lookup_options options = {.next = next_of_feed,
                                 .answer = answer_of_feed,
                                 .deliver = deliver_of_feed,
                                 .context = &context};
    return run_lookup(verify, &options, error);
}

void g3_verify_number_row(g3_buffer *bytes, uint64_t number, g3_view packed)
{
    g3_buffer_append(bytes, (g3_view){(const char *)&number, sizeof number});
    g3_buffer_append(bytes, packed);
}

g3_view g3_verify_numbered_row(g3_view bytes, uint64_t *number)
{
    memcpy(number, bytes.data, sizeof *number);
    return (g3_view){bytes.data + sizeof *number, bytes.length - sizeof *number};
}

/* Rows held somewhere else. */
typedef struct held_lookup {
    g3_verify *verify;
    g3_verify_next_held *next;
    void *context;
} held_lookup;

static g3_next next_of_held(void *context, g3_view *guid, g3_view *note, g3_error *error)
{
    held_lookup *lookup = context;
    uint64_t number;
    g3_next next = lookup->next(lookup->context, note, error);
    if (next == G3_NEXT_ITEM)
        *guid = g3_record_guid(
            g3_record_unpack(lookup->verify->rows, g3_verify_numbered_row(*note, &number)));
    return next;
}

static bool answer_of_held(void *context, g3_view guid, g3_view note, const g3_record *record,
                           g3_buffer *result, g3_error *error)
{
    held_lookup *lookup = context;
    uint64_t number;
    (void)guid;
    (void)result; /* the order is that of the numbers, not that of the lookup */
    g3_view packed = g3_verify_numbered_row(note, &number);
    const g3_record *row = g3_record_unpack(lookup->verify->rows, packed);
    return g3_verify_judge_and_hold(lookup->verify, number, row, record, error);
}

bool g3_verify_look_up_held(g3_verify *verify, g3_verify_next_held *next, void *context,
                            g3_error *error)
{
    held_lookup held = {.verify = verify, .next = next, .context = context};
    g3_lookup_options options = {.next = next_of_held, .answer = answer_of_held, .context = &held};
    return run_lookup(verify, &options, error);
}
