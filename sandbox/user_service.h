/* The user service (fence), as far as it hands out access tokens. Called by the router. */
#ifndef SANDBOX_USER_SERVICE_H
#define SANDBOX_USER_SERVICE_H

#include "exchange.h"

/* exchange->path is behind the gateway's segment. */
void user_serve(struct exchange *exchange);

#endif
