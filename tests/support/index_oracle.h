/* Records of the index service's answers as json-c sees them; used by unit tests and fuzz targets.
 */
#ifndef G3_TESTS_INDEX_ORACLE_H
#define G3_TESTS_INDEX_ORACLE_H

#include "g3/commons/index.h"
#include <json-c/json.h>

/* True if `record`, as ours, has the values that `theirs`, a record of an answer, has. */
bool index_oracle_same(const g3_record *record, json_object *theirs);

/* The records of an answer: a new array of them; owned by the caller: json_object_put(). NULL if it
 * is none of the three kinds of answer. */
json_object *index_oracle_records(json_object *answer);

/* Reads `body` with ours and with json-c.
 * @param count  records that both have found
 * @return NULL if they agree, or what they disagree about (static text) */
const char *index_oracle_compare(g3_view body, size_t *count);

#endif
