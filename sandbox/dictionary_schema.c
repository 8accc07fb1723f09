/* The data dictionary as JSON. Called by submission_service.c. */
#include "dictionary.h"
#include "g3/base/options.h"

static void put(json_object *object, const char *name, const char *text)
{
    json_object_object_add(object, name, json_object_new_string(text));
}

static void push(json_object *list, const char *text)
{
    json_object_array_add(list, json_object_new_string(text));
}

static json_object *make_type(const char *type)
{
    json_object *about = json_object_new_object();
    put(about, "type", type);
    return about;
}

static json_object *make_property(const struct dictionary_property *property)
{
    static const char *const TYPES[] = {
        [PROPERTY_TEXT] = "string",   [PROPERTY_INTEGER] = "integer",
        [PROPERTY_NUMBER] = "number", [PROPERTY_BOOLEAN] = "boolean",
        [PROPERTY_CHOICE] = "string", [PROPERTY_MD5] = "string",
        [PROPERTY_LIST] = "array"};
    json_object *about = json_object_new_object();
    if (property->kind == PROPERTY_CHOICE) { /* the real dictionaries give no type beside it */
        json_object *choices = json_object_new_array();
        for (size_t i = 0; property->choices[i]; i++)
            push(choices, property->choices[i]);
        json_object_object_add(about, "enum", choices);
        return about;
    }
    put(about, "type", TYPES[property->kind]);
    if (property->kind == PROPERTY_MD5)
        put(about, "pattern", "^[a-f0-9]{32}$");
    if (property->kind == PROPERTY_LIST)
        json_object_object_add(about, "items", make_type("string"));
    return about;
}

static json_object *make_properties(const struct dictionary_node *node)
{
    json_object *properties = json_object_new_object();
    const struct dictionary_property *property;
    for (size_t i = 0; (property = dictionary_property_at(node, i)); i++)
        json_object_object_add(properties, property->name, make_property(property));
    if (node->link)
        json_object_object_add(properties, node->link->name, make_type("array"));
    return properties;
}

static json_object *make_required(const struct dictionary_node *node)
{
    json_object *required = json_object_new_array();
    const struct dictionary_property *property;
    for (size_t i = 0; (property = dictionary_property_at(node, i)); i++)
        if (property->required)
            push(required, property->name);
    if (node->link && node->link->required)
        push(required, node->link->name);
    return required;
}

static json_object *make_links(const struct dictionary_node *node)
{
    json_object *links = json_object_new_array();
    const struct dictionary_link *link = node->link;
    if (link) {
        json_object *about = json_object_new_object();
        put(about, "name", link->name);
        put(about, "backref", link->backref);
        put(about, "label", link->label);
        put(about, "target_type", link->target);
        put(about, "multiplicity", "many_to_one");
        json_object_object_add(about, "required", json_object_new_boolean(link->required));
        json_object_array_add(links, about);
    }
    return links;
}

/* [["id"], ["project_id", "submitter_id"]] */
static json_object *make_unique_keys(const struct dictionary_node *node)
{
    json_object *keys = json_object_new_array(), *id = json_object_new_array(),
                *named = json_object_new_array();
    push(id, "id");
    if (dictionary_is_record(node))
        push(named, "project_id");
    push(named, node->key);
    json_object_array_add(keys, id);
    json_object_array_add(keys, named);
    return keys;
}

static json_object *make_system_properties(const struct dictionary_node *node)
{
    static const char *const SYSTEM[] = {"id", "project_id", "state", "created_datetime",
                                         "updated_datetime"};
    json_object *list = json_object_new_array();
    for (size_t i = 0; i < G3_COUNT(SYSTEM); i++)
        if (dictionary_find_property(node, g3_view_of(SYSTEM[i])))
            push(list, SYSTEM[i]);
    return list;
}

json_object *dictionary_make_schema(const struct dictionary_node *node)
{
    json_object *schema = json_object_new_object();
    put(schema, "$schema", "http://json-schema.org/draft-04/schema#");
    put(schema, "id", node->name);
    put(schema, "title", node->title);
    put(schema, "type", "object");
    put(schema, "category", node->category);
    json_object_object_add(schema, "properties", make_properties(node));
    json_object_object_add(schema, "required", make_required(node));
    json_object_object_add(schema, "links", make_links(node));
    json_object_object_add(schema, "uniqueKeys", make_unique_keys(node));
    json_object_object_add(schema, "systemProperties", make_system_properties(node));
    json_object_object_add(schema, "additionalProperties", json_object_new_boolean(false));
    return schema;
}

json_object *dictionary_make_all_schemas(void)
{
    json_object *all = json_object_new_object();
    const struct dictionary_node *node;
    for (size_t i = 0; (node = dictionary_node_at(i)); i++)
        json_object_object_add(all, node->name, dictionary_make_schema(node));
    return all;
}

static void push_field(json_object *fields, const char *before, const char *name,
                       const char *behind)
{
    char text[128];
    json_object *field = json_object_new_object();
    snprintf(text, sizeof text, "%s%s%s", before, name, behind);
    put(field, "name", text);
    json_object_array_add(fields, field);
}

static void push_list_fields(json_object *fields, const char *name)
{
    push_field(fields, "", name, "");
    push_field(fields, "_", name, "_count");
}

static json_object *make_object_type(const char *name, json_object *take_fields)
{
    json_object *type = json_object_new_object();
    put(type, "kind", "OBJECT");
    put(type, "name", name);
    json_object_object_add(type, "fields", take_fields);
    return type;
}

static json_object *make_node_type(const struct dictionary_node *node)
{
    json_object *fields = json_object_new_array();
    const struct dictionary_property *property;
    const struct dictionary_node *child;
    for (size_t i = 0; (property = dictionary_property_at(node, i)); i++)
        push_field(fields, "", property->name, "");
    if (node->link)
        push_list_fields(fields, node->link->name);
    for (size_t i = 0; (child = dictionary_node_at(i)); i++)
        if (child->link && strcmp(child->link->target, node->name) == 0)
            push_list_fields(fields, child->link->backref);
    return make_object_type(node->name, fields);
}

json_object *dictionary_make_graph_schema(void)
{
    json_object *answer = json_object_new_object(), *data = json_object_new_object(),
                *schema = json_object_new_object(), *query = json_object_new_object(),
                *types = json_object_new_array(), *root = json_object_new_array();
    const struct dictionary_node *node;
    put(query, "name", "Root");
    push_list_fields(root, "node");
    for (size_t i = 0; (node = dictionary_node_at(i)); i++)
        push_list_fields(root, node->name);
    json_object_array_add(types, make_object_type("Root", root));
    for (size_t i = 0; (node = dictionary_node_at(i)); i++)
        json_object_array_add(types, make_node_type(node));
    json_object_object_add(schema, "queryType", query);
    json_object_object_add(schema, "types", types);
    json_object_object_add(data, "__schema", schema);
    json_object_object_add(answer, "data", data);
    return answer;
}
