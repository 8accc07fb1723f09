/* What is to be done about a row, by the record that its GUID has. Called by ingest_find.c and
 * ingest_send.c, and by ingest_undo.c. */
#include "g3/record/json.h"
#include "g3/run/compare.h"
#include "ingest_state.h"

/* The fields that an update may change. */
static const g3_object_field CHANGEABLE[] = {G3_URLS, G3_ACL, G3_AUTHZ, G3_FILE_NAME};

static bool says_something(const g3_value *value)
{
    return value && !g3_values_agree(value, NULL);
}

static bool holds(const g3_value *list, g3_view item)
{
    for (size_t i = 0; list && list->type == G3_LIST && i < list->list.count; i++)
        if (g3_items_agree(list->list.items[i], item))
            return true;
    return false;
}

/* The record's urls and those of the row that it lacks. */
static g3_value add_items(const g3_value *had, const g3_value *more, g3_arena *arena)
{
    size_t count = had && had->type == G3_LIST ? had->list.count : 0;
    g3_value sum = {.type = G3_LIST};
    sum.list.items = g3_arena_take(arena, (count + more->list.count) * sizeof *sum.list.items);
    if (count)
        memcpy(sum.list.items, had->list.items, count * sizeof *sum.list.items);
    for (size_t i = 0; i < more->list.count; i++)
        if (!holds(had, more->list.items[i]))
            sum.list.items[count++] = more->list.items[i];
    sum.list.count = count;
    return sum;
}

/* The value that a field is to have. @return false if it is to stay as it is */
static bool choose_value(const g3_ingest *ingest, g3_object_field field, const g3_value *wanted,
                         const g3_value *had, g3_arena *arena, g3_value *chosen)
{
    if (!says_something(wanted) || g3_values_agree(wanted, had))
        return false;
    *chosen = *wanted;
    if (field != G3_URLS || ingest->options->replace_urls)
        return true;
    *chosen = add_items(had, wanted, arena);
    return !had || had->type != G3_LIST || chosen->list.count > had->list.count;
}

static void append_member(g3_buffer *members, g3_object_field field, const g3_value *value)
{
    static const g3_value NOTHING = {.type = G3_NULL}, NO_ITEMS = {.type = G3_LIST};
    bool list = field != G3_FILE_NAME;
    if (!value || value->type == G3_NULL) /* as the service takes it */
        value = list ? &NO_ITEMS : &NOTHING;
    g3_buffer_append_char(members, members->length ? ',' : '{');
    g3_buffer_append(members, g3_object_columns[field].json_key);
    g3_json_append_value(members, value);
}

/* Gathers what an update has to change. @return false if all is as the row says */
static bool gather_changes(g3_ingest *ingest, g3_ingest_row *row, const g3_record *wanted,
                           const g3_record *record)
{
    g3_buffer change = {0}, old = {0};
    g3_arena scratch = {0};
    for (size_t i = 0; i < sizeof CHANGEABLE / sizeof *CHANGEABLE; i++) {
        g3_object_field field = CHANGEABLE[i];
        const g3_value *had = g3_record_get(record, field);
        g3_value chosen;
        if (!choose_value(ingest, field, g3_record_get(wanted, field), had, &scratch, &chosen))
            continue;
        append_member(&change, field, &chosen);
        append_member(&old, field, had);
    }
    bool found = change.length != 0;
    if (found) {
        g3_buffer_append_char(&change, '}');
        g3_buffer_append_char(&old, '}');
        row->change = g3_arena_copy(&ingest->arena, g3_buffer_view(&change));
        row->old = g3_arena_copy(&ingest->arena, g3_buffer_view(&old));
    }
    g3_arena_free(&scratch);
    g3_buffer_free(&change);
    g3_buffer_free(&old);
    return found;
}

/* Ends the row if its record is that of another file. @return whether it is */
static bool find_conflict(g3_ingest *ingest, g3_ingest_row *row, const g3_record *wanted,
                          const g3_record *record)
{
    static const g3_object_field FIXED[] = {G3_MD5, G3_FILE_SIZE};
    g3_buffer text = {0};
    for (size_t i = 0; i < sizeof FIXED / sizeof *FIXED; i++) {
        const g3_value *mine = g3_record_get(wanted, FIXED[i]);
        const g3_value *theirs = g3_record_get(record, FIXED[i]);
        g3_view name = g3_object_columns[FIXED[i]].name;
        if (!says_something(mine) || g3_values_agree(mine, theirs))
            continue;
        g3_buffer_append_text(&text, text.length ? "; " : "");
        g3_buffer_append_format(&text, "%.*s is ", (int)name.length, name.data);
        g3_json_append_value(&text, theirs);
        g3_buffer_append_text(&text, " in the index and ");
        g3_json_append_value(&text, mine);
        g3_buffer_append_text(&text, " in the manifest");
    }
    bool found = text.length != 0;
    if (found)
        g3_ingest_end_row(ingest, row, G3_INGEST_CONFLICT, "%s", g3_buffer_text(&text));
    g3_buffer_free(&text);
    return found;
}

/* There is no record: it is to be made. */
static void decide_new(g3_ingest *ingest, g3_ingest_row *row)
{
    g3_buffer members = {0};
    row->action = G3_INGEST_CREATED;
    row->step = G3_STEP_CREATE;
    row->seen = row->old = (g3_view){0};
    if (!ingest->careful)
        return;
    g3_ingest_append_members(&members, g3_ingest_unpack(ingest, row), row->before);
    row->change = g3_arena_copy(&ingest->arena, g3_buffer_view(&members));
    g3_buffer_free(&members);
}

/* Takes up the record that a row's GUID has. */
static void take_record(g3_ingest *ingest, g3_ingest_row *row, const g3_record *record)
{
    row->guid = g3_arena_copy(&ingest->arena, g3_record_guid(record));
    row->seen = row->revision = g3_arena_copy(&ingest->arena, record->revision);
}

void g3_ingest_decide(g3_ingest *ingest, g3_ingest_row *row, const g3_record *record)
{
    if (!record) {
        decide_new(ingest, row);
        return;
    }
    /* A row that is looked at anew was to be written, and may have been: by a try whose answer was
     * lost, or by a run that was killed. If all is as intended, it was. */
    bool intended = row->step == G3_STEP_READ;
    bool created = row->minted || (intended && row->action == G3_INGEST_CREATED);
    bool updated = intended && row->action == G3_INGEST_UPDATED;
    g3_view seen = row->seen;
    const g3_record *wanted = g3_ingest_unpack(ingest, row);
    take_record(ingest, row, record);
    if (find_conflict(ingest, row, wanted, record))
        return;
    if (gather_changes(ingest, row, wanted, record)) {
        row->action = G3_INGEST_UPDATED;
        row->step = row->seen.length ? G3_STEP_UPDATE : G3_STEP_READ;
        return;
    }
    if (created || updated)
        row->seen = seen;
    else
        row->change = row->old = (g3_view){0};
    g3_ingest_end(row, created   ? G3_INGEST_CREATED
                       : updated ? G3_INGEST_UPDATED
                                 : G3_INGEST_UNCHANGED);
}

void g3_ingest_decide_deletion(g3_ingest *ingest, g3_ingest_row *row, const g3_record *record)
{
    bool intended = row->step == G3_STEP_READ && row->action == G3_INGEST_DELETED;
    if (!record) {
        g3_ingest_end(row, intended ? G3_INGEST_DELETED : G3_INGEST_UNCHANGED);
        return;
    }
    const g3_record *wanted = g3_ingest_unpack(ingest, row);
    take_record(ingest, row, record);
    if (find_conflict(ingest, row, wanted, record))
        return;
    row->old = g3_arena_copy(&ingest->arena, record->json);
    row->action = G3_INGEST_DELETED;
    row->step = row->seen.length ? G3_STEP_DELETE : G3_STEP_READ;
}

/* True if the record has these members. */
static bool has_members(g3_view members, const g3_record *record)
{
    g3_arena scratch = {0};
    g3_record wanted;
    g3_view before;
    bool same = g3_ingest_read_members(members, &scratch, &wanted, &before);
    for (size_t i = 0; same && i < wanted.count; i++)
        same =
            g3_values_agree(&wanted.fields[i].value,
                            g3_record_get(record, (g3_object_field)wanted.fields[i].column->field));
    g3_arena_free(&scratch);
    return same;
}

/* A record that was to be made is there: is it the one? */
static bool is_made(g3_ingest *ingest, const g3_ingest_row *row, const g3_record *record)
{
    return g3_compare_object(g3_ingest_unpack(ingest, row), record) == 0;
}

static void recheck_present(g3_ingest *ingest, g3_ingest_row *row, const g3_record *record)
{
    g3_view seen = row->seen;
    bool known = seen.length != 0;
    bool untouched = row->untouched.length && g3_view_equal(row->untouched, record->revision);
    bool as_seen =
        known ? g3_view_equal(seen, record->revision) : has_members(row->expected, record);
    take_record(ingest, row, record);
    if (untouched) {
        g3_ingest_end(row, G3_INGEST_UNCHANGED);
    } else if (row->action == G3_INGEST_CREATED) {
        if (is_made(ingest, row, record))
            g3_ingest_end(row, G3_INGEST_CREATED);
        else
            g3_ingest_end_stale(ingest, row, "there is another record of this guid by now");
    } else if (as_seen) {
        row->step = row->action == G3_INGEST_DELETED ? G3_STEP_DELETE : G3_STEP_UPDATE;
        if (row->action == G3_INGEST_DELETED)
            row->old = g3_arena_copy(&ingest->arena, record->json);
    } else if (row->action == G3_INGEST_UPDATED && has_members(row->change, record)) {
        row->seen = seen; /* a try whose answer was lost, or a run that was killed */
        g3_ingest_end(row, G3_INGEST_UPDATED);
    } else {
        g3_ingest_end_stale(ingest, row, "the record has been changed since");
    }
}

void g3_ingest_recheck(g3_ingest *ingest, g3_ingest_row *row, const g3_record *record)
{
    if (record)
        recheck_present(ingest, row, record);
    else if (row->action == G3_INGEST_CREATED)
        row->step = G3_STEP_CREATE;
    else if (row->action == G3_INGEST_DELETED)
        g3_ingest_end(row, row->resumed ? G3_INGEST_DELETED : G3_INGEST_UNCHANGED);
    else
        g3_ingest_end_stale(ingest, row, "the record is gone");
}
