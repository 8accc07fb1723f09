/* The user service (fence), as far as it hands out access tokens and signed URLs, and tells who one
 * is. Called by the router. */
#ifndef SANDBOX_USER_SERVICE_H
#define SANDBOX_USER_SERVICE_H

#include "exchange.h"

/* exchange->path is behind the gateway's segment. */
void user_serve(struct exchange *exchange);

/* user_data.c: what stands behind data/: signed URLs to download and upload files, deleting them. */
void user_data(struct exchange *exchange, g3_view path);

#endif
