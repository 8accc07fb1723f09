/* What the two halves of the JSON reader share: strings (json_string.c) and everything else
 * (json_read.c). Private to the record storey. */
#ifndef G3_RECORD_JSON_INSIDE_H
#define G3_RECORD_JSON_INSIDE_H

#include "g3/record/json.h"

/* Stops the reader at `at`, unless it has stopped before. @return false */
static inline bool set_fault(g3_json_reader *reader, const char *at, const char *fault)
{
    if (!reader->fault) {
        reader->fault = fault;
        reader->at = at;
    }
    return false;
}

static inline bool is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

static inline const char *skip_blanks(const char *at, const char *end)
{
    while (at < end && is_blank(*at))
        at++;
    return at;
}

static inline bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Finds the closing quote of the string whose text begins at `begin`, checking what is in between.
 * @param escaped  set to true if there are escapes; else left alone
 * @return the quote, or NULL with a fault */
const char *g3_json_find_string_end(g3_json_reader *reader, const char *begin, bool *escaped);

/* The text that a checked string with escapes stands for, in the reader's arena.
 * @param raw  what stands between the quotes */
g3_view g3_json_decode_string(const g3_json_reader *reader, g3_view raw);

#endif
