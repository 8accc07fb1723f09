/* Where fetched records go: a manifest, as they come or sorted by GUID. Called by fetch.c. */
#include "fetch_output.h"
#include "g3/io/sink.h"
#include "g3/io/sorter.h"
#include <stdlib.h>

struct g3_fetch_output {
    g3_sink *sink;
    g3_manifest_writer *writer;
    g3_sorter *sorter; /* NULL: as they come */
};

static g3_manifest_writer *open_writer(const g3_fetch_options *options, g3_sink *sink)
{
    const g3_column *columns[G3_OBJECT_FIELDS];
    g3_manifest_writer *writer = g3_manifest_writer_open(sink, options->format, options->delimiter);
    for (size_t i = 0; i < G3_OBJECT_FIELDS; i++)
        columns[i] = &g3_object_columns[i];
    g3_manifest_writer_columns(writer, columns, G3_OBJECT_FIELDS);
    return writer;
}

g3_fetch_output *g3_fetch_output_open(const g3_fetch_options *options, g3_error *error)
{
    g3_sink *sink = g3_sink_open(options->output, error);
    if (!sink)
        return NULL;
    g3_fetch_output *output = g3_allocate_zeroed(1, sizeof *output);
    output->sink = sink;
    if (options->sort) {
        output->sorter = g3_sorter_open(options->memory);
        g3_manifest_writer_close(
            open_writer(options, sink)); /* writes the header, above all lines */
    }
    output->writer = open_writer(options, sink);
    if (options->sort)
        g3_manifest_writer_skip_header(output->writer);
    return output;
}

g3_fetch_output *g3_fetch_output_resume(const g3_fetch_options *options, int64_t offset, bool begun,
                                        g3_error *error)
{
    g3_sink *sink = g3_sink_resume(options->output, offset, error);
    if (!sink)
        return NULL;
    g3_fetch_output *output = g3_allocate_zeroed(1, sizeof *output);
    output->sink = sink;
    output->writer = open_writer(options, sink);
    if (begun)
        g3_manifest_writer_skip_header(output->writer);
    return output;
}

/* Takes the line that the writer has just appended out of the sink's buffer and sorts it in. */
static bool sort_line(g3_fetch_output *output, const g3_record *record, size_t before,
                      g3_error *error)
{
    g3_buffer *lines = g3_sink_buffer(output->sink);
    g3_view line = {lines->data + before, lines->length - before};
    bool done = g3_sorter_add(output->sorter, g3_record_guid(record), line, error);
    lines->length = before;
    return done;
}

bool g3_fetch_output_write(g3_fetch_output *output, g3_record *record, g3_error *error)
{
    size_t before = g3_sink_buffer(output->sink)->length;
    g3_record_sort_lists(record);
    const char *reason = g3_manifest_write(output->writer, record);
    if (reason) /* can't be: all records have the header's columns */
        return g3_fail(error, G3_EXIT_LOCAL, "a record can't be written: %s", reason);
    return output->sorter ? sort_line(output, record, before, error)
                          : g3_sink_settle(output->sink, false, error);
}

bool g3_fetch_output_checkpoint(g3_fetch_output *output, int64_t *offset, g3_error *error)
{
    return g3_sink_checkpoint(output->sink, offset, error);
}

static bool write_sorted(g3_fetch_output *output, g3_error *error)
{
    bool ended = false;
    while (!ended) {
        g3_view line;
        if (!g3_sorter_next(output->sorter, &line, &ended, error))
            return false;
        if (!ended) {
            g3_buffer_append(g3_sink_buffer(output->sink), line);
            if (!g3_sink_settle(output->sink, false, error))
                return false;
        }
    }
    return true;
}

static void free_all_but_sink(g3_fetch_output *output)
{
    g3_manifest_writer_close(output->writer);
    g3_sorter_close(output->sorter);
    free(output);
}

bool g3_fetch_output_finish(g3_fetch_output *output, g3_error *error)
{
    g3_sink *sink = output->sink;
    bool done = !output->sorter || write_sorted(output, error);
    free_all_but_sink(output); /* which writes the header if there were no records */
    if (done)
        return g3_sink_finish(sink, error);
    g3_sink_discard(sink, false);
    return false;
}

void g3_fetch_output_discard(g3_fetch_output *output, bool keep)
{
    if (!output)
        return;
    g3_sink *sink = output->sink;
    free_all_but_sink(output);
    g3_sink_discard(sink, keep);
}
