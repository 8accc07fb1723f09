/* What does not fit in memory, in a file without a name: items written one behind the other and
 * read back in that order, packed with zstd. Used by the sorter and by the joins.
 *
 * The file is made in TMPDIR, else in /tmp, for its owner alone (mode 0600), and has no name from
 * the beginning, so that nothing remains after a kill. Items are gathered in blocks, and each block
 * is packed by itself: a spill that is not being written or read takes no memory.
 */
#ifndef G3_IO_SPILL_H
#define G3_IO_SPILL_H

#include "g3/base/abi.h"
#include "g3/base/buffer.h"
#include "g3/base/error.h"

G3_BEGIN_C

/* A file of runs, one behind the other. */
typedef struct g3_spill {
    int descriptor;
    char *directory;   /* where it is, for messages; owned */
    size_t block;      /* bytes of items gathered before they are packed and written */
    g3_buffer pending; /* items not yet written */
    g3_buffer packed;  /* a block on its way */
    int64_t written;   /* bytes in the file */
} g3_spill;

/* A run's bytes in the file. */
typedef struct g3_run {
    int64_t begin, end;
} g3_run;

/* What is written and read: two texts, either of which may be empty. */
typedef struct g3_spill_item {
    g3_view key;
    g3_view line;
} g3_spill_item;

/* Blocks beyond this pack no better. */
#define G3_SPILL_MOST_BLOCK ((size_t)128 * 1024)

/* Makes the file.
 * @param block  bytes to gather before writing, cut to G3_SPILL_MOST_BLOCK; memory goes by it
 * @return false with G3_EXIT_LOCAL; there is then nothing to close */
bool g3_spill_open(g3_spill *spill, size_t block, g3_error *error);

/* Adds a copy of an item to the run being written. Neither part may have 4 GiB.
 * @return false with G3_EXIT_LOCAL: the disk is full, or can't be written */
bool g3_spill_append(g3_spill *spill, g3_spill_item item, g3_error *error);

/* Ends the run being written. @param run  where it is; `begin` is left alone */
bool g3_spill_end_run(g3_spill *spill, g3_run *run, g3_error *error);

/* NULL, or a spill that was never opened (all zero), is allowed. */
void g3_spill_close(g3_spill *spill);

/* Reads a run's items in order. */
typedef struct g3_run_reader {
    const g3_spill *spill; /* borrowed */
    g3_run rest;           /* not yet read */
    g3_buffer block;       /* unpacked */
    size_t at;             /* of the next item in the block */
    g3_buffer packed;
    g3_spill_item item; /* the one read last; valid until the next is read */
    bool ended;         /* there was none left */
} g3_run_reader;

/* Begins to read a run that was ended; g3_run_reader_close() ends it. */
void g3_run_reader_open(g3_run_reader *reader, const g3_spill *spill, g3_run run);

/* Reads the next item into reader->item, or sets reader->ended.
 * @return false with G3_EXIT_LOCAL if the file can't be read */
bool g3_run_reader_next(g3_run_reader *reader, g3_error *error);

void g3_run_reader_close(g3_run_reader *reader); /* all zero is allowed */

G3_END_C

#endif
