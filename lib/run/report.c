/* Reports: what is collected while a run goes on. Called by the tools and by what tells findings.
 */
#include "g3/run/report.h"
#include "g3/base/clock.h"
#include "g3/record/json.h"
#include "report_state.h"
#include <stdlib.h>

/* Stands behind a cell that was cut. */
#define CUT " \xe2\x80\xa6 (cut)"

static const g3_view OTHERS = G3_VIEW("others");

/* The number of the column of that name; G3_REPORT_COLUMNS if there is no more room. */
static size_t find_column(g3_report *report, g3_view name)
{
    size_t i = 0;
    while (i < report->column_count && !g3_view_equal(report->columns[i], name))
        i++;
    if (i == report->column_count && i < G3_REPORT_COLUMNS) {
        report->columns[i] = g3_arena_copy(&report->names, name);
        report->column_count++;
    }
    return i;
}

static void add_columns(g3_report *report)
{
    for (const char *at = report->options.columns; *at;) {
        size_t length = strcspn(at, "|");
        find_column(report, (g3_view){at, length});
        at += length + (at[length] == '|');
    }
}

g3_report *g3_report_open(const g3_report_options *options, g3_reporter *reporter, g3_error *error)
{
    if (strcmp(options->path, "-") == 0) {
        g3_fail(error, G3_EXIT_USAGE,
                "--report: a page can't go to standard output: name a file, such as report.html");
        return NULL;
    }
    g3_sink *sink = g3_sink_open(options->path, error);
    if (!sink)
        return NULL;
    g3_report *report = g3_allocate_zeroed(1, sizeof *report);
    report->options = *options;
    report->reporter = reporter;
    report->sink = sink;
    report->begun = time(NULL);
    add_columns(report);
    g3_series_begin(&report->series, g3_clock());
    reporter->series = &report->series;
    return report;
}

void g3_report_fact(g3_report *report, const char *name, const char *text)
{
    if (!report)
        return;
    report->facts =
        g3_reallocate(report->facts, report->fact_count + 1, sizeof *report->facts); /* few */
    report->facts[report->fact_count++] =
        (g3_report_pair){g3_arena_copy(&report->names, g3_view_of(name)),
                         g3_arena_copy(&report->names, g3_view_of(text))};
}

bool g3_report_wants(const g3_report *report)
{
    return report && report->kept < G3_REPORT_FINDINGS && report->rows.length < G3_REPORT_BYTES;
}

static g3_report_category *find_category(g3_report *report, g3_view name)
{
    for (size_t i = 0; i < report->category_count; i++)
        if (g3_view_equal(report->categories[i].name, name))
            return &report->categories[i];
    if (report->category_count == G3_REPORT_CATEGORIES)
        return &report->categories[G3_REPORT_CATEGORIES - 1];
    g3_report_category *added = &report->categories[report->category_count++];
    added->name = report->category_count < G3_REPORT_CATEGORIES
                      ? g3_arena_copy(&report->names, name)
                      : OTHERS;
    return added;
}

/* Cuts a cell at the end of a character. */
static g3_view cut(g3_report *report, g3_view text)
{
    size_t length = G3_REPORT_CELL;
    if (text.length <= length)
        return text;
    while (length && ((unsigned char)text.data[length] & 0xc0) == 0x80)
        length--;
    g3_buffer_clear(&report->scratch);
    g3_buffer_append(&report->scratch, (g3_view){text.data, length});
    g3_buffer_append_text(&report->scratch, CUT);
    return g3_arena_copy(&report->space, g3_buffer_view(&report->scratch));
}

/* The text of the next value: a string's, nothing for null, else JSON as it is written. */
static bool read_cell(g3_json_reader *json, g3_view *text)
{
    g3_json_type type = g3_json_peek(json);
    if (type == G3_JSON_STRING)
        return g3_json_read_string(json, text);
    if (!g3_json_skip(json, text))
        return false;
    if (type == G3_JSON_NULL)
        text->length = 0;
    return true;
}

/* Reads the cells of a finding. @return how many columns there are up to the last one */
static size_t read_cells(g3_report *report, g3_view line, g3_view *cells)
{
    g3_json_reader json;
    g3_view name, text;
    bool first;
    size_t count = 0;
    g3_json_begin(&json, line, &report->space);
    if (g3_json_peek(&json) != G3_JSON_OBJECT || !g3_json_enter(&json, &first))
        return 0;
    while (g3_json_more_key(&json, &first, &name) && read_cell(&json, &text)) {
        if (text.length == 0 || g3_view_equal(name, g3_view_of(report->options.category)))
            continue;
        size_t column = find_column(report, name);
        if (column == G3_REPORT_COLUMNS)
            continue;
        cells[column] = cut(report, text);
        if (column >= count)
            count = column + 1;
    }
    return count;
}

static void append_plain_cell(g3_buffer *row, g3_view text)
{
    g3_buffer_append_text(row, "<td><div>");
    g3_report_append_html(row, text);
    g3_buffer_append_text(row, "</div></td>");
}

static void keep(g3_report *report, g3_view category, g3_view line)
{
    g3_view cells[G3_REPORT_COLUMNS] = {{0}};
    g3_arena_clear(&report->space);
    size_t count = read_cells(report, line, cells);
    category = cut(report, category);
    if (report->kept)
        g3_buffer_append_text(&report->rows, ",\n");
    g3_buffer_append_char(&report->rows, '[');
    g3_report_append_json_string(&report->rows, category);
    for (size_t i = 0; i < count; i++) {
        g3_buffer_append_char(&report->rows, ',');
        g3_report_append_json_string(&report->rows, cells[i]);
    }
    g3_buffer_append_char(&report->rows, ']');
    if (report->kept++ >= G3_REPORT_PLAIN_ROWS)
        return;
    g3_buffer_append_text(&report->plain, "<tr>");
    append_plain_cell(&report->plain, category);
    for (size_t i = 0; i < count; i++)
        append_plain_cell(&report->plain, cells[i]);
    g3_buffer_append_text(&report->plain, "</tr>\n");
}

void g3_report_add(g3_report *report, g3_view category, g3_view line)
{
    if (!report)
        return;
    report->found++;
    find_category(report, category)->count++;
    if (line.length && g3_report_wants(report))
        keep(report, category, line);
}

static void close_report(g3_report *report)
{
    report->reporter->series = NULL;
    g3_buffer_free(&report->rows);
    g3_buffer_free(&report->plain);
    g3_buffer_free(&report->scratch);
    g3_arena_free(&report->names);
    g3_arena_free(&report->space);
    free(report->facts);
    free(report);
}

bool g3_report_finish(g3_report *report, const g3_report_end *end, g3_error *error)
{
    if (!report)
        return true;
    bool done = g3_report_write_page(report, end, error);
    if (done)
        done = g3_sink_finish(report->sink, error);
    else
        g3_sink_discard(report->sink, false);
    close_report(report);
    return done;
}

void g3_report_discard(g3_report *report)
{
    if (!report)
        return;
    g3_sink_discard(report->sink, false);
    close_report(report);
}
