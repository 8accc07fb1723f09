/* Reading the fields of a query. Called by graph_service.c. */
#include "graph_parse.h"
#include "graph_token.h"

static bool read_selection(struct graph_reader *reader, struct graph_field **first);

static bool read_arguments(struct graph_reader *reader, struct graph_field *field)
{
    json_object *value;
    if (!graph_is(reader, '('))
        return true;
    graph_next(reader);
    field->arguments = json_object_new_object();
    do {
        g3_view name = graph_take_name(reader);
        if (!name.length || !graph_expect(reader, ':') || !graph_read_value(reader, &value))
            return false;
        json_object_object_add(field->arguments, g3_arena_copy(reader->arena, name).data, value);
    } while (!graph_is(reader, ')'));
    graph_next(reader);
    return true;
}

/* Reads [alias:] name [(arguments)] [{selection}]. */
static bool read_field(struct graph_reader *reader, struct graph_field *field)
{
    if (graph_is(reader, '.'))
        return graph_refuse(reader, "The sandbox has no fragments: write their fields in place");
    field->label = field->name = graph_take_name(reader);
    if (!field->name.length)
        return false;
    if (graph_is(reader, ':')) {
        graph_next(reader);
        field->name = graph_take_name(reader);
        if (!field->name.length)
            return false;
    }
    if (!read_arguments(reader, field))
        return false;
    if (graph_is(reader, '@'))
        return graph_refuse(reader, "The sandbox has no directives");
    return !graph_is(reader, '{') || read_selection(reader, &field->first);
}

static bool read_selection(struct graph_reader *reader, struct graph_field **first)
{
    struct graph_field **end = first;
    bool good = graph_enter(reader);
    graph_next(reader);
    do {
        *end = g3_arena_take(reader->arena, sizeof **end);
        **end = (struct graph_field){0};
        good = good && read_field(reader, *end);
        end = &(*end)->next;
    } while (good && !graph_is(reader, '}'));
    reader->depth--;
    graph_next(reader);
    return good;
}

static bool read_operation(struct graph_reader *reader, struct graph_field **first)
{
    if (graph_is_word(reader, "fragment"))
        return graph_refuse(reader, "The sandbox has no fragments: write their fields in place");
    if (graph_is_word(reader, "mutation") || graph_is_word(reader, "subscription"))
        return graph_refuse(reader, "The sandbox answers queries only");
    if (graph_is_word(reader, "query")) {
        graph_next(reader);
        if (reader->now.kind == TOKEN_NAME)
            graph_next(reader);
        if (!graph_read_variables(reader))
            return false;
        if (graph_is(reader, '@'))
            return graph_refuse(reader, "The sandbox has no directives");
    }
    if (!graph_is(reader, '{'))
        return graph_fail_expected(reader, "{");
    return read_selection(reader, first);
}

struct graph_field *graph_parse(g3_view text, json_object *variables, g3_arena *arena,
                                g3_buffer *fault)
{
    struct graph_field *first = NULL;
    struct graph_reader reader = {.text = text.data ? text : G3_VIEW(""),
                                  .arena = arena,
                                  .fault = fault,
                                  .variables = variables,
                                  .known = json_object_new_object()};
    reader.at = reader.text.data;
    graph_next(&reader);
    bool good = read_operation(&reader, &first);
    if (good && graph_is_word(&reader, "fragment"))
        good = graph_refuse(&reader, "The sandbox has no fragments: write their fields in place");
    else if (good && reader.now.kind != TOKEN_END)
        good = graph_refuse(&reader, "The sandbox answers one operation a request");
    good = good && !fault->length;
    json_object_put(reader.known);
    if (good)
        return first;
    graph_free(first);
    return NULL;
}

void graph_free(struct graph_field *fields)
{
    for (struct graph_field *field = fields; field; field = field->next) {
        json_object_put(field->arguments);
        graph_free(field->first);
    }
}
