/* The list of jobs. */
#include "jobs.h"
#include "g3/base/buffer.h"
#include <pthread.h>
#include <stdlib.h>

/* Characters of a UID that a job's name ends in. */
#define NAME_TAIL 5

struct jobs {
    pthread_mutex_t lock; /* of `first` and the randomness; jobs themselves never change */
    struct job *first;
    struct randomness randomness;
    double seconds;
    const g3_text_list *failures;
};

struct jobs *jobs_open(double seconds, const g3_text_list *failures, g3_error *error)
{
    for (size_t i = 0; i < failures->count; i++)
        if (!strchr(failures->items[i], ':')) {
            g3_fail(error, G3_EXIT_USAGE, "--job-failure %s: give ACTION:WORDS",
                    failures->items[i]);
            return NULL;
        }
    struct jobs *jobs = g3_allocate_zeroed(1, sizeof *jobs);
    pthread_mutex_init(&jobs->lock, NULL);
    jobs->seconds = seconds;
    jobs->failures = failures;
    return jobs;
}

/* The words that jobs of an action fail with; NULL: they don't. */
static const char *find_failure(const struct jobs *jobs, const char *action)
{
    size_t length = strlen(action);
    for (size_t i = 0; i < jobs->failures->count; i++) {
        const char *failure = jobs->failures->items[i];
        if (strncmp(failure, action, length) == 0 && failure[length] == ':')
            return failure + length + 1;
    }
    return NULL;
}

const struct job *jobs_dispatch(struct jobs *jobs, const char *action, const char *input)
{
    struct job *job = g3_allocate_zeroed(1, sizeof *job);
    g3_buffer name = {0};
    job->action = g3_duplicate(g3_view_of(action));
    job->input = g3_duplicate(g3_view_of(input));
    job->end = identity_now() + (int64_t)(jobs->seconds * 1e6);
    job->failure = find_failure(jobs, action);
    pthread_mutex_lock(&jobs->lock);
    identity_make_uuid(&jobs->randomness, job->uid);
    g3_buffer_append_format(&name, "%s-%.*s", action, NAME_TAIL, job->uid);
    job->name = g3_duplicate(g3_buffer_view(&name));
    job->next = jobs->first;
    jobs->first = job;
    pthread_mutex_unlock(&jobs->lock);
    g3_buffer_free(&name);
    return job;
}

const struct job *jobs_first(struct jobs *jobs)
{
    pthread_mutex_lock(&jobs->lock);
    const struct job *first = jobs->first;
    pthread_mutex_unlock(&jobs->lock);
    return first;
}

const struct job *jobs_find(struct jobs *jobs, const char *uid)
{
    const struct job *job = jobs_first(jobs);
    while (job && strcmp(job->uid, uid) != 0)
        job = job->next;
    return job;
}

job_status jobs_status(const struct job *job)
{
    if (identity_now() < job->end)
        return JOB_RUNNING;
    return job->failure ? JOB_FAILED : JOB_COMPLETED;
}

void jobs_close(struct jobs *jobs)
{
    if (!jobs)
        return;
    for (struct job *job = jobs->first, *next; job; job = next) {
        next = job->next;
        free(job->name);
        free(job->input);
        free(job->action);
        free(job);
    }
    pthread_mutex_destroy(&jobs->lock);
    free(jobs);
}
