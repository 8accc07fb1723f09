/* The inside of hooks: one interface of rules and plugins. Private to the record storey. */
#ifndef G3_RECORD_HOOKS_INSIDE_H
#define G3_RECORD_HOOKS_INSIDE_H

#include "g3/base/memory.h"
#include "g3/record/hooks.h"
#include "g3/record/record.h"

/* A row on its way through hooks. */
typedef struct g3_hook_row {
    const g3_view *cells; /* as many as the names that the hooks are bound to */
    uint64_t line;
    bool arrays;  /* lists are JSON arrays (metadata) */
    bool again;   /* the same row once more, after G3_HOOK_MORE */
    g3_view *out; /* cells that come out; borrow from `cells`, the hooks and `arena` */
    g3_arena *arena;
    g3_view field, value; /* G3_HOOK_BAD: at fault, or empty */
    const char *reason;   /* G3_HOOK_BAD; valid until the next row */
} g3_hook_row;

typedef enum g3_hook_outcome {
    G3_HOOK_MADE,
    G3_HOOK_MORE, /* made; asked again, the same row makes another */
    G3_HOOK_SKIP, /* the row is left out */
    G3_HOOK_BAD,
} g3_hook_outcome;

/* Begins with what the hooks have for their own use. */
struct g3_hooks {
    /* Takes the columns of a manifest up. `names` are borrowed until the next binding.
     * @param complete  a column that is named must be there
     * @return false with G3_EXIT_INPUT */
    bool (*bind)(g3_hooks *hooks, const g3_view *names, size_t count, bool complete,
                 g3_error *error);
    g3_hook_outcome (*make)(g3_hooks *hooks, g3_hook_row *row);
    void (*close)(g3_hooks *hooks);

    /* What bind() has found out. */
    const g3_view *names; /* of the columns that come out */
    int64_t *sources;     /* their places among the manifest's; -1: made */
    size_t count;
};

#endif
