/* The target of a request, taken apart: decoded path and query parameters. Used by the server,
 * which makes it, and by the services, which look parameters up.
 */
#ifndef SANDBOX_TARGET_H
#define SANDBOX_TARGET_H

#include "g3/base/memory.h"

typedef struct parameter {
    g3_view name;
    g3_view value;
} parameter;

struct target {
    g3_view path; /* percent-decoded, begins with '/' */
    parameter *parameters;
    size_t count;
};

/* Takes `raw` ("/index/index/?limit=3") apart. Everything lives in `arena`. A '%' that no two
 * hexadecimal digits follow stands for itself, as web frameworks have it. */
void target_parse(struct target *target, g3_view raw, g3_arena *arena);

/* The first parameter of that name, or NULL. */
const g3_view *target_get(const struct target *target, const char *name);

/* Parts `text` at each `separator`; the pieces borrow from `text`, the array lives in `arena`.
 * An empty text has one empty piece. */
g3_view *target_split(g3_view text, char separator, size_t *count, g3_arena *arena);

#endif
