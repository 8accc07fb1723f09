/* The jobs of the commons: dispatched, run for a while, completed or failed. Opened by main, used
 * by the job service.
 *
 * A job does nothing: after its time it completes, its output being what it was dispatched with, or
 * it fails with the words that the options give for its action. Jobs live as long as the sandbox.
 */
#ifndef SANDBOX_JOBS_H
#define SANDBOX_JOBS_H

#include "g3/base/error.h"
#include "g3/base/memory.h"
#include "g3/base/options.h"
#include "identity.h"

typedef enum job_status { JOB_RUNNING, JOB_COMPLETED, JOB_FAILED } job_status;

struct job {
    struct job *next;
    char uid[UUID_SIZE];
    char *name; /* the action, and something that tells it from other jobs of that action */
    char *action;
    char *input;         /* JSON, as dispatched */
    int64_t end;         /* microseconds since 1970 */
    const char *failure; /* its words, borrowed from the options; NULL: it completes */
};

/* All of them; safe to be used by several threads. */
struct jobs;

/* @param seconds   that each job takes
 * @param failures  "ACTION:WORDS"; borrowed
 * @return NULL with G3_EXIT_USAGE for a failure without a colon; owned by the caller: jobs_close()
 */
struct jobs *jobs_open(double seconds, const g3_text_list *failures, g3_error *error);

/* Begins a job. @return it, living as long as the jobs */
const struct job *jobs_dispatch(struct jobs *jobs, const char *action, const char *input);

/* The job of that UID; NULL: there is none. */
const struct job *jobs_find(struct jobs *jobs, const char *uid);

/* The job dispatched last, or NULL; `next` leads to those before. */
const struct job *jobs_first(struct jobs *jobs);

job_status jobs_status(const struct job *job);

void jobs_close(struct jobs *jobs); /* NULL is allowed */

#endif
