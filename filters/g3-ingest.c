/* g3-ingest: makes the rows of a manifest records of the index service, or documents of the
 * metadata service. */
#include "common.h"
#include "g3/base/clock.h"
#include "g3/commons/endpoint.h"
#include "g3/run/ingest.h"
#include <stdlib.h>

enum { KIND_OBJECT, KIND_METADATA };

typedef struct ingest_options {
    int kind;
    int match; /* a g3_ingest_match */
    bool replace_urls;
    bool check;
    bool no_overwrite;
    bool merge;
    const char *source;
    const char *guid_type;
    const char *prefix;
    const char *journal;
    const char *manifest_out;
} ingest_options;

static const g3_option INGEST_OPTIONS[] = {
    {.name = "kind",
     .kind = G3_OPTION_CHOICE,
     .choices = "object|metadata",
     .at = offsetof(ingest_options, kind),
     .help = "what the rows are"},
    {.name = "source",
     .kind = G3_OPTION_TEXT,
     .argument = "NAME",
     .at = offsetof(ingest_options, source),
     .help = "metadata: the member of the document that holds the row's columns, such as dbgap"},
    {.name = "guid-type",
     .kind = G3_OPTION_TEXT,
     .argument = "TYPE",
     .at = offsetof(ingest_options, guid_type),
     .help = "metadata: _guid_type of all documents (default: indexed_file_object if the index has "
             "the guid, else metadata_object)"},
    {.name = "no-overwrite",
     .kind = G3_OPTION_FLAG,
     .at = offsetof(ingest_options, no_overwrite),
     .help = "metadata: leave documents that are there as they are; other ones are conflicts"},
    {.name = "merge",
     .kind = G3_OPTION_FLAG,
     .at = offsetof(ingest_options, merge),
     .help = "metadata: keep what other sources have in a document"},
    {.name = "journal",
     .kind = G3_OPTION_TEXT,
     .argument = "FILE",
     .at = offsetof(ingest_options, journal),
     .help = "note there what is done: after a kill at any point the same command goes on, with "
             "nothing lost and nothing done twice"},
    {.name = "check",
     .kind = G3_OPTION_FLAG,
     .at = offsetof(ingest_options, check),
     .help = "only see whether the rows can be ingested; nothing is sent"},
    {.name = "replace-urls",
     .kind = G3_OPTION_FLAG,
     .at = offsetof(ingest_options, replace_urls),
     .help = "a record's urls become those of its row, instead of being added to"},
    {.name = "match",
     .kind = G3_OPTION_CHOICE,
     .choices = "auto|md5|none",
     .at = offsetof(ingest_options, match),
     .help = "what a row without a guid is: md5: the one record with its md5 and size, if there is "
             "one; none: always a new record; auto: md5 without --journal, for then a second run "
             "would make second records, else none"},
    {.name = "prefix",
     .kind = G3_OPTION_TEXT,
     .argument = "TEXT",
     .at = offsetof(ingest_options, prefix),
     .help = "make new GUIDs here, with TEXT in front, instead of having the service mint them"},
    {.name = "manifest-out",
     .kind = G3_OPTION_TEXT,
     .argument = "FILE",
     .at = offsetof(ingest_options, manifest_out),
     .help = "write the rows there with their GUIDs, as a manifest (TSV unless the name says "
             "otherwise)"},
};

/* One run, and what it has open. */
typedef struct ingest_run {
    const common_options *common;
    const ingest_options *mine;
    const g3_service_options *service;
    g3_reporter *reporter;
    g3_commons commons;
    g3_manifest_options manifest;
    g3_rejects *rejects;
    g3_sink *output;
    g3_sink *manifest_out;
    g3_ingest_result result;
} ingest_run;

static bool check_usage(const ingest_run *run, g3_error *error)
{
    const ingest_options *mine = run->mine;
    bool metadata = mine->kind == KIND_METADATA;
    if (metadata && !mine->source && !mine->check)
        return g3_fail(error, G3_EXIT_USAGE,
                       "--kind metadata: give the source of the columns, such as --source dbgap");
    if (metadata && (mine->replace_urls || mine->match || mine->prefix))
        return g3_fail(error, G3_EXIT_USAGE,
                       "--replace-urls, --match and --prefix are about objects, not metadata");
    if (!metadata && (mine->source || mine->guid_type || mine->no_overwrite || mine->merge))
        return g3_fail(error, G3_EXIT_USAGE,
                       "--source, --guid-type, --no-overwrite and --merge are about metadata: give "
                       "--kind metadata");
    if (mine->no_overwrite && mine->merge)
        return g3_fail(error, G3_EXIT_USAGE,
                       "--no-overwrite and --merge are two ways: give one of them");
    if (run->common->unordered)
        return g3_fail(error, G3_EXIT_USAGE, "--unordered: an ingest has its results in order");
    if (mine->check && mine->manifest_out)
        return g3_fail(error, G3_EXIT_USAGE,
                       "--check sends nothing, so there are no GUIDs for --manifest-out");
    const common_output outputs[] = {{"-o", run->common->output},
                                     {"--manifest-out", mine->manifest_out},
                                     {"--reject", run->common->reject},
                                     {"--journal", mine->journal}};
    return common_part_outputs(outputs, G3_COUNT(outputs), error);
}

static g3_format choose_manifest_format(const ingest_run *run)
{
    common_options named = *run->common;
    named.output = run->mine->manifest_out;
    named.to = -1; /* --to is about the results */
    return common_output_format(&named, G3_FORMAT_TSV);
}

static bool open_services(ingest_run *run, g3_error *error)
{
    const g3_commons *commons = &run->commons;
    bool metadata = run->mine->kind == KIND_METADATA;
    if (!g3_commons_open(&run->commons, run->service, run->reporter, error))
        return false;
    if (metadata && !commons->metadata)
        return g3_fail(error, G3_EXIT_USAGE,
                       "which metadata service? Give -e URL, or --metadata-url URL");
    if (!commons->index && !(metadata && run->mine->guid_type))
        return g3_fail(error, G3_EXIT_USAGE,
                       "which index service? Give -e URL, or --index-url URL%s",
                       metadata ? ", or --guid-type" : "");
    return true;
}

static bool open_all(ingest_run *run, size_t path_count, g3_error *error)
{
    const common_options *common = run->common;
    g3_kind kind = run->mine->kind == KIND_METADATA ? G3_KIND_METADATA : G3_KIND_OBJECT;
    if (!common_manifest_options(common, kind, &run->manifest, error) ||
        (!run->mine->check && !open_services(run, error)))
        return false;
    run->rejects =
        g3_rejects_open(common->reject, common->max_rejects, path_count > 1, run->reporter, error);
    run->output = run->rejects ? g3_sink_open(common->output, error) : NULL;
    if (run->output && run->mine->manifest_out)
        run->manifest_out = g3_sink_open(run->mine->manifest_out, error);
    return run->output && (run->manifest_out || !run->mine->manifest_out);
}

static bool ingest(ingest_run *run, const g3_text_list *operands, g3_error *error)
{
    static const char *const STANDARD_INPUT[] = {"-"};
    const ingest_options *mine = run->mine;
    size_t path_count = operands->count ? operands->count : 1;
    if (!check_usage(run, error) || !open_all(run, path_count, error))
        return false;
    bool metadata = mine->kind == KIND_METADATA;
    const g3_ingest_options options = {
        .base = run->commons.index,
        .write_base = run->commons.index_admin,
        .metadata = {.base = metadata ? run->commons.metadata : NULL,
                     .write_base = run->commons.metadata_admin,
                     .source = mine->source,
                     .guid_type = mine->guid_type,
                     .existing = mine->merge          ? G3_INGEST_MERGE
                                 : mine->no_overwrite ? G3_INGEST_KEEP
                                                      : G3_INGEST_OVERWRITE,
                     .batch = run->service->batch},
        .paths = operands->count ? operands->items : STANDARD_INPUT,
        .path_count = path_count,
        .manifest = run->manifest,
        .replace_urls = mine->replace_urls,
        .match = (g3_ingest_match)mine->match,
        .prefix = mine->prefix,
        .journal = mine->journal,
        .check = mine->check,
        .batch = metadata ? 0 : run->service->batch,
        .output = run->output,
        .format = common_output_format(run->common, G3_FORMAT_NDJSON),
        .delimiter = run->common->delimiter,
        .manifest_out = run->manifest_out,
        .manifest_out_format = run->manifest_out ? choose_manifest_format(run) : G3_FORMAT_TSV,
        .rejects = run->rejects,
        .reporter = run->reporter,
    };
    return g3_ingest_run(run->commons.http, &options, &run->result, error);
}

static int finish(ingest_run *run, bool done, double seconds, g3_error *error)
{
    g3_error later; /* one that no longer matters: an earlier one has ended the run */
    const g3_ingest_result *result = &run->result;
    uint64_t rejected = run->rejects ? g3_rejects_count(run->rejects) : 0;
    uint64_t requests = run->commons.http ? g3_http_get_statistics(run->commons.http).requests : 0;
    bool stopped = !done && result->rows;
    done = common_close_output(run->manifest_out, done, stopped, done ? error : &later);
    done = common_close_output(run->output, done, stopped, done ? error : &later);
    done = g3_rejects_finish(run->rejects, done ? error : &later) && done;
    if (done || stopped)
        g3_ingest_summarize(result, run->mine->check, rejected, requests, seconds, run->reporter);
    if (!done)
        return g3_report_error(run->reporter, error);
    bool bad = rejected || result->actions[G3_INGEST_CONFLICT] || result->actions[G3_INGEST_FAILED];
    return bad ? G3_EXIT_DIFFERENCES : G3_EXIT_DONE;
}

static int run_ingest(void *context, const g3_text_list *operands, g3_reporter *reporter)
{
    ingest_run *run = context;
    g3_error error = {0};
    double begun = g3_clock();
    run->reporter = reporter;
    bool done = ingest(run, operands, &error);
    int status = finish(run, done, g3_clock() - begun, &error);
    g3_commons_close(&run->commons);
    free((void *)run->manifest.maps);
    return status;
}

/* The lines are those of the help. */
/* clang-format off */
static const char DETAILS[] =
    "Makes each row of the manifests a record of the index service, and writes a line for each:\n"
    "{\"line\",\"guid\",\"action\"}; the action is created, updated (urls are added; acl, authz and file_name\n"
    "become the row's; an empty cell changes nothing), unchanged, conflict (the record of this GUID has\n"
    "another size or md5: nothing is changed), or failed; the last two with \"error\". A row whose column\n"
    "prev_guid names a record becomes a new version of it. Without FILE, or where it is -, standard\n"
    "input is read.\n"
    "With --kind metadata each row becomes the document of its guid in the metadata service:\n"
    "{\"_guid_type\": TYPE, SOURCE: {column: value, ...}}, cells being read as JSON where they are; the\n"
    "action is created, updated (replaced; see --merge, --no-overwrite), conflict or failed.\n"
    "It can be killed and run again: with --journal it goes on where it was; without one it looks at\n"
    "all rows again and changes nothing that is as it should be.\n"
    "Exit status 1: there are conflicts, rows that failed, or rows that could not be used.\n";
/* clang-format on */

int main(int argc, char **argv)
{
    common_options common = COMMON_DEFAULTS;
    ingest_options mine = {0};
    g3_service_options service = g3_service_option_defaults;
    g3_option_group groups[] = {
        {"Ingesting", INGEST_OPTIONS, G3_COUNT(INGEST_OPTIONS), &mine},
        {"Service", g3_service_option_table, g3_service_option_count, &service},
        {"Input and output", COMMON_OPTIONS, COMMON_OPTION_COUNT, &common}};
    g3_command command = {
        .name = "g3-ingest",
        .purpose = "make the rows of a manifest records of the index, or metadata",
        .operands = "[FILE]...",
        .details = DETAILS,
        .examples = "  g3-ingest --check manifest.tsv\n"
                    "  g3-ingest -e https://commons.example.org --journal ingest.journal -o "
                    "results.ndjson manifest.tsv\n"
                    "  g3-ingest -e https://commons.example.org --kind metadata --source dbgap "
                    "dbgap.tsv\n",
        .groups = groups,
        .group_count = G3_COUNT(groups)};
    ingest_run run = {.common = &common, .mine = &mine, .service = &service};
    return run_filter(&(filter){&command, &common, run_ingest, &run}, argc, argv);
}
