/* Submits the rows of a manifest to a project. Called by g3-submit. */
#include "g3/base/interrupt.h"
#include "g3/record/json.h"
#include "submit_state.h"
#include <inttypes.h>
#include <stdlib.h>

static bool open_journal(g3_submit *submit, g3_error *error)
{
    const g3_submit_options *options = submit->options;
    if (!options->journal)
        return true;
    g3_buffer subject = {0};
    g3_buffer_append_text(&subject, "submit to ");
    g3_url_append_shown(&subject, options->url);
    submit->journal = g3_submit_journal_open(options->journal, g3_buffer_view(&subject), error);
    g3_buffer_free(&subject);
    return submit->journal != NULL;
}

static bool write_row(const g3_submit *submit, const g3_submit_row *row, g3_error *error)
{
    g3_buffer *line = g3_sink_buffer(submit->options->output);
    g3_buffer_append_format(line, "{\"line\":%" PRIu64 ",\"submitter_id\":", row->line);
    g3_json_append_string(line, row->submitter_id);
    g3_buffer_append_text(line, ",\"type\":");
    g3_json_append_string(line, row->type);
    g3_buffer_append_format(line, ",\"action\":\"%s\",\"id\":",
                            row->state == G3_SUBMIT_CREATED ? "created" : "updated");
    g3_json_append_string(line, row->id);
    g3_buffer_append_text(line, "}\n");
    return g3_sink_settle(submit->options->output, false, error);
}

static bool reject_row(const g3_submit *submit, const g3_submit_row *row, g3_error *error)
{
    g3_buffer reason = {0};
    g3_buffer_append(&reason, row->reason);
    g3_bad_row bad = {.line = row->line, .text = row->text, .reason = g3_buffer_text(&reason)};
    bool done =
        g3_rejects_add(submit->options->rejects, g3_manifest_name(submit->manifest), &bad, error);
    g3_buffer_free(&reason);
    return done;
}

/* Notes what became of the batch's rows, and then tells it, in their order. */
static bool finish_batch(g3_submit *submit, g3_error *error)
{
    g3_submit_result *result = submit->result;
    if (submit->journal &&
        !g3_submit_journal_save(submit->journal, submit->rows, submit->count, error))
        return false;
    for (size_t i = 0; i < submit->count; i++) {
        const g3_submit_row *row = &submit->rows[i];
        bool written = row->state == G3_SUBMIT_CREATED || row->state == G3_SUBMIT_UPDATED;
        if ((written && !write_row(submit, row, error)) ||
            (row->state == G3_SUBMIT_REJECTED && !reject_row(submit, row, error)))
            return false;
        result->created += row->state == G3_SUBMIT_CREATED;
        result->updated += row->state == G3_SUBMIT_UPDATED;
        result->resumed += row->resumed;
    }
    g3_progress_of(submit->options->reporter, result->created + result->updated, 0);
    g3_progress(submit->options->reporter, "%" PRIu64 " created, %" PRIu64 " updated",
                result->created, result->updated);
    return true;
}

static bool run_batches(g3_submit *submit, g3_error *error)
{
    if (submit->tabular && !g3_submit_make_header(submit, error))
        return false;
    while (!submit->ended) {
        if (!g3_submit_read_rows(submit, error))
            return false;
        if (g3_interrupted())
            return g3_fail(error, G3_EXIT_INTERRUPTED, "interrupted");
        bool sent = g3_submit_send_rows(submit, error);
        g3_error later; /* of what was written before: the earlier one counts */
        if (!finish_batch(submit, sent ? error : &later) || !sent)
            return false;
    }
    return true;
}

static void release(g3_submit *submit)
{
    g3_submit_journal_close(submit->journal);
    g3_buffer_free(&submit->header);
    g3_buffer_free(&submit->scratch);
    g3_arena_free(&submit->arena);
    free(submit->keys.places);
    free(submit->rows);
    free(submit->pieces);
}

bool g3_submit_run(g3_http *http, g3_manifest_reader *manifest, const g3_submit_options *options,
                   g3_submit_result *result, g3_error *error)
{
    g3_submit submit = {.options = options,
                        .result = result,
                        .http = http,
                        .manifest = manifest,
                        .chunk = (size_t)options->chunk,
                        .tabular = g3_manifest_format(manifest) != G3_FORMAT_NDJSON};
    *result = (g3_submit_result){0};
    bool done = open_journal(&submit, error) && run_batches(&submit, error) &&
                (!submit.journal || g3_submit_journal_finish(submit.journal, error));
    g3_progress_end(options->reporter);
    if (g3_manifest_padded(manifest))
        g3_warn(options->reporter,
                "%s: %" PRIu64 " rows were too short and were filled up with empty cells",
                g3_manifest_name(manifest), g3_manifest_padded(manifest));
    release(&submit);
    return done;
}
