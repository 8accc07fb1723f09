/* The HTTP server, on libmicrohttpd. */
#include "server.h"
#include "answer.h"
#include "exchange.h"
#include "pause.h"
#include "router.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

/* Longest request line ("GET target HTTP/1.1") that the index service's server takes. */
#define REQUEST_LINE_LIMIT 4094

/* Most bytes of a request's body: a bulk lookup of half a million GUIDs. */
#define BODY_LIMIT ((size_t)32 * 1024 * 1024)

/* Memory for a connection's request line and headers: enough to see that a line is too long. */
#define HEADER_MEMORY ((size_t)64 * 1024)

/* Most connections at once; further ones wait in the system's queue. */
#define CONNECTIONS 512

/* Seconds that an idle connection is kept, as a commons' gateway does. */
#define IDLE_SECONDS 65

struct server {
    struct MHD_Daemon *daemon;
    struct commons *commons;
    struct pause pause;
    int listener; /* until the daemon has it; then -1 */
    uint16_t port;
    int log;              /* access log, or -1 */
    atomic_llong at_once; /* requests that are being answered */
};

/* Begins an exchange as soon as the request line is there. The server owns it until finish(). */
static void *begin(void *context, const char *raw_target, struct MHD_Connection *connection)
{
    struct server *server = context;
    (void)connection;
    struct exchange *exchange = g3_allocate_zeroed(1, sizeof *exchange);
    exchange->commons = server->commons;
    exchange->raw_target = g3_arena_copy(&exchange->arena, g3_view_of(raw_target));
    return exchange;
}

static void finish(void *context, struct MHD_Connection *connection, void **state,
                   enum MHD_RequestTerminationCode code)
{
    struct exchange *exchange = *state;
    (void)context, (void)connection, (void)code;
    if (exchange) {
        g3_buffer_free(&exchange->body);
        g3_buffer_free(&exchange->answer);
        g3_arena_free(&exchange->arena);
        free(exchange);
    }
    *state = NULL;
}

static verb read_verb(const char *method)
{
    static const struct {
        const char *method;
        verb verb;
    } VERBS[] = {{"GET", VERB_GET},
                 {"HEAD", VERB_GET},
                 {"POST", VERB_POST},
                 {"PUT", VERB_PUT},
                 {"DELETE", VERB_DELETE}};
    for (size_t i = 0; i < G3_COUNT(VERBS); i++)
        if (strcmp(method, VERBS[i].method) == 0)
            return VERBS[i].verb;
    return VERB_OTHER;
}

static const char *header(struct MHD_Connection *connection, const char *name)
{
    return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

static void read_head(struct exchange *exchange, struct MHD_Connection *connection,
                      const char *method)
{
    exchange->method = g3_arena_copy(&exchange->arena, g3_view_of(method)).data;
    exchange->verb = read_verb(method);
    exchange->content_type = header(connection, MHD_HTTP_HEADER_CONTENT_TYPE);
    exchange->authorization = header(connection, MHD_HTTP_HEADER_AUTHORIZATION);
    exchange->encodings = header(connection, MHD_HTTP_HEADER_ACCEPT_ENCODING);
    exchange->range = header(connection, MHD_HTTP_HEADER_RANGE);
    exchange->if_range = header(connection, MHD_HTTP_HEADER_IF_RANGE);
    target_parse(&exchange->target, exchange->raw_target, &exchange->arena);
}

static void read_body(struct exchange *exchange, const char *bytes, size_t count)
{
    if (exchange->body.length + count > BODY_LIMIT)
        exchange->body_too_large = true;
    else
        g3_buffer_append(&exchange->body, (g3_view){bytes, count});
}

static void serve(struct exchange *exchange)
{
    size_t line = strlen(exchange->method) + exchange->raw_target.length + strlen("  HTTP/1.1");
    if (line > REQUEST_LINE_LIMIT)
        exchange_answer_page(exchange, MHD_HTTP_URI_TOO_LONG);
    else if (exchange->body_too_large)
        exchange_answer_page(exchange, MHD_HTTP_CONTENT_TOO_LARGE);
    else
        router_serve(exchange);
}

/* One line a request: method, target as sent, status ("000" where no answer was given). Whole
 * lines, whichever thread writes. */
static void write_log(const struct server *server, const struct exchange *exchange, unsigned status)
{
    if (server->log < 0)
        return;
    g3_buffer line = {0};
    g3_buffer_append_format(&line, "%s %s %03u\n", exchange->method, exchange->raw_target.data,
                            status);
    ssize_t written = write(server->log, line.data, line.length);
    (void)written;
    g3_buffer_free(&line);
}

/* The fault that a request meets. */
static struct fault draw_fault(struct server *server, bool crowded)
{
    if (crowded)
        return (struct fault){.kind = FAULT_STATUS, .status = MHD_HTTP_SERVICE_UNAVAILABLE};
    return faults_draw(&server->commons->faults);
}

/* Works on a request that is there whole, and sends the answer.
 * @param crowded  more are being answered than may be */
static enum MHD_Result answer(struct server *server, struct exchange *exchange,
                              struct MHD_Connection *connection, bool crowded)
{
    struct fault drawn = draw_fault(server, crowded);
    bool done = drawn.kind != FAULT_STATUS && (drawn.kind != FAULT_RESET || drawn.variety % 2);
    if (server->commons->settings->latency > 0)
        pause_wait(&server->pause, server->commons->settings->latency);
    if (done)
        serve(exchange);
    if (drawn.kind == FAULT_STATUS)
        answer_fault_status(exchange, drawn.status);
    if (drawn.kind == FAULT_GARBAGE)
        answer_garbage(exchange, drawn.variety);
    write_log(server, exchange, drawn.kind == FAULT_RESET ? 0 : exchange->status);
    if (drawn.kind == FAULT_RESET)
        return MHD_NO;
    struct MHD_Response *response =
        answer_make(exchange, drawn.kind, server->commons->settings->gzip, &server->pause);
    enum MHD_Result queued = MHD_queue_response(connection, exchange->status, response);
    MHD_destroy_response(response);
    return queued;
}

static enum MHD_Result handle(void *context, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *bytes,
                              size_t *count, void **state)
{
    struct server *server = context;
    struct exchange *exchange = *state;
    (void)url, (void)version;
    if (!exchange->method) { /* the head has arrived */
        read_head(exchange, connection, method);
        return MHD_YES;
    }
    if (*count) {
        read_body(exchange, bytes, *count);
        *count = 0;
        return MHD_YES;
    }
    long long others = atomic_fetch_add(&server->at_once, 1);
    int64_t most = server->commons->settings->most_at_once;
    enum MHD_Result queued = answer(server, exchange, connection, most > 0 && others >= most);
    atomic_fetch_sub(&server->at_once, 1);
    return queued;
}

struct server *server_open(uint16_t port, g3_error *error)
{
    struct server *server = g3_allocate_zeroed(1, sizeof *server);
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    const int on = 1; /* a port that was in use a moment ago may be taken again */
    server->log = -1;
    pause_set_up(&server->pause);
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (server->listener < 0 ||
        setsockopt(server->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        bind(server->listener, (struct sockaddr *)&address, sizeof address) != 0 ||
        getsockname(server->listener, (struct sockaddr *)&address, &size) != 0) {
        g3_fail(error, G3_EXIT_LOCAL, "cannot listen on 127.0.0.1:%u: %m; choose another --port",
                port);
        server_stop(server);
        return NULL;
    }
    server->port = ntohs(address.sin_port);
    return server;
}

uint16_t server_port(const struct server *server)
{
    return server->port;
}

bool server_start(struct server *server, struct commons *commons, g3_error *error)
{
    const char *log = commons->settings->log;
    server->commons = commons;
    if (log && (server->log = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666)) < 0)
        return g3_fail(error, G3_EXIT_LOCAL, "%s: cannot write the log: %m", log);
    if (listen(server->listener, SOMAXCONN) == 0)
        server->daemon = MHD_start_daemon(
            MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION | MHD_USE_POLL |
                MHD_USE_TURBO,
            0, NULL, NULL, handle, server, MHD_OPTION_LISTEN_SOCKET, server->listener,
            MHD_OPTION_URI_LOG_CALLBACK, begin, server, MHD_OPTION_NOTIFY_COMPLETED, finish, NULL,
            MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
            HEADER_MEMORY, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_SECONDS, MHD_OPTION_END);
    if (!server->daemon)
        return g3_fail(error, G3_EXIT_LOCAL, "cannot serve on 127.0.0.1:%u: %m", server->port);
    server->listener = -1; /* the daemon closes it */
    return true;
}

void server_stop(struct server *server)
{
    if (!server)
        return;
    pause_end(&server->pause);
    if (server->daemon)
        MHD_stop_daemon(server->daemon);
    if (server->listener >= 0)
        close(server->listener);
    if (server->log >= 0)
        close(server->log);
    pause_tear_down(&server->pause);
    free(server);
}
