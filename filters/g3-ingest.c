/* g3-ingest: makes the rows of a manifest records of the index service, or documents of the
 * metadata service. */
#include "common.h"
#include "g3/base/clock.h"
#include "g3/commons/endpoint.h"
#include "g3/run/ingest.h"
#include "report.h"
#include <stdlib.h>

enum { KIND_OBJECT, KIND_METADATA };

typedef struct ingest_options {
    int kind;
    int match; /* a g3_ingest_match */
    bool replace_urls;
    bool check;
    bool plan;
    bool remove; /* --delete */
    const char *apply;
    const char *undo;
    bool no_overwrite;
    bool merge;
    const char *source;
    const char *guid_type;
    const char *guid_by_url;
    const char *index;
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
    {.name = "guid-by-url",
     .kind = G3_OPTION_TEXT,
     .argument = "COLUMN",
     .at = offsetof(ingest_options, guid_by_url),
     .help = "metadata: a row without a guid belongs to the one record that has a URL with what "
             "COLUMN holds; it is skipped if there are none or several"},
    {.name = "index",
     .kind = G3_OPTION_TEXT,
     .argument = "FILE",
     .at = offsetof(ingest_options, index),
     .help = "look for these URLs in a manifest of the index (from g3-fetch-index) instead of "
             "asking the service for each, which is slow"},
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
    {.name = "plan",
     .kind = G3_OPTION_FLAG,
     .at = offsetof(ingest_options, plan),
     .help = "write nothing to the service: print what would be done, with what would change"},
    {.name = "apply",
     .kind = G3_OPTION_TEXT,
     .argument = "PLAN",
     .at = offsetof(ingest_options, apply),
     .help = "do what such a plan says, but for rows whose record has changed since"},
    {.name = "undo",
     .kind = G3_OPTION_TEXT,
     .argument = "JOURNAL",
     .at = offsetof(ingest_options, undo),
     .help = "put back what was there before the run of that journal, but for what others have "
             "changed since"},
    {.name = "delete",
     .kind = G3_OPTION_FLAG,
     .at = offsetof(ingest_options, remove),
     .help = "delete what the manifest lists: the records, or the documents, of its guids"},
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
    g3_report *report; /* or NULL */
    g3_sink *output;
    g3_sink *manifest_out;
    const char *paths[1]; /* of a plan or a journal, or standard input */
    g3_ingest_options options;
    g3_ingest_result result;
} ingest_run;

/* What is said about metadata alone, or about objects alone. */
static bool check_kind(const ingest_options *mine, g3_error *error)
{
    bool metadata = mine->kind == KIND_METADATA;
    if (metadata && (mine->replace_urls || mine->match || mine->prefix))
        return g3_fail(error, G3_EXIT_USAGE,
                       "--replace-urls, --match and --prefix are about objects, not metadata");
    if (!metadata &&
        (mine->source || mine->guid_type || mine->no_overwrite || mine->merge || mine->guid_by_url))
        return g3_fail(error, G3_EXIT_USAGE,
                       "--source, --guid-type, --guid-by-url, --no-overwrite and --merge are about "
                       "metadata: give --kind metadata");
    if (mine->no_overwrite && mine->merge)
        return g3_fail(error, G3_EXIT_USAGE,
                       "--no-overwrite and --merge are two ways: give one of them");
    if (mine->index && !mine->guid_by_url)
        return g3_fail(error, G3_EXIT_USAGE, "--index is for --guid-by-url COLUMN");
    return true;
}

static g3_ingest_task choose_task(const ingest_options *mine)
{
    return mine->check    ? G3_INGEST_CHECK
           : mine->apply  ? G3_INGEST_APPLY
           : mine->undo   ? G3_INGEST_UNDO
           : mine->remove ? G3_INGEST_DELETE
                          : G3_INGEST_WRITE;
}

/* What does not go together with what is to be done. */
static bool check_task(const ingest_options *mine, size_t operand_count, g3_error *error)
{
    g3_ingest_task task = choose_task(mine);
    bool given = mine->apply || mine->undo;
    bool shapes = mine->source || mine->guid_type || mine->guid_by_url || mine->merge ||
                  mine->no_overwrite || mine->replace_urls || mine->match || mine->prefix;
    if (mine->check + (mine->apply != NULL) + (mine->undo != NULL) + mine->remove > 1 ||
        (mine->plan && (given || mine->check)))
        return g3_fail(error, G3_EXIT_USAGE,
                       "--check, --plan, --apply, --undo and --delete are different things to do: "
                       "give one (or --plan --delete)");
    if (given && operand_count)
        return g3_fail(error, G3_EXIT_USAGE,
                       "%s says what is to be done: there is no manifest to be read",
                       mine->apply ? "--apply" : "--undo");
    if ((given || mine->remove) && shapes)
        return g3_fail(error, G3_EXIT_USAGE,
                       "%s takes none of the options that shape what is written",
                       mine->apply  ? "--apply"
                       : mine->undo ? "--undo"
                                    : "--delete");
    if (mine->kind == KIND_METADATA && !mine->source && task == G3_INGEST_WRITE)
        return g3_fail(error, G3_EXIT_USAGE,
                       "--kind metadata: give the source of the columns, such as --source dbgap");
    if (mine->journal && (mine->plan || mine->undo))
        return g3_fail(error, G3_EXIT_USAGE, "--journal: %s",
                       mine->plan ? "a plan does nothing that it could note"
                                  : "undoing notes what it does in the journal that it undoes");
    if (mine->manifest_out && task != G3_INGEST_WRITE)
        return g3_fail(error, G3_EXIT_USAGE, "--manifest-out is for rows that get their GUIDs");
    return true;
}

static bool check_usage(const ingest_run *run, size_t operand_count, g3_error *error)
{
    const ingest_options *mine = run->mine;
    if (run->common->unordered)
        return g3_fail(error, G3_EXIT_USAGE, "--unordered: an ingest has its results in order");
    const common_output outputs[] = {
        {"-o", run->common->output},       {"--manifest-out", mine->manifest_out},
        {"--reject", run->common->reject}, {"--report", run->common->report},
        {"--journal", mine->journal},      {"--undo", mine->undo}};
    return check_kind(mine, error) && check_task(mine, operand_count, error) &&
           common_part_outputs(outputs, G3_COUNT(outputs), error);
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
    bool asks =
        run->mine->guid_by_url ? !run->mine->index || !run->mine->guid_type : !run->mine->guid_type;
    bool writes = choose_task(run->mine) == G3_INGEST_WRITE;
    if (!commons->index && (!metadata || (writes && asks)))
        return g3_fail(error, G3_EXIT_USAGE,
                       "which index service? Give -e URL, or --index-url URL%s",
                       metadata ? ", or --guid-type" : "");
    return true;
}

/* What the run does, for people. */
static const char *choose_title(const ingest_options *mine)
{
    bool metadata = mine->kind == KIND_METADATA;
    switch (choose_task(mine)) {
    case G3_INGEST_CHECK:
        return "Check of a manifest before its ingest";
    case G3_INGEST_APPLY:
        return metadata ? "A plan, applied to the metadata service"
                        : "A plan, applied to the index";
    case G3_INGEST_UNDO:
        return metadata ? "An ingest of metadata, undone" : "An ingest into the index, undone";
    case G3_INGEST_DELETE:
        return mine->plan ? "Plan of a deletion"
               : metadata ? "Deletion of metadata"
                          : "Deletion from the index";
    case G3_INGEST_WRITE:
        break;
    }
    return mine->plan ? "Plan of an ingest"
           : metadata ? "Ingest of metadata"
                      : "Ingest into the index";
}

static bool open_report(ingest_run *run, const char *const *paths, size_t path_count,
                        g3_error *error)
{
    const ingest_options *mine = run->mine;
    bool metadata = mine->kind == KIND_METADATA;
    g3_report_options options = {.title = choose_title(mine),
                                 .unit = "rows",
                                 .category = "action",
                                 .columns =
                                     mine->plan ? "line|guid|old|new|error" : "line|guid|error",
                                 .all = run->common->output};
    if (!report_open(run->common, &options, run->reporter, &run->report, error))
        return false;
    report_add_files(run->report,
                     mine->apply  ? "Plan"
                     : mine->undo ? "Journal"
                                  : "Manifest",
                     paths, path_count);
    if (mine->source)
        g3_report_fact(run->report, "Source", mine->source);
    report_add_url(run->report, metadata ? "Metadata service" : "Index service",
                   metadata ? run->commons.metadata : run->commons.index);
    return true;
}

static bool open_all(ingest_run *run, const char *const *paths, size_t path_count, g3_error *error)
{
    const common_options *common = run->common;
    g3_kind kind = run->mine->kind == KIND_METADATA ? G3_KIND_METADATA : G3_KIND_OBJECT;
    if (!common_manifest_options(common, kind, &run->manifest, error) ||
        (!run->mine->check && !open_services(run, error)) ||
        !open_report(run, paths, path_count, error))
        return false;
    run->rejects =
        g3_rejects_open(common->reject, common->max_rejects, path_count > 1, run->reporter, error);
    if (run->rejects)
        g3_rejects_tell(run->rejects, run->report);
    run->output = run->rejects ? g3_sink_open(common->output, error) : NULL;
    if (run->output && run->mine->manifest_out)
        run->manifest_out = g3_sink_open(run->mine->manifest_out, error);
    return run->output && (run->manifest_out || !run->mine->manifest_out);
}

static g3_ingest_metadata make_metadata_options(const ingest_run *run)
{
    const ingest_options *mine = run->mine;
    if (mine->kind != KIND_METADATA)
        return (g3_ingest_metadata){0};
    return (g3_ingest_metadata){.base = run->commons.metadata,
                                .write_base = run->commons.metadata_admin,
                                .source = mine->source,
                                .guid_type = mine->guid_type,
                                .existing = mine->merge          ? G3_INGEST_MERGE
                                            : mine->no_overwrite ? G3_INGEST_KEEP
                                                                 : G3_INGEST_OVERWRITE,
                                .url_text = mine->guid_by_url,
                                .index_path = mine->index,
                                .batch = run->service->batch};
}

/* What is read: the manifests, the plan, or the journal to undo. */
static void set_paths(ingest_run *run, const g3_text_list *operands)
{
    const ingest_options *mine = run->mine;
    run->paths[0] = mine->apply ? mine->apply : mine->undo ? mine->undo : "-";
    run->options.paths = operands->count ? operands->items : run->paths;
    run->options.path_count = operands->count ? operands->count : 1;
}

static bool ingest(ingest_run *run, const g3_text_list *operands, g3_error *error)
{
    const ingest_options *mine = run->mine;
    run->options = (g3_ingest_options){.task = choose_task(mine), .reporter = run->reporter};
    set_paths(run, operands);
    if (!check_usage(run, operands->count, error) ||
        !open_all(run, run->options.paths, run->options.path_count, error))
        return false;
    g3_ingest_options *options = &run->options;
    options->base = run->commons.index;
    options->write_base = run->commons.index_admin;
    options->metadata = make_metadata_options(run);
    options->plan = mine->plan;
    options->manifest = run->manifest;
    options->replace_urls = mine->replace_urls;
    options->match = (g3_ingest_match)mine->match;
    options->prefix = mine->prefix;
    options->journal = mine->journal;
    options->memory = (size_t)run->common->memory;
    options->batch = mine->kind == KIND_METADATA ? 0 : run->service->batch;
    options->output = run->output;
    options->format = common_output_format(run->common, G3_FORMAT_NDJSON);
    options->delimiter = run->common->delimiter;
    options->manifest_out = run->manifest_out;
    options->manifest_out_format = run->manifest_out ? choose_manifest_format(run) : G3_FORMAT_TSV;
    options->rejects = run->rejects;
    options->report = run->report;
    return g3_ingest_run(run->commons.http, options, &run->result, error);
}

static int finish(ingest_run *run, bool done, double seconds, g3_error *error)
{
    g3_error later; /* one that no longer matters: an earlier one has ended the run */
    const g3_ingest_result *result = &run->result;
    uint64_t rejected = run->rejects ? g3_rejects_count(run->rejects) : 0;
    g3_summary summary = {0};
    g3_http_statistics http = {0};
    bool stopped = !done && result->rows;
    done = common_close_output(run->manifest_out, done, stopped, done ? error : &later);
    done = common_close_output(run->output, done, stopped, done ? error : &later);
    done = g3_rejects_finish(run->rejects, done ? error : &later) && done;
    if (run->commons.http)
        http = g3_http_get_statistics(run->commons.http);
    g3_ingest_summarize(&run->options, result, rejected, http.requests, seconds, &summary);
    if (done || stopped)
        g3_summary_say(&summary, run->reporter);
    bool bad = rejected || result->actions[G3_INGEST_CONFLICT] ||
               result->actions[G3_INGEST_FAILED] || result->actions[G3_INGEST_SKIPPED];
    int status = !done ? g3_report_error(run->reporter, error)
                 : bad ? G3_EXIT_DIFFERENCES
                       : G3_EXIT_DONE;
    status = report_close(run->report, &summary, &http, status, error->message, run->reporter);
    g3_summary_free(&summary);
    return status;
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
    "--plan prints what would be done: lines with what a record has (old), what would change (new) and\n"
    "its revision (rev). --apply PLAN does just that; a record that has changed since is a conflict.\n"
    "It can be killed and run again: with --journal it goes on where it was; without one it looks at\n"
    "all rows again and changes nothing that is as it should be. --undo JOURNAL deletes what was created\n"
    "and puts back what was updated or deleted; a record that others have changed since is skipped.\n"
    "Exit status 1: there are conflicts, rows that failed or were skipped, or could not be used.\n";
/* clang-format on */

int main(int argc, char **argv)
{
    common_options common = COMMON_DEFAULTS;
    ingest_options mine = {0};
    g3_service_options service = g3_service_option_defaults;
    g3_option_group groups[] = {
        {"Ingesting", INGEST_OPTIONS, G3_COUNT(INGEST_OPTIONS), &mine},
        {"Service", g3_service_option_table, g3_service_option_count, &service},
        {"Report", REPORT_OPTIONS, REPORT_OPTION_COUNT, &common},
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
                    "dbgap.tsv\n"
                    "  g3-ingest -e https://commons.example.org --plan manifest.tsv >plan.ndjson\n"
                    "  g3-ingest -e https://commons.example.org --apply plan.ndjson --journal j\n"
                    "  g3-ingest -e https://commons.example.org --undo j\n",
        .groups = groups,
        .group_count = G3_COUNT(groups)};
    ingest_run run = {.common = &common, .mine = &mine, .service = &service};
    return run_filter(&(filter){&command, &common, run_ingest, &run}, argc, argv);
}
