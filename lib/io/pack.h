/* Packing of a sink's bytes with zstd on their way to the output. Private to the io storey; used by
 * sink.c, by one thread at a time. */
#ifndef G3_IO_PACK_H
#define G3_IO_PACK_H

#include "output.h"

typedef struct g3_packer g3_packer;

/* How far a packer must get. */
typedef enum g3_pack_goal {
    G3_PACK_SOME,      /* take the bytes; they may stay in the packer for now */
    G3_PACK_FLUSH,     /* all bytes so far can be unpacked from the output */
    G3_PACK_END_FRAME, /* and what follows can be unpacked without them */
} g3_pack_goal;

/* @param output  borrowed until closed; if it has bytes already, they are whole frames
 * @return owned by the caller: g3_packer_close() */
g3_packer *g3_packer_open(g3_output *output);

/* Packs `bytes` and writes what comes of it. An output that got nothing at all becomes an empty
 * frame, so that it can be unpacked.
 * @return false with G3_EXIT_LOCAL or error->pipe_closed */
bool g3_packer_run(g3_packer *packer, g3_view bytes, g3_pack_goal goal, g3_error *error);

void g3_packer_close(g3_packer *packer); /* NULL is allowed */

#endif
