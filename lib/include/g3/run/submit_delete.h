/* Deleting records of a project, by their ids or all of a node. The records of one request are
 * deleted together or not at all.
 */
#ifndef G3_RUN_SUBMIT_DELETE_H
#define G3_RUN_SUBMIT_DELETE_H

#include "g3/base/abi.h"
#include "g3/http/engine.h"
#include "g3/io/sink.h"

G3_BEGIN_C

/* Records deleted by one request: what the Python SDK does, and a URL has room for. */
#define G3_SUBMIT_DELETE_CHUNK 100

/* Of which project, and how. */
typedef struct g3_submit_delete_options {
    const char *base; /* of the service: .../api/v0/submission */
    g3_view program, project;
    bool dry_run;          /* the service says what it would do, and does nothing */
    g3_sink *output;       /* a line for each: {"id","type","submitter_id","action":"deleted"} */
    g3_reporter *reporter; /* for the records that can't be deleted */
} g3_submit_delete_options;

/* Deletes records, some at a time, ending with the first request that is refused.
 * @return false with G3_EXIT_DIFFERENCES (one is not there, or others link to it), and the engine's
 *         errors */
bool g3_submit_delete(g3_http *http, const g3_submit_delete_options *options,
                      const char *const *ids, size_t count, g3_error *error);

/* Deletes all records of a node: some are asked for and deleted until none are left.
 * @return false as above, or with G3_EXIT_SERVICE if records stay that are said to be deleted */
bool g3_submit_delete_node(g3_http *http, const g3_submit_delete_options *options, const char *node,
                           g3_error *error);

G3_END_C

#endif
