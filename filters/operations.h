/* What the tools of single operations share (g3-index, g3-metadata, g3-job, g3-auth): a table of
 * operations, the first operand being the one that is wanted. */
#ifndef FILTERS_OPERATIONS_H
#define FILTERS_OPERATIONS_H

#include "g3/base/report.h"
#include "g3/commons/endpoint.h"
#include "g3/run/call.h"

/* One run of a tool. */
typedef struct operation_run {
    const struct operation *operation;
    const char *const *operands; /* behind the operation's name */
    size_t count;
    const void *values; /* of the tool's own options */
    g3_commons commons;
    const char *base, *admin; /* of the service: to read, and to write */
    g3_buffer service;        /* base of a service that only a gateway leads to */
    g3_text_list parameters;  /* --query */
    g3_sink *output;
    g3_reporter *reporter;
    g3_buffer answer; /* of the last request */
} operation_run;

/* What an operation sends besides its URL. */
typedef enum operation_body {
    BODY_NONE,
    BODY_JSON, /* a document, from the file that the last operand names, or standard input */
} operation_body;

typedef struct operation {
    const char *name;
    const char *operands; /* as --help has them: "GUID [FILE]" */
    const char *help;
    size_t least, most; /* operands; 0 for `most`: any number, or none where `least` is 0 too */
    g3_method method;
    bool writes;      /* goes to where administrators write */
    const char *path; /* behind the service's base; each {} is the next operand */
    bool each;        /* once for each operand */
    operation_body body;
    bool repeatable; /* POST: may be sent twice */
    /* What does more than that; NULL: the fields above say all. */
    bool (*run)(operation_run *run, g3_error *error);
} operation;

/* A tool: its operations and options. */
typedef struct operation_tool {
    const char *name, *purpose, *details, *examples;
    const operation *operations;
    size_t count;
    const g3_option *options, *more_options; /* its own, in two groups; or NULL */
    size_t option_count, more_option_count;
    const char *more_title; /* of the second */
    void *values;
    /* Sets the run's bases by its commons. @return false with G3_EXIT_USAGE if it has none */
    bool (*find_service)(operation_run *run, g3_error *error);
} operation_tool;

/* The body of main. @return what it must end with */
int run_operations(const operation_tool *tool, int argc, char **argv);

/* Sets the run's bases to a service behind the gateway, as "/job".
 * @return false with G3_EXIT_USAGE if there is no gateway */
bool operation_use_gateway(operation_run *run, const char *segment, g3_error *error);

/* Begins a request of the operation at hand, with the parameters that the user gave. `values` are
 * for the path's {}. */
void operation_begin(const operation_run *run, g3_request *request, const char *path,
                     const char *const *values, size_t count);

/* The same with a document from a file as its body; NULL or "-": standard input.
 * @return false with G3_EXIT_INPUT if it can't be read, or is no JSON; nothing is to be freed */
bool operation_begin_with(const operation_run *run, g3_request *request, const char *path,
                          const char *const *values, size_t count, const char *file,
                          g3_error *error);

/* Sends a request, and leaves the answer in run->answer; or prints it. */
bool operation_ask(operation_run *run, g3_request *take_request, const char *subject,
                   g3_error *error);
bool operation_print(operation_run *run, g3_request *take_request, const char *subject,
                     g3_error *error);

/* Does something for each operand; `at` is its place. What the service refuses is told at once, and
 * the rest goes on. */
typedef bool operation_once(operation_run *run, size_t at, g3_error *error);
bool operation_run_each(operation_run *run, operation_once *once, g3_error *error);

/* Appends the JSON document in a file to `body`; NULL or "-": standard input.
 * @return false with G3_EXIT_INPUT if it can't be read, or is no JSON */
bool operation_read_json(const char *path, g3_buffer *body, g3_error *error);

#endif
