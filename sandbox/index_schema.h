/* What bodies of write requests may hold. Used by the services that write to the index.
 *
 * The real service checks bodies with Python's jsonschema; each message is the first line of what
 * that says, and of several faults the same one is told: the outermost, and among these the first
 * in the schema.
 */
#ifndef SANDBOX_INDEX_SCHEMA_H
#define SANDBOX_INDEX_SCHEMA_H

#include "exchange.h"

/* Each returns false after answering 400. */
bool index_schema_check_new(struct exchange *exchange, json_object *body);
bool index_schema_check_update(struct exchange *exchange, json_object *body);
bool index_schema_check_blank(struct exchange *exchange, json_object *body);
bool index_schema_check_fill(struct exchange *exchange, json_object *body);

/* True if `text` ends in a UUID, as GUIDs must. */
bool index_schema_is_guid(g3_view text);

/* True if `value` is one that a hash of that type ("md5", "sha256", ...) can have. */
bool index_schema_is_hash(g3_view type, g3_view value);

#endif
