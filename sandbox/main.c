/* g3-sandbox: an embedded commons for tests, rehearsals and benchmarks. Options, set-up and the
 * end. */
#include "commons.h"
#include "g3/base/interrupt.h"
#include "g3/base/memory.h"
#include "g3/base/report.h"
#include "loader.h"
#include "login.h"
#include "server.h"
#include "token_key.h"
#include <poll.h>
#include <stdlib.h>

#define AT(member) offsetof(struct settings, member)

static const g3_option OPTIONS[] = {
    {.name = "db",
     .kind = G3_OPTION_TEXT,
     .at = AT(database),
     .argument = "FILE",
     .help =
         "keep the records in this SQLite file (default: a private one that vanishes at the end)"},
    {.name = "port",
     .kind = G3_OPTION_COUNT,
     .at = AT(port),
     .argument = "N",
     .help = "listen on this port of 127.0.0.1; 0, the default, picks a free one"},
    {.name = "load",
     .kind = G3_OPTION_LIST,
     .at = AT(manifests),
     .argument = "MANIFEST",
     .help = "fill the index from a manifest first (CSV, TSV or JSON lines; may be repeated)"},
    {.name = "map",
     .kind = G3_OPTION_LIST,
     .at = AT(maps),
     .argument = "FIELD=COLUMN",
     .help = "the manifests' column that holds an object field, where it has another name"},
    {.name = "url-template",
     .kind = G3_OPTION_TEXT,
     .at = AT(url_template),
     .argument = "URL",
     .help = "make the URL of rows without any from this, replacing {guid}, {file_name} and other "
             "columns"},
    {.name = "prefix",
     .kind = G3_OPTION_TEXT,
     .at = AT(prefix),
     .argument = "PREFIX",
     .help = "put in front of the GUIDs that the service makes (default: dg.TEST/)"},
    {.name = "collation",
     .kind = G3_OPTION_CHOICE,
     .at = AT(collation),
     .choices = "bytes|locale",
     .help = "order of the GUIDs: by their bytes, or unlike bytes as people sort"},
};

static const g3_option LOGIN_OPTIONS[] = {
    {.name = "basic-auth",
     .kind = G3_OPTION_TEXT,
     .at = AT(basic_auth),
     .argument = "USER:PASSWORD",
     .help =
         "the administrator's login, for tests only, since others see it (default: admin:secret)"},
    {.name = "basic-auth-file",
     .kind = G3_OPTION_TEXT,
     .at = AT(basic_auth_file),
     .argument = "FILE",
     .help = "read the administrator's login from a file"},
    {.name = "api-key-file",
     .kind = G3_OPTION_TEXT,
     .at = AT(api_key_file),
     .argument = "FILE",
     .help = "write an API key that buys tokens here, as a credentials.json"},
    {.name = "token-lifetime",
     .kind = G3_OPTION_COUNT,
     .at = AT(token_lifetime),
     .least = 1,
     .argument = "SECONDS",
     .help = "how long a token lives (default: 1200)"},
    {.name = "token-path",
     .kind = G3_OPTION_CHOICE,
     .at = AT(token_paths),
     .choices = "both|cdis|api",
     .help = "which of the token service's paths exist"},
    {.name = "require-token",
     .kind = G3_OPTION_FLAG,
     .at = AT(require_token),
     .help = "answer 401 to all index requests without a valid token or the administrator's login"},
};

static const g3_option JOB_OPTIONS[] = {
    {.name = "job-time",
     .kind = G3_OPTION_SECONDS,
     .at = AT(job_time),
     .argument = "TIME",
     .help = "how long each job runs, as 2s (default: no time at all)"},
    {.name = "job-failure",
     .kind = G3_OPTION_LIST,
     .at = AT(job_failures),
     .argument = "ACTION:WORDS",
     .help = "jobs of this action fail with these words (may be repeated)"},
    {.name = "files",
     .kind = G3_OPTION_TEXT,
     .at = AT(files),
     .argument = "DIR",
     .help = "what s3://BUCKET/KEY and other URLs hold is DIR/BUCKET/KEY, under signed URLs"},
};

static const g3_option SUBMISSION_OPTIONS[] = {
    {.name = "submission-limit",
     .kind = G3_OPTION_COUNT,
     .at = AT(submission_limit),
     .argument = "N",
     .help = "bodies of more than N records are too large for the gateway (413)"},
    {.name = "submission-patience",
     .kind = G3_OPTION_COUNT,
     .at = AT(submission_patience),
     .argument = "N",
     .help = "bodies of more than N records take the gateway too long (504)"},
    {.name = "graph-patience",
     .kind = G3_OPTION_COUNT,
     .at = AT(graph_patience),
     .argument = "N",
     .help = "graph queries that ask for more than N records time out"},
    {.name = "graph-failure",
     .kind = G3_OPTION_LIST,
     .at = AT(graph_failures),
     .argument = "FIELD:WORDS",
     .help = "this field at the root of graph queries fails with these words (may be repeated)"},
};

static const g3_option FAULT_OPTIONS[] = {
    {.name = "fault",
     .kind = G3_OPTION_LIST,
     .at = AT(faults),
     .argument = "FAULT:PROBABILITY",
     .help = "spoil answers: an HTTP status, reset, truncate, slow or garbage (may be repeated)"},
    {.name = "fault-limit",
     .kind = G3_OPTION_COUNT,
     .at = AT(fault_limit),
     .argument = "N",
     .help = "most faults in all"},
    {.name = "seed",
     .kind = G3_OPTION_COUNT,
     .at = AT(seed),
     .argument = "N",
     .help = "another course of faults"},
    {.name = "latency",
     .kind = G3_OPTION_SECONDS,
     .at = AT(latency),
     .argument = "TIME",
     .help = "wait before each answer, as 20ms"},
    {.name = "most-at-once",
     .kind = G3_OPTION_COUNT,
     .at = AT(most_at_once),
     .argument = "N",
     .help = "answer 503 to what is asked while N requests are being answered"},
    {.name = "gzip",
     .kind = G3_OPTION_FLAG,
     .at = AT(gzip),
     .help = "pack answers for clients that take gzip"},
    {.name = "log",
     .kind = G3_OPTION_TEXT,
     .at = AT(log),
     .argument = "FILE",
     .help = "append a line for each request: method, target, status (000: none)"},
    {.name = "quiet",
     .letter = 'q',
     .kind = G3_OPTION_FLAG,
     .at = AT(quiet),
     .help = "no warnings"},
};

static const char DETAILS[] =
    "Serves an index, metadata, tokens, jobs, submission of records and graph queries on "
    "127.0.0.1\n"
    "under the paths of a commons' gateway (/index/..., /index-admin/..., /mds/..., "
    "/mds-admin/...,\n"
    "/user/..., /job/..., /api/v0/submission/...). Prints its endpoint on standard output when it "
    "is\n"
    "ready, and runs until it gets SIGTERM or SIGINT. Jobs do nothing but take their time: their\n"
    "output is what they were dispatched with. Records that are submitted have the types of a "
    "small\n"
    "dictionary (subject, sample, aligned_reads_file), which /api/v0/submission/_dictionary/_all\n"
    "shows. It is meant for tests: nothing survives a power cut.";

static const char EXAMPLES[] =
    "g3-sandbox --load manifest.csv\n"
    "g3-sandbox --port 8080 --db index.db --collation locale\n"
    "g3-sandbox --load manifest.tsv --fault 503:0.05 --fault reset:0.01 --latency 20ms";

static void run_until_signal(void)
{
    struct pollfd signal = {.fd = g3_interrupt_descriptor(), .events = POLLIN};
    while (!g3_interrupted())
        poll(&signal, 1, -1);
}

static struct token_key *open_token_key(const struct server *server)
{
    g3_buffer issuer = {0};
    g3_buffer_append_format(&issuer, "http://127.0.0.1:%u/user", server_port(server));
    struct token_key *key = token_key_open(g3_buffer_text(&issuer));
    g3_buffer_free(&issuer);
    return key;
}

/* Sets up what the services share.
 * @return false with an error; a signal in the meantime is one of kind G3_EXIT_INTERRUPTED */
static bool set_up(struct commons *commons, const struct server *server, g3_reporter *reporter,
                   g3_error *error)
{
    const struct settings *settings = commons->settings;
    if (!login_set_up(settings, &commons->login, error) ||
        !faults_set_up(&commons->faults, &settings->faults, (uint64_t)settings->seed,
                       settings->fault_limit, error))
        return false;
    commons->jobs = jobs_open(settings->job_time, &settings->job_failures, error);
    if (!commons->jobs)
        return false;
    commons->key = open_token_key(server);
    if (settings->api_key_file && !token_write_api_key(commons->key, settings->api_key_file, error))
        return false;
    commons->store = store_open(settings->database, (collation)settings->collation, error);
    return commons->store && loader_run(commons, reporter, error) &&
           store_begin_service(commons->store, error);
}

static void tear_down(struct commons *commons)
{
    store_close(commons->store);
    token_key_close(commons->key);
    jobs_close(commons->jobs);
    faults_tear_down(&commons->faults);
    free(commons->login);
}

static bool run(const struct settings *settings, g3_reporter *reporter, g3_error *error)
{
    struct commons commons = {.settings = settings};
    struct server *server = server_open((uint16_t)settings->port, error);
    commons.port = server ? server_port(server) : 0;
    bool done = server && set_up(&commons, server, reporter, error) &&
                server_start(server, &commons, error);
    if (done) {
        printf("http://127.0.0.1:%u\n", server_port(server));
        fflush(stdout);
        run_until_signal();
        store_interrupt(commons.store);
    }
    server_stop(server);
    tear_down(&commons);
    return done;
}

/* What the options table cannot say. */
static bool check_usage(const struct settings *settings, const g3_text_list *operands,
                        g3_error *error)
{
    if (operands->count)
        return g3_fail(error, G3_EXIT_USAGE, "%s: no operand is expected; see --help",
                       operands->items[0]);
    if (settings->port > UINT16_MAX)
        return g3_fail(error, G3_EXIT_USAGE, "--port: 65535 is the highest");
    for (size_t i = 0; i < settings->graph_failures.count; i++)
        if (!strchr(settings->graph_failures.items[i], ':'))
            return g3_fail(error, G3_EXIT_USAGE, "--graph-failure %s: give FIELD:WORDS",
                           settings->graph_failures.items[i]);
    return true;
}

int main(int argc, char **argv)
{
    struct settings settings = {.prefix = "dg.TEST/",
                                .basic_auth = "admin:secret",
                                .fault_limit = -1,
                                .token_lifetime = 1200};
    g3_option_group groups[] = {
        {"Records", OPTIONS, G3_COUNT(OPTIONS), &settings},
        {"Logins", LOGIN_OPTIONS, G3_COUNT(LOGIN_OPTIONS), &settings},
        {"Jobs and files", JOB_OPTIONS, G3_COUNT(JOB_OPTIONS), &settings},
        {"Submission", SUBMISSION_OPTIONS, G3_COUNT(SUBMISSION_OPTIONS), &settings},
        {"Faults and observation", FAULT_OPTIONS, G3_COUNT(FAULT_OPTIONS), &settings},
    };
    g3_command command = {.name = "g3-sandbox",
                          .purpose = "an embedded Gen3 commons for tests",
                          .operands = "",
                          .details = DETAILS,
                          .examples = EXAMPLES,
                          .groups = groups,
                          .group_count = G3_COUNT(groups)};
    g3_reporter reporter;
    g3_error error = {0};
    g3_text_list operands = {0};
    g3_options_result read = g3_options_parse(&command, argc, argv, &operands, &error);
    g3_reporter_set_up(&reporter, command.name, settings.quiet, false, G3_PROGRESS_NEVER);
    int status = G3_EXIT_DONE;
    g3_interrupt_set_up();
    if (read == G3_OPTIONS_RUN &&
        !(check_usage(&settings, &operands, &error) && run(&settings, &reporter, &error)))
        read = G3_OPTIONS_WRONG;
    if (read == G3_OPTIONS_WRONG &&
        error.exit != G3_EXIT_INTERRUPTED) /* told to stop: that is how it ends */
        status = g3_report_error(&reporter, &error);
    free(operands.items);
    free(settings.manifests.items);
    free(settings.maps.items);
    free(settings.faults.items);
    free(settings.job_failures.items);
    free(settings.graph_failures.items);
    return status;
}
