/* --report: what the tools share that ask a service. Apart, so that others need no library for
 * URLs. */
#include "g3/http/url.h"
#include "report.h"

void report_add_url(g3_report *report, const char *name, const char *url)
{
    g3_buffer text = {0};
    if (!report || !url)
        return;
    g3_url_append_shown(&text, url);
    g3_report_fact(report, name, g3_buffer_text(&text));
    g3_buffer_free(&text);
}
