/* Waiting that ends early when the sandbox stops. */
#include "pause.h"
#include <errno.h>
#include <time.h>

#define NANOSECONDS 1000000000L /* in a second */

void pause_set_up(struct pause *pause)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_mutex_init(&pause->lock, NULL);
    pthread_cond_init(&pause->ended_now, &attributes);
    pthread_condattr_destroy(&attributes);
    pause->ended = false;
}

bool pause_wait(struct pause *pause, double seconds)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += (time_t)seconds;
    until.tv_nsec += (long)((seconds - (double)(time_t)seconds) * NANOSECONDS);
    if (until.tv_nsec >= NANOSECONDS) {
        until.tv_sec++;
        until.tv_nsec -= NANOSECONDS;
    }
    int outcome = 0;
    pthread_mutex_lock(&pause->lock);
    while (!pause->ended && outcome != ETIMEDOUT)
        outcome = pthread_cond_timedwait(&pause->ended_now, &pause->lock, &until);
    bool ended = pause->ended;
    pthread_mutex_unlock(&pause->lock);
    return !ended;
}

void pause_end(struct pause *pause)
{
    pthread_mutex_lock(&pause->lock);
    pause->ended = true;
    pthread_cond_broadcast(&pause->ended_now);
    pthread_mutex_unlock(&pause->lock);
}

void pause_tear_down(struct pause *pause)
{
    pthread_cond_destroy(&pause->ended_now);
    pthread_mutex_destroy(&pause->lock);
}
