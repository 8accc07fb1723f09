/* Looking index records up by GUID: many GUIDs a request, many requests at once, results in input
 * order.
 *
 * The lookup pulls GUIDs from its caller, asks for them, and gives each exactly one answer: its
 * record, or that the index has none. GUIDs wait in blocks until they are answered; the caller is
 * not asked for more while the blocks hold G3_LOOKUP_BLOCKS or G3_LOOKUP_WINDOW_BYTES, so that
 * memory stays bounded whatever the number of GUIDs.
 *
 * Ways to ask, each falling back to the next where the service does not know it (said once):
 *   ids     GET /index/?ids=a,b,c    as many as fit the request line; those with a comma go singly
 *   bulk    POST /bulk/documents     G3_LOOKUP_BULK_BATCH at a time
 *   single  GET /index/GUID
 * Before ids are trusted they must find a record that is known to be there (one of the first of the
 * listing), and no other: there are versions of the service that answer every list of ids with
 * nothing unless a default prefix is configured, and such as do not know ids and list the first
 * records of the index instead.
 *
 * A GUID's other spelling: the service resolves GET /index/GUID also to the record whose GUID has
 * the service's default prefix in front, or has it not, if there is none with the GUID as written.
 * The other ways may not do so; what they do not find is therefore asked again in its other
 * spelling. Where the service doesn't tell its prefix (GET /guid/prefix), each GUID not found is
 * asked singly until the prefix is learnt from an answer that has another GUID.
 */
#ifndef G3_RUN_LOOKUP_H
#define G3_RUN_LOOKUP_H

#include "g3/base/abi.h"
#include "g3/commons/index.h"
#include "g3/http/engine.h"

G3_BEGIN_C

/* Ways to ask; see above. */
typedef enum g3_lookup_way { G3_LOOKUP_IDS, G3_LOOKUP_BULK, G3_LOOKUP_SINGLE } g3_lookup_way;

#define G3_LOOKUP_BULK_BATCH   1000 /* 100 to 5,000 make no difference to the service (measured) */
#define G3_LOOKUP_BLOCK_ROWS   1024 /* a dozen id lists: enough to keep all connections busy */
#define G3_LOOKUP_BLOCK_BYTES  ((size_t)1 << 20)  /* a block ends with the GUID that reaches this */
#define G3_LOOKUP_BLOCKS       24                 /* blocks begun and not yet delivered, at most */
#define G3_LOOKUP_WINDOW_BYTES ((size_t)16 << 20) /* bytes that they hold (but for one block) */
#define G3_LOOKUP_RETRIES      4 /* repeats of a request whose answer (status 200) can't be read */

/* How to ask, and the caller that has the questions and takes the answers. */
typedef struct g3_lookup_options {
    const char *base;  /* URL of the index service */
    g3_lookup_way way; /* to begin with */
    int64_t batch;     /* most GUIDs a request; 0: what fits (ids), G3_LOOKUP_BULK_BATCH (bulk) */
    bool unordered;    /* deliver blocks as they are complete, not in the order of next() */
    bool proven;       /* an earlier lookup has tried ids already and ended with this way */
    const g3_index_prefix *prefix; /* the service's default prefix; NULL: ask the service */
    g3_reporter *reporter;         /* borrowed; may be NULL */

    /* Gives the next GUID (not empty). GUIDs may repeat; each is answered on its own.
     * @param note  bytes that answer() gets back; both views are copied before the next call
     * @return G3_NEXT_ITEM, G3_NEXT_END or G3_NEXT_ERROR with `error` */
    g3_next (*next)(void *context, g3_view *guid, g3_view *note, g3_error *error);

    /* Takes the answer for one GUID; called once for each, as answers arrive.
     * @param record  valid during the call; its GUID may be the other spelling; NULL: the index has
     * none
     * @param result  bytes appended here reach deliver() in the order of next()
     * @return false to stop with `error` */
    bool (*answer)(void *context, g3_view guid, g3_view note, const g3_record *record,
                   g3_buffer *result, g3_error *error);

    /* Takes what answer() appended for the next so many GUIDs; `results` may be empty and is valid
     * during the call. NULL: results are not wanted. */
    bool (*deliver)(void *context, g3_view results, size_t answered, g3_error *error);

    void *context; /* handed to all three */
} g3_lookup_options;

/* What came of all GUIDs. */
typedef struct g3_lookup_result {
    uint64_t found;    /* GUIDs answered with a record */
    uint64_t missing;  /* GUIDs answered with none */
    g3_lookup_way way; /* in use at the end */
} g3_lookup_result;

/* Looks up all GUIDs that next() gives.
 * After an interruption (G3_EXIT_INTERRUPTED) everything that was answered has been delivered, in
 * order.
 * @return false with G3_EXIT_SERVICE (failed after retries, or answers can't be read; the URL is
 *         named), G3_EXIT_UNAUTHORISED, G3_EXIT_INTERRUPTED, or the error of a callback; `result`
 * is filled in also then */
bool g3_lookup_run(g3_http *http, const g3_lookup_options *options, g3_lookup_result *result,
                   g3_error *error);

G3_END_C

#endif
