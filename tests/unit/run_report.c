/* Reports: what cells hold stays text, findings are kept within bounds, the summary is one. */
#include "../../lib/run/report_state.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static g3_reporter reporter = {.tool = "g3-test"};
static char path[] = "/tmp/g3-report-XXXXXX";

static g3_report *open_report(void)
{
    const g3_report_options options = {.path = path,
                                       .tool = "g3-test",
                                       .title = "A <test>",
                                       .unit = "rows",
                                       .category = "field",
                                       .columns = "guid|old",
                                       .compared = true,
                                       .all = "all.ndjson"};
    g3_error error;
    int file = mkstemp(path);
    cr_assert_geq(file, 0);
    close(file);
    g3_report *report = g3_report_open(&options, &reporter, &error);
    cr_assert(report, "%s", error.message);
    return report;
}

/* The page that the report becomes; free(). */
static char *finish(g3_report *report, int status, const char *message)
{
    g3_summary summary = {0};
    const g3_report_end end = {.summary = &summary, .status = status, .message = message};
    g3_error error;
    g3_summary_count(&summary, G3_SUMMARY_COUNT, "rows", 1234567, "", " rows");
    cr_assert(g3_report_finish(report, &end, &error), "%s", error.message);
    g3_summary_free(&summary);
    FILE *file = fopen(path, "r");
    char *page = NULL;
    size_t size = 0;
    cr_assert(file && getdelim(&page, &size, '\0', file) > 0);
    fclose(file);
    unlink(path);
    return page;
}

static void add(g3_report *report, const char *category, const char *line)
{
    g3_report_add(report, g3_view_of(category), g3_view_of(line));
}

static bool has(const char *page, const char *text)
{
    return strstr(page, text) != NULL;
}

Test(report, writes_text_as_text)
{
    g3_buffer out = {0};
    g3_report_append_html(&out, G3_VIEW("<a href=\"x\" id='y'>&amp;\x01\n"));
    cr_assert_str_eq(g3_buffer_text(&out),
                     "&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;amp; \n");
    g3_buffer_clear(&out);
    g3_report_append_json_string(&out,
                                 G3_VIEW("</script><!-- <![CDATA[ \xe2\x80\xa8\xe2\x80\xa9\"\\"));
    cr_assert_str_eq(g3_buffer_text(&out), "\"\\u003c/script>\\u003c!-- \\u003c![CDATA[ "
                                           "\\u2028\\u2029\\\"\\\\\"");
    g3_buffer_free(&out);
}

Test(report, tells_a_finding_and_its_category)
{
    g3_report *report = open_report();
    add(report, "md5", "{\"guid\":\"g1\",\"field\":\"md5\",\"old\":[\"a\",\"b\"],\"new\":null}");
    add(report, "<b>", "{\"more\":17,\"guid\":\"</script>\"}");
    g3_report_fact(report, "Input", "a&b.csv");
    char *page = finish(report, 1, NULL);
    cr_assert(has(page, "<title>g3-test: A &lt;test&gt;</title>"));
    cr_assert(has(page, "<dt>Input</dt><dd>a&amp;b.csv</dd>"));
    cr_assert(has(page, "<data value=\"1234567\">1,234,567</data>"));
    cr_assert(has(page, "<th scope=\"row\">&lt;b&gt;</th>"));
    cr_assert(has(page, "<th scope=\"col\">old</th><th scope=\"col\">more</th></tr>"));
    cr_assert(has(page, "[\"md5\",\"g1\",\"[\\\"a\\\",\\\"b\\\"]\"],\n"
                        "[\"\\u003cb>\",\"\\u003c/script>\",\"\",\"17\"]\n]}"));
    cr_assert(has(page, "<td><div>&lt;/script&gt;</div></td>"));
    cr_assert(has(page, "2 findings"));
    cr_assert_not(has(page, "{{"));
    free(page);
}

Test(report, keeps_findings_within_bounds)
{
    g3_report *report = open_report();
    g3_buffer line = {0};
    cr_assert(g3_report_wants(report));
    for (int i = 0; i < G3_REPORT_FINDINGS + 7; i++) {
        g3_buffer_clear(&line);
        g3_buffer_append_format(&line, "{\"guid\":\"g%d\"}", i);
        g3_report_add(report, G3_VIEW("md5"), g3_buffer_view(&line));
    }
    cr_assert_not(g3_report_wants(report));
    char *page = finish(report, 1, NULL);
    cr_assert(has(page, "10,007 findings, the first 10,000 are here"));
    cr_assert(has(page, "And <data value=\"7\">7</data> more: see all.ndjson"));
    cr_assert(has(page, "\"g9999\"") && !has(page, "\"g10000\""));
    free(page);
    g3_buffer_free(&line);
}

Test(report, keeps_bytes_within_bounds)
{
    g3_report *report = open_report();
    g3_buffer line = {0};
    g3_buffer_append_text(&line, "{\"guid\":\"");
    for (int i = 0; i < 400; i++) /* three bytes each: cut between two of them */
        g3_buffer_append_text(&line, "\xe2\x82\xac");
    g3_buffer_append_text(&line, "\",\"a\":\"");
    for (int i = 0; i < 2000; i++)
        g3_buffer_append_text(&line, "<");
    g3_buffer_append_text(&line, "\"}");
    for (int i = 0; i < G3_REPORT_FINDINGS; i++)
        g3_report_add(report, G3_VIEW("md5"), g3_buffer_view(&line));
    cr_assert_lt(report->rows.length, G3_REPORT_BYTES + 8192);
    cr_assert_lt(report->kept, G3_REPORT_FINDINGS);
    cr_assert_eq(report->found, G3_REPORT_FINDINGS);
    char *page = finish(report, 1, NULL);
    cr_assert(has(page, "\xe2\x82\xac \xe2\x80\xa6 (cut)\""));
    free(page);
    g3_buffer_free(&line);
}

Test(report, counts_many_categories_together)
{
    g3_report *report = open_report();
    char name[32];
    for (int i = 0; i < 2 * G3_REPORT_CATEGORIES; i++) {
        snprintf(name, sizeof name, "dbgap.c%d", i);
        add(report, name, "");
        add(report, name, "{\"guid\":\"g\"}");
    }
    cr_assert_eq(report->category_count, G3_REPORT_CATEGORIES);
    char *page = finish(report, 1, NULL);
    cr_assert(has(page, "<th scope=\"row\">dbgap.c98</th>"));
    cr_assert_not(has(page, "<th scope=\"row\">dbgap.c99</th>"));
    cr_assert(has(page, "<th scope=\"row\">others</th>"));
    cr_assert(has(page, "<data value=\"202\">202</data>"));
    free(page);
}

Test(report, tells_of_a_failure)
{
    g3_report *report = open_report();
    char *page = finish(report, 5, "GET http://h/<x>: 503");
    cr_assert(has(page, "<p class=\"outcome bad\"><strong>Failed</strong> (exit status 5): GET "
                        "http://h/&lt;x&gt;: 503<br>"));
    cr_assert(has(page, "There are no findings."));
    free(page);
    cr_assert_null(reporter.series);
}

Test(report, is_not_for_standard_output)
{
    const g3_report_options options = {.path = "-", .columns = ""};
    g3_error error = {0};
    cr_assert_null(g3_report_open(&options, &reporter, &error));
    cr_assert_eq(error.exit, G3_EXIT_USAGE);
}

Test(report, may_be_unwanted)
{
    g3_error error;
    const g3_report_end end = {0};
    cr_assert_not(g3_report_wants(NULL));
    g3_report_add(NULL, G3_VIEW("md5"), G3_VIEW("{}"));
    g3_report_fact(NULL, "a", "b");
    cr_assert(g3_report_finish(NULL, &end, &error));
    g3_report_discard(NULL);
}

Test(summary, is_line_and_table_at_once)
{
    g3_summary summary = {0};
    g3_summary_count(&summary, G3_SUMMARY_COUNT, "rows", 10, "", " rows:");
    g3_summary_count(&summary, G3_SUMMARY_GOOD, "matched", 9, " ", " matched");
    g3_summary_words(&summary, " (so far)");
    g3_summary_seconds(&summary, 0.25);
    g3_summary_amount(&summary, "rate", 39.6, 0, "\n", "/s");
    cr_assert_str_eq(g3_buffer_text(&summary.text), "10 rows: 9 matched (so far), 0.2 s\n40/s");
    cr_assert_eq(summary.count, 4);
    cr_assert(g3_view_equal(summary.items[1].label, G3_VIEW("matched")));
    cr_assert_eq(summary.items[1].count, 9);
    cr_assert_eq(summary.items[3].amount, 39.6);
    g3_summary_free(&summary);
}
