/* The scripted HTTP server; see the header. */
#include "fault_server.h"
#include "g3/base/buffer.h"
#include "g3/base/memory.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define MOST_CONNECTIONS 256
#define MOST_REQUESTS    4096

/* Milliseconds without news after which the oldest request is answered. */
#define QUIET_TIME 1

/* Bytes that a dripping answer announces: at one a millisecond no test waits for all of them. */
#define DRIPPED_LENGTH ((size_t)1000000)

typedef struct client_connection {
    int socket; /* -1: closed */
    g3_buffer input;
    bool dripping;
} client_connection;

struct fault_server {
    int listener, wake[2];
    char url[64];
    pthread_t thread;
    fault_script script;
    void *context;
    client_connection connections[MOST_CONNECTIONS];
    size_t connection_count;
    fault_request requests[MOST_REQUESTS];
    size_t request_count;
    size_t answered; /* requests before this one have been answered or given up */
    size_t most_at_once;
};

static void require(bool condition, const char *what)
{
    if (!condition) {
        perror(what);
        abort();
    }
}

static void close_connection(client_connection *connection, bool reset)
{
    if (reset) {
        struct linger linger = {.l_onoff = 1, .l_linger = 0};
        setsockopt(connection->socket, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    }
    close(connection->socket);
    connection->socket = -1;
}

/* Sends it all, or gives up if the client went away. */
static void send_all(const client_connection *connection, g3_view bytes)
{
    while (bytes.length) {
        ssize_t sent = send(connection->socket, bytes.data, bytes.length, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        bytes = (g3_view){bytes.data + sent, bytes.length - (size_t)sent};
    }
}

static void send_chunked(const client_connection *connection, g3_buffer *answer, g3_view body)
{
    g3_buffer_append_text(answer, "Transfer-Encoding: chunked\r\n\r\n");
    size_t half = body.length / 2;
    g3_view chunks[] = {{body.data, half}, {body.data + half, body.length - half}};
    for (size_t i = 0; i < 2; i++)
        if (chunks[i].length) {
            g3_buffer_append_format(answer, "%zx\r\n", chunks[i].length);
            g3_buffer_append(answer, chunks[i]);
            g3_buffer_append_text(answer, "\r\n");
        }
    g3_buffer_append_text(answer, "0\r\n\r\n");
    send_all(connection, g3_buffer_view(answer));
}

static void send_answer(client_connection *connection, const fault_answer *answer)
{
    g3_view body = {answer->body, answer->length};
    if (body.data && !body.length)
        body.length = strlen(body.data);
    g3_buffer text = {0};
    g3_buffer_append_format(&text, "HTTP/1.1 %d Scripted\r\n%s", answer->status,
                            answer->headers ? answer->headers : "");
    if (answer->fault == FAULT_CHUNKED) {
        send_chunked(connection, &text, body);
    } else {
        size_t announced = answer->fault == FAULT_DRIP ? DRIPPED_LENGTH : body.length;
        g3_buffer_append_format(&text, "Content-Length: %zu\r\n\r\n", announced);
        if (answer->fault == FAULT_TRUNCATE)
            body.length /= 2;
        if (answer->fault != FAULT_DRIP)
            g3_buffer_append(&text, body);
        send_all(connection, g3_buffer_view(&text));
    }
    connection->dripping = answer->fault == FAULT_DRIP;
    g3_buffer_free(&text);
}

static void answer_oldest(fault_server *server)
{
    fault_request *request = &server->requests[server->answered];
    client_connection *connection = &server->connections[request->connection];
    fault_answer answer = server->script(server->context, request, server->answered);
    server->answered++;
    if (connection->socket < 0)
        return;
    switch (answer.fault) {
    case FAULT_SILENT:
        return;
    case FAULT_CLOSE:
    case FAULT_RESET:
        close_connection(connection, answer.fault == FAULT_RESET);
        return;
    case FAULT_GARBAGE:
        send_all(connection, G3_VIEW("SSH-2.0-nothing to see here\r\n\r\n"));
        close_connection(connection, false);
        return;
    case FAULT_NONE:
    case FAULT_DRIP:
    case FAULT_CHUNKED:
        send_answer(connection, &answer);
        return;
    case FAULT_TRUNCATE:
        send_answer(connection, &answer);
        close_connection(connection, false);
        return;
    }
}

static size_t content_length(const char *head)
{
    const char *line = strcasestr(head, "\r\nContent-Length:");
    return line ? strtoul(line + strlen("\r\nContent-Length:"), NULL, 10) : 0;
}

/* Takes whole requests out of a connection's input. */
static void take_requests(fault_server *server, int number)
{
    g3_buffer *input = &server->connections[number].input;
    for (;;) {
        const char *text = g3_buffer_text(input);
        const char *end = strstr(text, "\r\n\r\n");
        if (!end)
            return;
        size_t head = (size_t)(end - text) + 4, body = content_length(text);
        if (input->length < head + body)
            return;
        require(server->request_count < MOST_REQUESTS, "too many requests");
        server->requests[server->request_count++] =
            (fault_request){.head = g3_duplicate((g3_view){text, head}),
                            .body = g3_duplicate((g3_view){text + head, body}),
                            .connection = number};
        g3_buffer_drop_front(input, head + body);
    }
}

static void receive(fault_server *server, int number)
{
    client_connection *connection = &server->connections[number];
    const size_t most = 64 * 1024;
    ssize_t got = recv(connection->socket, g3_buffer_reserve(&connection->input, most), most, 0);
    if (got <= 0) {
        close_connection(connection, false);
        return;
    }
    connection->input.length += (size_t)got;
    take_requests(server, number);
}

static void accept_connection(fault_server *server)
{
    require(server->connection_count < MOST_CONNECTIONS, "too many connections");
    int socket = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC);
    if (socket >= 0)
        server->connections[server->connection_count++] = (client_connection){.socket = socket};
}

/* Waits for news and takes it in.
 * @return whether there was any; false also means that it is quiet */
static bool take_news(fault_server *server, bool *stop)
{
    struct pollfd watched[MOST_CONNECTIONS + 2];
    watched[0] = (struct pollfd){.fd = server->wake[0], .events = POLLIN};
    watched[1] = (struct pollfd){.fd = server->listener, .events = POLLIN};
    size_t count = server->connection_count;
    bool busy = server->answered < server->request_count;
    for (size_t i = 0; i < count; i++) {
        busy = busy || (server->connections[i].socket >= 0 && server->connections[i].dripping);
        watched[i + 2] = (struct pollfd){.fd = server->connections[i].socket, .events = POLLIN};
    }
    if (poll(watched, count + 2, busy ? QUIET_TIME : -1) <= 0)
        return false;
    *stop = watched[0].revents != 0;
    for (size_t i = 0; i < count; i++)
        if (watched[i + 2].revents)
            receive(server, (int)i);
    if (watched[1].revents)
        accept_connection(server);
    return true;
}

static void *serve(void *context)
{
    fault_server *server = context;
    for (bool stop = false; !stop;) {
        if (take_news(server, &stop)) {
            size_t open = server->request_count - server->answered;
            if (open > server->most_at_once)
                server->most_at_once = open;
            continue;
        }
        if (server->answered < server->request_count)
            answer_oldest(server);
        for (size_t i = 0; i < server->connection_count; i++)
            if (server->connections[i].socket >= 0 && server->connections[i].dripping)
                send_all(&server->connections[i], G3_VIEW("."));
    }
    for (size_t i = 0; i < server->connection_count; i++)
        if (server->connections[i].socket >= 0)
            close_connection(&server->connections[i], false);
    return NULL;
}

fault_server *fault_server_start(fault_script script, void *context)
{
    fault_server *server = g3_allocate_zeroed(1, sizeof *server);
    server->script = script;
    server->context = context;
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    require(server->listener >= 0 &&
                bind(server->listener, (struct sockaddr *)&address, size) == 0 &&
                listen(server->listener, MOST_CONNECTIONS) == 0 &&
                getsockname(server->listener, (struct sockaddr *)&address, &size) == 0 &&
                pipe2(server->wake, O_CLOEXEC) == 0,
            "fault server");
    snprintf(server->url, sizeof server->url, "http://127.0.0.1:%d", ntohs(address.sin_port));
    require(pthread_create(&server->thread, NULL, serve, server) == 0, "fault server's thread");
    return server;
}

const char *fault_server_url(const fault_server *server)
{
    return server->url;
}

void fault_server_stop(fault_server *server)
{
    require(write(server->wake[1], "", 1) == 1, "fault server's pipe");
    pthread_join(server->thread, NULL);
    close(server->listener);
    close(server->wake[0]);
    close(server->wake[1]);
}

void fault_server_free(fault_server *server)
{
    for (size_t i = 0; i < server->connection_count; i++)
        g3_buffer_free(&server->connections[i].input);
    for (size_t i = 0; i < server->request_count; i++) {
        free(server->requests[i].head);
        free(server->requests[i].body);
    }
    free(server);
}

size_t fault_server_requests(const fault_server *server)
{
    return server->request_count;
}

size_t fault_server_connections(const fault_server *server)
{
    return server->connection_count;
}

size_t fault_server_most_at_once(const fault_server *server)
{
    return server->most_at_once;
}

const fault_request *fault_server_request(const fault_server *server, size_t number)
{
    return &server->requests[number];
}

const char *fault_request_header(const fault_request *request, const char *name)
{
    static char value[8192];
    char start[64];
    snprintf(start, sizeof start, "\r\n%s: ", name);
    const char *line = strcasestr(request->head, start);
    if (!line)
        return NULL;
    line += strlen(start);
    snprintf(value, sizeof value, "%.*s", (int)strcspn(line, "\r\n"), line);
    return value;
}
