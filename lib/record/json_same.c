/* Whether two JSON texts say the same, and putting members of one object into another. Called by
 * the jobs of metadata: for every document, so that it has to be right also where memory runs out
 * or a number is beyond 64 bits (json-c loses members, and digits).
 *
 * Both texts are read into trees in an arena; members are sorted by name. */
#include "g3/record/json.h"
#include <stdlib.h>
#include <string.h>

typedef struct node {
    g3_json_type type;
    g3_view text; /* of a string, decoded; of a number, as written */
    g3_view name; /* of a member */
    struct node **items;
    size_t count;
    struct node *next; /* while an array or an object is read */
    size_t place;      /* among its siblings */
} node;

static node *read_node(g3_json_reader *json);

/* Makes a list of the items read, the last of which is `last`. */
static void gather(g3_json_reader *json, node *parent, node *last)
{
    parent->items = g3_arena_take(json->arena, parent->count * sizeof(node *));
    for (size_t at = parent->count; at-- > 0; last = last->next) {
        parent->items[at] = last;
        last->place = at;
    }
}

static int compare_members(const void *left, const void *right)
{
    const node *one = *(node *const *)left, *other = *(node *const *)right;
    size_t shorter = one->name.length < other->name.length ? one->name.length : other->name.length;
    int order = shorter ? memcmp(one->name.data, other->name.data, shorter) : 0;
    if (order == 0 && one->name.length != other->name.length)
        order = one->name.length < other->name.length ? -1 : 1;
    return order ? order : one->place < other->place ? -1 : 1;
}

/* Sorts an object's members; of those of one name the last counts. */
static void sort_members(node *object)
{
    size_t kept = 0;
    qsort(object->items, object->count, sizeof(node *), compare_members);
    for (size_t i = 0; i < object->count; i++) {
        bool again = kept && g3_view_equal(object->items[kept - 1]->name, object->items[i]->name);
        object->items[again ? kept - 1 : kept++] = object->items[i];
    }
    object->count = kept;
}

static bool read_items(g3_json_reader *json, node *parent)
{
    node *last = NULL;
    g3_view name = {0};
    bool first, object = parent->type == G3_JSON_OBJECT;
    if (!g3_json_enter(json, &first))
        return false;
    while (object ? g3_json_more_key(json, &first, &name) : g3_json_more(json, &first)) {
        node *item = read_node(json);
        if (!item)
            return false;
        item->name = name;
        item->next = last;
        last = item;
        parent->count++;
    }
    if (json->fault)
        return false;
    gather(json, parent, last);
    if (object && parent->count > 1)
        sort_members(parent);
    return true;
}

/* Reads the value at which the reader stands. @return NULL if it is none */
static node *read_node(g3_json_reader *json)
{
    node *made = g3_arena_take(json->arena, sizeof *made);
    *made = (node){.type = g3_json_peek(json)};
    bool read;
    if (made->type == G3_JSON_STRING)
        read = g3_json_read_string(json, &made->text);
    else if (made->type == G3_JSON_ARRAY || made->type == G3_JSON_OBJECT)
        read = read_items(json, made);
    else
        read = g3_json_skip(json, &made->text);
    return read ? made : NULL;
}

static node *read_tree(g3_view text, g3_arena *arena)
{
    g3_json_reader json;
    g3_json_begin(&json, text, arena);
    node *tree = read_node(&json);
    return tree && g3_json_at_end(&json) ? tree : NULL;
}

/* True for digits alone, with a sign or not. */
static bool is_whole(g3_view number)
{
    for (size_t i = 0; i < number.length; i++)
        if (number.data[i] != '-' && (number.data[i] < '0' || number.data[i] > '9'))
            return false;
    return true;
}

static double number_of(g3_view text, g3_arena *arena)
{
    return strtod(g3_arena_copy(arena, text).data, NULL);
}

static bool same_number(g3_view left, g3_view right, g3_arena *arena)
{
    if (g3_view_equal(left, right))
        return true;
    if (is_whole(left) && is_whole(right)) { /* exact at any size; -0 is 0 */
        static const g3_view ZERO = G3_VIEW("0"), MINUS_ZERO = G3_VIEW("-0");
        return (g3_view_equal(left, ZERO) && g3_view_equal(right, MINUS_ZERO)) ||
               (g3_view_equal(left, MINUS_ZERO) && g3_view_equal(right, ZERO));
    }
    return number_of(left, arena) == number_of(right, arena);
}

static bool same_nodes(const node *left, const node *right, g3_arena *arena)
{
    if (left->type != right->type || left->count != right->count)
        return false;
    if (left->type == G3_JSON_STRING)
        return g3_view_equal(left->text, right->text);
    if (left->type == G3_JSON_NUMBER)
        return same_number(left->text, right->text, arena);
    for (size_t i = 0; i < left->count; i++) {
        const node *one = left->items[i], *other = right->items[i];
        if (!g3_view_equal(one->name, other->name) || !same_nodes(one, other, arena))
            return false;
    }
    return true;
}

bool g3_json_same(g3_view left, g3_view right)
{
    g3_arena arena = {0};
    const node *one = read_tree(left, &arena), *other = read_tree(right, &arena);
    bool same = one && other && same_nodes(one, other, &arena);
    g3_arena_free(&arena);
    return same;
}

static bool is_in(const g3_view *names, size_t count, g3_view name)
{
    for (size_t i = 0; i < count; i++)
        if (g3_view_equal(names[i], name))
            return true;
    return false;
}

/* Appends the members of `object` that are not called by one of `names`. */
static bool append_others(g3_buffer *out, g3_view object, const g3_view *names, size_t count,
                          g3_arena *arena)
{
    g3_json_reader json;
    g3_view name, value;
    bool first;
    g3_json_begin(&json, object, arena);
    if (g3_json_peek(&json) != G3_JSON_OBJECT || !g3_json_enter(&json, &first))
        return false;
    while (g3_json_more_key(&json, &first, &name) && g3_json_skip(&json, &value)) {
        if (is_in(names, count, name))
            continue;
        if (out->length > 1)
            g3_buffer_append_char(out, ',');
        g3_json_append_string(out, name);
        g3_buffer_append_char(out, ':');
        g3_buffer_append(out, value);
    }
    return g3_json_at_end(&json);
}

bool g3_json_append_merged(g3_buffer *out, g3_view object, g3_view members)
{
    g3_arena arena = {0};
    g3_buffer merged = {0};
    const node *tree = read_tree(members, &arena);
    bool done = tree && tree->type == G3_JSON_OBJECT;
    if (done) {
        g3_view *names = g3_arena_take(&arena, tree->count * sizeof *names);
        for (size_t i = 0; i < tree->count; i++)
            names[i] = tree->items[i]->name;
        g3_buffer_append_char(&merged, '{');
        done = append_others(&merged, object, names, tree->count, &arena) &&
               append_others(&merged, members, NULL, 0, &arena);
        g3_buffer_append_char(&merged, '}');
    }
    if (done)
        g3_buffer_append(out, g3_buffer_view(&merged));
    g3_buffer_free(&merged);
    g3_arena_free(&arena);
    return done;
}
