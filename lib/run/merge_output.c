/* Where merged rows go: the output, the files of unmatched rows, the reject file. Called by the
 * join, through merge.c. */
#include "merge_output.h"
#include "g3/base/utf8.h"
#include "g3/record/json.h"
#include "g3/table/rows.h"
#include <inttypes.h>

static void append_names(g3_buffer *out, const g3_merge_columns *columns, bool alone,
                         char delimiter)
{
    for (size_t i = 0; i < columns->count; i++) {
        if (i)
            g3_buffer_append_char(out, delimiter);
        g3_cell_append(out, columns->items[i], delimiter, alone && columns->count == 1);
    }
}

static void write_header(const g3_merge_file *file, const g3_merge_columns *columns)
{
    if (!file->sink || file->format == G3_FORMAT_NDJSON || columns->count == 0)
        return;
    append_names(g3_sink_buffer(file->sink), columns, true, file->delimiter);
    g3_buffer_append_char(g3_sink_buffer(file->sink), '\n');
}

void g3_merge_output_begin(g3_merge_output *output)
{
    const g3_merge_file *file = &output->options->output;
    g3_buffer *out = g3_sink_buffer(file->sink);
    if (file->format != G3_FORMAT_NDJSON) {
        g3_buffer_append(out, g3_object_columns[G3_GUID].name);
        if (output->metadata.count)
            g3_buffer_append_char(out, file->delimiter);
        append_names(out, &output->metadata, false, file->delimiter);
        if (output->index.count)
            g3_buffer_append_char(out, file->delimiter);
        append_names(out, &output->index, false, file->delimiter);
        g3_buffer_append_char(out, '\n');
    }
    write_header(&output->options->unmatched, &output->metadata);
    write_header(&output->options->unmatched_index, &output->left_index);
}

static void append_members(g3_buffer *out, g3_view members)
{
    if (members.length)
        g3_buffer_append_char(out, ',');
    g3_buffer_append(out, members);
}

static void append_json(g3_buffer *out, const g3_join_row *metadata, const g3_join_row *index)
{
    g3_buffer_append_char(out, '{');
    g3_buffer_append(out, g3_object_columns[G3_GUID].json_key);
    if (index)
        g3_json_append_string(out, g3_join_row_part(index, G3_JOIN_GUID));
    else
        g3_buffer_append(out, G3_VIEW("null"));
    append_members(out, g3_join_row_part(metadata, G3_JOIN_TEXT));
    if (index)
        append_members(out, g3_join_row_part(index, G3_JOIN_TEXT));
    g3_buffer_append(out, G3_VIEW("}\n"));
}

static void append_cells(const g3_merge_output *output, g3_buffer *out, const g3_join_row *metadata,
                         const g3_join_row *index)
{
    char delimiter = output->options->output.delimiter;
    if (index)
        g3_cell_append(out, g3_join_row_part(index, G3_JOIN_GUID), delimiter, false);
    if (output->metadata.count)
        g3_buffer_append_char(out, delimiter);
    g3_buffer_append(out, g3_join_row_part(metadata, G3_JOIN_TEXT));
    if (output->index.count) {
        g3_buffer_append_char(out, delimiter);
        if (index)
            g3_buffer_append(out, g3_join_row_part(index, G3_JOIN_TEXT));
        for (size_t i = 1; !index && i < output->index.count; i++)
            g3_buffer_append_char(out, delimiter);
    }
    g3_buffer_append_char(out, '\n');
}

/* Appends a row of one of the files of unmatched rows. */
static void append_text(const g3_merge_file *file, g3_buffer *out, g3_view text)
{
    bool json = file->format == G3_FORMAT_NDJSON;
    if (json)
        g3_buffer_append_char(out, '{');
    if (!json && text.length == 0) /* the only cell; a blank line would be skipped by readers */
        g3_cell_append_quoted(out, text);
    g3_buffer_append(out, text);
    g3_buffer_append(out, json ? G3_VIEW("}\n") : G3_VIEW("\n"));
}

/* Tells the report of a row that matches nothing. */
static void tell(g3_merge_output *output, g3_view category, g3_view text)
{
    g3_report *report = output->options->report;
    g3_buffer_clear(&output->line);
    if (g3_report_wants(report)) {
        g3_buffer_append_text(&output->line, "{\"row\":");
        g3_json_append_string(&output->line, g3_make_utf8(text, &output->scratch));
        g3_buffer_append_char(&output->line, '}');
    }
    g3_report_add(report, category, g3_buffer_view(&output->line));
}

/* The files that take() writes to. */
enum { OUTPUT, UNMATCHED };

static void append(const void *context, const g3_join_row *metadata, const g3_join_row *index,
                   g3_buffer *const *files)
{
    const g3_merge_output *output = context;
    const g3_merge_options *options = output->options;
    g3_join_part part = output->unmatched_as_output ? G3_JOIN_TEXT : G3_JOIN_LEFT;
    if (!index && options->unmatched.sink)
        append_text(&options->unmatched, files[UNMATCHED], g3_join_row_part(metadata, part));
    if (!index && !options->keep_unmatched)
        return;
    if (options->output.format == G3_FORMAT_NDJSON)
        append_json(files[OUTPUT], metadata, index);
    else
        append_cells(output, files[OUTPUT], metadata, index);
}

/* Has a sink write what was appended to `bytes`. A sink that has nothing else yet takes their
 * memory for its own. */
static bool write_bytes(g3_sink *sink, g3_buffer *bytes, g3_error *error)
{
    g3_buffer *out = g3_sink_buffer(sink);
    if (out->length) {
        g3_buffer_append(out, g3_buffer_view(bytes));
    } else {
        g3_buffer spare = *out;
        *out = *bytes;
        *bytes = spare;
    }
    return g3_sink_settle(sink, false, error);
}

static bool take_files(void *context, g3_buffer *const *files, g3_error *error)
{
    const g3_merge_options *options = ((const g3_merge_output *)context)->options;
    return write_bytes(options->output.sink, files[OUTPUT], error) &&
           (!options->unmatched.sink ||
            write_bytes(options->unmatched.sink, files[UNMATCHED], error));
}

static bool take(void *context, const g3_join_row *metadata, const g3_join_row *index,
                 g3_error *error)
{
    g3_merge_output *output = context;
    const g3_merge_options *options = output->options;
    g3_sink *unmatched = options->unmatched.sink;
    g3_buffer *const files[] = {[OUTPUT] = g3_sink_buffer(options->output.sink),
                                [UNMATCHED] = unmatched ? g3_sink_buffer(unmatched) : NULL};
    if (!index && options->report)
        tell(output, G3_VIEW("metadata row not matched"), g3_join_row_part(metadata, G3_JOIN_TEXT));
    append(output, metadata, index, files);
    return g3_sink_settle(options->output.sink, false, error) &&
           (!unmatched || g3_sink_settle(unmatched, false, error));
}

static bool take_left(void *context, const g3_join_row *index, g3_error *error)
{
    g3_merge_output *output = context;
    if (output->options->report)
        tell(output, G3_VIEW("index row not matched"), g3_join_row_part(index, G3_JOIN_LEFT));
    const g3_merge_file *file = &output->options->unmatched_index;
    append_text(file, g3_sink_buffer(file->sink), g3_join_row_part(index, G3_JOIN_LEFT));
    return g3_sink_settle(file->sink, false, error);
}

static bool take_ambiguous(void *context, const g3_join_row *index, g3_view keys, g3_error *error)
{
    g3_merge_output *output = context;
    const char *path = output->options->index.paths[index->file];
    g3_buffer_clear(&output->scratch);
    g3_buffer_append_text(&output->scratch, "keys of several metadata rows occur in it: ");
    g3_buffer_append(&output->scratch, keys);
    g3_bad_row bad = {.line = index->line,
                      .text = g3_join_row_part(index, G3_JOIN_STORED),
                      .reason = g3_buffer_text(&output->scratch)};
    return g3_rejects_add(output->options->rejects, g3_source_name_of(path), &bad, error);
}

static void take_progress(void *context, bool index, size_t rows)
{
    g3_merge_output *output = context;
    *(index ? &output->index_read : &output->metadata_read) += rows;
    g3_progress_of(output->options->reporter, output->index_read + output->metadata_read, 0);
    g3_progress(output->options->reporter,
                "%" PRIu64 " rows of the index and %" PRIu64 " of the metadata read",
                output->index_read, output->metadata_read);
}

static bool take_bad(void *context, const g3_join_bad_row *bad, g3_error *error)
{
    g3_merge_output *output = context;
    g3_bad_row row = {.line = bad->line, .text = bad->text, .reason = bad->reason};
    return g3_rejects_add(output->options->rejects, bad->file, &row, error);
}

g3_join_taker g3_merge_taker(g3_merge_output *output)
{
    bool in_order = output->options->report != NULL; /* it counts as it is told */
    return (g3_join_taker){.context = output,
                           .take = take,
                           .append = in_order ? NULL : append,
                           .take_files = take_files,
                           .take_left = take_left,
                           .take_ambiguous = take_ambiguous,
                           .take_progress = take_progress,
                           .take_bad = take_bad};
}

void g3_merge_output_end(g3_merge_output *output)
{
    g3_buffer_free(&output->scratch);
    g3_buffer_free(&output->line);
}
