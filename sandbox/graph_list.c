/* Lists of a graph query in the database. Called by graph_query.c. */
#include "graph_list.h"

static struct graph_list *make(g3_arena *arena, graph_way way, const struct dictionary_node *type,
                               const char *link)
{
    struct graph_list *list = g3_arena_take(arena, sizeof *list);
    *list = (struct graph_list){
        .way = way, .type = type, .link = link, .first = GRAPH_FIRST_DEFAULT, .order = ""};
    return list;
}

/* The name in "_NAME_count". @return false if it is another name */
static bool cut_count(g3_view *name)
{
    static const g3_view END = {"_count", 6};
    if (name->length <= END.length + 1 || name->data[0] != '_' || !g3_view_ends_with(*name, END))
        return false;
    *name = (g3_view){name->data + 1, name->length - 1 - END.length};
    return true;
}

struct graph_list *graph_list_make(const struct dictionary_node *owner, g3_view name,
                                   g3_arena *arena)
{
    struct graph_list *list = NULL;
    bool counts = cut_count(&name);
    const struct dictionary_node *type = owner ? NULL : dictionary_find(name);
    const struct dictionary_node *child = owner ? dictionary_find_child(owner, name) : NULL;
    if (type || (!owner && g3_view_equal(name, G3_VIEW("node"))))
        list = make(arena, GRAPH_ALL, type, NULL);
    else if (child)
        list = make(arena, GRAPH_CHILDREN, child, child->link->name);
    else if (owner && owner->link && g3_view_equal(name, g3_view_of(owner->link->name)))
        list = make(arena, GRAPH_PARENTS, dictionary_find(g3_view_of(owner->link->target)),
                    owner->link->name);
    if (list)
        list->counts = counts;
    return list;
}

static void append_source(g3_buffer *sql, const struct graph_list *list)
{
    switch (list->way) {
    case GRAPH_ALL:
        g3_buffer_append_text(sql, " FROM node WHERE 1");
        break;
    case GRAPH_PARENTS:
        g3_buffer_append_format(sql,
                                " FROM link CROSS JOIN node ON node.number = link.target"
                                " WHERE link.source = ?1 AND link.name = '%s'",
                                list->link);
        break;
    case GRAPH_CHILDREN:
        g3_buffer_append_format(sql,
                                " FROM link CROSS JOIN node ON node.number = link.source"
                                " WHERE link.target = ?1 AND link.name = '%s'",
                                list->link);
        break;
    }
    if (list->type)
        g3_buffer_append_format(sql, " AND node.type = '%s'", list->type->name);
    g3_buffer_append_text(sql, list->condition);
}

static void bind_values(const struct graph_list *list, sqlite3_stmt *rows)
{
    for (int i = 0; i < list->value_count; i++) {
        json_object *value = list->values[i];
        int at = i + 2; /* the first parameter is the node */
        if (json_object_is_type(value, json_type_int))
            sqlite3_bind_int64(rows, at, json_object_get_int64(value));
        else if (json_object_is_type(value, json_type_double))
            sqlite3_bind_double(rows, at, json_object_get_double(value));
        else if (json_object_is_type(value, json_type_boolean))
            sqlite3_bind_int(rows, at, json_object_get_boolean(value));
        else
            store_bind_text(rows, at,
                            (g3_view){json_object_get_string(value),
                                      (size_t)json_object_get_string_len(value)});
    }
}

static sqlite3_stmt *prepare(const struct graph_list *list, store_connection *reader, bool counts)
{
    g3_buffer sql = {0};
    g3_buffer_append_text(&sql, counts ? "SELECT count(*)" : "SELECT " NODE_COLUMNS);
    append_source(&sql, list);
    if (!counts) {
        g3_buffer_append_format(
            &sql, " ORDER BY %s LIMIT %lld OFFSET %lld", *list->order ? list->order : "node.number",
            list->first ? (long long)list->first : -1LL, (long long)list->offset);
    }
    sqlite3_stmt *rows = store_prepare(reader, g3_buffer_text(&sql));
    g3_buffer_free(&sql);
    if (rows)
        bind_values(list, rows);
    return rows;
}

sqlite3_stmt *graph_list_open(struct graph_list *list, store_connection *reader, int64_t number)
{
    if (!list->rows)
        list->rows = prepare(list, reader, list->counts);
    if (list->rows)
        sqlite3_bind_int64(list->rows, 1, number);
    return list->rows;
}

int64_t graph_list_count(struct graph_list *list, store_connection *reader, int64_t number)
{
    sqlite3_stmt *rows = prepare(list, reader, true);
    int64_t count = 0;
    if (rows)
        sqlite3_bind_int64(rows, 1, number);
    if (sqlite3_step(rows) == SQLITE_ROW)
        count = sqlite3_column_int64(rows, 0);
    sqlite3_finalize(rows);
    return count;
}

void graph_list_close_all(struct graph_field *fields)
{
    for (struct graph_field *field = fields; field; field = field->next) {
        if (field->list)
            sqlite3_finalize(field->list->rows);
        graph_list_close_all(field->first);
    }
}
