/* The document that answers a change of nodes: what became of each, and of them all. Used by the
 * submission service.
 *
 * A transaction is all or nothing: one fault, and nothing is written.
 */
#ifndef SANDBOX_TRANSACTION_H
#define SANDBOX_TRANSACTION_H

#include "exchange.h"

/* Types of faults. */
#define REASON_MISSING_PROPERTY "MISSING_PROPERTY"
#define REASON_INVALID_PROPERTY "INVALID_PROPERTY"
#define REASON_INVALID_TYPE     "INVALID_TYPE"
#define REASON_INVALID_VALUE    "INVALID_VALUE"
#define REASON_INVALID_LINK     "INVALID_LINK"
#define REASON_NOT_UNIQUE       "NOT_UNIQUE"
#define REASON_NOT_FOUND        "NOT_FOUND"

typedef enum entity_action {
    ENTITY_NONE,
    ENTITY_CREATE,
    ENTITY_UPDATE,
    ENTITY_DELETE
} entity_action;

/* A node that is to be changed. Texts are borrowed, and live until the answer is set. */
struct entity {
    entity_action action;
    g3_view id, type;         /* empty: null in the answer */
    json_object *unique_keys; /* an object; or NULL */
    json_object *faults;      /* a list; or NULL: none */
};

/* Zero-initialise to begin. */
struct transaction {
    struct entity *entities; /* in the order of the request */
    size_t count, capacity;
    json_object *faults;       /* of the request as a whole; or NULL */
    const char *success;       /* message if all went well; borrowed */
    const char *failure;       /* and if not; NULL: the number of faults is told */
    unsigned code;             /* status if all went well */
    const char *dependent_ids; /* for deletions, parted by commas; or NULL */
    bool deletes;
};

/* Adds an entity. @return it, valid until the next is added */
struct entity *transaction_add(struct transaction *transaction);

/* Notes a fault of an entity, its words as printf. @param key  property that is wrong, or NULL */
void entity_add_fault(struct entity *entity, const char *key, const char *type, const char *format,
                      ...) __attribute__((format(printf, 4, 5)));

/* Sets what makes an entity unique: the project's id and a property. */
void entity_set_key(struct entity *entity, g3_view project_id, const char *property, g3_view value);

/* Notes a fault of the request as a whole. @param type  or NULL */
void transaction_add_fault(struct transaction *transaction, const char *type, const char *format,
                           ...) __attribute__((format(printf, 3, 4)));

/* True if nothing is wrong. */
bool transaction_is_good(const struct transaction *transaction);

/* Answers the document and gives back what the transaction holds. */
void transaction_answer(struct transaction *transaction, struct exchange *exchange);

/* Gives back what it holds, unanswered. */
void transaction_free(struct transaction *transaction);

#endif
