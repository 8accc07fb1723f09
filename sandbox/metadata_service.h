/* The metadata service: documents by GUID, and other names (aliases) for GUIDs. Called by the
 * router.
 *
 * Source: the recorded exchanges in testdata/contract/metadata-service-*.ndjson.
 */
#ifndef SANDBOX_METADATA_SERVICE_H
#define SANDBOX_METADATA_SERVICE_H

#include "exchange.h"
#include "store.h"

/* Serves what stands behind the gateway's segment. */
void metadata_serve(struct exchange *exchange);

/* metadata_record.c: one document. `guid` may be an alias where it is only read. */
void metadata_get(struct exchange *exchange, g3_view guid);
void metadata_create(struct exchange *exchange, g3_view guid);
void metadata_update(struct exchange *exchange, g3_view guid);
void metadata_delete(struct exchange *exchange, g3_view guid);

/* metadata_batch.c: POST /metadata. */
void metadata_batch(struct exchange *exchange);

/* metadata_list.c: GET /metadata. */
void metadata_list(struct exchange *exchange);

/* metadata_alias.c: what stands behind GUID/aliases. */
void metadata_aliases(struct exchange *exchange, g3_view guid, g3_view alias);

/* Answers {"detail": text}, as printf. */
void metadata_answer_detail(struct exchange *exchange, unsigned status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Answers 422 for a wrong value: what is wrong, where (a JSON array), what it is said in words, and
 * the value (NULL: null). */
void metadata_answer_wrong(struct exchange *exchange, const char *type, const char *where,
                           const char *words, json_object *input);

/* True for whom may write; 403 is answered if not. */
bool metadata_may_write(struct exchange *exchange);

/* Reads the body, which has to be an object or an array.
 * @return owned by the caller: json_object_put(); NULL with the answer set (422) */
json_object *metadata_read_body(struct exchange *exchange, enum json_type type);

/* A parameter that is true or false. */
bool metadata_flag(const struct exchange *exchange, const char *name, bool otherwise);

/* A document as the service's database keeps it: the members of objects in the order of their
 * names' lengths, then bytes. */
void metadata_append_kept(g3_buffer *text, json_object *document);

/* The document of a GUID, as it is kept; in the exchange's arena; empty if there is none.
 * @param aliases  it may be an alias */
g3_view metadata_find(struct exchange *exchange, store_connection *connection, g3_view guid,
                      bool aliases);

/* Writes a document. @return false if the database failed */
bool metadata_store(store_connection *writer, g3_view guid, g3_view document);

/* Runs a statement that gives no rows, with these texts for its parameters. */
bool metadata_run(store_connection *writer, const char *sql, const g3_view *texts, int count);

#endif
