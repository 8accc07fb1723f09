/* The arguments of lists: how many, in which order, and which. Called by graph_query.c. */
#include "g3/base/options.h"
#include "graph_list.h"

/* What is read of one list. */
struct arguments {
    const struct graph_field *field;
    struct graph_list *list;
    g3_buffer condition, order;
    json_object **values; /* room for all that the arguments hold */
    g3_buffer *fault;
};

/* Tells a fault, unless one was told before. @return false */
static bool refuse(struct arguments *arguments, const char *name, const char *words)
{
    if (!arguments->fault->length)
        g3_buffer_append_format(arguments->fault, "Argument \"%s\" of field \"%.*s\" %s", name,
                                (int)arguments->field->name.length, arguments->field->name.data,
                                words);
    return false;
}

/* The SQL of a property; NULL if the list's items don't have it. Lives in `space`. */
static const char *find_column(const struct graph_list *list, const char *name, g3_buffer *space)
{
    static const struct {
        const char *name, *sql;
    } COMMON[] = {{"id", "node.id"}, {"type", "node.type"}, {"project_id", "node.project_id"}};
    static const char *const DATES[] = {"state", "created_datetime", "updated_datetime"};
    const struct dictionary_node *type = list->type;
    bool known = type && dictionary_find_property(type, g3_view_of(name));
    for (size_t i = 0; i < G3_COUNT(COMMON); i++)
        if (strcmp(name, COMMON[i].name) == 0)
            return COMMON[i].sql;
    if (strcmp(name, type ? type->key : "submitter_id") == 0)
        return "node.name";
    for (size_t i = 0; !type && i < G3_COUNT(DATES); i++)
        known |= strcmp(name, DATES[i]) == 0;
    if (!known)
        return NULL;
    g3_buffer_clear(space);
    g3_buffer_append_format(space, "json_extract(document, '$.%s')", name);
    return g3_buffer_text(space);
}

static bool is_scalar(json_object *value)
{
    return !json_object_is_type(value, json_type_object) &&
           !json_object_is_type(value, json_type_array);
}

/* Adds the value, or all values of a list, as parameters parted by commas. */
static bool add_values(struct arguments *arguments, const char *name, json_object *value)
{
    struct graph_list *list = arguments->list;
    bool several = json_object_is_type(value, json_type_array);
    size_t count = several ? json_object_array_length(value) : 1;
    for (size_t i = 0; i < count; i++) {
        json_object *one = several ? json_object_array_get_idx(value, i) : value;
        if (!is_scalar(one))
            return refuse(arguments, name, "must be a value or a list of values");
        list->values[list->value_count++] = one;
        g3_buffer_append_format(&arguments->condition, "%s?%d", i ? ", " : "",
                                list->value_count + 1);
    }
    return true;
}

/* One of the values must be what the property has, or has in it. */
static bool add_condition(struct arguments *arguments, const char *name, const char *column,
                          json_object *value)
{
    const struct dictionary_node *type = arguments->list->type;
    const struct dictionary_property *property =
        type ? dictionary_find_property(type, g3_view_of(name)) : NULL;
    bool list = property && property->kind == PROPERTY_LIST;
    if (list)
        g3_buffer_append_format(&arguments->condition,
                                " AND EXISTS (SELECT 1 FROM json_each(document, '$.%s')"
                                " WHERE value IN (",
                                name);
    else
        g3_buffer_append_format(&arguments->condition, " AND %s IN (", column);
    if (!add_values(arguments, name, value))
        return false;
    g3_buffer_append_text(&arguments->condition, list ? "))" : ")");
    return true;
}

static bool read_count(struct arguments *arguments, const char *name, json_object *value,
                       int64_t *count)
{
    if (!json_object_is_type(value, json_type_int) || json_object_get_int64(value) < 0)
        return refuse(arguments, name, "must be an Int that is not negative");
    *count = json_object_get_int64(value);
    return true;
}

static bool read_order(struct arguments *arguments, const char *name, json_object *value,
                       bool ascending)
{
    g3_buffer space = {0};
    const char *column = json_object_is_type(value, json_type_string)
                             ? find_column(arguments->list, json_object_get_string(value), &space)
                             : NULL;
    if (column) { /* ends that have no value as PostgreSQL has them; the rest by age */
        g3_buffer_append_text(&arguments->order, arguments->order.length ? ", " : "");
        g3_buffer_append_format(&arguments->order, "%s %s", column,
                                strcmp(column, "node.id") == 0 ? ascending ? "ASC" : "DESC"
                                : ascending                    ? "ASC NULLS LAST"
                                                               : "DESC NULLS FIRST");
    }
    g3_buffer_free(&space);
    return column || refuse(arguments, name, "must be a property");
}

static bool read_search(struct arguments *arguments, const char *name, json_object *value)
{
    struct graph_list *list = arguments->list;
    if (!json_object_is_type(value, json_type_string))
        return refuse(arguments, name, "must be a String");
    list->values[list->value_count++] = value;
    g3_buffer_append_format(&arguments->condition,
                            " AND (instr(node.id, ?%d) OR instr(node.name, ?%d))",
                            list->value_count + 1, list->value_count + 1);
    return true;
}

static bool read_argument(struct arguments *arguments, const char *name, json_object *value)
{
    struct graph_list *list = arguments->list;
    g3_buffer space = {0};
    bool good;
    if (strcmp(name, "first") == 0)
        return read_count(arguments, name, value, &list->first);
    if (strcmp(name, "offset") == 0)
        return read_count(arguments, name, value, &list->offset);
    if (strcmp(name, "order_by_asc") == 0 || strcmp(name, "order_by_desc") == 0)
        return read_order(arguments, name, value, strcmp(name, "order_by_asc") == 0);
    if (strcmp(name, "quick_search") == 0)
        return read_search(arguments, name, value);
    if (strcmp(name, "ids") == 0)
        return add_condition(arguments, name, "node.id", value);
    if (strcmp(name, "of_type") == 0 && !list->type)
        return add_condition(arguments, name, "node.type", value);
    const char *column = find_column(list, name, &space);
    good = column ? add_condition(arguments, name, column, value)
                  : refuse(arguments, name, "is unknown");
    g3_buffer_free(&space);
    return good;
}

/* The most values that the arguments hold. */
static size_t count_values(json_object *values)
{
    size_t count = 0;
    json_object_object_foreach(values, name, value)
    {
        (void)name;
        count += json_object_is_type(value, json_type_array) ? json_object_array_length(value) : 1;
    }
    return count;
}

bool graph_list_read_arguments(const struct graph_field *field, g3_arena *arena, g3_buffer *fault)
{
    struct arguments arguments = {.field = field, .list = field->list, .fault = fault};
    struct graph_list *list = field->list;
    bool good = true;
    list->condition = "";
    if (!field->arguments)
        return true;
    list->values =
        g3_arena_take(arena, (count_values(field->arguments) + 1) * sizeof(json_object *));
    json_object_object_foreach(field->arguments, name, value)
    {
        if (value && good) /* null is as good as nothing */
            good = read_argument(&arguments, name, value);
    }
    list->condition = g3_arena_copy(arena, g3_buffer_view(&arguments.condition)).data;
    list->order = g3_arena_copy(arena, g3_buffer_view(&arguments.order)).data;
    g3_buffer_free(&arguments.condition);
    g3_buffer_free(&arguments.order);
    return good;
}
