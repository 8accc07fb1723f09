/* How many requests may be in flight: found out by trying, below a limit. Called by the engine.
 *
 * A plain state machine fed with times, without clock or I/O of its own, so that tests can run it
 * against simulated services. It measures answers a second over a round of answers, then tries a
 * larger window; it keeps that if the rate grew by at least a third of what a service with room to
 * spare would give (two requests instead of one: twice the rate), and else goes back and stays
 * there for a while, longer each time. A service that says it is busy, or does not answer in time,
 * halves it.
 */
#ifndef G3_HTTP_CONCURRENCY_H
#define G3_HTTP_CONCURRENCY_H

#include <stdbool.h>
#include <stdint.h>

typedef struct g3_http_window {
    int64_t size;       /* requests allowed in flight now, 1 to limit */
    int64_t limit;      /* most there may ever be */
    int64_t proven;     /* the size before the one that is on trial; 0: none is on trial */
    double proven_rate; /* answers a second at `proven` */
    int64_t to_skip;    /* answers still to come that were asked for under another size */
    int64_t counted;    /* answers counted in this round */
    double seconds;     /* that those took, summed up */
    bool shrinking;     /* the next trial is of a smaller size */
    int64_t resting;    /* rounds to stay before the next trial */
    int64_t next_rest;  /* rounds to stay after the next trial that fails */
    double last_cut;    /* when the window was halved; trouble with older requests counts no more */
} g3_http_window;

/* Begins at a small size. */
void g3_http_window_begin(g3_http_window *window, int64_t limit);

/* Counts an answer that came without trouble.
 * @param seconds  from sending to the last byte
 * @param full     whether as many requests as allowed were in flight: a rate says nothing about the
 *                 service if the asker was slower */
void g3_http_window_count(g3_http_window *window, double seconds, bool full);

/* Halves the window because the service is overloaded (once for all requests that were in flight).
 * @param sent  when the request that met the trouble was sent, seconds */
void g3_http_window_cut(g3_http_window *window, double sent, double now);

#endif
