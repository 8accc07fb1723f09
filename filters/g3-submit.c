/* g3-submit: the graph of a commons: programs, projects, records, the dictionary and queries. */
#include "g3/base/memory.h"
#include "g3/commons/submission.h"
#include "g3/record/json.h"
#include "g3/run/query.h"
#include "g3/run/submit.h"
#include "g3/run/submit_delete.h"
#include "operations.h"
#include <inttypes.h>
#include <stdlib.h>

/* Beyond these a service has no use for it. */
#define MOST_CHUNK    1000000
#define MOST_PARALLEL 64

typedef struct submit_options {
    const char *variables; /* of queries */
    int64_t page;
    const char *node; /* of exports */
    int format;       /* 0 json, 1 tsv */
    int64_t chunk, parallel;
    bool dry_run;
    const char *journal, *reject;
    int64_t max_rejects;
    int from;
    char delimiter;
} submit_options;

static const g3_option QUERY_OPTIONS[] = {
    {.name = "variables",
     .kind = G3_OPTION_TEXT,
     .argument = "JSON",
     .at = offsetof(submit_options, variables),
     .help = "query: its variables, or @FILE"},
    {.name = "page",
     .kind = G3_OPTION_COUNT,
     .argument = "N",
     .at = offsetof(submit_options, page),
     .help = "query: most items asked for at once (default 1000); 0 sends it as it is"},
    {.name = "node",
     .kind = G3_OPTION_TEXT,
     .argument = "NODE",
     .at = offsetof(submit_options, node),
     .help = "export: all records of this node instead of those of ids"},
    {.name = "format",
     .kind = G3_OPTION_CHOICE,
     .choices = "json|tsv",
     .at = offsetof(submit_options, format),
     .help = "export: JSON, a line for each record (default), or a TSV as the service writes it"},
};

static const g3_option RECORD_OPTIONS[] = {
    {.name = "chunk",
     .kind = G3_OPTION_COUNT,
     .argument = "N",
     .least = 1,
     .at = offsetof(submit_options, chunk),
     .help = "most records sent at once (default 30); fewer where that is too much"},
    {.name = "parallel",
     .kind = G3_OPTION_COUNT,
     .argument = "N",
     .least = 1,
     .at = offsetof(submit_options, parallel),
     .help = "requests under way at once (default 1)"},
    {.name = "dry-run",
     .kind = G3_OPTION_FLAG,
     .at = offsetof(submit_options, dry_run),
     .help = "the service says what it would do, and does nothing"},
    {.name = "journal",
     .kind = G3_OPTION_TEXT,
     .argument = "FILE",
     .at = offsetof(submit_options, journal),
     .help = "note there what is done, and go on from it when run again"},
    {.name = "reject",
     .kind = G3_OPTION_TEXT,
     .argument = "FILE",
     .at = offsetof(submit_options, reject),
     .help = "write rows that were refused there, with the reason, as JSON lines"},
    {.name = "max-rejects",
     .kind = G3_OPTION_COUNT,
     .argument = "N",
     .at = offsetof(submit_options, max_rejects),
     .help = "stop with status 3 when more rows were refused"},
    {.name = "from",
     .kind = G3_OPTION_CHOICE,
     .choices = "auto|csv|tsv|ndjson",
     .at = offsetof(submit_options, from),
     .help = "format of the input (default: by name or content)"},
    {.name = "delimiter",
     .kind = G3_OPTION_CHAR,
     .argument = "CHAR",
     .at = offsetof(submit_options, delimiter),
     .help = "what parts the cells of the input"},
};

/* PROGRAM-PROJECT, the first operand, in two. */
typedef struct project {
    char *text;
    const char *values[2]; /* of a path: program, project */
} project;

static bool split_project(const operation_run *run, g3_view *program, g3_view *code,
                          g3_error *error)
{
    return g3_submission_split_project(g3_view_of(run->operands[0]), program, code) ||
           g3_fail(error, G3_EXIT_USAGE, "%s: give PROGRAM-PROJECT, as DCF-CCLE", run->operands[0]);
}

/* The same as texts. @param taken  owned by the caller: free(taken->text) */
static bool take_project(const operation_run *run, project *taken, g3_error *error)
{
    g3_view program, code;
    if (!split_project(run, &program, &code, error))
        return false;
    *taken = (project){.text = g3_duplicate(g3_view_of(run->operands[0]))};
    taken->text[program.length] = '\0';
    taken->values[0] = taken->text;
    taken->values[1] = taken->text + program.length + 1;
    return true;
}

/* An operation on a project that its path says all of. */
static bool run_project(operation_run *run, g3_error *error)
{
    project taken;
    g3_request request = {0};
    if (!take_project(run, &taken, error))
        return false;
    operation_begin(run, &request, run->operation->path, taken.values, 2);
    free(taken.text);
    return operation_print(run, &request, run->operands[0], error);
}

/* The names in a list of links, "/v0/submission/PROGRAM": a line each. */
static bool list_links(operation_run *run, g3_error *error)
{
    int64_t count;
    g3_request request = {0};
    operation_begin(run, &request, run->operation->path, run->operands, run->count);
    return operation_ask(run, &request, run->count ? run->operands[0] : NULL, error) &&
           g3_call_print_items(run->output, g3_buffer_view(&run->answer), "links", &count, NULL,
                               error);
}

static bool ask_dictionary(operation_run *run, g3_error *error)
{
    const char *node = run->count ? run->operands[0] : "_all";
    g3_request request = {0};
    operation_begin(run, &request, "/_dictionary/{}", &node, 1);
    return operation_print(run, &request, node, error);
}

/* A text that is given as it is, or as @FILE (@- is standard input). */
static bool read_text(const char *given, g3_buffer *text, g3_error *error)
{
    if (*given == '@')
        return g3_source_read_all(given + 1, SIZE_MAX, text, error);
    g3_buffer_append_text(text, given);
    return true;
}

static bool read_variables(const submit_options *options, g3_buffer *text, g3_error *error)
{
    if (!options->variables)
        return true;
    return read_text(options->variables, text, error) &&
           (g3_json_is_valid(g3_buffer_view(text)) ||
            g3_fail(error, G3_EXIT_USAGE, "--variables: that is no JSON"));
}

/* Asks a query and prints its pages. */
static bool ask_pages(operation_run *run, const g3_query_options *asked, g3_error *error)
{
    uint64_t count;
    g3_query_options options = *asked;
    g3_buffer url = {0};
    g3_buffer_append_text(&url, run->base);
    g3_buffer_append_text(&url, "/graphql");
    options.url = g3_buffer_text(&url);
    options.reporter = run->reporter;
    bool done = g3_query_run(run->commons.http, &options, &count, error);
    g3_buffer_free(&url);
    return done;
}

static bool query(operation_run *run, g3_error *error)
{
    const submit_options *options = run->values;
    g3_buffer text = {0}, variables = {0};
    bool done = read_text(run->operands[0], &text, error) &&
                read_variables(options, &variables, error) &&
                ask_pages(run,
                          &(g3_query_options){.text = g3_buffer_view(&text),
                                              .variables = g3_buffer_view(&variables),
                                              .page = options->page,
                                              .output = run->output},
                          error);
    g3_buffer_free(&text);
    g3_buffer_free(&variables);
    return done;
}

/* Opens what is submitted. */
static g3_manifest_reader *open_records(const operation_run *run, g3_error *error)
{
    const submit_options *options = run->values;
    const char *path = run->count > 1 ? run->operands[1] : "-";
    if (g3_view_ends_with(g3_view_of(path), G3_VIEW(".xlsx"))) {
        g3_fail(error, G3_EXIT_INPUT, "%s: save the worksheet as CSV or TSV", path);
        return NULL;
    }
    g3_manifest_options manifest = {
        .kind = G3_KIND_RAW, .format = (g3_format)options->from, .delimiter = options->delimiter};
    return g3_manifest_open(path, &manifest, error);
}

static bool submit_to(operation_run *run, const char *url, g3_manifest_reader *manifest,
                      g3_error *error)
{
    const submit_options *options = run->values;
    g3_submit_options wanted = {.url = url,
                                .chunk = options->chunk,
                                .parallel = options->parallel,
                                .dry_run = options->dry_run,
                                .journal = options->journal,
                                .output = run->output,
                                .reporter = run->reporter};
    g3_submit_result result;
    g3_error later;
    wanted.rejects =
        g3_rejects_open(options->reject, options->max_rejects, false, run->reporter, error);
    if (!wanted.rejects)
        return false;
    bool done = g3_submit_run(run->commons.http, manifest, &wanted, &result, error);
    uint64_t rejected = g3_rejects_count(wanted.rejects);
    done = g3_rejects_finish(wanted.rejects, done ? error : &later) && done;
    g3_note(run->reporter,
            "%s%" PRIu64 " created, %" PRIu64 " updated, %" PRIu64 " rejected; %" PRIu64
            " requests%s",
            options->dry_run ? "would be: " : "", result.created, result.updated, rejected,
            g3_http_get_statistics(run->commons.http).requests,
            result.resumed ? " (of the rows of an earlier run, says the journal)" : "");
    return done && (rejected == 0 || g3_fail(error, G3_EXIT_DIFFERENCES,
                                             "%" PRIu64 " rows were rejected", rejected));
}

static bool submit_records(operation_run *run, g3_error *error)
{
    const submit_options *options = run->values;
    project taken;
    g3_request request = {0};
    if (options->chunk > MOST_CHUNK || options->parallel > MOST_PARALLEL)
        return g3_fail(error, G3_EXIT_USAGE, "--chunk: %d at most; --parallel: %d at most",
                       MOST_CHUNK, MOST_PARALLEL);
    if (options->dry_run && options->journal)
        return g3_fail(error, G3_EXIT_USAGE, "--journal: a dry run does nothing to note");
    if (!take_project(run, &taken, error))
        return false;
    operation_begin(run, &request, "/{}/{}", taken.values, 2);
    g3_manifest_reader *manifest = open_records(run, error);
    bool done = manifest && submit_to(run, g3_buffer_text(&request.url), manifest, error);
    g3_manifest_close(manifest);
    g3_request_free(&request);
    free(taken.text);
    return done;
}

/* Deletes the records that the operands name, or all records of the nodes that they name. */
static bool delete_from(operation_run *run, bool nodes, g3_error *error)
{
    const submit_options *options = run->values;
    g3_http *http = run->commons.http;
    g3_submit_delete_options wanted = {.base = run->base,
                                       .dry_run = options->dry_run,
                                       .output = run->output,
                                       .reporter = run->reporter};
    if (!split_project(run, &wanted.program, &wanted.project, error))
        return false;
    if (!nodes)
        return g3_submit_delete(http, &wanted, run->operands + 1, run->count - 1, error);
    if (options->dry_run) /* it would never end */
        return g3_fail(error, G3_EXIT_USAGE, "--dry-run: name the records (delete-records)");
    for (size_t i = 1; i < run->count; i++)
        if (!g3_submit_delete_node(http, &wanted, run->operands[i], error))
            return false;
    return true;
}

static bool delete_records(operation_run *run, g3_error *error)
{
    return delete_from(run, false, error);
}

static bool delete_nodes(operation_run *run, g3_error *error)
{
    return delete_from(run, true, error);
}

static bool print_bytes(operation_run *run, g3_error *error)
{
    g3_buffer_append(g3_sink_buffer(run->output), g3_buffer_view(&run->answer));
    return g3_sink_settle(run->output, false, error);
}

/* Exported JSON: a list, or {"data": [...]}, or lists by node. */
static bool print_exported(operation_run *run, g3_error *error)
{
    int64_t count;
    g3_arena arena = {0};
    g3_json_reader json;
    g3_view answer = g3_buffer_view(&run->answer), name, list;
    bool first, done = true;
    g3_json_begin(&json, answer, &arena);
    if (g3_json_peek(&json) != G3_JSON_OBJECT) {
        done = g3_call_print_items(run->output, answer, NULL, &count, NULL, error);
    } else {
        for (g3_json_enter(&json, &first); done && g3_json_more_key(&json, &first, &name);)
            done = g3_json_skip(&json, &list) &&
                   g3_call_print_items(run->output, list, NULL, &count, NULL, error);
        if (json.fault)
            done = g3_fail(error, G3_EXIT_SERVICE, "the service's export is no JSON");
    }
    g3_arena_free(&arena);
    return done;
}

/* Adds ids=A,B to the request. */
static void add_ids(const operation_run *run, g3_request *request)
{
    g3_buffer ids = {0};
    for (size_t i = 1; i < run->count; i++) {
        g3_buffer_append_text(&ids, i > 1 ? "," : "");
        g3_buffer_append_text(&ids, run->operands[i]);
    }
    g3_call_add_parameter(request, "ids", g3_buffer_view(&ids));
    g3_buffer_free(&ids);
}

static bool export_records(operation_run *run, g3_error *error)
{
    const submit_options *options = run->values;
    project taken;
    g3_request request = {0};
    if ((options->node != NULL) == (run->count > 1))
        return g3_fail(error, G3_EXIT_USAGE, "export: give ids, or --node NODE");
    if (!take_project(run, &taken, error))
        return false;
    operation_begin(run, &request, options->node ? "/{}/{}/export/" : "/{}/{}/export", taken.values,
                    2);
    free(taken.text);
    if (options->node)
        g3_call_add_parameter(&request, "node_label", g3_view_of(options->node));
    else
        add_ids(run, &request);
    g3_call_add_parameter(&request, "format", g3_view_of(options->format ? "tsv" : "json"));
    return operation_ask(run, &request, run->operands[0], error) &&
           (options->format ? print_bytes(run, error) : print_exported(run, error));
}

static bool print_manifest(operation_run *run, g3_error *error)
{
    project taken;
    g3_request request = {0};
    if (!take_project(run, &taken, error))
        return false;
    operation_begin(run, &request, "/{}/{}/manifest", taken.values, 2);
    free(taken.text);
    add_ids(run, &request);
    return operation_ask(run, &request, run->operands[0], error) && print_bytes(run, error);
}

/* The lines are those of the help. */
/* clang-format off */
static const operation OPERATIONS[] = {
    {"query", "QUERY|@FILE", "a GraphQL query, all pages of it, a line for each item", 1, 1, .run = query},
    {"schema", "", "the schema of queries", .path = "/getschema"},
    {"dictionary", "[NODE]", "the dictionary, or one node of it", 0, 1, .run = ask_dictionary},
    {"project-dictionary", "PROGRAM-PROJECT", "what a project's dictionary has", 1, 1, .path = "/{}/{}/_dictionary", .run = run_project},
    {"programs", "", "the programs, a line each", .path = "/", .run = list_links},
    {"create-program", "[FILE]", "a program, from JSON", 0, 1, G3_POST, .path = "/", .body = BODY_JSON},
    {"delete-program", "PROGRAM...", "deletes programs, which must be empty", 1, 0, G3_DELETE, .path = "/{}", .each = true},
    {"projects", "PROGRAM", "the projects of a program, a line each", 1, 1, .path = "/{}", .run = list_links},
    {"create-project", "PROGRAM [FILE]", "a project, from JSON", 1, 2, G3_PUT, .path = "/{}", .body = BODY_JSON},
    {"delete-project", "PROGRAM-PROJECT", "deletes a project, which must be empty", 1, 1, G3_DELETE, .path = "/{}/{}", .run = run_project},
    {"open", "PROGRAM-PROJECT", "lets records be submitted to a project", 1, 1, G3_PUT, .path = "/{}/{}/open", .run = run_project},
    {"records", "PROGRAM-PROJECT [FILE]", "submits records, the rows of a CSV, TSV or JSON lines", 1, 2, .run = submit_records},
    {"delete-records", "PROGRAM-PROJECT ID...", "deletes records", 2, 0, .run = delete_records},
    {"delete-nodes", "PROGRAM-PROJECT NODE...", "deletes all records of nodes, in the order given", 2, 0, .run = delete_nodes},
    {"export", "PROGRAM-PROJECT [ID]...", "records by their ids, or of a node (--node)", 1, 0, .run = export_records},
    {"manifest", "PROGRAM-PROJECT ID...", "the manifest of files, as the service writes it (YAML)", 2, 0, .run = print_manifest},
};
/* clang-format on */

static bool find_service(operation_run *run, g3_error *error)
{
    return operation_use_gateway(run, G3_SUBMISSION_SEGMENT, error);
}

int main(int argc, char **argv)
{
    submit_options values = {.page = G3_QUERY_PAGE,
                             .chunk = G3_SUBMIT_CHUNK,
                             .parallel = G3_SUBMIT_PARALLEL,
                             .max_rejects = -1};
    const operation_tool tool = {
        .name = "g3-submit",
        .purpose = "the graph of a commons: projects, records, queries",
        .details =
            "Submits records to a project, asks queries, and does the other operations of the "
            "submission\n"
            "service. Of records, a line is written for each that was created or updated; rows "
            "that the\n"
            "service refuses are rejected and the others sent without them. Queries are asked "
            "page by page\n"
            "unless they say first: or offset: themselves. A template's asterisks in front of "
            "column names\n"
            "are dropped.\n",
        .examples =
            "  g3-submit -e https://commons.example.org records DCF-CCLE --journal j samples.tsv\n"
            "  g3-submit query '{ sample(project_id: \"DCF-CCLE\") { id submitter_id } }'\n"
            "  g3-submit query @query.graphql --variables '{\"name\": \"x\"}'\n"
            "  g3-submit export DCF-CCLE --node sample --format tsv -o samples.tsv\n",
        .operations = OPERATIONS,
        .count = G3_COUNT(OPERATIONS),
        .options = QUERY_OPTIONS,
        .option_count = G3_COUNT(QUERY_OPTIONS),
        .more_options = RECORD_OPTIONS,
        .more_option_count = G3_COUNT(RECORD_OPTIONS),
        .more_title = "Submitting records",
        .values = &values,
        .find_service = find_service};
    return run_operations(&tool, argc, argv);
}
