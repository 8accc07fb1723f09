/* Values and variables of GraphQL. Called by graph_parse.c. */
#include "graph_token.h"
#include <errno.h>
#include <stdlib.h>

static bool read_list(struct graph_reader *reader, json_object **value)
{
    json_object *list = json_object_new_array(), *item = NULL;
    bool good = graph_enter(reader);
    graph_next(reader);
    while (good && !graph_is(reader, ']')) {
        good = graph_read_value(reader, &item);
        if (good)
            json_object_array_add(list, item);
    }
    reader->depth--;
    *value = list;
    return good && graph_expect(reader, ']');
}

static bool read_object(struct graph_reader *reader, json_object **value)
{
    json_object *object = json_object_new_object(), *member = NULL;
    bool good = graph_enter(reader);
    graph_next(reader);
    while (good && !graph_is(reader, '}')) {
        g3_view name = graph_take_name(reader);
        good = name.length && graph_expect(reader, ':') && graph_read_value(reader, &member);
        if (good)
            json_object_object_add(object, g3_arena_copy(reader->arena, name).data, member);
    }
    reader->depth--;
    *value = object;
    return good && graph_expect(reader, '}');
}

static bool read_variable(struct graph_reader *reader, json_object **value)
{
    json_object *found = NULL;
    graph_next(reader);
    g3_view name = graph_take_name(reader);
    if (!name.length)
        return false;
    const char *text = g3_arena_copy(reader->arena, name).data;
    if (!json_object_object_get_ex(reader->known, text, &found))
        return graph_refuse(reader, "Variable \"$%s\" is not defined.", text);
    *value = json_object_get(found);
    return true;
}

static bool read_scalar(struct graph_reader *reader, json_object **value)
{
    g3_view text = reader->now.text;
    const char *copy = g3_arena_copy(reader->arena, text).data;
    errno = 0;
    switch (reader->now.kind) {
    case TOKEN_INTEGER:
        *value = json_object_new_int64(strtoll(copy, NULL, 10));
        if (errno)
            return graph_fail(reader, "The number %s is too large", copy);
        break;
    case TOKEN_NUMBER:
        *value = json_object_new_double(strtod(copy, NULL));
        break;
    case TOKEN_TEXT:
        *value = json_object_new_string_len(copy, (int)text.length);
        break;
    case TOKEN_NAME:
        if (graph_is_word(reader, "true") || graph_is_word(reader, "false"))
            *value = json_object_new_boolean(copy[0] == 't');
        else if (!graph_is_word(reader, "null"))
            *value = json_object_new_string(copy);
        break;
    default:
        return graph_fail_expected(reader, "a value");
    }
    graph_next(reader);
    return true;
}

bool graph_read_value(struct graph_reader *reader, json_object **value)
{
    bool good;
    *value = NULL;
    if (graph_is(reader, '['))
        good = read_list(reader, value);
    else if (graph_is(reader, '{'))
        good = read_object(reader, value);
    else if (graph_is(reader, '$'))
        good = read_variable(reader, value);
    else
        good = read_scalar(reader, value);
    if (!good) {
        json_object_put(*value);
        *value = NULL;
    }
    return good;
}

/* Passes over a type: a name or a list of a type, with "!" where a value is required. */
static bool read_type(struct graph_reader *reader, bool *required)
{
    bool inside, good;
    if (graph_is(reader, '[')) {
        good = graph_enter(reader);
        graph_next(reader);
        good = good && read_type(reader, &inside) && graph_expect(reader, ']');
        reader->depth--;
    } else {
        good = graph_take_name(reader).length != 0;
    }
    *required = good && graph_is(reader, '!');
    if (*required)
        graph_next(reader);
    return good;
}

/* Reads "$name: Type = default" and finds its value. */
static bool read_declaration(struct graph_reader *reader)
{
    json_object *value = NULL, *sent = NULL;
    bool required = false;
    if (!graph_expect(reader, '$'))
        return false;
    g3_view name = graph_take_name(reader);
    if (!name.length || !graph_expect(reader, ':') || !read_type(reader, &required))
        return false;
    if (graph_is(reader, '=')) {
        graph_next(reader);
        if (!graph_read_value(reader, &value))
            return false;
    }
    const char *text = g3_arena_copy(reader->arena, name).data;
    if (json_object_object_get_ex(reader->variables, text, &sent)) {
        json_object_put(value);
        value = json_object_get(sent);
    }
    if (required && !value)
        return graph_refuse(reader, "Variable \"$%s\" of a required type was not provided.", text);
    json_object_object_add(reader->known, text, value);
    return true;
}

bool graph_read_variables(struct graph_reader *reader)
{
    if (!graph_is(reader, '('))
        return true;
    graph_next(reader);
    while (!graph_is(reader, ')'))
        if (!read_declaration(reader))
            return false;
    graph_next(reader);
    return true;
}
