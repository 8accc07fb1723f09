/* The filters of a listing: parameters read, echoed in the answer, and put into SQL. Used by
 * index_list.c.
 */
#ifndef SANDBOX_INDEX_FILTER_H
#define SANDBOX_INDEX_FILTER_H

#include "exchange.h"
#include "store.h"

/* Conditions in SQL with the texts that their '?' stand for, in order. Zero-initialise to begin. */
struct conditions {
    g3_buffer sql; /* "AND ... AND ..." */
    g3_view *values;
    size_t count, capacity;
};

/* Adds "AND condition", whose '?' stand for `count` texts that live until the exchange ends. */
void conditions_add(struct conditions *conditions, const char *condition, const g3_view *values,
                    size_t count);

/* Binds all texts, from the first parameter on. */
void conditions_bind(const struct conditions *conditions, sqlite3_stmt *statement);
void conditions_free(struct conditions *conditions);

/* The conditions of a listing that asks for nothing but objects. */
#define INDEX_ONLY_OBJECTS " AND form <> 'bundle'"

/* Reads the filters of a request into conditions.
 * @param echo  a new object: what the answer says of each filter; owned by the caller
 * @param form  where the request does not say: "object" or "bundle"
 * @return false, with the answer set (400), if one of them is wrong */
bool index_filter_read(struct exchange *exchange, const char *form, struct conditions *conditions,
                       json_object *echo);

#endif
