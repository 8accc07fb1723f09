/* Reports: the page. Called by report.c.
 *
 * report.html is the page with places such as {{title}} in it, and is part of this object file:
 * what belongs there is written by a function for each. What the page says is in it as HTML, so
 * that it can be read without scripts; its script draws the curves and searches the table, from the
 * same numbers and rows as JSON. */
#include "g3/base/clock.h"
#include "g3/base/options.h"
#include "g3/base/utf8.h"
#include "g3/record/json.h"
#include "report_state.h"
#include <inttypes.h>
#include <stdlib.h>

/* The page's own bytes: made of report.html by scripts/embed-page. */
static const char PAGE[] = {
#include "report_html.inc"
};

/* What is written at a place. */
typedef struct page {
    const g3_report *report;
    const g3_report_end *end;
    double seconds; /* that the run took */
    g3_buffer *out;
} page;

/* Percentiles of latencies that are told. */
static const struct {
    const char *name;
    double share;
} PERCENTILE[] = {{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"max", 1}};

void g3_report_append_html(g3_buffer *out, g3_view text)
{
    for (size_t i = 0; i < text.length; i++) {
        char c = text.data[i];
        switch (c) {
        case '&':
            g3_buffer_append_text(out, "&amp;");
            break;
        case '<':
            g3_buffer_append_text(out, "&lt;");
            break;
        case '>':
            g3_buffer_append_text(out, "&gt;");
            break;
        case '"':
            g3_buffer_append_text(out, "&quot;");
            break;
        case '\'':
            g3_buffer_append_text(out, "&#39;");
            break;
        default: /* HTML has no way to write control characters */
            if ((unsigned char)c < ' ' && c != '\n' && c != '\t')
                c = ' ';
            g3_buffer_append_char(out, c);
        }
    }
}

void g3_report_append_json_string(g3_buffer *out, g3_view text)
{
    size_t begun = out->length;
    g3_json_append_string(out, text);
    const char *left = memchr(out->data + begun, '<', out->length - begun);
    if (!left)
        return;
    g3_buffer copy = {0};
    size_t at = (size_t)(left - out->data);
    g3_buffer_append(&copy, (g3_view){left, out->length - at});
    out->length = at;
    for (size_t i = 0; i < copy.length; i++) {
        if (copy.data[i] == '<')
            g3_buffer_append_text(out, "\\u003c");
        else
            g3_buffer_append_char(out, copy.data[i]);
    }
    g3_buffer_free(&copy);
}

/* Text from outside, such as a file's name, may be no UTF-8. */
static void append_text(g3_buffer *out, const char *text)
{
    g3_buffer scratch = {0};
    g3_report_append_html(out, g3_make_utf8(g3_view_of(text), &scratch));
    g3_buffer_free(&scratch);
}

/* Appends a number with its thousands parted. */
static void append_digits(g3_buffer *out, uint64_t number)
{
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%" PRIu64, number);
    for (int i = 0; i < length; i++) {
        if (i && (length - i) % 3 == 0)
            g3_buffer_append_char(out, ',');
        g3_buffer_append_char(out, digits[i]);
    }
}

/* The same, to be read by programs too. */
static void append_number(g3_buffer *out, uint64_t number)
{
    g3_buffer_append_format(out, "<data value=\"%" PRIu64 "\">", number);
    append_digits(out, number);
    g3_buffer_append_text(out, "</data>");
}

static void append_duration(g3_buffer *out, double seconds)
{
    if (seconds < 1)
        g3_buffer_append_format(out, "%.3g ms", seconds * 1e3);
    else if (seconds < 120)
        g3_buffer_append_format(out, "%.1f s", seconds);
    else
        g3_buffer_append_format(out, "%" PRIu64 ":%02d:%02d", (uint64_t)(seconds / 3600),
                                (int)((uint64_t)seconds / 60 % 60), (int)((uint64_t)seconds % 60));
}

static void write_tool(const page *self)
{
    append_text(self->out, self->report->options.tool);
}

static void write_version(const page *self)
{
    g3_buffer_append_text(self->out, G3_VERSION);
}

static void write_title(const page *self)
{
    append_text(self->out, self->report->options.title);
}

static void write_category(const page *self)
{
    append_text(self->out, self->report->options.category);
}

static void write_outcome(const page *self)
{
    int status = self->end->status;
    bool whole = status == G3_EXIT_DONE || status == G3_EXIT_DIFFERENCES;
    const char *done = self->report->found ? "Done" : "Done, nothing to report";
    const char *words = status == G3_EXIT_DONE          ? done
                        : status == G3_EXIT_DIFFERENCES ? "Done, with findings"
                        : status == G3_EXIT_INTERRUPTED ? "Interrupted"
                                                        : "Failed";
    g3_buffer_append_format(self->out,
                            "<p class=\"outcome %s\"><strong>%s</strong> (exit status %d)",
                            status == G3_EXIT_DONE          ? "good"
                            : status == G3_EXIT_DIFFERENCES ? "found"
                                                            : "bad",
                            words, status);
    if (self->end->message && *self->end->message) {
        g3_buffer_append_text(self->out, ": ");
        append_text(self->out, self->end->message);
    }
    if (!whole)
        g3_buffer_append_text(self->out, "<br>What follows is what was done and found until then.");
    g3_buffer_append_text(self->out, "</p>");
}

static void write_facts(const page *self)
{
    const g3_report *report = self->report;
    char begun[32];
    struct tm utc;
    gmtime_r(&report->begun, &utc);
    strftime(begun, sizeof begun, "%Y-%m-%d %H:%M:%S UTC", &utc);
    g3_buffer scratch = {0};
    for (size_t i = 0; i < report->fact_count; i++) {
        g3_buffer_append_text(self->out, "<dt>");
        g3_report_append_html(self->out, report->facts[i].name);
        g3_buffer_append_text(self->out, "</dt><dd>");
        g3_report_append_html(self->out, g3_make_utf8(report->facts[i].text, &scratch));
        g3_buffer_append_text(self->out, "</dd>\n");
    }
    g3_buffer_free(&scratch);
    g3_buffer_append_format(self->out, "<dt>Begun</dt><dd>%s</dd>\n<dt>Took</dt><dd>", begun);
    append_duration(self->out, self->seconds);
    g3_buffer_append_text(self->out, "</dd>\n");
}

static void write_summary(const page *self)
{
    const g3_summary *summary = self->end->summary;
    for (size_t i = 0; i < summary->count; i++) {
        const g3_summary_item *item = &summary->items[i];
        g3_buffer_append_text(self->out,
                              item->kind == G3_SUMMARY_DETAIL ? "<tr class=\"detail\">" : "<tr>");
        g3_buffer_append_text(self->out, "<th scope=\"row\">");
        g3_report_append_html(self->out, item->label);
        g3_buffer_append_text(self->out, "</th><td class=\"number\">");
        if (item->fractional && item->digits)
            g3_buffer_append_format(self->out, "<data value=\"%.*f\">%.*f</data>", item->digits,
                                    item->amount, item->digits, item->amount);
        else
            append_number(self->out,
                          item->fractional ? (uint64_t)(item->amount + 0.5) : item->count);
        g3_buffer_append_text(self->out, "</td></tr>\n");
    }
}

static bool is_part(const g3_summary_item *item)
{
    return item->kind == G3_SUMMARY_GOOD || item->kind == G3_SUMMARY_FINDING;
}

/* One row of a bar chart. @param kind  class of the bar: "good", "found" or "" */
static void append_bar(g3_buffer *out, g3_view label, const char *kind, uint64_t count,
                       uint64_t sum)
{
    double percent = sum ? 100 * (double)count / (double)sum : 0;
    double width = count && percent < 0.5 ? 0.5 : percent; /* so that it can be seen */
    g3_buffer_append_text(out, "<tr><th scope=\"row\">");
    g3_report_append_html(out, label);
    g3_buffer_append_format(
        out,
        "</th><td><svg aria-hidden=\"true\"><rect class=\"track\" width=\"100%%\" "
        "height=\"20\" rx=\"3\"/><rect class=\"bar %s\" width=\"%.2f%%\" "
        "height=\"20\" rx=\"3\"/></svg></td><td class=\"number\">",
        kind, width);
    append_number(out, count);
    g3_buffer_append_format(out, "</td><td class=\"number\">%.1f</td></tr>\n", percent);
}

static size_t count_parts(const page *self)
{
    size_t count = 0;
    for (size_t i = 0; i < self->end->summary->count; i++)
        count += is_part(&self->end->summary->items[i]);
    return count;
}

/* The sum of the parts from `first` up to where others begin. */
static uint64_t sum_parts(const g3_summary *summary, size_t first)
{
    uint64_t sum = 0;
    for (size_t i = first; i < summary->count && summary->items[i].kind != G3_SUMMARY_COUNT; i++)
        sum += is_part(&summary->items[i]) ? summary->items[i].count : 0;
    return sum;
}

static void write_parts(const page *self)
{
    const g3_summary *summary = self->end->summary;
    uint64_t sum = sum_parts(summary, 0);
    for (size_t i = 0; i < summary->count; i++) {
        const g3_summary_item *item = &summary->items[i];
        if (item->kind == G3_SUMMARY_COUNT)
            sum = sum_parts(summary, i + 1);
        else if (is_part(item))
            append_bar(self->out, item->label, item->kind == G3_SUMMARY_GOOD ? "good" : "found",
                       item->count, sum);
    }
}

/* The most frequent first; others by their names, so that reports can be compared. */
static int compare_categories(const void *left, const void *right)
{
    const g3_report_category *one = left, *other = right;
    if (one->count != other->count)
        return one->count < other->count ? 1 : -1;
    return g3_view_compare(one->name, other->name);
}

static void write_categories(const page *self)
{
    const g3_report *report = self->report;
    g3_report_category sorted[G3_REPORT_CATEGORIES];
    memcpy(sorted, report->categories, sizeof sorted);
    qsort(sorted, report->category_count, sizeof *sorted, compare_categories);
    for (size_t i = 0; i < report->category_count; i++)
        append_bar(self->out, sorted[i].name, "", sorted[i].count, report->found);
}

static uint64_t count_done(const g3_series *series)
{
    uint64_t done = 0;
    for (size_t i = 0; i < series->count; i++)
        done += series->counts[i];
    return done;
}

static void write_rate(const page *self)
{
    g3_buffer_append_format(self->out,
                            "Counted as in the progress line: %s, or what is read to find them.",
                            self->report->options.unit);
}

static void write_percentiles(const page *self)
{
    for (size_t i = 0; i < G3_COUNT(PERCENTILE); i++)
        g3_buffer_append_format(self->out, "<th scope=\"col\" class=\"number\">%s</th>",
                                PERCENTILE[i].name);
}

static void write_latency(const page *self)
{
    for (size_t i = 0; self->end->http && i < G3_COUNT(PERCENTILE); i++) {
        double seconds = g3_histogram_percentile(&self->end->http->latency, PERCENTILE[i].share);
        g3_buffer_append_format(self->out, "<td class=\"number\"><data value=\"%.6f\">", seconds);
        append_duration(self->out, seconds);
        g3_buffer_append_text(self->out, "</data></td>");
    }
}

static void write_repeats(const page *self)
{
    const g3_http_statistics *http = self->end->http;
    if (!http || http->retries == 0) {
        g3_buffer_append_text(self->out, "<p>No request had to be repeated.</p>");
        return;
    }
    g3_buffer_append_text(
        self->out,
        "<table class=\"bars\"><thead><tr><th scope=\"col\">because of</th><th "
        "scope=\"col\">share</th><th scope=\"col\" class=\"number\">repeats</th><th scope=\"col\" "
        "class=\"number\">%</th></tr></thead>\n<tbody>\n");
    for (int cause = 0; cause < G3_HTTP_CAUSES; cause++)
        if (http->causes[cause])
            append_bar(self->out, g3_view_of(g3_http_cause_name((g3_http_cause)cause)), "found",
                       http->causes[cause], http->retries);
    g3_buffer_append_text(self->out, "</tbody></table>\n<p class=\"note\">");
    append_number(self->out, http->retries);
    g3_buffer_append_text(self->out, http->retries == 1 ? " repeat; " : " repeats; ");
    append_number(self->out, http->requests);
    g3_buffer_append_text(self->out, " answers in all.</p>");
}

static void write_columns(const page *self)
{
    const g3_report *report = self->report;
    g3_buffer_append_text(self->out, "<th scope=\"col\">");
    append_text(self->out, report->options.category);
    g3_buffer_append_text(self->out, "</th>");
    for (size_t i = 0; i < report->column_count; i++) {
        g3_buffer_append_text(self->out, "<th scope=\"col\">");
        g3_report_append_html(self->out, report->columns[i]);
        g3_buffer_append_text(self->out, "</th>");
    }
}

static void write_rows(const page *self)
{
    g3_buffer_append(self->out, g3_buffer_view(&self->report->plain));
}

/* How many findings there are, in plain words. */
static void append_found(g3_buffer *out, const g3_report *report)
{
    if (report->found == 0) {
        g3_buffer_append_text(out, "There are no findings.");
        return;
    }
    append_digits(out, report->found);
    g3_buffer_append_text(out, report->found == 1 ? " finding" : " findings");
    if (report->found == report->kept)
        return;
    g3_buffer_append_text(out, ", the first ");
    append_digits(out, report->kept);
    g3_buffer_append_text(out, " are here");
}

static void write_found(const page *self)
{
    append_found(self->out, self->report);
}

/* Where the others are. */
static void write_rest(const page *self)
{
    const g3_report *report = self->report;
    const char *all = report->options.all;
    if (report->found == report->kept)
        return;
    g3_buffer_append_text(self->out, "And ");
    append_number(self->out, report->found - report->kept);
    g3_buffer_append_text(self->out, " more");
    if (!all)
        return;
    g3_buffer_append_text(self->out, ": see ");
    append_text(self->out, strcmp(all, "-") == 0 ? "the standard output of the run" : all);
}

static void write_footer(const page *self)
{
    g3_buffer_append_format(
        self->out, "Written by %s of g3tools %s. This page asks for nothing from elsewhere.",
        self->report->options.tool, G3_VERSION);
}

static void append_series(const page *self)
{
    const g3_series *series = &self->report->series;
    g3_buffer_append_format(self->out, ",\n\"series\":{\"step\":%.9g,\"seconds\":%.6f,\"counts\":[",
                            series->step, self->seconds);
    for (size_t i = 0; i < series->count; i++)
        g3_buffer_append_format(self->out, "%s%" PRIu64, i ? "," : "", series->counts[i]);
    g3_buffer_append_text(self->out, "]}");
}

/* The buckets from the first to the last one that hold something. */
static void append_latency(const page *self)
{
    const g3_histogram *latency = &self->end->http->latency;
    size_t first = 0, last = G3_HISTOGRAM_SIZE - 1;
    while (latency->buckets[first] == 0)
        first++;
    while (latency->buckets[last] == 0)
        last--;
    g3_buffer_append_text(self->out, ",\n\"latency\":{\"bounds\":[");
    g3_buffer_append_format(self->out, "%.6g",
                            first ? g3_histogram_bound(first - 1) : g3_histogram_bound(0) / 2);
    for (size_t i = first; i <= last; i++)
        g3_buffer_append_format(self->out, ",%.6g", g3_histogram_bound(i));
    g3_buffer_append_text(self->out, "],\"counts\":[");
    for (size_t i = first; i <= last; i++)
        g3_buffer_append_format(self->out, "%s%" PRIu64, i > first ? "," : "", latency->buckets[i]);
    g3_buffer_append_text(self->out, "],\"marks\":[");
    for (size_t i = 0; i < G3_COUNT(PERCENTILE); i++)
        g3_buffer_append_format(self->out, "%s[\"%s\",%.6g]", i ? "," : "", PERCENTILE[i].name,
                                g3_histogram_percentile(latency, PERCENTILE[i].share));
    g3_buffer_append_text(self->out, "]}");
}

static bool has_rate(const page *self)
{
    return count_done(&self->report->series) > 0;
}

static bool has_latency(const page *self)
{
    return self->end->http && self->end->http->latency.count > 0;
}

static void write_data(const page *self)
{
    const g3_report *report = self->report;
    g3_buffer words = {0};
    append_found(&words, report);
    g3_buffer_append_text(self->out, "{\"unit\":");
    g3_report_append_json_string(self->out, g3_view_of(report->options.unit));
    g3_buffer_append_text(self->out, ",\"found\":");
    g3_report_append_json_string(self->out, g3_buffer_view(&words));
    g3_buffer_append_format(self->out, ",\"columns\":%zu", report->column_count + 1);
    if (has_rate(self))
        append_series(self);
    if (has_latency(self))
        append_latency(self);
    g3_buffer_append_text(self->out, ",\n\"rows\":[\n");
    g3_buffer_append(self->out, g3_buffer_view(&report->rows));
    g3_buffer_append_text(self->out, "\n]}\n");
    g3_buffer_free(&words);
}

/* Hides a section that has nothing to tell. */
static void hide_unless(const page *self, bool shown)
{
    if (!shown)
        g3_buffer_append_text(self->out, " hidden");
}

static void show_parts(const page *self)
{
    hide_unless(self, count_parts(self) > 1);
}

static void show_categories(const page *self)
{
    hide_unless(self, self->report->options.compared && self->report->category_count);
}

static void show_rate(const page *self)
{
    hide_unless(self, has_rate(self));
}

static void show_latency(const page *self)
{
    hide_unless(self, has_latency(self));
}

static const struct {
    const char *name;
    void (*write)(const page *self);
} PLACE[] = {
    {"tool", write_tool},
    {"version", write_version},
    {"title", write_title},
    {"category", write_category},
    {"outcome", write_outcome},
    {"facts", write_facts},
    {"summary", write_summary},
    {"parts-shown", show_parts},
    {"parts", write_parts},
    {"categories-shown", show_categories},
    {"categories", write_categories},
    {"rate-shown", show_rate},
    {"rate", write_rate},
    {"latency-shown", show_latency},
    {"percentiles", write_percentiles},
    {"latency", write_latency},
    {"repeats-shown", show_latency},
    {"repeats", write_repeats},
    {"columns", write_columns},
    {"rows", write_rows},
    {"found", write_found},
    {"rest", write_rest},
    {"footer", write_footer},
    {"data", write_data},
};

static void write_place(const page *self, g3_view name)
{
    for (size_t i = 0; i < G3_COUNT(PLACE); i++)
        if (g3_view_equal(name, g3_view_of(PLACE[i].name)))
            PLACE[i].write(self);
}

bool g3_report_write_page(g3_report *report, const g3_report_end *end, g3_error *error)
{
    g3_view left = {PAGE, sizeof PAGE};
    double seconds = g3_clock() - report->series.begun;
    for (;;) {
        const page self = {report, end, seconds, g3_sink_buffer(report->sink)};
        const char *opening = memmem(left.data, left.length, "{{", 2);
        size_t before = opening ? (size_t)(opening - left.data) : left.length;
        g3_buffer_append(self.out, (g3_view){left.data, before});
        if (!opening)
            return true;
        left = (g3_view){opening + 2, left.length - before - 2};
        const char *closing = memmem(left.data, left.length, "}}", 2);
        size_t name = (size_t)(closing - left.data);
        write_place(&self, (g3_view){left.data, name});
        left = (g3_view){closing + 2, left.length - name - 2};
        if (!g3_sink_settle(report->sink, false, error))
            return false;
    }
}
