/* Comparing an answer with the recorded one. Used by replay.c. */
#ifndef CONTRACT_COMPARE_H
#define CONTRACT_COMPARE_H

#include "values.h"
#include <json-c/json.h>

/* Compares JSON. Made-up values may differ, each always in the same way; lists that come in no
 * fixed order may come in any; of error messages only the first line counts, since what follows
 * quotes the validator's schema.
 * @param any_order  the outermost list comes in no fixed order either
 * @param difference  where and what the first difference is; appended to
 * @return true if they agree */
bool compare_json(struct values *values, json_object *recorded, json_object *actual, bool any_order,
                  g3_buffer *difference);

#endif
