/* Records as they are answered: JSON objects, rows of TSV. Used by submission_entities.c and
 * submission_export.c. */
#ifndef SANDBOX_RECORD_TEXT_H
#define SANDBOX_RECORD_TEXT_H

#include "dictionary.h"
#include "g3/base/buffer.h"
#include "nodes.h"

/* A record as a JSON object: what it is, its links, its properties in the dictionary's order, null
 * where it has none.
 * @param all  with its state and dates
 * @return owned by the caller: json_object_put() */
json_object *record_make_document(struct nodes *nodes, g3_arena *arena, const struct node *node,
                                  bool all);

/* Appends the header of a type's TSV; the row of a record. */
void record_append_header(g3_buffer *text, const struct dictionary_node *type);
void record_append_row(g3_buffer *text, struct nodes *nodes, g3_arena *arena,
                       const struct node *node);

#endif
