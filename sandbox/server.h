/* The HTTP server: requests in, answers out, with latency and faults on the way. Started by main.
 *
 * Each connection has a thread of its own, so that one that waits (for latency, or a slow reader)
 * holds up no other.
 */
#ifndef SANDBOX_SERVER_H
#define SANDBOX_SERVER_H

#include "commons.h"

struct server;

/* Listens on 127.0.0.1.
 * @param port  0: any free one
 * @return owned by the caller: server_stop(); NULL with G3_EXIT_LOCAL (port in use, log not writable) */
struct server *server_start(struct commons *commons, uint16_t port, g3_error *error);

uint16_t server_port(const struct server *server);

/* Drops all connections and ends all threads. NULL is allowed. */
void server_stop(struct server *server);

#endif
