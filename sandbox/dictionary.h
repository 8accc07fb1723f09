/* The data dictionary of the commons: the types of nodes, their properties and links. A small one,
 * made for tests. Used by the submission service and by graph queries.
 *
 *     program <- projects - project <- projects - subject <- subjects - sample <- samples -
 *     aligned_reads_file
 *
 * Everything here is constant: nothing to free.
 */
#ifndef SANDBOX_DICTIONARY_H
#define SANDBOX_DICTIONARY_H

#include "g3/base/view.h"
#include <json-c/json.h>

typedef enum property_kind {
    PROPERTY_TEXT,
    PROPERTY_INTEGER,
    PROPERTY_NUMBER,
    PROPERTY_BOOLEAN,
    PROPERTY_CHOICE, /* one of a few texts */
    PROPERTY_MD5,    /* 32 hexadecimal digits, lower case */
    PROPERTY_LIST,   /* of texts */
} property_kind;

struct dictionary_property {
    const char *name;
    property_kind kind;
    bool required;
    bool system;                /* set by the service, or part of what a record is */
    const char *const *choices; /* NULL behind the last; or NULL */
};

/* The link that leads to a node's parent: each type has one at most. */
struct dictionary_link {
    const char *name; /* of the record's member: "subjects" */
    const char *target;
    const char *backref; /* what the target calls it: "samples" */
    const char *label;
    bool required;
};

struct dictionary_node {
    const char *name; /* its type */
    const char *title;
    const char *category;
    const char *key; /* the property that a record is known by beside its id: "submitter_id" */
    const struct dictionary_property *properties; /* its own, without those that all have */
    size_t property_count;
    const struct dictionary_link *link; /* or NULL */
};

/* The types, in the order from the program down; NULL behind the last. */
const struct dictionary_node *dictionary_node_at(size_t i);

/* The type of that name, or NULL. */
const struct dictionary_node *dictionary_find(g3_view name);

/* A type's properties, those that all types have first; NULL behind the last. */
const struct dictionary_property *dictionary_property_at(const struct dictionary_node *node,
                                                         size_t i);

/* The property of that name, or NULL. */
const struct dictionary_property *dictionary_find_property(const struct dictionary_node *node,
                                                           g3_view name);

/* The type whose link to `node` is called `backref` there, or NULL. */
const struct dictionary_node *dictionary_find_child(const struct dictionary_node *node,
                                                    g3_view backref);

/* True for types that users submit: all but the program and the project. */
bool dictionary_is_record(const struct dictionary_node *node);

/* The JSON schema of a type; an object of all, by name; and what introspection of the graph's
 * types answers. Owned by the caller: json_object_put(). */
json_object *dictionary_make_schema(const struct dictionary_node *node);
json_object *dictionary_make_all_schemas(void);
json_object *dictionary_make_graph_schema(void);

#endif
