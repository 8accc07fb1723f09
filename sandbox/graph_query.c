/* Answering graph queries. Called by graph_service.c. */
#include "graph_query.h"
#include "document.h"
#include "graph_list.h"

static const g3_view TYPE_NAME = {"__typename", 10};

static bool fail(g3_buffer *fault, const char *format, g3_view name, const char *type)
{
    if (!fault->length)
        g3_buffer_append_format(fault, format, (int)name.length, name.data, type);
    return false;
}

/* The properties that a node of any type has, or null. */
static bool is_common(g3_view name)
{
    static const g3_view NAMES[] = {{"id", 2},
                                    {"type", 4},
                                    {"project_id", 10},
                                    {"submitter_id", 12},
                                    {"state", 5},
                                    {"created_datetime", 16},
                                    {"updated_datetime", 16}};
    for (size_t i = 0; i < G3_COUNT(NAMES); i++)
        if (g3_view_equal(name, NAMES[i]))
            return true;
    return false;
}

/* Drops a field that says again what one before it says.
 * @return false, with the fault told, if both can't be answered */
static bool check_label(struct graph_field *first, struct graph_field **at, g3_buffer *fault)
{
    struct graph_field *field = *at;
    for (struct graph_field *other = first; other != field; other = other->next) {
        if (!g3_view_equal(other->label, field->label))
            continue;
        if (other->first || field->first || other->arguments || field->arguments ||
            !g3_view_equal(other->name, field->name))
            return fail(fault, "The sandbox doesn't merge fields: \"%.*s\" is there twice%s",
                        field->label, "");
        *at = field->next;
        return true;
    }
    return true;
}

static bool check_fields(struct graph_query *query, struct graph_field **first,
                         const struct dictionary_node *owner, bool root, g3_buffer *fault);

static bool check_field(struct graph_query *query, struct graph_field *field,
                        const struct dictionary_node *owner, bool root, g3_buffer *fault)
{
    const char *type = root ? "Root" : owner ? owner->name : "node";
    bool property = g3_view_equal(field->name, TYPE_NAME) ||
                    (owner  ? dictionary_find_property(owner, field->name) != NULL
                     : root ? false
                            : is_common(field->name));
    field->list =
        property || (!root && !owner) ? NULL : graph_list_make(owner, field->name, query->arena);
    if (!property && !field->list)
        return fail(fault, "Cannot query field \"%.*s\" on type \"%s\".", field->name, type);
    if (property && field->arguments)
        return fail(fault, "Unknown argument on field \"%.*s\" of type \"%s\".", field->name, type);
    if (property || field->list->counts) {
        if (field->first)
            return fail(fault, "Field \"%.*s\" of type \"%s\" must not have a sub selection.",
                        field->name, property ? "String" : "Int");
        return property || graph_list_read_arguments(field, query->arena, fault);
    }
    if (!field->first)
        return fail(fault, "Field \"%.*s\" of type \"[%s]\" must have a sub selection.",
                    field->name, field->list->type ? field->list->type->name : "node");
    return graph_list_read_arguments(field, query->arena, fault) &&
           check_fields(query, &field->first, field->list->type, false, fault);
}

static bool check_fields(struct graph_query *query, struct graph_field **first,
                         const struct dictionary_node *owner, bool root, g3_buffer *fault)
{
    for (struct graph_field **at = first; *at;) {
        struct graph_field *field = *at;
        if (!check_field(query, field, owner, root, fault) || !check_label(*first, at, fault))
            return false;
        if (*at == field)
            at = &field->next;
    }
    return true;
}

bool graph_query_check(struct graph_query *query, g3_buffer *fault)
{
    return check_fields(query, &query->fields, NULL, true, fault);
}

bool graph_query_asks_for_more(const struct graph_query *query, int64_t limit)
{
    for (const struct graph_field *field = query->fields; field; field = field->next) {
        struct graph_list *list = field->list;
        if (!list || list->counts)
            continue;
        if (list->first > limit ||
            (list->first == 0 && graph_list_count(list, query->reader, 0) - list->offset > limit))
            return true;
    }
    return false;
}

/* A row at hand: valid until the next step. */
struct row {
    sqlite3_stmt *columns;
    const struct dictionary_node *type;
    json_object *document; /* once it was needed */
};

static void append_text(g3_buffer *answer, g3_view text)
{
    if (text.length)
        document_append_string(answer, text);
    else
        g3_buffer_append_text(answer, "null");
}

/* Appends a property; null where the row's type has none of that name. */
static void append_property(struct row *row, g3_view name, g3_arena *arena, g3_buffer *answer)
{
    json_object *value = NULL;
    if (g3_view_equal(name, TYPE_NAME) || g3_view_equal(name, G3_VIEW("type"))) {
        append_text(answer, store_column(row->columns, 2));
    } else if (g3_view_equal(name, G3_VIEW("id"))) {
        append_text(answer, store_column(row->columns, 1));
    } else if (g3_view_equal(name, G3_VIEW("project_id"))) {
        append_text(answer, store_column(row->columns, 3));
    } else if (g3_view_equal(name, g3_view_of(row->type->key))) {
        append_text(answer, store_column(row->columns, 4));
    } else {
        if (!row->document)
            document_parse(store_column(row->columns, 5), DOCUMENT_DEPTH, &row->document);
        json_object_object_get_ex(row->document, g3_arena_copy(arena, name).data, &value);
        document_append_json(answer, value);
    }
}

static void append_list(struct graph_query *query, const struct graph_field *field, int64_t number,
                        g3_buffer *answer);

static void append_label(g3_buffer *answer, const struct graph_field *field, bool first)
{
    if (!first)
        g3_buffer_append_char(answer, ',');
    document_append_string(answer, field->label);
    g3_buffer_append_char(answer, ':');
}

/* Appends the record of the row at hand. */
static void append_record(struct graph_query *query, const struct graph_field *fields,
                          sqlite3_stmt *columns, g3_buffer *answer)
{
    struct row row = {.columns = columns, .type = dictionary_find(store_column(columns, 2))};
    int64_t number = sqlite3_column_int64(columns, 0);
    g3_buffer_append_char(answer, '{');
    for (const struct graph_field *field = fields; field; field = field->next) {
        append_label(answer, field, field == fields);
        if (field->list)
            append_list(query, field, number, answer);
        else
            append_property(&row, field->name, query->arena, answer);
    }
    g3_buffer_append_char(answer, '}');
    json_object_put(row.document);
}

/* Appends a list, or the count of one. */
static void append_list(struct graph_query *query, const struct graph_field *field, int64_t number,
                        g3_buffer *answer)
{
    sqlite3_stmt *rows = graph_list_open(field->list, query->reader, number);
    int step = SQLITE_DONE;
    bool first = true;
    if (field->list->counts) {
        step = sqlite3_step(rows);
        g3_buffer_append_integer(answer, step == SQLITE_ROW ? sqlite3_column_int64(rows, 0) : 0);
    } else {
        g3_buffer_append_char(answer, '[');
        for (; (step = sqlite3_step(rows)) == SQLITE_ROW; first = false) {
            if (!first)
                g3_buffer_append_char(answer, ',');
            append_record(query, field->first, rows, answer);
        }
        g3_buffer_append_char(answer, ']');
    }
    query->broken |= step != SQLITE_DONE && step != SQLITE_ROW;
    sqlite3_reset(rows); /* the values stay bound */
}

/* The words that a root field fails with; NULL: it doesn't. */
static const char *find_failure(const struct graph_query *query, g3_view name)
{
    for (size_t i = 0; i < query->failures->count; i++) {
        const char *failure = query->failures->items[i];
        if (g3_view_starts_with(g3_view_of(failure), name) && failure[name.length] == ':')
            return failure + name.length + 1;
    }
    return NULL;
}

void graph_query_append(struct graph_query *query, g3_buffer *answer)
{
    g3_buffer_append_char(answer, '{');
    for (const struct graph_field *field = query->fields; field; field = field->next) {
        const char *failure = find_failure(query, field->name);
        append_label(answer, field, field == query->fields);
        if (failure) {
            json_object_array_add(query->errors, json_object_new_string(failure));
            g3_buffer_append_text(answer, "null");
        } else if (field->list) {
            append_list(query, field, 0, answer);
        } else {
            document_append_string(answer, G3_VIEW("Root")); /* __typename */
        }
    }
    g3_buffer_append_char(answer, '}');
}
