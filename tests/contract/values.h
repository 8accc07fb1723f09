/* Values that a service makes up (revisions, base ids, GUIDs, dates): which recorded value stands
 * for which actual one. Used by compare.c, which learns them from answers, and replay.c, which puts
 * them into requests.
 */
#ifndef CONTRACT_VALUES_H
#define CONTRACT_VALUES_H

#include "g3/base/buffer.h"

struct values {
    char **recorded, **actual;
    size_t count;
    g3_buffer chosen; /* all requests so far: what occurs here was not made up by the service */
};

/* Appends a text with each recorded value replaced by the actual one. */
void values_translate(const struct values *values, const char *text, g3_buffer *translated);

/* Takes note of a request as it was recorded. */
void values_note_request(struct values *values, const char *target, const char *body);

/* True if `actual` may stand for `recorded`: both have the form of a made-up value of the same
 * kind, and the client did not choose it. From then on it does. */
bool values_learn(struct values *values, const char *recorded, const char *actual);

void values_free(struct values *values);

#endif
