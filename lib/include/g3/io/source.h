/* Where bytes come from: a file, standard input, or bytes in memory, unpacked on the way.
 *
 * gzip and zstd are recognised by their first bytes, whatever the name; several members or frames
 * in a row are read as one. Reading is blocking, and forward only but for g3_source_seek().
 */
#ifndef G3_IO_SOURCE_H
#define G3_IO_SOURCE_H

#include "g3/base/abi.h"
#include "g3/base/buffer.h"
#include "g3/base/error.h"

G3_BEGIN_C

/* An input that is being read. */
typedef struct g3_source g3_source;

/* Opens `path`; "-" is standard input.
 * @return the source, owned by the caller: g3_source_close(); NULL with G3_EXIT_INPUT on failure */
g3_source *g3_source_open(const char *path, g3_error *error);

/* Reads from memory that the caller keeps until the source is closed.
 * @param name  what messages call it; borrowed */
g3_source *g3_source_open_memory(const char *name, g3_view bytes);

/* Reads up to `capacity` bytes into `space`; waits for at least one unless the end is reached.
 * @param got  bytes read; 0 at the end
 * @return false with G3_EXIT_INPUT if the file can't be read, or its packing is corrupt or cut off;
 *         with G3_EXIT_INTERRUPTED once a signal has come (g3/base/interrupt.h) */
bool g3_source_read(g3_source *source, char *space, size_t capacity, size_t *got, g3_error *error);

/* Appends all that is at `path` ("-" is standard input) to `text`, to be held in memory.
 * @param limit  bytes that it may have
 * @return false with G3_EXIT_INPUT (also where there is more), or G3_EXIT_INTERRUPTED */
bool g3_source_read_all(const char *path, size_t limit, g3_buffer *text, g3_error *error);

/* What messages call the source at `path`: the path, or "standard input"; as long as that. */
const char *g3_source_name_of(const char *path);

/* What messages call it, as above. Lives as long as the source. */
const char *g3_source_name(const g3_source *source);

/* Bytes that the source will give in all, estimated: exact for a plain regular file, the packed
 * size for a packed one, -1 where there is no telling (pipes). */
int64_t g3_source_size(const g3_source *source);

/* True if the bytes are packed (gzip, zstd), so that g3_source_size() is that of the packing. */
bool g3_source_is_packed(const g3_source *source);

/* True if the source is a plain regular file that was opened by its path: several threads may open
 * it, each to read a part of it. */
bool g3_source_can_seek(const g3_source *source);

/* Goes to a place of a source that can seek, counted in bytes from the file's begin: what is read
 * next.
 * @return false with G3_EXIT_INPUT */
bool g3_source_seek(g3_source *source, uint64_t place, g3_error *error);

void g3_source_close(g3_source *source); /* NULL is allowed */

G3_END_C

#endif
