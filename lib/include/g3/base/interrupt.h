/* SIGINT and SIGTERM as a request to stop soundly: finish what is in flight, write the journal,
 * exit with 130.
 *
 * The one piece of global state in the library, for signals are global. A second signal ends the
 * process at once (default action).
 */
#ifndef G3_BASE_INTERRUPT_H
#define G3_BASE_INTERRUPT_H

#include "g3/base/abi.h"
#include <stdbool.h>

G3_BEGIN_C

/* Installs the handlers (of SIGUSR1 as well, which would end the process), and ignores SIGPIPE so
 * that a closed pipe is an error to handle. Makes sure that descriptors 0 to 2 are taken, so that
 * no file opened later is mistaken for a standard one. Call once, first thing in main. */
void g3_interrupt_set_up(void);

/* True once a signal has come. */
bool g3_interrupted(void);

/* True once for each time that SIGUSR1 has come: somebody wants to know how far the work is. */
bool g3_interrupt_take_inquiry(void);

/* A descriptor that becomes readable with the signal, for poll(); -1 before set-up. Do not read
 * from it. */
int g3_interrupt_descriptor(void);

G3_END_C

#endif
