/* Sorted runs in a file without a name. Private to the io storey: sorter.c writes them, merge.c
 * merges them. */
#ifndef G3_IO_SPILL_H
#define G3_IO_SPILL_H

#include "g3/base/buffer.h"
#include "g3/base/error.h"

/* A file that holds runs one behind the other. */
typedef struct g3_spill {
    int descriptor;
    char *directory;   /* where it is, for messages; owned */
    g3_buffer pending; /* bytes not yet written */
    int64_t written;
} g3_spill;

/* The run's bytes in the file. */
typedef struct g3_run {
    int64_t begin, end;
} g3_run;

/* A key and its line. */
typedef struct g3_sort_item {
    g3_view key;
    g3_view line;
} g3_sort_item;

/* Makes the file in TMPDIR, else /tmp.
 * @return false with G3_EXIT_LOCAL; there is then nothing to close */
bool g3_spill_open(g3_spill *spill, g3_error *error);

/* Adds an item to the run being written. Neither key nor line may have 4 GiB. */
bool g3_spill_append(g3_spill *spill, g3_sort_item item, g3_error *error);

/* Ends the run being written. @param run  where it is */
bool g3_spill_end_run(g3_spill *spill, g3_run *run, g3_error *error);

void g3_spill_close(g3_spill *spill);

/* Reads a run's items in order. */
typedef struct g3_run_reader {
    const g3_spill *spill; /* borrowed */
    g3_run rest;           /* not yet read */
    char *space;           /* owned */
    size_t capacity, begin, filled;
    g3_sort_item item; /* the one read last; valid until the next is read */
    bool ended;        /* there was none left */
} g3_run_reader;

/* @param space  bytes to read at once */
void g3_run_reader_open(g3_run_reader *reader, const g3_spill *spill, g3_run run, size_t space);

/* Reads the next item into reader->item, or sets reader->ended. */
bool g3_run_reader_next(g3_run_reader *reader, g3_error *error);

void g3_run_reader_close(g3_run_reader *reader);

#endif
