/* A producer of so many equal requests that keeps the answers, for tests of the engine. */
#ifndef G3_TESTS_COLLECTOR_H
#define G3_TESTS_COLLECTOR_H

#include "g3/http/engine.h"

typedef struct collecting {
    const char *url; /* "/" and the number of the request go behind it */
    size_t count;
    g3_method method;
    const char *body; /* or NULL */
    bool not_repeatable;
    size_t given, done, failed;
    g3_response *responses; /* by number of the request; bodies taken; made by collector_run() */
} collecting;

/* Runs it on `http`; the caller ends with collector_free(). */
bool collector_run(collecting *self, g3_http *http, g3_error *error);

/* An engine for tests: few retries; never NULL. */
g3_http *open_test_engine(g3_http_options options);

void collector_free(collecting *self);

#endif
