/* Metadata: finds out the types of documents, and sends them in batches. Called by ingest.c.
 *
 * Rows to be sent stand in a list; a piece of it is one request. A batch that fails is parted in
 * two, until it is one document that fails alone. A document that must not be replaced unread, and
 * turns out to be there, is read alone, and what is to be done is decided by it; one that is to be
 * merged goes alone, by PUT, as do deletions. */
#include "g3/commons/metadata.h"
#include "g3/http/status.h"
#include "ingest_state.h"
#include <stdlib.h>

/* Times that one document is asked about in vain: it comes and goes, or answers can't be read. */
#define MOST_ROUNDS 10

/* One request's rows: a piece of the list. */
typedef struct piece {
    size_t begin, count;
    int tries; /* answers that could not be read */
} piece;

typedef struct send_run {
    g3_ingest *ingest;
    g3_ingest_row **rows; /* those to be sent, in order */
    size_t count, next;
    bool sends;    /* what was decided by a document that was read is sent too */
    size_t batch;  /* most rows of a request; falls where requests are too large for the service */
    piece **again; /* pieces to be sent before others: a stack */
    size_t again_count;
    size_t in_flight;
    g3_arena scratch; /* of the answer at hand */
    const piece *at;  /* the piece whose answer is read */
    size_t place;     /* in it, behind the row found last */
    g3_buffer document;
} send_run;

static void take_type(g3_ingest *ingest, g3_ingest_row *row, const g3_record *record)
{
    (void)ingest;
    row->indexed = record != NULL;
    row->step = G3_STEP_CREATE;
}

static g3_view make_document(send_run *run, const g3_ingest_row *row)
{
    return g3_ingest_make_document(run->ingest, row, &run->document);
}

static void send_again(send_run *run, piece *again)
{
    run->again[run->again_count++] = again;
}

/* A piece of the list, in the batch's arena: there are never more pieces than rows. */
static piece *make_piece(send_run *run, size_t begin, size_t count)
{
    piece *made = g3_arena_take(&run->ingest->arena, sizeof *made);
    *made = (piece){.begin = begin, .count = count};
    return made;
}

/* Rows that are merged, read or deleted go alone. */
static bool goes_alone(const send_run *run, const g3_ingest_row *row)
{
    bool merges = run->ingest->options->metadata.existing == G3_INGEST_MERGE && !run->ingest->fixed;
    return row->step == G3_STEP_READ || row->step == G3_STEP_DELETE ||
           (row->step == G3_STEP_UPDATE && merges);
}

/* How many of the rows that come next make one request. */
static size_t count_together(const send_run *run)
{
    const g3_ingest_row *first = run->rows[run->next];
    size_t count = 1, most = goes_alone(run, first) ? 1 : run->batch;
    while (count < most && run->next + count < run->count &&
           run->rows[run->next + count]->step == first->step)
        count++;
    return count;
}

static piece *take_piece(send_run *run)
{
    if (run->again_count)
        return run->again[--run->again_count];
    if (run->next == run->count)
        return NULL;
    piece *taken = make_piece(run, run->next, count_together(run));
    run->next += taken->count;
    return taken;
}

static void fill_single(send_run *run, const g3_ingest_row *row, g3_request *request)
{
    const g3_ingest_metadata *metadata = &run->ingest->options->metadata;
    if (row->step == G3_STEP_READ)
        g3_metadata_get_request(request, metadata->base, row->guid);
    else if (row->step == G3_STEP_DELETE)
        g3_metadata_delete_request(request, metadata->write_base, row->guid);
    else
        g3_metadata_merge_request(request, metadata->write_base, row->guid,
                                  make_document(run, row));
}

static void fill_batch(send_run *run, const piece *asked, g3_request *request)
{
    const g3_ingest_metadata *metadata = &run->ingest->options->metadata;
    bool unread = metadata->existing == G3_INGEST_OVERWRITE && !run->ingest->careful;
    g3_metadata_batch_request(request, metadata->write_base,
                              unread || run->rows[asked->begin]->step == G3_STEP_UPDATE);
    for (size_t i = 0; i < asked->count; i++) {
        const g3_ingest_row *row = run->rows[asked->begin + i];
        g3_metadata_batch_add(request, row->guid, make_document(run, row));
    }
    g3_metadata_batch_end(request);
}

static g3_pull next_request(void *context, g3_request *request, g3_error *error)
{
    send_run *run = context;
    piece *taken = take_piece(run);
    (void)error;
    if (!taken)
        return run->in_flight ? G3_PULL_LATER : G3_PULL_END;
    if (goes_alone(run, run->rows[taken->begin]))
        fill_single(run, run->rows[taken->begin], request);
    else
        fill_batch(run, taken, request);
    request->tag = taken;
    request->asked_before = taken->tries;
    run->in_flight++;
    return G3_PULL_REQUEST;
}

/* Ends a row as the service says, unless the row says itself what it is. */
static void end_row(const send_run *run, g3_ingest_row *row, g3_ingest_action action)
{
    g3_ingest_end(row, run->ingest->fixed ? row->action : action);
}

/* Documents are merged without having been read. */
static bool merges_unread(const g3_ingest *ingest)
{
    return ingest->options->metadata.existing == G3_INGEST_MERGE && !ingest->careful;
}

/* Asks once more, unless that was done often enough.
 * @return false with an error if it was */
static bool ask_again(send_run *run, piece *asked, const g3_request *request, g3_error *error)
{
    if (++asked->tries > MOST_ROUNDS)
        return g3_fail(error, G3_EXIT_SERVICE,
                       "%.*s: the service keeps giving answers that can't be read",
                       (int)request->url.length, request->url.data);
    send_again(run, asked);
    return true;
}

/* Takes what a batch did with one GUID; those of an answer come in the order of the request, but
 * for the list that they are in. */
static void take_outcome(void *context, g3_view guid, g3_metadata_outcome outcome)
{
    send_run *run = context;
    const piece *asked = run->at;
    for (size_t i = 0; i < asked->count; i++, run->place++) {
        g3_ingest_row *row = run->rows[asked->begin + run->place % asked->count];
        if ((row->step != G3_STEP_CREATE && row->step != G3_STEP_UPDATE) ||
            !g3_view_equal(row->guid, guid))
            continue;
        if (outcome == G3_METADATA_CONFLICT && row->rounds++ == MOST_ROUNDS)
            g3_ingest_end_row(run->ingest, row, G3_INGEST_FAILED,
                              "the document comes and goes; try again later");
        else if (outcome == G3_METADATA_CONFLICT)
            row->step = merges_unread(run->ingest) ? G3_STEP_UPDATE : G3_STEP_READ;
        else if (outcome == G3_METADATA_BAD_INPUT)
            g3_ingest_end_row(run->ingest, row, G3_INGEST_FAILED,
                              "the service takes no document of this guid");
        else
            end_row(run, row,
                    outcome == G3_METADATA_CREATED ? G3_INGEST_CREATED : G3_INGEST_UPDATED);
        return;
    }
}

static bool take_batch(send_run *run, piece *asked, const g3_request *request,
                       const g3_response *response, g3_error *error)
{
    g3_ingest_step step = run->rows[asked->begin]->step;
    run->at = asked;
    run->place = 0;
    g3_arena_clear(&run->scratch);
    bool read =
        g3_metadata_read_batch(g3_buffer_view(&response->body), &run->scratch, take_outcome, run);
    for (size_t i = 0; read && i < asked->count; i++)
        read = run->rows[asked->begin + i]->step != step;
    for (size_t i = 0; i < asked->count; i++) {
        g3_ingest_row *row = run->rows[asked->begin + i];
        if (!read)
            row->step = step; /* whatever was done: all of it once more */
        else if (row->step != G3_STEP_DONE)
            send_again(run, make_piece(run, asked->begin + i, 1));
    }
    return read || ask_again(run, asked, request, error);
}

/* Takes a document that was read, or that there is none. */
static void take_document(send_run *run, piece *asked, const g3_response *response)
{
    g3_ingest_row *row = run->rows[asked->begin];
    bool there = response->status != G3_HTTP_NOT_FOUND;
    g3_ingest_decide_document(run->ingest, row,
                              there ? g3_buffer_view(&response->body) : (g3_view){0});
    if (row->step != G3_STEP_DONE && run->sends)
        send_again(run, asked);
}

/* Takes the answer about a document that goes alone. */
static bool take_single(send_run *run, piece *asked, const g3_request *request,
                        const g3_response *response, g3_error *error)
{
    g3_ingest_row *row = run->rows[asked->begin];
    bool good = g3_http_is_success(response->status);
    bool gone = response->status == G3_HTTP_NOT_FOUND;
    if (row->step == G3_STEP_READ && (good || gone)) {
        if (good && !g3_json_is_valid(g3_buffer_view(&response->body)))
            return ask_again(run, asked, request, error);
        take_document(run, asked, response);
    } else if (row->step == G3_STEP_DELETE && (good || gone)) {
        /* not there: by a try whose answer was lost, or others' doing since it was read */
        end_row(run, row, G3_INGEST_DELETED);
    } else if (good) {
        end_row(run, row, G3_INGEST_UPDATED);
    } else if (gone) { /* since it was read, or it never was there */
        row->step = merges_unread(run->ingest) ? G3_STEP_CREATE : G3_STEP_READ;
        return ask_again(run, asked, request, error);
    } else {
        g3_ingest_end_refused(run->ingest, row, response);
    }
    return true;
}

/* Parts a batch that the service does not take, or fails at. */
static void part(send_run *run, const piece *asked, bool smaller)
{
    size_t half = asked->count / 2;
    send_again(run, make_piece(run, asked->begin + half, asked->count - half));
    send_again(run, make_piece(run, asked->begin, half));
    if (smaller && run->batch > half)
        run->batch = half;
}

/* A request failed for good.
 * @return false with its error unless it may be the fault of what was sent */
static bool take_failure(send_run *run, piece *asked, const g3_response *response, g3_error *error)
{
    bool fault = response->status == G3_HTTP_SERVER_ERROR;
    bool late = response->status == G3_HTTP_GATEWAY_TIMEOUT && asked->count > 1;
    if (!fault && !late) {
        if (error)
            *error = response->error;
        return false;
    }
    if (asked->count > 1)
        part(run, asked, late);
    else
        g3_ingest_end_row(run->ingest, run->rows[asked->begin], G3_INGEST_FAILED, "%s",
                          response->error.message);
    return true;
}

static bool take_answer(void *context, const g3_request *request, g3_response *response,
                        g3_error *error)
{
    send_run *run = context;
    piece *asked = request->tag;
    run->in_flight--;
    if (response->failed)
        return take_failure(run, asked, response, error);
    if (goes_alone(run, run->rows[asked->begin]))
        return take_single(run, asked, request, response, error);
    if (g3_http_is_success(response->status))
        return take_batch(run, asked, request, response, error);
    if (asked->count > 1)
        part(run, asked, response->status == G3_HTTP_CONTENT_TOO_LARGE);
    else
        g3_ingest_end_refused(run->ingest, run->rows[asked->begin], response);
    return true;
}

/* What is sent of what the rows wait for. */
typedef enum sending {
    READS,   /* only questions for documents that are there */
    DECIDED, /* all but what is decided by documents that are read meanwhile */
    ALL,
} sending;

static bool send_rows(g3_ingest *ingest, sending what, g3_error *error)
{
    const g3_ingest_metadata *metadata = &ingest->options->metadata;
    send_run run = {.ingest = ingest,
                    .rows = g3_arena_take(&ingest->arena, ingest->count * sizeof *run.rows),
                    .again = g3_arena_take(&ingest->arena, ingest->count * sizeof *run.again),
                    .sends = what == ALL,
                    .batch = metadata->batch ? (size_t)metadata->batch : G3_INGEST_DOCUMENTS};
    const g3_producer producer = {next_request, take_answer, &run};
    for (size_t i = 0; i < ingest->count; i++) {
        g3_ingest_row *row = &ingest->rows[i];
        bool sent = what == READS ? row->step == G3_STEP_READ : row->step != G3_STEP_DONE;
        if (sent && !row->waits)
            run.rows[run.count++] = row;
    }
    bool done = run.count == 0 || g3_http_run(ingest->http, &producer, error);
    g3_arena_free(&run.scratch);
    g3_buffer_free(&run.document);
    return done;
}

/* What the rows begin with, once their GUIDs and types are known. */
static g3_ingest_step choose_step(const g3_ingest *ingest)
{
    bool merges = ingest->options->metadata.existing == G3_INGEST_MERGE;
    if (ingest->options->plan || ingest->options->task == G3_INGEST_DELETE ||
        (merges && ingest->careful))
        return G3_STEP_READ;
    return merges ? G3_STEP_UPDATE : G3_STEP_CREATE;
}

/* Notes what is to be made of the rows, for the journal. */
static void note_documents(g3_ingest *ingest)
{
    for (size_t i = 0; i < ingest->count; i++) {
        g3_ingest_row *row = &ingest->rows[i];
        if (row->step == G3_STEP_DONE || row->change.length)
            continue;
        g3_view document = g3_ingest_make_document(ingest, row, &ingest->space);
        row->change = g3_arena_copy(&ingest->arena, document);
    }
}

/* Of rows of one GUID, which the search for it has led to, only the first goes; the others wait. */
static void hold_repeats(g3_ingest *ingest)
{
    g3_ingest_keys_clear(ingest);
    for (size_t i = 0; i < ingest->count; i++) {
        g3_ingest_row *row = &ingest->rows[i];
        row->waits = row->step != G3_STEP_DONE && !g3_ingest_take_guid(ingest, row->guid);
    }
}

static bool find_types(g3_ingest *ingest, g3_error *error)
{
    bool asked = !ingest->options->metadata.guid_type && ingest->options->task == G3_INGEST_WRITE;
    for (size_t i = 0; i < ingest->count; i++) {
        g3_ingest_row *row = &ingest->rows[i];
        if (row->step != G3_STEP_DONE)
            row->step = asked ? G3_STEP_LOOK : choose_step(ingest);
    }
    if (!asked)
        return true;
    bool done = g3_ingest_look_up(ingest, take_type, error);
    for (size_t i = 0; i < ingest->count; i++) /* what take_type() has set is done */
        if (ingest->rows[i].step == G3_STEP_CREATE)
            ingest->rows[i].step = choose_step(ingest);
    return done;
}

bool g3_ingest_find_documents(g3_ingest *ingest, g3_error *error)
{
    const g3_ingest_options *options = ingest->options;
    if (!ingest->fixed && (!g3_ingest_match_rows(ingest, error) || !find_types(ingest, error)))
        return false;
    if (ingest->careful && !ingest->fixed && options->task == G3_INGEST_WRITE)
        note_documents(ingest);
    if (!options->plan)
        hold_repeats(ingest);
    return send_rows(ingest, READS, error);
}

bool g3_ingest_send_documents(g3_ingest *ingest, g3_error *error)
{
    hold_repeats(ingest);
    return send_rows(ingest, ingest->careful ? DECIDED : ALL, error);
}
