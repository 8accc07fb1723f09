/* Sends the rows of a batch in pieces, and judges the answers. Called by submit.c. */
#include "g3/commons/submission.h"
#include "g3/http/status.h"
#include "submit_state.h"
#include <inttypes.h>

/* Puts rows on the stack of what is to be sent. */
static void push(g3_submit *submit, g3_submit_row **rows, size_t count)
{
    if (count == 0)
        return;
    if (submit->piece_count == submit->piece_room) {
        submit->piece_room = submit->piece_room ? 2 * submit->piece_room : 8;
        submit->pieces =
            g3_reallocate(submit->pieces, submit->piece_room, sizeof(g3_submit_piece *));
    }
    g3_submit_piece *piece = g3_arena_take(&submit->arena, sizeof *piece);
    *piece = (g3_submit_piece){rows, count};
    submit->pieces[submit->piece_count++] = piece;
}

/* Sends a piece again in two halves, the first one first. */
static void halve(g3_submit *submit, const g3_submit_piece *piece)
{
    size_t half = (piece->count + 1) / 2;
    push(submit, piece->rows + half, piece->count - half);
    push(submit, piece->rows, half);
}

/* The same where it was too much at once: what follows is to be no larger. */
static void shrink(g3_submit *submit, const g3_submit_piece *piece, const char *why)
{
    size_t half = (piece->count + 1) / 2;
    if (half < submit->chunk) {
        submit->chunk = half;
        g3_warn(submit->options->reporter, "%zu rows are too much for a request (%s): %zu from now",
                piece->count, why, half);
    }
    halve(submit, piece);
}

static void reject(g3_submit *submit, g3_submit_row *row, g3_view reason)
{
    row->state = G3_SUBMIT_REJECTED;
    row->reason =
        g3_arena_copy(&submit->arena, reason.length ? reason : G3_VIEW("the service refused it"));
}

/* True if both may be of one record: what is not told does not part them. */
static bool may_be(const g3_submit_row *row, const g3_submission_entity *entity)
{
    return row->type.length == 0 || entity->type.length == 0 ||
           g3_view_equal(row->type, entity->type);
}

/* The row of a piece that the service's entity at a place is of: entities come in the order of the
 * rows, but one that can't be read at all may be left out. NULL: there is none. */
static g3_submit_row *find_row(const g3_submit_piece *piece, const g3_submission_answer *answer,
                               size_t place)
{
    const g3_submission_entity *entity = &answer->entities[place];
    g3_submit_row *row = place < piece->count ? piece->rows[place] : NULL;
    if (row && may_be(row, entity) &&
        (g3_view_equal(row->submitter_id, entity->submitter_id) ||
         (answer->count == piece->count &&
          (row->submitter_id.length == 0 || entity->submitter_id.length == 0))))
        return row;
    for (size_t i = 0; i < piece->count && entity->submitter_id.length; i++)
        if (may_be(piece->rows[i], entity) &&
            g3_view_equal(piece->rows[i]->submitter_id, entity->submitter_id))
            return piece->rows[i];
    return NULL;
}

/* All rows of the piece are written. */
static bool settle(g3_submit *submit, const g3_submit_piece *piece,
                   const g3_submission_answer *answer, g3_error *error)
{
    size_t settled = 0;
    for (size_t i = 0; i < answer->count; i++) {
        const g3_submission_entity *entity = &answer->entities[i];
        g3_submit_row *row = find_row(piece, answer, i);
        if (!row || row->state != G3_SUBMIT_PENDING)
            continue;
        row->state = entity->created ? G3_SUBMIT_CREATED : G3_SUBMIT_UPDATED;
        row->id = g3_arena_copy(&submit->arena, entity->id);
        if (row->type.length == 0)
            row->type = g3_arena_copy(&submit->arena, entity->type);
        settled++;
    }
    return settled == piece->count ||
           g3_fail(error, G3_EXIT_SERVICE,
                   "%s: the service wrote %zu rows from line %" PRIu64 " on, and told of %zu: look "
                   "what is there, and submit the file again",
                   submit->options->url, piece->count, piece->rows[0]->line, settled);
}

/* Nothing of the piece is written: rejects the rows at fault, and has the others sent again. */
static void separate(g3_submit *submit, const g3_submit_piece *piece,
                     const g3_submission_answer *answer)
{
    size_t left = 0, rejected = 0;
    for (size_t i = 0; i < answer->count; i++) {
        g3_submit_row *row = answer->entities[i].valid ? NULL : find_row(piece, answer, i);
        if (row && row->state == G3_SUBMIT_PENDING) {
            reject(submit, row, answer->entities[i].errors);
            rejected++;
        }
    }
    if (rejected == 0 && piece->count > 1) {
        halve(submit, piece);
    } else if (rejected == 0) {
        reject(submit, piece->rows[0], answer->errors);
    } else {
        for (size_t i = 0; i < piece->count; i++)
            if (piece->rows[i]->state == G3_SUBMIT_PENDING)
                piece->rows[left++] = piece->rows[i];
        push(submit, piece->rows, left);
    }
}

/* A piece that was too large, or not answered in time. */
static bool divide(g3_submit *submit, const g3_submit_piece *piece, const g3_response *response,
                   g3_error *error)
{
    if (piece->count > 1) {
        shrink(submit, piece, response->timed_out ? "no answer in time" : "too large");
        return true;
    }
    if (response->timed_out) {
        *error = response->error;
        return false;
    }
    reject(submit, piece->rows[0], G3_VIEW("the row is too large for the service (413)"));
    return true;
}

static bool take_answer(void *context, const g3_request *request, g3_response *response,
                        g3_error *error)
{
    g3_submit *submit = context;
    const g3_submit_piece *piece = request->tag;
    submit->in_flight--;
    if (response->timed_out || response->status == G3_HTTP_CONTENT_TOO_LARGE)
        return divide(submit, piece, response, error);
    if (response->failed) {
        *error = response->error;
        return false;
    }
    g3_arena arena = {0};
    g3_submission_answer answer;
    bool done = true;
    if (!g3_submission_read(g3_buffer_view(&response->body), &arena, &answer))
        done = g3_response_fail(response, submit->options->url, error);
    else if (g3_http_is_success(response->status) && g3_http_is_success((long)answer.code))
        done = settle(submit, piece, &answer, error);
    else if (response->status == G3_HTTP_BAD_REQUEST)
        separate(submit, piece, &answer);
    else
        done = g3_response_fail(response, submit->options->url, error);
    g3_arena_free(&arena);
    return done;
}

static void append_body(const g3_submit *submit, const g3_submit_piece *piece, g3_buffer *body)
{
    if (submit->tabular)
        g3_buffer_append(body, g3_buffer_view(&submit->header));
    for (size_t i = 0; i < piece->count; i++) {
        if (!submit->tabular)
            g3_buffer_append_char(body, i ? ',' : '[');
        g3_buffer_append(body, piece->rows[i]->body);
    }
    if (!submit->tabular)
        g3_buffer_append_char(body, ']');
}

static g3_pull give_request(void *context, g3_request *request, g3_error *error)
{
    (void)error;
    g3_submit *submit = context;
    if (submit->piece_count == 0)
        return submit->in_flight ? G3_PULL_LATER : G3_PULL_END;
    if (submit->in_flight >= submit->options->parallel)
        return G3_PULL_LATER;
    g3_submit_piece *piece = submit->pieces[--submit->piece_count];
    g3_request_begin(request, G3_PUT, submit->options->url,
                     submit->options->dry_run ? "/_dry_run" : "");
    append_body(submit, piece, &request->body);
    request->content_type = submit->tabular ? "text/tab-separated-values" : NULL;
    request->divisible = true;
    request->tag = piece;
    submit->in_flight++;
    return G3_PULL_REQUEST;
}

bool g3_submit_send_rows(g3_submit *submit, g3_error *error)
{
    size_t count = 0, chunk = submit->chunk;
    g3_submit_row **pending =
        g3_arena_take(&submit->arena, (submit->count + 1) * sizeof(g3_submit_row *));
    for (size_t i = 0; i < submit->count; i++)
        if (submit->rows[i].state == G3_SUBMIT_PENDING)
            pending[count++] = &submit->rows[i];
    submit->piece_count = 0;
    submit->in_flight = 0;
    for (size_t end = count; end > 0;) { /* the last one first: it is a stack */
        size_t begin = (end - 1) / chunk * chunk;
        push(submit, pending + begin, end - begin);
        end = begin;
    }
    g3_producer producer = {give_request, take_answer, submit};
    return count == 0 || g3_http_run(submit->http, &producer, error);
}
