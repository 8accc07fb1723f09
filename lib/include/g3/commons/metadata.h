/* What the metadata service (MDS) speaks: requests to send, answers to read.
 *
 * Source: the service's recorded exchanges in testdata/contract, and its OpenAPI description at
 * https://github.com/uc-cdis/metadata-service.
 */
#ifndef G3_COMMONS_METADATA_H
#define G3_COMMONS_METADATA_H

#include "g3/base/abi.h"
#include "g3/http/engine.h"
#include "g3/record/json.h"

G3_BEGIN_C

/* Most documents of one listing answer that the service gives. */
#define G3_METADATA_PAGE_LIMIT 2000

/* All of these set a request's method, URL and body, and that it may be repeated; its tag is left
 * alone. `base` is the service's URL without a slash at the end. */

/* Begins `request` as GET /metadata/GUID. */
void g3_metadata_get_request(g3_request *request, const char *base, g3_view guid);

/* Begins `request` as a listing of documents by GUID: `limit` of them, those of `offset` first ones
 * left out. */
void g3_metadata_list_request(g3_request *request, const char *base, int64_t limit, int64_t offset);

/* Begins `request` as a batch: documents are then added, each being JSON, and the batch ended.
 * @param overwrite  a document that is there is replaced; else it stays, and is told as conflict */
void g3_metadata_batch_request(g3_request *request, const char *base, bool overwrite);
void g3_metadata_batch_add(g3_request *request, g3_view guid, g3_view document);
void g3_metadata_batch_end(g3_request *request);

/* Begins `request` as a POST of one document, which must not be there: 409 if it is. */
void g3_metadata_create_request(g3_request *request, const char *base, g3_view guid,
                                g3_view document);

/* Begins `request` as a PUT that puts the members of `document` into the one that is there, in
 * place of its members of these names: 404 if there is none. */
void g3_metadata_merge_request(g3_request *request, const char *base, g3_view guid,
                               g3_view document);

/* Begins `request` as a DELETE of a document: 404 if there is none. */
void g3_metadata_delete_request(g3_request *request, const char *base, g3_view guid);

/* What a batch did with a document. */
typedef enum g3_metadata_outcome {
    G3_METADATA_CREATED,
    G3_METADATA_UPDATED,
    G3_METADATA_CONFLICT,
    G3_METADATA_BAD_INPUT,
    G3_METADATA_OUTCOMES, /* how many there are */
} g3_metadata_outcome;

/* Reads the answer to a batch: calls `take` for each GUID in it.
 * @param arena  where GUIDs live
 * @return false if it is no such answer */
bool g3_metadata_read_batch(g3_view body, g3_arena *arena,
                            void (*take)(void *context, g3_view guid, g3_metadata_outcome outcome),
                            void *context);

G3_END_C

#endif
