/* Taking the target of a request apart. */
#include "target.h"

/* Decodes percent escapes, and '+' as a blank where it stands for one (in queries, not in paths).
 */
static g3_view decode(g3_view text, bool plus_is_blank, g3_arena *arena)
{
    char *out = g3_arena_take(arena, text.length + 1);
    size_t length = 0;
    for (size_t i = 0; i < text.length; i++) {
        char c = text.data[i];
        if (c == '%' && i + 2 < text.length && g3_hex_digit(text.data[i + 1]) >= 0 &&
            g3_hex_digit(text.data[i + 2]) >= 0) {
            c = (char)(g3_hex_digit(text.data[i + 1]) * 16 + g3_hex_digit(text.data[i + 2]));
            i += 2;
        } else if (c == '+' && plus_is_blank) {
            c = ' ';
        }
        out[length++] = c;
    }
    out[length] = '\0';
    return (g3_view){out, length};
}

/* The part of `text` in front of the first `separator`; `rest` is what stands behind it. */
static g3_view cut(g3_view text, char separator, g3_view *rest)
{
    const char *at = text.length ? memchr(text.data, separator, text.length) : NULL;
    size_t length = at ? (size_t)(at - text.data) : text.length;
    *rest = at ? (g3_view){at + 1, text.length - length - 1} : (g3_view){0};
    return (g3_view){text.data, length};
}

g3_view *target_split(g3_view text, char separator, size_t *count, g3_arena *arena)
{
    size_t most = 1;
    for (size_t i = 0; i < text.length; i++)
        most += text.data[i] == separator;
    g3_view *pieces = g3_arena_take(arena, most * sizeof *pieces);
    for (size_t i = 0; i < most; i++)
        pieces[i] = cut(text, separator, &text);
    *count = most;
    return pieces;
}

void target_parse(struct target *target, g3_view raw, g3_arena *arena)
{
    g3_view query, path = cut(raw, '?', &query);
    target->path = decode(path, false, arena);
    target->parameters = NULL;
    target->count = 0;
    if (!query.length)
        return;
    size_t pieces;
    g3_view *piece = target_split(query, '&', &pieces, arena);
    target->parameters = g3_arena_take(arena, pieces * sizeof *target->parameters);
    for (size_t i = 0; i < pieces; i++) {
        g3_view value, name = cut(piece[i], '=', &value);
        if (!piece[i].length)
            continue;
        target->parameters[target->count++] =
            (parameter){decode(name, true, arena), decode(value, true, arena)};
    }
}

const g3_view *target_get(const struct target *target, const char *name)
{
    for (size_t i = 0; i < target->count; i++)
        if (g3_view_equal(target->parameters[i].name, g3_view_of(name)))
            return &target->parameters[i].value;
    return NULL;
}
