/* The list of what is wanted, as a hash set. Called by fetch. */
#include "wanted.h"
#include "g3/base/hash.h"
#include "g3/record/check.h"
#include <inttypes.h>
#include <stdlib.h>

#define MD5_LENGTH 32

/* Places of the table to begin with; a power of 2. It grows when three quarters are taken. */
#define PLACES_AT_FIRST 1024

/* Most items: their numbers are kept in 32 bits. */
#define MOST_ITEMS ((size_t)UINT32_MAX - 1)

typedef struct wanted_item {
    g3_view text;
    bool found;
} wanted_item;

struct g3_wanted {
    g3_object_field field;
    size_t memory;
    wanted_item *items;
    size_t count, capacity;
    size_t found;
    uint32_t *table; /* numbers + 1; 0: a free place */
    size_t places;
    g3_arena texts;
};

/* The place where `text` stands, or the free one where it would. */
static uint32_t *find_place(const g3_wanted *wanted, g3_view text)
{
    size_t at = g3_hash(text) & (wanted->places - 1);
    for (;; at = (at + 1) & (wanted->places - 1)) {
        uint32_t *place = &wanted->table[at];
        if (*place == 0 || g3_view_equal(wanted->items[*place - 1].text, text))
            return place;
    }
}

static void set_places(g3_wanted *wanted, size_t places)
{
    free(wanted->table);
    wanted->places = places;
    wanted->table = g3_allocate_zeroed(places, sizeof *wanted->table);
    for (size_t i = 0; i < wanted->count; i++)
        *find_place(wanted, wanted->items[i].text) = (uint32_t)i + 1;
}

/* Bytes in use; while growing, old and new are there at once. */
static size_t measure(const g3_wanted *wanted)
{
    return wanted->texts.used + 2 * wanted->capacity * sizeof *wanted->items +
           2 * wanted->places * sizeof *wanted->table;
}

static bool add_item(g3_wanted *wanted, g3_view text, const char *path, g3_error *error)
{
    uint32_t *place = find_place(wanted, text);
    if (*place)
        return true;
    if (wanted->count == wanted->capacity) {
        wanted->capacity = wanted->capacity ? wanted->capacity * 2 : PLACES_AT_FIRST;
        wanted->items = g3_reallocate(wanted->items, wanted->capacity, sizeof *wanted->items);
    }
    if (wanted->count == MOST_ITEMS || measure(wanted) > wanted->memory)
        return g3_fail(
            error, G3_EXIT_USAGE,
            "%s: the list does not fit the memory after %zu items; raise --memory, or part the "
            "list",
            path, wanted->count);
    wanted->items[wanted->count++] = (wanted_item){g3_arena_copy(&wanted->texts, text), false};
    *place = (uint32_t)wanted->count;
    if (wanted->count * 4 > wanted->places * 3)
        set_places(wanted, wanted->places * 2);
    return true;
}

static bool is_md5(g3_view text)
{
    for (size_t i = 0; i < text.length; i++)
        if (g3_hex_digit(text.data[i]) < 0)
            return false;
    return text.length == MD5_LENGTH;
}

/* What is wrong with an item, or NULL. */
static const char *find_fault(const g3_wanted *wanted, g3_view text)
{
    if (text.length == 0)
        return wanted->field == G3_MD5 ? "md5 is empty" : "guid is empty";
    if (wanted->field == G3_MD5 && !is_md5(text))
        return "md5 is not 32 hexadecimal digits";
    return NULL;
}

static bool take_item(g3_wanted *wanted, g3_view text, const g3_manifest_reader *reader,
                      const g3_bad_row *row, g3_rejects *rejects, g3_error *error)
{
    char lower[MD5_LENGTH];
    const char *fault = find_fault(wanted, text);
    if (fault) {
        g3_bad_row bad = *row;
        bad.reason = fault;
        return g3_rejects_add(rejects, g3_manifest_name(reader), &bad, error);
    }
    if (wanted->field == G3_MD5) {
        for (size_t i = 0; i < MD5_LENGTH; i++)
            lower[i] = text.data[i] >= 'A' && text.data[i] <= 'F' ? (char)(text.data[i] | ' ')
                                                                  : text.data[i];
        text.data = lower;
    }
    return add_item(wanted, text, g3_manifest_name(reader), error);
}

/* The wanted field's text in a record; of plain lines, the only field's. */
static g3_view read_item(const g3_wanted *wanted, const g3_record *record, bool plain)
{
    const g3_value *value =
        plain && record->count ? &record->fields[0].value : g3_record_get(record, wanted->field);
    return value && value->type == G3_STRING ? g3_view_trim(value->text) : (g3_view){0};
}

/* Finds out what the file is: a manifest with the column, or plain lines, whose first one was taken
 * for the header. A stream of JSON lines has no header.
 * @param first  the item that stands for the header, or empty */
static bool find_column(const g3_wanted *wanted, const g3_manifest_reader *reader, bool *plain,
                        g3_view *first, g3_error *error)
{
    const g3_column **columns;
    size_t count;
    const char *name = wanted->field == G3_MD5 ? "md5" : "guid";
    *plain = false;
    *first = (g3_view){0};
    g3_manifest_columns(reader, &columns, &count);
    for (size_t i = 0; i < count; i++)
        if (columns[i]->field == wanted->field)
            return true;
    if (count == 0)
        return true;
    if (count == 1 &&
        (wanted->field == G3_MD5 ? is_md5(columns[0]->name) : g3_ends_in_uuid(columns[0]->name))) {
        *plain = true;
        *first = columns[0]->name;
        return true;
    }
    return g3_fail(
        error, G3_EXIT_INPUT,
        "%s has no column for the %s, and its first line is none: name the column with --map "
        "%s=COLUMN",
        g3_manifest_name(reader), name, name);
}

static bool read_rows(g3_wanted *wanted, g3_manifest_reader *reader, bool plain,
                      g3_rejects *rejects, g3_error *error)
{
    for (;;) {
        g3_record record;
        g3_bad_row bad;
        switch (g3_manifest_next(reader, &record, &bad, error)) {
        case G3_NEXT_ITEM:
            bad = (g3_bad_row){.line = record.line, .text = g3_manifest_row_text(reader)};
            if (!take_item(wanted, read_item(wanted, &record, plain), reader, &bad, rejects, error))
                return false;
            break;
        case G3_NEXT_BAD:
            if (!g3_rejects_add(rejects, g3_manifest_name(reader), &bad, error))
                return false;
            break;
        case G3_NEXT_END:
            return true;
        case G3_NEXT_ERROR:
            return false;
        }
    }
}

g3_wanted *g3_wanted_read(g3_object_field field, const char *path,
                          const g3_manifest_options *options, size_t memory, g3_rejects *rejects,
                          g3_error *error)
{
    bool plain;
    g3_view first;
    g3_manifest_reader *reader = g3_manifest_open(path, options, error);
    if (!reader)
        return NULL;
    g3_wanted *wanted = g3_allocate_zeroed(1, sizeof *wanted);
    wanted->field = field;
    wanted->memory = memory;
    set_places(wanted, PLACES_AT_FIRST);
    bool done = find_column(wanted, reader, &plain, &first, error);
    if (done && plain) {
        const g3_bad_row row = {.line = 1, .text = first};
        done = take_item(wanted, first, reader, &row, rejects, error);
    }
    done = done && read_rows(wanted, reader, plain, rejects, error);
    g3_manifest_close(reader);
    if (done)
        return wanted;
    g3_wanted_close(wanted);
    return NULL;
}

void g3_wanted_close(g3_wanted *wanted)
{
    if (!wanted)
        return;
    free(wanted->items);
    free(wanted->table);
    g3_arena_free(&wanted->texts);
    free(wanted);
}

size_t g3_wanted_count(const g3_wanted *wanted)
{
    return wanted->count;
}

g3_view g3_wanted_item(const g3_wanted *wanted, size_t number)
{
    return wanted->items[number].text;
}

bool g3_wanted_find(const g3_wanted *wanted, g3_view item, size_t *number)
{
    uint32_t place = *find_place(wanted, item);
    *number = (size_t)place - 1;
    return place != 0;
}

void g3_wanted_set_found(g3_wanted *wanted, size_t number)
{
    wanted->found += !wanted->items[number].found;
    wanted->items[number].found = true;
}

bool g3_wanted_is_found(const g3_wanted *wanted, size_t number)
{
    return wanted->items[number].found;
}

size_t g3_wanted_missing(const g3_wanted *wanted)
{
    return wanted->count - wanted->found;
}
