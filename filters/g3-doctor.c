/* g3-doctor: whether all is well between this machine and a commons, and what to do if not. */
#include "common.h"
#include "g3/run/doctor.h"

typedef struct doctor_options {
    const char *output;
    bool json;
} doctor_options;

static const g3_option DOCTOR_OPTIONS[] = {
    {.name = "output",
     .letter = 'o',
     .kind = G3_OPTION_TEXT,
     .argument = "FILE",
     .at = offsetof(doctor_options, output),
     .help = "write there instead of to standard output"},
    {.name = "json",
     .kind = G3_OPTION_FLAG,
     .at = offsetof(doctor_options, json),
     .help = "lines as JSON: {\"subject\",\"state\",\"text\"}"},
};

typedef struct doctor_run {
    const doctor_options *mine;
    const g3_service_options *service;
} doctor_run;

static int run_doctor(void *context, const g3_text_list *operands, g3_reporter *reporter)
{
    const doctor_run *run = context;
    g3_error error = {0};
    size_t bad = 0;
    g3_sink *output = NULL;
    bool done = operands->count == 0 ||
                g3_fail(&error, G3_EXIT_USAGE, "%s: no operand is expected", operands->items[0]);
    done = done && (output = g3_sink_open(run->mine->output, &error));
    done = done && g3_doctor_run(&(g3_doctor_options){.service = run->service,
                                                      .output = output,
                                                      .json = run->mine->json,
                                                      .reporter = reporter},
                                 &bad, &error);
    done = common_close_output(output, done, false, &error);
    if (!done)
        return g3_report_error(reporter, &error);
    return bad ? G3_EXIT_DIFFERENCES : G3_EXIT_DONE;
}

/* The lines are those of the help. */
/* clang-format off */
static const char DETAILS[] =
    "Looks at the endpoint, the index, metadata, job and graph services and their versions, the login and\n"
    "the clocks, and writes a line for each: ok, bad (with what to do), or none (not there, or not to be\n"
    "told). Exit status 1: something is bad.\n";
/* clang-format on */

int main(int argc, char **argv)
{
    common_options common = COMMON_DEFAULTS;
    doctor_options mine = {.output = "-"};
    g3_service_options service = g3_service_option_defaults;
    g3_option_group groups[] = {
        {"Output", DOCTOR_OPTIONS, G3_COUNT(DOCTOR_OPTIONS), &mine},
        {"Service", g3_service_option_table, g3_service_option_count, &service}};
    g3_command command = {
        .name = "g3-doctor",
        .purpose = "say whether all is well with a commons, and what to do if not",
        .operands = "",
        .details = DETAILS,
        .examples = "  g3-doctor -e https://commons.example.org\n"
                    "  g3-doctor --index-url http://127.0.0.1:8080 --json | jq -r .text\n",
        .groups = groups,
        .group_count = G3_COUNT(groups)};
    doctor_run run = {.mine = &mine, .service = &service};
    return run_filter(&(filter){&command, &common, run_doctor, &run}, argc, argv);
}
