/* The one error type, and the exit statuses it leads to. Used by every storey.
 *
 * A function that can fail takes a `g3_error *` as its last parameter and returns false (or NULL)
 * after filling it in; on success it leaves it alone. The error is plain data: nothing to free.
 * The message says what happened, where (file and line, or URL) and what to do; it holds no secret.
 */
#ifndef G3_BASE_ERROR_H
#define G3_BASE_ERROR_H

#include "g3/base/abi.h"
#include "g3/base/view.h"

G3_BEGIN_C

/* Exit statuses of every tool, the same for a command line, a pipeline and a batch system. */
typedef enum g3_exit {
    G3_EXIT_DONE = 0,          /* done, nothing to report */
    G3_EXIT_DIFFERENCES = 1,   /* done; there are differences or rejected rows */
    G3_EXIT_USAGE = 2,         /* wrong usage */
    G3_EXIT_INPUT = 3,         /* input unreadable or corrupt */
    G3_EXIT_UNAUTHORISED = 4,  /* the service refused the login, token or right */
    G3_EXIT_SERVICE = 5,       /* the service failed, after retries */
    G3_EXIT_LOCAL = 6,         /* output or local I/O failed, or memory ran out */
    G3_EXIT_INTERRUPTED = 130, /* SIGINT or SIGTERM */
} g3_exit;

/* Longest message kept, bytes; a longer one is cut and ends in "...". */
#define G3_ERROR_MESSAGE_SIZE 1024

/* What went wrong, in words for a user. */
typedef struct g3_error {
    g3_exit exit;     /* the status that the tool ends with if nobody handles the error */
    bool pipe_closed; /* the reader of our output went away: not worth a message */
    char message[G3_ERROR_MESSAGE_SIZE]; /* one line, no line end, no tool name in front */
} g3_error;

/* Fills in `error` (which may be NULL) as printf would.
 * @return false always, so that a caller can write `return g3_fail(error, ...)`. */
bool g3_fail(g3_error *error, g3_exit exit, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts "text: " in front of a message that a lower storey filled in, to say where it happened. */
void g3_error_prefix(g3_error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

G3_END_C

#endif
