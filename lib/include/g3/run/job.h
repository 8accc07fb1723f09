/* Waiting for a job of the job service (sower).
 */
#ifndef G3_RUN_JOB_H
#define G3_RUN_JOB_H

#include "g3/base/abi.h"
#include "g3/base/report.h"
#include "g3/run/call.h"

G3_BEGIN_C

/* Seconds between two questions: at first, and at most. Each pause is half as long again as the one
 * before. */
#define G3_JOB_FIRST_PAUSE 1.0
#define G3_JOB_LAST_PAUSE  30.0

/* Asks for a job's status until it is neither running nor unknown; progress counts the seconds
 * meanwhile. The job goes on whatever happens to the waiting.
 * @param base    URL of the job service
 * @param limit   seconds to wait; 0: as long as it takes
 * @param status  set to the last answer's status, as "Completed"; owned by the caller
 * @return false with G3_EXIT_DIFFERENCES (no such job), G3_EXIT_SERVICE (not ended within `limit`;
 *         the service failed), G3_EXIT_UNAUTHORISED, G3_EXIT_INTERRUPTED */
bool g3_job_wait(g3_http *http, const char *base, const char *uid, double limit,
                 g3_reporter *reporter, g3_buffer *status, g3_error *error);

G3_END_C

#endif
