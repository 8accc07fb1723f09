/* g3-merge: metadata with the GUIDs of an indexing manifest; several manifests as one. */
#include "common.h"
#include "g3/run/merge.h"
#include "g3/run/unite.h"
#include "report.h"
#include <stdlib.h>

enum { BY_MD5, BY_GUID };

typedef struct merge_options {
    g3_text_list keys;
    g3_text_list item_keys;
    g3_text_list index;
    int index_from;
    char index_delimiter;
    bool partial;
    bool boundary;
    int ambiguous; /* a g3_join_ambiguous; NOT_CHOSEN: none given */
    const char *extract;
    const char *guid_column;
    bool all_index_columns;
    bool keep_unmatched;
    const char *unmatched;
    const char *unmatched_index;
    bool manifests;
    int by; /* NOT_CHOSEN: none given */
    bool allow_several_guids;
} merge_options;

#define NOT_CHOSEN (-1)

static const g3_option MERGE_OPTIONS[] = {
    {.name = "key",
     .kind = G3_OPTION_LIST,
     .argument = "METADATA_COLUMN=INDEX_COLUMN",
     .at = offsetof(merge_options, keys),
     .help = "columns whose cells must be equal, blanks around them aside; may be repeated: all "
             "must be equal"},
    {.name = "key-item",
     .kind = G3_OPTION_LIST,
     .argument = "METADATA_COLUMN=INDEX_COLUMN",
     .at = offsetof(merge_options, item_keys),
     .help = "the same, but the index's cell is a list (such as urls), and one of its items must "
             "be equal"},
    {.name = "index",
     .kind = G3_OPTION_LIST,
     .argument = "FILE",
     .at = offsetof(merge_options, index),
     .help = "the indexing manifest, such as object-manifest.csv; may be repeated for one in "
             "several files"},
    {.name = "index-from",
     .kind = G3_OPTION_CHOICE,
     .choices = "auto|csv|tsv|ndjson",
     .at = offsetof(merge_options, index_from),
     .help = "its format"},
    {.name = "index-delimiter",
     .kind = G3_OPTION_CHAR,
     .argument = "C",
     .at = offsetof(merge_options, index_delimiter),
     .help = "what parts its cells"},
    {.name = "guid-column",
     .kind = G3_OPTION_TEXT,
     .argument = "COLUMN",
     .at = offsetof(merge_options, guid_column),
     .help = "its column of GUIDs (default: guid, or another name that it goes by)"},
    {.name = "partial",
     .kind = G3_OPTION_FLAG,
     .at = offsetof(merge_options, partial),
     .help = "the metadata's cell has to occur anywhere in the index's cell, as a sample id does "
             "in a URL"},
    {.name = "boundary",
     .kind = G3_OPTION_FLAG,
     .at = offsetof(merge_options, boundary),
     .help = "with --partial: it counts only where no letter or digit stands directly before or "
             "behind it, so that NWD1 is not found in NWD12"},
    {.name = "ambiguous",
     .kind = G3_OPTION_CHOICE,
     .choices = "first|all|longest|reject",
     .at = offsetof(merge_options, ambiguous),
     .help = "with --partial: which metadata row gets the GUID if the keys of several occur in a "
             "cell: the first one (as in the Python SDK), all, that of the longest key (the "
             "default), or none, the row being rejected"},
    {.name = "extract",
     .kind = G3_OPTION_TEXT,
     .argument = "REGEX",
     .at = offsetof(merge_options, extract),
     .help = "take the last key out of the index's cell by a regular expression (PCRE2): its "
             "first group, else all that it matches, wherever it does; quicker than --partial, "
             "and safer"},
    {.name = "all-index-columns",
     .kind = G3_OPTION_FLAG,
     .at = offsetof(merge_options, all_index_columns),
     .help = "write the other columns of the index too, behind those of the metadata"},
    {.name = "keep-unmatched",
     .kind = G3_OPTION_FLAG,
     .at = offsetof(merge_options, keep_unmatched),
     .help = "write metadata rows that match nothing too, with an empty guid"},
    {.name = "unmatched",
     .kind = G3_OPTION_TEXT,
     .argument = "FILE",
     .at = offsetof(merge_options, unmatched),
     .help = "write metadata rows that match nothing there"},
    {.name = "unmatched-index",
     .kind = G3_OPTION_TEXT,
     .argument = "FILE",
     .at = offsetof(merge_options, unmatched_index),
     .help = "write rows of the index that nothing matches there"},
};

static const g3_option MANIFESTS_OPTIONS[] = {
    {.name = "manifests",
     .kind = G3_OPTION_FLAG,
     .at = offsetof(merge_options, manifests),
     .help = "the FILEs are object manifests: unite the rows of each md5, their urls, authz and "
             "acl together"},
    {.name = "by",
     .kind = G3_OPTION_CHOICE,
     .choices = "md5|guid",
     .at = offsetof(merge_options, by),
     .help = "with --manifests: which rows are of one object (default md5)"},
    {.name = "allow-several-guids",
     .kind = G3_OPTION_FLAG,
     .at = offsetof(merge_options, allow_several_guids),
     .help = "with --manifests: rows of one md5 may have different GUIDs, and stay records of "
             "their own"},
};

/* One run, and what it has open. */
typedef struct merge_run {
    const common_options *common;
    const merge_options *mine;
    g3_reporter *reporter;
    g3_merge_key *keys;
    g3_manifest_options manifest;
    g3_rejects *rejects;
    g3_report *report; /* or NULL */
    g3_merge_file output, unmatched, unmatched_index;
    g3_join_counts counts;
    g3_unite_result united;
} merge_run;

static bool read_key(const char *option, const char *text, g3_merge_key *key, g3_error *error)
{
    const char *equals = strchr(text, '=');
    if (!equals || equals == text || !equals[1])
        return g3_fail(error, G3_EXIT_USAGE,
                       "%s \"%s\" is not of the form METADATA_COLUMN=INDEX_COLUMN, such as "
                       "sample_id=urls",
                       option, text);
    key->metadata = g3_view_trim((g3_view){text, (size_t)(equals - text)});
    key->index = g3_view_trim(g3_view_of(equals + 1));
    return true;
}

/* Reads the keys, that of a list last. */
static bool read_keys(merge_run *run, g3_error *error)
{
    const g3_text_list *keys = &run->mine->keys, *items = &run->mine->item_keys;
    run->keys = g3_allocate_zeroed(keys->count + items->count, sizeof *run->keys);
    for (size_t i = 0; i < keys->count; i++)
        if (!read_key("--key", keys->items[i], &run->keys[i], error))
            return false;
    for (size_t i = 0; i < items->count; i++)
        if (!read_key("--key-item", items->items[i], &run->keys[keys->count + i], error))
            return false;
    return true;
}

/* True if more than one input is standard input, which can be read once. */
static bool reads_twice(const merge_options *mine, const g3_text_list *operands)
{
    size_t count = operands->count == 0;
    for (size_t i = 0; i < operands->count; i++)
        count += strcmp(operands->items[i], "-") == 0;
    for (size_t i = 0; i < mine->index.count; i++)
        count += strcmp(mine->index.items[i], "-") == 0;
    return count > 1;
}

/* Options that go together, or do not. */
static bool check_usage(const merge_run *run, const g3_text_list *operands, g3_error *error)
{
    const merge_options *mine = run->mine;
    size_t keys = mine->keys.count + mine->item_keys.count;
    const char *fault = NULL;
    bool searched = mine->partial && !mine->extract;
    if (mine->manifests && (keys || mine->index.count || mine->partial || mine->extract ||
                            mine->unmatched || mine->unmatched_index || mine->keep_unmatched ||
                            mine->all_index_columns || mine->guid_column))
        fault = "--manifests merges the FILEs with each other: leave out the options of --index";
    else if (!mine->manifests && (mine->by != NOT_CHOSEN || mine->allow_several_guids))
        fault = "--by and --allow-several-guids go with --manifests";
    else if (mine->by == BY_GUID && mine->allow_several_guids)
        fault = "--allow-several-guids goes with --by md5: rows of one GUID have one GUID";
    else if (!mine->manifests && keys == 0)
        fault = "which columns belong together? Give --key METADATA_COLUMN=INDEX_COLUMN";
    else if (!mine->manifests && mine->index.count == 0)
        fault = "which is the indexing manifest? Give --index FILE";
    else if (mine->item_keys.count > 1)
        fault = "--key-item can be given once";
    else if (mine->partial && mine->item_keys.count)
        fault = "--partial looks for the key anywhere in the cell: give --key, not --key-item";
    else if (searched && keys > 1)
        fault = "--partial takes one --key";
    else if (!searched && mine->boundary)
        fault = "--boundary goes with --partial, without --extract";
    else if (!searched && mine->ambiguous != NOT_CHOSEN)
        fault = "--ambiguous goes with --partial, without --extract";
    else if (mine->extract && mine->item_keys.count)
        fault = "--extract takes keys out of the whole cell: give --key, not --key-item";
    else if (reads_twice(mine, operands))
        fault = "standard input can be read once: name a file for the metadata, or for --index";
    if (fault)
        return g3_fail(error, G3_EXIT_USAGE, "%s", fault);
    const common_output outputs[] = {{"-o", run->common->output},
                                     {"--unmatched", mine->unmatched},
                                     {"--unmatched-index", mine->unmatched_index},
                                     {"--reject", run->common->reject},
                                     {"--report", run->common->report}};
    return common_part_outputs(outputs, G3_COUNT(outputs), error);
}

/* Opens a file for rows. @param path  NULL: none is wanted */
static bool open_file(const merge_run *run, g3_merge_file *file, const char *path,
                      g3_format otherwise, g3_error *error)
{
    common_options named = *run->common;
    if (path != run->common->output)
        named.to = -1; /* --to is about the main output */
    named.output = path ? path : "-";
    file->format = common_output_format(&named, otherwise);
    file->delimiter = file->format == G3_FORMAT_TSV ? '\t' : ',';
    if (run->common->delimiter)
        file->delimiter = run->common->delimiter;
    file->sink = path ? g3_sink_open(path, error) : NULL;
    return file->sink || !path;
}

static bool open_report(merge_run *run, const char *const *paths, size_t path_count,
                        g3_error *error)
{
    const merge_options *mine = run->mine;
    g3_report_options options = {.title = mine->manifests
                                              ? "Manifests merged into one"
                                              : "Metadata merged with the GUIDs of an index",
                                 .unit = "rows",
                                 .category = "result",
                                 .columns = "row",
                                 .compared = true,
                                 .all = mine->unmatched ? mine->unmatched : run->common->reject};
    if (!report_open(run->common, &options, run->reporter, &run->report, error))
        return false;
    report_add_files(run->report, mine->manifests ? "Manifests" : "Metadata", paths, path_count);
    if (!mine->manifests)
        report_add_files(run->report, "Index", mine->index.items, mine->index.count);
    return true;
}

static bool open_all(merge_run *run, const char *const *paths, size_t path_count, g3_error *error)
{
    const common_options *common = run->common;
    const merge_options *mine = run->mine;
    g3_kind kind = mine->manifests ? G3_KIND_OBJECT : G3_KIND_RAW;
    if (!common_manifest_options(common, kind, &run->manifest, error) ||
        !open_report(run, paths, path_count, error))
        return false;
    run->rejects = g3_rejects_open(common->reject, common->max_rejects, true, run->reporter, error);
    if (run->rejects)
        g3_rejects_tell(run->rejects, run->report);
    return run->rejects && open_file(run, &run->output, common->output, G3_FORMAT_TSV, error) &&
           open_file(run, &run->unmatched, mine->unmatched, run->output.format, error) &&
           open_file(run, &run->unmatched_index, mine->unmatched_index, run->output.format, error);
}

static bool unite(merge_run *run, const char *const *paths, size_t path_count, g3_error *error)
{
    g3_unite_options options = {.paths = paths,
                                .path_count = path_count,
                                .manifest = &run->manifest,
                                .by_guid = run->mine->by == BY_GUID,
                                .several_guids = run->mine->allow_several_guids,
                                .memory = (size_t)run->common->memory,
                                .output = run->output.sink,
                                .format = run->output.format,
                                .delimiter = run->output.delimiter,
                                .rejects = run->rejects,
                                .reporter = run->reporter};
    return g3_unite_run(&options, &run->united, error);
}

/* What to merge metadata by; valid as long as the run. */
static g3_merge_options make_options(const merge_run *run, const char *const *paths,
                                     size_t path_count)
{
    const merge_options *mine = run->mine;
    g3_manifest_options index = {.kind = G3_KIND_RAW,
                                 .format = (g3_format)mine->index_from,
                                 .delimiter = mine->index_delimiter,
                                 .strict = run->common->strict};
    return (g3_merge_options){
        .metadata = {paths, path_count, run->manifest},
        .index = {mine->index.items, mine->index.count, index},
        .keys = run->keys,
        .key_count = mine->keys.count + mine->item_keys.count,
        .items = mine->item_keys.count > 0,
        .extract = mine->extract,
        .partial = mine->partial,
        .boundary = mine->boundary,
        .ambiguous =
            mine->ambiguous == NOT_CHOSEN ? G3_JOIN_LONGEST : (g3_join_ambiguous)mine->ambiguous,
        .guid_column = g3_view_trim(g3_view_of(mine->guid_column)),
        .all_index_columns = mine->all_index_columns,
        .keep_unmatched = mine->keep_unmatched,
        .memory = (size_t)run->common->memory,
        .output = run->output,
        .unmatched = run->unmatched,
        .unmatched_index = run->unmatched_index,
        .rejects = run->rejects,
        .report = run->report,
        .reporter = run->reporter,
    };
}

static bool close_file(g3_merge_file *file, bool done, g3_error *error)
{
    if (done && file->sink)
        return g3_sink_finish(file->sink, error);
    g3_sink_discard(file->sink, false);
    return done;
}

/* Completes the files. @param done  all went well so far, else `error` says what did not */
static bool close_all(merge_run *run, bool done, g3_error *error)
{
    g3_error later; /* one that no longer matters: an earlier one has ended the run */
    done = close_file(&run->unmatched, done, done ? error : &later);
    done = close_file(&run->unmatched_index, done, done ? error : &later);
    done = close_file(&run->output, done, done ? error : &later);
    return g3_rejects_finish(run->rejects, done ? error : &later) && done;
}

/* Says what became of the rows, and ends the run. */
static int finish(merge_run *run, const g3_merge_options *options, bool done, g3_error *error)
{
    g3_summary summary = {0};
    uint64_t rejected = run->rejects ? g3_rejects_count(run->rejects) : 0;
    done = close_all(run, done, error);
    if (run->mine->manifests)
        g3_unite_summarize(&run->united, rejected, &summary);
    else
        g3_merge_summarize(&run->counts, rejected, &summary);
    if (done && !run->mine->manifests)
        g3_merge_warn(options, &run->counts);
    if (done)
        g3_summary_say(&summary, run->reporter);
    bool unmatched = run->counts.metadata_matched < run->counts.metadata;
    int status = !done ? g3_report_error(run->reporter, error)
                 : rejected || (run->common->strict && unmatched) ? G3_EXIT_DIFFERENCES
                                                                  : G3_EXIT_DONE;
    status = report_close(run->report, &summary, NULL, status, error->message, run->reporter);
    g3_summary_free(&summary);
    return status;
}

static int run_merge(void *context, const g3_text_list *operands, g3_reporter *reporter)
{
    static const char *const STANDARD_INPUT[] = {"-"};
    merge_run *run = context;
    const char *const *paths = operands->count ? operands->items : STANDARD_INPUT;
    size_t path_count = operands->count ? operands->count : 1;
    g3_error error = {0};
    g3_merge_options options = {0};
    run->reporter = reporter;
    bool done = check_usage(run, operands, &error) && read_keys(run, &error) &&
                open_all(run, paths, path_count, &error);
    if (done && run->mine->manifests) {
        done = unite(run, paths, path_count, &error);
    } else if (done) {
        options = make_options(run, paths, path_count);
        done = g3_merge_run(&options, &run->counts, &error);
    }
    int status = finish(run, &options, done, &error);
    free(run->keys);
    free((void *)run->manifest.maps);
    free(run->mine->keys.items);
    free(run->mine->item_keys.items);
    free(run->mine->index.items);
    return status;
}

/* The lines are those of the help. */
/* clang-format off */
static const char DETAILS[] =
    "Gives each row of a metadata manifest the GUIDs of the files that it is about: those of the rows\n"
    "of the indexing manifest whose key is equal, or with --partial, has the metadata's key in it. The\n"
    "output has the metadata's rows in their order, one for each GUID, in a column called guid, and\n"
    "can be ingested as it is. Keys are compared without the blanks around them; an empty key matches\n"
    "nothing. Without FILE, or where it is -, the metadata is read from standard input. Rows beyond\n"
    "--memory go to disk, whatever the size of both sides.\n"
    "With --manifests, merges the object manifests FILE... into one instead.\n"
    "Exit status 1: rows were rejected, or with --strict, metadata rows match nothing.\n";
/* clang-format on */

int main(int argc, char **argv)
{
    common_options common = COMMON_DEFAULTS;
    merge_options mine = {.ambiguous = NOT_CHOSEN, .by = NOT_CHOSEN};
    g3_option_group groups[] = {
        {"Merging metadata with GUIDs", MERGE_OPTIONS, G3_COUNT(MERGE_OPTIONS), &mine},
        {"Merging manifests", MANIFESTS_OPTIONS, G3_COUNT(MANIFESTS_OPTIONS), &mine},
        {"Report", REPORT_OPTIONS, REPORT_OPTION_COUNT, &common},
        {"Input and output", COMMON_OPTIONS, COMMON_OPTION_COUNT, &common}};
    g3_command command = {
        .name = "g3-merge",
        .purpose = "merge metadata with the GUIDs of an indexing manifest, or manifests into one",
        .operands = "[FILE]...",
        .details = DETAILS,
        .examples =
            "  g3-merge --key sample_id=sample_id --index indexing.tsv dbgap.tsv -o metadata.tsv\n"
            "  g3-merge --partial --boundary --key submitted_sample_id=urls --index "
            "object-manifest.csv dbgap.tsv\n"
            "  g3-merge --extract 'NWD[0-9]+' --key submitted_sample_id=urls --index "
            "object-manifest.csv dbgap.tsv\n"
            "  g3-merge --manifests aws.tsv gcp.tsv -o all.tsv\n",
        .groups = groups,
        .group_count = G3_COUNT(groups)};
    merge_run run = {.common = &common, .mine = &mine};
    return run_filter(&(filter){&command, &common, run_merge, &run}, argc, argv);
}
