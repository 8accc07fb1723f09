/* A scripted HTTP/1.1 server on loopback, for tests of the engine: it answers as a function of the
 * test says, also badly, and remembers what it was asked.
 *
 * One thread serves all connections. It answers the oldest request once no other one is just
 * arriving, so that requests sent side by side are seen side by side, without any sleeping.
 */
#ifndef G3_TESTS_FAULT_SERVER_H
#define G3_TESTS_FAULT_SERVER_H

#include <stddef.h>

typedef enum fault_kind {
    FAULT_NONE,
    FAULT_CLOSE,    /* closes without an answer */
    FAULT_RESET,    /* the same, with a TCP reset */
    FAULT_TRUNCATE, /* announces the body's length, sends half of it, closes */
    FAULT_GARBAGE,  /* answers with something that is not HTTP */
    FAULT_SILENT,   /* never answers */
    FAULT_DRIP,     /* announces a long body, sends a byte of it now and then */
    FAULT_CHUNKED,  /* no fault: the body comes in chunks, its length is not announced */
} fault_kind;

typedef struct fault_answer {
    int status;
    const char *headers; /* more header lines, each ending in \r\n, or NULL */
    const char *body;    /* or NULL */
    size_t length;       /* of the body; 0: strlen */
    fault_kind fault;
} fault_answer;

typedef struct fault_request {
    char *head;     /* request line and header lines, NUL-terminated */
    char *body;     /* NUL-terminated */
    int connection; /* number of the connection it came on, from 0 */
} fault_request;

/* @param number  of the request, from 0, in the order of arrival
 * @return texts in it must stay valid until the server is stopped */
typedef fault_answer (*fault_script)(void *context, const fault_request *request, size_t number);

typedef struct fault_server fault_server;

/* Starts a server on a free port. Aborts the test if it cannot. */
fault_server *fault_server_start(fault_script script, void *context);

/* "http://127.0.0.1:PORT" */
const char *fault_server_url(const fault_server *server);

/* Stops answering, closes all connections; what was seen stays readable until fault_server_free().
 */
void fault_server_stop(fault_server *server);
void fault_server_free(fault_server *server);

/* What was seen; after fault_server_stop(). */
size_t fault_server_requests(const fault_server *server);
size_t fault_server_connections(const fault_server *server);
size_t fault_server_most_at_once(const fault_server *server);
const fault_request *fault_server_request(const fault_server *server, size_t number);

/* Value of a header, in a static buffer; NULL if the request has none such. */
const char *fault_request_header(const fault_request *request, const char *name);

#endif
