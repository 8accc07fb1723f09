/* Faults on demand, so that clients can be tested against a service that fails. Set up by main from
 * --fault options, drawn by the server for each request.
 *
 * The draw for the n-th request depends on the seed and n only, so that a run with one connection
 * can be repeated.
 */
#ifndef SANDBOX_FAULTS_H
#define SANDBOX_FAULTS_H

#include "g3/base/options.h"
#include <stdatomic.h>

typedef enum fault_kind {
    FAULT_NONE,
    FAULT_STATUS,   /* answered with a status, nothing done; 429 says when to come again */
    FAULT_RESET,    /* the connection is closed without an answer, before or after the work */
    FAULT_TRUNCATE, /* the body ends before the length that was announced */
    FAULT_SLOW,     /* the body takes SLOW_SECONDS */
    FAULT_GARBAGE,  /* 200 with JSON that is none, or means something else */
} fault_kind;

struct fault {
    fault_kind kind;
    unsigned status;    /* for FAULT_STATUS */
    double probability; /* of one request to meet it */
    unsigned variety;   /* drawn: one of many ways to fail */
};

struct faults {
    struct fault *items;
    size_t count;
    uint64_t seed;
    atomic_ullong requests;
    atomic_llong left; /* faults still to be given; negative: no limit */
};

/* Reads "STATUS:PROBABILITY", "reset:P", "truncate:P", "slow:P", "garbage:P".
 * @param limit  most faults to give, negative: no limit
 * @return false with G3_EXIT_USAGE */
bool faults_set_up(struct faults *faults, const g3_text_list *texts, uint64_t seed, int64_t limit,
                   g3_error *error);

/* The fault that the next request meets, or one of kind FAULT_NONE. Safe from any thread. */
struct fault faults_draw(struct faults *faults);

void faults_tear_down(struct faults *faults);

#endif
