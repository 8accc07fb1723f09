/* Reads the rows of a batch. Called by ingest.c.
 *
 * No record may be meant by two rows of a batch, for what is decided about the second depends on
 * what becomes of the first: such a row begins the next batch. */
#include "g3/base/hash.h"
#include "g3/record/check.h"
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
    size_t count = g3_check_object(record, faults);
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

/* Notes what the row means a record by. @return false if another row of the batch does so */
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

/* @return false if another row of the batch means the same record */
static bool take_row_key(g3_ingest *ingest, const g3_ingest_row *row, const g3_record *record)
{
    const g3_value *md5 = g3_record_get(record, G3_MD5);
    g3_view prefix = g3_buffer_view(&ingest->prefix.text);
    g3_view guid = row->guid;
    if (guid.length == 0)
        return !ingest->match || row->before.length || take_key(ingest, g3_hash(md5->text));
    if (prefix.length && g3_view_starts_with(guid, prefix)) /* both spellings are one record */
        guid = (g3_view){guid.data + prefix.length, guid.length - prefix.length};
    return take_key(ingest, g3_hash(guid));
}

static void set_first_step(const g3_ingest *ingest, g3_ingest_row *row)
{
    if (row->guid.length)
        row->step = G3_STEP_LOOK;
    else
        row->step = ingest->match && row->before.length == 0 ? G3_STEP_MATCH : G3_STEP_MINT;
}

/* Makes a row of the record that the feed gave last, in `arena`. */
static g3_ingest_row make_row(g3_ingest *ingest, const g3_record *record, g3_arena *arena)
{
    const g3_row_feed *feed = &ingest->feed;
    g3_ingest_row row = {.number = feed->rows - 1,
                         .line = record->line,
                         .file = g3_source_name_of(feed->paths[feed->next_path - 1]),
                         .digest = g3_hash(g3_manifest_row_text(feed->reader))};
    g3_buffer_clear(&ingest->space);
    g3_record_pack(ingest->packer, record, &ingest->space);
    row.packed = g3_arena_copy(arena, g3_buffer_view(&ingest->space));
    row.guid = g3_arena_copy(arena, g3_record_guid(record));
    row.before = g3_arena_copy(arena, find_before(record));
    set_first_step(ingest, &row);
    return row;
}

/* Adds a row to the batch, as the journal has it if it does. */
static bool add_row(g3_ingest *ingest, const g3_ingest_row *row, g3_error *error)
{
    g3_ingest_row *added = &ingest->rows[ingest->count++];
    *added = *row;
    return !ingest->journal ||
           g3_ingest_journal_load(ingest->journal, added, &ingest->arena, error);
}

/* Begins the batch with the row that the one before had no room for. */
static bool take_held_row(g3_ingest *ingest, g3_error *error)
{
    g3_ingest_row row = ingest->held_row;
    row.packed = g3_arena_copy(&ingest->arena, row.packed);
    row.guid = g3_arena_copy(&ingest->arena, row.guid);
    row.before = g3_arena_copy(&ingest->arena, row.before);
    ingest->held = false;
    g3_arena_clear(&ingest->held_arena);
    take_row_key(ingest, &row, g3_ingest_unpack(ingest, &row));
    return add_row(ingest, &row, error);
}

/* Takes a record into the batch, or holds it for the next one. */
static bool take_record(g3_ingest *ingest, const g3_record *record, g3_error *error)
{
    g3_arena scratch = {0};
    g3_record united = unite_lists(record, &scratch);
    const char *fault = g3_ingest_is_metadata(ingest) ? NULL : find_fault(&united, &ingest->space);
    bool good = true;
    if (fault) {
        good = g3_row_feed_reject(&ingest->feed, fault, error);
    } else {
        g3_ingest_row row = make_row(ingest, &united, &ingest->arena);
        if (take_row_key(ingest, &row, &united)) {
            good = add_row(ingest, &row, error);
        } else {
            ingest->held_row = make_row(ingest, &united, &ingest->held_arena);
            ingest->held = true;
        }
    }
    g3_arena_free(&scratch);
    return good;
}

bool g3_ingest_read(g3_ingest *ingest, g3_error *error)
{
    ingest->count = 0;
    g3_arena_clear(&ingest->arena);
    memset(ingest->keys, 0, KEY_PLACES * sizeof *ingest->keys);
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
