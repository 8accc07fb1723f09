/* Rows of one object become a record, or one for each GUID. Called by unite.c with each group of
 * rows, in input order. */
#include "unite_group.h"
#include "g3/base/interrupt.h"
#include "g3/record/json.h"
#include <inttypes.h>
#include <stdlib.h>

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

static const char *file_name(const g3_unite_options *options, const g3_unite_head *head)
{
    return g3_source_name_of(options->paths[head->file]);
}

void g3_unite_append_place(g3_buffer *text, const g3_unite_options *options,
                           const g3_unite_head *head)
{
    g3_buffer_append_format(text, "%s:%" PRIu64, file_name(options, head), head->line);
}

static bool agrees(const g3_value *one, const g3_value *other, g3_object_field field)
{
    if (field == G3_FILE_SIZE)
        return one->integer == other->integer;
    return field == G3_MD5 ? g3_view_equal_ignoring_case(one->text, other->text)
                           : g3_view_equal(one->text, other->text);
}

/* Appends a value to a message, which is one line: with what would break it escaped. */
static void append_value(g3_buffer *reason, const g3_value *value)
{
    char digits[G3_UNITE_DIGITS];
    g3_view text = g3_unite_spell(value, digits);
    for (size_t i = 0; i < text.length; i++)
        if ((unsigned char)text.data[i] < ' ') {
            g3_json_append_string(reason, text);
            return;
        }
    g3_buffer_append(reason, text);
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
    g3_unite_append_place(&reason, group->options, &with->row->head);
    g3_bad_row bad = {.line = row->head.line, .text = row->text, .reason = g3_buffer_text(&reason)};
    bool done =
        g3_rejects_add(group->options->rejects, file_name(group->options, &row->head), &bad, error);
    g3_buffer_free(&reason);
    row->rejected = true;
    return done;
}

/* Rejects a row that can't be of the same object as those in front of it, else takes over what it
 * has and they have not. */
static bool judge_row(g3_unite_group *group, g3_unite_row *row, agreement *agreements, size_t count,
                      g3_error *error)
{
    const g3_record *record = g3_record_unpack(group->packer, row->packed);
    for (size_t i = 0; i < count; i++) {
        const g3_value *value = g3_record_get(record, agreements[i].field);
        if (!g3_unite_is_nothing(value) && agreements[i].row &&
            !agrees(value, &agreements[i].value, agreements[i].field))
            return reject(group, row, value, &agreements[i], error);
    }
    for (size_t i = 0; i < count; i++) {
        const g3_value *value = g3_record_get(record, agreements[i].field);
        if (!g3_unite_is_nothing(value) && !agreements[i].row) {
            agreements[i].row = row;
            agreements[i].value = *value;
        }
    }
    group->result->rows++;
    return true;
}

static bool reject_disagreeing(g3_unite_group *group, g3_error *error)
{
    agreement agreements[] = {{.field = G3_FILE_SIZE},
                              {.field = group->options->by_guid ? G3_MD5 : G3_GUID}};
    size_t count = group->options->several_guids ? 1 : 2;
    for (size_t i = 0; i < group->count; i++)
        if (!judge_row(group, &group->rows[i], agreements, count, error))
            return false;
    return true;
}

/* Passes on the record that some rows become, with the shared ones.
 * @param rows  in input order, at least one */
static bool pass_on(g3_unite_group *group, g3_unite_row *const *rows, size_t count, g3_error *error)
{
    if (g3_interrupted())
        return g3_fail(error, G3_EXIT_INTERRUPTED, "interrupted");
    g3_unite_record_begin(&group->record, &group->shared);
    for (size_t i = 0; i < count; i++)
        g3_unite_record_add(&group->record, &rows[i]->head,
                            g3_record_unpack(group->packer, rows[i]->packed));
    g3_record record = g3_unite_record_finish(&group->record);
    g3_buffer_clear(&group->packed);
    g3_record_pack(group->packer, &record, &group->packed);
    group->result->records++;
    return g3_sorter_add_numbered(group->records, rows[0]->head.number,
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

/* Passes on a record for each guid among the rows, each with what the rows without one have.
 * @param rows  at least one; reordered */
static bool pass_on_each(g3_unite_group *group, g3_unite_row **rows, size_t count, g3_error *error)
{
    size_t without = 0;
    bool done = true;
    qsort(rows, count, sizeof *rows, compare_rows);
    while (without < count && rows[without]->guid.length == 0)
        without++;
    if (without == count)
        return pass_on(group, rows, count, error);
    for (size_t i = 0; i < without; i++)
        g3_unite_shared_add(&group->shared, group->record.columns, &rows[i]->head,
                            g3_record_unpack(group->packer, rows[i]->packed));
    g3_unite_shared_finish(&group->shared);
    for (size_t begin = without, end; done && begin < count; begin = end) {
        end = begin + 1;
        while (end < count && g3_view_equal(rows[end]->guid, rows[begin]->guid))
            end++;
        done = pass_on(group, rows + begin, end - begin, error);
    }
    return done;
}

bool g3_unite_group_finish(g3_unite_group *group, g3_error *error)
{
    size_t count = 0;
    g3_unite_shared_clear(&group->shared);
    bool done = reject_disagreeing(group, error);
    g3_unite_row **rows = g3_allocate_zeroed(group->count, sizeof(g3_unite_row *));
    for (size_t i = 0; i < group->count; i++)
        if (!group->rows[i].rejected)
            rows[count++] = &group->rows[i];
    if (done && count)
        done = group->options->several_guids ? pass_on_each(group, rows, count, error)
                                             : pass_on(group, rows, count, error);
    free(rows);
    group->count = 0;
    g3_arena_clear(&group->bytes);
    return done;
}

void g3_unite_group_free(g3_unite_group *group)
{
    g3_arena_free(&group->bytes);
    g3_buffer_free(&group->packed);
    g3_unite_shared_free(&group->shared);
    g3_unite_record_free(&group->record);
    free(group->rows);
}
