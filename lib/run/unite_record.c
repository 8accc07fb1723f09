/* A record of several rows: lists together, of other fields the first value. Called by
 * unite_group.c.
 *
 * Of each column the value of the first row is kept, whether the row is the record's own or shared.
 * So a record begins with the first shared values; one of its own rows that stands before such a
 * value's row replaces it. How many shared values differ from the one kept is looked up in the
 * sorted cells at the end. */
#include "unite_record.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

bool g3_unite_is_nothing(const g3_value *value)
{
    return !value || value->type == G3_NULL ||
           (value->type == G3_STRING && value->text.length == 0) ||
           (value->type == G3_LIST && value->list.count == 0);
}

g3_view g3_unite_spell(const g3_value *value, char digits[G3_UNITE_DIGITS])
{
    if (value->type != G3_INTEGER)
        return value->text;
    int length = snprintf(digits, G3_UNITE_DIGITS, "%" PRId64, value->integer);
    return (g3_view){digits, (size_t)length};
}

/* Orders by what a cell would hold: a manifest of JSON lines may have the number 12 where a CSV has
 * the text. */
static int compare_values(const g3_value *one, const g3_value *other)
{
    char digits[G3_UNITE_DIGITS], other_digits[G3_UNITE_DIGITS];
    return g3_view_compare(g3_unite_spell(one, digits), g3_unite_spell(other, other_digits));
}

/* True if values of that column need not agree, so that some may be left out. */
static bool may_differ(size_t place)
{
    return place >= G3_FILE_NAME;
}

/* Where the other column behind that one is likely to be. */
static size_t next_place(size_t place)
{
    return place < G3_OBJECT_FIELDS ? G3_OBJECT_FIELDS : place + 1;
}

static void add_items(g3_unite_items *list, const g3_view *items, size_t count)
{
    if (list->count + count > list->capacity) {
        list->capacity = 2 * (list->count + count);
        list->items = g3_reallocate(list->items, list->capacity, sizeof *list->items);
    }
    if (count)
        memcpy(list->items + list->count, items, count * sizeof *items);
    list->count += count;
}

/* Sorts the items and leaves one of each. */
static void finish_items(g3_unite_items *list)
{
    size_t kept = 0;
    g3_value_sort_items(&(g3_value){.type = G3_LIST, .list = {list->items, list->count}});
    for (size_t i = 0; i < list->count; i++)
        if (i == 0 || !g3_view_equal(list->items[i], list->items[kept - 1]))
            list->items[kept++] = list->items[i];
    list->count = kept;
}

void g3_unite_shared_clear(g3_unite_shared *shared)
{
    shared->count = 0;
    shared->span_count = 0;
    for (int field = G3_URLS; field <= G3_ACL; field++)
        shared->lists[field].count = 0;
}

static void add_cell(g3_unite_shared *shared, g3_unite_cell cell)
{
    if (shared->count == shared->capacity) {
        shared->capacity = shared->capacity * 2 + 16;
        shared->cells = g3_reallocate(shared->cells, shared->capacity, sizeof *shared->cells);
    }
    shared->cells[shared->count++] = cell;
}

void g3_unite_shared_add(g3_unite_shared *shared, g3_unite_columns *columns,
                         const g3_unite_head *from, const g3_record *row)
{
    size_t guess = G3_OBJECT_FIELDS;
    for (size_t i = 0; i < row->count; i++) {
        const g3_value *value = &row->fields[i].value;
        size_t place = g3_unite_columns_find(columns, row->fields[i].column, guess)->place;
        guess = next_place(place);
        if (g3_unite_is_nothing(value))
            continue;
        if (value->type == G3_LIST)
            add_items(&shared->lists[place], value->list.items, value->list.count);
        else
            add_cell(shared, (g3_unite_cell){place, from, *value});
    }
}

/* By column, value, row. */
static int compare_cells(const void *left, const void *right)
{
    const g3_unite_cell *one = left, *other = right;
    if (one->place != other->place)
        return one->place < other->place ? -1 : 1;
    int order = compare_values(&one->value, &other->value);
    return order ? order
                 : (one->from->number > other->from->number) -
                       (one->from->number < other->from->number);
}

/* The first cell in [begin..end), sorted, whose value is not before (with `behind`: is behind) that
 * value. */
static size_t find_value(const g3_unite_shared *shared, size_t begin, size_t end,
                         const g3_value *value, bool behind)
{
    while (begin < end) {
        size_t middle = begin + (end - begin) / 2;
        int order = compare_values(&shared->cells[middle].value, value);
        if (order < 0 || (behind && order == 0))
            begin = middle + 1;
        else
            end = middle;
    }
    return begin;
}

/* Notes the cells of one column. */
static void add_span(g3_unite_shared *shared, size_t begin, size_t end)
{
    const g3_unite_cell *cells = shared->cells;
    g3_unite_span span = {begin, end, begin, end};
    for (size_t i = begin; i < end; i++)
        if (cells[i].from->number < cells[span.first].from->number)
            span.first = i;
    for (size_t i = begin; i < end; i++)
        if (compare_values(&cells[i].value, &cells[span.first].value) != 0 &&
            (span.other == end || cells[i].from->number < cells[span.other].from->number))
            span.other = i;
    if (shared->span_count == shared->span_capacity) {
        shared->span_capacity = shared->span_capacity * 2 + 16;
        shared->spans = g3_reallocate(shared->spans, shared->span_capacity, sizeof *shared->spans);
    }
    shared->spans[shared->span_count++] = span;
}

void g3_unite_shared_finish(g3_unite_shared *shared)
{
    if (shared->count > 1)
        qsort(shared->cells, shared->count, sizeof *shared->cells, compare_cells);
    for (size_t begin = 0, end; begin < shared->count; begin = end) {
        end = begin + 1;
        while (end < shared->count && shared->cells[end].place == shared->cells[begin].place)
            end++;
        add_span(shared, begin, end);
    }
    for (int field = G3_URLS; field <= G3_ACL; field++)
        finish_items(&shared->lists[field]);
}

void g3_unite_shared_free(g3_unite_shared *shared)
{
    free(shared->cells);
    free(shared->spans);
    for (int field = G3_URLS; field <= G3_ACL; field++)
        free(shared->lists[field].items);
}

void g3_unite_record_begin(g3_unite_record *record, const g3_unite_shared *shared)
{
    size_t count = record->columns->count;
    if (count > record->capacity) {
        record->fields = g3_reallocate(record->fields, count, sizeof *record->fields);
        record->numbers = g3_reallocate(record->numbers, count, sizeof *record->numbers);
        record->capacity = count;
    }
    for (size_t i = 0; i < count; i++)
        record->fields[i] = (g3_field){&record->columns->items[i]->column, {.type = G3_NULL}};
    record->shared = shared;
    for (size_t i = 0; i < shared->span_count; i++) {
        const g3_unite_cell *first = &shared->cells[shared->spans[i].first];
        record->fields[first->place].value = first->value;
        record->numbers[first->place] = first->from->number;
    }
    for (int field = G3_URLS; field <= G3_ACL; field++) {
        record->lists[field].count = 0;
        add_items(&record->lists[field], shared->lists[field].items, shared->lists[field].count);
    }
}

static void note_differing(g3_unite_record *record, uint64_t count, const g3_unite_head *from,
                           size_t place)
{
    g3_unite_differing *differing = &record->differing;
    if (differing->count == 0 || from->number < differing->first.number ||
        (from->number == differing->first.number && place < differing->place)) {
        differing->first = *from;
        differing->place = place;
    }
    differing->count += count;
}

void g3_unite_record_add(g3_unite_record *record, const g3_unite_head *from, const g3_record *row)
{
    size_t guess = G3_OBJECT_FIELDS;
    for (size_t i = 0; i < row->count; i++) {
        const g3_value *value = &row->fields[i].value;
        size_t place = g3_unite_columns_find(record->columns, row->fields[i].column, guess)->place;
        g3_value *kept = &record->fields[place].value;
        guess = next_place(place);
        if (g3_unite_is_nothing(value))
            continue;
        if (value->type == G3_LIST) {
            add_items(&record->lists[place], value->list.items, value->list.count);
        } else if (g3_unite_is_nothing(kept) || record->numbers[place] > from->number) {
            *kept = *value;
            record->numbers[place] = from->number;
        } else if (may_differ(place) && compare_values(kept, value) != 0) {
            note_differing(record, 1, from, place);
        }
    }
}

/* Counts the shared values of one column that differ from the one kept. */
static void count_shared(g3_unite_record *record, const g3_unite_span *span)
{
    const g3_unite_shared *shared = record->shared;
    const g3_unite_cell *first = &shared->cells[span->first];
    const g3_value *kept = &record->fields[first->place].value;
    if (!may_differ(first->place))
        return;
    size_t begin = find_value(shared, span->begin, span->end, kept, false);
    size_t end = find_value(shared, begin, span->end, kept, true);
    size_t differing = span->end - span->begin - (end - begin);
    bool first_differs = compare_values(&first->value, kept) != 0;
    if (differing)
        note_differing(record, differing,
                       first_differs ? first->from : shared->cells[span->other].from, first->place);
}

/* The md5 as the index service wants it: in lower case. */
static void fold_md5(g3_unite_record *record)
{
    g3_value *md5 = &record->fields[G3_MD5].value;
    if (md5->type != G3_STRING)
        return;
    g3_buffer_clear(&record->md5);
    for (size_t i = 0; i < md5->text.length; i++) {
        char c = md5->text.data[i];
        g3_buffer_append_char(&record->md5, c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c);
    }
    md5->text = g3_buffer_view(&record->md5);
}

g3_record g3_unite_record_finish(g3_unite_record *record)
{
    for (size_t i = 0; i < record->shared->span_count; i++)
        count_shared(record, &record->shared->spans[i]);
    for (int field = G3_URLS; field <= G3_ACL; field++) {
        g3_unite_items *list = &record->lists[field];
        finish_items(list);
        record->fields[field].value =
            (g3_value){.type = G3_LIST, .list = {list->items, list->count}};
    }
    fold_md5(record);
    return (g3_record){.fields = record->fields, .count = record->columns->count};
}

void g3_unite_record_free(g3_unite_record *record)
{
    free(record->fields);
    free(record->numbers);
    for (int field = G3_URLS; field <= G3_ACL; field++)
        free(record->lists[field].items);
    g3_buffer_free(&record->md5);
}
