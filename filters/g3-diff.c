/* g3-diff: what has changed between two manifests. */
#include "common.h"
#include "g3/run/diff.h"
#include "report.h"
#include <stdlib.h>

typedef enum diff_kind { KIND_OBJECT, KIND_METADATA } diff_kind;
typedef enum diff_key { KEY_GUID, KEY_MD5 } diff_key;

typedef struct diff_options {
    int kind; /* a diff_kind */
    int key;  /* a diff_key */
} diff_options;

static const g3_option DIFF_OPTIONS[] = {
    {.name = "kind",
     .letter = 'k',
     .kind = G3_OPTION_CHOICE,
     .choices = "object|metadata",
     .at = offsetof(diff_options, kind),
     .help = "what rows are: records of an index (default), or metadata"},
    {.name = "by",
     .kind = G3_OPTION_CHOICE,
     .choices = "guid|md5",
     .at = offsetof(diff_options, key),
     .help = "what tells rows apart (default: guid)"},
};

typedef struct diff_run {
    const common_options *common;
    const diff_options *mine;
    g3_manifest_options manifest;
    g3_reporter *reporter;
    g3_rejects *rejects;
    g3_report *report; /* or NULL */
    g3_sink *output;
    g3_diff_result result;
} diff_run;

static bool check_usage(const diff_run *run, const g3_text_list *operands, g3_error *error)
{
    if (operands->count != 2)
        return g3_fail(error, G3_EXIT_USAGE, "give two manifests: the old one and the new one");
    if (strcmp(operands->items[0], "-") == 0 && strcmp(operands->items[1], "-") == 0)
        return g3_fail(error, G3_EXIT_USAGE, "standard input can be one of the manifests only");
    if (run->mine->kind == KIND_METADATA && run->mine->key == KEY_MD5)
        return g3_fail(error, G3_EXIT_USAGE, "--by md5 is for objects: metadata goes by guid");
    if (run->common->unordered)
        return g3_fail(error, G3_EXIT_USAGE,
                       "--unordered: differences come in the order of their keys");
    const common_output outputs[] = {{"-o", run->common->output},
                                     {"--reject", run->common->reject},
                                     {"--report", run->common->report}};
    return common_part_outputs(outputs, G3_COUNT(outputs), error);
}

static bool open_report(diff_run *run, const g3_text_list *operands, g3_error *error)
{
    bool by_md5 = run->mine->key == KEY_MD5;
    g3_report_options options = {.title = "What changed between two manifests",
                                 .unit = "rows",
                                 .category = "field",
                                 .columns = by_md5 ? "md5|change|old|new" : "guid|change|old|new",
                                 .compared = true,
                                 .all = run->common->output};
    if (!report_open(run->common, &options, run->reporter, &run->report, error))
        return false;
    report_add_files(run->report, "Old", &operands->items[0], 1);
    report_add_files(run->report, "New", &operands->items[1], 1);
    return true;
}

static bool compare(diff_run *run, const g3_text_list *operands, g3_error *error)
{
    const common_options *common = run->common;
    g3_kind kind = run->mine->kind == KIND_METADATA ? G3_KIND_METADATA : G3_KIND_OBJECT;
    if (!check_usage(run, operands, error) ||
        !common_manifest_options(common, kind, &run->manifest, error) ||
        !open_report(run, operands, error))
        return false;
    run->rejects = g3_rejects_open(common->reject, common->max_rejects, true, run->reporter, error);
    if (run->rejects)
        g3_rejects_tell(run->rejects, run->report);
    run->output = run->rejects ? g3_sink_open(common->output, error) : NULL;
    if (!run->output)
        return false;
    const g3_diff_options options = {
        .old_path = operands->items[0],
        .new_path = operands->items[1],
        .manifest = run->manifest,
        .key = run->mine->key == KEY_MD5 ? G3_MD5 : G3_GUID,
        .memory = common->memory,
        .output = run->output,
        .format = common_output_format(common, G3_FORMAT_NDJSON),
        .delimiter = common->delimiter,
        .rejects = run->rejects,
        .report = run->report,
        .reporter = run->reporter,
    };
    return g3_diff_run(&options, &run->result, error);
}

static int finish(diff_run *run, bool done, g3_error *error)
{
    g3_error later; /* one that no longer matters: an earlier one has ended the run */
    const g3_diff_result *result = &run->result;
    g3_summary summary = {0};
    uint64_t rejected = run->rejects ? g3_rejects_count(run->rejects) : 0;
    done = common_close_output(run->output, done, false, done ? error : &later);
    done = g3_rejects_finish(run->rejects, done ? error : &later) && done;
    g3_diff_summarize(result, rejected, &summary);
    if (done)
        g3_summary_say(&summary, run->reporter);
    bool differences = result->added || result->removed || result->changed || rejected;
    int status = !done         ? g3_report_error(run->reporter, error)
                 : differences ? G3_EXIT_DIFFERENCES
                               : G3_EXIT_DONE;
    status = report_close(run->report, &summary, NULL, status, error->message, run->reporter);
    g3_summary_free(&summary);
    return status;
}

static int run_diff(void *context, const g3_text_list *operands, g3_reporter *reporter)
{
    diff_run *run = context;
    g3_error error = {0};
    run->reporter = reporter;
    int status = finish(run, compare(run, operands, &error), &error);
    free((void *)run->manifest.maps);
    return status;
}

/* The lines are those of the help. */
/* clang-format off */
static const char DETAILS[] =
    "Compares two manifests, such as an index as it was fetched yesterday and today, and writes a line for\n"
    "each field that changed: {\"guid\",\"change\":\"changed\",\"field\",\"old\",\"new\"}, and for each row that was\n"
    "added or removed: that row as \"new\" or \"old\". Lines are in the order of the guids' bytes. urls, authz\n"
    "and acl are compared without regard to order, metadata as JSON values; a column that only one of the\n"
    "manifests has is not compared. Where a guid comes several times, rows that are alike are unchanged.\n"
    "Beyond --memory both manifests are sorted on disk. Exit status 1: there are differences, or rows that\n"
    "could not be used.\n";
/* clang-format on */

int main(int argc, char **argv)
{
    common_options common = COMMON_DEFAULTS;
    diff_options mine = {0};
    g3_option_group groups[] = {{"Comparing", DIFF_OPTIONS, G3_COUNT(DIFF_OPTIONS), &mine},
                                {"Report", REPORT_OPTIONS, REPORT_OPTION_COUNT, &common},
                                {"Input and output", COMMON_OPTIONS, COMMON_OPTION_COUNT, &common}};
    g3_command command = {
        .name = "g3-diff",
        .purpose = "find what was added, removed and changed between two manifests",
        .operands = "OLD NEW",
        .details = DETAILS,
        .examples =
            "  g3-diff yesterday.csv.zst today.csv.zst\n"
            "  g3-diff --by md5 old.tsv new.tsv | jq -r 'select(.change == \"removed\").md5'\n"
            "  g3-diff --kind metadata dbgap-1.tsv dbgap-2.tsv --to tsv -o changes.tsv\n",
        .groups = groups,
        .group_count = G3_COUNT(groups)};
    diff_run run = {.common = &common, .mine = &mine};
    return run_filter(&(filter){&command, &common, run_diff, &run}, argc, argv);
}
