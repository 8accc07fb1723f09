/* Does what was decided about the rows of a batch. Called by ingest.c.
 *
 * Each row is one request at a time: a create, an update or a deletion, and where the service
 * answers that it does not go together with what is there, a look at the record and a new decision.
 */
#include "g3/http/status.h"
#include "ingest_state.h"
#include <inttypes.h>
#include <stdlib.h>

/* Times that a row's record may have changed between the look and the update. */
#define MOST_ROUNDS 10

/* Rows that the service may fail at one after the other before it is taken to be in trouble. */
#define MOST_FAILURES 16

typedef struct send_run {
    g3_ingest *ingest;
    g3_ingest_row **ready; /* rows with something to send: a stack, the first of the batch on top */
    size_t ready_count;
    size_t in_flight;
    int failures; /* since the last success */
    g3_index_answer *answer;
} send_run;

static void push(send_run *run, g3_ingest_row *row)
{
    run->ready[run->ready_count++] = row;
}

static void ask_to_create(g3_ingest *ingest, const g3_ingest_row *row, g3_request *request)
{
    const char *base = ingest->options->write_base;
    if (ingest->options->task == G3_INGEST_UNDO) /* of a deletion: `change` is all there was */
        g3_index_restore_request(request, base, row->change);
    else
        g3_index_create_request(request, base, row->before, row->guid,
                                g3_ingest_unpack(ingest, row));
}

static g3_pull next_request(void *context, g3_request *request, g3_error *error)
{
    send_run *run = context;
    g3_ingest *ingest = run->ingest;
    const g3_ingest_options *options = ingest->options;
    (void)error;
    if (run->ready_count == 0)
        return run->in_flight ? G3_PULL_LATER : G3_PULL_END;
    g3_ingest_row *row = run->ready[--run->ready_count];
    if (row->step == G3_STEP_CREATE)
        ask_to_create(ingest, row, request);
    else if (row->step == G3_STEP_UPDATE)
        g3_index_update_request(request, options->write_base, row->guid, row->seen, row->change);
    else if (row->step == G3_STEP_DELETE)
        g3_index_delete_request(request, options->write_base, row->guid, row->seen);
    else
        g3_index_single_request(request, options->base, row->guid);
    request->tag = row;
    request->asked_before = row->rounds ? row->rounds - 1 : 0;
    run->in_flight++;
    return G3_PULL_REQUEST;
}

/* The record has to be looked at (again). */
static void read_anew(send_run *run, g3_ingest_row *row)
{
    if (row->rounds++ == MOST_ROUNDS) {
        g3_ingest_end_row(run->ingest, row, G3_INGEST_FAILED,
                          "the record changes each time it is looked at; try again later");
        return;
    }
    row->step = G3_STEP_READ;
    push(run, row);
}

/* Takes the answer to a deletion. */
static void take_deletion(send_run *run, g3_ingest_row *row, const g3_response *response)
{
    bool done = g3_http_is_success(response->status);
    if (done || response->status == G3_HTTP_NOT_FOUND) {
        /* not there: by a try whose answer was lost, or an earlier run, or others' doing */
        done = done || response->attempts > 1 || row->resumed;
        g3_ingest_end(row, done ? G3_INGEST_DELETED : G3_INGEST_UNCHANGED);
    } else if (response->status == G3_HTTP_CONFLICT) {
        read_anew(run, row);
    } else {
        g3_ingest_end_refused(run->ingest, row, response);
    }
}

/* Takes the answer to a create or an update. */
static void take_write(send_run *run, g3_ingest_row *row, const g3_response *response)
{
    bool update = row->step == G3_STEP_UPDATE;
    if (g3_http_is_success(response->status)) {
        row->revision =
            g3_index_read_revision(g3_buffer_view(&response->body), &run->ingest->arena);
        row->step = G3_STEP_DONE;
        if (row->revision.length == 0) /* no answer of the service's: what did it do? */
            read_anew(run, row);
    } else if (response->status == G3_HTTP_CONFLICT ||
               (update && response->status == G3_HTTP_NOT_FOUND)) {
        read_anew(run, row);
    } else if (row->before.length && response->status == G3_HTTP_NOT_FOUND) {
        g3_ingest_end_row(run->ingest, row, G3_INGEST_FAILED, "prev_guid %.*s is not in the index",
                          (int)row->before.length, row->before.data);
    } else {
        g3_ingest_end_refused(run->ingest, row, response);
    }
}

/* Takes a record that was looked at anew.
 * @return false with an error if the answer makes no sense, time and again */
static bool take_read(send_run *run, g3_ingest_row *row, const g3_request *request,
                      const g3_response *response, g3_error *error)
{
    g3_record record;
    const char *reason = "unexpected answer";
    if (response->status == G3_HTTP_NOT_FOUND) { /* not there (any more) */
        run->ingest->decide(run->ingest, row, NULL);
        if (row->step != G3_STEP_DONE)
            push(run, row);
        return true;
    }
    if (response->status == G3_HTTP_OK) {
        g3_index_answer_begin(run->answer, g3_buffer_view(&response->body));
        if (g3_index_answer_next(run->answer, &record, &reason) == G3_NEXT_ITEM &&
            record.revision.length) {
            run->ingest->decide(run->ingest, row, &record);
            if (row->step != G3_STEP_DONE)
                push(run, row);
            return true;
        }
    }
    if (row->rounds++ < MOST_ROUNDS) {
        push(run, row);
        return true;
    }
    return g3_fail(error, G3_EXIT_SERVICE,
                   "%.*s: the service keeps giving answers that can't be read: %s",
                   (int)request->url.length, request->url.data, reason);
}

/* A request failed for good. One row that the service can't stand (status 500) is that row's
 * trouble, as long as others succeed. */
static bool take_failure(send_run *run, g3_ingest_row *row, const g3_response *response,
                         g3_error *error)
{
    if (response->status != G3_HTTP_SERVER_ERROR || ++run->failures == MOST_FAILURES) {
        if (error)
            *error = response->error;
        return false;
    }
    g3_ingest_end_row(run->ingest, row, G3_INGEST_FAILED, "%s", response->error.message);
    return true;
}

static bool take_answer(void *context, const g3_request *request, g3_response *response,
                        g3_error *error)
{
    send_run *run = context;
    g3_ingest_row *row = request->tag;
    run->in_flight--;
    if (response->failed)
        return take_failure(run, row, response, error);
    run->failures = 0;
    if (row->step == G3_STEP_READ)
        return take_read(run, row, request, response, error);
    if (row->step == G3_STEP_DELETE)
        take_deletion(run, row, response);
    else
        take_write(run, row, response);
    return true;
}

bool g3_ingest_send(g3_ingest *ingest, g3_error *error)
{
    send_run run = {.ingest = ingest,
                    .ready = g3_arena_take(&ingest->arena, ingest->count * sizeof *run.ready),
                    .answer = g3_index_answer_open()};
    const g3_producer producer = {next_request, take_answer, &run};
    for (size_t i = ingest->count; i-- > 0;)
        if (ingest->rows[i].step != G3_STEP_DONE)
            push(&run, &ingest->rows[i]);
    bool done = run.ready_count == 0 || g3_http_run(ingest->http, &producer, error);
    g3_index_answer_close(run.answer);
    return done;
}
