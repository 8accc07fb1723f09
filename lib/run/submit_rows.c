/* Reads the rows of a batch and puts them into the form that is sent. Called by submit.c. */
#include "g3/base/hash.h"
#include "g3/record/json.h"
#include "submit_state.h"
#include <inttypes.h>
#include <stdlib.h>

/* Places of the table of keys at first. */
#define FIRST_PLACES ((size_t)1024)

static const g3_view SUBMITTER_ID = G3_VIEW("submitter_id"), ID = G3_VIEW("id"),
                     TYPE = G3_VIEW("type");

/* A column's name as the service is to see it: templates mark what is required by asterisks. */
static g3_view clean_name(g3_view name)
{
    name = g3_view_trim(name);
    while (name.length && name.data[0] == '*')
        name = (g3_view){name.data + 1, name.length - 1};
    return name;
}

/* True if the text holds a character that the service takes for a line end, as Python's
 * splitlines() does, but is none in a TSV: \v \f FS GS RS, U+0085, U+2028, U+2029. */
static bool has_odd_line_end(g3_view text)
{
    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.data[i];
        g3_view rest = {text.data + i, text.length - i};
        if (c == '\v' || c == '\f' || (c >= 0x1c && c <= 0x1e) ||
            g3_view_starts_with(rest, G3_VIEW("\xc2\x85")) ||
            g3_view_starts_with(rest, G3_VIEW("\xe2\x80\xa8")) ||
            g3_view_starts_with(rest, G3_VIEW("\xe2\x80\xa9")))
            return true;
    }
    return false;
}

/* Between quotes, a line end is part of the cell to the service as well. */
static void append_cell(g3_buffer *line, g3_view cell, bool alone)
{
    if (has_odd_line_end(cell))
        g3_cell_append_quoted(line, cell);
    else
        g3_cell_append(line, cell, '\t', alone);
}

/* Without their asterisks, two columns may have one name. */
static bool check_names(const g3_submit *submit, const g3_column *const *columns, size_t count,
                        g3_error *error)
{
    for (size_t i = 1; i < count; i++)
        for (size_t k = 0; k < i; k++) {
            g3_view name = clean_name(columns[i]->name);
            if (g3_view_equal(name, clean_name(columns[k]->name)))
                return g3_fail(
                    error, G3_EXIT_INPUT,
                    "%s: columns %zu and %zu are both called \"%.*s\" without asterisks; "
                    "rename one in the file",
                    g3_manifest_name(submit->manifest), k + 1, i + 1, (int)name.length, name.data);
        }
    return true;
}

bool g3_submit_make_header(g3_submit *submit, g3_error *error)
{
    const g3_column **columns;
    size_t count;
    bool identified = false;
    g3_manifest_columns(submit->manifest, &columns, &count);
    for (size_t i = 0; i < count; i++) {
        g3_view name = clean_name(columns[i]->name);
        identified = identified || g3_view_equal(name, SUBMITTER_ID) || g3_view_equal(name, ID);
        if (i)
            g3_buffer_append_char(&submit->header, '\t');
        append_cell(&submit->header, name, count == 1);
    }
    g3_buffer_append_char(&submit->header, '\n');
    submit->header_digest = g3_hash(g3_buffer_view(&submit->header));
    if (identified)
        return check_names(submit, columns, count, error);
    g3_buffer names = {0};
    g3_view *list = g3_allocate_zeroed(count ? count : 1, sizeof *list);
    for (size_t i = 0; i < count; i++)
        list[i] = columns[i]->name;
    g3_append_column_names(&names, list, count);
    g3_fail(error, G3_EXIT_INPUT,
            "%s: there is neither a column submitter_id nor id, by which the service knows "
            "records; the columns are %s",
            g3_manifest_name(submit->manifest), g3_buffer_text(&names));
    free(list);
    g3_buffer_free(&names);
    return false;
}

/* A key of the row: its type and submitter_id, by which the service tells records apart. */
static uint64_t make_key(g3_submit *submit, const g3_submit_row *row)
{
    g3_buffer_clear(&submit->scratch);
    g3_buffer_append(&submit->scratch, row->type);
    g3_buffer_append_char(&submit->scratch, '\0');
    g3_buffer_append(&submit->scratch, row->submitter_id);
    uint64_t hash = g3_hash(g3_buffer_view(&submit->scratch));
    return hash + (hash == 0);
}

static size_t find_place(const g3_submit_keys *keys, uint64_t hash)
{
    size_t at = hash & (keys->size - 1);
    while (keys->places[at].hash && keys->places[at].hash != hash)
        at = (at + 1) & (keys->size - 1);
    return at;
}

static void grow(g3_submit_keys *keys)
{
    g3_submit_keys larger = {.size = keys->size ? 2 * keys->size : FIRST_PLACES,
                             .count = keys->count};
    larger.places = g3_allocate_zeroed(larger.size, sizeof *larger.places);
    for (size_t i = 0; i < keys->size; i++)
        if (keys->places[i].hash)
            larger.places[find_place(&larger, keys->places[i].hash)] = keys->places[i];
    free(keys->places);
    *keys = larger;
}

/* Rejects a row whose key an earlier one has: the service would write one over the other, or refuse
 * both. */
static void check_key(g3_submit *submit, g3_submit_row *row)
{
    g3_submit_keys *keys = &submit->keys;
    if (row->submitter_id.length == 0)
        return;
    if (2 * keys->count >= keys->size)
        grow(keys);
    uint64_t hash = make_key(submit, row);
    size_t at = find_place(keys, hash);
    if (keys->places[at].hash) {
        g3_buffer_clear(&submit->scratch);
        g3_buffer_append_format(
            &submit->scratch,
            "submitter_id \"%.*s\" is that of line %" PRIu64 " too, and must be unique in its node",
            (int)row->submitter_id.length, row->submitter_id.data, keys->places[at].line);
        row->reason = g3_arena_copy(&submit->arena, g3_buffer_view(&submit->scratch));
        row->state = G3_SUBMIT_REJECTED;
        return;
    }
    keys->places[at].hash = hash;
    keys->places[at].line = row->line;
    keys->count++;
}

/* Takes the values that identify a record. */
static void take_identity(const g3_record *record, g3_submit_row *row, g3_arena *arena)
{
    for (size_t i = 0; i < record->count; i++) {
        const g3_field *field = &record->fields[i];
        g3_view name = clean_name(field->column->name);
        g3_view *text = g3_view_equal(name, SUBMITTER_ID) ? &row->submitter_id
                        : g3_view_equal(name, TYPE)       ? &row->type
                                                          : NULL;
        if (text && field->value.type == G3_STRING)
            *text = g3_arena_copy(arena, g3_view_trim(field->value.text));
    }
}

static g3_view make_body(g3_submit *submit, const g3_record *record)
{
    if (!submit->tabular)
        return g3_arena_copy(&submit->arena, g3_manifest_row_text(submit->manifest));
    g3_buffer *line = &submit->scratch;
    g3_buffer_clear(line);
    for (size_t i = 0; i < record->count; i++) {
        if (i)
            g3_buffer_append_char(line, '\t');
        append_cell(line, record->fields[i].value.text, record->count == 1);
    }
    g3_buffer_append_char(line, '\n');
    return g3_arena_copy(&submit->arena, g3_buffer_view(line));
}

static g3_submit_row *add_row(g3_submit *submit)
{
    if (submit->count == submit->room) {
        submit->room = submit->room ? 2 * submit->room : G3_SUBMIT_CHUNK;
        submit->rows = g3_reallocate(submit->rows, submit->room, sizeof *submit->rows);
    }
    g3_submit_row *row = &submit->rows[submit->count++];
    *row = (g3_submit_row){0};
    return row;
}

static bool take_row(g3_submit *submit, const g3_record *record, g3_error *error)
{
    g3_submit_row *row = add_row(submit);
    row->line = record->line;
    row->text = g3_arena_copy(&submit->arena, g3_manifest_row_text(submit->manifest));
    row->body = make_body(submit, record);
    row->digest = g3_hash(row->body) ^ submit->header_digest; /* other columns: another row */
    take_identity(record, row, &submit->arena);
    check_key(submit, row);
    return row->state != G3_SUBMIT_PENDING || !submit->journal ||
           g3_submit_journal_load(submit->journal, row, &submit->arena, error);
}

bool g3_submit_read_rows(g3_submit *submit, g3_error *error)
{
    size_t wanted = submit->chunk * (size_t)submit->options->parallel;
    submit->count = 0;
    g3_arena_clear(&submit->arena);
    while (submit->count < wanted && !submit->ended) {
        g3_record record;
        g3_bad_row bad;
        switch (g3_manifest_next(submit->manifest, &record, &bad, error)) {
        case G3_NEXT_ITEM:
            if (!take_row(submit, &record, error))
                return false;
            break;
        case G3_NEXT_BAD:
            if (!g3_rejects_add(submit->options->rejects, g3_manifest_name(submit->manifest), &bad,
                                error))
                return false;
            break;
        case G3_NEXT_END:
            submit->ended = true;
            break;
        default:
            return false;
        }
    }
    return true;
}
