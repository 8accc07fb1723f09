/* Whether records are as the dictionary has them. */
#include "record_check.h"
#include "document.h"

static bool is_md5(json_object *value)
{
    const char *text = json_object_get_string(value);
    return json_object_get_string_len(value) == 32 && strspn(text, "0123456789abcdef") == 32;
}

static bool is_choice(const struct dictionary_property *property, json_object *value)
{
    for (size_t i = 0; property->choices[i]; i++)
        if (json_object_is_type(value, json_type_string) &&
            strcmp(property->choices[i], json_object_get_string(value)) == 0)
            return true;
    return false;
}

/* The first item that is no text. @return false if all are */
static bool find_odd_item(json_object *list, json_object **item)
{
    for (size_t i = 0; i < json_object_array_length(list); i++) {
        *item = json_object_array_get_idx(list, i);
        if (!json_object_is_type(*item, json_type_string))
            return true;
    }
    return false;
}

static void fault_value(struct entity *entity, const struct dictionary_property *property,
                        json_object *value, const char *words)
{
    g3_buffer text = {0};
    document_append_python(&text, value);
    entity_add_fault(entity, property->name, REASON_INVALID_VALUE, "%s %s", g3_buffer_text(&text),
                     words);
    g3_buffer_free(&text);
}

static void fault_choice(struct entity *entity, const struct dictionary_property *property,
                         json_object *value)
{
    g3_buffer words = {0};
    for (size_t i = 0; property->choices[i]; i++)
        g3_buffer_append_format(&words, "%s'%s'", i ? ", " : "is not one of [",
                                property->choices[i]);
    g3_buffer_append_char(&words, ']');
    fault_value(entity, property, value, g3_buffer_text(&words));
    g3_buffer_free(&words);
}

static void check_type(struct entity *entity, const struct dictionary_property *property,
                       json_object *value, bool good, const char *words)
{
    if (!good)
        fault_value(entity, property, value, words);
}

static void check_value(struct entity *entity, const struct dictionary_property *property,
                        json_object *value)
{
    enum json_type type = json_object_get_type(value);
    json_object *item;
    switch (property->kind) {
    case PROPERTY_TEXT:
        check_type(entity, property, value, type == json_type_string, "is not of type 'string'");
        break;
    case PROPERTY_INTEGER:
        check_type(entity, property, value, type == json_type_int, "is not of type 'integer'");
        break;
    case PROPERTY_NUMBER:
        check_type(entity, property, value, type == json_type_int || type == json_type_double,
                   "is not of type 'number'");
        break;
    case PROPERTY_BOOLEAN:
        check_type(entity, property, value, type == json_type_boolean, "is not of type 'boolean'");
        break;
    case PROPERTY_CHOICE:
        if (!is_choice(property, value))
            fault_choice(entity, property, value);
        break;
    case PROPERTY_MD5:
        if (type != json_type_string)
            fault_value(entity, property, value, "is not of type 'string'");
        else
            check_type(entity, property, value, is_md5(value), "does not match '^[a-f0-9]{32}$'");
        break;
    case PROPERTY_LIST:
        if (type != json_type_array)
            fault_value(entity, property, value, "is not of type 'array'");
        else if (find_odd_item(value, &item))
            fault_value(entity, property, item, "is not of type 'string'");
    }
}

/* What the service sets itself is not looked at where a record brings it, as exported ones do. */
static bool is_set_by_service(const struct dictionary_property *property)
{
    return strcmp(property->name, "state") == 0 ||
           strcmp(property->name, "created_datetime") == 0 ||
           strcmp(property->name, "updated_datetime") == 0;
}

void record_check_properties(struct entity *entity, const struct dictionary_node *node,
                             json_object *record)
{
    json_object_object_foreach(record, key, value)
    {
        const struct dictionary_property *property =
            dictionary_find_property(node, g3_view_of(key));
        if (node->link && strcmp(node->link->name, key) == 0)
            continue;
        if (!property)
            entity_add_fault(entity, key, REASON_INVALID_PROPERTY,
                             "Key '%s' is not a valid property for type '%s'.", key, node->name);
        else if (value && !is_set_by_service(property))
            check_value(entity, property, value);
    }
}

void record_check_required(struct entity *entity, const struct dictionary_node *node,
                           json_object *document)
{
    const struct dictionary_property *property;
    json_object *value;
    for (size_t i = 0; (property = dictionary_property_at(node, i)); i++) {
        if (!property->required || property->system)
            continue;
        value = NULL;
        json_object_object_get_ex(document, property->name, &value);
        if (!value)
            entity_add_fault(entity, property->name, REASON_MISSING_PROPERTY,
                             "'%s' is a required property", property->name);
    }
}

void record_merge(json_object *document, const struct dictionary_node *node, json_object *record)
{
    json_object_object_foreach(record, key, value)
    {
        const struct dictionary_property *property =
            dictionary_find_property(node, g3_view_of(key));
        if (!property || property->system)
            continue;
        if (value)
            json_object_object_add(document, key, json_object_get(value));
        else
            json_object_object_del(document, key);
    }
}
