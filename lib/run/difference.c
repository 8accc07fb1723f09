/* Differences as JSON lines, CSV or TSV, and the Python SDK's lines. Called by verify. */
#include "g3/run/difference.h"
#include "g3/record/json.h"
#include "g3/record/list.h"
#include "g3/run/python.h"
#include "g3/table/rows.h"
#include <stdlib.h>

static const g3_view NO_RECORD = G3_VIEW("no_record");
static const g3_value NOTHING = {.type = G3_NULL};
static const g3_value NO_VALUE = {.type = G3_NULL}; /* where the whole row is what was expected */

/* One line to write: `row` in place of a value where the index has no record. */
typedef struct difference {
    g3_view guid;
    g3_object_field field; /* G3_OTHER_FIELD: no record, or one that has a name */
    g3_view name;          /* of what is no object field, or empty */
    const g3_value *expected;
    const g3_value *actual;
    const g3_record *row; /* stands for `expected` where there is no record; else NULL */
} difference;

static g3_view name_field(const difference *line)
{
    if (line->row)
        return NO_RECORD;
    return line->field < G3_OBJECT_FIELDS ? g3_object_columns[line->field].name : line->name;
}

static void append_row_as_json(g3_buffer *lines, const g3_record *row)
{
    g3_json_append_record(lines, row);
    lines->length--; /* without its line end */
}

/* A copy of a list with its items in order; the caller frees the items. */
static g3_value sort_list(const g3_value *list)
{
    g3_value sorted = {.type = G3_LIST};
    sorted.list.count = list->list.count;
    sorted.list.items = g3_allocate(list->list.count * sizeof(g3_view));
    if (list->list.count)
        memcpy(sorted.list.items, list->list.items, list->list.count * sizeof(g3_view));
    g3_value_sort_items(&sorted);
    return sorted;
}

static void append_json_value(g3_buffer *lines, const g3_value *value)
{
    if (value->type != G3_LIST) {
        g3_json_append_value(lines, value);
        return;
    }
    g3_value sorted = sort_list(value);
    g3_json_append_value(lines, &sorted);
    free(sorted.list.items);
}

static void append_json_line(g3_buffer *lines, const difference *line)
{
    g3_buffer_append_text(lines, "{\"guid\":");
    g3_json_append_string(lines, line->guid);
    g3_buffer_append_text(lines, ",\"field\":");
    g3_json_append_string(lines, name_field(line));
    g3_buffer_append_text(lines, ",\"expected\":");
    if (line->row)
        append_row_as_json(lines, line->row);
    else
        append_json_value(lines, line->expected);
    g3_buffer_append_text(lines, ",\"actual\":");
    append_json_value(lines, line->actual);
    g3_buffer_append_text(lines, "}\n");
}

static void append_cell_text(g3_difference_writer *writer, const g3_value *value,
                             g3_object_field field)
{
    if (value->type == G3_LIST) {
        g3_value sorted = sort_list(value);
        g3_list_append(&writer->space, &sorted, field, writer->delimiter == '\t');
        free(sorted.list.items);
    } else if (value->type == G3_INTEGER) {
        g3_buffer_append_integer(&writer->space, value->integer);
    } else if (value->type != G3_NULL) {
        g3_buffer_append(&writer->space, value->text);
    }
}

static void append_cell(g3_difference_writer *writer, g3_buffer *lines, const difference *line,
                        const g3_value *value)
{
    g3_buffer_clear(&writer->space);
    if (line->row && value == line->expected)
        append_row_as_json(&writer->space, line->row);
    else
        append_cell_text(writer, value, line->field);
    g3_cell_append(lines, g3_buffer_view(&writer->space), writer->delimiter, false);
}

static void append_table_line(g3_difference_writer *writer, g3_buffer *lines,
                              const difference *line)
{
    g3_cell_append(lines, line->guid, writer->delimiter, false);
    g3_buffer_append_char(lines, writer->delimiter);
    g3_cell_append(lines, name_field(line), writer->delimiter, false);
    g3_buffer_append_char(lines, writer->delimiter);
    append_cell(writer, lines, line, line->expected);
    g3_buffer_append_char(lines, writer->delimiter);
    append_cell(writer, lines, line, line->actual);
    g3_buffer_append_char(lines, '\n');
}

/* Appends text as Python's str() has it, but for line ends. */
static void append_one_line(g3_buffer *lines, g3_view text)
{
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] == '\n' || text.data[i] == '\r')
            g3_buffer_append_text(lines, text.data[i] == '\n' ? "\\n" : "\\r");
        else
            g3_buffer_append_char(lines, text.data[i]);
    }
}

/* @param none  what stands for nothing */
static void append_sdk_value(g3_buffer *lines, const g3_value *value, const char *none)
{
    switch (value->type) {
    case G3_LIST:
        g3_python_append_list(lines, value->list.items, value->list.count);
        break;
    case G3_INTEGER:
        g3_buffer_append_integer(lines, value->integer);
        break;
    case G3_STRING:
        append_one_line(lines, value->text);
        break;
    case G3_JSON:
        g3_python_append_json(lines, value->text);
        break;
    case G3_NULL:
        g3_buffer_append_text(lines, none);
        break;
    }
}

static void append_sdk_line(g3_buffer *lines, const difference *line)
{
    append_one_line(lines, line->guid);
    g3_buffer_append_char(lines, '|');
    g3_buffer_append(lines, name_field(line));
    g3_buffer_append_text(lines, "|expected ");
    if (line->row)
        g3_python_append_row(lines, line->row);
    else
        append_sdk_value(lines, line->expected, "");
    g3_buffer_append_text(lines, "|actual ");
    append_sdk_value(lines, line->actual, "None");
    g3_buffer_append_char(lines, '\n');
}

static void append_form(g3_difference_writer *writer, g3_buffer *lines, const difference *line)
{
    switch (writer->form) {
    case G3_DIFFERENCE_NDJSON:
        append_json_line(lines, line);
        break;
    case G3_DIFFERENCE_TABLE:
        append_table_line(writer, lines, line);
        break;
    case G3_DIFFERENCE_SDK:
        append_sdk_line(lines, line);
        break;
    }
}

/* In front of a line that a report will be told of, bytes: of the line, of the same as JSON (none
 * where the line is that), of the field's name. These stand behind it in this order. */
typedef struct frame {
    size_t line, finding, field;
} frame;

static void append_line(g3_difference_writer *writer, g3_buffer *lines, const difference *line)
{
    if (!writer->report) {
        append_form(writer, lines, line);
        return;
    }
    frame lengths = {.field = name_field(line).length};
    size_t place = lines->length;
    g3_buffer_append(lines, (g3_view){(const char *)&lengths, sizeof lengths});
    size_t begun = lines->length;
    append_form(writer, lines, line);
    lengths.line = lines->length - begun;
    if (writer->form != G3_DIFFERENCE_NDJSON)
        append_json_line(lines, line);
    lengths.finding = lines->length - begun - lengths.line;
    g3_buffer_append(lines, name_field(line));
    memcpy(lines->data + place, &lengths, sizeof lengths);
}

void g3_difference_release(const g3_difference_writer *writer, g3_view held, g3_buffer *out)
{
    if (!writer->report) {
        g3_buffer_append(out, held);
        return;
    }
    const char *at = held.data, *end = held.data + held.length;
    while (at < end) {
        frame lengths;
        memcpy(&lengths, at, sizeof lengths);
        g3_view line = {at + sizeof lengths, lengths.line};
        g3_view finding = {line.data + line.length, lengths.finding};
        g3_view field = {finding.data + finding.length, lengths.field};
        g3_buffer_append(out, line);
        g3_report_add(writer->report, field, finding.length ? finding : line);
        at = field.data + field.length;
    }
}

void g3_difference_append_header(g3_difference_writer *writer, g3_buffer *lines)
{
    if (writer->form != G3_DIFFERENCE_TABLE)
        return;
    g3_buffer_append_format(lines, "guid%cfield%cexpected%cactual\n", writer->delimiter,
                            writer->delimiter, writer->delimiter);
}

void g3_difference_append(g3_difference_writer *writer, g3_buffer *lines, const g3_record *row,
                          const g3_record *record, g3_field_set fields)
{
    difference line = {.guid = g3_record_guid(row), .actual = &NOTHING};
    if (!record) {
        line.field = G3_OTHER_FIELD;
        line.expected = &NO_VALUE;
        line.row = row;
        append_line(writer, lines, &line);
        return;
    }
    for (g3_object_field field = G3_GUID; field < G3_OBJECT_FIELDS; field++) {
        if (!(fields & G3_FIELD_BIT(field)))
            continue;
        const g3_value *actual = g3_record_get(record, field);
        line.field = field;
        line.expected = g3_record_get(row, field);
        line.actual = actual ? actual : &NOTHING;
        append_line(writer, lines, &line);
    }
}

void g3_difference_append_named(g3_difference_writer *writer, g3_buffer *lines, g3_view guid,
                                g3_view name, const g3_value *expected, const g3_value *actual)
{
    const difference line = {.guid = guid,
                             .field = G3_OTHER_FIELD,
                             .name = name,
                             .expected = expected,
                             .actual = actual};
    append_line(writer, lines, &line);
}
