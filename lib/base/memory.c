/* Allocation that does not fail, and the arena. */
#include "g3/base/memory.h"
#include "g3/base/error.h"
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* First block of an arena: a typical row with its lists fits. */
#define ARENA_BLOCK ((size_t)16 * 1024)

/* Bytes of a huge page on the machines that have them (x86-64, most of aarch64). */
#define HUGE_PAGE ((size_t)2 * 1024 * 1024)

struct g3_arena_block {
    struct g3_arena_block *older;
    size_t capacity; /* bytes behind this header */
    size_t used;
    alignas(max_align_t) char space[];
};

void g3_end_out_of_memory(size_t size)
{
    fprintf(stderr,
            "g3tools: out of memory: %zu bytes were refused; "
            "lower --memory or give the process more\n",
            size);
    _exit(G3_EXIT_LOCAL);
}

void *g3_allocate(size_t size)
{
    void *space = malloc(size ? size : 1);
    if (!space)
        g3_end_out_of_memory(size);
    return space;
}

void *g3_allocate_zeroed(size_t count, size_t size)
{
    void *space = calloc(count ? count : 1, size ? size : 1);
    if (!space)
        g3_end_out_of_memory(count * size);
    return space;
}

void *g3_reallocate(void *old, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes))
        g3_end_out_of_memory(SIZE_MAX);
    void *space = realloc(old, bytes ? bytes : 1);
    if (!space)
        g3_end_out_of_memory(bytes);
    return space;
}

void *g3_allocate_large(size_t size)
{
    size_t rounded = (size + HUGE_PAGE - 1) & ~(HUGE_PAGE - 1);
    if (size < HUGE_PAGE)
        return g3_allocate(size);
    void *space = rounded < size ? NULL : aligned_alloc(HUGE_PAGE, rounded);
    if (!space)
        g3_end_out_of_memory(size);
    (void)madvise(space, rounded, MADV_HUGEPAGE); /* only advice */
    return space;
}

char *g3_duplicate(g3_view text)
{
    char *copy = g3_allocate(text.length + 1);
    if (text.length)
        memcpy(copy, text.data, text.length);
    copy[text.length] = '\0';
    return copy;
}

static struct g3_arena_block *add_block(g3_arena *arena, size_t least)
{
    size_t capacity = arena->newest ? arena->newest->capacity * 2 : ARENA_BLOCK;
    if (capacity < least)
        capacity = least;
    struct g3_arena_block *block = g3_allocate(sizeof *block + capacity);
    block->older = arena->newest;
    block->capacity = capacity;
    block->used = 0;
    arena->newest = block;
    return block;
}

void *g3_arena_take(g3_arena *arena, size_t size)
{
    const size_t alignment = alignof(max_align_t);
    size = (size + alignment - 1) / alignment * alignment;
    struct g3_arena_block *block = arena->newest;
    if (!block || block->capacity - block->used < size)
        block = add_block(arena, size);
    void *piece = block->space + block->used;
    block->used += size;
    arena->used += size;
    return piece;
}

g3_view g3_arena_copy(g3_arena *arena, g3_view text)
{
    char *copy = g3_arena_take(arena, text.length + 1);
    if (text.length)
        memcpy(copy, text.data, text.length);
    copy[text.length] = '\0';
    return (g3_view){copy, text.length};
}

static void free_blocks(struct g3_arena_block *block)
{
    while (block) {
        struct g3_arena_block *older = block->older;
        free(block);
        block = older;
    }
}

void g3_arena_clear(g3_arena *arena)
{
    if (arena->newest) { /* the newest block is the largest, blocks only ever grow */
        free_blocks(arena->newest->older);
        arena->newest->older = NULL;
        arena->newest->used = 0;
    }
    arena->used = 0;
}

void g3_arena_free(g3_arena *arena)
{
    free_blocks(arena->newest);
    *arena = (g3_arena){0};
}
