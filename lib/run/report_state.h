/* What a report has collected, and how its texts are written. Private to report.c and
 * report_page.c. */
#ifndef G3_RUN_REPORT_STATE_H
#define G3_RUN_REPORT_STATE_H

#include "g3/io/sink.h"
#include "g3/run/report.h"
#include <time.h>

/* Findings that stand in the page's table also where no script runs. */
#define G3_REPORT_PLAIN_ROWS 100

typedef struct g3_report_pair {
    g3_view name, text;
} g3_report_pair;

typedef struct g3_report_category {
    g3_view name;
    uint64_t count;
} g3_report_category;

struct g3_report {
    g3_report_options options;
    g3_reporter *reporter;
    g3_sink *sink;
    time_t begun; /* by the calendar; by the clock: series.begun */
    g3_series series;
    g3_report_pair *facts;
    size_t fact_count;
    g3_view columns[G3_REPORT_COLUMNS]; /* of findings, behind the category */
    size_t column_count;
    g3_report_category categories[G3_REPORT_CATEGORIES]; /* the last one may be of all others */
    size_t category_count;
    uint64_t found, kept;
    g3_buffer rows;  /* of JSON, parted by commas: what is kept */
    g3_buffer plain; /* the first of them as rows of HTML */
    g3_arena names;  /* texts that last */
    g3_arena space;  /* of the finding at hand */
    g3_buffer scratch;
};

/* report_page.c: appends text as HTML shows it, within quotes too. */
void g3_report_append_html(g3_buffer *out, g3_view text);

/* report_page.c: appends text as a JSON string that can stand in a script element: no character of
 * it can end that, or begin anything else. */
void g3_report_append_json_string(g3_buffer *out, g3_view text);

/* report_page.c: writes the page into the sink's buffer, settling it. */
bool g3_report_write_page(g3_report *report, const g3_report_end *end, g3_error *error);

#endif
