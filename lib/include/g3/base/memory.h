/* Allocation that does not fail, and the arena. Used by every storey.
 *
 * A tool that runs in constant memory has nothing sensible left to do when a small allocation is
 * refused, so these report "out of memory" on standard error and end the process with exit status 6
 * (G3_EXIT_LOCAL). Callers never check for NULL.
 */
#ifndef G3_BASE_MEMORY_H
#define G3_BASE_MEMORY_H

#include "g3/base/abi.h"
#include "g3/base/view.h"

G3_BEGIN_C

/* What the functions below do where memory is refused; for callers of libraries that tell so. */
void g3_end_out_of_memory(size_t size) __attribute__((noreturn));

/* Bytes of `size`, not initialised; never NULL. The caller owns them: free(). */
void *g3_allocate(size_t size) __attribute__((malloc, returns_nonnull));

/* `count` items of `size` bytes, all zero; never NULL. The caller owns them: free(). */
void *g3_allocate_zeroed(size_t count, size_t size) __attribute__((malloc, returns_nonnull));

/* `old` (or NULL) grown or shrunk to `count` items of `size` bytes; never NULL; free(). */
void *g3_reallocate(void *old, size_t count, size_t size) __attribute__((returns_nonnull));

/* `size` bytes, not initialised, for large tables that are read here and there: in huge pages where
 * the system has them; never NULL. The caller owns them: free(). */
void *g3_allocate_large(size_t size) __attribute__((malloc, returns_nonnull));

/* A NUL-terminated copy of `text`; never NULL. The caller owns it: free(). */
char *g3_duplicate(g3_view text) __attribute__((malloc, returns_nonnull));

/* A bump allocator: many small pieces that are forgotten together. Zero-initialise to begin
 * (`g3_arena arena = {0};`), g3_arena_free() to end. Pieces stay valid until the next clear. */
typedef struct g3_arena {
    struct g3_arena_block *newest; /* blocks, each linking to the one before */
    size_t used;                   /* bytes handed out since the last clear, all blocks together */
} g3_arena;

/* `size` bytes aligned for any type, not initialised; never NULL; owned by the arena. */
void *g3_arena_take(g3_arena *arena, size_t size) __attribute__((returns_nonnull));

/* A copy of `text` that lives in the arena, with a NUL behind it that the length leaves out. */
g3_view g3_arena_copy(g3_arena *arena, g3_view text);

/* Forgets all pieces; keeps the largest block for reuse. */
void g3_arena_clear(g3_arena *arena);

/* Gives all memory back; the arena is as new. */
void g3_arena_free(g3_arena *arena);

G3_END_C

#endif
