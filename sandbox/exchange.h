/* One request and its answer, between the server and the services.
 *
 * The server fills in the request, a service sets the answer through the functions below, the
 * server sends it. Ownership: everything belongs to the exchange and lives until the answer is
 * sent; short pieces are taken from its arena.
 */
#ifndef SANDBOX_EXCHANGE_H
#define SANDBOX_EXCHANGE_H

#include "g3/base/buffer.h"
#include "target.h"
#include <json-c/json.h>

struct commons;

typedef enum verb { VERB_GET, VERB_POST, VERB_PUT, VERB_DELETE, VERB_OTHER } verb;

struct exchange {
    struct commons *commons; /* what the services share; borrowed */
    g3_arena arena;

    /* The request. */
    const char *method; /* as sent: "GET"; HEAD is served as VERB_GET */
    verb verb;
    g3_view raw_target;   /* as sent */
    struct target target; /* taken apart */
    g3_view path;         /* decoded, behind the gateway's segment, without the slash in front */
    const char *content_type;  /* header, or NULL */
    const char *authorization; /* header, or NULL */
    const char *encodings;     /* Accept-Encoding header, or NULL */
    const char *range;         /* Range header, or NULL */
    const char *if_range;      /* If-Range header, or NULL */
    g3_buffer body;
    bool body_too_large;

    /* The answer. */
    unsigned status;
    const char *answer_type;   /* Content-Type; static */
    const char *retry_after;   /* header, or NULL; static */
    const char *etag;          /* header, or NULL */
    const char *content_range; /* header, or NULL */
    g3_buffer answer;
};

/* Sets an answer's status and type; its body is then appended to exchange->answer. */
g3_buffer *exchange_begin_json(struct exchange *exchange, unsigned status);

/* Answers a document, which is given up. */
void exchange_answer_document(struct exchange *exchange, unsigned status,
                              json_object *take_document);

/* Answers {"error": text}, as printf. */
void exchange_answer_error(struct exchange *exchange, unsigned status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Answers a text, as the service's web framework does where it is not asked for JSON. */
void exchange_answer_text(struct exchange *exchange, unsigned status, const char *text);

/* Answers the framework's page for a status (400, 404, 405, 413, 414, 415, 500). */
void exchange_answer_page(struct exchange *exchange, unsigned status);

/* Reads the body as JSON.
 * @return the document, owned by the caller: json_object_put(); false, with the answer set (415 for
 * another content type, 400 where it is no JSON), if there is none */
bool exchange_read_json(struct exchange *exchange, json_object **document);

/* A whole number parameter.
 * @return false, with the answer set (400), if it is given but is no number, or lies outside */
bool exchange_read_number(struct exchange *exchange, const char *name, int64_t least, int64_t most,
                          int64_t *value);

#endif
