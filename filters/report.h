/* --report: what the tools that have it share. */
#ifndef FILTERS_REPORT_H
#define FILTERS_REPORT_H

#include "common.h"
#include "g3/run/report.h"

/* --report FILE; its group's values are the common_options. */
extern const g3_option REPORT_OPTIONS[];
extern const size_t REPORT_OPTION_COUNT;

/* Opens the report if there is to be one.
 * @param options  all but its path
 * @param report   set to it, or to NULL where none is wanted
 * @return false with an error */
bool report_open(const common_options *common, g3_report_options *options, g3_reporter *reporter,
                 g3_report **report, g3_error *error);

/* Tells what the files are that a run reads: one fact for all. */
void report_add_files(g3_report *report, const char *name, const char *const *paths, size_t count);

/* Tells which service a run asks, its URL as it may be shown; NULL: none. */
void report_add_url(g3_report *report, const char *name, const char *url);

/* Writes the page, the run having ended with this status, and what there was to say having been
 * said. @param report  freed; NULL is allowed
 * @param message  of the error that ended the run; counts where the status is one of failure
 * @return the status to end with: that of the run, or that of writing the page if it failed */
int report_close(g3_report *report, const g3_summary *summary, const g3_http_statistics *http,
                 int status, const char *message, g3_reporter *reporter);

#endif
