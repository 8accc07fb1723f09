/* What bodies of write requests may hold. */
#include "index_schema.h"
#include "document.h"
#include "g3/base/options.h"
#include <stdio.h>

typedef enum value_kind {
    VALUE_TEXT,
    VALUE_OPTIONAL_TEXT, /* or null */
    VALUE_GUID,
    VALUE_FORM,
    VALUE_SIZE,
    VALUE_TEXTS,
    VALUE_OBJECT,
    VALUE_HASHES,
} value_kind;

typedef struct property {
    const char *name;
    value_kind kind;
    bool required;
} property;

/* In the order in which the real schema lists them: of several faults the first is told. */
static const property NEW_PROPERTIES[] = {
    {"baseid", VALUE_GUID, false},
    {"form", VALUE_FORM, true},
    {"size", VALUE_SIZE, true},
    {"file_name", VALUE_TEXT, false},
    {"metadata", VALUE_OBJECT, false},
    {"urls_metadata", VALUE_OBJECT, false},
    {"version", VALUE_TEXT, false},
    {"uploader", VALUE_TEXT, false},
    {"description", VALUE_TEXT, false},
    {"content_created_date", VALUE_TEXT, false},
    {"content_updated_date", VALUE_TEXT, false},
    {"hashes", VALUE_HASHES, true},
    {"urls", VALUE_TEXTS, true},
    {"acl", VALUE_TEXTS, false},
    {"authz", VALUE_TEXTS, false},
    {"did", VALUE_GUID, false},
};

static const property UPDATE_PROPERTIES[] = {
    {"urls", VALUE_TEXTS, false},
    {"acl", VALUE_TEXTS, false},
    {"authz", VALUE_TEXTS, false},
    {"file_name", VALUE_OPTIONAL_TEXT, false},
    {"version", VALUE_OPTIONAL_TEXT, false},
    {"uploader", VALUE_OPTIONAL_TEXT, false},
    {"metadata", VALUE_OBJECT, false},
    {"urls_metadata", VALUE_OBJECT, false},
    {"description", VALUE_OPTIONAL_TEXT, false},
    {"content_created_date", VALUE_OPTIONAL_TEXT, false},
    {"content_updated_date", VALUE_OPTIONAL_TEXT, false},
};

static const property BLANK_PROPERTIES[] = {
    {"uploader", VALUE_TEXT, true},
    {"file_name", VALUE_TEXT, false},
    {"authz", VALUE_TEXTS, false},
};

static const property FILL_PROPERTIES[] = {
    {"size", VALUE_SIZE, true},
    {"hashes", VALUE_HASHES, true},
    {"urls", VALUE_TEXTS, false},
    {"authz", VALUE_TEXTS, false},
};

/* The order in which "required" names them. */
static const char *const REQUIRED_ORDER[] = {"size", "hashes", "urls", "form", "uploader"};

#define GUID_PATTERN                                                                               \
    "^.*[a-fA-F0-9]{8}-[a-fA-F0-9]{4}-[a-fA-F0-9]{4}-[a-fA-F0-9]{4}-[a-fA-F0-9]{12}$"

typedef struct hash_type {
    const char *name;
    size_t digits;
    const char *pattern;
    bool parts; /* may end in "-" and a number of parts */
} hash_type;

static const hash_type HASH_TYPES[] = {
    {"md5", 32, "^[0-9a-f]{32}$", false},    {"sha1", 40, "^[0-9a-f]{40}$", false},
    {"sha256", 64, "^[0-9a-f]{64}$", false}, {"sha512", 128, "^[0-9a-f]{128}$", false},
    {"crc", 8, "^[0-9a-f]{8}$", false},      {"etag", 32, "^[0-9a-f]{32}(-\\\\d+)?$", true},
};

static size_t count_run(g3_view text, const char *set)
{
    size_t count = 0;
    while (count < text.length && text.data[count] && strchr(set, text.data[count]))
        count++;
    return count;
}

bool index_schema_is_guid(g3_view text)
{
    static const char SHAPE[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    const size_t length = sizeof SHAPE - 1;
    if (text.length < length || memchr(text.data, '\n', text.length))
        return false;
    const char *at = text.data + text.length - length;
    for (size_t i = 0; i < length; i++) {
        bool fits =
            SHAPE[i] == '-' ? at[i] == '-' : at[i] && strchr("0123456789abcdefABCDEF", at[i]);
        if (!fits)
            return false;
    }
    return true;
}

static const hash_type *find_hash_type(g3_view name)
{
    for (size_t i = 0; i < G3_COUNT(HASH_TYPES); i++)
        if (g3_view_equal(name, g3_view_of(HASH_TYPES[i].name)))
            return &HASH_TYPES[i];
    return NULL;
}

bool index_schema_is_hash(g3_view type, g3_view value)
{
    const hash_type *known = find_hash_type(type);
    if (!known || count_run(value, "0123456789abcdef") != known->digits)
        return false;
    g3_view rest = {value.data + known->digits, value.length - known->digits};
    if (!rest.length)
        return true;
    return known->parts && rest.length > 1 && rest.data[0] == '-' &&
           count_run((g3_view){rest.data + 1, rest.length - 1}, "0123456789") == rest.length - 1;
}

/* Answers 400: the value, as Python writes it, and what is wrong with it. */
static bool reject(struct exchange *exchange, json_object *value, const char *fault)
{
    g3_buffer text = {0};
    document_append_python(&text, value);
    g3_buffer_append_text(&text, fault);
    json_object *message = json_object_new_object();
    json_object_object_add(message, "error",
                           json_object_new_string_len(text.data, (int)text.length));
    exchange_answer_document(exchange, 400, message);
    g3_buffer_free(&text);
    return false;
}

static g3_view text_of(json_object *value)
{
    return (g3_view){json_object_get_string(value), (size_t)json_object_get_string_len(value)};
}

static bool has_type(json_object *value, value_kind kind)
{
    json_type type = json_object_get_type(value);
    switch (kind) {
    case VALUE_SIZE:
        return type == json_type_int;
    case VALUE_TEXTS:
        return type == json_type_array;
    case VALUE_OBJECT:
    case VALUE_HASHES:
        return type == json_type_object;
    case VALUE_OPTIONAL_TEXT:
        return type == json_type_string || type == json_type_null;
    case VALUE_FORM:
        return true; /* the list of forms says it all */
    default:
        return type == json_type_string;
    }
}

static const char *type_fault(value_kind kind)
{
    switch (kind) {
    case VALUE_SIZE:
        return " is not of type 'integer'";
    case VALUE_TEXTS:
        return " is not of type 'array'";
    case VALUE_OBJECT:
    case VALUE_HASHES:
        return " is not of type 'object'";
    case VALUE_OPTIONAL_TEXT:
        return " is not of type 'string', 'null'";
    default:
        return " is not of type 'string'";
    }
}

static bool is_form(json_object *value)
{
    static const char *const FORMS[] = {"object", "container", "multipart"};
    for (size_t i = 0; i < G3_COUNT(FORMS); i++)
        if (json_object_is_type(value, json_type_string) &&
            g3_view_equal(text_of(value), g3_view_of(FORMS[i])))
            return true;
    return false;
}

/* Checks a value itself, not what it holds. */
static bool check_value(struct exchange *exchange, json_object *value, value_kind kind)
{
    if (!has_type(value, kind))
        return reject(exchange, value, type_fault(kind));
    if (kind == VALUE_FORM && !is_form(value))
        return reject(exchange, value, " is not one of ['object', 'container', 'multipart']");
    if (kind == VALUE_GUID && !index_schema_is_guid(text_of(value)))
        return reject(exchange, value, " does not match '" GUID_PATTERN "'");
    if (kind == VALUE_SIZE && json_object_get_int64(value) < 0)
        return reject(exchange, value, " is less than the minimum of 0");
    if (kind == VALUE_SIZE && json_object_get_uint64(value) > INT64_MAX)
        return reject(exchange, value, " is beyond what the database can hold");
    return true;
}

/* One of the known types must be there. */
static bool check_hash_is_there(struct exchange *exchange, json_object *hashes)
{
    for (size_t i = 0; i < G3_COUNT(HASH_TYPES); i++)
        if (json_object_object_get_ex(hashes, HASH_TYPES[i].name, NULL))
            return true;
    exchange_answer_error(exchange, 400, "'md5' is a required property");
    return false;
}

static bool check_hashes(struct exchange *exchange, json_object *hashes)
{
    json_object_object_foreach(hashes, name, value)
    {
        const hash_type *known = find_hash_type(g3_view_of(name));
        if (!known)
            continue;
        if (!json_object_is_type(value, json_type_string))
            return reject(exchange, value, type_fault(VALUE_TEXT));
        if (!index_schema_is_hash(g3_view_of(name), text_of(value))) {
            char fault[64];
            snprintf(fault, sizeof fault, " does not match '%s'", known->pattern);
            return reject(exchange, value, fault);
        }
    }
    return true;
}

static bool check_texts(struct exchange *exchange, json_object *list)
{
    for (size_t i = 0; i < json_object_array_length(list); i++) {
        json_object *item = json_object_array_get_idx(list, i);
        if (!json_object_is_type(item, json_type_string))
            return reject(exchange, item, type_fault(VALUE_TEXT));
    }
    return true;
}

static bool check_unknown(struct exchange *exchange, json_object *body, const property *properties,
                          size_t count)
{
    g3_buffer names = {0};
    size_t unknown = 0;
    json_object_object_foreach(body, name, value)
    {
        (void)value;
        size_t i = 0;
        while (i < count && strcmp(properties[i].name, name) != 0)
            i++;
        if (i == count)
            g3_buffer_append_format(&names, "%s'%s'", unknown++ ? ", " : "", name);
    }
    if (unknown)
        exchange_answer_error(exchange, 400,
                              "Additional properties are not allowed (%s %s unexpected)",
                              g3_buffer_text(&names), unknown == 1 ? "was" : "were");
    g3_buffer_free(&names);
    return unknown == 0;
}

static bool check_required(struct exchange *exchange, json_object *body, const property *properties,
                           size_t count)
{
    for (size_t r = 0; r < G3_COUNT(REQUIRED_ORDER); r++)
        for (size_t i = 0; i < count; i++)
            if (properties[i].required && strcmp(properties[i].name, REQUIRED_ORDER[r]) == 0 &&
                !json_object_object_get_ex(body, REQUIRED_ORDER[r], NULL)) {
                exchange_answer_error(exchange, 400, "'%s' is a required property",
                                      REQUIRED_ORDER[r]);
                return false;
            }
    return true;
}

/* The database cannot hold NUL in a text. */
static bool holds_nul(json_object *value)
{
    if (json_object_is_type(value, json_type_string))
        return memchr(json_object_get_string(value), '\0', text_of(value).length) != NULL;
    if (json_object_is_type(value, json_type_array))
        for (size_t i = 0; i < json_object_array_length(value); i++)
            if (holds_nul(json_object_array_get_idx(value, i)))
                return true;
    if (json_object_is_type(value, json_type_object)) {
        json_object_object_foreach(value, name, member)
        {
            (void)name;
            if (holds_nul(member))
                return true;
        }
    }
    return false;
}

static bool check(struct exchange *exchange, json_object *body, const property *properties,
                  size_t count)
{
    json_object *value;
    if (!json_object_is_type(body, json_type_object))
        return reject(exchange, body, type_fault(VALUE_OBJECT));
    if (!check_unknown(exchange, body, properties, count) ||
        !check_required(exchange, body, properties, count))
        return false;
    for (size_t i = 0; i < count; i++)
        if (json_object_object_get_ex(body, properties[i].name, &value) &&
            !check_value(exchange, value, properties[i].kind))
            return false;
    if (json_object_object_get_ex(body, "hashes", &value) && !check_hash_is_there(exchange, value))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!json_object_object_get_ex(body, properties[i].name, &value))
            continue;
        if ((properties[i].kind == VALUE_HASHES && !check_hashes(exchange, value)) ||
            (properties[i].kind == VALUE_TEXTS && !check_texts(exchange, value)))
            return false;
    }
    if (holds_nul(body)) {
        exchange_answer_error(exchange, 400, "a text holds a NUL character");
        return false;
    }
    return true;
}

bool index_schema_check_new(struct exchange *exchange, json_object *body)
{
    return check(exchange, body, NEW_PROPERTIES, G3_COUNT(NEW_PROPERTIES));
}

bool index_schema_check_update(struct exchange *exchange, json_object *body)
{
    return check(exchange, body, UPDATE_PROPERTIES, G3_COUNT(UPDATE_PROPERTIES));
}

bool index_schema_check_blank(struct exchange *exchange, json_object *body)
{
    return check(exchange, body, BLANK_PROPERTIES, G3_COUNT(BLANK_PROPERTIES));
}

bool index_schema_check_fill(struct exchange *exchange, json_object *body)
{
    return check(exchange, body, FILL_PROPERTIES, G3_COUNT(FILL_PROPERTIES));
}
