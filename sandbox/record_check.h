/* Whether records are as the dictionary has them. Used by submission_upload.c. */
#ifndef SANDBOX_RECORD_CHECK_H
#define SANDBOX_RECORD_CHECK_H

#include "dictionary.h"
#include "transaction.h"

/* Notes what is wrong with the properties that a record names: unknown ones, and values that they
 * can't have. Links are not looked at. */
void record_check_properties(struct entity *entity, const struct dictionary_node *node,
                             json_object *record);

/* Notes the properties of its type that a document must have and has not.
 * @param document  the record's own properties, with those that are there already */
void record_check_required(struct entity *entity, const struct dictionary_node *node,
                           json_object *document);

/* Puts the properties that a record names into the document of those that are there; a null takes
 * one away. What makes the record (type, ids, state, dates) and its links are left out. */
void record_merge(json_object *document, const struct dictionary_node *node, json_object *record);

#endif
