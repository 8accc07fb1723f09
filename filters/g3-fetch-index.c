/* g3-fetch-index: the index as a manifest. */
#include "common.h"
#include "g3/base/clock.h"
#include "g3/commons/endpoint.h"
#include "g3/run/fetch.h"
#include "report.h"
#include <stdlib.h>
#include <sys/stat.h>

typedef struct fetch_options {
    bool sort;
    const char *guids;
    const char *md5s;
    const char *unmatched;
    const char *resume;
    const char *shard;
    g3_text_list prefixes;
    g3_index_filters filters;
} fetch_options;

#define AT(member)     .at = offsetof(fetch_options, member)
#define FILTER(member) .at = offsetof(fetch_options, filters.member)

static const g3_option FETCH_OPTIONS[] = {
    {.name = "sort",
     .kind = G3_OPTION_FLAG,
     AT(sort),
     .help = "order records by the bytes of their GUIDs, within --memory, beyond it on disk; "
             "without it they come as the service gives them"},
    {.name = "guids",
     .kind = G3_OPTION_TEXT,
     .argument = "FILE",
     AT(guids),
     .help = "only the records with these GUIDs: a manifest with a column of them, or one a line"},
    {.name = "md5s",
     .kind = G3_OPTION_TEXT,
     .argument = "FILE",
     AT(md5s),
     .help = "only the records with these md5s: a manifest with a column of them, or one a line"},
    {.name = "unmatched",
     .kind = G3_OPTION_TEXT,
     .argument = "FILE",
     AT(unmatched),
     .help = "write what of --guids or --md5s was not found there, one a line"},
    {.name = "resume",
     .kind = G3_OPTION_TEXT,
     .argument = "JOURNAL",
     AT(resume),
     .help = "write down in JOURNAL how far the fetch is; the same command goes on from there "
             "after it was stopped, killed, or failed"},
    {.name = "shard",
     .kind = G3_OPTION_TEXT,
     .argument = "K/N",
     AT(shard),
     .help =
         "only the K-th of N ranges of the index, for N machines that need not know each other: "
         "over all K each record comes once"},
    {.name = "shard-prefix",
     .kind = G3_OPTION_LIST,
     .argument = "PREFIX",
     AT(prefixes),
     .help = "cut shards evenly among the GUIDs with this prefix; may be repeated (default: the "
             "service's prefix); the same for all shards"},
};

static const g3_option FILTER_OPTIONS[] = {
    {.name = "acl",
     .kind = G3_OPTION_TEXT,
     .argument = "A[,B]...",
     FILTER(acl),
     .help = "only records with all of these in acl; null: with none"},
    {.name = "authz",
     .kind = G3_OPTION_TEXT,
     .argument = "A[,B]...",
     FILTER(authz),
     .help = "only records with all of these in authz; null: with none"},
    {.name = "file-name",
     .kind = G3_OPTION_TEXT,
     .argument = "NAME",
     FILTER(file_name),
     .help = "only records with that file_name"},
    {.name = "url",
     .kind = G3_OPTION_TEXT,
     .argument = "URL",
     FILTER(url),
     .help = "only records with that URL"},
    {.name = "size",
     .kind = G3_OPTION_TEXT,
     .argument = "BYTES",
     FILTER(size),
     .help = "only records of that file_size"},
    {.name = "hash",
     .kind = G3_OPTION_LIST,
     .argument = "TYPE:HEX",
     FILTER(hashes),
     .help = "only records with that hash; may be repeated for hashes of several types"},
    {.name = "uploader",
     .kind = G3_OPTION_TEXT,
     .argument = "NAME",
     FILTER(uploader),
     .help = "only records of that uploader"},
    {.name = "record-version",
     .kind = G3_OPTION_TEXT,
     .argument = "VERSION",
     FILTER(version),
     .help = "only records of that version"},
    {.name = "metadata",
     .kind = G3_OPTION_LIST,
     .argument = "KEY:VALUE",
     FILTER(metadata),
     .help = "only records with that in the index's own metadata; may be repeated"},
    {.name = "urls-metadata",
     .kind = G3_OPTION_TEXT,
     .argument = "JSON",
     FILTER(urls_metadata),
     .help = "only records with that metadata on URLs, as the service's urls_metadata"},
    {.name = "negate-params",
     .kind = G3_OPTION_TEXT,
     .argument = "JSON",
     FILTER(negate_params),
     .help = "leave out the records with that, as the service's negate_params"},
};

static bool has_filters(const g3_index_filters *filters)
{
    return filters->acl || filters->authz || filters->file_name || filters->url || filters->size ||
           filters->uploader || filters->version || filters->hashes.count ||
           filters->metadata.count || filters->urls_metadata || filters->negate_params;
}

/* Reads --shard. */
static bool read_shard(const fetch_options *mine, g3_key_shard *shard, g3_error *error)
{
    *shard = (g3_key_shard){.prefixes = mine->prefixes};
    if (!mine->shard)
        return mine->prefixes.count == 0 ||
               g3_fail(error, G3_EXIT_USAGE, "--shard-prefix needs --shard");
    if (mine->guids || mine->md5s)
        return g3_fail(error, G3_EXIT_USAGE,
                       "--shard can't be combined with --guids or --md5s: shard the list with "
                       "g3-parse");
    return g3_shard_read(mine->shard, &shard->part, error) &&
           (shard->part.count <= G3_KEY_SHARDS ||
            g3_fail(error, G3_EXIT_USAGE, "--shard %s: %d shards at most", mine->shard,
                    G3_KEY_SHARDS));
}

static bool is_regular_or_new(const char *path)
{
    struct stat about;
    return strcmp(path, "-") != 0 && (stat(path, &about) != 0 || S_ISREG(about.st_mode));
}

static bool check_usage(const common_options *common, const fetch_options *mine,
                        const g3_text_list *operands, g3_error *error)
{
    bool listed = mine->guids || mine->md5s;
    int64_t size;
    if (operands->count)
        return g3_fail(
            error, G3_EXIT_USAGE,
            "\"%s\" is not expected: g3-fetch-index reads from the service; give lists by "
            "--guids or --md5s",
            operands->items[0]);
    if (mine->guids && mine->md5s)
        return g3_fail(error, G3_EXIT_USAGE, "--guids and --md5s can't be combined: run twice");
    if (listed && has_filters(&mine->filters))
        return g3_fail(error, G3_EXIT_USAGE,
                       "--guids and --md5s can't be combined with filters by the service");
    if (mine->unmatched && !listed)
        return g3_fail(error, G3_EXIT_USAGE, "--unmatched needs --guids or --md5s");
    if (mine->resume && (listed || mine->sort))
        return g3_fail(
            error, G3_EXIT_USAGE,
            "--resume can't be combined with --sort, --guids or --md5s: their output is made at "
            "the end");
    if (mine->resume && !is_regular_or_new(common->output))
        return g3_fail(error, G3_EXIT_USAGE, "--resume needs a file to go on with: give -o FILE");
    if (mine->filters.size && !g3_view_to_size(g3_view_of(mine->filters.size), &size))
        return g3_fail(error, G3_EXIT_USAGE, "--size \"%s\" is not a whole number of bytes",
                       mine->filters.size);
    const common_output outputs[] = {{"-o", common->output},
                                     {"--unmatched", mine->unmatched},
                                     {"--resume", mine->resume},
                                     {"--reject", common->reject},
                                     {"--report", common->report}};
    return common_part_outputs(outputs, G3_COUNT(outputs), error);
}

static bool open_report(const common_options *common, const fetch_options *mine,
                        const g3_commons *commons, g3_reporter *reporter, g3_report **report,
                        g3_error *error)
{
    const char *const *list = mine->md5s ? &mine->md5s : &mine->guids;
    g3_report_options options = {.title = *list ? "Records of a list, fetched from the index"
                                                : "The index, fetched as a manifest",
                                 .unit = "records",
                                 .category = "result",
                                 .columns = mine->md5s ? "md5" : "guid",
                                 .compared = true,
                                 .all = mine->unmatched};
    if (!report_open(common, &options, reporter, report, error))
        return false;
    report_add_url(*report, "Index service", commons->index);
    if (*list)
        report_add_files(*report, mine->md5s ? "List of md5s" : "List of GUIDs", list, 1);
    g3_report_fact(*report, "Manifest",
                   strcmp(common->output, "-") == 0 ? "standard output" : common->output);
    return true;
}

/* Fetches by the options. */
static bool fetch(const common_options *common, const fetch_options *mine, g3_commons *commons,
                  int64_t page, g3_rejects *rejects, g3_report *report, g3_reporter *reporter,
                  g3_fetch_result *result, g3_error *error)
{
    g3_manifest_options list = {0};
    g3_key_shard shard;
    if (!read_shard(mine, &shard, error))
        return false;
    bool done = commons->index || g3_fail(error, G3_EXIT_USAGE,
                                          "which index service? Give -e URL, or --index-url URL");
    done = done && common_manifest_options(common, G3_KIND_OBJECT, &list, error);
    if (done) {
        const g3_fetch_options options = {
            .base = commons->index,
            .filters = has_filters(&mine->filters) ? &mine->filters : NULL,
            .shard = shard,
            .page = page < G3_INDEX_PAGE_LIMIT ? page : G3_INDEX_PAGE_LIMIT,
            .output = common->output,
            .format = common_output_format(common, G3_FORMAT_CSV),
            .delimiter = common->delimiter,
            .sort = mine->sort,
            .memory = (size_t)common->memory,
            .guids = mine->guids,
            .md5s = mine->md5s,
            .list_options = &list,
            .unmatched = mine->unmatched,
            .rejects = rejects,
            .journal = mine->resume,
            .report = report,
            .reporter = reporter};
        done = g3_fetch_run(commons->http, &options, result, error);
    }
    free((void *)list.maps);
    return done;
}

/* The values of all options. */
typedef struct fetch_context {
    const common_options *common;
    const fetch_options *mine;
    const g3_service_options *service;
} fetch_context;

/* Says what was done, and ends the run.
 * @param error  what ended it, NULL if it is done
 * @param found  it is done, and there is something to report */
static int finish(g3_report *report, const g3_fetch_result *result, const g3_http *http,
                  double seconds, const g3_error *error, bool found, g3_reporter *reporter)
{
    g3_summary summary = {0};
    g3_http_statistics statistics = {0};
    int status = found ? G3_EXIT_DIFFERENCES : G3_EXIT_DONE;
    if (http)
        statistics = g3_http_get_statistics(http);
    g3_fetch_summarize(result, &statistics, seconds, &summary);
    if (error)
        status = g3_report_error(reporter, error);
    else if (!result->done_before)
        g3_summary_say(&summary, reporter);
    status = report_close(report, &summary, &statistics, status, error ? error->message : NULL,
                          reporter);
    g3_summary_free(&summary);
    return status;
}

static int run(void *context, const g3_text_list *operands, g3_reporter *reporter)
{
    const fetch_context *given = context;
    const common_options *common = given->common;
    const fetch_options *mine = given->mine;
    g3_commons commons = {0};
    g3_rejects *rejects = NULL;
    g3_report *report = NULL;
    g3_fetch_result result = {0};
    g3_error error = {0}, later;
    uint64_t rejected = 0;
    double begun = g3_clock();
    bool done =
        check_usage(common, mine, operands, &error) &&
        (rejects = g3_rejects_open(common->reject, common->max_rejects, false, reporter, &error)) &&
        g3_commons_open(&commons, given->service, reporter, &error) &&
        open_report(common, mine, &commons, reporter, &report, &error);
    if (done) {
        g3_rejects_tell(rejects, report);
        done = fetch(common, mine, &commons, given->service->batch, rejects, report, reporter,
                     &result, &error);
    }
    if (rejects) {
        rejected = g3_rejects_count(rejects);
        done = g3_rejects_finish(rejects, done ? &error : &later) && done;
    }
    bool found = rejected || result.unmatched || result.incomplete;
    int status = finish(report, &result, commons.http, g3_clock() - begun, done ? NULL : &error,
                        found, reporter);
    g3_commons_close(&commons);
    return status;
}

/* The lines are those of the help. */
/* clang-format off */
static const char DETAILS[] =
    "Every record comes exactly once, however many requests read side by side, and whatever is\n"
    "written to the index meanwhile. The manifest has the columns guid, urls, authz, acl, md5,\n"
    "file_size and file_name; it is CSV unless --to or the output's name says otherwise. Bundles are\n"
    "no objects and not listed.\n";
/* clang-format on */

int main(int argc, char **argv)
{
    common_options common = COMMON_DEFAULTS;
    fetch_options mine = {0};
    g3_service_options service = g3_service_option_defaults;
    g3_option_group groups[] = {
        {"Fetching", FETCH_OPTIONS, G3_COUNT(FETCH_OPTIONS), &mine},
        {"Filters that the service applies", FILTER_OPTIONS, G3_COUNT(FILTER_OPTIONS), &mine},
        {"Service", g3_service_option_table, g3_service_option_count, &service},
        {"Report", REPORT_OPTIONS, REPORT_OPTION_COUNT, &common},
        {"Input and output", COMMON_OPTIONS, COMMON_OPTION_COUNT, &common}};
    g3_command command = {
        .name = "g3-fetch-index",
        .purpose = "write the index, or part of it, as a manifest",
        .operands = "",
        .details = DETAILS,
        .examples =
            "  g3-fetch-index -e https://COMMONS -o object-manifest.csv\n"
            "  g3-fetch-index -e https://COMMONS --resume fetch.journal -o index.csv.zst\n"
            "  g3-fetch-index -e https://COMMONS --shard 3/8 --resume 3.journal -o "
            "part3.ndjson.zst\n"
            "  g3-fetch-index -e https://COMMONS --guids wanted.txt --unmatched missing.txt\n"
            "  g3-fetch-index -e https://COMMONS --acl open --to ndjson | jq .file_size\n",
        .groups = groups,
        .group_count = G3_COUNT(groups)};
    fetch_context context = {&common, &mine, &service};
    int status = run_filter(&(filter){&command, &common, run, &context}, argc, argv);
    free(mine.filters.hashes.items);
    free(mine.filters.metadata.items);
    free(mine.prefixes.items);
    return status;
}
