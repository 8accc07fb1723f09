/* Checks rows and writes what is wrong with them. Called by g3-parse. */
#include "g3/run/check.h"
#include "g3/base/utf8.h"
#include "g3/io/sorter.h"
#include "g3/record/json.h"
#include <inttypes.h>
#include <stdlib.h>

/* Where a value stands. Files are numbered in the order in which they come. */
typedef struct place {
    uint64_t line;
    uint32_t file;
    uint32_t field;
} place;

/* Lines of one file that are told apart by a number: 2^44, and a million files. */
#define LINE_BITS 44

struct g3_check {
    g3_check_options options;
    g3_check_result result;
    g3_sorter *values;  /* that must be there once: their places, by field and text */
    g3_sorter *repeats; /* places, the first one's and the text, by the place's number */
    char **files;
    uint32_t file_count;
    g3_buffer key, item, valid; /* scratch */
};

g3_check *g3_check_open(const g3_check_options *options)
{
    g3_check *check = g3_allocate_zeroed(1, sizeof *check);
    check->options = *options;
    if (options->unique) {
        check->values = g3_sorter_open(options->memory / 4 * 3);
        check->repeats = g3_sorter_open(options->memory / 4);
    }
    return check;
}

static void append_number(g3_buffer *line, const char *text, uint64_t number)
{
    g3_buffer_append_format(line, "%s%" PRIu64, text, number);
}

/* Writes a fault as text. */
static void write_text(g3_check *check, const char *file, uint64_t line, g3_view column,
                       const g3_view *value, const char *reason)
{
    g3_buffer *out = g3_sink_buffer(check->options.output);
    g3_buffer_append_text(out, file);
    append_number(out, ":", line);
    g3_buffer_append_text(out, ": ");
    g3_buffer_append(out, column);
    g3_buffer_append_text(out, column.length ? " " : "");
    if (value && value->length) {
        g3_json_append_string(out, g3_make_utf8(*value, &check->valid)); /* stays one line */
        g3_buffer_append_char(out, ' ');
    }
    g3_buffer_append_text(out, reason);
    g3_buffer_append_char(out, '\n');
}

static void write_json(g3_check *check, const char *file, uint64_t line, g3_view column,
                       const g3_view *value, const char *reason)
{
    g3_buffer *out = g3_sink_buffer(check->options.output);
    g3_buffer_append_char(out, '{');
    if (check->options.name_files) {
        g3_buffer_append_text(out, "\"file\":");
        g3_json_append_string(out, g3_make_utf8(g3_view_of(file), &check->valid));
        g3_buffer_append_char(out, ',');
    }
    append_number(out, "\"line\":", line);
    g3_buffer_append_text(out, ",\"column\":");
    if (column.length)
        g3_json_append_string(out, column);
    else
        g3_buffer_append_text(out, "null");
    if (value) {
        g3_buffer_append_text(out, ",\"value\":");
        g3_json_append_string(out, *value);
    }
    g3_buffer_append_text(out, ",\"reason\":");
    g3_json_append_string(out, g3_view_of(reason));
    g3_buffer_append_text(out, "}\n");
}

static void write_fault(g3_check *check, const char *file, uint64_t line, g3_view column,
                        const g3_view *value, const char *reason)
{
    (check->options.text ? write_text : write_json)(check, file, line, column, value, reason);
}

/* The number of a file; it is that of the row before most often. */
static uint32_t number_file(g3_check *check, const char *file)
{
    uint32_t count = check->file_count;
    if (count && strcmp(check->files[count - 1], file) == 0)
        return count - 1;
    check->files = g3_reallocate(check->files, count + 1, sizeof *check->files);
    check->files[count] = g3_duplicate(g3_view_of(file));
    return check->file_count++;
}

static bool note_value(g3_check *check, const place *here, g3_view text, g3_error *error)
{
    if (text.length == 0)
        return true;
    g3_buffer_clear(&check->key);
    g3_buffer_append_char(&check->key, (char)('0' + here->field));
    g3_buffer_append(&check->key, text);
    g3_buffer_clear(&check->item);
    g3_buffer_append(&check->item, (g3_view){(const char *)here, sizeof *here});
    g3_buffer_append(&check->item, text);
    return g3_sorter_add(check->values, g3_buffer_view(&check->key), g3_buffer_view(&check->item),
                         error);
}

/* Notes the values of a row that must be there once. */
static bool note_row(g3_check *check, const char *file, const g3_record *record, g3_error *error)
{
    place here = {.line = record->line, .file = number_file(check, file)};
    for (size_t i = 0; i < record->count; i++) {
        unsigned field = record->fields[i].column->field;
        const g3_value *value = &record->fields[i].value;
        if (field >= G3_OBJECT_FIELDS || !(check->options.unique & 1u << field))
            continue;
        here.field = field;
        if (value->type == G3_STRING && !note_value(check, &here, value->text, error))
            return false;
        for (size_t k = 0; value->type == G3_LIST && k < value->list.count; k++)
            if (!note_value(check, &here, value->list.items[k], error))
                return false;
    }
    return true;
}

/* Writes the faults of a row, but for those of a column that has been told. @return their number */
static uint64_t write_faults(g3_check *check, const char *file, const g3_record *record,
                             g3_view told)
{
    g3_fault faults[G3_FAULT_LIMIT];
    size_t found = 0;
    g3_kind kind = check->options.kind;
    if (kind == G3_KIND_OBJECT)
        found = g3_check_object(record, &check->options.rules, faults);
    else if (kind == G3_KIND_METADATA && g3_record_guid(record).length == 0)
        faults[found++] = (g3_fault){G3_GUID, {0}, "is empty, but required"};
    for (size_t i = 0; i < found && i < G3_FAULT_LIMIT; i++) {
        g3_view column = g3_object_columns[faults[i].field].name;
        if (!g3_view_equal(column, told))
            write_fault(check, file, record->line, column, &faults[i].value, faults[i].reason);
    }
    if (found > G3_FAULT_LIMIT) {
        g3_buffer_clear(&check->item);
        append_number(&check->item, "has more faults: ", found - G3_FAULT_LIMIT);
        write_fault(check, file, record->line, (g3_view){0}, NULL, g3_buffer_text(&check->item));
    }
    return found;
}

bool g3_check_row(g3_check *check, const char *file, const g3_record *record, g3_error *error)
{
    uint64_t found = write_faults(check, file, record, (g3_view){0});
    check->result.rows++;
    check->result.faulty += found > 0;
    return !check->options.unique || note_row(check, file, record, error);
}

bool g3_check_bad_row(g3_check *check, const char *file, const g3_bad_row *bad, g3_error *error)
{
    check->result.rows++;
    check->result.faulty++;
    if (check->options.text) /* the reason names the column */
        write_text(check, file, bad->line, (g3_view){0}, NULL, bad->reason);
    else
        write_json(check, file, bad->line, bad->column, NULL, bad->reason);
    if (!bad->record)
        return true;
    write_faults(check, file, bad->record, bad->column);
    return !check->options.unique || note_row(check, file, bad->record, error);
}
/* Takes a noted value apart. */
static g3_view read_item(g3_view item, place *here)
{
    memcpy(here, item.data, sizeof *here);
    return (g3_view){item.data + sizeof *here, item.length - sizeof *here};
}

/* Goes through the values in their order, keeping the places of those that come again. */
static bool find_repeats(g3_check *check, g3_error *error)
{
    g3_buffer before = {0}; /* the first item of the value at hand */
    g3_view item;
    bool ended, done;
    while ((done = g3_sorter_next(check->values, &item, &ended, error)) && !ended) {
        place here, first;
        g3_view text = read_item(item, &here);
        bool same = before.length &&
                    g3_view_equal(read_item(g3_buffer_view(&before), &first), text) &&
                    first.field == here.field;
        if (!same) {
            g3_buffer_clear(&before);
            g3_buffer_append(&before, item);
            continue;
        }
        g3_buffer_clear(&check->item);
        g3_buffer_append(&check->item, (g3_view){(const char *)&first, sizeof first});
        g3_buffer_append(&check->item, item);
        uint64_t number = (uint64_t)here.file << LINE_BITS | here.line;
        if (!(done = g3_sorter_add_numbered(check->repeats, number, g3_buffer_view(&check->item),
                                            error)))
            break;
    }
    g3_buffer_free(&before);
    return done;
}

static bool write_repeats(g3_check *check, g3_error *error)
{
    g3_view item;
    bool ended, done;
    while ((done = g3_sorter_next(check->repeats, &item, &ended, error)) && !ended) {
        place first, here;
        g3_view text = read_item(read_item(item, &first), &here);
        g3_buffer_clear(&check->key);
        g3_buffer_append_text(&check->key, "is there before, in ");
        if (first.file != here.file)
            g3_buffer_append_format(&check->key, "%s, ", check->files[first.file]);
        append_number(&check->key, "line ", first.line);
        write_fault(check, check->files[here.file], here.line, g3_object_columns[here.field].name,
                    &text, g3_buffer_text(&check->key));
        check->result.repeated++;
        if (!(done = g3_sink_settle(check->options.output, false, error)))
            break;
    }
    return done;
}

bool g3_check_finish(g3_check *check, g3_check_result *result, g3_error *error)
{
    bool done =
        !check->options.unique || (find_repeats(check, error) && write_repeats(check, error));
    *result = check->result;
    return done;
}

void g3_check_close(g3_check *check)
{
    if (!check)
        return;
    g3_sorter_close(check->values);
    g3_sorter_close(check->repeats);
    for (uint32_t i = 0; i < check->file_count; i++)
        free(check->files[i]);
    free(check->files);
    g3_buffer_free(&check->key);
    g3_buffer_free(&check->item);
    g3_buffer_free(&check->valid);
    free(check);
}
