/* Reads the lines of a plan, as ingest_output.c writes them. Called by ingest_rows.c. */
#include "g3/record/check.h"
#include "g3/record/json.h"
#include "ingest_state.h"
#include <stdlib.h>

/* The members of a line. */
typedef struct plan_line {
    const g3_value *line, *guid, *action, *revision, *old, *new, *error, *file;
} plan_line;

static const g3_value *find_value(const g3_record *record, const char *name)
{
    for (size_t i = 0; i < record->count; i++)
        if (g3_view_equal(record->fields[i].column->name, g3_view_of(name)))
            return &record->fields[i].value;
    return NULL;
}

static g3_view text_of(const g3_value *value)
{
    bool has = value && (value->type == G3_STRING || value->type == G3_JSON);
    return has ? value->text : (g3_view){0};
}

static uint64_t number_of(const g3_value *value)
{
    int64_t number = 0;
    if (value && value->type == G3_INTEGER)
        number = value->integer;
    else
        g3_view_to_size(text_of(value), &number);
    return number > 0 ? (uint64_t)number : 0;
}

static bool find_action(g3_view name, g3_ingest_action *action)
{
    for (int i = 0; i < G3_INGEST_ACTIONS; i++) {
        if (g3_view_equal(name, g3_view_of(g3_ingest_action_names[i]))) {
            *action = (g3_ingest_action)i;
            return true;
        }
    }
    return false;
}

static const char *const NOT_OBJECTS =
    "no line of a plan for objects; is it one for metadata (--kind metadata)?";
static const char *const NOT_METADATA =
    "no line of a plan for metadata; is it one for objects (--kind object)?";

/* A record that is to be created. */
static const char *read_creation(g3_ingest *ingest, g3_ingest_row *row, g3_arena *arena)
{
    g3_fault faults[G3_FAULT_LIMIT];
    g3_record members;
    if (!g3_ingest_read_members(row->change, arena, &members, &row->before))
        return "\"new\" is not what a record is made of";
    if (g3_check_object(&members, NULL, faults))
        return "\"new\" lacks what a record needs (md5, file_size, urls), or has it wrong";
    g3_buffer_clear(&ingest->space);
    g3_record_pack(ingest->packer, &members, &ingest->space);
    row->packed = g3_arena_copy(arena, g3_buffer_view(&ingest->space));
    row->step = G3_STEP_CREATE;
    return NULL;
}

static const char *read_object(g3_ingest *ingest, g3_ingest_row *row, g3_arena *arena)
{
    g3_record members;
    g3_view before;
    if (row->action == G3_INGEST_CREATED)
        return read_creation(ingest, row, arena);
    if (row->seen.length == 0)
        return "no \"rev\" of the record that is to change";
    row->step = row->action == G3_INGEST_UPDATED ? G3_STEP_UPDATE : G3_STEP_LOOK;
    if (row->action == G3_INGEST_UPDATED &&
        (!g3_ingest_read_members(row->change, arena, &members, &before) || before.length))
        return "\"new\" is not what can change of a record";
    return NULL;
}

static const char *read_metadata(g3_ingest_row *row)
{
    if (row->action != G3_INGEST_DELETED && !g3_json_is_valid(row->change))
        return "\"new\" is no document";
    if (row->action != G3_INGEST_CREATED && !g3_json_is_valid(row->old))
        return "\"old\" is no document";
    row->expected = row->old;
    row->step = row->action == G3_INGEST_CREATED ? G3_STEP_CREATE : G3_STEP_READ;
    return NULL;
}

const char *g3_ingest_plan_read(g3_ingest *ingest, const g3_record *record, g3_ingest_row *row,
                                g3_arena *arena)
{
    const plan_line line = {.line = find_value(record, "line"),
                            .guid = find_value(record, "guid"),
                            .action = find_value(record, "action"),
                            .revision = find_value(record, "rev"),
                            .old = find_value(record, "old"),
                            .new = find_value(record, "new"),
                            .error = find_value(record, "error"),
                            .file = find_value(record, "file")};
    if (!find_action(text_of(line.action), &row->action) || !line.old || !line.new)
        return "no line of a plan";
    if (ingest->metadata == (line.revision != NULL))
        return ingest->metadata ? NOT_METADATA : NOT_OBJECTS;
    g3_view file = text_of(line.file);
    row->line = number_of(line.line);
    row->file = file.length ? g3_arena_copy(arena, file).data : NULL;
    row->guid = g3_arena_copy(arena, text_of(line.guid));
    row->seen = g3_arena_copy(arena, text_of(line.revision));
    row->old = g3_arena_copy(arena, text_of(line.old));
    row->change = g3_arena_copy(arena, text_of(line.new));
    row->error = g3_arena_copy(arena, text_of(line.error));
    row->step = G3_STEP_DONE;
    if (row->action != G3_INGEST_CREATED && row->action != G3_INGEST_UPDATED &&
        row->action != G3_INGEST_DELETED)
        return NULL;
    if (row->guid.length == 0)
        return "no guid";
    return ingest->metadata ? read_metadata(row) : read_object(ingest, row, arena);
}
