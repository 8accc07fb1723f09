/* Series of what was done when. Called by progress, for reports. */
#include "g3/base/series.h"

void g3_series_begin(g3_series *series, double now)
{
    *series = (g3_series){.begun = now, .step = G3_SERIES_STEP, .time = now};
}

/* Puts neighbours together, so that the series covers twice the time. */
static void halve(g3_series *series)
{
    for (size_t i = 0; i < G3_SERIES_SIZE / 2; i++)
        series->counts[i] = series->counts[2 * i] + series->counts[2 * i + 1];
    for (size_t i = G3_SERIES_SIZE / 2; i < G3_SERIES_SIZE; i++)
        series->counts[i] = 0;
    series->count = (series->count + 1) / 2;
    series->step *= 2;
}

static size_t find_step(const g3_series *series, double time)
{
    return time > series->begun ? (size_t)((time - series->begun) / series->step) : 0;
}

/* Makes room for a moment. @return its step */
static size_t reach(g3_series *series, double now)
{
    while (now - series->begun >= series->step * G3_SERIES_SIZE)
        halve(series);
    size_t step = find_step(series, now);
    if (step >= G3_SERIES_SIZE) /* where dividing rounds up */
        step = G3_SERIES_SIZE - 1;
    if (series->count <= step)
        series->count = step + 1;
    return step;
}

void g3_series_note(g3_series *series, double now, uint64_t done)
{
    size_t last = reach(series, now), first = find_step(series, series->time);
    uint64_t added = done > series->done ? done - series->done : 0;
    if (first > last)
        first = last;
    uint64_t steps = last - first + 1;
    for (uint64_t i = 0; added && i < steps; i++)
        series->counts[first + i] += added * (i + 1) / steps - added * i / steps;
    series->time = now;
    series->done = done;
}

void g3_series_skip(g3_series *series, double now, uint64_t done)
{
    reach(series, now);
    series->time = now;
    series->done = done;
}
