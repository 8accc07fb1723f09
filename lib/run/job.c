/* Waiting for a job. Called by g3-job. */
#include "g3/run/job.h"
#include "g3/base/clock.h"
#include "g3/base/interrupt.h"
#include "g3/record/json.h"
#include <poll.h>

/* Asks once. */
static bool ask(g3_http *http, const char *base, const char *uid, g3_buffer *status,
                g3_error *error)
{
    g3_request request = {0};
    g3_buffer answer = {0};
    g3_arena arena = {0};
    g3_view text = {0};
    g3_call_begin(&request, G3_GET, base, "/status?UID={}", &uid, 1);
    bool done = g3_call(http, &request, uid, &answer, error);
    if (done && !g3_json_read_member(g3_buffer_view(&answer), "status", &arena, &text))
        done = g3_fail(error, G3_EXIT_SERVICE, "%s: the service told no status of the job", uid);
    g3_buffer_clear(status);
    g3_buffer_append(status, text);
    g3_arena_free(&arena);
    g3_buffer_free(&answer);
    return done;
}

static bool has_ended(const g3_buffer *status)
{
    g3_view text = g3_buffer_view(status);
    return !g3_view_equal(text, G3_VIEW("Running")) && !g3_view_equal(text, G3_VIEW("Unknown"));
}

/* Waits a while. @return false with G3_EXIT_INTERRUPTED if a signal comes */
static bool pause_for(double seconds, const char *uid, g3_error *error)
{
    struct pollfd signal = {.fd = g3_interrupt_descriptor(), .events = POLLIN};
    double end = g3_clock() + seconds;
    for (double left = seconds; left > 0 && !g3_interrupted(); left = end - g3_clock())
        poll(&signal, 1, (int)(left * 1000) + 1);
    return !g3_interrupted() ||
           g3_fail(error, G3_EXIT_INTERRUPTED, "stopped waiting; the job goes on: %s", uid);
}

bool g3_job_wait(g3_http *http, const char *base, const char *uid, double limit,
                 g3_reporter *reporter, g3_buffer *status, g3_error *error)
{
    double begun = g3_clock(), pause = G3_JOB_FIRST_PAUSE;
    while (ask(http, base, uid, status, error)) {
        double waited = g3_clock() - begun;
        g3_progress(reporter, "%s: %s for %.0f s", uid, g3_buffer_text(status), waited);
        if (has_ended(status)) {
            g3_progress_end(reporter);
            return true;
        }
        if (limit > 0 && waited >= limit)
            return g3_fail(error, G3_EXIT_SERVICE,
                           "%s: the job has not ended within %.0f s; it goes on: see g3-job wait",
                           uid, limit);
        if (limit > 0 && pause > limit - waited)
            pause = limit - waited;
        if (!pause_for(pause, uid, error))
            return false;
        pause = pause * 1.5 < G3_JOB_LAST_PAUSE ? pause * 1.5 : G3_JOB_LAST_PAUSE;
    }
    if (error && error->exit == G3_EXIT_INTERRUPTED)
        g3_fail(error, G3_EXIT_INTERRUPTED, "stopped waiting; the job goes on: %s", uid);
    return false;
}
