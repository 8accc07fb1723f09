/* Ingesting: the order of events. Called by g3-ingest.
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

/* Times that all rows may have to be decided anew because what they were decided by has changed. */
#define MOST_IDLE 16

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
    g3_ingest_end(row, action);
}

void g3_ingest_end_refused(g3_ingest *ingest, g3_ingest_row *row, const g3_response *response)
{
    g3_buffer words = {0};
    g3_response_append_words(&words, response);
    g3_ingest_end_row(ingest, row, G3_INGEST_FAILED, "%s", g3_buffer_text(&words));
    g3_buffer_free(&words);
}

void g3_ingest_end_stale(g3_ingest *ingest, g3_ingest_row *row, const char *what)
{
    bool undo = ingest->options->task == G3_INGEST_UNDO;
    g3_ingest_end_row(ingest, row, undo ? G3_INGEST_SKIPPED : G3_INGEST_CONFLICT, "%s: %s", what,
                      undo ? "it stays as it is" : "plan anew");
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

/* What is written to: with it the subject of a journal begins. */
static void describe_target(const g3_ingest *ingest, g3_buffer *subject)
{
    const g3_ingest_options *options = ingest->options;
    g3_buffer_append_text(subject, ingest->metadata ? "metadata at " : "objects at ");
    g3_url_append_shown(subject, ingest->metadata ? options->metadata.base : options->base);
    g3_buffer_append_text(subject, ": ");
}

static void describe_metadata(const g3_ingest_metadata *metadata, g3_buffer *subject)
{
    g3_buffer_append_format(
        subject, " source=%s type=%s existing=%d", metadata->source ? metadata->source : "",
        metadata->guid_type ? metadata->guid_type : "by the index", (int)metadata->existing);
    if (metadata->url_text)
        g3_buffer_append_format(subject, " by url=%s", metadata->url_text);
    if (metadata->index_path)
        describe_input(subject, metadata->index_path);
}

/* What the run is of, for its journal: all that decides what becomes of a row. */
static void describe(const g3_ingest *ingest, g3_buffer *subject)
{
    static const char *const TASKS[] = {
        [G3_INGEST_WRITE] = "ingest", [G3_INGEST_DELETE] = "deletion", [G3_INGEST_APPLY] = "plan"};
    const g3_ingest_options *options = ingest->options;
    describe_target(ingest, subject);
    g3_buffer_append_text(subject, TASKS[options->task]);
    if (ingest->metadata && options->task == G3_INGEST_WRITE)
        describe_metadata(&options->metadata, subject);
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
    const g3_ingest_options *options = ingest->options;
    g3_buffer subject = {0};
    if (options->task == G3_INGEST_UNDO) {
        describe_target(ingest, &subject);
        ingest->journal =
            g3_ingest_journal_open_undo(options->paths[0], g3_buffer_view(&subject), error);
    } else if (options->journal) {
        describe(ingest, &subject);
        ingest->journal = g3_ingest_journal_open(options->journal, g3_buffer_view(&subject), error);
    } else {
        return true;
    }
    g3_buffer_free(&subject);
    return ingest->journal != NULL;
}

/* Writes what became of the rows that are done, or of a plan's. */
static bool write_rows(g3_ingest *ingest, const g3_ingest_output *output, g3_error *error)
{
    for (size_t i = 0; i < ingest->count; i++) {
        const g3_ingest_row *row = &ingest->rows[i];
        if (row->step != G3_STEP_DONE && !ingest->options->plan)
            continue;
        ingest->result->rows++;
        ingest->result->actions[row->action]++;
        ingest->result->resumed += row->settled;
        if (!g3_ingest_write_row(ingest, output, row, error))
            return false;
    }
    return true;
}

/* Writes the rows that this run has to do, or has done. */
static bool save_rows(g3_ingest *ingest, g3_error *error)
{
    if (!ingest->journal)
        return true;
    if (ingest->options->task == G3_INGEST_UNDO)
        return g3_ingest_journal_save_undone(ingest->journal, ingest->rows, ingest->count, error);
    for (size_t i = 0; i < ingest->count; i++) /* all or nearly all, or none of a batch */
        if (!ingest->rows[i].settled)
            return g3_ingest_journal_save(ingest->journal, ingest->rows, ingest->count, error);
    return true;
}

/* Sends what there is to be sent, until all rows are done. What is to be done is written down
 * before, also where it was decided only while sending. */
static bool send_rows(g3_ingest *ingest, g3_error *error)
{
    size_t done = g3_ingest_count_step(ingest, G3_STEP_DONE), done_before = done;
    int idle = 0; /* sends that no row was done by */
    while (done < ingest->count) {
        if (!save_rows(ingest, error) ||
            !(ingest->metadata ? g3_ingest_send_documents(ingest, error)
                               : g3_ingest_send(ingest, error)))
            return false;
        done = g3_ingest_count_step(ingest, G3_STEP_DONE);
        idle = done == done_before ? idle + 1 : 0;
        done_before = done;
        if (idle == MOST_IDLE)
            return g3_fail(error, G3_EXIT_SERVICE,
                           "%s: documents change each time they are looked at; try again later",
                           ingest->options->metadata.base);
    }
    return true;
}

/* What was done is written down also where the sending ends too early. */
static bool ingest_batch(g3_ingest *ingest, const g3_ingest_output *output, g3_error *error)
{
    g3_error later; /* one that no longer matters */
    if (!(ingest->metadata ? g3_ingest_find_documents(ingest, error)
                           : g3_ingest_find(ingest, error)))
        return false;
    if (ingest->options->plan)
        return write_rows(ingest, output, error);
    bool sent = send_rows(ingest, error);
    return save_rows(ingest, sent ? error : &later) &&
           write_rows(ingest, output, sent ? error : &later) && sent;
}

static bool ingest_all(g3_ingest *ingest, const g3_ingest_output *output, g3_error *error)
{
    g3_ingest_task task = ingest->options->task;
    while (task == G3_INGEST_UNDO ? g3_ingest_read_undo(ingest, error)
                                  : g3_ingest_read(ingest, error)) {
        if (ingest->count == 0 && task == G3_INGEST_UNDO)
            return true;
        if (ingest->count == 0)
            return !ingest->journal || g3_ingest_journal_finish(ingest->journal, error);
        if (task == G3_INGEST_CHECK)
            ingest->result->rows += ingest->count;
        else if (!ingest_batch(ingest, output, error) || !g3_ingest_consider_survey(ingest, error))
            return false;
        g3_progress_of(ingest->options->reporter, ingest->result->rows, 0);
        g3_progress(ingest->options->reporter,
                    "%" PRIu64 " rows: %" PRIu64 " created, %" PRIu64 " updated",
                    ingest->result->rows, ingest->result->actions[G3_INGEST_CREATED],
                    ingest->result->actions[G3_INGEST_UPDATED]);
    }
    return false;
}

/* Learns what the index's GUIDs begin with, where they are looked up. */
static bool fetch_prefix(g3_ingest *ingest, g3_error *error)
{
    const g3_ingest_options *options = ingest->options;
    bool asks = !ingest->metadata || (options->task == G3_INGEST_WRITE &&
                                      (!options->metadata.guid_type || options->metadata.url_text));
    return !asks || options->task == G3_INGEST_CHECK ||
           g3_index_fetch_prefix(ingest->http, options->base, &ingest->prefix, error);
}

static bool open_links(g3_ingest *ingest, g3_error *error)
{
    if (!ingest->options->metadata.index_path)
        return true;
    ingest->links = g3_ingest_links_open(ingest->options, error);
    return ingest->links != NULL;
}

static g3_ingest_decision *choose_decision(const g3_ingest_options *options)
{
    if (options->task == G3_INGEST_APPLY || options->task == G3_INGEST_UNDO)
        return g3_ingest_recheck;
    return options->task == G3_INGEST_DELETE ? g3_ingest_decide_deletion : g3_ingest_decide;
}

/* How rows are read: a plan's lines are what they are. */
static g3_row_feed make_feed(const g3_ingest_options *options)
{
    bool metadata = options->manifest.kind == G3_KIND_METADATA;
    bool planned = options->task == G3_INGEST_APPLY;
    g3_row_feed feed = {.paths = options->paths,
                        .path_count = options->path_count,
                        .options = options->manifest,
                        .rejects = options->rejects,
                        .reporter = options->reporter};
    if (planned)
        feed.options.kind = G3_KIND_RAW;
    feed.guid_optional =
        planned || (options->task != G3_INGEST_DELETE && (!metadata || options->metadata.url_text));
    return feed;
}

bool g3_ingest_run(g3_http *http, const g3_ingest_options *options, g3_ingest_result *result,
                   g3_error *error)
{
    bool fixed = options->task == G3_INGEST_APPLY || options->task == G3_INGEST_UNDO;
    g3_ingest ingest = {
        .http = http,
        .options = options,
        .result = result,
        .metadata = options->manifest.kind == G3_KIND_METADATA,
        .fixed = fixed,
        .careful = fixed || options->journal || options->plan || options->task == G3_INGEST_DELETE,
        .decide = choose_decision(options),
        .feed = make_feed(options),
        .packer = g3_record_packer_open(),
        .undo_before = UINT64_MAX,
        .match = options->task == G3_INGEST_WRITE && options->manifest.kind == G3_KIND_OBJECT &&
                 (options->match == G3_INGEST_MATCH_MD5 ||
                  (options->match == G3_INGEST_MATCH_AUTO && !options->journal)),
        .mints = true,
    };
    g3_ingest_output output;
    *result = (g3_ingest_result){0};
    g3_ingest_rows_open(&ingest);
    g3_ingest_output_open(&output, options);
    bool done = open_journal(&ingest, error) && open_links(&ingest, error) &&
                fetch_prefix(&ingest, error) && ingest_all(&ingest, &output, error);
    g3_progress_end(options->reporter);
    g3_ingest_output_close(&output);
    g3_row_feed_close(&ingest.feed);
    g3_ingest_journal_close(ingest.journal);
    g3_ingest_links_close(ingest.links);
    g3_ingest_survey_close(ingest.survey);
    g3_ingest_rows_close(&ingest);
    g3_record_packer_close(ingest.packer);
    g3_buffer_free(&ingest.prefix.text);
    g3_buffer_free(&ingest.space);
    return done;
}
