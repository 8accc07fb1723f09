/* Rows of an input made ahead by a thread. Called by the jobs that join.
 *
 * The thread fills one chunk after the other and waits while `waiting_limit` of them are not taken
 * yet. Chunks that come back are filled again. Thread and caller each hold the feed; the last one
 * frees it, for a thread may be waiting for a pipe when the caller has no use for it any more.
 */
#include "g3/join/feed.h"
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

struct g3_feed {
    g3_join_input *input; /* the thread's until `over` */
    size_t chunk_size, waiting_limit;
    pthread_t thread;
    bool threaded;

    pthread_mutex_t mutex; /* guards what follows */
    pthread_cond_t changed;
    g3_join_chunk *first, *last; /* waiting to be taken */
    size_t waiting;
    g3_join_chunk *spare; /* given back */
    bool over;            /* nothing will come behind what waits */
    bool failed;          /* because of `failure` */
    g3_error failure;
    bool abandoned; /* the caller has gone */
};

static void close_chunks(g3_join_chunk *chunk)
{
    while (chunk) {
        g3_join_chunk *next = chunk->next;
        g3_join_chunk_close(chunk);
        chunk = next;
    }
}

static void free_feed(g3_feed *feed)
{
    close_chunks(feed->first);
    close_chunks(feed->spare);
    g3_join_input_close(feed->input);
    pthread_cond_destroy(&feed->changed);
    pthread_mutex_destroy(&feed->mutex);
    free(feed);
}

/* A chunk to be filled. Holds the mutex. */
static g3_join_chunk *take_spare(g3_feed *feed)
{
    g3_join_chunk *chunk = feed->spare;
    if (!chunk)
        return NULL;
    feed->spare = chunk->next;
    chunk->next = NULL;
    return chunk;
}

/* Makes one chunk. @param ended  set if there is nothing behind it; also where reading failed */
static g3_join_chunk *make_chunk(g3_feed *feed, g3_join_chunk *spare, bool *ended, bool *failed,
                                 g3_error *error)
{
    g3_join_chunk *chunk = spare ? spare : g3_join_chunk_open(feed->chunk_size);
    *failed = !g3_join_input_read(feed->input, chunk, ended, error);
    *ended = *ended || *failed;
    return chunk;
}

/* Puts a chunk behind those that wait. Holds the mutex. */
static void add_waiting(g3_feed *feed, g3_join_chunk *chunk)
{
    if (feed->last)
        feed->last->next = chunk;
    else
        feed->first = chunk;
    feed->last = chunk;
    feed->waiting++;
}

static void *run_feed(void *context)
{
    g3_feed *feed = context;
    bool ended = false;
    pthread_mutex_lock(&feed->mutex);
    while (!ended && !feed->abandoned) {
        g3_join_chunk *spare = take_spare(feed);
        g3_error error = {0};
        bool failed;
        pthread_mutex_unlock(&feed->mutex);
        g3_join_chunk *chunk = make_chunk(feed, spare, &ended, &failed, &error);
        pthread_mutex_lock(&feed->mutex);
        add_waiting(feed, chunk);
        feed->over = ended;
        feed->failed = failed;
        feed->failure = error;
        pthread_cond_broadcast(&feed->changed);
        while (feed->waiting >= feed->waiting_limit && !feed->abandoned && !ended)
            pthread_cond_wait(&feed->changed, &feed->mutex);
    }
    bool last = feed->abandoned;
    feed->over = true;
    pthread_mutex_unlock(&feed->mutex);
    if (last)
        free_feed(feed);
    return NULL;
}

g3_feed *g3_feed_open(g3_join_input *take_input, size_t chunk_size, size_t waiting)
{
    g3_feed *feed = g3_allocate_zeroed(1, sizeof *feed);
    sigset_t all, before;
    feed->input = take_input;
    feed->chunk_size = chunk_size;
    feed->waiting_limit = waiting;
    pthread_mutex_init(&feed->mutex, NULL);
    pthread_cond_init(&feed->changed, NULL);
    sigfillset(&all); /* signals must end a wait of the main thread's */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    feed->threaded = pthread_create(&feed->thread, NULL, run_feed, feed) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return feed;
}

bool g3_feed_next(g3_feed *feed, g3_join_chunk **chunk, g3_error *error)
{
    pthread_mutex_lock(&feed->mutex);
    if (!feed->threaded && !feed->over)
        add_waiting(feed,
                    make_chunk(feed, take_spare(feed), &feed->over, &feed->failed, &feed->failure));
    while (!feed->first && !feed->over)
        pthread_cond_wait(&feed->changed, &feed->mutex);
    *chunk = feed->first;
    if (feed->first) {
        feed->first = feed->first->next;
        feed->last = feed->first ? feed->last : NULL;
        feed->waiting--;
        (*chunk)->next = NULL;
        pthread_cond_broadcast(&feed->changed);
    }
    bool failed = !*chunk && feed->failed;
    if (failed && error)
        *error = feed->failure;
    pthread_mutex_unlock(&feed->mutex);
    return !failed;
}

void g3_feed_give_back(g3_feed *feed, g3_join_chunk *take_chunk)
{
    g3_join_chunk_clear(take_chunk);
    pthread_mutex_lock(&feed->mutex);
    take_chunk->next = feed->spare;
    feed->spare = take_chunk;
    pthread_mutex_unlock(&feed->mutex);
}

g3_join_input *g3_feed_input(g3_feed *feed)
{
    return feed->input;
}

void g3_feed_close(g3_feed *feed)
{
    if (!feed)
        return;
    pthread_mutex_lock(&feed->mutex);
    bool over = feed->over || !feed->threaded;
    feed->abandoned = !over;
    pthread_cond_broadcast(&feed->changed);
    if (!over) /* while the mutex keeps the thread from freeing the feed */
        pthread_detach(feed->thread);
    pthread_mutex_unlock(&feed->mutex);
    if (!over)
        return;
    if (feed->threaded)
        pthread_join(feed->thread, NULL);
    free_feed(feed);
}
