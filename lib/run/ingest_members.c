/* Records as JSON objects, as journals and plans hold them. Called by ingest_decide.c,
 * ingest_plan.c and ingest_undo.c. */
#include "g3/record/json.h"
#include "ingest_state.h"

static const char BEFORE[] = "prev_guid";

void g3_ingest_append_members(g3_buffer *out, const g3_record *record, g3_view before)
{
    size_t begin = out->length;
    for (int field = G3_GUID + 1; field < G3_OBJECT_FIELDS; field++) {
        const g3_value *value = g3_record_get(record, (g3_object_field)field);
        bool nothing =
            !value || value->type == G3_NULL || (value->type == G3_LIST && value->list.count == 0);
        if (nothing)
            continue;
        g3_buffer_append_char(out, out->length == begin ? '{' : ',');
        g3_buffer_append(out, g3_object_columns[field].json_key);
        g3_json_append_value(out, value);
    }
    if (before.length) {
        g3_buffer_append_format(out, "%c\"%s\":", out->length == begin ? '{' : ',', BEFORE);
        g3_json_append_string(out, before);
    }
    g3_buffer_append_text(out, out->length == begin ? "{}" : "}");
}

static bool read_list(g3_json_reader *json, g3_arena *arena, g3_value *value)
{
    g3_json_reader counting = *json;
    size_t count = 0;
    bool first;
    if (g3_json_peek(json) != G3_JSON_ARRAY || !g3_json_enter(&counting, &first))
        return false;
    for (; g3_json_more(&counting, &first); count++)
        if (!g3_json_skip(&counting, NULL))
            return false;
    *value = (g3_value){.type = G3_LIST};
    value->list.items = g3_arena_take(arena, count * sizeof(g3_view));
    g3_json_enter(json, &first);
    while (g3_json_more(json, &first))
        if (g3_json_peek(json) != G3_JSON_STRING ||
            !g3_json_read_string(json, &value->list.items[value->list.count++]))
            return false;
    return !json->fault;
}

static bool read_text(g3_json_reader *json, g3_value *value)
{
    *value = (g3_value){.type = G3_STRING};
    return g3_json_peek(json) == G3_JSON_STRING && g3_json_read_string(json, &value->text);
}

static bool read_field(g3_json_reader *json, g3_object_field field, g3_arena *arena,
                       g3_value *value)
{
    if (g3_json_peek(json) == G3_JSON_NULL) {
        *value = (g3_value){.type = G3_NULL};
        return g3_json_skip(json, NULL);
    }
    if (field == G3_FILE_SIZE) {
        value->type = G3_INTEGER;
        return g3_json_read_integer(json, &value->integer);
    }
    bool list = field == G3_URLS || field == G3_ACL || field == G3_AUTHZ;
    return list ? read_list(json, arena, value) : read_text(json, value);
}

static g3_object_field find_field(g3_view name)
{
    int field = G3_GUID + 1;
    while (field < G3_OBJECT_FIELDS && !g3_view_equal(g3_object_columns[field].name, name))
        field++;
    return (g3_object_field)field;
}

bool g3_ingest_read_members(g3_view text, g3_arena *arena, g3_record *record, g3_view *before)
{
    g3_json_reader json;
    g3_view name;
    bool first;
    *record = (g3_record){.fields = g3_arena_take(arena, G3_OBJECT_FIELDS * sizeof(g3_field))};
    *before = (g3_view){0};
    g3_json_begin(&json, text, arena);
    if (g3_json_peek(&json) != G3_JSON_OBJECT || !g3_json_enter(&json, &first))
        return false;
    while (g3_json_more_key(&json, &first, &name)) {
        g3_object_field field = find_field(name);
        g3_value value;
        if (g3_view_equal(name, g3_view_of(BEFORE))) {
            if (!read_text(&json, &value))
                return false;
            *before = value.text;
            continue;
        }
        if (field == G3_OBJECT_FIELDS || g3_record_get(record, field) ||
            !read_field(&json, field, arena, &value))
            return false;
        record->fields[record->count++] = (g3_field){&g3_object_columns[field], value};
    }
    return g3_json_at_end(&json);
}
