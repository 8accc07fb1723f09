/* A g3-sandbox that a test starts and stops. */
#ifndef CONTRACT_SANDBOX_PROCESS_H
#define CONTRACT_SANDBOX_PROCESS_H

#include "g3/base/error.h"
#include <sys/types.h>

struct sandbox_process {
    pid_t process;
    char endpoint[64]; /* "http://127.0.0.1:PORT" */
};

/* Starts `program` with that order of keys and waits until it is ready.
 * @return false if it does not get there; nothing is left to stop then */
bool sandbox_process_start(struct sandbox_process *sandbox, const char *program,
                           const char *collation, g3_error *error);

/* Sends SIGTERM and waits for its end.
 * @return false if it does not end with status 0 */
bool sandbox_process_stop(struct sandbox_process *sandbox, g3_error *error);

#endif
