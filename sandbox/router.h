/* The gateway: finds the service that a request's first path segment names. Called by the server.
 */
#ifndef SANDBOX_ROUTER_H
#define SANDBOX_ROUTER_H

#include "exchange.h"

/* Has the service set the answer; 404 where there is none. */
void router_serve(struct exchange *exchange);

#endif
