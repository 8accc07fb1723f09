/* The lines of results and of plans, the manifest with its GUIDs, the summary. Called by ingest.c.
 */
#include "g3/record/json.h"
#include "ingest_state.h"
#include <inttypes.h>

const char *const g3_ingest_action_names[G3_INGEST_ACTIONS] = {
    [G3_INGEST_CREATED] = "created",     [G3_INGEST_UPDATED] = "updated",
    [G3_INGEST_UNCHANGED] = "unchanged", [G3_INGEST_CONFLICT] = "conflict",
    [G3_INGEST_FAILED] = "failed",       [G3_INGEST_DELETED] = "deleted",
    [G3_INGEST_SKIPPED] = "skipped",
};

/* Columns of the lines. */
enum { LINE, GUID, ACTION, REVISION, OLD, NEW, ERROR, FILE_NAME, COLUMNS };
static const g3_column COLUMN[COLUMNS] = {
    [LINE] = {G3_VIEW("line"), G3_VIEW("\"line\":"), G3_OTHER_FIELD},
    [GUID] = {G3_VIEW("guid"), G3_VIEW("\"guid\":"), G3_OTHER_FIELD},
    [ACTION] = {G3_VIEW("action"), G3_VIEW("\"action\":"), G3_OTHER_FIELD},
    [REVISION] = {G3_VIEW("rev"), G3_VIEW("\"rev\":"), G3_OTHER_FIELD},
    [OLD] = {G3_VIEW("old"), G3_VIEW("\"old\":"), G3_OTHER_FIELD},
    [NEW] = {G3_VIEW("new"), G3_VIEW("\"new\":"), G3_OTHER_FIELD},
    [ERROR] = {G3_VIEW("error"), G3_VIEW("\"error\":"), G3_OTHER_FIELD},
    [FILE_NAME] = {G3_VIEW("file"), G3_VIEW("\"file\":"), G3_OTHER_FIELD},
};

/* True if lines tell which file they are of. */
static bool names_files(const g3_ingest_options *options)
{
    return options->path_count > 1 || options->task == G3_INGEST_APPLY ||
           options->task == G3_INGEST_UNDO;
}

void g3_ingest_output_open(g3_ingest_output *output, const g3_ingest_options *options)
{
    const g3_column *columns[COLUMNS];
    size_t count = 0;
    bool metadata = options->manifest.kind == G3_KIND_METADATA;
    for (size_t i = 0; i < COLUMNS; i++) {
        bool left_out = (i == REVISION && (metadata || !options->plan)) ||
                        ((i == OLD || i == NEW) && !options->plan) ||
                        (i == FILE_NAME && !names_files(options));
        if (!left_out)
            columns[count++] = &COLUMN[i];
    }
    *output = (g3_ingest_output){.options = options};
    output->lines = g3_manifest_writer_open(options->output, options->format, options->delimiter);
    g3_manifest_writer_columns(output->lines, columns, count);
    if (options->manifest_out)
        output->manifest =
            g3_manifest_writer_open(options->manifest_out, options->manifest_out_format, 0);
}

void g3_ingest_output_close(g3_ingest_output *output)
{
    g3_manifest_writer_close(output->lines);
    if (output->manifest)
        g3_manifest_writer_close(output->manifest);
}

static void add_field(g3_record *line, size_t column, g3_value value)
{
    line->fields[line->count++] = (g3_field){&COLUMN[column], value};
}

/* JSON as a service wrote it, maybe on many lines. */
static g3_value json_value(g3_ingest *ingest, g3_view text)
{
    return g3_value_of_text(G3_JSON,
                            text.length ? g3_json_on_one_line(text, &ingest->arena) : text);
}

/* Adds what a plan tells besides. */
static void add_change(g3_ingest *ingest, const g3_ingest_row *row, g3_record *line)
{
    bool changes = row->action == G3_INGEST_CREATED || row->action == G3_INGEST_UPDATED ||
                   row->action == G3_INGEST_DELETED;
    if (!ingest->metadata)
        add_field(line, REVISION, g3_value_of_text(G3_STRING, row->seen));
    add_field(line, OLD, json_value(ingest, changes ? row->old : (g3_view){0}));
    add_field(line, NEW, json_value(ingest, changes ? row->change : (g3_view){0}));
}

bool g3_ingest_is_finding(g3_ingest_action action)
{
    return action == G3_INGEST_CONFLICT || action == G3_INGEST_FAILED ||
           action == G3_INGEST_SKIPPED;
}

/* Tells the report of a line that somebody should look at. */
static void tell(g3_ingest *ingest, g3_ingest_action action, const g3_record *line)
{
    const g3_ingest_options *options = ingest->options;
    bool change = options->plan && action != G3_INGEST_UNCHANGED;
    if (!options->report || (!change && !g3_ingest_is_finding(action)))
        return;
    g3_buffer_clear(&ingest->space);
    if (g3_report_wants(options->report))
        g3_json_append_record(&ingest->space, line);
    g3_report_add(options->report, g3_view_of(g3_ingest_action_names[action]),
                  g3_view_trim(g3_buffer_view(&ingest->space)));
}

static bool write_line(g3_ingest *ingest, const g3_ingest_output *output, const g3_ingest_row *row,
                       g3_error *error)
{
    g3_field fields[COLUMNS];
    g3_record line = {.fields = fields};
    g3_value number = {.type = G3_INTEGER};
    number.integer = (int64_t)row->line;
    add_field(&line, LINE, number);
    add_field(&line, GUID, g3_value_of_text(G3_STRING, row->guid));
    add_field(&line, ACTION,
              g3_value_of_text(G3_STRING, g3_view_of(g3_ingest_action_names[row->action])));
    if (output->options->plan)
        add_change(ingest, row, &line);
    if (row->error.length)
        add_field(&line, ERROR, g3_value_of_text(G3_STRING, row->error));
    if (names_files(output->options) && row->file)
        add_field(&line, FILE_NAME, g3_value_of_text(G3_STRING, g3_view_of(row->file)));
    g3_manifest_write(output->lines, &line);
    tell(ingest, row->action, &line);
    return g3_sink_settle(output->options->output, false, error);
}

/* Writes the row of the manifest with its GUID in front, or in its place. */
static bool write_manifest_row(g3_ingest *ingest, const g3_ingest_output *output,
                               const g3_ingest_row *row, g3_error *error)
{
    const g3_record *record = g3_ingest_unpack(ingest, row);
    g3_field *fields = g3_arena_take(&ingest->arena, (record->count + 1) * sizeof *fields);
    g3_record whole = {.fields = fields, .line = record->line};
    bool placed = g3_record_get(record, G3_GUID) != NULL;
    const g3_field guid = {&g3_object_columns[G3_GUID], g3_value_of_text(G3_STRING, row->guid)};
    if (!placed)
        fields[whole.count++] = guid;
    for (size_t i = 0; i < record->count; i++)
        fields[whole.count++] =
            record->fields[i].column->field == G3_GUID ? guid : record->fields[i];
    const char *reason = g3_manifest_write(output->manifest, &whole);
    if (reason)
        return g3_fail(error, G3_EXIT_LOCAL,
                       "%s:%" PRIu64 ": the row can't be written to --manifest-out: %s", row->file,
                       row->line, reason);
    return g3_sink_settle(output->options->manifest_out, false, error);
}

bool g3_ingest_write_row(g3_ingest *ingest, const g3_ingest_output *output,
                         const g3_ingest_row *row, g3_error *error)
{
    return write_line(ingest, output, row, error) &&
           (!output->manifest || write_manifest_row(ingest, output, row, error));
}

void g3_ingest_summarize(const g3_ingest_options *options, const g3_ingest_result *result,
                         uint64_t rejected, uint64_t requests, double seconds, g3_summary *summary)
{
    if (options->task == G3_INGEST_CHECK) {
        g3_summary_count(summary, G3_SUMMARY_GOOD, "can be ingested", result->rows, "",
                         " rows can be ingested, ");
        g3_summary_count(summary, G3_SUMMARY_FINDING, "rejected", rejected, "", " are rejected");
        return;
    }
    g3_summary_count(summary, G3_SUMMARY_COUNT, "rows", result->rows,
                     options->plan ? "planned: " : "", " rows: ");
    for (size_t i = 0; i < G3_INGEST_ACTIONS; i++) {
        const char *name = g3_ingest_action_names[i];
        bool finding = g3_ingest_is_finding((g3_ingest_action)i);
        if (i > G3_INGEST_FAILED && !result->actions[i])
            continue;
        g3_summary_count(summary, finding ? G3_SUMMARY_FINDING : G3_SUMMARY_GOOD, name,
                         result->actions[i], "", " ");
        g3_summary_words(summary, name);
        g3_summary_words(summary, ", ");
    }
    g3_summary_count(summary, G3_SUMMARY_FINDING, "rejected", rejected, "", " rejected");
    g3_summary_count(summary, G3_SUMMARY_COUNT, "requests", requests, "; ", " requests");
    g3_summary_seconds(summary, seconds);
    if (result->resumed)
        g3_summary_count(summary, G3_SUMMARY_COUNT, "done before, says the journal",
                         result->resumed, " (", " rows were done before, says the journal)");
}
