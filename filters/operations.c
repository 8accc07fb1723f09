/* The tools of single operations: command line, the plain operations, the end. */
#include "operations.h"
#include "common.h"
#include "g3/base/memory.h"
#include "g3/io/source.h"
#include "g3/record/json.h"
#include <stdlib.h>

/* Of what all filters have, these tools take what is about output and messages. */
typedef struct shared_options {
    common_options common;
    g3_text_list parameters;
} shared_options;

static const g3_option SHARED_OPTIONS[] = {
    {.name = "output",
     .letter = 'o',
     .kind = G3_OPTION_TEXT,
     .argument = "FILE",
     .at = offsetof(shared_options, common.output),
     .help = "write there instead of standard output; complete or not at all"},
    {.name = "query",
     .kind = G3_OPTION_LIST,
     .argument = "NAME=VALUE",
     .at = offsetof(shared_options, parameters),
     .help = "a parameter for the service's URL (may be repeated)"},
    {.name = "quiet",
     .letter = 'q',
     .kind = G3_OPTION_FLAG,
     .at = offsetof(shared_options, common.quiet),
     .help = "no notes, warnings and progress"},
    {.name = "progress",
     .kind = G3_OPTION_CHOICE,
     .choices = "auto|always|never",
     .at = offsetof(shared_options, common.progress),
     .help = "progress of what takes long on standard error; auto: if it is a terminal"},
    {.name = "progress-json",
     .kind = G3_OPTION_COUNT,
     .argument = "FD",
     .least = 1,
     .at = offsetof(shared_options, common.progress_file),
     .help = "write progress to this descriptor, a JSON object a line, one a second"},
    {.name = "log",
     .kind = G3_OPTION_CHOICE,
     .choices = "text|json",
     .at = offsetof(shared_options, common.log),
     .help = "the form of messages"},
};

bool operation_read_json(const char *path, g3_buffer *body, g3_error *error)
{
    const char *name = path ? path : "-";
    if (!g3_source_read_all(name, SIZE_MAX, body, error))
        return false;
    g3_arena arena = {0};
    g3_json_reader json;
    g3_json_begin(&json, g3_buffer_view(body), &arena);
    bool done = g3_json_skip(&json, NULL) && g3_json_at_end(&json);
    if (!done)
        g3_fail(error, G3_EXIT_INPUT, "%s: no JSON document: %s", g3_source_name_of(name),
                json.fault ? json.fault : "there is something behind its end");
    g3_arena_free(&arena);
    return done;
}

static void add_parameters(const operation_run *run, g3_request *request)
{
    for (size_t i = 0; i < run->parameters.count; i++) {
        const char *text = run->parameters.items[i], *equals = strchr(text, '=');
        char *name = g3_duplicate((g3_view){text, (size_t)(equals - text)});
        g3_call_add_parameter(request, name, g3_view_of(equals + 1));
        free(name);
    }
}

bool operation_use_gateway(operation_run *run, const char *segment, g3_error *error)
{
    if (!run->commons.gateway)
        return g3_fail(error, G3_EXIT_USAGE, "which commons? Give -e URL");
    g3_buffer_append_text(&run->service, run->commons.gateway);
    g3_buffer_append_text(&run->service, segment);
    run->base = run->admin = g3_buffer_text(&run->service);
    return true;
}

void operation_begin(const operation_run *run, g3_request *request, const char *path,
                     const char *const *values, size_t count)
{
    const operation *wanted = run->operation;
    g3_call_begin(request, wanted->method, wanted->writes ? run->admin : run->base, path, values,
                  count);
    request->repeatable = request->repeatable || wanted->repeatable;
    add_parameters(run, request);
}

bool operation_begin_with(const operation_run *run, g3_request *request, const char *path,
                          const char *const *values, size_t count, const char *file,
                          g3_error *error)
{
    operation_begin(run, request, path, values, count);
    if (operation_read_json(file, &request->body, error))
        return true;
    g3_request_free(request);
    return false;
}

bool operation_ask(operation_run *run, g3_request *take_request, const char *subject,
                   g3_error *error)
{
    return g3_call(run->commons.http, take_request, subject, &run->answer, error);
}

bool operation_print(operation_run *run, g3_request *take_request, const char *subject,
                     g3_error *error)
{
    return operation_ask(run, take_request, subject, error) &&
           g3_call_print(run->output, g3_buffer_view(&run->answer), error);
}

/* An operation that its fields describe, for operands from `at` on.
 * @param given  operands that the path has room for */
static bool run_once(operation_run *run, size_t at, size_t given, g3_error *error)
{
    const operation *wanted = run->operation;
    const char *const *values = run->operands + at;
    g3_request request = {0};
    const char *subject = given ? values[0] : NULL;
    const char *file = at + given < run->count ? values[given] : NULL;
    if (wanted->body == BODY_NONE)
        operation_begin(run, &request, wanted->path, values, given);
    else if (!operation_begin_with(run, &request, wanted->path, values, given, file, error))
        return false;
    return operation_print(run, &request, subject, error);
}

static size_t count_places(const char *path)
{
    size_t count = 0;
    for (const char *at = path; (at = strstr(at, "{}")); at++)
        count++;
    return count;
}

bool operation_run_each(operation_run *run, operation_once *once, g3_error *error)
{
    bool all = true;
    for (size_t at = 0; at < run->count; at++) {
        g3_error fault = {0};
        if (once(run, at, &fault))
            continue;
        if (at + 1 == run->count || fault.exit != G3_EXIT_DIFFERENCES) {
            *error = fault;
            return false;
        }
        g3_report_error(run->reporter, &fault);
        all = false;
    }
    return all || g3_fail(error, G3_EXIT_DIFFERENCES, "some were refused, as told above");
}

static bool run_one_of_each(operation_run *run, size_t at, g3_error *error)
{
    return run_once(run, at, 1, error);
}

static bool run_operation(operation_run *run, g3_error *error)
{
    const operation *wanted = run->operation;
    if (wanted->run)
        return wanted->run(run, error);
    if (wanted->each)
        return operation_run_each(run, run_one_of_each, error);
    size_t places = count_places(wanted->path);
    return run_once(run, 0, places < run->count ? places : run->count, error);
}

/* Finds the operation that the first operand names, and checks the number of the others. */
static bool choose(const operation_tool *tool, const g3_text_list *operands, operation_run *run,
                   g3_error *error)
{
    if (operands->count == 0)
        return g3_fail(error, G3_EXIT_USAGE, "say what to do; %s --help lists the operations",
                       tool->name);
    for (size_t i = 0; i < tool->count && !run->operation; i++)
        if (strcmp(tool->operations[i].name, operands->items[0]) == 0)
            run->operation = &tool->operations[i];
    const operation *found = run->operation;
    if (!found)
        return g3_fail(error, G3_EXIT_USAGE,
                       "there is no operation \"%.100s\"; %s --help lists them", operands->items[0],
                       tool->name);
    run->operands = operands->items + 1;
    run->count = operands->count - 1;
    if (run->count < found->least || (found->most && run->count > found->most) ||
        (found->most == 0 && found->least == 0 && run->count))
        return g3_fail(error, G3_EXIT_USAGE, "usage: %s %s %s", tool->name, found->name,
                       found->operands);
    for (size_t i = 0; i < run->parameters.count; i++)
        if (!strchr(run->parameters.items[i], '='))
            return g3_fail(error, G3_EXIT_USAGE, "--query %s: give NAME=VALUE",
                           run->parameters.items[i]);
    return true;
}

/* What a run needs besides what its operation sees. */
typedef struct tool_run {
    const operation_tool *tool;
    g3_service_options service;
    shared_options shared;
    operation_run run;
} tool_run;

static bool work(tool_run *self, const g3_text_list *operands, g3_error *error)
{
    operation_run *run = &self->run;
    run->parameters = self->shared.parameters;
    if (!choose(self->tool, operands, run, error) ||
        !g3_commons_open(&run->commons, &self->service, run->reporter, error) ||
        !self->tool->find_service(run, error))
        return false;
    run->output = g3_sink_open(self->shared.common.output, error);
    return run->output && run_operation(run, error);
}

/* What was written stays where the service refused a part of it. */
static int finish(operation_run *run, bool done, g3_error *error)
{
    g3_error later;
    bool refused = !done && error->exit == G3_EXIT_DIFFERENCES;
    if (run->output && (done || refused))
        done = g3_sink_finish(run->output, refused ? &later : error) && done;
    else if (run->output)
        g3_sink_discard(run->output, false);
    return done ? G3_EXIT_DONE : g3_report_error(run->reporter, error);
}

static int run_tool(void *context, const g3_text_list *operands, g3_reporter *reporter)
{
    tool_run *self = context;
    g3_error error = {0};
    self->run.reporter = reporter;
    int status = finish(&self->run, work(self, operands, &error), &error);
    g3_commons_close(&self->run.commons);
    g3_buffer_free(&self->run.answer);
    g3_buffer_free(&self->run.service);
    return status;
}

/* The operations as the help, the manual and completions list them. */
static g3_command_operation *name_operations(const operation_tool *tool)
{
    g3_command_operation *names = g3_allocate_zeroed(tool->count, sizeof *names);
    for (size_t i = 0; i < tool->count; i++) {
        const operation *listed = &tool->operations[i];
        names[i] = (g3_command_operation){listed->name, listed->operands, listed->help};
    }
    return names;
}

int run_operations(const operation_tool *tool, int argc, char **argv)
{
    tool_run self = {.tool = tool,
                     .service = g3_service_option_defaults,
                     .shared = {.common = COMMON_DEFAULTS},
                     .run = {.values = tool->values}};
    g3_option_group groups[] = {
        {"Operation", tool->options, tool->option_count, tool->values},
        {tool->more_title, tool->more_options, tool->more_option_count, tool->values},
        {"Service", g3_service_option_table, g3_service_option_count, &self.service},
        {"Output", SHARED_OPTIONS, G3_COUNT(SHARED_OPTIONS), &self.shared}};
    g3_command_operation *names = name_operations(tool);
    g3_buffer details = {0};
    g3_buffer_append_text(&details, tool->details);
    g3_buffer_append_text(
        &details,
        "Exit status 1: the service refused it (not there, in conflict, not allowed so).\n");
    if (!tool->more_options) /* its place goes to the first group */
        groups[1] = groups[0];
    size_t left_out = tool->more_options ? 0 : tool->options ? 1 : 2;
    g3_command command = {.name = tool->name,
                          .purpose = tool->purpose,
                          .operands = "OPERATION [OPERAND]...",
                          .details = g3_buffer_text(&details),
                          .examples = tool->examples,
                          .operations = names,
                          .operation_count = tool->count,
                          .groups = groups + left_out,
                          .group_count = G3_COUNT(groups) - left_out};
    int status = run_filter(&(filter){&command, &self.shared.common, run_tool, &self}, argc, argv);
    g3_buffer_free(&details);
    free(names);
    free(self.shared.parameters.items);
    return status;
}
