/* Comparing a manifest's row with the index record of its GUID. Called for each row that is
 * verified, so nothing is allocated or sorted unless lists hold many items in different orders. */
#include "g3/run/compare.h"

/* Lists to this length are matched item by item; beyond it sorting is cheaper. */
#define MATCHED_ITEMS 32

static bool is_nothing(const g3_value *value)
{
    if (!value)
        return true;
    switch (value->type) {
    case G3_NULL:
        return true;
    case G3_STRING:
        return g3_view_trim(value->text).length == 0;
    case G3_LIST:
        return value->list.count == 0;
    case G3_INTEGER:
    case G3_JSON:
        break;
    }
    return false;
}

/* A blank inside an item is written `%20` in a cell, so a manifest can't tell "a b" from "a%20b":
 * one item. */
static const g3_view BLANK_CODE = G3_VIEW("%20");

static bool holds_blank_code(g3_view item)
{
    return item.length && memmem(item.data, item.length, BLANK_CODE.data, BLANK_CODE.length);
}

/* Takes the first character of an item, a coded blank as a blank. */
static char take_character(g3_view *item)
{
    bool coded = g3_view_starts_with(*item, BLANK_CODE);
    size_t length = coded ? BLANK_CODE.length : 1;
    char character = coded ? ' ' : item->data[0];
    item->data += length;
    item->length -= length;
    return character;
}

bool g3_items_agree(g3_view left, g3_view right)
{
    if (g3_view_equal(left, right))
        return true;
    if (!holds_blank_code(left) && !holds_blank_code(right))
        return false;
    while (left.length && right.length)
        if (take_character(&left) != take_character(&right))
            return false;
    return left.length == right.length;
}

/* Finds each left item a right item of its own. */
static bool match_items(const g3_view *left, const g3_view *right, size_t count)
{
    uint32_t taken = 0;
    for (size_t i = 0; i < count; i++) {
        size_t j = 0;
        while (j < count && ((taken >> j & 1) || !g3_items_agree(left[i], right[j])))
            j++;
        if (j == count)
            return false;
        taken |= (uint32_t)1 << j;
    }
    return true;
}

/* A list of copies of the items with plain blanks, sorted. */
static g3_value sort_copies(const g3_view *items, size_t count, g3_arena *arena)
{
    g3_value list = {.type = G3_LIST};
    list.list.count = count;
    list.list.items = g3_arena_take(arena, count * sizeof *items);
    for (size_t i = 0; i < count; i++) {
        g3_view item = items[i];
        g3_view *copy = &list.list.items[i];
        *copy = item;
        if (!holds_blank_code(item))
            continue;
        char *plain = g3_arena_take(arena, item.length);
        *copy = (g3_view){plain, 0};
        while (item.length)
            plain[copy->length++] = take_character(&item);
    }
    g3_value_sort_items(&list);
    return list;
}

static bool agree_when_sorted(const g3_view *left, const g3_view *right, size_t count)
{
    g3_arena arena = {0};
    g3_value one = sort_copies(left, count, &arena);
    g3_value other = sort_copies(right, count, &arena);
    size_t same = 0;
    while (same < count && g3_view_equal(one.list.items[same], other.list.items[same]))
        same++;
    g3_arena_free(&arena);
    return same == count;
}

static bool lists_agree(const g3_value *left, const g3_value *right)
{
    const g3_view *one = left->list.items;
    const g3_view *other = right->list.items;
    size_t count = left->list.count;
    if (count != right->list.count)
        return false;
    while (count && g3_items_agree(*one, *other)) { /* most often all are in the same order */
        one++;
        other++;
        count--;
    }
    if (count <= 1)
        return count == 0;
    if (count <= MATCHED_ITEMS)
        return match_items(one, other, count);
    return agree_when_sorted(one, other, count);
}

bool g3_values_agree(const g3_value *left, const g3_value *right)
{
    if (is_nothing(left) || is_nothing(right))
        return is_nothing(left) && is_nothing(right);
    if (left->type != right->type)
        return false;
    switch (left->type) {
    case G3_INTEGER:
        return left->integer == right->integer;
    case G3_LIST:
        return lists_agree(left, right);
    case G3_STRING: /* a cell can't hold outer blanks, which a record may have */
        return g3_view_equal(g3_view_trim(left->text), g3_view_trim(right->text));
    case G3_JSON:
        return g3_view_equal(left->text, right->text);
    case G3_NULL:
        break;
    }
    return true;
}

g3_field_set g3_compare_object(const g3_record *row, const g3_record *record)
{
    const g3_value *actual[G3_OBJECT_FIELDS] = {NULL};
    g3_field_set differing = 0;
    for (size_t i = 0; i < record->count; i++)
        if (record->fields[i].column->field < G3_OBJECT_FIELDS)
            actual[record->fields[i].column->field] = &record->fields[i].value;
    for (size_t i = 0; i < row->count; i++) {
        unsigned field = row->fields[i].column->field;
        if (field < G3_OBJECT_FIELDS && field != G3_GUID &&
            !g3_values_agree(&row->fields[i].value, actual[field]))
            differing |= G3_FIELD_BIT(field);
    }
    return differing;
}
