/* The part of a source that the row reader has in memory. Private to the table storey. */
#ifndef G3_TABLE_WINDOW_H
#define G3_TABLE_WINDOW_H

#include "g3/io/source.h"

/* Bytes behind the window's end that may be read (their values mean nothing): a scan and a copy
 * step each may begin at its last byte. */
#define G3_WINDOW_PADDING ((size_t)128)

typedef struct g3_window {
    char *data;
    size_t capacity; /* without the padding */
    size_t begin;    /* of what is still needed: the row being read */
    size_t filled;   /* bytes in use, counting from data[0] */
    uint64_t offset; /* of data[0] in the source */
    uint64_t until;  /* place in the source behind which little will be needed, or UINT64_MAX */
    bool ended;      /* the source has; an LF of our own is then the window's last byte */
} g3_window;

/* @param begun  bytes already taken from the source; copied */
void g3_window_begin(g3_window *window, g3_view begun);

/* Reads on: one read of the source. What is in front of `begin` is forgotten when room is short.
 * At the source's end an LF is put behind its last byte, so that every row ends in a line end. Must
 * not be called when the source has ended.
 * @param moved_from  set to where the bytes at `begin` were before: views into the window move with
 *                    it; only to calculate with, the memory may be gone
 * @return false with the source's error */
bool g3_window_fill(g3_window *window, g3_source *source, uintptr_t *moved_from, g3_error *error);

/* Forgets what was read: the source goes on at `offset`. */
void g3_window_restart(g3_window *window, uint64_t offset, uint64_t until);

void g3_window_end(g3_window *window);

#endif
