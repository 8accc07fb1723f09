/* The document that answers a change of nodes. */
#include "transaction.h"
#include "commons.h"
#include "document.h"
#include <stdarg.h>
#include <stdlib.h>

/* Entities that the first list has room for. */
#define FIRST_CAPACITY 16

struct entity *transaction_add(struct transaction *transaction)
{
    if (transaction->count == transaction->capacity) {
        transaction->capacity = transaction->capacity ? 2 * transaction->capacity : FIRST_CAPACITY;
        transaction->entities = g3_reallocate(transaction->entities, transaction->capacity,
                                              sizeof *transaction->entities);
    }
    struct entity *entity = &transaction->entities[transaction->count++];
    *entity = (struct entity){0};
    return entity;
}

static json_object *make_text(g3_view text)
{
    return text.length ? json_object_new_string_len(text.data, (int)text.length) : NULL;
}

static void put(json_object *object, const char *name, const char *text)
{
    json_object_object_add(object, name, json_object_new_string(text));
}

static void put_number(json_object *object, const char *name, size_t number)
{
    json_object_object_add(object, name, json_object_new_int64((int64_t)number));
}

/* {"message", "type"} in words as vprintf. */
static json_object *make_fault(const char *type, const char *format, va_list arguments)
{
    char *words = NULL;
    if (vasprintf(&words, format, arguments) < 0)
        g3_end_out_of_memory(strlen(format));
    json_object *fault = json_object_new_object();
    put(fault, "message", words);
    if (type)
        put(fault, "type", type);
    free(words);
    return fault;
}

void entity_add_fault(struct entity *entity, const char *key, const char *type, const char *format,
                      ...)
{
    va_list arguments;
    va_start(arguments, format);
    json_object *fault = make_fault(type, format, arguments), *keys = json_object_new_array();
    va_end(arguments);
    if (key)
        json_object_array_add(keys, json_object_new_string(key));
    json_object_object_add(fault, "keys", keys);
    if (strcmp(type, REASON_NOT_FOUND) == 0) /* the record that isn't there has no id of its own */
        json_object_object_add(fault, "id", make_text(entity->id));
    if (!entity->faults)
        entity->faults = json_object_new_array();
    json_object_array_add(entity->faults, fault);
}

void entity_set_key(struct entity *entity, g3_view project_id, const char *property, g3_view value)
{
    entity->unique_keys = json_object_new_object();
    if (project_id.length)
        json_object_object_add(entity->unique_keys, "project_id", make_text(project_id));
    json_object_object_add(entity->unique_keys, property, make_text(value));
}

void transaction_add_fault(struct transaction *transaction, const char *type, const char *format,
                           ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (!transaction->faults)
        transaction->faults = json_object_new_array();
    json_object_array_add(transaction->faults, make_fault(type, format, arguments));
    va_end(arguments);
}

static size_t count_wrong(const struct transaction *transaction)
{
    size_t wrong = 0;
    for (size_t i = 0; i < transaction->count; i++)
        wrong += transaction->entities[i].faults != NULL;
    return wrong;
}

static size_t count_actions(const struct transaction *transaction, entity_action action)
{
    size_t count = 0;
    for (size_t i = 0; i < transaction->count; i++)
        count += transaction->entities[i].action == action;
    return count;
}

static size_t count_faults(const struct transaction *transaction)
{
    return transaction->faults ? json_object_array_length(transaction->faults) : 0;
}

bool transaction_is_good(const struct transaction *transaction)
{
    return !transaction->faults && count_wrong(transaction) == 0;
}

/* The faults are given to the answer. */
static json_object *take_list(json_object **list)
{
    json_object *taken = *list ? *list : json_object_new_array();
    *list = NULL;
    return taken;
}

static json_object *describe_entity(struct entity *entity)
{
    static const char *const ACTIONS[] = {
        [ENTITY_CREATE] = "create", [ENTITY_UPDATE] = "update", [ENTITY_DELETE] = "delete"};
    const char *action = ACTIONS[entity->action];
    json_object *about = json_object_new_object(), *keys = json_object_new_array();
    json_object_object_add(about, "action", action ? json_object_new_string(action) : NULL);
    json_object_object_add(about, "id", make_text(entity->id));
    json_object_object_add(about, "type", make_text(entity->type));
    json_object_object_add(about, "valid", json_object_new_boolean(!entity->faults));
    json_object_object_add(about, "errors", take_list(&entity->faults));
    json_object_object_add(about, "warnings", json_object_new_array());
    json_object_object_add(about, "related_cases", json_object_new_array());
    if (entity->unique_keys)
        json_object_array_add(keys, entity->unique_keys);
    entity->unique_keys = NULL;
    json_object_object_add(about, "unique_keys", keys);
    return about;
}

static void put_message(json_object *answer, const struct transaction *transaction, bool good)
{
    size_t wrong = count_wrong(transaction), faults = count_faults(transaction);
    char message[128];
    if (wrong)
        snprintf(message, sizeof message, "Transaction aborted due to %zu invalid %s.", wrong,
                 wrong == 1 ? "entity" : "entities");
    else
        snprintf(message, sizeof message, "Transaction aborted due to %zu transactional %s.",
                 faults, faults == 1 ? "error" : "errors");
    put(answer, "message",
        good                   ? transaction->success
        : transaction->failure ? transaction->failure
                               : message);
}

static void put_counts(json_object *answer, const struct transaction *transaction, bool good)
{
    put_number(answer, "entity_error_count", count_wrong(transaction));
    put_number(answer, "transactional_error_count", count_faults(transaction));
    put_number(answer, "created_entity_count",
               good ? count_actions(transaction, ENTITY_CREATE) : 0);
    put_number(answer, "updated_entity_count",
               good ? count_actions(transaction, ENTITY_UPDATE) : 0);
    if (!transaction->deletes)
        return;
    put_number(answer, "deleted_entity_count",
               good ? count_actions(transaction, ENTITY_DELETE) : 0);
    put(answer, "dependent_ids", transaction->dependent_ids ? transaction->dependent_ids : "");
}

void transaction_answer(struct transaction *transaction, struct exchange *exchange)
{
    bool good = transaction_is_good(transaction);
    unsigned code = good ? transaction->code : 400;
    json_object *answer = json_object_new_object(), *entities = json_object_new_array();
    json_object_object_add(answer, "code", json_object_new_int64(code));
    json_object_object_add(answer, "success", json_object_new_boolean(good));
    put_number(answer, "transaction_id",
               (size_t)atomic_fetch_add(&exchange->commons->transactions, 1) + 1);
    put_message(answer, transaction, good);
    put_counts(answer, transaction, good);
    json_object_object_add(answer, "transactional_errors", take_list(&transaction->faults));
    for (size_t i = 0; i < transaction->count; i++)
        json_object_array_add(entities, describe_entity(&transaction->entities[i]));
    json_object_object_add(answer, "entities", entities);
    transaction_free(transaction);
    exchange_answer_document(exchange, code, answer);
}

void transaction_free(struct transaction *transaction)
{
    for (size_t i = 0; i < transaction->count; i++) {
        json_object_put(transaction->entities[i].faults);
        json_object_put(transaction->entities[i].unique_keys);
    }
    json_object_put(transaction->faults);
    free(transaction->entities);
    *transaction = (struct transaction){0};
}
