/* Rows of an input made ahead by threads. Called by the jobs that join.
 *
 * A thread fills one chunk after the other and waits while `waiting_limit` of them are not taken
 * yet. Chunks that come back are filled again. Where the input can be read in parts, several
 * threads each read a piece at a time (pieces.h), and what they made is handed on in order.
 *
 * These threads begin when the first chunk is asked for: until then, whoever joins has better use
 * for the processors, and may not have said yet that they are to tell the rows as well.
 *
 * A single thread and the caller each hold the feed; the last one frees it, for the thread may be
 * waiting for a pipe when the caller has no use for it any more. Files don't keep one waiting.
 */
#include "g3/join/feed.h"
#include "pieces.h"
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>

/* Most threads for one input: beyond them, the one that joins is what all wait for. */
#define MOST_THREADS ((size_t)4)

/* A piece that does not fit into its chunk gets more of this part of it. */
#define MORE_SHARE 8

/* Where rows are told by the threads that read them: bytes of a chunk, which stay in the
 * second-level cache from the reading to the telling; and bytes of a piece for each of a chunk's.
 */
#define TOLD_SIZE  ((size_t)64 * 1024)
#define TOLD_SHARE 4

typedef struct worker {
    g3_feed *feed;
    g3_join_input *input; /* the thread's until `over` */
    pthread_t thread;
} worker;

struct g3_feed {
    worker workers[MOST_THREADS];
    size_t inputs, threads; /* of them that have an input, and a thread */
    bool in_pieces;
    size_t chunk_size, waiting_limit;
    bool begun, ended;    /* threads were started; all of them have ended */
    g3_feed_stage *stage; /* NULL: rows are handed on as they are */
    const void *stage_context;

    pthread_mutex_t mutex; /* guards what follows */
    pthread_cond_t changed;
    g3_pieces pieces;
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
    g3_pieces_end(&feed->pieces);
    for (size_t i = 0; i < feed->inputs; i++)
        g3_join_input_close(feed->workers[i].input);
    pthread_cond_destroy(&feed->changed);
    pthread_mutex_destroy(&feed->mutex);
    free(feed);
}

/* A chunk to be filled. Holds the mutex. */
static g3_join_chunk *take_spare(g3_feed *feed)
{
    g3_join_chunk **spares = feed->spare ? &feed->spare : &feed->pieces.spare, *chunk = *spares;
    if (!chunk)
        return NULL;
    *spares = chunk->next;
    chunk->next = NULL;
    return chunk;
}

/* Makes one chunk. @param ended  set if there is nothing behind it; also where reading failed */
static g3_join_chunk *make_chunk(g3_feed *feed, g3_join_chunk *spare, bool *ended, bool *failed,
                                 g3_error *error)
{
    g3_join_chunk *chunk = spare ? spare : g3_join_chunk_open(feed->chunk_size);
    *failed = !g3_join_input_read(feed->workers[0].input, chunk, ended, error);
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

/* The only thread of a feed. */
static void *read_all(void *context)
{
    g3_feed *feed = ((worker *)context)->feed;
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

static void add_to_piece(g3_piece *piece, g3_join_chunk *chunk)
{
    if (piece->last)
        piece->last->next = chunk;
    else
        piece->first = chunk;
    piece->last = chunk;
}

/* Fills a piece, which is the thread's alone. Where its rows are told, they all go through one
 * chunk. @param spare  or NULL */
static void read_piece(const worker *self, g3_piece *piece, g3_join_chunk *spare)
{
    const g3_feed *feed = self->feed;
    g3_join_chunk *chunk = spare ? spare : g3_join_chunk_open(feed->chunk_size);
    bool ended = false, told = feed->stage != NULL;
    piece->failed =
        !g3_join_input_begin_piece(self->input, &piece->part, piece->guess, &piece->failure);
    add_to_piece(piece, chunk);
    if (told) /* at once what most of it will become, rather than by growing to that */
        g3_buffer_reserve(&chunk->told.files[0], 2 * TOLD_SHARE * feed->chunk_size);
    while (!ended && !piece->failed) {
        if (!chunk) {
            chunk = g3_join_chunk_open(feed->chunk_size / MORE_SHARE);
            add_to_piece(piece, chunk);
        }
        piece->failed = !g3_join_input_read(self->input, chunk, &ended, &piece->failure);
        told = told && !piece->failed && feed->stage(feed->stage_context, chunk);
        if (!told)
            chunk = NULL;
    }
}

/* Hands on what has been read in order. Holds the mutex. */
static void hand_on(g3_feed *feed)
{
    const g3_piece *piece;
    while (!feed->over && (piece = g3_pieces_give(&feed->pieces)) != NULL) {
        for (g3_join_chunk *chunk = piece->first, *next; chunk; chunk = next) {
            next = chunk->next;
            chunk->next = NULL;
            add_waiting(feed, chunk);
        }
        feed->failed = piece->failed;
        feed->failure = piece->failure;
        feed->over = piece->failed || g3_pieces_ended(&feed->pieces);
    }
}

/* One of several threads. */
static void *read_pieces(void *context)
{
    const worker *self = context;
    g3_feed *feed = self->feed;
    g3_pieces *pieces = &feed->pieces;
    pthread_mutex_lock(&feed->mutex);
    while (!feed->over && !feed->abandoned) {
        size_t begun = (size_t)(pieces->next - pieces->oldest);
        g3_piece *piece = g3_pieces_take(pieces, feed->waiting + begun < feed->waiting_limit);
        if (!piece) {
            pthread_cond_wait(&feed->changed, &feed->mutex);
            continue;
        }
        g3_join_chunk *spare = take_spare(feed);
        pthread_mutex_unlock(&feed->mutex);
        read_piece(self, piece, spare);
        pthread_mutex_lock(&feed->mutex);
        g3_pieces_read(piece);
        hand_on(feed);
        pthread_cond_broadcast(&feed->changed);
    }
    pthread_mutex_unlock(&feed->mutex);
    return NULL;
}

/* Gets ready for several threads, if the input is one for them: opens it for each.
 * Where it can't be opened so often, there are fewer. */
static void part_input(g3_feed *feed, size_t threads)
{
    g3_join_input *input = feed->workers[0].input;
    int64_t size = g3_join_input_size(input);
    g3_row_place first;
    uint64_t lines;
    if (threads < 2 || !g3_join_input_can_part(input) || size <= (int64_t)feed->chunk_size ||
        !g3_join_input_first(input, &first, &lines, NULL))
        return;
    feed->in_pieces = true;
    while (feed->inputs < threads && feed->inputs < MOST_THREADS) {
        g3_join_input *again = g3_join_input_again(input, NULL);
        if (!again)
            break;
        feed->workers[feed->inputs++].input = again;
    }
    size_t most = 2 * feed->inputs;
    if (feed->waiting_limit < most)
        feed->waiting_limit = most;
    g3_pieces_begin(&feed->pieces, first, lines, (uint64_t)size, feed->chunk_size, most);
}

/* Starts the threads, with signals blocked: they must end a wait of the main thread's. */
static void start_threads(g3_feed *feed)
{
    sigset_t all, before;
    feed->begun = true;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    for (size_t i = 0; i < feed->inputs; i++) {
        worker *started = &feed->workers[feed->threads];
        if (pthread_create(&started->thread, NULL, feed->in_pieces ? read_pieces : read_all,
                           started) != 0)
            break;
        feed->threads++;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

size_t g3_feed_threads(void)
{
    cpu_set_t usable;
    if (sched_getaffinity(0, sizeof usable, &usable) != 0)
        return 1;
    size_t count = (size_t)CPU_COUNT(&usable);
    return count < MOST_THREADS ? count : MOST_THREADS;
}

g3_feed *g3_feed_open(g3_join_input *take_input, size_t chunk_size, size_t waiting, size_t threads)
{
    g3_feed *feed = g3_allocate_zeroed(1, sizeof *feed);
    feed->workers[0].input = take_input;
    feed->inputs = 1;
    feed->chunk_size = chunk_size;
    feed->waiting_limit = waiting;
    pthread_mutex_init(&feed->mutex, NULL);
    pthread_cond_init(&feed->changed, NULL);
    part_input(feed, threads);
    for (size_t i = 0; i < feed->inputs; i++)
        feed->workers[i].feed = feed;
    if (!feed->in_pieces)
        start_threads(feed);
    return feed;
}

void g3_feed_set_stage(g3_feed *feed, g3_feed_stage *stage, const void *context)
{
    if (!feed->in_pieces)
        return;
    feed->stage = stage;
    feed->stage_context = context;
    if (feed->chunk_size > TOLD_SIZE)
        feed->chunk_size = TOLD_SIZE;
    feed->pieces.step = TOLD_SHARE * feed->chunk_size;
}

bool g3_feed_next(g3_feed *feed, g3_join_chunk **chunk, g3_error *error)
{
    if (!feed->begun)
        start_threads(feed);
    pthread_mutex_lock(&feed->mutex);
    if (feed->threads == 0 && !feed->over)
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
    if (take_chunk->rows.capacity < feed->chunk_size) { /* more of a piece; too small for another */
        g3_join_chunk_close(take_chunk);
        return;
    }
    g3_join_chunk_clear(take_chunk);
    pthread_mutex_lock(&feed->mutex);
    take_chunk->next = feed->spare;
    feed->spare = take_chunk;
    pthread_mutex_unlock(&feed->mutex);
}

uint64_t g3_feed_expected(g3_feed *feed)
{
    pthread_mutex_lock(&feed->mutex);
    uint64_t expected = feed->in_pieces ? g3_pieces_expected(&feed->pieces) : 0;
    pthread_mutex_unlock(&feed->mutex);
    return expected;
}

uint64_t g3_feed_rows(const g3_feed *feed)
{
    return feed->in_pieces && feed->threads ? feed->pieces.rows
                                            : g3_join_input_rows(feed->workers[0].input);
}

uint64_t g3_feed_padded(const g3_feed *feed)
{
    return feed->in_pieces && feed->threads ? feed->pieces.padded
                                            : g3_join_input_padded(feed->workers[0].input);
}

const char *g3_feed_name(const g3_feed *feed)
{
    return g3_join_input_name(feed->workers[0].input, 0);
}

/* Tells the threads that nobody wants anything more. Holds the mutex. */
static void abandon(g3_feed *feed)
{
    feed->abandoned = true;
    pthread_cond_broadcast(&feed->changed);
}

static void join_threads(g3_feed *feed)
{
    for (size_t i = 0; !feed->ended && i < feed->threads; i++)
        pthread_join(feed->workers[i].thread, NULL);
    feed->ended = true;
}

void g3_feed_stop_stage(g3_feed *feed)
{
    if (!feed->stage)
        return;
    pthread_mutex_lock(&feed->mutex);
    abandon(feed);
    pthread_mutex_unlock(&feed->mutex);
    join_threads(feed);
}

void g3_feed_close(g3_feed *feed)
{
    if (!feed)
        return;
    pthread_mutex_lock(&feed->mutex);
    bool leave = !feed->in_pieces && feed->threads && !feed->over;
    abandon(feed);
    if (leave) /* while the mutex keeps the thread from freeing the feed */
        pthread_detach(feed->workers[0].thread);
    pthread_mutex_unlock(&feed->mutex);
    if (leave)
        return;
    join_threads(feed);
    free_feed(feed);
}
