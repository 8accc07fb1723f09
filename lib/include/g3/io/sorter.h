/* Sorts lines of any number within a memory limit: in memory while they fit, else in sorted runs on
 * disk (TMPDIR, else /tmp; the files have no name, so that nothing remains after a kill) merged
 * while reading. Equal keys keep the order in which they came. */
#ifndef G3_IO_SORTER_H
#define G3_IO_SORTER_H

#include "g3/base/abi.h"
#include "g3/base/error.h"

G3_BEGIN_C

/* Lines that are being sorted: first all are added, then all are read. */
typedef struct g3_sorter g3_sorter;

/* Makes a sorter without lines.
 * @param memory  bytes to hold before spilling
 * @return owned by the caller: g3_sorter_close() */
g3_sorter *g3_sorter_open(size_t memory);

/* Takes a copy of `line` under `key`; both any bytes.
 * @return false with G3_EXIT_LOCAL if the disk is full */
bool g3_sorter_add(g3_sorter *sorter, g3_view key, g3_view line, g3_error *error);

/* The same under a number: lines then come in the order of their numbers. Not in one sorter with
 * other keys. */
bool g3_sorter_add_numbered(g3_sorter *sorter, uint64_t number, g3_view line, g3_error *error);

/* Gives the next line in the order of the keys' bytes; the first call ends the adding.
 * @param line   valid until the next call
 * @param ended  set at the end, `line` then being empty */
bool g3_sorter_next(g3_sorter *sorter, g3_view *line, bool *ended, g3_error *error);

void g3_sorter_close(g3_sorter *sorter); /* NULL is allowed */

G3_END_C

#endif
