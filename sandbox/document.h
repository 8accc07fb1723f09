/* Documents: records as the JSON that the service answers. Used by the loader, which writes many,
 * and by the services, which change single ones.
 *
 * Text beyond ASCII is written as \uXXXX escapes, as the real service does.
 */
#ifndef SANDBOX_DOCUMENT_H
#define SANDBOX_DOCUMENT_H

#include "g3/base/buffer.h"
#include <json-c/json.h>

/* Nesting of a stored document: its members may hold what a request's body may. */
#define DOCUMENT_DEPTH 80

/* Appends `text` as a JSON string in ASCII, with its quotes. Bytes that are not UTF-8 become
 * U+FFFD. */
void document_append_string(g3_buffer *buffer, g3_view text);

/* Appends any JSON value; whole numbers and other numbers keep the digits that they were read with.
 */
void document_append_json(g3_buffer *buffer, json_object *value);

/* Appends a value as Python's repr() writes it, for messages of the JSON schema validator. */
void document_append_python(g3_buffer *buffer, json_object *value);

/* Reads JSON strictly.
 * @param document  owned by the caller; NULL for the JSON value null
 * @return false if it is no JSON, or nested deeper than `depth` */
bool document_parse(g3_view text, int depth, json_object **document);

/* The members of a new record; lists are the texts of a record of the stream. */
typedef struct document_fields {
    g3_view did;
    const char *baseid, *revision, *date; /* NUL-terminated */
    const g3_view *urls, *acl, *authz;
    size_t url_count, acl_count, authz_count;
    g3_view md5, file_name; /* empty data: null */
    bool has_size;
    int64_t size;
} document_fields;

/* Appends the document of an object record. Lists in answers come in no fixed order, so that a
 * client must not depend on it: half of the records have theirs turned round. */
void document_append_record(g3_buffer *buffer, const document_fields *fields);

/* True for the records whose lists are turned round. */
bool document_turns_lists(g3_view did);

#endif
