/* The HTTP server: requests in, answers out, with latency and faults on the way. Started by main.
 *
 * Each connection has a thread of its own, so that one that waits (for latency, or a slow reader)
 * holds up no other.
 */
#ifndef SANDBOX_SERVER_H
#define SANDBOX_SERVER_H

#include "commons.h"

struct server;

/* Takes a port of 127.0.0.1, so that it is known before anything is served.
 * @param port  0: any free one
 * @return owned by the caller: server_stop(); NULL with G3_EXIT_LOCAL (port in use) */
struct server *server_open(uint16_t port, g3_error *error);

uint16_t server_port(const struct server *server);

/* Begins to serve.
 * @param commons  borrowed until server_stop()
 * @return false with G3_EXIT_LOCAL (log not writable, no threads) */
bool server_start(struct server *server, struct commons *commons, g3_error *error);

/* Drops all connections and ends all threads. NULL is allowed. */
void server_stop(struct server *server);

#endif
