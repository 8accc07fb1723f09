/* Reads the rows of a batch. Called by ingest.c.
 *
 * No record may be meant by two rows of a batch, for what is decided about the second depends on
 * what becomes of the first: such a row begins the next batch. */
#include "g3/base/hash.h"
#include "g3/record/check.h"
#include "g3/record/json.h"
#include "ingest_state.h"
#include <stdlib.h>

/* Places of the set of keys: at most half full. */
#define KEY_PLACES (2 * G3_INGEST_ROWS)

/* Column of the GUID that a row is to be a new version of. */
static const g3_view BEFORE_COLUMN = G3_VIEW("prev_guid");

/* Lists to this length are united item by item. */
#define UNITED_ITEMS ((size_t)64)

static bool is_in(const g3_view *items, size_t count, g3_view item)
{
    for (size_t i = 0; i < count; i++)
        if (g3_view_equal(items[i], item))
            return true;
    return false;
}

/* Drops items that come again: the first of each stays in its place, or where there are many, they
 * are sorted. */
static void unite_items(g3_value *list)
{
    size_t kept = 0;
    if (list->list.count > UNITED_ITEMS)
        g3_value_sort_items(list);
    for (size_t i = 0; i < list->list.count; i++) {
        g3_view item = list->list.items[i];
        bool again = list->list.count > UNITED_ITEMS
                         ? kept && g3_view_equal(list->list.items[kept - 1], item)
                         : is_in(list->list.items, kept, item);
        if (!again)
            list->list.items[kept++] = item;
    }
    list->list.count = kept;
}

/* A copy of the record's fields with united lists. */
static g3_record unite_lists(const g3_record *record, g3_arena *arena)
{
    g3_record united = *record;
    united.fields = g3_arena_take(arena, record->count * sizeof *united.fields);
    memcpy(united.fields, record->fields, record->count * sizeof *united.fields);
    for (size_t i = 0; i < united.count; i++)
        if (united.fields[i].value.type == G3_LIST)
            unite_items(&united.fields[i].value);
    return united;
}

/* What is wrong with a row, in `space`; NULL: nothing. */
static const char *find_fault(const g3_record *record, g3_buffer *space)
{
    g3_fault faults[G3_FAULT_LIMIT];
    size_t found = g3_check_object(record, NULL, faults);
    size_t count = found < G3_FAULT_LIMIT ? found : G3_FAULT_LIMIT;
    g3_buffer_clear(space);
    for (size_t i = 0; i < count; i++) {
        g3_view name = g3_object_columns[faults[i].field].name;
        g3_buffer_append_text(space, i ? "; " : "");
        g3_buffer_append(space, name);
        if (faults[i].value.length)
            g3_buffer_append_format(space, " \"%.*s\"", (int)faults[i].value.length,
                                    faults[i].value.data);
        g3_buffer_append_format(space, " %s", faults[i].reason);
    }
    return count ? g3_buffer_text(space) : NULL;
}

static g3_view find_before(const g3_record *record)
{
    for (size_t i = 0; i < record->count; i++)
        if (g3_view_equal(record->fields[i].column->name, BEFORE_COLUMN) &&
            record->fields[i].value.type == G3_STRING)
            return g3_view_trim(record->fields[i].value.text);
    return (g3_view){0};
}

void g3_ingest_keys_clear(g3_ingest *ingest)
{
    memset(ingest->keys, 0, KEY_PLACES * sizeof *ingest->keys);
}

/* Notes what a row means a record by. @return false if another row of the batch does so */
static bool take_key(g3_ingest *ingest, uint64_t key)
{
    key += key == 0;
    size_t at = key & (KEY_PLACES - 1);
    for (; ingest->keys[at]; at = (at + 1) & (KEY_PLACES - 1))
        if (ingest->keys[at] == key)
            return false;
    ingest->keys[at] = key;
    return true;
}

bool g3_ingest_take_guid(g3_ingest *ingest, g3_view guid)
{
    g3_view prefix = g3_buffer_view(&ingest->prefix.text);
    if (prefix.length && g3_view_starts_with(guid, prefix)) /* both spellings are one record */
        guid = (g3_view){guid.data + prefix.length, guid.length - prefix.length};
    return take_key(ingest, g3_hash(guid));
}

/* @return false if another row of the batch means the same record */
static bool take_row_key(g3_ingest *ingest, const g3_ingest_row *row)
{
    if (row->guid.length)
        return g3_ingest_take_guid(ingest, row->guid);
    if (!ingest->match || row->before.length || row->packed.length == 0)
        return true;
    return take_key(ingest, g3_hash(g3_record_get(g3_ingest_unpack(ingest, row), G3_MD5)->text));
}

static void set_first_step(const g3_ingest *ingest, g3_ingest_row *row)
{
    if (row->guid.length)
        row->step = G3_STEP_LOOK;
    else if (ingest->metadata || (ingest->match && row->before.length == 0))
        row->step = G3_STEP_MATCH;
    else
        row->step = G3_STEP_MINT;
}

/* The text by which a metadata row without a GUID is looked for, as the cell has it. */
static g3_view find_text(const g3_ingest *ingest, const g3_record *record, g3_arena *arena)
{
    const char *column = ingest->options->metadata.url_text;
    g3_buffer text = {0};
    g3_view found = {0};
    for (size_t i = 0; column && i < record->count; i++) {
        const g3_value *value = &record->fields[i].value;
        if (!g3_view_equal(record->fields[i].column->name, g3_view_of(column)))
            continue;
        if (value->type == G3_STRING)
            g3_buffer_append(&text, g3_view_trim(value->text));
        else if (value->type != G3_NULL)
            g3_json_append_value(&text, value);
        found = g3_arena_copy(arena, g3_buffer_view(&text));
    }
    g3_buffer_free(&text);
    return found;
}

/* Takes what a manifest's row says. @return NULL, or what is wrong with it */
static const char *read_manifest_row(g3_ingest *ingest, const g3_record *record, g3_ingest_row *row,
                                     g3_arena *arena)
{
    g3_arena scratch = {0};
    g3_record united = unite_lists(record, &scratch);
    bool checked = !ingest->metadata && ingest->options->task != G3_INGEST_DELETE;
    const char *fault = checked ? find_fault(&united, &ingest->space) : NULL;
    if (!fault) {
        g3_buffer_clear(&ingest->space);
        g3_record_pack(ingest->packer, &united, &ingest->space);
        row->packed = g3_arena_copy(arena, g3_buffer_view(&ingest->space));
        row->guid = g3_arena_copy(arena, g3_record_guid(record));
        row->before = g3_arena_copy(arena, find_before(record));
        if (ingest->metadata && row->guid.length == 0)
            row->text = find_text(ingest, record, arena);
        set_first_step(ingest, row);
    }
    g3_arena_free(&scratch);
    return fault;
}

/* Makes a row of the record that the feed gave last, in `arena`.
 * @return NULL, or what is wrong with it */
static const char *make_row(g3_ingest *ingest, const g3_record *record, g3_ingest_row *row,
                            g3_arena *arena)
{
    const g3_row_feed *feed = &ingest->feed;
    *row = (g3_ingest_row){.number = feed->rows - 1,
                           .line = record->line,
                           .file = g3_source_name_of(feed->paths[feed->next_path - 1]),
                           .digest = g3_hash(g3_manifest_row_text(feed->reader))};
    return ingest->options->task == G3_INGEST_APPLY
               ? g3_ingest_plan_read(ingest, record, row, arena)
               : read_manifest_row(ingest, record, row, arena);
}

/* Adds a row to the batch, as the journal has it if it does. */
static bool add_row(g3_ingest *ingest, const g3_ingest_row *row, g3_error *error)
{
    g3_ingest_row *added = &ingest->rows[ingest->count++];
    *added = *row;
    return !ingest->journal ||
           g3_ingest_journal_load(ingest->journal, added, &ingest->arena, error);
}

/* Moves the texts of a row into the batch's arena. */
static void move_texts(g3_ingest *ingest, g3_ingest_row *row)
{
    g3_view *texts[] = {&row->packed, &row->text, &row->guid,  &row->before,  &row->change,
                        &row->old,    &row->seen, &row->error, &row->expected};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        *texts[i] = g3_arena_copy(&ingest->arena, *texts[i]);
    if (row->file)
        row->file = g3_arena_copy(&ingest->arena, g3_view_of(row->file)).data;
}

/* Begins the batch with the row that the one before had no room for. */
static bool take_held_row(g3_ingest *ingest, g3_error *error)
{
    g3_ingest_row row = ingest->held_row;
    move_texts(ingest, &row);
    ingest->held = false;
    g3_arena_clear(&ingest->held_arena);
    take_row_key(ingest, &row);
    return add_row(ingest, &row, error);
}

/* Gives a metadata row the GUID that its text has led to. */
static bool link_row(g3_ingest *ingest, g3_ingest_row *row, g3_error *error)
{
    if (!ingest->links || row->step != G3_STEP_MATCH)
        return true;
    return g3_ingest_links_find(ingest->links, ingest, row, error);
}

/* Takes a record into the batch, or holds it for the next one. */
static bool take_record(g3_ingest *ingest, const g3_record *record, g3_error *error)
{
    g3_ingest_row row;
    const char *fault = make_row(ingest, record, &row, &ingest->arena);
    if (fault)
        return g3_row_feed_reject(&ingest->feed, fault, error);
    if (!link_row(ingest, &row, error))
        return false;
    if (row.step == G3_STEP_DONE || take_row_key(ingest, &row))
        return add_row(ingest, &row, error);
    make_row(ingest, record, &ingest->held_row, &ingest->held_arena);
    ingest->held_row.guid = g3_arena_copy(&ingest->held_arena, row.guid);
    ingest->held_row.step = row.step;
    ingest->held = true;
    return true;
}

bool g3_ingest_read(g3_ingest *ingest, g3_error *error)
{
    ingest->count = 0;
    g3_arena_clear(&ingest->arena);
    g3_ingest_keys_clear(ingest);
    if (ingest->held && !take_held_row(ingest, error))
        return false;
    while (!ingest->ended && !ingest->held && ingest->count < G3_INGEST_ROWS &&
           ingest->arena.used < G3_INGEST_BYTES) {
        const g3_record *record;
        g3_next next = g3_row_feed_next(&ingest->feed, &record, error);
        if (next == G3_NEXT_ERROR)
            return false;
        ingest->ended = next == G3_NEXT_END;
        if (!ingest->ended && !take_record(ingest, record, error))
            return false;
    }
    return true;
}

void g3_ingest_rows_open(g3_ingest *ingest)
{
    ingest->rows = g3_allocate_zeroed(G3_INGEST_ROWS, sizeof *ingest->rows);
    ingest->keys = g3_allocate_zeroed(KEY_PLACES, sizeof *ingest->keys);
}

void g3_ingest_rows_close(g3_ingest *ingest)
{
    free(ingest->rows);
    free(ingest->keys);
    g3_arena_free(&ingest->arena);
    g3_arena_free(&ingest->held_arena);
}
