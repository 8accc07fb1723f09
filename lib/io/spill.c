/* Sorted runs in a file without a name. Called by sorter.c and merge.c.
 *
 * An item in a run: the key's length and the line's, 32 bits each in the machine's own order
 * (nobody else reads the file), the key, the line.
 */
#include "spill.h"
#include "g3/base/memory.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Bytes gathered for one write. */
#define WRITE_SIZE ((size_t)256 * 1024)

typedef struct item_head {
    uint32_t key_length, line_length;
} item_head;

static bool fail_with_errno(const g3_spill *spill, g3_error *error)
{
    const char *advice = errno == ENOSPC || errno == EDQUOT || errno == EFBIG
                             ? ": set TMPDIR to a folder with more room, or give more --memory"
                         : spill->descriptor < 0 ? ": set TMPDIR to a folder that can be written"
                                                 : "";
    return g3_fail(error, G3_EXIT_LOCAL, "temporary file in %s: %s%s", spill->directory,
                   strerror(errno), advice);
}

/* For file systems that can't make files without a name: takes the name away at once. */
static int open_unlinked(const char *directory)
{
    char *name = NULL;
    if (asprintf(&name, "%s/g3-sort-XXXXXX", directory) < 0)
        return -1;
    int descriptor = mkostemp(name, O_CLOEXEC);
    if (descriptor >= 0)
        unlink(name);
    free(name);
    return descriptor;
}

bool g3_spill_open(g3_spill *spill, g3_error *error)
{
    const char *directory = getenv("TMPDIR");
    if (!directory || !*directory)
        directory = "/tmp";
    *spill = (g3_spill){.directory = g3_duplicate(g3_view_of(directory))};
    spill->descriptor = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (spill->descriptor < 0)
        spill->descriptor = open_unlinked(directory);
    if (spill->descriptor < 0) {
        fail_with_errno(spill, error);
        free(spill->directory);
        return false;
    }
    return true;
}

static bool write_pending(g3_spill *spill, g3_error *error)
{
    size_t at = 0;
    while (at < spill->pending.length) {
        ssize_t count = pwrite(spill->descriptor, spill->pending.data + at,
                               spill->pending.length - at, spill->written);
        if (count < 0 && errno != EINTR)
            return fail_with_errno(spill, error);
        if (count > 0) {
            at += (size_t)count;
            spill->written += count;
        }
    }
    g3_buffer_clear(&spill->pending);
    return true;
}

bool g3_spill_append(g3_spill *spill, g3_sort_item item, g3_error *error)
{
    item_head head = {(uint32_t)item.key.length, (uint32_t)item.line.length};
    g3_buffer_append(&spill->pending, (g3_view){(const char *)&head, sizeof head});
    g3_buffer_append(&spill->pending, item.key);
    g3_buffer_append(&spill->pending, item.line);
    return spill->pending.length < WRITE_SIZE || write_pending(spill, error);
}

bool g3_spill_end_run(g3_spill *spill, g3_run *run, g3_error *error)
{
    if (!write_pending(spill, error))
        return false;
    run->end = spill->written;
    return true;
}

void g3_spill_close(g3_spill *spill)
{
    close(spill->descriptor);
    g3_buffer_free(&spill->pending);
    free(spill->directory);
}

void g3_run_reader_open(g3_run_reader *reader, const g3_spill *spill, g3_run run, size_t space)
{
    *reader = (g3_run_reader){.spill = spill, .rest = run, .capacity = space};
    reader->space = g3_allocate(space);
}

/* Makes sure that `size` bytes of the next item are in memory. */
static bool have_bytes(g3_run_reader *reader, size_t size, g3_error *error)
{
    if (reader->filled - reader->begin >= size)
        return true;
    reader->filled -= reader->begin;
    memmove(reader->space, reader->space + reader->begin, reader->filled);
    reader->begin = 0;
    if (reader->capacity < size) {
        reader->capacity = size;
        reader->space = g3_reallocate(reader->space, size, 1);
    }
    while (reader->filled < size) {
        size_t wanted = reader->capacity - reader->filled;
        if ((int64_t)wanted > reader->rest.end - reader->rest.begin)
            wanted = (size_t)(reader->rest.end - reader->rest.begin);
        ssize_t count = pread(reader->spill->descriptor, reader->space + reader->filled, wanted,
                              reader->rest.begin);
        if (count < 0 && errno != EINTR)
            return fail_with_errno(reader->spill, error);
        if (count == 0)
            return g3_fail(error, G3_EXIT_LOCAL,
                           "temporary file in %s: is shorter than was written",
                           reader->spill->directory);
        if (count > 0) {
            reader->filled += (size_t)count;
            reader->rest.begin += count;
        }
    }
    return true;
}

bool g3_run_reader_next(g3_run_reader *reader, g3_error *error)
{
    item_head head;
    if (reader->begin == reader->filled && reader->rest.begin == reader->rest.end) {
        reader->ended = true;
        return true;
    }
    if (!have_bytes(reader, sizeof head, error))
        return false;
    memcpy(&head, reader->space + reader->begin, sizeof head);
    size_t size = sizeof head + (size_t)head.key_length + head.line_length;
    if (!have_bytes(reader, size, error))
        return false;
    const char *key = reader->space + reader->begin + sizeof head;
    reader->item =
        (g3_sort_item){{key, head.key_length}, {key + head.key_length, head.line_length}};
    reader->begin += size;
    return true;
}

void g3_run_reader_close(g3_run_reader *reader)
{
    free(reader->space);
}
