/* g3-verify: differences between a manifest and the index service, or the metadata service. */
#include "common.h"
#include "g3/base/clock.h"
#include "g3/commons/endpoint.h"
#include "g3/run/content.h"
#include "g3/run/verify.h"
#include "g3/run/verify_metadata.h"
#include "report.h"
#include <stdlib.h>

/* Files that are read at once at most, each by a thread. */
#define MOST_FILES 256

enum { KIND_OBJECT, KIND_METADATA };
enum { FORMAT_RECORDS, FORMAT_SDK };

typedef struct verify_options {
    int kind;
    int format;
    int lookup; /* a g3_verify_way */
    const char *extra;
    const char *source;
    bool content;
    const char *scheme;
} verify_options;

static const g3_option VERIFY_OPTIONS[] = {
    {.name = "kind",
     .kind = G3_OPTION_CHOICE,
     .choices = "object|metadata",
     .at = offsetof(verify_options, kind),
     .help = "what the rows are"},
    {.name = "source",
     .kind = G3_OPTION_TEXT,
     .argument = "NAME",
     .at = offsetof(verify_options, source),
     .help = "metadata: the member of the documents that the columns are compared with"},
    {.name = "format",
     .kind = G3_OPTION_CHOICE,
     .choices = "records|sdk",
     .at = offsetof(verify_options, format),
     .help = "how differences are written: as records (see --to), or as the lines of the Python "
             "SDK's log"},
    {.name = "lookup",
     .kind = G3_OPTION_CHOICE,
     .choices = "auto|sweep|ids|bulk|single",
     .at = offsetof(verify_options, lookup),
     .help = "how to come by the index's records: by reading past all of them, by lists of ids, in "
             "bulk, or one by one; auto measures and chooses"},
    {.name = "extra",
     .kind = G3_OPTION_TEXT,
     .argument = "FILE",
     .at = offsetof(verify_options, extra),
     .help = "write the index records that the manifest does not list there, as a manifest (CSV "
             "unless the name says otherwise); this takes a sweep"},
    {.name = "content",
     .kind = G3_OPTION_FLAG,
     .at = offsetof(verify_options, content),
     .help = "read the files themselves instead of asking the index, -j of them at once, and "
             "compare size, md5 and sha256"},
    {.name = "scheme",
     .kind = G3_OPTION_TEXT,
     .argument = "NAME",
     .at = offsetof(verify_options, scheme),
     .help = "content: read URLs of this scheme only, such as s3 (default: the first URL that can "
             "be read)"},
};

/* One run, and what it has open. */
typedef struct verify_run {
    const common_options *common;
    const verify_options *mine;
    const g3_service_options *service;
    g3_reporter *reporter;
    g3_commons commons;
    g3_manifest_options manifest;
    g3_rejects *rejects;
    g3_report *report; /* or NULL */
    g3_sink *output;
    g3_sink *extra;
    g3_verify_result result;
    g3_content_result content; /* with --content */
} verify_run;

static bool check_usage(const verify_run *run, g3_error *error)
{
    const verify_options *mine = run->mine;
    bool swept = mine->lookup == G3_VERIFY_AUTO || mine->lookup == G3_VERIFY_SWEEP;
    bool metadata = mine->kind == KIND_METADATA;
    if (metadata && !mine->source)
        return g3_fail(error, G3_EXIT_USAGE,
                       "--kind metadata: give the source of the columns, such as --source dbgap");
    if (!metadata && mine->source)
        return g3_fail(error, G3_EXIT_USAGE, "--source is about metadata: give --kind metadata");
    if (metadata && (mine->lookup == G3_VERIFY_IDS || mine->lookup == G3_VERIFY_BULK))
        return g3_fail(error, G3_EXIT_USAGE,
                       "the metadata service is not asked by lists of ids: --lookup auto, sweep or "
                       "single");
    if (metadata && mine->extra)
        return g3_fail(error, G3_EXIT_USAGE, "--extra is about records of the index");
    if (mine->content && (metadata || mine->extra || mine->lookup != G3_VERIFY_AUTO))
        return g3_fail(error, G3_EXIT_USAGE,
                       "--content asks no service for records: leave out --kind, --extra and "
                       "--lookup");
    if (mine->scheme && !mine->content)
        return g3_fail(error, G3_EXIT_USAGE, "--scheme is for --content");
    if (mine->format == FORMAT_SDK && run->common->to >= 0)
        return g3_fail(error, G3_EXIT_USAGE, "--format sdk has a form of its own: leave out --to");
    if (mine->extra && !swept)
        return g3_fail(
            error, G3_EXIT_USAGE,
            "--extra takes a sweep over the index: leave out --lookup, or give --lookup sweep");
    const common_output outputs[] = {{"-o", run->common->output},
                                     {"--extra", mine->extra},
                                     {"--reject", run->common->reject},
                                     {"--report", run->common->report}};
    return common_part_outputs(outputs, G3_COUNT(outputs), error);
}

/* Differences: what form, and what parts cells. */
static g3_difference_form choose_form(const verify_run *run)
{
    g3_format format = common_output_format(run->common, G3_FORMAT_NDJSON);
    return run->mine->format == FORMAT_SDK ? G3_DIFFERENCE_SDK
           : format == G3_FORMAT_NDJSON    ? G3_DIFFERENCE_NDJSON
                                           : G3_DIFFERENCE_TABLE;
}

static char choose_delimiter(const verify_run *run)
{
    bool tabs = common_output_format(run->common, G3_FORMAT_NDJSON) == G3_FORMAT_TSV;
    return run->common->delimiter ? run->common->delimiter : tabs ? '\t' : ',';
}

static g3_format choose_extra_format(const verify_run *run)
{
    common_options named = *run->common;
    named.output = run->mine->extra;
    named.to = -1; /* --to is about the differences */
    return common_output_format(&named, G3_FORMAT_CSV);
}

/* Contents may be read without any commons; one that is there signs URLs. */
static bool open_commons(verify_run *run, g3_error *error)
{
    if (run->mine->content && run->service->connections > MOST_FILES)
        return g3_fail(error, G3_EXIT_USAGE, "--connections: %d files at once are the most",
                       MOST_FILES);
    if (run->mine->content && !run->service->endpoint && !run->service->credentials)
        return true;
    return g3_commons_open(&run->commons, run->service, run->reporter, error);
}

static bool open_report(verify_run *run, const char *const *paths, size_t path_count,
                        g3_error *error)
{
    const verify_options *mine = run->mine;
    bool metadata = mine->kind == KIND_METADATA;
    g3_report_options options = {
        .title = metadata        ? "Differences between a manifest and the metadata service"
                 : mine->content ? "Differences between a manifest and the files it lists"
                                 : "Differences between a manifest and the index",
        .unit = mine->content ? "files" : "rows",
        .category = "field",
        .columns = "guid|expected|actual",
        .compared = true,
        .all = run->common->output,
    };
    if (!report_open(run->common, &options, run->reporter, &run->report, error))
        return false;
    report_add_files(run->report, "Manifest", paths, path_count);
    if (metadata)
        g3_report_fact(run->report, "Source", mine->source);
    report_add_url(run->report, metadata ? "Metadata service" : "Index service",
                   metadata ? run->commons.metadata : run->commons.index);
    return true;
}

static bool open_all(verify_run *run, const char *const *paths, size_t path_count, g3_error *error)
{
    const common_options *common = run->common;
    bool metadata = run->mine->kind == KIND_METADATA;
    if (!common_manifest_options(common, metadata ? G3_KIND_METADATA : G3_KIND_OBJECT,
                                 &run->manifest, error) ||
        !open_commons(run, error))
        return false;
    if (metadata && !run->commons.metadata)
        return g3_fail(error, G3_EXIT_USAGE,
                       "which metadata service? Give -e URL, or --metadata-url URL");
    if (!metadata && !run->mine->content && !run->commons.index)
        return g3_fail(error, G3_EXIT_USAGE,
                       "which index service? Give -e URL, or --index-url URL");
    if (!open_report(run, paths, path_count, error))
        return false;
    run->rejects =
        g3_rejects_open(common->reject, common->max_rejects, path_count > 1, run->reporter, error);
    if (run->rejects)
        g3_rejects_tell(run->rejects, run->report);
    run->output = run->rejects ? g3_sink_open(common->output, error) : NULL;
    if (run->output && run->mine->extra)
        run->extra = g3_sink_open(run->mine->extra, error);
    return run->output && (run->extra || !run->mine->extra);
}

static bool verify_content(verify_run *run, const char *const *paths, size_t path_count,
                           g3_error *error)
{
    const g3_service_options *service = run->service;
    const g3_content_options options = {
        .paths = paths,
        .path_count = path_count,
        .manifest = run->manifest,
        .gateway = run->commons.gateway,
        .http = {.retries = service->retries,
                 .request_timeout = service->timeout,
                 .total_timeout = service->total_timeout,
                 .ca_file = service->ca_file,
                 .authorizer = run->commons.login ? &run->commons.authorizer : NULL},
        .parallel = service->connections > 0 ? service->connections : G3_HTTP_CONNECTIONS,
        .scheme = run->mine->scheme,
        .form = choose_form(run),
        .delimiter = choose_delimiter(run),
        .output = run->output,
        .rejects = run->rejects,
        .report = run->report,
        .reporter = run->reporter,
    };
    return g3_content_run(&options, &run->content, error);
}

static bool verify(verify_run *run, const g3_text_list *operands, g3_error *error)
{
    static const char *const STANDARD_INPUT[] = {"-"};
    const char *const *paths = operands->count ? operands->items : STANDARD_INPUT;
    size_t path_count = operands->count ? operands->count : 1;
    if (!check_usage(run, error) || !open_all(run, paths, path_count, error))
        return false;
    if (run->mine->content)
        return verify_content(run, paths, path_count, error);
    bool metadata = run->mine->kind == KIND_METADATA;
    g3_verify_options options = {
        .base = metadata ? run->commons.metadata : run->commons.index,
        .paths = paths,
        .path_count = path_count,
        .manifest = run->manifest,
        .way = (g3_verify_way)run->mine->lookup,
        .batch = run->service->batch,
        .memory = run->common->memory,
        .unordered = run->common->unordered,
        .form = choose_form(run),
        .delimiter = choose_delimiter(run),
        .output = run->output,
        .extra = run->extra,
        .extra_format = run->extra ? choose_extra_format(run) : G3_FORMAT_CSV,
        .rejects = run->rejects,
        .report = run->report,
        .reporter = run->reporter,
    };
    if (metadata)
        return g3_verify_metadata_run(run->commons.http, &options, run->mine->source, &run->result,
                                      error);
    return g3_verify_run(run->commons.http, &options, &run->result, error);
}

/* What the run's engine, or engines, have counted. */
static g3_http_statistics get_statistics(const verify_run *run)
{
    if (run->mine->content)
        return run->content.http;
    return run->commons.http ? g3_http_get_statistics(run->commons.http) : (g3_http_statistics){0};
}

/* Whether what was done until a failure is worth telling. */
static bool was_stopped(const verify_run *run, const g3_error *error)
{
    return (run->result.rows || run->content.rows) &&
           (error->exit == G3_EXIT_INTERRUPTED || error->exit == G3_EXIT_SERVICE);
}

static bool found_anything(const verify_run *run, uint64_t rejected)
{
    const g3_content_result *content = &run->content;
    return content->differing || content->unreadable || run->result.matched < run->result.rows ||
           run->result.extra || rejected;
}

static int finish(verify_run *run, bool done, double seconds, g3_error *error)
{
    g3_error later; /* one that no longer matters: an earlier one has ended the run */
    g3_summary summary = {0};
    uint64_t rejected = run->rejects ? g3_rejects_count(run->rejects) : 0;
    g3_http_statistics http = get_statistics(run);
    bool stopped = !done && was_stopped(run, error);
    done = common_close_output(run->extra, done, false, done ? error : &later);
    done = common_close_output(run->output, done, stopped, done ? error : &later);
    done = g3_rejects_finish(run->rejects, done ? error : &later) && done;
    if (run->mine->content)
        g3_content_summarize(&run->content, rejected, seconds, &summary);
    else
        g3_verify_summarize(&run->result, rejected, http.requests, seconds, &summary);
    if (done || stopped)
        g3_summary_say(&summary, run->reporter);
    int status = !done                           ? g3_report_error(run->reporter, error)
                 : found_anything(run, rejected) ? G3_EXIT_DIFFERENCES
                                                 : G3_EXIT_DONE;
    status = report_close(run->report, &summary, &http, status, error->message, run->reporter);
    g3_summary_free(&summary);
    return status;
}

static int run_verify(void *context, const g3_text_list *operands, g3_reporter *reporter)
{
    verify_run *run = context;
    g3_error error = {0};
    double begun = g3_clock();
    run->reporter = reporter;
    bool done = verify(run, operands, &error);
    int status = finish(run, done, g3_clock() - begun, &error);
    g3_commons_close(&run->commons);
    free((void *)run->manifest.maps);
    return status;
}

/* The lines are those of the help. */
/* clang-format off */
static const char DETAILS[] =
    "Compares each row of the manifests with the index record of its GUID and writes a line for each\n"
    "difference: {\"guid\",\"field\",\"expected\",\"actual\"}; field \"no_record\" for a row that the index\n"
    "has no record for. urls, authz and acl are compared without regard to order, and columns that\n"
    "the manifest does not have are not compared. Without FILE, or where it is -, standard input is\n"
    "read.\n"
    "With --kind metadata the columns are compared with the members of SOURCE in the document that the\n"
    "metadata service has for the guid, as JSON values; the field is then SOURCE.column.\n"
    "With --content the files are read: file://, http:// and https:// URLs as they are, others by a URL that\n"
    "the commons signs (-e, with a login). file_size, md5 and a column sha256 are compared; field content\n"
    "is a file that can't be read. A transfer that breaks goes on where it broke.\n"
    "Exit status 1: there are differences (index records beyond the manifest count with --extra only),\n"
    "or rows that could not be used.\n";
/* clang-format on */

int main(int argc, char **argv)
{
    common_options common = COMMON_DEFAULTS;
    verify_options mine = {0};
    g3_service_options service = g3_service_option_defaults;
    g3_option_group groups[] = {
        {"Verifying", VERIFY_OPTIONS, G3_COUNT(VERIFY_OPTIONS), &mine},
        {"Service", g3_service_option_table, g3_service_option_count, &service},
        {"Report", REPORT_OPTIONS, REPORT_OPTION_COUNT, &common},
        {"Input and output", COMMON_OPTIONS, COMMON_OPTION_COUNT, &common}};
    g3_command command = {
        .name = "g3-verify",
        .purpose = "find the differences between a manifest and the index, or its metadata",
        .operands = "[FILE]...",
        .details = DETAILS,
        .examples =
            "  g3-verify -e https://commons.example.org manifest.csv\n"
            "  g3-verify -e https://commons.example.org --format sdk -o errors.log manifest.tsv\n"
            "  g3-verify -e https://commons.example.org --extra unlisted.csv manifest.csv\n"
            "  g3-verify -e https://commons.example.org --content --scheme s3 -j 16 manifest.csv\n",
        .groups = groups,
        .group_count = G3_COUNT(groups)};
    verify_run run = {.common = &common, .mine = &mine, .service = &service};
    return run_filter(&(filter){&command, &common, run_verify, &run}, argc, argv);
}
