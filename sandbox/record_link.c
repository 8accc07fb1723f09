/* Links of submitted records to their parents. */
#include "record_link.h"
#include "dictionary.h"
#include "record_check.h"

static g3_view text_of(json_object *target, const char *name)
{
    json_object *member = NULL;
    json_object_object_get_ex(target, name, &member);
    if (!json_object_is_type(member, json_type_string))
        return (g3_view){0};
    return (g3_view){json_object_get_string(member), (size_t)json_object_get_string_len(member)};
}

/* The project of that code in the program of the record's project: its id begins with that of the
 * program. */
static bool find_project(const struct link_context *context, g3_view code, struct node *found)
{
    g3_view own = context->project->project_id;
    size_t program = own.length - context->project->name.length; /* with the dash */
    g3_buffer project_id = {0};
    g3_buffer_append(&project_id, (g3_view){own.data, program});
    g3_buffer_append(&project_id, code);
    bool there = nodes_find_name(context->nodes, G3_VIEW("project"), g3_buffer_view(&project_id),
                                 code, context->arena, found);
    g3_buffer_free(&project_id);
    return there;
}

/* @return false if no node is all that the target says */
static bool find_target(const struct link_context *context, const struct dictionary_node *type,
                        json_object *target, struct node *found)
{
    g3_view id = text_of(target, "id"), name = text_of(target, type->key);
    *found = (struct node){0};
    if (id.length) {
        return nodes_find_id(context->nodes, id, context->arena, found) &&
               g3_view_equal(found->type, g3_view_of(type->name)) &&
               (name.length == 0 || g3_view_equal(name, found->name));
    }
    if (name.length == 0)
        return false;
    if (!dictionary_is_record(type))
        return find_project(context, name, found);
    return nodes_find_name(context->nodes, g3_view_of(type->name), context->project->project_id,
                           name, context->arena, found);
}

/* Follows one target. @return false, with the fault noted, if it leads nowhere */
static bool follow(const struct link_context *context, struct entity *entity,
                   const struct dictionary_link *link, json_object *target, struct node *found)
{
    const struct dictionary_node *type = dictionary_find(g3_view_of(link->target));
    if (!json_object_is_type(target, json_type_object)) {
        entity_add_fault(entity, link->name, REASON_INVALID_LINK,
                         "A link to %s was expected: {\"%s\": ...}", link->target, type->key);
        return false;
    }
    if (find_target(context, type, target, found))
        return true;
    g3_view name = text_of(target, type->key);
    if (name.length == 0)
        name = text_of(target, "id");
    entity_add_fault(entity, link->name, REASON_INVALID_LINK, "Link to %s '%s' not found",
                     link->target, name.length ? name.data : "");
    return false;
}

/* Follows the links that a record names. @return their count */
static size_t link_all(const struct link_context *context, struct entity *entity,
                       const struct dictionary_link *link, int64_t number, json_object *targets)
{
    bool list = json_object_is_type(targets, json_type_array);
    size_t count = list ? json_object_array_length(targets) : targets != NULL, linked = 0;
    struct node found;
    nodes_unlink(context->nodes, number, link->name);
    for (size_t i = 0; i < count; i++) {
        json_object *target = list ? json_object_array_get_idx(targets, i) : targets;
        if (!target)
            continue;
        linked++;
        if (follow(context, entity, link, target, &found))
            nodes_link(context->nodes, number, link->name, found.number);
    }
    if (linked > 1)
        entity_add_fault(entity, link->name, REASON_INVALID_LINK,
                         "'%s' leads to one %s only (many_to_one), and %zu are given", link->name,
                         link->target, linked);
    return linked;
}

void record_link(const struct link_context *context, struct entity *entity, int64_t number,
                 json_object *record)
{
    const struct dictionary_link *link = dictionary_find(entity->type)->link;
    json_object *targets;
    struct node parent;
    size_t count;
    if (json_object_object_get_ex(record, link->name, &targets))
        count = link_all(context, entity, link, number, targets);
    else
        count = nodes_find_target(context->nodes, number, link->name, context->arena, &parent);
    if (count == 0 && link->required)
        entity_add_fault(entity, link->name, REASON_MISSING_PROPERTY, "'%s' is a required property",
                         link->name);
}
