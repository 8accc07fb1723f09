/* Records as json-c documents, to be made, changed and stored. Used by the services that write. */
#ifndef SANDBOX_INDEX_RECORD_H
#define SANDBOX_INDEX_RECORD_H

#include "exchange.h"
#include "identity.h"
#include "store.h"

/* Makes the document of a new record from a request's body, which was checked.
 * @param did  GUID; NULL: the body's own "did", else a minted one
 * @param baseid  NULL: the body's own "baseid", else a new one
 * @return owned by the caller: json_object_put(); NULL, with the answer set, if a member
 * contradicts another */
json_object *index_record_make(struct exchange *exchange, json_object *body, const char *did,
                               const char *baseid);

/* Changes a document as a request's body says, with a new revision and date.
 * @return false, with the answer set, if a member contradicts another */
bool index_record_change(struct exchange *exchange, json_object *document, json_object *body);

/* Stores a document as a new row; document->"updated_date" and the row's own come from now.
 * @return false if the GUID exists already or the database failed */
bool index_record_insert(store_connection *writer, json_object *document);

/* Stores a changed document in row `id`. */
bool index_record_update(store_connection *writer, int64_t id, json_object *document);

/* A text member, or NULL. */
const char *index_record_text(json_object *document, const char *name);

/* Answers {"baseid","did","rev"} of a record. */
void index_record_answer(struct exchange *exchange, unsigned status, json_object *document);

#endif
