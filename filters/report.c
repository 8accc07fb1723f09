/* --report: what the tools that have it share. */
#include "report.h"

const g3_option REPORT_OPTIONS[] = {
    {.name = "report",
     .kind = G3_OPTION_TEXT,
     .argument = "FILE",
     .at = offsetof(common_options, report),
     .help =
         "write a page (HTML) there with the summary, charts and the first 10,000 findings; also "
         "if the run fails or is interrupted"},
};
const size_t REPORT_OPTION_COUNT = G3_COUNT(REPORT_OPTIONS);

bool report_open(const common_options *common, g3_report_options *options, g3_reporter *reporter,
                 g3_report **report, g3_error *error)
{
    *report = NULL;
    if (!common->report)
        return true;
    options->path = common->report;
    options->tool = reporter->tool;
    *report = g3_report_open(options, reporter, error);
    return *report;
}

void report_add_files(g3_report *report, const char *name, const char *const *paths, size_t count)
{
    g3_buffer text = {0};
    for (size_t i = 0; report && i < count; i++) {
        g3_buffer_append_text(&text, i ? ", " : "");
        g3_buffer_append_text(&text, g3_source_name_of(paths[i]));
    }
    g3_report_fact(report, name, g3_buffer_text(&text));
    g3_buffer_free(&text);
}

int report_close(g3_report *report, const g3_summary *summary, const g3_http_statistics *http,
                 int status, const char *message, g3_reporter *reporter)
{
    bool failed = status != G3_EXIT_DONE && status != G3_EXIT_DIFFERENCES;
    const g3_report_end end = {
        .summary = summary, .http = http, .status = status, .message = failed ? message : NULL};
    g3_error error = {0};
    if (g3_report_finish(report, &end, &error))
        return status;
    int worse = g3_report_error(reporter, &error);
    return failed ? status : worse;
}
