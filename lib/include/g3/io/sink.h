/* Where bytes go: a file that appears under its name only when complete, or standard output.
 *
 * A file is written as `.NAME.partial` beside its final name and renamed by g3_sink_finish(), after
 * fsync; a name that ends in ".zst" is packed with zstd. Whoever produces bytes appends them to
 * g3_sink_buffer() and calls g3_sink_settle() now and then. Packing and writing go on in a thread
 * of the sink's own, so that they overlap with the producer's work.
 */
#ifndef G3_IO_SINK_H
#define G3_IO_SINK_H

#include "g3/base/abi.h"
#include "g3/base/buffer.h"
#include "g3/base/error.h"

G3_BEGIN_C

/* An output that is being written. */
typedef struct g3_sink g3_sink;

/* Opens `path`; "-" is standard output (never packed). An existing file stays as it is until
 * g3_sink_finish(). A path that exists and is not a regular file (/dev/null, a named pipe) is
 * written in place.
 * @return the sink, owned by the caller: g3_sink_finish() or g3_sink_discard(); NULL with
 *         G3_EXIT_LOCAL */
g3_sink *g3_sink_open(const char *path, g3_error *error);

/* Opens `path` for going on after `offset` bytes of an earlier run's partial file (0 begins anew).
 * @return NULL with G3_EXIT_LOCAL if the partial file is missing or shorter than `offset`, or if
 *         `path` is standard output or not a regular file: what is not a file can't be continued */
g3_sink *g3_sink_resume(const char *path, int64_t offset, g3_error *error);

/* The bytes not yet handed on; the producer appends here. Valid until the next settle, checkpoint,
 * finish or discard. */
g3_buffer *g3_sink_buffer(g3_sink *sink);

/* Hands the buffered bytes on if there are enough to be worth it (G3_SINK_BLOCK), or any at all
 * with `now`. `now` also reaches the file or pipe before it returns.
 * @return false with G3_EXIT_LOCAL (disk full, ...) or error->pipe_closed (the reader went away) */
bool g3_sink_settle(g3_sink *sink, bool now, g3_error *error);

/* Settles, ends the zstd frame, makes the bytes durable (fdatasync).
 * @param offset  bytes of the partial file that are safe now, for g3_sink_resume() */
bool g3_sink_checkpoint(g3_sink *sink, int64_t *offset, g3_error *error);

/* Settles, syncs, renames to the final name, frees the sink, also on failure (the partial file is
 * then removed). */
bool g3_sink_finish(g3_sink *sink, g3_error *error);

/* Frees the sink; removes the partial file unless `keep` (for a later resume). NULL is allowed. */
void g3_sink_discard(g3_sink *sink, bool keep);

/* Bytes gathered before they are handed on: large enough that the cost of a system call vanishes,
 * small enough to stay in the second-level cache. */
#define G3_SINK_BLOCK ((size_t)256 * 1024)

G3_END_C

#endif
