/* json-c as the judge of our JSON reader; used by unit tests and fuzz targets. */
#ifndef G3_TESTS_JSON_ORACLE_H
#define G3_TESTS_JSON_ORACLE_H

#include "g3/record/json.h"
#include <json-c/json.h>

/* Parses with json-c: strict, UTF-8 checked, nesting to G3_JSON_DEPTH, nothing behind the value.
 * @param value  owned by the caller: json_object_put(); NULL also for JSON's null
 * @return false if json-c refuses it */
bool oracle_parse(g3_view text, json_object **value);

/* True if `text` breaks a rule of RFC 8259 that json-c does not enforce even in strict mode: the
 * list of all known cases is in the definition. */
bool oracle_is_too_lax(g3_view text);

/* The value at which our reader stands, as json-c would have it, built by walking.
 * @return false with reader->fault */
bool oracle_build(g3_json_reader *reader, json_object **value);

/* Reads `text` with both.
 * @return NULL if they agree, else what they disagree about (static text) */
const char *oracle_compare(g3_view text);

#endif
