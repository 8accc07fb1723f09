/* Rules, as they are read (rules_read.c) and applied (rules_apply.c). Private to the record storey;
 * what they mean: g3/record/hooks.h. */
#ifndef G3_RECORD_RULES_INSIDE_H
#define G3_RECORD_RULES_INSIDE_H

#include "g3/base/buffer.h"
#include "g3/base/memory.h"
#include "hooks.h"
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

typedef struct rule_term {
    bool literal;
    g3_view text;  /* the literal, or the column's name */
    size_t place;  /* where it stands in its line, from 1 */
    size_t source; /* of a column: its place among the manifest's that the rules are bound to */
    struct rule_term *next;
} rule_term;

/* Terms that are joined; items of a choice; choices of a rule. */
typedef struct rule_item {
    rule_term *terms;
    struct rule_item *next;
} rule_item;

typedef struct rule_choice {
    rule_item *items;
    struct rule_choice *next;
} rule_choice;

typedef enum rule_conversion_kind {
    RULE_STRIP,
    RULE_LOWER,
    RULE_UPPER,
    RULE_URLDECODE,
    RULE_BASE64_TO_HEX,
    RULE_REGEX,
    RULE_SPLIT,
    RULE_LIST,
    RULE_INT,
    RULE_JSON,
    RULE_CONVERSIONS, /* how many there are */
} rule_conversion_kind;

typedef struct rule_conversion {
    rule_conversion_kind kind;
    g3_view text; /* of regex and split */
    pcre2_code *regex;
    pcre2_match_data *match;
    struct rule_conversion *next;
} rule_conversion;

typedef struct field_rule {
    g3_view field;
    size_t line;
    rule_choice *choices;
    rule_conversion *conversions;
    bool lists; /* may have several items */
    struct field_rule *next;
} field_rule;

typedef struct g3_rules {
    char *name; /* of the file, for messages */
    g3_buffer text;
    g3_arena arena; /* all of the above */
    field_rule *first;
    size_t count;
} g3_rules;

/* Reads a file of rules; see g3_hooks_read_rules(). */
g3_rules *g3_rules_read(const char *path, g3_error *error);
void g3_rules_close(g3_rules *rules); /* NULL is allowed */

#endif
