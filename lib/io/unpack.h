/* Unpacking of gzip and zstd streams, piece by piece. Private to the io storey, for source.c. */
#ifndef G3_IO_UNPACK_H
#define G3_IO_UNPACK_H

#include "g3/base/error.h"

typedef enum g3_packing { G3_PACKING_NONE, G3_PACKING_GZIP, G3_PACKING_ZSTD } g3_packing;

/* Bytes that g3_packing_of() may need to see. */
#define G3_PACKING_MAGIC_SIZE ((size_t)4)

/* What the first bytes of a file say about its packing.
 * @param more_wanted  set if `begin` is too short to tell */
g3_packing g3_packing_of(g3_view begin, bool *more_wanted);

/* True if a file of this name must be packed: it ends in .gz or .zst. */
bool g3_is_packed_name(g3_view name);

typedef struct g3_unpacker g3_unpacker;

/* @param packing  not G3_PACKING_NONE
 * @param name     what messages call the file; borrowed
 * @return owned by the caller: g3_unpacker_close() */
g3_unpacker *g3_unpacker_open(g3_packing packing, const char *name);

/* Unpacks from `packed` (what was used up is cut off its front) into `space`.
 * @param ended  nothing follows `packed`
 * @param got    bytes written; 0 means that more input is needed, or with `ended` that this is the
 *               end
 * @return false with G3_EXIT_INPUT if the packing is corrupt or cut off */
bool g3_unpacker_run(g3_unpacker *unpacker, g3_view *packed, bool ended, char *space,
                     size_t capacity, size_t *got, g3_error *error);

void g3_unpacker_close(g3_unpacker *unpacker); /* NULL is allowed */

#endif
