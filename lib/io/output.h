/* The file behind a sink: under which name it is written, how it gets its final one, and the
 * writing itself. Private to the io storey; used by sink.c and pack.c, by one thread at a time. */
#ifndef G3_IO_OUTPUT_H
#define G3_IO_OUTPUT_H

#include "g3/base/buffer.h"
#include "g3/base/error.h"

typedef struct g3_output {
    char *name;    /* what messages call it; owned */
    char *path;    /* final name, links followed; owned; NULL for standard output */
    char *partial; /* name while incomplete; owned; NULL if written in place */
    int descriptor;
    int replaced;     /* the file of the final name that there is now, or -1; owned */
    int64_t written;  /* bytes in the file: the place where the next one goes */
    int64_t flushing; /* bytes of them that the kernel was told to begin storing */
    g3_buffer held;   /* bytes that are written next: the begin of a page */
} g3_output;

/* Opens the output for `path`, "-" being standard output.
 * @param offset  bytes of an earlier partial file to keep; 0 begins anew
 * @param resume  go on with an earlier partial file, which must have `offset` bytes
 * @return false with G3_EXIT_LOCAL; there is then nothing to close */
bool g3_output_open(g3_output *output, const char *path, int64_t offset, bool resume,
                    g3_error *error);

/* Writes all of `bytes`.
 * @param more  more will follow: the file may lack less than a page of them until then (writing
 *              whole pages takes the kernel less time)
 * @return false with G3_EXIT_LOCAL, or error->pipe_closed if the reader went away */
bool g3_output_write(g3_output *output, g3_view bytes, bool more, g3_error *error);

/* Makes what was written durable; nothing to do for what is not a file of our own. */
bool g3_output_sync(g3_output *output, g3_error *error);

/* Syncs, closes, gives the file its final name; on failure removes it. Frees what `output` owns. */
bool g3_output_complete(g3_output *output, g3_error *error);

/* Closes; removes the partial file unless `keep`. Frees what `output` owns. */
void g3_output_abandon(g3_output *output, bool keep);

#endif
