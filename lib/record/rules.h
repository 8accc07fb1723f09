/* The inside of rules: reading them (rules_read.c), binding them to the columns of a manifest and
 * applying them to its rows (rules_apply.c). Private to the record storey. */
#ifndef G3_RECORD_RULES_INSIDE_H
#define G3_RECORD_RULES_INSIDE_H

#include "g3/base/buffer.h"
#include "g3/base/memory.h"
#include "g3/record/record.h"
#include "g3/record/rules.h"
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

typedef struct rule_term {
    bool literal;
    g3_view text;  /* the literal, or the column's name */
    size_t column; /* where it stands in its line, from 1 */
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

struct g3_rules {
    char *name; /* of the file, for messages */
    g3_buffer text;
    g3_arena arena; /* all of the above */
    field_rule *first;
    size_t count;
};

/* Rules bound to the columns of a manifest: makes rows of other columns. */
typedef struct g3_bound_rules g3_bound_rules;

/* @param names     of the manifest's columns; borrowed
 * @param complete  a column that a rule names must be there
 * @return owned by the caller: g3_rules_unbind(); NULL with G3_EXIT_INPUT */
g3_bound_rules *g3_rules_bind(const g3_rules *rules, const g3_view *names, size_t count,
                              bool complete, g3_error *error);

/* The columns that come out. */
const g3_view *g3_rules_names(const g3_bound_rules *bound, size_t *count);

/* Makes the cells of a row.
 * @param out     g3_rules_names() of them; borrow from `cells`, the rules and `arena`
 * @param arrays  several items are a JSON array
 * @param fault   set to the field at fault and what it would be
 * @return NULL, or why the row can't be used: static text */
typedef struct rule_fault {
    g3_view field, value;
} rule_fault;
const char *g3_rules_apply(g3_bound_rules *bound, const g3_view *cells, size_t count, bool arrays,
                           g3_view *out, g3_arena *arena, rule_fault *fault);

/* The place among the manifest's columns of one that comes out as it is; -1 for a rule's field. */
int64_t g3_rules_source(const g3_bound_rules *bound, size_t place);

void g3_rules_unbind(g3_bound_rules *bound); /* NULL is allowed */

#endif
