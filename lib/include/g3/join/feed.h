/* The rows of an input, made ahead in threads of their own: whoever takes them has its hands free
 * for looking them up and writing results. One thread reads what can only be read in one go (pipes,
 * packed files, JSON lines); a plain CSV or TSV is read in pieces by several. */
#ifndef G3_JOIN_FEED_H
#define G3_JOIN_FEED_H

#include "g3/base/abi.h"
#include "g3/join/input.h"

G3_BEGIN_C

/* An input and the threads that read it. */
typedef struct g3_feed g3_feed;

/* Chunks that may wait to be taken, unless there is a reason for more. */
#define G3_FEED_WAITING ((size_t)2)

/* Threads that are worth having for one input: as many as there are processors, but few. */
size_t g3_feed_threads(void);

/* Begins to read; what is read by several threads, when the first chunk is asked for. Without a
 * thread to be had, rows are made when they are asked for.
 * @param take_input  prepared; the feed closes it
 * @param chunk_size  g3_join_chunk_size()
 * @param waiting     most chunks made ahead, at least 1; where several threads read, two for each
 * @param threads     most threads
 * @return owned by the caller: g3_feed_close() */
g3_feed *g3_feed_open(g3_join_input *take_input, size_t chunk_size, size_t waiting, size_t threads);

/* Tells the rows of a chunk, adding to chunk->told; several threads call it at once, for chunks
 * that may turn out not to be rows of the manifest and are thrown away.
 * @return true if all were told: the rows are forgotten. Else those left are in `rows`, the first
 *         one at its begin, and the rest of the piece is not told either */
typedef bool g3_feed_stage(const void *context, g3_join_chunk *chunk);

/* Has rows told in the threads that read them, if there are several: before the first chunk is
 * asked for. Chunks are smaller then, so that rows stay in the processor's caches.
 * @param context  borrowed until g3_feed_stop_stage() */
void g3_feed_set_stage(g3_feed *feed, g3_feed_stage *stage, const void *context);

/* Ends reading, if there is a stage: nothing of it is in use any more. */
void g3_feed_stop_stage(g3_feed *feed);

/* Gives the next chunk, which may hold bad rows only; waits for it.
 * @param chunk  owned by the caller: g3_feed_give_back(), or g3_join_chunk_close(); NULL at the end
 * @return false if reading failed; all chunks made before have then been given */
bool g3_feed_next(g3_feed *feed, g3_join_chunk **chunk, g3_error *error);

/* Gives a chunk back, for its memory to be used again. */
void g3_feed_give_back(g3_feed *feed, g3_join_chunk *take_chunk);

/* How many rows the feed will give in all, reckoned from those given and the file's size; 0 where
 * there is no telling. */
uint64_t g3_feed_expected(g3_feed *feed);

/* Once the feed has come to its end: its input's rows, how many of them were padded for being too
 * short (g3_join_input_rows(), g3_join_input_padded()), and its first manifest's name. */
uint64_t g3_feed_rows(const g3_feed *feed);
uint64_t g3_feed_padded(const g3_feed *feed);
const char *g3_feed_name(const g3_feed *feed);

/* Ends reading wherever it is. A thread that waits for a pipe is left alone, and frees everything
 * when the pipe gives something. NULL is allowed. */
void g3_feed_close(g3_feed *feed);

G3_END_C

#endif
