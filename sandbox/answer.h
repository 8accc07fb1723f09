/* Turning an exchange's answer into what libmicrohttpd sends, whole or spoilt. Used by the server.
 */
#ifndef SANDBOX_ANSWER_H
#define SANDBOX_ANSWER_H

#include "exchange.h"
#include "faults.h"
#include "pause.h"
#include <microhttpd.h>

/* Seconds that a slow body takes, and the pieces that it comes in. */
#define SLOW_SECONDS 1.0
#define SLOW_PIECES  20

/* Sets the answer of a gateway that has trouble. */
void answer_fault_status(struct exchange *exchange, unsigned status);

/* Sets an answer with status 200 that means nothing. */
void answer_garbage(struct exchange *exchange, unsigned variety);

/* Makes the response; takes the answer's bytes out of the exchange.
 * @param gzip  pack the body if the client takes gzip
 * @param pause  lets a slow body wait; borrowed
 * @return owned by the caller: MHD_destroy_response() */
struct MHD_Response *answer_make(struct exchange *exchange, fault_kind fault, bool gzip,
                                 struct pause *pause);

#endif
