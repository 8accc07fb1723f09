/* Makes one allocation or one write of a program fail: loaded in front of the C library
 * (LD_PRELOAD) by tests/faults/run.
 *
 *   FAIL_ALLOCATION=N  the Nth malloc, calloc, realloc or aligned_alloc gives NULL
 *   FAIL_WRITE=N       the Nth write, writev or pwrite to something other than standard error, and
 * all that follow, fail as on a full disk FAIL_REPORT=FILE   how many of both there were goes there
 * at the end: "allocations writes"
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <unistd.h>

/* glibc's own names of its allocator, so that none is needed to find it. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

static atomic_long allocations, writes;

static long limit_of(const char *variable)
{
    const char *text = getenv(variable);
    return text ? atol(text) : 0;
}

static bool allocation_fails(void)
{
    if (atomic_fetch_add(&allocations, 1) + 1 != limit_of("FAIL_ALLOCATION"))
        return false;
    errno = ENOMEM;
    return true;
}

void *malloc(size_t size)
{
    return allocation_fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return allocation_fails() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
    return allocation_fails() ? NULL : __libc_realloc(old, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return allocation_fails() ? NULL : __libc_memalign(alignment, size);
}

static bool write_fails(int descriptor)
{
    long limit = limit_of("FAIL_WRITE");
    if (descriptor == STDERR_FILENO || atomic_fetch_add(&writes, 1) + 1 < limit || limit == 0)
        return false;
    errno = ENOSPC;
    return true;
}

ssize_t write(int descriptor, const void *bytes, size_t size)
{
    static ssize_t (*next)(int, const void *, size_t);
    if (!next)
        *(void **)&next = dlsym(RTLD_NEXT, "write");
    return write_fails(descriptor) ? -1 : next(descriptor, bytes, size);
}

ssize_t writev(int descriptor, const struct iovec *parts, int count)
{
    static ssize_t (*next)(int, const struct iovec *, int);
    if (!next)
        *(void **)&next = dlsym(RTLD_NEXT, "writev");
    return write_fails(descriptor) ? -1 : next(descriptor, parts, count);
}

ssize_t pwrite(int descriptor, const void *bytes, size_t size, off_t place)
{
    static ssize_t (*next)(int, const void *, size_t, off_t);
    if (!next)
        *(void **)&next = dlsym(RTLD_NEXT, "pwrite");
    return write_fails(descriptor) ? -1 : next(descriptor, bytes, size, place);
}

__attribute__((destructor)) static void report(void)
{
    const char *path = getenv("FAIL_REPORT");
    long allocated = atomic_load(&allocations), written = atomic_load(&writes);
    FILE *file = path ? fopen(path, "w") : NULL;
    if (!file)
        return;
    fprintf(file, "%ld %ld\n", allocated, written);
    fclose(file);
}
