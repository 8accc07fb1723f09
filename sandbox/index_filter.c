/* The filters of a listing. */
#include "index_filter.h"
#include "document.h"
#include "g3/base/options.h"
#include "index_schema.h"
#include <stdlib.h>

/* Nesting of the JSON in parameters. */
#define PARAMETER_DEPTH 8

/* Values that the first list of conditions has room for. */
#define FIRST_CAPACITY 16

void conditions_add(struct conditions *conditions, const char *condition, const g3_view *values,
                    size_t count)
{
    g3_buffer_append_format(&conditions->sql, " AND %s", condition);
    while (conditions->capacity < conditions->count + count) {
        conditions->capacity = conditions->capacity ? conditions->capacity * 2 : FIRST_CAPACITY;
        conditions->values =
            g3_reallocate(conditions->values, conditions->capacity, sizeof *conditions->values);
    }
    for (size_t i = 0; i < count; i++)
        conditions->values[conditions->count++] = values[i];
}

void conditions_bind(const struct conditions *conditions, sqlite3_stmt *statement)
{
    for (size_t i = 0; i < conditions->count; i++)
        store_bind_text(statement, (int)i + 1, conditions->values[i]);
}

void conditions_free(struct conditions *conditions)
{
    g3_buffer_free(&conditions->sql);
    free(conditions->values);
    *conditions = (struct conditions){0};
}

static void add_one(struct conditions *conditions, const char *condition, g3_view value)
{
    conditions_add(conditions, condition, &value, 1);
}

static void add_two(struct conditions *conditions, const char *condition, g3_view first,
                    g3_view second)
{
    conditions_add(conditions, condition, (g3_view[]){first, second}, 2);
}

static json_object *new_text(g3_view text)
{
    return json_object_new_string_len(text.data ? text.data : "", (int)text.length);
}

/* A text member of JSON that a parameter held, kept until the exchange ends. */
static g3_view keep_text(struct exchange *exchange, json_object *value)
{
    return g3_arena_copy(&exchange->arena, g3_view_of(json_object_get_string(value)));
}

/* acl and authz: all items of "a,b"; "null" means none at all. */
static void read_rights(struct exchange *exchange, const char *name, struct conditions *conditions,
                        json_object *echo)
{
    const g3_view *text = target_get(&exchange->target, name);
    json_object *list = text ? json_object_new_array() : NULL;
    json_object_object_add(echo, name, list);
    if (!text)
        return;
    if (g3_view_equal(*text, G3_VIEW("null"))) {
        add_one(conditions, "search_count(document, ?) = 0", g3_view_of(name));
        return;
    }
    size_t count;
    g3_view *items = target_split(*text, ',', &count, &exchange->arena);
    for (size_t i = 0; i < count; i++) {
        add_two(conditions, "search_has(document, ?, ?)", g3_view_of(name), items[i]);
        json_object_array_add(list, new_text(items[i]));
    }
}

static void read_text(struct exchange *exchange, const char *name, bool echoed,
                      struct conditions *conditions, json_object *echo)
{
    const g3_view *text = target_get(&exchange->target, name);
    if (text)
        add_two(conditions, "search_text(document, ?) = ?", g3_view_of(name), *text);
    if (echoed)
        json_object_object_add(echo, name, text ? new_text(*text) : NULL);
}

/* Parts "name:value". @return false if there is no colon */
static bool cut_pair(g3_view text, g3_view *name, g3_view *value)
{
    const char *colon = text.length ? memchr(text.data, ':', text.length) : NULL;
    if (!colon)
        return false;
    *name = (g3_view){text.data, (size_t)(colon - text.data)};
    *value = (g3_view){colon + 1, text.length - name->length - 1};
    return true;
}

static void add_hash(struct conditions *conditions, g3_view type, g3_view value)
{
    if (g3_view_equal(type, G3_VIEW("md5")))
        add_one(conditions, "md5 = ?", value);
    else
        add_two(conditions, "search_pair(document, 'hashes', ?) = ?", type, value);
}

static bool read_hashes(struct exchange *exchange, struct conditions *conditions, json_object *echo)
{
    json_object *hashes = NULL;
    for (size_t i = 0; i < exchange->target.count; i++) {
        const parameter *given = &exchange->target.parameters[i];
        g3_view type, value;
        if (!g3_view_equal(given->name, G3_VIEW("hash")))
            continue;
        if (!cut_pair(given->value, &type, &value) || !index_schema_is_hash(type, value)) {
            exchange_answer_error(exchange, 400, "invalid hash values specified");
            json_object_put(hashes);
            return false;
        }
        add_hash(conditions, type, value);
        hashes = hashes ? hashes : json_object_new_object();
        json_object_object_add(hashes, g3_arena_copy(&exchange->arena, type).data, new_text(value));
    }
    json_object_object_add(echo, "hashes", hashes);
    return true;
}

static void read_urls(struct exchange *exchange, struct conditions *conditions, json_object *echo)
{
    json_object *urls = json_object_new_array();
    for (size_t i = 0; i < exchange->target.count; i++) {
        const parameter *given = &exchange->target.parameters[i];
        if (!g3_view_equal(given->name, G3_VIEW("url")))
            continue;
        add_one(conditions, "search_has(document, 'urls', ?)", given->value);
        json_object_array_add(urls, new_text(given->value));
    }
    json_object_object_add(echo, "urls", urls);
}

static bool read_metadata(struct exchange *exchange, struct conditions *conditions,
                          json_object *echo)
{
    json_object *metadata = json_object_new_object();
    json_object_object_add(echo, "metadata", metadata);
    for (size_t i = 0; i < exchange->target.count; i++) {
        const parameter *given = &exchange->target.parameters[i];
        g3_view name, value;
        if (!g3_view_equal(given->name, G3_VIEW("metadata")))
            continue;
        if (!cut_pair(given->value, &name, &value)) {
            exchange_answer_error(exchange, 400, "metadata must be given as key:value");
            return false;
        }
        add_two(conditions, "search_pair(document, 'metadata', ?) = ?", name, value);
        json_object_object_add(metadata, g3_arena_copy(&exchange->arena, name).data,
                               new_text(value));
    }
    return true;
}

/* A parameter that holds a JSON object.
 * @param object  NULL where it is not given; owned by the caller
 * @return false, with the answer set, if it holds something else */
static bool read_object(struct exchange *exchange, const char *name, json_object **object)
{
    const g3_view *text = target_get(&exchange->target, name);
    *object = NULL;
    if (!text)
        return true;
    if (document_parse(*text, PARAMETER_DEPTH, object) &&
        json_object_is_type(*object, json_type_object))
        return true;
    json_object_put(*object);
    exchange_answer_error(exchange, 400, "%s must be a valid json string", name);
    return false;
}

/* {"part of a URL": {"key": "value", ...}}, and the same negated. */
static void add_urls_metadata(struct exchange *exchange, json_object *wanted, bool negated,
                              struct conditions *conditions)
{
    const char *condition =
        negated ? "NOT search_url(document, ?, ?, ?)" : "search_url(document, ?, ?, ?)";
    const char *whole =
        negated ? "NOT search_url(document, ?, NULL, NULL)" : "search_url(document, ?, NULL, NULL)";
    json_object_object_foreach(wanted, part, said)
    {
        g3_view url = g3_arena_copy(&exchange->arena, g3_view_of(part));
        if (!json_object_is_type(said, json_type_object) || !json_object_object_length(said)) {
            add_one(conditions, whole, url);
            continue;
        }
        json_object_object_foreach(said, key, value)
        {
            g3_view texts[] = {url, g3_arena_copy(&exchange->arena, g3_view_of(key)),
                               keep_text(exchange, value)};
            conditions_add(conditions, condition, texts, 3);
        }
    }
}

static bool read_urls_metadata(struct exchange *exchange, struct conditions *conditions,
                               json_object *echo)
{
    json_object *wanted;
    if (!read_object(exchange, "urls_metadata", &wanted))
        return false;
    json_object_object_add(echo, "urls_metadata", wanted);
    if (wanted)
        add_urls_metadata(exchange, wanted, false, conditions);
    return true;
}

/* One member of negate_params: records that have such a member, but not this value. */
static void add_negation(struct exchange *exchange, const char *name, json_object *value,
                         struct conditions *conditions)
{
    static const char *const TEXTS[] = {"file_name", "version", "uploader"};
    static const char *const PAIRS[] = {"hashes", "metadata"};
    static const char *const LISTS[] = {"urls", "acl", "authz"};
    g3_view member = g3_arena_copy(&exchange->arena, g3_view_of(name));
    for (size_t i = 0; i < G3_COUNT(TEXTS); i++)
        if (strcmp(name, TEXTS[i]) == 0)
            add_two(conditions, "search_text(document, ?) IS NOT ?", member,
                    keep_text(exchange, value));
    for (size_t i = 0; i < G3_COUNT(PAIRS); i++)
        if (strcmp(name, PAIRS[i]) == 0 && json_object_is_type(value, json_type_object)) {
            json_object_object_foreach(value, key, text)
            {
                g3_view texts[] = {member, g3_arena_copy(&exchange->arena, g3_view_of(key)),
                                   keep_text(exchange, text)};
                conditions_add(conditions, "search_pair(document, ?, ?) IS NOT ?", texts, 3);
            }
        }
    for (size_t i = 0; i < G3_COUNT(LISTS); i++)
        if (strcmp(name, LISTS[i]) == 0 && json_object_is_type(value, json_type_array))
            for (size_t k = 0; k < json_object_array_length(value); k++)
                add_two(conditions, "NOT search_has(document, ?, ?)", member,
                        keep_text(exchange, json_object_array_get_idx(value, k)));
    if (strcmp(name, "urls_metadata") == 0 && json_object_is_type(value, json_type_object))
        add_urls_metadata(exchange, value, true, conditions);
}

static bool read_negations(struct exchange *exchange, struct conditions *conditions)
{
    json_object *negated;
    if (!read_object(exchange, "negate_params", &negated))
        return false;
    if (negated) {
        json_object_object_foreach(negated, name, value)
        {
            add_negation(exchange, name, value, conditions);
        }
    }
    json_object_put(negated);
    return true;
}

static bool read_form(struct exchange *exchange, const char *form, struct conditions *conditions)
{
    const g3_view *given = target_get(&exchange->target, "form");
    g3_view wanted = given ? *given : g3_view_of(form);
    if (g3_view_equal(wanted, G3_VIEW("object")))
        conditions_add(conditions, "form <> 'bundle'", NULL, 0);
    else if (g3_view_equal(wanted, G3_VIEW("bundle")))
        conditions_add(conditions, "form = 'bundle'", NULL, 0);
    else if (!g3_view_equal(wanted, G3_VIEW("all"))) {
        exchange_answer_error(exchange, 400, "form must be object, bundle or all");
        return false;
    }
    return true;
}

static bool read_size(struct exchange *exchange, struct conditions *conditions, json_object *echo)
{
    int64_t size = -1;
    if (!exchange_read_number(exchange, "size", 0, INT64_MAX, &size))
        return false;
    if (size >= 0)
        add_one(conditions, "size = ?", *target_get(&exchange->target, "size"));
    json_object_object_add(echo, "size", size >= 0 ? json_object_new_int64(size) : NULL);
    return true;
}

bool index_filter_read(struct exchange *exchange, const char *form, struct conditions *conditions,
                       json_object *echo)
{
    read_rights(exchange, "acl", conditions, echo);
    read_rights(exchange, "authz", conditions, echo);
    read_text(exchange, "file_name", true, conditions, echo);
    read_text(exchange, "version", true, conditions, echo);
    read_text(exchange, "uploader", false, conditions, echo);
    read_urls(exchange, conditions, echo);
    return read_hashes(exchange, conditions, echo) && read_metadata(exchange, conditions, echo) &&
           read_urls_metadata(exchange, conditions, echo) && read_negations(exchange, conditions) &&
           read_form(exchange, form, conditions) && read_size(exchange, conditions, echo);
}
