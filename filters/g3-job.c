/* g3-job: jobs of the commons (sower): running, waiting for, their output. */
#include "g3/record/json.h"
#include "g3/run/job.h"
#include "operations.h"

typedef struct job_options {
    const char *input;
    bool wait;
    double within;
    const char *url, *source, *studies, *manifest_url;
    const char *guid_column, *row_column, *index_column;
    int match;
} job_options;

enum { MATCH_NONE, MATCH_EXACT, MATCH_PARTIAL };

static const g3_option JOB_OPTIONS[] = {
    {.name = "wait",
     .kind = G3_OPTION_FLAG,
     .at = offsetof(job_options, wait),
     .help = "run: wait until the job has ended, and print its output"},
    {.name = "within",
     .kind = G3_OPTION_SECONDS,
     .argument = "TIME",
     .at = offsetof(job_options, within),
     .help = "wait no longer than that, as 30m; the job goes on (default: as long as it takes)"},
};

static const g3_option INPUT_OPTIONS[] = {
    {.name = "input",
     .kind = G3_OPTION_TEXT,
     .argument = "FILE",
     .at = offsetof(job_options, input),
     .help = "the job's input, a JSON object; the options below go before its members"},
    {.name = "url",
     .kind = G3_OPTION_TEXT,
     .argument = "URL",
     .at = offsetof(job_options, url),
     .help = "of the manifest (URL): ingest-metadata-manifest, index-object-manifest"},
    {.name = "source",
     .kind = G3_OPTION_TEXT,
     .argument = "NAME",
     .at = offsetof(job_options, source),
     .help = "metadata_source: ingest-metadata-manifest"},
    {.name = "phs",
     .kind = G3_OPTION_TEXT,
     .argument = "LIST",
     .at = offsetof(job_options, studies),
     .help = "accession numbers of studies, parted by blanks (phsid_list): get-dbgap-metadata"},
    {.name = "index-manifest",
     .kind = G3_OPTION_TEXT,
     .argument = "URL",
     .at = offsetof(job_options, manifest_url),
     .help = "indexing_manifest_url: get-dbgap-metadata"},
    {.name = "guid-column",
     .kind = G3_OPTION_TEXT,
     .argument = "NAME",
     .at = offsetof(job_options, guid_column),
     .help = "manifests_mapping_config.guid_column_name: get-dbgap-metadata"},
    {.name = "row-column",
     .kind = G3_OPTION_TEXT,
     .argument = "NAME",
     .at = offsetof(job_options, row_column),
     .help = "manifests_mapping_config.row_column_name: get-dbgap-metadata"},
    {.name = "index-column",
     .kind = G3_OPTION_TEXT,
     .argument = "NAME",
     .at = offsetof(job_options, index_column),
     .help = "manifests_mapping_config.indexing_manifest_column_name: get-dbgap-metadata"},
    {.name = "match",
     .kind = G3_OPTION_CHOICE,
     .choices = "none|exact|partial",
     .at = offsetof(job_options, match),
     .help = "partial_match_or_exact_match: get-dbgap-metadata"},
};

/* Appends a member to an object that is being written, if it has a value. */
static void add_member(g3_buffer *object, const char *name, const char *value)
{
    if (!value)
        return;
    g3_buffer_append_char(object, object->length ? ',' : '{');
    g3_json_append_string(object, g3_view_of(name));
    g3_buffer_append_char(object, ':');
    g3_json_append_string(object, g3_view_of(value));
}

/* The members of the input that options give. */
static void add_options(const job_options *options, g3_buffer *object)
{
    static const char *const MATCHES[] = {
        [MATCH_NONE] = NULL, [MATCH_EXACT] = "exact_match", [MATCH_PARTIAL] = "partial_match"};
    g3_buffer mapping = {0};
    add_member(object, "URL", options->url);
    add_member(object, "metadata_source", options->source);
    add_member(object, "phsid_list", options->studies);
    add_member(object, "indexing_manifest_url", options->manifest_url);
    add_member(object, "partial_match_or_exact_match", MATCHES[options->match]);
    add_member(&mapping, "guid_column_name", options->guid_column);
    add_member(&mapping, "row_column_name", options->row_column);
    add_member(&mapping, "indexing_manifest_column_name", options->index_column);
    if (mapping.length)
        g3_buffer_append_format(object, "%c\"manifests_mapping_config\":%s}",
                                object->length ? ',' : '{', g3_buffer_text(&mapping));
    g3_buffer_append_text(object, object->length ? "}" : "{}");
    g3_buffer_free(&mapping);
}

/* Appends the job's input: the file's members, and those of the options. */
static bool append_input(const job_options *options, g3_buffer *body, g3_error *error)
{
    g3_buffer given = {0}, spelled = {0};
    bool done = !options->input || operation_read_json(options->input, &given, error);
    add_options(options, &spelled);
    if (done && !options->input)
        g3_buffer_append(body, g3_buffer_view(&spelled));
    else if (done && !g3_json_append_merged(body, g3_buffer_view(&given), g3_buffer_view(&spelled)))
        done = g3_fail(error, G3_EXIT_INPUT, "%s: a job's input is a JSON object", options->input);
    g3_buffer_free(&given);
    g3_buffer_free(&spelled);
    return done;
}

/* The output of a job that has ended, in run->answer. */
static bool ask_output(operation_run *run, const char *uid, g3_error *error)
{
    g3_request request = {0};
    g3_call_begin(&request, G3_GET, run->base, "/output?UID={}", &uid, 1);
    return operation_ask(run, &request, uid, error);
}

/* Fails with the words of a job that has failed. */
static bool fail_job(operation_run *run, const char *uid, const char *status, g3_error *error)
{
    g3_arena arena = {0};
    g3_buffer words = {0};
    g3_view output;
    g3_error unknown; /* the output may be lost; the status is not */
    if (ask_output(run, uid, &unknown) &&
        g3_json_read_member(g3_buffer_view(&run->answer), "output", &arena, &output))
        g3_buffer_append_on_line(&words, output);
    g3_fail(error, G3_EXIT_DIFFERENCES, "job %s: %s: %s", uid, status, g3_buffer_text(&words));
    g3_buffer_free(&words);
    g3_arena_free(&arena);
    return false;
}

static bool wait_for(operation_run *run, const char *uid, g3_error *error)
{
    const job_options *options = run->values;
    g3_buffer status = {0};
    bool done = g3_job_wait(run->commons.http, run->base, uid, options->within, run->reporter,
                            &status, error);
    if (done && !g3_view_equal(g3_buffer_view(&status), G3_VIEW("Completed")))
        done = fail_job(run, uid, g3_buffer_text(&status), error);
    else if (done)
        done = ask_output(run, uid, error) &&
               g3_call_print(run->output, g3_buffer_view(&run->answer), error);
    g3_buffer_free(&status);
    return done;
}

static bool wait_job(operation_run *run, g3_error *error)
{
    return wait_for(run, run->operands[0], error);
}

static bool run_job(operation_run *run, g3_error *error)
{
    const job_options *options = run->values;
    g3_request request = {0};
    g3_arena arena = {0};
    g3_view uid;
    operation_begin(run, &request, "/dispatch", NULL, 0);
    g3_buffer_append_text(&request.body, "{\"action\":");
    g3_json_append_string(&request.body, g3_view_of(run->operands[0]));
    g3_buffer_append_text(&request.body, ",\"input\":");
    bool done = append_input(options, &request.body, error);
    g3_buffer_append_char(&request.body, '}');
    if (!done) {
        g3_request_free(&request);
        return false;
    }
    done = operation_ask(run, &request, run->operands[0], error);
    if (done && !options->wait)
        return g3_call_print(run->output, g3_buffer_view(&run->answer), error);
    if (done && !g3_json_read_member(g3_buffer_view(&run->answer), "uid", &arena, &uid))
        done = g3_fail(error, G3_EXIT_SERVICE, "%s: the service told no UID of the job",
                       run->operands[0]);
    if (done) {
        const char *name = g3_arena_copy(&arena, uid).data;
        g3_note(run->reporter, "job %s was dispatched", name);
        done = wait_for(run, name, error);
    }
    g3_arena_free(&arena);
    return done;
}

static bool list(operation_run *run, g3_error *error)
{
    int64_t count;
    g3_request request = {0};
    operation_begin(run, &request, "/list", NULL, 0);
    return operation_ask(run, &request, NULL, error) &&
           g3_call_print_items(run->output, g3_buffer_view(&run->answer), NULL, &count, NULL,
                               error);
}

/* The lines are those of the help. */
/* clang-format off */
static const operation OPERATIONS[] = {
    {"run", "ACTION", "dispatches a job: ingest-metadata-manifest, get-dbgap-metadata, ...", 1, 1, G3_POST, .run = run_job},
    {"wait", "UID", "waits until a job has ended, and prints its output", 1, 1, .run = wait_job},
    {"status", "UID...", "whether jobs run, have completed or failed", 1, 0, .path = "/status?UID={}", .each = true},
    {"output", "UID...", "the output of jobs that have ended", 1, 0, .path = "/output?UID={}", .each = true},
    {"list", "", "your jobs, a line each", .run = list},
    {"health", "", "whether the service is well", .path = "/_status"},
    {"version", "", "the service's version", .path = "/_version"},
};
/* clang-format on */

static bool find_service(operation_run *run, g3_error *error)
{
    return operation_use_gateway(run, "/job", error);
}

int main(int argc, char **argv)
{
    job_options values = {0};
    const operation_tool tool = {
        .name = "g3-job",
        .purpose = "jobs of a commons: running them, waiting for them",
        .details = "Runs jobs at a commons and prints what the job service answers as JSON. A job "
                   "goes on when the\n"
                   "waiting is interrupted. Exit status 1: the job failed.\n",
        .examples = "  g3-job -e https://commons.example.org run ingest-metadata-manifest --url "
                    "https://example.org/m.tsv \\\n"
                    "      --source dbgap --wait\n"
                    "  g3-job run get-dbgap-metadata --input dbgap.json --wait --within 2h\n"
                    "  g3-job list | jq -r 'select(.status == \"Failed\").uid'\n",
        .operations = OPERATIONS,
        .count = G3_COUNT(OPERATIONS),
        .options = JOB_OPTIONS,
        .option_count = G3_COUNT(JOB_OPTIONS),
        .more_options = INPUT_OPTIONS,
        .more_option_count = G3_COUNT(INPUT_OPTIONS),
        .more_title = "Input of a job",
        .values = &values,
        .find_service = find_service};
    return run_operations(&tool, argc, argv);
}
