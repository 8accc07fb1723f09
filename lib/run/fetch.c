/* Fetching: the index, or part of it, becomes a manifest. Called by g3-fetch-index. */
#include "g3/run/fetch.h"
#include "fetch_list.h"
#include "fetch_output.h"
#include "g3/run/journal.h"
#include "g3/run/sweep.h"
#include "ranges.h"
#include <inttypes.h>
#include <sys/stat.h>

typedef struct fetch {
    const g3_fetch_options *options;
    g3_key_shard shard; /* with its prefixes */
    g3_fetch_result *result;
    g3_fetch_output *output;
} fetch;

static bool write_page(void *context, const g3_record *records, size_t count, g3_error *error)
{
    fetch *run = context;
    for (size_t i = 0; i < count; i++) {
        g3_record record = records[i];
        if (!g3_fetch_output_write(run->output, &record, error))
            return false;
    }
    return true;
}

static bool checkpoint(void *context, int64_t *offset, g3_error *error)
{
    fetch *run = context;
    return g3_fetch_output_checkpoint(run->output, offset, error);
}

static bool sweep(g3_http *http, fetch *run, g3_journal *journal, g3_error *error)
{
    g3_sweep_result result;
    const g3_sweep_options options = {.base = run->options->base,
                                      .filters = run->options->filters,
                                      .page = run->options->page,
                                      .shard = run->shard.part.count > 1 ? &run->shard : NULL,
                                      .journal = journal,
                                      .checkpoint = journal ? checkpoint : NULL,
                                      .receive = write_page,
                                      .context = run,
                                      .reporter = run->options->reporter};
    bool done = g3_sweep_run(http, &options, &result, error);
    run->result->records = result.records;
    run->result->ranges = result.ranges;
    if (done)
        run->result->incomplete = !g3_sweep_is_complete(&result, run->options->reporter);
    return done;
}

static bool fetch_at_once(g3_http *http, fetch *run, g3_error *error)
{
    const g3_fetch_options *options = run->options;
    run->output = g3_fetch_output_open(options, error);
    if (!run->output)
        return false;
    bool listed = options->guids || options->md5s;
    bool done = listed ? g3_fetch_listed(http, options, run->output, run->result, error)
                       : sweep(http, run, NULL, error);
    if (done)
        return g3_fetch_output_finish(run->output, error);
    g3_fetch_output_discard(run->output, false);
    return false;
}

static void append_texts(g3_buffer *subject, const char *name, const g3_text_list *texts)
{
    for (size_t i = 0; i < texts->count; i++)
        g3_buffer_append_format(subject, " %s=%s", name, texts->items[i]);
}

static void append_text(g3_buffer *subject, const char *name, const char *text)
{
    if (text)
        g3_buffer_append_format(subject, " %s=%s", name, text);
}

/* What the run is of, for its journal: all that decides what the output holds. */
static void describe(const fetch *run, g3_buffer *subject)
{
    const g3_fetch_options *options = run->options;
    const g3_index_filters *filters = options->filters;
    g3_buffer_append_text(subject, "fetch of ");
    g3_url_append_shown(subject, options->base);
    g3_buffer_append_format(subject, " to %s format=%d delimiter=%d", options->output,
                            (int)options->format, options->delimiter);
    if (run->shard.part.count > 1) {
        g3_buffer_append_format(subject, " shard=%" PRIu64 "/%" PRIu64, run->shard.part.index,
                                run->shard.part.count);
        append_texts(subject, "prefix", &run->shard.prefixes);
    }
    if (!filters)
        return;
    append_text(subject, "acl", filters->acl);
    append_text(subject, "authz", filters->authz);
    append_text(subject, "file_name", filters->file_name);
    append_text(subject, "url", filters->url);
    append_text(subject, "size", filters->size);
    append_text(subject, "uploader", filters->uploader);
    append_text(subject, "version", filters->version);
    append_text(subject, "form", filters->form);
    append_texts(subject, "hash", &filters->hashes);
    append_texts(subject, "metadata", &filters->metadata);
    append_text(subject, "urls_metadata", filters->urls_metadata);
    append_text(subject, "negate_params", filters->negate_params);
}

/* The output's size, or -1 if it is not there. */
static int64_t measure_output(const g3_fetch_options *options)
{
    struct stat about;
    return stat(options->output, &about) == 0 ? (int64_t)about.st_size : -1;
}

static bool say_done_before(fetch *run, g3_error *error)
{
    const g3_fetch_options *options = run->options;
    if (measure_output(options) < 0)
        return g3_fail(
            error, G3_EXIT_USAGE,
            "%s says that %s is complete, but it is gone; remove the journal to fetch it again",
            options->journal, options->output);
    g3_note(options->reporter, "%s is complete already, says %s; nothing to do", options->output,
            options->journal);
    run->result->done_before = true;
    return true;
}

/* True if an earlier run was killed after it had given the output its name and before it could
 * write that down: all ranges have ended, and what has the name is as long as what was saved. */
static bool was_named(const g3_fetch_options *options, const g3_journal_state *state)
{
    for (size_t i = 0; i < state->range_count; i++)
        if (state->ranges[i].stop == G3_RANGE_OPEN)
            return false;
    return state->range_count > 0 && measure_output(options) == state->offset;
}

/* Opens the output where the journal says that it is safe.
 * @param named  set if there is nothing left to do, instead of opening it */
static bool open_at_journal(fetch *run, g3_journal *journal, bool *named, g3_error *error)
{
    const g3_fetch_options *options = run->options;
    g3_journal_state state;
    bool saved;
    *named = false;
    if (!g3_journal_load(journal, &state, &saved, error))
        return false;
    run->output =
        g3_fetch_output_resume(options, saved ? state.offset : 0, state.records > 0, error);
    if (run->output) {
        if (saved)
            g3_note(options->reporter, "going on after %" PRIu64 " records", state.records);
        g3_progress_skip(options->reporter, saved ? state.records : 0);
        return true;
    }
    run->result->records = state.records;
    *named = saved && was_named(options, &state);
    return *named;
}

/* Fetches on, from the beginning or from where the journal is. The journal is told last: a run that
 * is killed before that finds out by was_named(). */
static bool fetch_with_journal(g3_http *http, fetch *run, g3_journal *journal, g3_error *error)
{
    bool named;
    if (!open_at_journal(run, journal, &named, error))
        return false;
    if (named)
        return g3_journal_finish(journal, error) && say_done_before(run, error);
    if (sweep(http, run, journal, error))
        return g3_fetch_output_finish(run->output, error) && g3_journal_finish(journal, error);
    g3_fetch_output_discard(run->output, true);
    if (run->result->records)
        g3_error_prefix(error,
                        "stopped after %" PRIu64 " records, the same command goes on from there",
                        run->result->records);
    return false;
}

static bool fetch_resumably(g3_http *http, fetch *run, g3_error *error)
{
    g3_buffer subject = {0};
    g3_journal_stage stage;
    describe(run, &subject);
    g3_journal *journal =
        g3_journal_open(run->options->journal, g3_buffer_view(&subject), &stage, error);
    g3_buffer_free(&subject);
    if (!journal)
        return false;
    bool done = stage == G3_JOURNAL_FINISHED ? say_done_before(run, error)
                                             : fetch_with_journal(http, run, journal, error);
    g3_journal_close(journal);
    return done;
}

/* The prefixes that shards are cut behind, unless they were given: the service's own.
 * @param items  set to point to it in `own` */
static bool find_prefixes(g3_http *http, fetch *run, const char **items, g3_index_prefix *own,
                          g3_error *error)
{
    if (run->shard.part.count <= 1 || run->shard.prefixes.count)
        return true;
    if (!g3_index_fetch_prefix(http, run->options->base, own, error))
        return false;
    *items = g3_buffer_text(&own->text);
    run->shard.prefixes = (g3_text_list){items, 1};
    return true;
}

bool g3_fetch_run(g3_http *http, const g3_fetch_options *options, g3_fetch_result *result,
                  g3_error *error)
{
    fetch run = {.options = options, .shard = options->shard, .result = result};
    g3_index_prefix own = {0};
    const char *items[1];
    *result = (g3_fetch_result){0};
    bool done =
        find_prefixes(http, &run, items, &own, error) &&
        (options->journal ? fetch_resumably(http, &run, error) : fetch_at_once(http, &run, error));
    g3_buffer_free(&own.text);
    return done;
}

void g3_fetch_summarize(const g3_fetch_result *result, const g3_http_statistics *http,
                        double seconds, g3_summary *summary)
{
    double rate = seconds > 0 ? (double)result->records / seconds : 0;
    g3_summary_count(summary, G3_SUMMARY_COUNT, "records", result->records, "", " records, ");
    g3_summary_count(summary, G3_SUMMARY_COUNT, "requests", http->requests, "", " requests (");
    g3_summary_count(summary, G3_SUMMARY_COUNT, "requests repeated", http->retries, "",
                     " repeated), ");
    g3_summary_amount(summary, "seconds", seconds, 1, "", " seconds, ");
    g3_summary_amount(summary, "records a second", rate, 0, "", " records/s");
    if (result->unmatched)
        g3_summary_count(summary, G3_SUMMARY_COUNT, "not found", result->unmatched, "\n",
                         " of the list were not found");
}
