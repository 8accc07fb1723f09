/* Ingesting a manifest: the order of events, the lines of results. Called by g3-ingest.
 */
#include "g3/run/ingest.h"
#include "g3/base/hash.h"
#include "ingest_state.h"
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* Bytes of an input's head that tell it from another. */
#define HEAD_BYTES ((size_t)64 * 1024)

static const char *const ACTION_NAMES[G3_INGEST_ACTIONS] = {
    [G3_INGEST_CREATED] = "created",     [G3_INGEST_UPDATED] = "updated",
    [G3_INGEST_UNCHANGED] = "unchanged", [G3_INGEST_CONFLICT] = "conflict",
    [G3_INGEST_FAILED] = "failed",
};

/* Columns of the lines of results. */
enum { LINE, GUID, ACTION, ERROR, FILE_NAME, COLUMNS };
static const g3_column COLUMN[COLUMNS] = {
    [LINE] = {G3_VIEW("line"), G3_VIEW("\"line\":"), G3_OTHER_FIELD},
    [GUID] = {G3_VIEW("guid"), G3_VIEW("\"guid\":"), G3_OTHER_FIELD},
    [ACTION] = {G3_VIEW("action"), G3_VIEW("\"action\":"), G3_OTHER_FIELD},
    [ERROR] = {G3_VIEW("error"), G3_VIEW("\"error\":"), G3_OTHER_FIELD},
    [FILE_NAME] = {G3_VIEW("file"), G3_VIEW("\"file\":"), G3_OTHER_FIELD},
};

/* Where the lines go. */
typedef struct outputs {
    g3_manifest_writer *lines;
    g3_manifest_writer *manifest; /* NULL: not wanted */
} outputs;

const g3_record *g3_ingest_unpack(g3_ingest *ingest, const g3_ingest_row *row)
{
    return g3_record_unpack(ingest->packer, row->packed);
}

void g3_ingest_end_row(g3_ingest *ingest, g3_ingest_row *row, g3_ingest_action action,
                       const char *format, ...)
{
    char text[G3_ERROR_MESSAGE_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    row->error = g3_arena_copy(&ingest->arena, g3_view_of(text));
    row->action = action;
    row->step = G3_STEP_DONE;
}

/* Appends what tells an input from another: its size and the hash of its head. A pipe has neither;
 * there each row's own hash is all there is. */
static void describe_input(g3_buffer *subject, const char *path)
{
    char head[HEAD_BYTES];
    struct stat about;
    bool standard = strcmp(path, "-") == 0;
    int file = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = -1;
    if (file >= 0 && fstat(file, &about) == 0 && S_ISREG(about.st_mode))
        length = pread(file, head, sizeof head, 0);
    if (length >= 0)
        g3_buffer_append_format(subject, " %" PRId64 ":%016" PRIx64, (int64_t)about.st_size,
                                g3_hash((g3_view){head, (size_t)length}));
    else
        g3_buffer_append_text(subject, " pipe");
    if (file >= 0 && !standard)
        close(file);
}

static void describe_target(const g3_ingest_options *options, g3_buffer *subject)
{
    const g3_ingest_metadata *metadata = &options->metadata;
    bool is_metadata = options->manifest.kind == G3_KIND_METADATA;
    g3_buffer_append_format(subject, "ingest of %s into ", is_metadata ? "metadata" : "objects");
    g3_url_append_shown(subject, is_metadata ? metadata->base : options->base);
    if (is_metadata)
        g3_buffer_append_format(subject, " source=%s type=%s existing=%d", metadata->source,
                                metadata->guid_type ? metadata->guid_type : "by the index",
                                (int)metadata->existing);
}

/* What the run is of, for its journal: all that decides what becomes of a row. */
static void describe(const g3_ingest *ingest, g3_buffer *subject)
{
    const g3_ingest_options *options = ingest->options;
    describe_target(options, subject);
    if (options->replace_urls)
        g3_buffer_append_text(subject, " replacing urls");
    if (ingest->match)
        g3_buffer_append_text(subject, " matching md5");
    for (size_t i = 0; i < options->manifest.map_count; i++) {
        const g3_column_map *map = &options->manifest.maps[i];
        g3_buffer_append_format(subject, " %.*s=%.*s", (int)map->field.length, map->field.data,
                                (int)map->column.length, map->column.data);
    }
    g3_buffer_append_text(subject, " from");
    for (size_t i = 0; i < options->path_count; i++)
        describe_input(subject, options->paths[i]);
}

static bool open_journal(g3_ingest *ingest, g3_error *error)
{
    g3_buffer subject = {0};
    if (!ingest->options->journal || ingest->options->check)
        return true;
    describe(ingest, &subject);
    ingest->journal =
        g3_ingest_journal_open(ingest->options->journal, g3_buffer_view(&subject), error);
    g3_buffer_free(&subject);
    return ingest->journal != NULL;
}

static void open_outputs(const g3_ingest *ingest, outputs *out)
{
    const g3_ingest_options *options = ingest->options;
    const g3_column *columns[COLUMNS];
    for (size_t i = 0; i < COLUMNS; i++)
        columns[i] = &COLUMN[i];
    out->lines = g3_manifest_writer_open(options->output, options->format, options->delimiter);
    g3_manifest_writer_columns(out->lines, columns, options->path_count > 1 ? COLUMNS : FILE_NAME);
    if (options->manifest_out)
        out->manifest =
            g3_manifest_writer_open(options->manifest_out, options->manifest_out_format, 0);
}

static g3_value text_value(g3_view text)
{
    g3_value value = {.type = G3_NULL};
    if (text.length) {
        value.type = G3_STRING;
        value.text = text;
    }
    return value;
}

static bool write_line(const g3_ingest *ingest, const outputs *out, const g3_ingest_row *row,
                       g3_error *error)
{
    g3_field fields[COLUMNS];
    g3_record line = {.fields = fields};
    g3_value number = {.type = G3_INTEGER};
    number.integer = (int64_t)row->line;
    fields[line.count++] = (g3_field){&COLUMN[LINE], number};
    fields[line.count++] = (g3_field){&COLUMN[GUID], text_value(row->guid)};
    fields[line.count++] =
        (g3_field){&COLUMN[ACTION], text_value(g3_view_of(ACTION_NAMES[row->action]))};
    if (row->error.length)
        fields[line.count++] = (g3_field){&COLUMN[ERROR], text_value(row->error)};
    if (ingest->options->path_count > 1)
        fields[line.count++] = (g3_field){&COLUMN[FILE_NAME], text_value(g3_view_of(row->file))};
    g3_manifest_write(out->lines, &line);
    return g3_sink_settle(ingest->options->output, false, error);
}

/* Writes the row of the manifest with its GUID in front, or in its place. */
static bool write_manifest_row(g3_ingest *ingest, const outputs *out, const g3_ingest_row *row,
                               g3_error *error)
{
    const g3_record *record = g3_ingest_unpack(ingest, row);
    g3_field *fields = g3_arena_take(&ingest->arena, (record->count + 1) * sizeof *fields);
    g3_record whole = {.fields = fields, .line = record->line};
    bool placed = g3_record_get(record, G3_GUID) != NULL;
    const g3_field guid = {&g3_object_columns[G3_GUID], text_value(row->guid)};
    if (!placed)
        fields[whole.count++] = guid;
    for (size_t i = 0; i < record->count; i++)
        fields[whole.count++] =
            record->fields[i].column->field == G3_GUID ? guid : record->fields[i];
    const char *reason = g3_manifest_write(out->manifest, &whole);
    if (reason)
        return g3_fail(error, G3_EXIT_LOCAL,
                       "%s:%" PRIu64 ": the row can't be written to --manifest-out: %s", row->file,
                       row->line, reason);
    return g3_sink_settle(ingest->options->manifest_out, false, error);
}

/* Writes what became of the rows that are done. */
static bool write_rows(g3_ingest *ingest, const outputs *out, g3_error *error)
{
    for (size_t i = 0; i < ingest->count; i++) {
        const g3_ingest_row *row = &ingest->rows[i];
        if (row->step != G3_STEP_DONE)
            continue;
        ingest->result->rows++;
        ingest->result->actions[row->action]++;
        ingest->result->resumed += row->settled;
        if (!write_line(ingest, out, row, error) ||
            (out->manifest && !write_manifest_row(ingest, out, row, error)))
            return false;
    }
    return true;
}

/* Writes the rows that this run has to do, or has done. */
static bool save_rows(g3_ingest *ingest, g3_error *error)
{
    if (!ingest->journal)
        return true;
    for (size_t i = 0; i < ingest->count; i++) /* all or nearly all, or none of a batch */
        if (!ingest->rows[i].settled)
            return g3_ingest_journal_save(ingest->journal, ingest->rows, ingest->count, error);
    return true;
}

/* What was done is written down also where the sending ends too early. */
static bool ingest_batch(g3_ingest *ingest, const outputs *out, g3_error *error)
{
    g3_error later; /* one that no longer matters */
    bool metadata = g3_ingest_is_metadata(ingest);
    bool found = metadata ? g3_ingest_find_types(ingest, error) : g3_ingest_find(ingest, error);
    if (!found || !save_rows(ingest, error))
        return false;
    bool sent = metadata ? g3_ingest_send_documents(ingest, error) : g3_ingest_send(ingest, error);
    return save_rows(ingest, sent ? error : &later) &&
           write_rows(ingest, out, sent ? error : &later) && sent;
}

static bool ingest_all(g3_ingest *ingest, const outputs *out, g3_error *error)
{
    while (g3_ingest_read(ingest, error)) {
        if (ingest->count == 0)
            return !ingest->journal || g3_ingest_journal_finish(ingest->journal, error);
        if (ingest->options->check)
            ingest->result->rows += ingest->count;
        else if (!ingest_batch(ingest, out, error))
            return false;
        g3_progress(ingest->options->reporter,
                    "%" PRIu64 " rows: %" PRIu64 " created, %" PRIu64 " updated",
                    ingest->result->rows, ingest->result->actions[G3_INGEST_CREATED],
                    ingest->result->actions[G3_INGEST_UPDATED]);
    }
    return false;
}

static bool asks_index(const g3_ingest_options *options)
{
    bool untyped = options->manifest.kind == G3_KIND_METADATA && options->metadata.guid_type;
    return !options->check && !untyped;
}

bool g3_ingest_run(g3_http *http, const g3_ingest_options *options, g3_ingest_result *result,
                   g3_error *error)
{
    g3_ingest ingest = {
        .http = http,
        .options = options,
        .result = result,
        .feed = {.paths = options->paths,
                 .path_count = options->path_count,
                 .options = options->manifest,
                 .guid_optional = options->manifest.kind != G3_KIND_METADATA,
                 .rejects = options->rejects,
                 .reporter = options->reporter},
        .packer = g3_record_packer_open(),
        .match = options->match == G3_INGEST_MATCH_MD5 ||
                 (options->match == G3_INGEST_MATCH_AUTO && !options->journal),
        .mints = true,
    };
    outputs out = {0};
    *result = (g3_ingest_result){0};
    g3_ingest_rows_open(&ingest);
    open_outputs(&ingest, &out);
    bool done = open_journal(&ingest, error) &&
                (!asks_index(options) ||
                 g3_index_fetch_prefix(http, options->base, &ingest.prefix, error)) &&
                ingest_all(&ingest, &out, error);
    g3_progress_end(options->reporter);
    g3_manifest_writer_close(out.lines);
    if (out.manifest)
        g3_manifest_writer_close(out.manifest);
    g3_row_feed_close(&ingest.feed);
    g3_ingest_journal_close(ingest.journal);
    g3_ingest_rows_close(&ingest);
    g3_record_packer_close(ingest.packer);
    g3_buffer_free(&ingest.prefix.text);
    g3_buffer_free(&ingest.space);
    return done;
}

void g3_ingest_summarize(const g3_ingest_result *result, bool checked, uint64_t rejected,
                         uint64_t requests, double seconds, g3_reporter *reporter)
{
    if (checked) {
        g3_note(reporter, "%" PRIu64 " rows can be ingested, %" PRIu64 " are rejected",
                result->rows, rejected);
        return;
    }
    g3_buffer text = {0};
    g3_buffer_append_format(&text, "%" PRIu64 " rows: ", result->rows);
    for (size_t i = 0; i < G3_INGEST_ACTIONS; i++)
        g3_buffer_append_format(&text, "%" PRIu64 " %s, ", result->actions[i], ACTION_NAMES[i]);
    g3_buffer_append_format(&text, "%" PRIu64 " rejected; %" PRIu64 " requests, %.1f s", rejected,
                            requests, seconds);
    if (result->resumed)
        g3_buffer_append_format(&text, " (%" PRIu64 " rows were done before, says the journal)",
                                result->resumed);
    g3_note(reporter, "%s", g3_buffer_text(&text));
    g3_buffer_free(&text);
}
