/* Where bytes go. Called by the manifest writer and by whatever else writes lines.
 *
 * Full blocks are handed to a thread that packs and writes them; it is started with the first one,
 * so that a small output costs none. The producer waits when BLOCKS_WAITING blocks are on their
 * way: memory stays constant. Whatever needs the output at rest (the end of a frame, a sync) waits
 * until the thread has nothing left to do and then happens in the caller's thread.
 */
#include "g3/io/sink.h"
#include "g3/base/memory.h"
#include "output.h"
#include "pack.h"
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

/* Blocks handed over and not yet written: one being written, one that it can go on with. */
#define BLOCKS_WAITING 2

/* A block that grew beyond this (a row of many megabytes was in it) is not kept for reuse. */
#define LARGEST_SPARE (16 * G3_SINK_BLOCK)

/* Blocks kept for reuse: as many as may have been written since the producer took one. */
#define SPARES BLOCKS_WAITING

struct g3_sink {
    g3_buffer filling; /* the producer's; other members may be the writer's, see `mutex` */
    g3_output output;  /* used by the thread while `waiting` is not 0, else by the caller */
    g3_packer *packer; /* the same; NULL: not packed */
    pthread_t thread;
    bool thread_runs;

    pthread_mutex_t mutex; /* guards what follows */
    pthread_cond_t changed;
    g3_buffer blocks[BLOCKS_WAITING]; /* oldest first */
    size_t waiting;           /* how many of them hold bytes, the one being written included */
    g3_buffer spares[SPARES]; /* memory of blocks written */
    size_t spare_count;
    bool stopping;
    bool failed; /* nothing is written any more */
    g3_error failure;
};

/* Packs and writes bytes in whatever thread may use the output now. */
static bool write_bytes(g3_sink *sink, g3_view bytes, g3_pack_goal goal, g3_error *error)
{
    return sink->packer ? g3_packer_run(sink->packer, bytes, goal, error)
                        : g3_output_write(&sink->output, bytes, goal == G3_PACK_SOME, error);
}

static void note_failure(g3_sink *sink, const g3_error *error)
{
    pthread_mutex_lock(&sink->mutex);
    sink->failed = true;
    sink->failure = *error;
    pthread_mutex_unlock(&sink->mutex);
}

/* Removes the oldest block, keeping its memory for the producer. Holds the mutex. */
static void retire_block(g3_sink *sink)
{
    g3_buffer written = sink->blocks[0];
    g3_buffer_clear(&written);
    if (written.capacity > LARGEST_SPARE || sink->spare_count == SPARES)
        g3_buffer_free(&written);
    else
        sink->spares[sink->spare_count++] = written;
    sink->waiting--;
    for (size_t i = 0; i < sink->waiting; i++)
        sink->blocks[i] = sink->blocks[i + 1];
    sink->blocks[sink->waiting] = (g3_buffer){0};
}

static void *run_writer(void *context)
{
    g3_sink *sink = context;
    pthread_mutex_lock(&sink->mutex);
    for (;;) {
        while (sink->waiting == 0 && !sink->stopping)
            pthread_cond_wait(&sink->changed, &sink->mutex);
        if (sink->waiting == 0)
            break;
        g3_view bytes =
            g3_buffer_view(&sink->blocks[0]); /* only this thread moves blocks forward */
        bool failed = sink->failed;
        pthread_mutex_unlock(&sink->mutex);
        g3_error error = {0};
        if (!failed && !write_bytes(sink, bytes, G3_PACK_SOME, &error))
            note_failure(sink, &error);
        pthread_mutex_lock(&sink->mutex);
        retire_block(sink);
        pthread_cond_broadcast(&sink->changed);
    }
    pthread_mutex_unlock(&sink->mutex);
    return NULL;
}

/* Starts the writer's thread, with signals blocked: they must end a wait of the main thread's.
 * @return false if there are no threads to be had: the caller then writes itself */
static bool start_thread(g3_sink *sink)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    sink->thread_runs = pthread_create(&sink->thread, NULL, run_writer, sink) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return sink->thread_runs;
}

/* Waits until the thread has nothing to do, which leaves the output to the caller.
 * @return false with the thread's failure */
static bool wait_for_thread(g3_sink *sink, g3_error *error)
{
    pthread_mutex_lock(&sink->mutex);
    while (sink->waiting)
        pthread_cond_wait(&sink->changed, &sink->mutex);
    bool failed = sink->failed;
    if (failed && error)
        *error = sink->failure;
    pthread_mutex_unlock(&sink->mutex);
    return !failed;
}

static void stop_thread(g3_sink *sink)
{
    if (!sink->thread_runs)
        return;
    pthread_mutex_lock(&sink->mutex);
    sink->stopping = true;
    pthread_cond_broadcast(&sink->changed);
    pthread_mutex_unlock(&sink->mutex);
    pthread_join(sink->thread, NULL);
    sink->thread_runs = false;
}

/* Brings all bytes to the output, as far as `goal` says, in the caller's thread. */
static bool write_all(g3_sink *sink, g3_pack_goal goal, g3_error *error)
{
    if (!wait_for_thread(sink, error))
        return false;
    g3_error failure = {0};
    if (!write_bytes(sink, g3_buffer_view(&sink->filling), goal, &failure)) {
        note_failure(sink, &failure);
        if (error)
            *error = failure;
        return false;
    }
    g3_buffer_clear(&sink->filling);
    return true;
}

/* Gives the filled block to the thread and takes an empty one for it. */
static bool hand_over(g3_sink *sink, g3_error *error)
{
    if (!sink->thread_runs && !start_thread(sink))
        return write_all(sink, G3_PACK_SOME, error);
    pthread_mutex_lock(&sink->mutex);
    while (sink->waiting == BLOCKS_WAITING)
        pthread_cond_wait(&sink->changed, &sink->mutex);
    bool failed = sink->failed;
    if (failed && error)
        *error = sink->failure;
    if (!failed) {
        sink->blocks[sink->waiting++] = sink->filling;
        sink->filling = sink->spare_count ? sink->spares[--sink->spare_count] : (g3_buffer){0};
        pthread_cond_broadcast(&sink->changed);
    }
    pthread_mutex_unlock(&sink->mutex);
    return !failed;
}

static g3_sink *open_sink(const char *path, int64_t offset, bool resume, g3_error *error)
{
    g3_sink *sink = g3_allocate_zeroed(1, sizeof *sink);
    if (!g3_output_open(&sink->output, path, offset, resume, error)) {
        free(sink);
        return NULL;
    }
    pthread_mutex_init(&sink->mutex, NULL);
    pthread_cond_init(&sink->changed, NULL);
    if (g3_view_ends_with(g3_view_of(path), G3_VIEW(".zst")))
        sink->packer = g3_packer_open(&sink->output);
    return sink;
}

/* Ends the thread and frees all but the output. */
static void close_sink(g3_sink *sink)
{
    stop_thread(sink);
    g3_packer_close(sink->packer);
    for (size_t i = 0; i < BLOCKS_WAITING; i++)
        g3_buffer_free(&sink->blocks[i]);
    for (size_t i = 0; i < sink->spare_count; i++)
        g3_buffer_free(&sink->spares[i]);
    g3_buffer_free(&sink->filling);
    pthread_cond_destroy(&sink->changed);
    pthread_mutex_destroy(&sink->mutex);
    free(sink);
}

g3_sink *g3_sink_open(const char *path, g3_error *error)
{
    return open_sink(path, 0, false, error);
}

g3_sink *g3_sink_resume(const char *path, int64_t offset, g3_error *error)
{
    return open_sink(path, offset, true, error);
}

g3_buffer *g3_sink_buffer(g3_sink *sink)
{
    return &sink->filling;
}

bool g3_sink_settle(g3_sink *sink, bool now, g3_error *error)
{
    if (now)
        return write_all(sink, G3_PACK_FLUSH, error);
    return sink->filling.length < G3_SINK_BLOCK || hand_over(sink, error);
}

bool g3_sink_checkpoint(g3_sink *sink, int64_t *offset, g3_error *error)
{
    if (!write_all(sink, G3_PACK_END_FRAME, error) || !g3_output_sync(&sink->output, error))
        return false;
    *offset = sink->output.written;
    return true;
}

bool g3_sink_finish(g3_sink *sink, g3_error *error)
{
    g3_output output;
    bool done = write_all(sink, G3_PACK_END_FRAME, error);
    if (!done)
        wait_for_thread(sink, NULL);
    output = sink->output;
    close_sink(sink);
    if (done)
        return g3_output_complete(&output, error);
    g3_output_abandon(&output, false);
    return false;
}

void g3_sink_discard(g3_sink *sink, bool keep)
{
    if (!sink)
        return;
    /* Blocks that wait are dropped: what a later run may go on with was written by a checkpoint. */
    pthread_mutex_lock(&sink->mutex);
    sink->failed = true;
    pthread_mutex_unlock(&sink->mutex);
    stop_thread(sink);
    g3_output output = sink->output;
    close_sink(sink);
    g3_output_abandon(&output, keep);
}
