/* The file behind a sink. Called by sink.c.
 *
 * A regular file is written as `.NAME.partial` in its own folder, so that the rename at the end
 * stays within one file system and is atomic. The partial file is locked while it is written: two
 * runs with the same output would otherwise mix their bytes.
 */
#include "output.h"
#include "g3/base/interrupt.h"
#include "g3/base/memory.h"
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

/* Permission bits of a new file, before the umask. */
#define NEW_FILE_MODE 0666

/* Bytes after which the kernel is told to begin storing: so that the sync at the end has little
 * left to wait for. */
#define FLUSH_SIZE ((int64_t)8 * 1024 * 1024)

/* What files are written by, but for their end. */
#define PAGE ((size_t)4096)

/* What to make of a pipe's buffer: the kernel's 64 KiB make both sides wait for each other. Its
 * largest size for users without privileges. */
#define PIPE_SIZE (1024 * 1024)

/* Times to open the partial file while it changes hands. Nobody loses that race so often: then the
 * file system has no lasting numbers for files to compare. */
#define LOCK_TRIES 16

static bool fail_with_errno(const char *name, g3_error *error)
{
    return g3_fail(error, G3_EXIT_LOCAL, "%s: %s", name, strerror(errno));
}

/* "DIRECTORY/.NAME.partial" for "DIRECTORY/NAME"; owned by the caller. */
static char *name_partial(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    char *partial = NULL;
    if (asprintf(&partial, "%.*s.%s.partial", (int)(name - path), path, name) < 0)
        return g3_duplicate(g3_view_of(path)); /* out of memory; g3_duplicate() says so */
    return partial;
}

/* Sets up writing to standard output or to what exists and is no regular file. */
static bool open_in_place(g3_output *output, g3_error *error)
{
    if (!output->path) {
        output->descriptor = STDOUT_FILENO;
    } else {
        do
            output->descriptor = open(output->path, O_WRONLY | O_CLOEXEC);
        while (output->descriptor < 0 && errno == EINTR && !g3_interrupted());
        if (output->descriptor < 0 && errno == EINTR) /* waiting for a named pipe's reader */
            return g3_fail(error, G3_EXIT_INTERRUPTED, "interrupted while opening %s",
                           output->name);
        if (output->descriptor < 0)
            return fail_with_errno(output->name, error);
    }
    fcntl(output->descriptor, F_SETPIPE_SZ, PIPE_SIZE); /* refused for what is no pipe: no harm */
    return true;
}

/* Cuts the partial file to the `offset` bytes that are good, and goes to its end. */
static bool cut_partial(const g3_output *output, int64_t offset, bool resume, g3_error *error)
{
    struct stat about;
    if (fstat(output->descriptor, &about) != 0)
        return fail_with_errno(output->partial, error);
    if (!S_ISREG(about.st_mode))
        return g3_fail(error, G3_EXIT_LOCAL, "%s: is in the way and not a file: remove it",
                       output->partial);
    if (resume && about.st_size < offset)
        return g3_fail(error, G3_EXIT_LOCAL,
                       "%s: has %lld bytes, but the journal tells of %lld: begin anew without it",
                       output->partial, (long long)about.st_size, (long long)offset);
    if (ftruncate(output->descriptor, offset) != 0 ||
        lseek(output->descriptor, offset, SEEK_SET) < 0)
        return fail_with_errno(output->partial, error);
    return true;
}

/* Says why the partial file could not be opened. */
static bool fail_to_open(const g3_output *output, bool resuming, g3_error *error)
{
    if (errno == ENOENT && resuming)
        return g3_fail(error, G3_EXIT_LOCAL,
                       "%s: the partial file of the run to resume is gone: begin anew",
                       output->partial);
    if (errno == ENOENT || errno == ENOTDIR || errno == EACCES || errno == EROFS)
        return g3_fail(error, G3_EXIT_LOCAL, "%s: can't make a file in that folder: %s",
                       output->name, strerror(errno));
    return fail_with_errno(output->partial, error);
}

/* True if the file that was opened still has the partial file's name. */
static bool has_partial_name(const g3_output *output)
{
    struct stat opened, named;
    return fstat(output->descriptor, &opened) == 0 && lstat(output->partial, &named) == 0 &&
           opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

/* Opens and locks the partial file. Another run that had it may complete or remove it between the
 * two: then what was locked is no longer the partial file, and the next one is tried. */
static bool lock_partial(g3_output *output, int flags, mode_t mode, g3_error *error)
{
    for (int tries = 1;; tries++) {
        output->descriptor = open(output->partial, flags, mode);
        if (output->descriptor < 0)
            return fail_to_open(output, !(flags & O_CREAT), error);
        bool locked = flock(output->descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;
        if (locked && (has_partial_name(output) || tries == LOCK_TRIES))
            return true;
        close(output->descriptor);
        if (!locked)
            return g3_fail(error, G3_EXIT_LOCAL,
                           "%s: another run, or another option of this one, is writing it: wait "
                           "for it or choose another name",
                           output->name);
    }
}

/* Opens the partial file and makes it hold the `offset` bytes that are good.
 * @param mode  permission bits of the file that will be replaced, or -1 if there is none */
static bool open_partial(g3_output *output, int64_t offset, bool resume, int mode, g3_error *error)
{
    int flags = O_WRONLY | O_CLOEXEC | O_NOFOLLOW | (resume && offset > 0 ? 0 : O_CREAT);
    output->partial = name_partial(output->path);
    if (!lock_partial(output, flags, mode < 0 ? NEW_FILE_MODE : (mode_t)mode & NEW_FILE_MODE,
                      error))
        return false;
    if (!cut_partial(output, offset, resume, error)) {
        close(output->descriptor);
        return false;
    }
    if (mode >= 0) /* may be refused (another owner): the file then has a usual mode */
        (void)!fchmod(output->descriptor, (mode_t)mode);
    output->written = output->flushing = offset;
    return true;
}

/* What `output` is when it is not open. */
#define CLOSED ((g3_output){.descriptor = -1, .replaced = -1})

static void free_parts(g3_output *output)
{
    free(output->name);
    free(output->path);
    free(output->partial);
    if (output->replaced >= 0)
        close(output->replaced);
    g3_buffer_free(&output->held);
    *output = CLOSED;
}

bool g3_output_open(g3_output *output, const char *path, int64_t offset, bool resume,
                    g3_error *error)
{
    bool standard = strcmp(path, "-") == 0, opened;
    struct stat about;
    bool exists = !standard && stat(path, &about) == 0;
    bool in_place = standard || (exists && !S_ISREG(about.st_mode));
    bool folder =
        exists ? S_ISDIR(about.st_mode) : g3_view_ends_with(g3_view_of(path), G3_VIEW("/"));
    *output = CLOSED;
    output->name = g3_duplicate(g3_view_of(standard ? "standard output" : path));
    if (!standard) {
        char *real = exists ? realpath(path, NULL) : NULL; /* a link stays, its file is replaced */
        output->path = real ? real : g3_duplicate(g3_view_of(path));
    }
    if (!*path)
        opened = g3_fail(error, G3_EXIT_LOCAL, "the output has an empty name: name a file");
    else if (folder)
        opened = g3_fail(error, G3_EXIT_LOCAL, "%s: is a directory: name a file in it", path);
    else if (in_place && resume)
        opened = g3_fail(error, G3_EXIT_LOCAL, "%s: only a file can be resumed: name one with -o",
                         output->name);
    else if (in_place)
        opened = open_in_place(output, error);
    else
        opened =
            open_partial(output, offset, resume, exists ? (int)(about.st_mode & 0777) : -1, error);
    if (opened && exists && !in_place)
        output->replaced = open(output->path, O_RDONLY | O_CLOEXEC);
    if (!opened)
        free_parts(output);
    return opened;
}

/* After a failed write: true if it should be tried again. */
static bool may_write_again(const g3_output *output, g3_error *error)
{
    if (errno == EINTR) /* what is to be written is written, also after a signal */
        return true;
    if (errno == EAGAIN) { /* someone made the pipe non-blocking */
        struct pollfd wanted = {.fd = output->descriptor, .events = POLLOUT};
        return poll(&wanted, 1, -1) >= 0 || errno == EINTR || fail_with_errno(output->name, error);
    }
    fail_with_errno(output->name, error);
    if (errno == EPIPE && error) {
        error->exit = G3_EXIT_DONE; /* whoever reads has what they want */
        error->pipe_closed = true;
    }
    return false;
}

/* Has the kernel begin to store what was written last. As much of the file that will be replaced
 * leaves its cache: the new one takes no room there that other files could have, and the rename at
 * the end is not held up by getting rid of all of it. Advice both: a failure to store comes up
 * again at the sync. */
static void begin_storing(g3_output *output)
{
    int64_t length = output->written - output->flushing;
    (void)sync_file_range(output->descriptor, output->flushing, length, SYNC_FILE_RANGE_WRITE);
    if (output->replaced >= 0)
        (void)posix_fadvise(output->replaced, output->flushing, length, POSIX_FADV_DONTNEED);
    output->flushing = output->written;
}

/* Writes both, one behind the other. */
static bool write_parts(g3_output *output, g3_view first, g3_view second, g3_error *error)
{
    while (first.length + second.length) {
        struct iovec parts[] = {{(char *)(uintptr_t)first.data, first.length},
                                {(char *)(uintptr_t)second.data, second.length}};
        ssize_t count = writev(output->descriptor, parts, 2);
        if (count < 0 && !may_write_again(output, error))
            return false;
        if (count <= 0)
            continue;
        size_t of_first = (size_t)count < first.length ? (size_t)count : first.length;
        size_t of_second = (size_t)count - of_first;
        first = (g3_view){first.data + of_first, first.length - of_first};
        second = (g3_view){second.data + of_second, second.length - of_second};
        output->written += count;
    }
    return true;
}

bool g3_output_write(g3_output *output, g3_view bytes, bool more, g3_error *error)
{
    size_t all = (size_t)output->written + output->held.length + bytes.length;
    size_t hold = more && output->partial ? all % PAGE : 0; /* bytes at the end */
    if (hold > bytes.length) {
        g3_buffer_append(&output->held, bytes);
        return true;
    }
    g3_view whole = {bytes.data, bytes.length - hold};
    if (!write_parts(output, g3_buffer_view(&output->held), whole, error))
        return false;
    g3_buffer_clear(&output->held);
    g3_buffer_append(&output->held, (g3_view){bytes.data + whole.length, hold});
    if (output->partial && output->written - output->flushing >= FLUSH_SIZE)
        begin_storing(output);
    return true;
}

bool g3_output_sync(g3_output *output, g3_error *error)
{
    return !output->partial || fdatasync(output->descriptor) == 0 ||
           fail_with_errno(output->name, error);
}

/* Makes the new name durable. On file systems that can't, a few seconds of risk remain. */
static void sync_directory(const char *path)
{
    char *copy = g3_duplicate(g3_view_of(path));
    int directory = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory >= 0) {
        (void)fsync(directory);
        close(directory);
    }
    free(copy);
}

bool g3_output_complete(g3_output *output, g3_error *error)
{
    bool done = true;
    if (output->partial) {
        begin_storing(output);
        done = g3_output_sync(output, error) &&
               (rename(output->partial, output->path) == 0 || fail_with_errno(output->name, error));
        if (done)
            sync_directory(output->path);
        else
            unlink(output->partial);
    }
    if (output->path)
        close(output->descriptor);
    free_parts(output);
    return done;
}

void g3_output_abandon(g3_output *output, bool keep)
{
    if (output->partial && !keep)
        unlink(output->partial);
    if (output->path)
        close(output->descriptor);
    free_parts(output);
}
