/* Verifying a manifest of objects against the index: the order of events, counting, output. Called
 * by g3-verify. */
#include "g3/run/verify.h"
#include "g3/base/clock.h"
#include "g3/record/json.h"
#include "verify_state.h"
#include <inttypes.h>

/* Rows looked up before AUTO decides: a dozen id lists, enough to see the service's speed. */
#define SAMPLE_ROWS 1024

void g3_verify_judge(g3_verify *verify, const g3_record *row, const g3_record *record,
                     g3_buffer *lines)
{
    g3_verify_result *result = verify->result;
    g3_field_set fields = record ? g3_compare_object(row, record) : 0;
    result->rows++;
    if (record && fields == 0) {
        result->matched++;
        return;
    }
    if (record)
        result->differing++;
    else
        result->missing++;
    for (unsigned field = 0; field < G3_OBJECT_FIELDS; field++)
        result->fields[field] += fields >> field & 1;
    g3_difference_append(&verify->differences, lines, row, record, fields);
}

bool g3_verify_emit(g3_verify *verify, g3_view lines, g3_error *error)
{
    if (lines.length == 0)
        return true;
    g3_difference_release(&verify->differences, lines, g3_sink_buffer(verify->options->output));
    return g3_sink_settle(verify->options->output, false, error);
}

bool g3_verify_judge_and_hold(g3_verify *verify, uint64_t number, const g3_record *row,
                              const g3_record *record, g3_error *error)
{
    g3_buffer_clear(&verify->lines);
    g3_verify_judge(verify, row, record, &verify->lines);
    g3_view lines = g3_buffer_view(&verify->lines);
    if (lines.length == 0 || verify->options->unordered)
        return g3_verify_emit(verify, lines, error);
    if (!verify->held)
        verify->held = g3_sorter_open(g3_verify_side_memory(verify));
    return g3_sorter_add_numbered(verify->held, number, lines, error);
}

bool g3_verify_release(g3_verify *verify, g3_error *error)
{
    g3_view lines;
    bool ended = !verify->held;
    bool good = true;
    while (!ended && good) {
        good = g3_sorter_next(verify->held, &lines, &ended, error);
        if (good && !ended)
            good = g3_verify_emit(verify, lines, error);
    }
    g3_sorter_close(verify->held);
    verify->held = NULL;
    return good;
}

static void report_extra(g3_verify *verify, g3_view guid)
{
    g3_buffer_clear(&verify->lines);
    g3_buffer_append_text(&verify->lines, "{\"guid\":");
    g3_json_append_string(&verify->lines, guid);
    g3_buffer_append_char(&verify->lines, '}');
    g3_report_add(verify->options->report, G3_VIEW("in the index only"),
                  g3_buffer_view(&verify->lines));
}

bool g3_verify_write_extra(g3_verify *verify, const g3_record *record, g3_error *error)
{
    if (!verify->extra)
        return true;
    g3_record_sort_lists(record);
    const char *reason = g3_manifest_write(verify->extra, record);
    if (reason) {
        g3_view guid = g3_record_guid(record);
        return g3_fail(error, G3_EXIT_LOCAL,
                       "the record of %.*s can't be written as an extra one: %s", (int)guid.length,
                       guid.data, reason);
    }
    verify->result->extra++;
    if (verify->options->report)
        report_extra(verify, g3_record_guid(record));
    return g3_sink_settle(verify->options->extra, false, error);
}

void g3_verify_show_progress(g3_verify *verify)
{
    const g3_verify_result *result = verify->result;
    g3_progress_of(verify->options->reporter, result->swept ? result->swept : result->rows, 0);
    if (result->swept)
        g3_progress(verify->options->reporter,
                    "%" PRIu64 " records swept, %" PRIu64 " rows verified", result->swept,
                    result->rows);
    else
        g3_progress(verify->options->reporter,
                    "%" PRIu64 " rows verified, %" PRIu64 " differ or are missing", result->rows,
                    result->rows - result->matched);
}

static void explain_plan(g3_verify *verify, const g3_plan_input *input, const g3_plan *plan)
{
    g3_reporter *reporter = verify->options->reporter;
    if (plan->choice == G3_PLAN_SWEEP)
        g3_note(reporter,
                "sweeping over the index: about %" PRId64 " rows are left and it has %" PRId64
                " records (lookups: %.0f rows/s, about %.0f s; a sweep about %.0f s)",
                input->rows, input->records, input->ids_rate, plan->ids_seconds,
                plan->sweep_seconds);
    else if (plan->choice == G3_PLAN_COUNT)
        g3_note(reporter,
                "reading rows ahead: sweeping over the index (%" PRId64
                " records) pays from %" PRId64 " rows on",
                input->records, plan->threshold);
}

static bool verify_by_plan(g3_verify *verify, int64_t records, g3_error *error)
{
    double begun = g3_clock();
    if (!g3_verify_look_up_feed(verify, SAMPLE_ROWS, error))
        return false;
    if (verify->feed.rows < SAMPLE_ROWS) /* that was all */
        return true;
    g3_plan_input input = {.rows = g3_row_feed_left(&verify->feed),
                           .records = records,
                           .ids_rate = (double)verify->result->rows / (g3_clock() - begun)};
    g3_plan plan = g3_plan_lookup(&input);
    explain_plan(verify, &input, &plan);
    if (plan.choice == G3_PLAN_IDS)
        return g3_verify_look_up_feed(verify, UINT64_MAX, error);
    return g3_verify_sweep_feed(verify, plan.choice == G3_PLAN_COUNT ? plan.threshold : 0, error);
}

static bool verify_all(g3_verify *verify, g3_error *error)
{
    const g3_verify_options *options = verify->options;
    int64_t records;
    bool sweep = options->way == G3_VERIFY_SWEEP || options->extra;
    if (!g3_index_count(verify->http, options->base, &records, error) ||
        !g3_index_fetch_prefix(verify->http, options->base, &verify->prefix, error))
        return false;
    g3_difference_append_header(&verify->differences, g3_sink_buffer(options->output));
    bool good;
    if (sweep)
        good = g3_verify_sweep_feed(verify, 0, error);
    else if (options->way == G3_VERIFY_AUTO)
        good = verify_by_plan(verify, records, error);
    else
        good = g3_verify_look_up_feed(verify, UINT64_MAX, error);
    if (good && verify->result->rows && verify->result->missing == verify->result->rows &&
        records > 0)
        g3_warn(options->reporter,
                "the index has none of the rows' GUIDs: is it the right one, and does "
                "the manifest spell them as it does?");
    return good;
}

static g3_lookup_way first_lookup_way(g3_verify_way way)
{
    return way == G3_VERIFY_BULK     ? G3_LOOKUP_BULK
           : way == G3_VERIFY_SINGLE ? G3_LOOKUP_SINGLE
                                     : G3_LOOKUP_IDS;
}

static void open_extra(g3_verify *verify)
{
    const g3_column *columns[G3_OBJECT_FIELDS];
    for (size_t i = 0; i < G3_OBJECT_FIELDS; i++)
        columns[i] = &g3_object_columns[i];
    verify->extra =
        g3_manifest_writer_open(verify->options->extra, verify->options->extra_format, 0);
    g3_manifest_writer_columns(verify->extra, columns, G3_OBJECT_FIELDS);
}

bool g3_verify_run(g3_http *http, const g3_verify_options *options, g3_verify_result *result,
                   g3_error *error)
{
    g3_error stopped = {0}, ignored;
    g3_verify verify = {
        .http = http,
        .options = options,
        .result = result,
        .feed = {.paths = options->paths,
                 .path_count = options->path_count,
                 .options = options->manifest,
                 .rejects = options->rejects,
                 .reporter = options->reporter},
        .way = first_lookup_way(options->way),
        .rows = g3_record_packer_open(),
        .records = g3_record_packer_open(),
        .differences = {.form = options->form,
                        .delimiter = options->delimiter,
                        .report = options->report},
    };
    *result = (g3_verify_result){0};
    if (options->extra)
        open_extra(&verify);

    bool good = verify_all(&verify, &stopped) && g3_verify_release(&verify, &stopped);
    if (!good && (stopped.exit == G3_EXIT_INTERRUPTED || stopped.exit == G3_EXIT_SERVICE))
        g3_verify_release(&verify, &ignored);
    if (!good && error)
        *error = stopped;

    g3_row_feed_close(&verify.feed);
    g3_sorter_close(verify.held);
    if (verify.extra)
        g3_manifest_writer_close(verify.extra);
    g3_record_packer_close(verify.rows);
    g3_record_packer_close(verify.records);
    g3_buffer_free(&verify.differences.space);
    g3_buffer_free(&verify.prefix.text);
    g3_buffer_free(&verify.packed);
    g3_buffer_free(&verify.lines);
    g3_buffer_free(&verify.spelling);
    return good;
}

void g3_verify_summarize(const g3_verify_result *result, uint64_t rejected, uint64_t requests,
                         double seconds, g3_summary *summary)
{
    g3_buffer before = {0};
    g3_summary_count(summary, G3_SUMMARY_COUNT, "rows", result->rows, "", " rows:");
    g3_summary_count(summary, G3_SUMMARY_GOOD, "matched", result->matched, " ", " matched");
    g3_summary_count(summary, G3_SUMMARY_FINDING, "differ", result->differing, ", ", " differ");
    const char *between = " (";
    for (size_t field = 0; field < G3_OBJECT_FIELDS; field++) {
        if (!result->fields[field])
            continue;
        g3_view name = g3_object_columns[field].name; /* a literal: NUL stands behind it */
        g3_buffer_clear(&before);
        g3_buffer_append_format(&before, "%s%s ", between, name.data);
        g3_summary_count(summary, G3_SUMMARY_DETAIL, name.data, result->fields[field],
                         g3_buffer_text(&before), "");
        between = ", ";
    }
    g3_summary_words(summary, *between == ',' ? ")" : "");
    g3_summary_count(summary, G3_SUMMARY_FINDING, "missing", result->missing, ", ", " missing");
    g3_summary_count(summary, G3_SUMMARY_FINDING, "rejected", rejected, ", ", " rejected");
    if (result->extra)
        g3_summary_count(summary, G3_SUMMARY_COUNT, "in the index only", result->extra, ", ",
                         " in the index only");
    g3_summary_count(summary, G3_SUMMARY_COUNT, "requests", requests, "; ", " requests");
    if (result->swept)
        g3_summary_count(summary, G3_SUMMARY_COUNT, "records swept", result->swept, ", ",
                         " records swept");
    g3_summary_seconds(summary, seconds);
    g3_buffer_free(&before);
}
