/* run: a whole job, as a tool has it. `run ENDPOINT MANIFEST` verifies a manifest against the
 * index, and ends as g3-verify does. */
#include <g3/commons/endpoint.h>
#include <g3/run/verify.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    g3_service_options service = g3_service_option_defaults;
    g3_commons commons = {0};
    g3_reporter reporter;
    g3_error error = {0};
    g3_verify_result result = {0};
    if (argc != 3)
        return G3_EXIT_USAGE;
    service.endpoint = argv[1];
    g3_reporter_set_up(&reporter, "run", false, false, G3_PROGRESS_AUTO);
    g3_rejects *rejects = g3_rejects_open(NULL, -1, false, &reporter, &error);
    g3_sink *output = rejects ? g3_sink_open("-", &error) : NULL;
    bool done = output && g3_commons_open(&commons, &service, &reporter, &error);
    const char *path = argv[2];
    const g3_verify_options options = {.base = commons.index,
                                       .paths = &path,
                                       .path_count = 1,
                                       .memory = 1 << 30,
                                       .output = output,
                                       .rejects = rejects,
                                       .reporter = &reporter};
    done = done && g3_verify_run(commons.http, &options, &result, &error);
    if (done)
        done = g3_sink_finish(output, &error);
    else
        g3_sink_discard(output, false);
    g3_commons_close(&commons);
    done = g3_rejects_finish(rejects, &error) && done;
    if (!done)
        return g3_report_error(&reporter, &error);
    return result.matched == result.rows ? G3_EXIT_DONE : G3_EXIT_DIFFERENCES;
}
