/* Rows of one object become a record. Called by unite.c with each group of rows, in input order. */
#include "unite_group.h"
#include "g3/base/hash.h"
#include <inttypes.h>
#include <stdlib.h>

void g3_unite_columns_begin(g3_unite_columns *columns)
{
    columns->capacity = 2 * G3_OBJECT_FIELDS;
    columns->items = g3_allocate_zeroed(columns->capacity, sizeof *columns->items);
    columns->count = G3_OBJECT_FIELDS;
    memcpy(columns->items, g3_object_columns, sizeof g3_object_columns);
}

size_t g3_unite_columns_find(g3_unite_columns *columns, const g3_column *column, size_t guess)
{
    if (column->field != G3_OTHER_FIELD)
        return column->field;
    if (guess < columns->count && g3_view_equal(columns->items[guess].name, column->name))
        return guess;
    for (size_t i = G3_OBJECT_FIELDS; i < columns->count; i++)
        if (g3_view_equal(columns->items[i].name, column->name))
            return i;
    if (columns->count == columns->capacity) {
        columns->capacity *= 2;
        columns->items = g3_reallocate(columns->items, columns->capacity, sizeof *columns->items);
    }
    columns->items[columns->count] =
        (g3_column){.name = g3_arena_copy(&columns->arena, column->name),
                    .json_key = g3_arena_copy(&columns->arena, column->json_key),
                    .field = G3_OTHER_FIELD};
    return columns->count++;
}

void g3_unite_columns_end(g3_unite_columns *columns)
{
    free(columns->items);
    g3_arena_free(&columns->arena);
}

void g3_unite_group_add(g3_unite_group *group, g3_view sorted)
{
    g3_view kept = g3_arena_copy(&group->bytes, sorted);
    if (group->count == group->capacity) {
        group->capacity = group->capacity * 2 + 16;
        group->rows = g3_reallocate(group->rows, group->capacity, sizeof *group->rows);
    }
    g3_unite_row *row = &group->rows[group->count++];
    *row = (g3_unite_row){0};
    memcpy(&row->head, kept.data, sizeof row->head);
    row->text = (g3_view){kept.data + sizeof row->head, row->head.text_length};
    const char *packed = row->text.data + row->text.length;
    row->packed = (g3_view){packed, (size_t)(kept.data + kept.length - packed)};
    row->guid = g3_record_guid(g3_record_unpack(group->packer, row->packed));
}

static const char *file_name(const g3_unite_group *group, const g3_unite_row *row)
{
    const char *path = group->options->paths[row->head.file];
    return strcmp(path, "-") == 0 ? "standard input" : path;
}

static void append_place(g3_buffer *text, const g3_unite_group *group, const g3_unite_row *row)
{
    g3_buffer_append_format(text, "%s:%" PRIu64, file_name(group, row), row->head.line);
}

static bool is_nothing(const g3_value *value)
{
    return !value || value->type == G3_NULL || (value->type == G3_LIST && value->list.count == 0);
}

static void append_value(g3_buffer *text, const g3_value *value)
{
    if (value->type == G3_INTEGER)
        g3_buffer_append_integer(text, value->integer);
    else
        g3_buffer_append(text, value->text);
}

static bool agrees(const g3_value *one, const g3_value *other, g3_object_field field)
{
    if (one->type != other->type)
        return false;
    if (one->type == G3_INTEGER)
        return one->integer == other->integer;
    return field == G3_MD5 ? g3_view_equal_ignoring_case(one->text, other->text)
                           : g3_view_equal(one->text, other->text);
}

/* A field in which the rows of an object must agree, and the first row that has it. */
typedef struct agreement {
    g3_object_field field;
    const g3_unite_row *row; /* NULL: none so far */
    g3_value value;
} agreement;

static bool reject(g3_unite_group *group, g3_unite_row *row, const g3_value *value,
                   const agreement *with, g3_error *error)
{
    g3_buffer reason = {0};
    g3_buffer_append(&reason, g3_object_columns[with->field].name);
    g3_buffer_append_char(&reason, ' ');
    append_value(&reason, value);
    g3_buffer_append_text(&reason, " is not ");
    append_value(&reason, &with->value);
    g3_buffer_append_text(&reason, ", as on ");
    append_place(&reason, group, with->row);
    g3_bad_row bad = {.line = row->head.line, .text = row->text, .reason = g3_buffer_text(&reason)};
    bool done = g3_rejects_add(group->options->rejects, file_name(group, row), &bad, error);
    g3_buffer_free(&reason);
    row->rejected = true;
    return done;
}

/* Rejects rows that can't be of the same object as those in front of them. */
static bool reject_disagreeing(g3_unite_group *group, g3_error *error)
{
    bool compare_guids = !group->options->several_guids;
    agreement agreements[] = {{.field = G3_FILE_SIZE},
                              {.field = group->options->by_guid ? G3_MD5 : G3_GUID}};
    for (size_t i = 0; i < group->count; i++) {
        g3_unite_row *row = &group->rows[i];
        const g3_record *record = g3_record_unpack(group->packer, row->packed);
        for (size_t k = 0; k < (compare_guids ? 2 : 1) && !row->rejected; k++) {
            const g3_value *value = g3_record_get(record, agreements[k].field);
            if (!is_nothing(value) && agreements[k].row &&
                !agrees(value, &agreements[k].value, agreements[k].field) &&
                !reject(group, row, value, &agreements[k], error))
                return false;
        }
        for (size_t k = 0; k < 2 && !row->rejected; k++) {
            const g3_value *value = g3_record_get(record, agreements[k].field);
            if (!is_nothing(value) && !agreements[k].row) {
                agreements[k].row = row;
                agreements[k].value = *value;
            }
        }
        group->result->rows += !row->rejected;
    }
    return true;
}

static void clear_fields(g3_unite_group *group)
{
    size_t count = group->columns->count;
    if (count > group->field_count) {
        group->fields = g3_reallocate(group->fields, count, sizeof *group->fields);
        group->field_count = count;
    }
    for (size_t i = 0; i < count; i++)
        group->fields[i] = (g3_field){&group->columns->items[i], {.type = G3_NULL}};
    memset(group->item_counts, 0, sizeof group->item_counts);
}

static void add_items(g3_unite_group *group, g3_object_field field, const g3_value *list)
{
    size_t count = group->item_counts[field], more = list->list.count;
    if (count + more > group->item_capacities[field]) {
        group->item_capacities[field] = 2 * (count + more);
        group->items[field] =
            g3_reallocate(group->items[field], group->item_capacities[field], sizeof(g3_view));
    }
    if (more)
        memcpy(group->items[field] + count, list->list.items, more * sizeof(g3_view));
    group->item_counts[field] = count + more;
}

/* Counts a value that the record already has another one for, and notes where the first was. */
static void note_differing(g3_unite_group *group, const g3_unite_row *row, const g3_column *column)
{
    if (group->result->differing++)
        return;
    append_place(&group->first_differing, group, row);
    g3_buffer_append_text(&group->first_differing, ", column ");
    g3_buffer_append(&group->first_differing, column->name);
}

/* Adds what a row has to the record in the making. */
static void add_row(g3_unite_group *group, const g3_unite_row *row)
{
    const g3_record *record = g3_record_unpack(group->packer, row->packed);
    size_t place = G3_OBJECT_FIELDS;
    for (size_t i = 0; i < record->count; i++) {
        const g3_column *column = record->fields[i].column;
        const g3_value *value = &record->fields[i].value;
        size_t at = g3_unite_columns_find(group->columns, column, place);
        place = at >= G3_OBJECT_FIELDS ? at + 1 : place;
        g3_value *kept = &group->fields[at].value;
        if (is_nothing(value))
            continue;
        if (at >= G3_URLS && at <= G3_ACL)
            add_items(group, (g3_object_field)at, value);
        else if (is_nothing(kept))
            *kept = *value;
        else if ((at == G3_FILE_NAME || at >= G3_OBJECT_FIELDS) &&
                 !agrees(kept, value, G3_OTHER_FIELD))
            note_differing(group, row, column);
    }
}

/* Sorts the items gathered for a list and leaves one of each. */
static void finish_list(g3_unite_group *group, g3_object_field field)
{
    g3_value *list = &group->fields[field].value;
    size_t kept = 0;
    *list = (g3_value){.type = G3_LIST, .list = {group->items[field], group->item_counts[field]}};
    g3_value_sort_items(list);
    for (size_t i = 0; i < list->list.count; i++)
        if (i == 0 || !g3_view_equal(list->list.items[i], list->list.items[kept - 1]))
            list->list.items[kept++] = list->list.items[i];
    list->list.count = kept;
}

/* The md5 as the index service wants it: in lower case. */
static void fold_md5(g3_unite_group *group)
{
    g3_value *md5 = &group->fields[G3_MD5].value;
    if (md5->type != G3_STRING)
        return;
    g3_view copy = g3_arena_copy(&group->bytes, md5->text);
    char *text = (char *)(uintptr_t)copy.data;
    for (size_t i = 0; i < copy.length; i++)
        if (text[i] >= 'A' && text[i] <= 'Z')
            text[i] = (char)(text[i] - 'A' + 'a');
    md5->text = copy;
}

/* Passes on what some rows become. @param rows  in input order, at least one */
static bool pass_on(g3_unite_group *group, g3_unite_row *const *rows, size_t count, uint64_t number,
                    g3_error *error)
{
    unsigned char key[sizeof number];
    clear_fields(group);
    for (size_t i = 0; i < count; i++)
        add_row(group, rows[i]);
    for (int field = G3_URLS; field <= G3_ACL; field++)
        finish_list(group, (g3_object_field)field);
    fold_md5(group);
    g3_buffer_clear(&group->packed);
    g3_record_pack(group->packer, &(g3_record){group->fields, group->columns->count, 0, false},
                   &group->packed);
    for (size_t i = sizeof key; i-- > 0; number >>= 8)
        key[i] = (unsigned char)number;
    group->result->records++;
    return g3_sorter_add(group->records, (g3_view){(const char *)key, sizeof key},
                         g3_buffer_view(&group->packed), error);
}

/* Orders by guid, then as they came. */
static int compare_rows(const void *left, const void *right)
{
    const g3_unite_row *one = *(g3_unite_row *const *)left, *other = *(g3_unite_row *const *)right;
    int order = g3_view_compare(one->guid, other->guid);
    return order
               ? order
               : (one->head.number > other->head.number) - (one->head.number < other->head.number);
}

static int compare_numbers(const void *left, const void *right)
{
    const g3_unite_row *one = *(g3_unite_row *const *)left, *other = *(g3_unite_row *const *)right;
    return (one->head.number > other->head.number) - (one->head.number < other->head.number);
}

/* One record for each guid among the rows, each with what the rows without one have.
 * @param rows  reordered */
static bool pass_on_each(g3_unite_group *group, g3_unite_row **rows, size_t count, g3_error *error)
{
    size_t common = 0;
    bool done = true;
    qsort(rows, count, sizeof *rows, compare_rows);
    while (common < count && rows[common]->guid.length == 0)
        common++;
    if (common == count)
        return pass_on(group, rows, count, rows[0]->head.number, error);
    g3_unite_row **together = g3_allocate_zeroed(count, sizeof(g3_unite_row *));
    for (size_t begin = common, end; done && begin < count; begin = end) {
        end = begin + 1;
        while (end < count && g3_view_equal(rows[end]->guid, rows[begin]->guid))
            end++;
        memcpy(together, rows, common * sizeof *rows);
        memcpy(together + common, rows + begin, (end - begin) * sizeof *rows);
        size_t all = common + end - begin;
        qsort(together, all, sizeof *together, compare_numbers);
        done = pass_on(group, together, all, rows[begin]->head.number, error);
    }
    free(together);
    return done;
}

bool g3_unite_group_finish(g3_unite_group *group, g3_error *error)
{
    size_t count = 0;
    bool done = reject_disagreeing(group, error);
    g3_unite_row **rows = g3_allocate_zeroed(group->count, sizeof(g3_unite_row *));
    for (size_t i = 0; i < group->count; i++)
        if (!group->rows[i].rejected)
            rows[count++] = &group->rows[i];
    if (done && count)
        done = group->options->several_guids
                   ? pass_on_each(group, rows, count, error)
                   : pass_on(group, rows, count, rows[0]->head.number, error);
    free(rows);
    group->count = 0;
    g3_arena_clear(&group->bytes);
    return done;
}

void g3_unite_group_free(g3_unite_group *group)
{
    g3_arena_free(&group->bytes);
    g3_buffer_free(&group->first_differing);
    g3_buffer_free(&group->packed);
    free(group->rows);
    free(group->fields);
    for (int field = 0; field <= G3_ACL; field++)
        free(group->items[field]);
}
