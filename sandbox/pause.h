/* Waiting that ends early when the sandbox stops. Used by the server for latency and slow answers.
 */
#ifndef SANDBOX_PAUSE_H
#define SANDBOX_PAUSE_H

#include <pthread.h>
#include <stdbool.h>

struct pause {
    pthread_mutex_t lock;
    pthread_cond_t ended_now;
    bool ended;
};

void pause_set_up(struct pause *pause);

/* Waits `seconds`, or until pause_end(). @return false if it was ended */
bool pause_wait(struct pause *pause, double seconds);

/* Ends all waiting, now and later. */
void pause_end(struct pause *pause);
void pause_tear_down(struct pause *pause);

#endif
