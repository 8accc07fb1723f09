/* Where bytes come from: a file, standard input or memory, unpacked on the way. Called by the row
 * reader and the JSON-lines reader. */
#include "g3/io/source.h"
#include "g3/base/interrupt.h"
#include "g3/base/memory.h"
#include "unpack.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Packed bytes read at once. */
#define PACKED_SPACE ((size_t)128 * 1024)

/* Bytes read at once where all of a file is wanted. */
#define ALL_STEP ((size_t)64 * 1024)

struct g3_source {
    char *name;
    int descriptor; /* -1: memory */
    g3_view memory; /* bytes not yet given, for a source in memory */
    bool may_wait;  /* a pipe or terminal: reading may wait for others */
    int64_t size;
    char magic[G3_PACKING_MAGIC_SIZE]; /* read ahead to see the packing */
    g3_view ahead;                     /* what of `magic` was not given yet */
    g3_unpacker *unpacker;             /* NULL: not packed */
    char *packed_space;                /* PACKED_SPACE bytes, for the unpacker */
    g3_view packed;                    /* bytes in it not yet unpacked */
    bool packed_ended;
};

static bool fail_interrupted(const g3_source *source, g3_error *error)
{
    return g3_fail(error, G3_EXIT_INTERRUPTED, "interrupted while reading %s", source->name);
}

/* Waits until a pipe or terminal has bytes; a signal ends the wait. */
static bool wait_for_bytes(const g3_source *source, g3_error *error)
{
    struct pollfd wanted[] = {{.fd = source->descriptor, .events = POLLIN},
                              {.fd = g3_interrupt_descriptor(), .events = POLLIN}};
    int ready;
    do {
        if (g3_interrupted())
            return fail_interrupted(source, error);
        ready = poll(wanted, 2, -1);
    } while ((ready < 0 && errno == EINTR) || (ready > 0 && !wanted[0].revents));
    return true; /* if poll() itself failed, reading tells why */
}

/* After a failed read: true if it should be tried again. */
static bool may_read_again(const g3_source *source, g3_error *error)
{
    if (errno == EINTR && g3_interrupted())
        return fail_interrupted(source, error);
    if (errno == EINTR || (errno == EAGAIN && source->may_wait))
        return true;
    return g3_fail(error, G3_EXIT_INPUT, "%s: %s", source->name, strerror(errno));
}

/* Reads bytes as they stand in the file. */
static bool read_stored(g3_source *source, char *space, size_t capacity, size_t *got,
                        g3_error *error)
{
    g3_view *kept = source->ahead.length ? &source->ahead : &source->memory;
    if (source->ahead.length || source->descriptor < 0) {
        *got = kept->length < capacity ? kept->length : capacity;
        if (*got) {
            memcpy(space, kept->data, *got);
            kept->data += *got;
            kept->length -= *got;
        }
        return true;
    }
    ssize_t count;
    do {
        if (g3_interrupted())
            return fail_interrupted(source, error);
        if (source->may_wait && !wait_for_bytes(source, error))
            return false;
        count = read(source->descriptor, space, capacity);
        if (count < 0 && !may_read_again(source, error))
            return false;
    } while (count < 0);
    *got = (size_t)count;
    return true;
}

/* Reads as many bytes as it takes to see whether the source is packed, and sets up for it. */
static bool detect_packing(g3_source *source, g3_error *error)
{
    size_t seen = 0, got = 1;
    bool more_wanted = true;
    g3_packing packing = G3_PACKING_NONE;
    while (more_wanted && got && seen < sizeof source->magic) {
        if (!read_stored(source, source->magic + seen, sizeof source->magic - seen, &got, error))
            return false;
        seen += got;
        packing = g3_packing_of((g3_view){source->magic, seen}, &more_wanted);
    }
    source->ahead = (g3_view){source->magic, seen};
    if (seen == 0 && g3_is_packed_name(g3_view_of(source->name)))
        return g3_fail(error, G3_EXIT_INPUT,
                       "%s: is empty, which no packed file is: get the file again", source->name);
    if (packing != G3_PACKING_NONE && !more_wanted) {
        source->unpacker = g3_unpacker_open(packing, source->name);
        source->packed_space = g3_allocate(PACKED_SPACE);
    }
    return true;
}

static g3_source *make_source(const char *name)
{
    g3_source *source = g3_allocate_zeroed(1, sizeof *source);
    source->name = g3_duplicate(g3_view_of(name));
    source->descriptor = -1;
    source->size = -1;
    return source;
}

/* Finds out the size, and that it is no directory. */
static bool examine(g3_source *source, g3_error *error)
{
    struct stat about;
    if (fstat(source->descriptor, &about) != 0)
        return g3_fail(error, G3_EXIT_INPUT, "%s: %s", source->name, strerror(errno));
    if (S_ISDIR(about.st_mode))
        return g3_fail(error, G3_EXIT_INPUT, "%s: is a directory: name a file in it", source->name);
    source->may_wait = !S_ISREG(about.st_mode);
    if (S_ISREG(about.st_mode)) {
        off_t at = lseek(source->descriptor, 0, SEEK_CUR); /* standard input may begin anywhere */
        source->size = about.st_size > at ? about.st_size - at : 0;
        /* Only advice: whether it is taken makes no difference to what is read. */
        (void)posix_fadvise(source->descriptor, 0, 0, POSIX_FADV_SEQUENTIAL);
    }
    return true;
}

const char *g3_source_name_of(const char *path)
{
    return strcmp(path, "-") == 0 ? "standard input" : path;
}

g3_source *g3_source_open(const char *path, g3_error *error)
{
    bool standard = strcmp(path, "-") == 0;
    g3_source *source = make_source(g3_source_name_of(path));
    if (standard) {
        source->descriptor = STDIN_FILENO;
    } else {
        do
            source->descriptor = open(path, O_RDONLY | O_CLOEXEC);
        while (source->descriptor < 0 && errno == EINTR && !g3_interrupted());
    }
    if (source->descriptor < 0)
        g3_fail(error, errno == EINTR ? G3_EXIT_INTERRUPTED : G3_EXIT_INPUT, "%s: %s",
                *path ? path : "an empty file name", strerror(errno));
    else if (examine(source, error) && detect_packing(source, error))
        return source;
    g3_source_close(source);
    return NULL;
}

g3_source *g3_source_open_memory(const char *name, g3_view bytes)
{
    g3_source *source = make_source(name);
    source->memory = bytes;
    source->size = (int64_t)bytes.length;
    detect_packing(source, NULL); /* memory can always be read */
    return source;
}

static bool refill_packed(g3_source *source, g3_error *error)
{
    size_t got = 0;
    if (!read_stored(source, source->packed_space, PACKED_SPACE, &got, error))
        return false;
    source->packed = (g3_view){source->packed_space, got};
    source->packed_ended = got == 0;
    return true;
}

bool g3_source_read(g3_source *source, char *space, size_t capacity, size_t *got, g3_error *error)
{
    *got = 0;
    if (!source->unpacker)
        return read_stored(source, space, capacity, got, error);
    for (;;) {
        if (!g3_unpacker_run(source->unpacker, &source->packed, source->packed_ended, space,
                             capacity, got, error))
            return false;
        if (*got || source->packed_ended)
            return true;
        if (source->packed.length == 0 && !refill_packed(source, error))
            return false;
    }
}

bool g3_source_read_all(const char *path, size_t limit, g3_buffer *text, g3_error *error)
{
    g3_source *source = g3_source_open(path, error);
    size_t begin = text->length, got = 1;
    bool done = source != NULL;
    while (done && got) {
        char *space = g3_buffer_reserve(text, ALL_STEP);
        done = g3_source_read(source, space, ALL_STEP, &got, error);
        text->length += done ? got : 0;
        if (done && text->length - begin > limit)
            done = g3_fail(error, G3_EXIT_INPUT, "%s: has more than the %zu bytes that it may have",
                           source->name, limit);
    }
    g3_source_close(source);
    return done;
}

const char *g3_source_name(const g3_source *source)
{
    return source->name;
}

int64_t g3_source_size(const g3_source *source)
{
    return source->size;
}

bool g3_source_is_packed(const g3_source *source)
{
    return source->unpacker != NULL;
}

bool g3_source_can_seek(const g3_source *source)
{
    return source->descriptor > STDIN_FILENO && !source->may_wait && !source->unpacker;
}

bool g3_source_seek(g3_source *source, uint64_t place, g3_error *error)
{
    source->ahead.length = 0;
    return lseek(source->descriptor, (off_t)place, SEEK_SET) >= 0 ||
           g3_fail(error, G3_EXIT_INPUT, "%s: %s", source->name, strerror(errno));
}

void g3_source_close(g3_source *source)
{
    if (!source)
        return;
    if (source->descriptor > STDIN_FILENO)
        close(source->descriptor);
    g3_unpacker_close(source->unpacker);
    free(source->packed_space);
    free(source->name);
    free(source);
}
