/* Verifies a manifest against the contents behind its URLs. Called by g3-verify --content.
 *
 * The calling thread reads rows into a ring and takes the results from its other end, in order; the
 * workers take rows as they come, each with an engine of its own. What they share is the ring, and
 * the login. */
#include "g3/run/content.h"
#include "content_read.h"
#include "g3/base/interrupt.h"
#include "row_feed.h"
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

/* Rows in the ring for each worker: one that takes long should not hold up the others at once. */
#define ROWS_PER_WORKER 16

typedef enum job_state { JOB_FREE, JOB_READY, JOB_TAKEN, JOB_DONE } job_state;

/* A row. */
typedef struct job {
    job_state state;
    g3_arena arena; /* what the row says lives there */
    g3_view guid, url, md5, sha256;
    int64_t size; /* -1: not said */
    bool read;    /* to its end */
    g3_content_facts facts;
    g3_error error; /* why it was not */
} job;

typedef struct content_run {
    const g3_content_options *options;
    g3_content_result *result;
    g3_row_feed feed;
    g3_difference_writer differences;
    g3_buffer lines; /* differences of one row */

    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t ready; /* there is a row for a worker, or there will be none */
    pthread_cond_t done;  /* a row is done */
    job *ring;
    size_t size;
    size_t oldest, next,
        newest;          /* of the ring, counted on: to be written, to be read, to be filled */
    atomic_bool closing; /* workers are to end */

    pthread_mutex_t login_lock;
    g3_authorizer shared;  /* the caller's, for one thread at a time */
    g3_authorizer guarded; /* the same, behind the lock */
} content_run;

static bool authorize(void *context, const char *url, g3_buffer *value, uint64_t *generation,
                      g3_error *error)
{
    content_run *run = context;
    pthread_mutex_lock(&run->login_lock);
    bool done = run->shared.authorize(run->shared.context, url, value, generation, error);
    pthread_mutex_unlock(&run->login_lock);
    return done;
}

static bool renew(void *context, uint64_t generation, g3_error *error)
{
    content_run *run = context;
    pthread_mutex_lock(&run->login_lock);
    bool done = run->shared.renew(run->shared.context, generation, error);
    pthread_mutex_unlock(&run->login_lock);
    return done;
}

/* The next row for a worker; NULL: there will be none. */
static job *take_job(content_run *run)
{
    job *taken = NULL;
    pthread_mutex_lock(&run->lock);
    while (run->next == run->newest && !run->closing)
        pthread_cond_wait(&run->ready, &run->lock);
    if (run->next < run->newest && !run->closing) {
        taken = &run->ring[run->next++ % run->size];
        taken->state = JOB_TAKEN;
    }
    pthread_mutex_unlock(&run->lock);
    return taken;
}

static void end_job(content_run *run, job *ended)
{
    pthread_mutex_lock(&run->lock);
    ended->state = JOB_DONE;
    pthread_cond_signal(&run->done);
    pthread_mutex_unlock(&run->lock);
}

/* What a worker's engine has counted. */
static void add_statistics(content_run *run, const g3_http *http)
{
    if (!http)
        return;
    g3_http_statistics statistics = g3_http_get_statistics(http);
    pthread_mutex_lock(&run->lock);
    g3_http_statistics_add(&run->result->http, &statistics);
    pthread_mutex_unlock(&run->lock);
}

static void *work(void *context)
{
    content_run *run = context;
    g3_http_options options = run->options->http;
    g3_error error = {0};
    options.connections = 1;
    options.reporter = NULL; /* it is for one thread */
    options.authorizer = run->options->http.authorizer ? &run->guarded : NULL;
    g3_http *http = g3_http_open(&options, &error);
    g3_content_reader *reader = g3_content_reader_open(http, run->options->gateway, &run->closing);
    job *taken;
    while ((taken = take_job(run))) {
        if (!http)
            taken->error = error;
        else if (taken->url.length)
            taken->read = g3_content_read(reader, taken->url, taken->guid, taken->sha256.length > 0,
                                          &taken->facts, &taken->error);
        end_job(run, taken);
    }
    g3_content_reader_close(reader);
    add_statistics(run, http);
    g3_http_close(http);
    return NULL;
}

/* The text of a column that is no field of objects, in any case. */
static g3_view find_text(const g3_record *record, const char *name)
{
    for (size_t i = 0; i < record->count; i++)
        if (record->fields[i].value.type == G3_STRING &&
            g3_view_equal_ignoring_case(record->fields[i].column->name, g3_view_of(name)))
            return g3_view_trim(record->fields[i].value.text);
    return (g3_view){0};
}

/* The first URL that can be read, or nothing. */
static g3_view choose_url(const content_run *run, const g3_record *record)
{
    const g3_value *urls = g3_record_get(record, G3_URLS);
    bool signs = run->options->gateway && g3_record_guid(record).length;
    for (size_t i = 0; urls && urls->type == G3_LIST && i < urls->list.count; i++)
        if (g3_content_can_read(urls->list.items[i], run->options->scheme, signs))
            return urls->list.items[i];
    return (g3_view){0};
}

/* Fills a row into the ring. @return false if it says nothing that could be compared */
static bool fill_job(content_run *run, job *filled, const g3_record *record)
{
    const g3_value *md5 = g3_record_get(record, G3_MD5);
    const g3_value *size = g3_record_get(record, G3_FILE_SIZE);
    g3_view sha256 = find_text(record, "sha256");
    bool with_md5 = md5 && md5->type == G3_STRING, with_size = size && size->type == G3_INTEGER;
    if (!with_md5 && !with_size && sha256.length == 0)
        return false;
    g3_arena *arena = &filled->arena;
    g3_arena_clear(arena);
    filled->guid = g3_arena_copy(arena, g3_record_guid(record));
    filled->url = g3_arena_copy(arena, choose_url(run, record));
    filled->md5 = with_md5 ? g3_arena_copy(arena, md5->text) : (g3_view){0};
    filled->sha256 = g3_arena_copy(arena, sha256);
    filled->size = with_size ? size->integer : -1;
    filled->read = false;
    filled->error = (g3_error){0};
    return true;
}

static void append_difference(content_run *run, const job *of, const char *field,
                              const g3_value *expected, const g3_value *actual)
{
    g3_buffer_clear(&run->lines);
    g3_difference_append_named(&run->differences, &run->lines, of->guid, g3_view_of(field),
                               expected, actual);
    g3_difference_release(&run->differences, g3_buffer_view(&run->lines),
                          g3_sink_buffer(run->options->output));
}

/* Compares a digest as digits of any case. @return whether they differ */
static bool compare_digest(content_run *run, const job *of, const char *field, g3_view expected,
                           const char *actual)
{
    if (expected.length == 0 || g3_view_equal_ignoring_case(expected, g3_view_of(actual)))
        return false;
    g3_value there = g3_value_of_text(G3_STRING, g3_view_of(actual)),
             wanted = g3_value_of_text(G3_STRING, expected);
    append_difference(run, of, field, &wanted, &there);
    return true;
}

static void compare(content_run *run, const job *of)
{
    bool differs = of->size >= 0 && of->size != of->facts.size;
    if (differs) {
        g3_value wanted = {.type = G3_INTEGER}, there = {.type = G3_INTEGER};
        wanted.integer = of->size;
        there.integer = of->facts.size;
        append_difference(run, of, "file_size", &wanted, &there);
    }
    differs = compare_digest(run, of, "md5", of->md5, of->facts.md5) || differs;
    differs = compare_digest(run, of, "sha256", of->sha256, of->facts.sha256) || differs;
    run->result->differing += differs;
    run->result->matched += !differs;
    run->result->bytes += (uint64_t)of->facts.size;
}

/* A content that can't be read is a finding, unless it is the run that can't go on. */
static bool take_failure(content_run *run, const job *of, g3_error *error)
{
    static const g3_value NOTHING = {.type = G3_NULL};
    if (of->error.exit == G3_EXIT_INTERRUPTED || of->error.exit == G3_EXIT_UNAUTHORISED ||
        of->error.exit == G3_EXIT_LOCAL) {
        *error = of->error;
        return false;
    }
    g3_value url = g3_value_of_text(G3_STRING, of->url);
    append_difference(run, of, "content", &url, &NOTHING);
    pthread_mutex_lock(&run->login_lock); /* a login that is renewed may speak, too */
    if (of->url.length)
        g3_warn(run->options->reporter, "%.*s: %s", (int)of->guid.length, of->guid.data,
                of->error.message);
    pthread_mutex_unlock(&run->login_lock);
    run->result->unreadable++;
    return true;
}

static bool write_result(content_run *run, const job *of, g3_error *error)
{
    run->result->rows++;
    if (of->read)
        compare(run, of);
    else if (!take_failure(run, of, error))
        return false;
    pthread_mutex_lock(&run->login_lock);
    g3_progress_of(run->options->reporter, run->result->rows, 0);
    g3_progress(run->options->reporter, "%" PRIu64 " files, %.1f MB, %" PRIu64 " differ",
                run->result->rows, (double)run->result->bytes / 1e6, run->result->differing);
    pthread_mutex_unlock(&run->login_lock);
    return g3_sink_settle(run->options->output, false, error);
}

/* Waits for the oldest row in the ring and writes what was found. */
static bool finish_oldest(content_run *run, g3_error *error)
{
    job *oldest = &run->ring[run->oldest % run->size];
    pthread_mutex_lock(&run->lock);
    while (oldest->state != JOB_DONE)
        pthread_cond_wait(&run->done, &run->lock);
    oldest->state = JOB_FREE;
    run->oldest++;
    pthread_mutex_unlock(&run->lock);
    return write_result(run, oldest, error);
}

static void hand_over(content_run *run, job *filled)
{
    pthread_mutex_lock(&run->lock);
    filled->state = JOB_READY;
    run->newest++;
    pthread_cond_signal(&run->ready);
    pthread_mutex_unlock(&run->lock);
}

static bool run_rows(content_run *run, g3_error *error)
{
    const g3_record *record;
    g3_next next;
    while ((next = g3_row_feed_next(&run->feed, &record, error)) == G3_NEXT_ITEM) {
        if (run->newest - run->oldest == run->size && !finish_oldest(run, error))
            return false;
        job *free_job = &run->ring[run->newest % run->size];
        if (fill_job(run, free_job, record))
            hand_over(run, free_job);
        else if (!g3_row_feed_reject(&run->feed, "neither file_size nor md5 nor sha256", error))
            return false;
        if (g3_interrupted())
            return g3_fail(error, G3_EXIT_INTERRUPTED, "interrupted");
    }
    while (next == G3_NEXT_END && run->oldest < run->newest)
        if (!finish_oldest(run, error))
            return false;
    return next == G3_NEXT_END;
}

/* Starts the workers, has the rows done, ends the workers. */
static bool run_workers(content_run *run, g3_error *error)
{
    size_t wanted = (size_t)run->options->parallel, count = 0;
    pthread_t *workers = g3_allocate_zeroed(wanted, sizeof *workers);
    while (count < wanted && pthread_create(&workers[count], NULL, work, run) == 0)
        count++;
    bool done =
        count ? run_rows(run, error) : g3_fail(error, G3_EXIT_LOCAL, "no thread can be started");
    pthread_mutex_lock(&run->lock);
    run->closing = true;
    pthread_cond_broadcast(&run->ready);
    pthread_mutex_unlock(&run->lock);
    for (size_t i = 0; i < count; i++)
        pthread_join(workers[i], NULL);
    free(workers);
    return done;
}

bool g3_content_run(const g3_content_options *options, g3_content_result *result, g3_error *error)
{
    content_run run = {.options = options,
                       .result = result,
                       .feed = {.paths = options->paths,
                                .path_count = options->path_count,
                                .options = options->manifest,
                                .rejects = options->rejects,
                                .reporter = options->reporter},
                       .differences = {.form = options->form,
                                       .delimiter = options->delimiter,
                                       .report = options->report},
                       .size = (size_t)options->parallel * ROWS_PER_WORKER};
    *result = (g3_content_result){0};
    if (options->http.authorizer)
        run.shared = *options->http.authorizer;
    run.guarded = (g3_authorizer){authorize, renew, &run};
    pthread_mutex_init(&run.lock, NULL);
    pthread_mutex_init(&run.login_lock, NULL);
    pthread_cond_init(&run.ready, NULL);
    pthread_cond_init(&run.done, NULL);
    run.ring = g3_allocate_zeroed(run.size, sizeof *run.ring);
    g3_difference_append_header(&run.differences, g3_sink_buffer(options->output));
    g3_http_options tried = options->http; /* what can't be opened once can't be by the workers */
    tried.reporter = NULL;
    g3_http *first = g3_http_open(&tried, error);
    bool done = first && run_workers(&run, error);
    g3_http_close(first);
    g3_progress_end(options->reporter);
    g3_row_feed_close(&run.feed);
    for (size_t i = 0; i < run.size; i++)
        g3_arena_free(&run.ring[i].arena);
    free(run.ring);
    g3_buffer_free(&run.differences.space);
    g3_buffer_free(&run.lines);
    pthread_cond_destroy(&run.done);
    pthread_cond_destroy(&run.ready);
    pthread_mutex_destroy(&run.login_lock);
    pthread_mutex_destroy(&run.lock);
    return done;
}

void g3_content_summarize(const g3_content_result *result, uint64_t rejected, double seconds,
                          g3_summary *summary)
{
    g3_summary_count(summary, G3_SUMMARY_COUNT, "files", result->rows, "", " files:");
    g3_summary_count(summary, G3_SUMMARY_GOOD, "as listed", result->matched, " ", " as listed");
    g3_summary_count(summary, G3_SUMMARY_FINDING, "differ", result->differing, ", ", " differ");
    g3_summary_count(summary, G3_SUMMARY_FINDING, "could not be read", result->unreadable, ", ",
                     " could not be read");
    g3_summary_count(summary, G3_SUMMARY_FINDING, "rejected", rejected, ", ", " rejected");
    g3_summary_amount(summary, "MB read", (double)result->bytes / 1e6, 1, "; ", " MB");
    g3_summary_amount(summary, "seconds", seconds, 1, " in ", " s");
}
