/* The report of a run: one page of HTML with its summary, charts, and a table of the first
 * findings.
 *
 * The page stands alone: it asks for nothing else, and says so to the browser (a policy that
 * forbids it). What a run finds is put into it as text, whatever the text is. A report is collected
 * while the run goes on, in bounded memory, and written when it has ended, however it did:
 *
 *     report = g3_report_open(&options, reporter, &error);
 *     g3_report_fact(report, "Manifest", path);
 *     g3_report_add(report, G3_VIEW("md5"), line);     for each finding
 *     g3_report_finish(report, &end, &error);
 *
 * All functions but open allow NULL for a report that nobody asked for, and do nothing then. A
 * report is for one thread at a time.
 */
#ifndef G3_RUN_REPORT_H
#define G3_RUN_REPORT_H

#include "g3/base/abi.h"
#include "g3/base/report.h"
#include "g3/http/engine.h"
#include "g3/run/summary.h"

G3_BEGIN_C

/* What a report keeps of findings: so many rows, bytes of a cell (it says where one was cut), bytes
 * of all cells as the page has them (then no more are kept, so that a run in constant memory stays
 * one), columns, and categories that are counted on their own. */
#define G3_REPORT_FINDINGS   10000
#define G3_REPORT_CELL       ((size_t)500)
#define G3_REPORT_BYTES      ((size_t)8 << 20)
#define G3_REPORT_COLUMNS    16
#define G3_REPORT_CATEGORIES 100

/* What is known when a run begins. Texts are borrowed until the report is finished or discarded. */
typedef struct g3_report_options {
    const char *path;     /* of the page; not "-" */
    const char *tool;     /* "g3-verify" */
    const char *title;    /* what the run does: "Differences between a manifest and the index" */
    const char *unit;     /* what its progress counts: "rows" */
    const char *category; /* what findings are told apart by: "field"; heading of the first column.
                             A member of that name is not shown a second time */
    const char *columns;  /* of findings, in their order, parted by '|': "guid|expected|actual";
                             members of other names get columns behind them */
    bool compared;        /* a chart compares how many findings there are of each category */
    const char *all;      /* path of the file that has all findings, "-" for standard output; NULL:
                             there is none */
} g3_report_options;

/* How a run ended. Borrowed during g3_report_finish(). */
typedef struct g3_report_end {
    const g3_summary *summary;
    const g3_http_statistics *http; /* of a run that asked a service; else NULL */
    int status;                     /* that the tool ends with */
    const char *message;            /* of the error that ended it, or NULL */
} g3_report_end;

/* A report that is being collected. */
typedef struct g3_report g3_report;

/* Opens the page's file (g3/io/sink.h) and begins to collect.
 * @param reporter  tells the report how far the run is, until it is finished; borrowed
 * @return owned by the caller: g3_report_finish() or g3_report_discard(); NULL with G3_EXIT_LOCAL,
 *         or G3_EXIT_USAGE for standard output */
g3_report *g3_report_open(const g3_report_options *options, g3_reporter *reporter, g3_error *error);

/* Adds a line on what the run is about: its inputs, its service. Both texts are copied; they must
 * hold no secret (URLs: g3_url_append_shown()). */
void g3_report_fact(g3_report *report, const char *name, const char *text);

/* True if the next finding's cells would be kept; else its line may be left out. */
bool g3_report_wants(const g3_report *report);

/* Counts a finding, and keeps it if there is room.
 * @param category  as the chart names it
 * @param line      JSON object whose members are the cells, as in the tool's output; copied. Empty:
 *                  it is only counted */
void g3_report_add(g3_report *report, g3_view category, g3_view line);

/* Writes the page under its name; frees, also on failure.
 * @return false with G3_EXIT_LOCAL */
bool g3_report_finish(g3_report *report, const g3_report_end *end, g3_error *error);

/* Frees a report without a page: of a run that did not begin. */
void g3_report_discard(g3_report *report);

G3_END_C

#endif
