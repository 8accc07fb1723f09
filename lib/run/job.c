/* Waiting for a job. Called by g3-job. */
#include "g3/run/job.h"
#include "g3/base/clock.h"
#include "g3/base/interrupt.h"
#include "g3/record/json.h"
#include <poll.h>

/* Seconds between two drawings of the progress line, which counts them. */
#define REDRAW_INTERVAL 1.0

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

/* What the user is told of the waiting. */
typedef struct waiting {
    const char *uid;
    double begun;
    g3_buffer *status;
    g3_reporter *reporter;
} waiting;

/* @return seconds waited so far */
static double tell_progress(const waiting *self)
{
    double waited = g3_clock() - self->begun;
    g3_progress(self->reporter, "%s: %s for %.0f s", self->uid, g3_buffer_text(self->status),
                waited);
    return waited;
}

/* Waits a while, counting the seconds. @return false with G3_EXIT_INTERRUPTED if a signal comes */
static bool pause_for(const waiting *self, double seconds, g3_error *error)
{
    struct pollfd signal = {.fd = g3_interrupt_descriptor(), .events = POLLIN};
    double end = g3_clock() + seconds;
    for (double left = seconds; left > 0 && !g3_interrupted(); left = end - g3_clock()) {
        poll(&signal, 1, (int)((left < REDRAW_INTERVAL ? left : REDRAW_INTERVAL) * 1000) + 1);
        tell_progress(self);
    }
    return !g3_interrupted() ||
           g3_fail(error, G3_EXIT_INTERRUPTED, "stopped waiting; the job goes on: %s", self->uid);
}

bool g3_job_wait(g3_http *http, const char *base, const char *uid, double limit,
                 g3_reporter *reporter, g3_buffer *status, g3_error *error)
{
    const waiting self = {uid, g3_clock(), status, reporter};
    double pause = G3_JOB_FIRST_PAUSE;
    while (ask(http, base, uid, status, error)) {
        double waited = tell_progress(&self);
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
        if (!pause_for(&self, pause, error))
            return false;
        pause = pause * 1.5 < G3_JOB_LAST_PAUSE ? pause * 1.5 : G3_JOB_LAST_PAUSE;
    }
    if (error && error->exit == G3_EXIT_INTERRUPTED)
        g3_fail(error, G3_EXIT_INTERRUPTED, "stopped waiting; the job goes on: %s", uid);
    return false;
}
