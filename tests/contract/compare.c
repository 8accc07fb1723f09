/* Comparing an answer with the recorded one. */
#include "compare.h"
#include "g3/base/options.h"
#include <stdlib.h>

/* Where the comparison stands: the path is written into the difference when there is one. */
struct place {
    const struct place *outer;
    const char *key; /* or NULL for an item of a list */
    size_t index;
};

static void append_place(g3_buffer *text, const struct place *place)
{
    if (!place)
        return;
    append_place(text, place->outer);
    if (place->key)
        g3_buffer_append_format(text, ".%s", place->key);
    else
        g3_buffer_append_format(text, "[%zu]", place->index);
}

static bool differ(g3_buffer *difference, const struct place *place, json_object *recorded,
                   json_object *actual)
{
    append_place(difference, place);
    g3_buffer_append_format(difference, ": recorded %s",
                            json_object_to_json_string_ext(recorded, JSON_C_TO_STRING_PLAIN));
    g3_buffer_append_format(difference, ", got %s",
                            json_object_to_json_string_ext(actual, JSON_C_TO_STRING_PLAIN));
    return false;
}

/* Lists that stand for sets. */
static bool is_set(const struct place *place)
{
    static const char *const SETS[] = {"urls",           "acl",     "authz",
                                       "access_methods", "aliases", "checksums"};
    for (size_t i = 0; place && place->key && i < G3_COUNT(SETS); i++)
        if (strcmp(place->key, SETS[i]) == 0)
            return true;
    return false;
}

/* What an item of a set is sorted by. */
static const char *sort_key(json_object *item)
{
    static const char *const KEYS[] = {"did", "access_id", "url", "type", "value"};
    json_object *value;
    for (size_t i = 0; i < G3_COUNT(KEYS); i++)
        if (json_object_object_get_ex(item, KEYS[i], &value))
            return json_object_get_string(value);
    return json_object_get_string(item);
}

static int compare_items(const void *left, const void *right)
{
    return strcmp(sort_key(*(json_object *const *)left), sort_key(*(json_object *const *)right));
}

static bool compare_value(struct values *values, json_object *recorded, json_object *actual,
                          const struct place *place, g3_buffer *difference);

static bool compare_lists(struct values *values, json_object *recorded, json_object *actual,
                          const struct place *place, bool any_order, g3_buffer *difference)
{
    if (json_object_array_length(recorded) != json_object_array_length(actual))
        return differ(difference, place, recorded, actual);
    if (any_order) {
        json_object_array_sort(recorded, compare_items);
        json_object_array_sort(actual, compare_items);
    }
    for (size_t i = 0; i < json_object_array_length(recorded); i++) {
        struct place inner = {place, NULL, i};
        if (!compare_value(values, json_object_array_get_idx(recorded, i),
                           json_object_array_get_idx(actual, i), &inner, difference))
            return false;
    }
    return true;
}

static bool compare_objects(struct values *values, json_object *recorded, json_object *actual,
                            const struct place *place, g3_buffer *difference)
{
    json_object_object_foreach(recorded, key, value)
    {
        struct place inner = {place, key, 0};
        g3_buffer translated = {0};
        json_object *other;
        values_translate(values, key, &translated);
        bool there = json_object_object_get_ex(actual, g3_buffer_text(&translated), &other);
        g3_buffer_free(&translated);
        if (!there) {
            append_place(difference, &inner);
            g3_buffer_append_text(difference, ": is missing");
            return false;
        }
        if (!compare_value(values, value, other, &inner, difference))
            return false;
    }
    if (json_object_object_length(recorded) != json_object_object_length(actual)) {
        append_place(difference, place);
        g3_buffer_append_text(difference, ": has more members than recorded");
        return false;
    }
    return true;
}

static bool compare_texts(struct values *values, json_object *recorded, json_object *actual,
                          const struct place *place, g3_buffer *difference)
{
    const char *left = json_object_get_string(recorded), *right = json_object_get_string(actual);
    g3_buffer translated = {0};
    values_translate(values, left, &translated);
    bool same = strcmp(g3_buffer_text(&translated), right) == 0;
    if (!same && place && place->key && strcmp(place->key, "error") == 0) {
        size_t first_line = strcspn(translated.data, "\n");
        same =
            strcspn(right, "\n") == first_line && strncmp(translated.data, right, first_line) == 0;
    }
    g3_buffer_free(&translated);
    return same || values_learn(values, left, right) || differ(difference, place, recorded, actual);
}

static bool compare_value(struct values *values, json_object *recorded, json_object *actual,
                          const struct place *place, g3_buffer *difference)
{
    if (json_object_get_type(recorded) != json_object_get_type(actual))
        return differ(difference, place, recorded, actual);
    switch (json_object_get_type(recorded)) {
    case json_type_array:
        return compare_lists(values, recorded, actual, place, is_set(place), difference);
    case json_type_object:
        return compare_objects(values, recorded, actual, place, difference);
    case json_type_string:
        return compare_texts(values, recorded, actual, place, difference);
    default:
        return json_object_equal(recorded, actual) || differ(difference, place, recorded, actual);
    }
}

bool compare_json(struct values *values, json_object *recorded, json_object *actual, bool any_order,
                  g3_buffer *difference)
{
    g3_buffer_append_text(difference, "answer");
    if (any_order && json_object_is_type(recorded, json_type_array) &&
        json_object_is_type(actual, json_type_array))
        return compare_lists(values, recorded, actual, NULL, true, difference);
    return compare_value(values, recorded, actual, NULL, difference);
}
