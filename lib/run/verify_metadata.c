/* Verifying a manifest of metadata: the order of events. Called by g3-verify. */
#include "g3/run/verify_metadata.h"
#include "compare_metadata.h"
#include "g3/commons/metadata.h"
#include "g3/http/status.h"
#include "g3/io/sorter.h"
#include "g3/run/packed.h"
#include "row_feed.h"
#include "row_table.h"
#include <inttypes.h>
#include <stdlib.h>

/* Rows held where each document is asked for anyway. */
#define ROWS_TO_ASK ((size_t)8192)

/* Documents that neighbouring pages have in common: so many may be deleted while one is read, and
 * none is passed over. */
#define OVERLAP ((int64_t)100)

/* Answers to one question that can't be read before the run fails. */
#define MOST_TRIES 5

typedef struct verification {
    g3_http *http;
    const g3_verify_options *options;
    g3_verify_result *result;
    g3_row_feed feed;
    g3_record_packer *packer;
    g3_difference_writer differences;
    g3_metadata_comparer comparer;
    g3_row_table *rows; /* at hand; numbered from 0 */
    g3_sorter *held;    /* their differences by number */
    g3_buffer lines, packed;
    g3_arena arena; /* of the answer at hand */

    /* the listing */
    int64_t page, next_offset, step;
    bool listed; /* its end was seen */

    /* rows asked for singly, and both */
    int64_t next_row;
    size_t in_flight;
    struct question *again;
} verification;

/* What a request asks for: a page of the listing, or the document of a row. */
typedef struct question {
    struct question *next; /* among those to be asked again */
    int64_t number;        /* offset, or row */
    int tries;
} question;

/* Tells what became of a row. */
static bool tell(verification *self, int64_t number, const g3_record *row, bool found,
                 size_t differing, g3_error *error)
{
    g3_verify_result *result = self->result;
    result->rows++;
    if (found && differing == 0) {
        result->matched++;
        return true;
    }
    if (found)
        result->differing++;
    else
        result->missing++;
    if (!found)
        g3_difference_append(&self->differences, &self->lines, row, NULL, 0);
    return g3_sorter_add_numbered(self->held, (uint64_t)number, g3_buffer_view(&self->lines),
                                  error);
}

/* Compares a row with its document; empty: there is none.
 * @param readable  set to false if the document is no JSON */
static bool judge(verification *self, int64_t number, g3_view document, bool *readable,
                  g3_error *error)
{
    const g3_record *row = g3_record_unpack(self->packer, g3_row_table_packed(self->rows, number));
    size_t differing = 0;
    *readable = true;
    g3_buffer_clear(&self->lines);
    if (document.length)
        differing = g3_compare_metadata(&self->comparer, row, document, &self->lines, readable);
    if (!*readable)
        return true;
    g3_row_table_set_met(self->rows, number);
    return tell(self, number, row, document.length != 0, differing, error);
}

static g3_pull ask(verification *self, question *asked, g3_request *request)
{
    request->tag = asked;
    request->asked_before = asked->tries;
    self->in_flight++;
    return G3_PULL_REQUEST;
}

static question *take_question(verification *self, int64_t number)
{
    question *asked = self->again;
    if (asked) {
        self->again = asked->next;
        return asked;
    }
    asked = g3_allocate_zeroed(1, sizeof *asked);
    asked->number = number;
    return asked;
}

/* Asks once more.
 * @return false with an error if that was done often enough */
static bool ask_again(verification *self, question *asked, const g3_request *request,
                      g3_error *error)
{
    if (++asked->tries > MOST_TRIES) {
        free(asked);
        return g3_request_fail_unreadable(request, "it can't be read", error);
    }
    asked->next = self->again;
    self->again = asked;
    return true;
}

/* Pages of the listing. */
static g3_pull next_page(void *context, g3_request *request, g3_error *error)
{
    verification *self = context;
    (void)error;
    if (!self->again && self->listed)
        return self->in_flight ? G3_PULL_LATER : G3_PULL_END;
    if (!self->again && self->step == 0 && self->in_flight) /* the first page tells the step */
        return G3_PULL_LATER;
    bool fresh = !self->again;
    question *asked = take_question(self, self->next_offset);
    if (fresh)
        self->next_offset += self->step;
    g3_metadata_list_request(request, self->options->base, self->page, asked->number);
    return ask(self, asked, request);
}

/* Compares the rows of one GUID with its document. */
static bool take_document(verification *self, g3_view guid, g3_view document, g3_error *error)
{
    bool readable;
    for (int64_t row = g3_row_table_find(self->rows, guid); row != G3_ROW_NONE;
         row = g3_row_table_next_same(self->rows, row))
        if (!g3_row_table_met(self->rows, row) && !judge(self, row, document, &readable, error))
            return false;
    return true;
}

/* Reads a page.
 * @param count  documents in it; -1 if it can't be read */
static bool read_page(verification *self, g3_view body, int64_t *count, g3_error *error)
{
    g3_json_reader json;
    g3_view guid, document;
    bool first;
    *count = 0;
    g3_arena_clear(&self->arena);
    g3_json_begin(&json, body, &self->arena);
    if (g3_json_peek(&json) != G3_JSON_OBJECT || !g3_json_enter(&json, &first)) {
        *count = -1;
        return true;
    }
    while (g3_json_more_key(&json, &first, &guid)) {
        g3_json_type type = g3_json_peek(&json);
        if ((type != G3_JSON_OBJECT && type != G3_JSON_NULL) || !g3_json_skip(&json, &document))
            break;
        if (!take_document(self, guid, document, error))
            return false;
        ++*count;
    }
    if (!g3_json_at_end(&json))
        *count = -1;
    return true;
}

static bool take_page(void *context, const g3_request *request, g3_response *response,
                      g3_error *error)
{
    verification *self = context;
    question *asked = request->tag;
    int64_t count;
    self->in_flight--;
    if (response->failed || response->status != G3_HTTP_OK) {
        free(asked);
        return g3_request_fail(request, response, error);
    }
    if (!read_page(self, g3_buffer_view(&response->body), &count, error)) {
        free(asked);
        return false;
    }
    if (count < 0)
        return ask_again(self, asked, request, error);
    self->result->swept += (uint64_t)count;
    self->listed = self->listed || count == 0;
    if (self->step == 0 && count) { /* a service may give fewer than are asked for */
        self->step = count > 2 * OVERLAP ? count - OVERLAP : (count + 1) / 2;
        self->next_offset = self->step;
    }
    free(asked);
    g3_progress_of(self->options->reporter, self->result->swept, 0);
    g3_progress(self->options->reporter, "%" PRIu64 " documents listed, %" PRIu64 " rows verified",
                self->result->swept, self->result->rows);
    return true;
}

/* Rows asked for singly. */
static g3_pull next_row(void *context, g3_request *request, g3_error *error)
{
    verification *self = context;
    int64_t count = (int64_t)g3_row_table_count(self->rows);
    (void)error;
    while (self->next_row < count && g3_row_table_met(self->rows, self->next_row))
        self->next_row++;
    if (!self->again && self->next_row == count)
        return self->in_flight ? G3_PULL_LATER : G3_PULL_END;
    bool fresh = !self->again;
    question *asked = take_question(self, self->next_row);
    if (fresh)
        self->next_row++;
    g3_metadata_get_request(request, self->options->base,
                            g3_row_table_guid(self->rows, asked->number));
    return ask(self, asked, request);
}

static bool take_row(void *context, const g3_request *request, g3_response *response,
                     g3_error *error)
{
    verification *self = context;
    question *asked = request->tag;
    bool readable = true, good = true;
    self->in_flight--;
    if (response->status == G3_HTTP_NOT_FOUND)
        good = judge(self, asked->number, (g3_view){0}, &readable, error);
    else if (response->failed || response->status != G3_HTTP_OK)
        good = g3_request_fail(request, response, error);
    else if (response->body.length == 0)
        readable = false;
    else
        good = judge(self, asked->number, g3_buffer_view(&response->body), &readable, error);
    if (good && !readable)
        return ask_again(self, asked, request, error);
    free(asked);
    g3_progress_of(self->options->reporter, self->result->rows,
                   (uint64_t)g3_row_table_count(self->rows));
    g3_progress(self->options->reporter, "%" PRIu64 " rows verified", self->result->rows);
    return good;
}

static bool run_producer(verification *self, const g3_producer *producer, g3_error *error)
{
    self->in_flight = 0;
    bool done = g3_http_run(self->http, producer, error);
    while (self->again) {
        question *left = self->again;
        self->again = left->next;
        free(left);
    }
    return done;
}

/* Whether the service has no more than so many documents. */
static bool has_at_most(verification *self, int64_t documents, bool *fewer, g3_error *error)
{
    g3_request request = {0};
    g3_response response = {0};
    g3_metadata_list_request(&request, self->options->base, 1, documents);
    bool done = g3_http_send(self->http, &request, &response, error);
    if (done && (response.failed || response.status != G3_HTTP_OK)) {
        if (response.failed && error)
            *error = response.error;
        else
            g3_fail(error, G3_EXIT_SERVICE,
                    "%s/metadata: unexpected status %ld: is this a "
                    "metadata service?",
                    self->options->base, response.status);
        done = false;
    }
    *fewer = done && g3_view_equal(g3_view_trim(g3_buffer_view(&response.body)), G3_VIEW("{}"));
    g3_buffer_free(&response.body);
    return done;
}

/* Fills the table.
 * @param ended  whether the input has */
static bool read_rows(verification *self, bool *ended, g3_error *error)
{
    bool asks = self->options->way == G3_VERIFY_SINGLE;
    size_t memory = (size_t)self->options->memory / 4 * 3;
    const g3_record *row;
    *ended = false;
    while (g3_row_table_size(self->rows) < memory &&
           g3_row_table_count(self->rows) < (asks ? ROWS_TO_ASK : G3_ROW_TABLE_LIMIT)) {
        g3_next next = g3_row_feed_next(&self->feed, &row, error);
        if (next == G3_NEXT_ERROR)
            return false;
        *ended = next == G3_NEXT_END;
        if (*ended)
            return true;
        g3_buffer_clear(&self->packed);
        g3_record_pack(self->packer, row, &self->packed);
        g3_row_table_add(self->rows, g3_record_guid(row), g3_buffer_view(&self->packed));
    }
    return true;
}

static bool choose_sweep(verification *self, bool *sweep, g3_error *error)
{
    int64_t worth = (int64_t)g3_row_table_count(self->rows) * G3_VERIFY_SWEEP_WORTH;
    *sweep = self->options->way == G3_VERIFY_SWEEP;
    return self->options->way != G3_VERIFY_AUTO || has_at_most(self, worth, sweep, error);
}

/* Verifies the rows at hand; what was found until a failure stays held. */
static bool verify_rows(verification *self, g3_error *error)
{
    const g3_producer pages = {next_page, take_page, self}, singles = {next_row, take_row, self};
    bool sweep;
    if (!choose_sweep(self, &sweep, error))
        return false;
    self->page = self->options->batch ? self->options->batch : G3_METADATA_PAGE_LIMIT;
    self->next_offset = self->step = self->next_row = 0;
    self->listed = false;
    return (!sweep || run_producer(self, &pages, error)) && run_producer(self, &singles, error);
}

/* Writes the differences of the rows at hand, in order. */
static bool release(verification *self, g3_error *error)
{
    g3_sink *output = self->options->output;
    g3_view lines;
    bool ended = false, good = true;
    while (good && !ended) {
        good = g3_sorter_next(self->held, &lines, &ended, error);
        if (good && !ended) {
            g3_difference_release(&self->differences, lines, g3_sink_buffer(output));
            good = g3_sink_settle(output, false, error);
        }
    }
    return good;
}

static bool verify_all(verification *self, g3_error *error)
{
    bool ended = false, good = true;
    while (good && !ended) {
        g3_error later;
        self->rows = g3_row_table_open();
        self->held = g3_sorter_open((size_t)self->options->memory / 8);
        good = read_rows(self, &ended, error);
        if (good && g3_row_table_count(self->rows)) {
            good = verify_rows(self, error);
            good = release(self, good ? error : &later) && good;
        }
        g3_sorter_close(self->held);
        g3_row_table_close(self->rows);
    }
    return good;
}

bool g3_verify_metadata_run(g3_http *http, const g3_verify_options *options, const char *source,
                            g3_verify_result *result, g3_error *error)
{
    verification self = {
        .http = http,
        .options = options,
        .result = result,
        .feed = {.paths = options->paths,
                 .path_count = options->path_count,
                 .options = options->manifest,
                 .rejects = options->rejects,
                 .reporter = options->reporter},
        .packer = g3_record_packer_open(),
        .differences = {.form = options->form,
                        .delimiter = options->delimiter,
                        .report = options->report},
        .comparer = {.source = source, .differences = &self.differences},
    };
    *result = (g3_verify_result){0};
    g3_difference_append_header(&self.differences, g3_sink_buffer(options->output));
    bool done = verify_all(&self, error);
    g3_progress_end(options->reporter);
    g3_row_feed_close(&self.feed);
    g3_record_packer_close(self.packer);
    g3_metadata_comparer_free(&self.comparer);
    g3_buffer_free(&self.differences.space);
    g3_buffer_free(&self.lines);
    g3_buffer_free(&self.packed);
    g3_arena_free(&self.arena);
    return done;
}
