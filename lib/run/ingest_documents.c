/* Metadata: finds out the types of documents, and sends them in batches. Called by ingest.c.
 *
 * Rows to be sent stand in a list; a piece of it is one request. A batch that fails is parted in
 * two, until it is one document that fails alone. A document that must not be replaced and is there
 * is read and compared; one that is to be merged goes alone, by PUT, and by POST where there is
 * none. */
#include "g3/commons/metadata.h"
#include "g3/http/status.h"
#include "ingest_state.h"
#include <json-c/json.h>
#include <stdlib.h>

/* Times that one document is asked about in vain: it comes and goes, or answers can't be read. */
#define MOST_ROUNDS 10

static const char *const INDEXED = "indexed_file_object", *const NOT_INDEXED = "metadata_object";

/* One request's rows: a piece of the list. */
typedef struct piece {
    size_t begin, count;
    int tries; /* answers that could not be read */
} piece;

typedef struct send_run {
    g3_ingest *ingest;
    g3_ingest_row **rows; /* those to be sent, in order */
    size_t count, next;
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

bool g3_ingest_find_types(g3_ingest *ingest, g3_error *error)
{
    bool asked = !ingest->options->metadata.guid_type;
    for (size_t i = 0; i < ingest->count; i++)
        if (ingest->rows[i].step != G3_STEP_DONE)
            ingest->rows[i].step = asked ? G3_STEP_LOOK : G3_STEP_CREATE;
    return !asked || g3_ingest_look_up(ingest, take_type, error);
}

/* Appends the document of a row. */
static void append_document(g3_ingest *ingest, const g3_ingest_row *row, g3_buffer *out)
{
    const g3_ingest_metadata *metadata = &ingest->options->metadata;
    static const g3_value EMPTY = {.type = G3_STRING, .text = {"", 0}};
    const g3_record *record = g3_ingest_unpack(ingest, row);
    const char *type = metadata->guid_type ? metadata->guid_type
                       : row->indexed      ? INDEXED
                                           : NOT_INDEXED;
    bool first = true;
    g3_buffer_append_text(out, "{\"_guid_type\":");
    g3_json_append_string(out, g3_view_of(type));
    g3_buffer_append_char(out, ',');
    g3_json_append_string(out, g3_view_of(metadata->source));
    g3_buffer_append_text(out, ":{");
    for (size_t i = 0; i < record->count; i++) {
        const g3_field *field = &record->fields[i];
        if (field->column->field == G3_GUID)
            continue;
        if (!first)
            g3_buffer_append_char(out, ',');
        first = false;
        g3_buffer_append(out, field->column->json_key);
        g3_json_append_value(out, field->value.type == G3_NULL ? &EMPTY : &field->value);
    }
    g3_buffer_append_text(out, "}}");
}

static g3_view make_document(send_run *run, const g3_ingest_row *row)
{
    g3_buffer_clear(&run->document);
    append_document(run->ingest, row, &run->document);
    return g3_buffer_view(&run->document);
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

static piece *take_piece(send_run *run)
{
    if (run->again_count)
        return run->again[--run->again_count];
    if (run->next == run->count)
        return NULL;
    size_t left = run->count - run->next;
    piece *taken = make_piece(run, run->next, left < run->batch ? left : run->batch);
    run->next += taken->count;
    return taken;
}

static void fill_single(send_run *run, const g3_ingest_row *row, g3_request *request)
{
    const g3_ingest_metadata *metadata = &run->ingest->options->metadata;
    if (row->step == G3_STEP_READ)
        g3_metadata_get_request(request, metadata->base, row->guid);
    else if (row->step == G3_STEP_UPDATE)
        g3_metadata_merge_request(request, metadata->write_base, row->guid,
                                  make_document(run, row));
    else
        g3_metadata_create_request(request, metadata->write_base, row->guid,
                                   make_document(run, row));
}

static void fill_batch(send_run *run, const piece *asked, g3_request *request)
{
    const g3_ingest_metadata *metadata = &run->ingest->options->metadata;
    g3_metadata_batch_request(request, metadata->write_base,
                              metadata->existing == G3_INGEST_OVERWRITE);
    for (size_t i = 0; i < asked->count; i++) {
        const g3_ingest_row *row = run->rows[asked->begin + i];
        g3_metadata_batch_add(request, row->guid, make_document(run, row));
    }
    g3_metadata_batch_end(request);
}

/* Rows that are merged or read go alone. */
static bool goes_alone(const send_run *run, const g3_ingest_row *row)
{
    return run->ingest->options->metadata.existing == G3_INGEST_MERGE || row->step == G3_STEP_READ;
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

static void end_row(g3_ingest_row *row, g3_ingest_action action)
{
    row->action = action;
    row->step = G3_STEP_DONE;
}

/* Ends a row with the service's words. */
static void refuse(send_run *run, g3_ingest_row *row, const g3_response *response)
{
    g3_buffer words = {0};
    g3_response_append_words(&words, response);
    g3_ingest_end_row(run->ingest, row, G3_INGEST_FAILED, "%s", g3_buffer_text(&words));
    g3_buffer_free(&words);
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
        if (row->step != G3_STEP_CREATE || !g3_view_equal(row->guid, guid))
            continue;
        if (outcome == G3_METADATA_CONFLICT)
            row->step = G3_STEP_READ;
        else if (outcome == G3_METADATA_BAD_INPUT)
            g3_ingest_end_row(run->ingest, row, G3_INGEST_FAILED,
                              "the service takes no document of this guid");
        else
            end_row(row, outcome == G3_METADATA_CREATED ? G3_INGEST_CREATED : G3_INGEST_UPDATED);
        return;
    }
}

static bool take_batch(send_run *run, piece *asked, const g3_request *request,
                       const g3_response *response, g3_error *error)
{
    run->at = asked;
    run->place = 0;
    g3_arena_clear(&run->scratch);
    bool read =
        g3_metadata_read_batch(g3_buffer_view(&response->body), &run->scratch, take_outcome, run);
    for (size_t i = 0; read && i < asked->count; i++)
        read = run->rows[asked->begin + i]->step != G3_STEP_CREATE;
    for (size_t i = 0; i < asked->count; i++) {
        g3_ingest_row *row = run->rows[asked->begin + i];
        if (!read)
            row->step = G3_STEP_CREATE; /* whatever was done: all of it once more */
        else if (row->step == G3_STEP_READ)
            send_again(run, make_piece(run, asked->begin + i, 1));
    }
    return read || ask_again(run, asked, request, error);
}

/* True if the document is the row's, the order of members aside. */
static bool is_same(send_run *run, const g3_ingest_row *row, g3_view body)
{
    json_tokener *reader = json_tokener_new();
    json_object *theirs = json_tokener_parse_ex(reader, body.data, (int)body.length);
    make_document(run, row);
    json_object *mine = json_tokener_parse(g3_buffer_text(&run->document));
    bool same = theirs && mine && json_object_equal(theirs, mine);
    json_object_put(theirs);
    json_object_put(mine);
    json_tokener_free(reader);
    return same;
}

/* Takes the answer about a document that goes alone. */
static bool take_single(send_run *run, piece *asked, const g3_request *request,
                        const g3_response *response, g3_error *error)
{
    g3_ingest_row *row = run->rows[asked->begin];
    bool merge = run->ingest->options->metadata.existing == G3_INGEST_MERGE;
    bool good = response->status >= G3_HTTP_OK && response->status < 300;
    if (row->step == G3_STEP_READ && good) {
        if (is_same(run, row, g3_buffer_view(&response->body)))
            end_row(row, row->resumed ? G3_INGEST_CREATED : G3_INGEST_UNCHANGED);
        else
            g3_ingest_end_row(run->ingest, row, G3_INGEST_CONFLICT,
                              "the guid has other metadata already");
    } else if (good) {
        end_row(row, row->step == G3_STEP_UPDATE ? G3_INGEST_UPDATED : G3_INGEST_CREATED);
    } else if (response->status == G3_HTTP_NOT_FOUND || response->status == G3_HTTP_CONFLICT) {
        /* it came or went since it was asked about */
        bool there = response->status == G3_HTTP_CONFLICT;
        row->step = !there ? G3_STEP_CREATE : merge ? G3_STEP_UPDATE : G3_STEP_READ;
        return ask_again(run, asked, request, error);
    } else {
        refuse(run, row, response);
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
    if (response->status >= G3_HTTP_OK && response->status < 300)
        return take_batch(run, asked, request, response, error);
    if (asked->count > 1)
        part(run, asked, response->status == G3_HTTP_CONTENT_TOO_LARGE);
    else
        refuse(run, run->rows[asked->begin], response);
    return true;
}

bool g3_ingest_send_documents(g3_ingest *ingest, g3_error *error)
{
    const g3_ingest_metadata *metadata = &ingest->options->metadata;
    bool merge = metadata->existing == G3_INGEST_MERGE;
    send_run run = {.ingest = ingest,
                    .rows = g3_arena_take(&ingest->arena, ingest->count * sizeof *run.rows),
                    .again = g3_arena_take(&ingest->arena, ingest->count * sizeof *run.again),
                    .batch = merge             ? 1
                             : metadata->batch ? (size_t)metadata->batch
                                               : G3_INGEST_DOCUMENTS};
    const g3_producer producer = {next_request, take_answer, &run};
    for (size_t i = 0; i < ingest->count; i++) {
        g3_ingest_row *row = &ingest->rows[i];
        if (row->step == G3_STEP_DONE)
            continue;
        row->step = merge ? G3_STEP_UPDATE : G3_STEP_CREATE;
        run.rows[run.count++] = row;
    }
    bool done = run.count == 0 || g3_http_run(ingest->http, &producer, error);
    g3_arena_free(&run.scratch);
    g3_buffer_free(&run.document);
    return done;
}
