/* The part of a source that the row reader has in memory. Called by reader.c. */
#include "window.h"
#include "g3/base/memory.h"
#include <stdlib.h>

/* Bytes asked of the source at once: few system calls, and they stay in the second-level cache
 * until they are used. */
#define READ_SIZE ((size_t)128 * 1024)

/* The same behind `until`, where the last row that is needed may end. */
#define LAST_READ_SIZE ((size_t)8 * 1024)

static void set_capacity(g3_window *window, size_t capacity)
{
    window->data = g3_reallocate(window->data, capacity + G3_WINDOW_PADDING, 1);
    window->capacity = capacity;
}

/* Scans read some bytes behind the end. Nothing comes of these, which is plain to see (for memory
 * checkers too) if they are zeros. */
static void pad(g3_window *window)
{
    memset(window->data + window->filled, 0, G3_WINDOW_PADDING);
}

void g3_window_begin(g3_window *window, g3_view begun)
{
    *window = (g3_window){.until = UINT64_MAX};
    set_capacity(window, 2 * READ_SIZE + begun.length);
    if (begun.length)
        memcpy(window->data, begun.data, begun.length);
    window->filled = begun.length;
    pad(window);
}

/* Makes room for READ_SIZE bytes: forgets what is in front of `begin`, then grows if that is not
 * enough. A window that once had to grow is not used to its end for that: reading into the same
 * places again and again is faster. */
static void make_room(g3_window *window)
{
    if (window->capacity - window->filled >= READ_SIZE && window->begin < READ_SIZE)
        return;
    size_t kept = window->filled - window->begin;
    memmove(window->data, window->data + window->begin, kept);
    window->offset += window->begin;
    window->begin = 0;
    window->filled = kept;
    if (window->capacity - window->filled < READ_SIZE)
        set_capacity(window, window->capacity * 2);
}

/* Bytes to ask for. */
static size_t choose_size(const g3_window *window)
{
    uint64_t at = window->offset + window->filled;
    if (window->until > at && window->until - at > READ_SIZE - LAST_READ_SIZE)
        return READ_SIZE;
    return (size_t)(window->until > at ? window->until - at : 0) + LAST_READ_SIZE;
}

bool g3_window_fill(g3_window *window, g3_source *source, uintptr_t *moved_from, g3_error *error)
{
    *moved_from = (uintptr_t)(window->data + window->begin);
    make_room(window);
    size_t got;
    if (!g3_source_read(source, window->data + window->filled, choose_size(window), &got, error))
        return false;
    window->filled += got;
    if (got == 0) {
        window->data[window->filled++] = '\n';
        window->ended = true;
    }
    pad(window);
    return true;
}

void g3_window_restart(g3_window *window, uint64_t offset, uint64_t until)
{
    window->begin = window->filled = 0;
    window->offset = offset;
    window->until = until;
    window->ended = false;
    pad(window);
}

void g3_window_end(g3_window *window)
{
    free(window->data);
}
