/* The job service (sower): POST dispatch, GET status, output, list, _status and _version. Called by
 * the router. */
#ifndef SANDBOX_JOB_SERVICE_H
#define SANDBOX_JOB_SERVICE_H

#include "exchange.h"

/* exchange->path is behind the gateway's segment. */
void job_serve(struct exchange *exchange);

#endif
