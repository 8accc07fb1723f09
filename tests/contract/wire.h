/* Sending the requests of the contract test. Used by replay.c. */
#ifndef CONTRACT_WIRE_H
#define CONTRACT_WIRE_H

#include "g3/base/buffer.h"

struct wire;

struct wire_request {
    const char *method;
    const char *target;       /* behind the service's base URL, begins with '/' */
    const char *login;        /* NULL, "admin", "bad" (a wrong password) or "bearer" (some token) */
    const char *content_type; /* or NULL */
    const char *body;         /* or NULL */
};

/* Zero-initialise to begin. */
struct wire_answer {
    long status;
    char content_type[128];
    g3_buffer body;
};

/* @param login  the administrator's "user:password"
 * Both are borrowed until wire_close(). */
struct wire *wire_open(const char *base, const char *login);

/* @param trouble  appended to if there is no answer
 * @return false if there is no answer */
bool wire_send(struct wire *wire, const struct wire_request *request, struct wire_answer *answer,
               g3_buffer *trouble);

void wire_answer_free(struct wire_answer *answer); /* it is as new */
void wire_close(struct wire *wire);

#endif
