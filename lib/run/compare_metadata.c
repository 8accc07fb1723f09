/* Comparing a manifest's row with a document of the metadata service. Called by
 * verify_metadata.c. */
#include "compare_metadata.h"
#include "g3/record/json.h"

static bool is_nothing(const g3_value *value)
{
    return value->type == G3_NULL || (value->type == G3_STRING && value->text.length == 0);
}

/* True if both say the same as JSON: members in any order, 1 is 1.0. */
static bool same_json(const g3_value *left, const g3_value *right)
{
    g3_buffer one = {0}, other = {0};
    g3_json_append_value(&one, left);
    g3_json_append_value(&other, right);
    bool same = g3_json_same(g3_buffer_view(&one), g3_buffer_view(&other));
    g3_buffer_free(&one);
    g3_buffer_free(&other);
    return same;
}

static bool values_agree(const g3_value *left, const g3_value *right)
{
    if (is_nothing(left) || is_nothing(right))
        return is_nothing(left) && is_nothing(right);
    if (left->type == right->type && left->type == G3_INTEGER)
        return left->integer == right->integer;
    if (left->type == right->type && g3_view_equal(left->text, right->text))
        return true;
    if (left->type == G3_STRING || right->type == G3_STRING)
        return left->type == right->type &&
               g3_view_equal(g3_view_trim(left->text), g3_view_trim(right->text));
    return same_json(left, right);
}

/* Reads the member at which the reader stands. @return false on a fault of the JSON */
static bool read_value(g3_json_reader *json, g3_value *value)
{
    *value = (g3_value){.type = G3_NULL};
    switch (g3_json_peek(json)) {
    case G3_JSON_STRING:
        value->type = G3_STRING;
        return g3_json_read_string(json, &value->text);
    case G3_JSON_NULL:
        return g3_json_skip(json, NULL);
    case G3_JSON_NUMBER:
        if (g3_json_read_integer(json, &value->integer)) {
            value->type = G3_INTEGER;
            return true;
        }
        break;
    default:
        break;
    }
    value->type = G3_JSON;
    return g3_json_skip(json, &value->text);
}

/* Reads the members of the source's object that the row has columns for.
 * @param actual  by the row's fields; G3_NULL where there is none */
static bool read_source(g3_json_reader *json, const g3_record *row, g3_value *actual)
{
    g3_view name;
    bool first;
    size_t at = 0; /* columns often come as the members do */
    if (g3_json_peek(json) != G3_JSON_OBJECT)
        return g3_json_skip(json, NULL);
    g3_json_enter(json, &first);
    while (g3_json_more_key(json, &first, &name)) {
        size_t tried = 0;
        while (tried < row->count && !g3_view_equal(row->fields[at].column->name, name)) {
            at = at + 1 < row->count ? at + 1 : 0;
            tried++;
        }
        if (!(tried < row->count ? read_value(json, &actual[at]) : g3_json_skip(json, NULL)))
            return false;
    }
    return !json->fault;
}

static bool read_document(g3_metadata_comparer *comparer, const g3_record *row, g3_view document,
                          g3_value *actual)
{
    g3_json_reader json;
    g3_view name, source = g3_view_of(comparer->source);
    bool first;
    g3_json_begin(&json, document, &comparer->arena);
    if (g3_json_peek(&json) == G3_JSON_NULL) /* an item of a batch may come without data */
        return g3_json_skip(&json, NULL) && g3_json_at_end(&json);
    if (g3_json_peek(&json) != G3_JSON_OBJECT)
        return false;
    g3_json_enter(&json, &first);
    while (g3_json_more_key(&json, &first, &name))
        if (!(g3_view_equal(name, source) ? read_source(&json, row, actual)
                                          : g3_json_skip(&json, NULL)))
            return false;
    return !json.fault && g3_json_at_end(&json);
}

size_t g3_compare_metadata(g3_metadata_comparer *comparer, const g3_record *row, g3_view document,
                           g3_buffer *lines, bool *readable)
{
    size_t differing = 0;
    g3_arena_clear(&comparer->arena);
    g3_value *actual = g3_arena_take(&comparer->arena, row->count * sizeof *actual);
    for (size_t i = 0; i < row->count; i++)
        actual[i] = (g3_value){.type = G3_NULL};
    *readable = read_document(comparer, row, document, actual);
    for (size_t i = 0; *readable && i < row->count; i++) {
        const g3_column *column = row->fields[i].column;
        if (column->field == G3_GUID || values_agree(&row->fields[i].value, &actual[i]))
            continue;
        differing++;
        g3_buffer_clear(&comparer->name);
        g3_buffer_append_format(&comparer->name, "%s.%.*s", comparer->source,
                                (int)column->name.length, column->name.data);
        g3_difference_append_named(comparer->differences, lines, g3_record_guid(row),
                                   g3_buffer_view(&comparer->name), &row->fields[i].value,
                                   &actual[i]);
    }
    return differing;
}

void g3_metadata_comparer_free(g3_metadata_comparer *comparer)
{
    g3_arena_free(&comparer->arena);
    g3_buffer_free(&comparer->name);
}
