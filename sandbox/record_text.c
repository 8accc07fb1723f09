/* Records as they are answered. */
#include "record_text.h"
#include "document.h"
#include "g3/table/rows.h"

static json_object *new_text(g3_view text)
{
    return json_object_new_string_len(text.data ? text.data : "", (int)text.length);
}

/* @return an object, empty if the document can't be read */
static json_object *read_document(const struct node *node)
{
    json_object *document;
    return document_parse(node->document, DOCUMENT_DEPTH, &document) ? document
                                                                     : json_object_new_object();
}

/* True for the properties that are part of the row itself: type, id, project_id, name. */
static bool put_identity(json_object *record, const struct dictionary_node *type,
                         const struct dictionary_property *property, const struct node *node)
{
    g3_view text;
    if (strcmp(property->name, "type") == 0)
        text = node->type;
    else if (strcmp(property->name, "id") == 0)
        text = node->id;
    else if (strcmp(property->name, "project_id") == 0)
        text = node->project_id;
    else if (strcmp(property->name, type->key) == 0)
        text = node->name;
    else
        return false;
    json_object_object_add(record, property->name, new_text(text));
    return true;
}

/* The parents: [{"id", "submitter_id"}]. */
static json_object *make_targets(struct nodes *nodes, g3_arena *arena,
                                 const struct dictionary_link *link, const struct node *node)
{
    json_object *targets = json_object_new_array();
    struct node parent;
    if (nodes_find_target(nodes, node->number, link->name, arena, &parent)) {
        json_object *target = json_object_new_object();
        json_object_object_add(target, "id", new_text(parent.id));
        json_object_object_add(target, dictionary_find(parent.type)->key, new_text(parent.name));
        json_object_array_add(targets, target);
    }
    return targets;
}

json_object *record_make_document(struct nodes *nodes, g3_arena *arena, const struct node *node,
                                  bool all)
{
    const struct dictionary_node *type = dictionary_find(node->type);
    const struct dictionary_property *property;
    json_object *document = read_document(node), *record = json_object_new_object();
    bool linked = !type->link;
    for (size_t i = 0; (property = dictionary_property_at(type, i)); i++) {
        json_object *value = NULL;
        if (!linked && !property->system) { /* links stand between what a record is and the rest */
            json_object_object_add(record, type->link->name,
                                   make_targets(nodes, arena, type->link, node));
            linked = true;
        }
        if (put_identity(record, type, property, node) || (property->system && !all))
            continue;
        json_object_object_get_ex(document, property->name, &value);
        json_object_object_add(record, property->name, json_object_get(value));
    }
    json_object_put(document);
    return record;
}

/* True for what tables have no columns for: state and dates. */
static bool is_left_out(const struct dictionary_node *type,
                        const struct dictionary_property *property)
{
    return property->system && strcmp(property->name, type->key) != 0 &&
           strcmp(property->name, "type") != 0 && strcmp(property->name, "id") != 0 &&
           strcmp(property->name, "project_id") != 0;
}

static void append_delimiter(g3_buffer *text, size_t column)
{
    if (column)
        g3_buffer_append_char(text, '\t');
}

void record_append_header(g3_buffer *text, const struct dictionary_node *type)
{
    const struct dictionary_property *property;
    size_t column = 0;
    bool linked = !type->link;
    for (size_t i = 0; (property = dictionary_property_at(type, i)); i++) {
        if (is_left_out(type, property))
            continue;
        if (!linked && !property->system) {
            g3_buffer_append_format(text, "\t%s.%s", type->link->name,
                                    dictionary_find(g3_view_of(type->link->target))->key);
            linked = true;
        }
        append_delimiter(text, column++);
        g3_buffer_append_text(text, property->name);
    }
    g3_buffer_append_char(text, '\n');
}

static void append_value(g3_buffer *text, json_object *value)
{
    g3_buffer cell = {0};
    if (json_object_is_type(value, json_type_array))
        for (size_t i = 0; i < json_object_array_length(value); i++) {
            g3_buffer_append_text(&cell, i ? "," : "");
            g3_buffer_append_text(&cell,
                                  json_object_get_string(json_object_array_get_idx(value, i)));
        }
    else if (value)
        g3_buffer_append_text(&cell, json_object_get_string(value));
    g3_cell_append(text, g3_buffer_view(&cell), '\t', false);
    g3_buffer_free(&cell);
}

void record_append_row(g3_buffer *text, struct nodes *nodes, g3_arena *arena,
                       const struct node *node)
{
    const struct dictionary_node *type = dictionary_find(node->type);
    json_object *record = record_make_document(nodes, arena, node, false);
    size_t column = 0;
    json_object_object_foreach(record, name, value)
    {
        append_delimiter(text, column++);
        if (type->link && strcmp(name, type->link->name) == 0) {
            json_object *parent = json_object_array_get_idx(value, 0), *key = NULL;
            json_object_object_get_ex(parent, dictionary_find(g3_view_of(type->link->target))->key,
                                      &key);
            append_value(text, key);
        } else {
            append_value(text, value);
        }
    }
    g3_buffer_append_char(text, '\n');
    json_object_put(record);
}
