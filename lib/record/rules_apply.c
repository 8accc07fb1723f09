/* Applies rules to rows, as hooks. Called by the manifest reader (hooked.c). */
#include "columns.h"
#include "g3/base/utf8.h"
#include "g3/record/json.h"
#include "g3/record/list.h"
#include "g3/record/manifest.h"
#include "rules.h"
#include <openssl/evp.h>
#include <stdlib.h>

/* Items of one field, at most: more are no list that anybody wrote. */
#define ITEM_LIMIT ((size_t)4096)

typedef struct rule_hooks {
    g3_hooks hooks;
    g3_rules *rules;
    size_t column_count; /* of the manifest */
    g3_view *names;      /* that come out: the rules' fields, then the other columns */
    g3_view *items;      /* scratch, two lists that take turns */
    g3_view *others;
    size_t item_count;
    g3_buffer text; /* of a list's cell */
    bool full;      /* there were more items than fit */
    bool spelled;   /* the items are cells of lists: joined by blanks they are one */
} rule_hooks;

static bool fail_column(const g3_rules *rules, const field_rule *at, const rule_term *term,
                        const g3_view *names, size_t count, g3_error *error)
{
    g3_buffer all = {0};
    g3_append_column_names(&all, names, count);
    g3_fail(error, G3_EXIT_INPUT, "%s:%zu:%zu: there is no column \"%.*s\"; the columns are: %s",
            rules->name, at->line, term->place, (int)term->text.length, term->text.data,
            g3_buffer_text(&all));
    g3_buffer_free(&all);
    return false;
}

/* Finds the columns of a rule's item. @param taken  set for them */
static bool bind_item(const rule_hooks *bound, const field_rule *rule, const rule_item *item,
                      const g3_view *names, size_t count, bool complete, bool *taken,
                      g3_error *error)
{
    for (rule_term *term = item->terms; term; term = term->next) {
        if (term->literal)
            continue;
        term->source = g3_column_find_name(names, count, NULL, term->text);
        if (term->source != G3_NO_COLUMN)
            taken[term->source] = true;
        else if (complete)
            return fail_column(bound->rules, rule, term, names, count, error);
    }
    return true;
}

static bool bind_rules(const rule_hooks *bound, const g3_view *names, size_t count, bool complete,
                       bool *taken, g3_error *error)
{
    for (const field_rule *rule = bound->rules->first; rule; rule = rule->next)
        for (const rule_choice *choice = rule->choices; choice; choice = choice->next)
            for (const rule_item *item = choice->items; item; item = item->next)
                if (!bind_item(bound, rule, item, names, count, complete, taken, error))
                    return false;
    return true;
}

/* The columns that come out. */
static void make_names(rule_hooks *bound, const g3_view *names, size_t count, const bool *taken)
{
    g3_hooks *hooks = &bound->hooks;
    bound->names = g3_reallocate(bound->names, bound->rules->count + count, sizeof *bound->names);
    hooks->sources =
        g3_reallocate(hooks->sources, bound->rules->count + count, sizeof *hooks->sources);
    hooks->names = bound->names;
    hooks->count = 0;
    for (const field_rule *rule = bound->rules->first; rule; rule = rule->next) {
        hooks->sources[hooks->count] = -1;
        bound->names[hooks->count++] = rule->field;
    }
    for (size_t i = 0; i < count; i++) {
        if (taken[i] ||
            g3_column_find_name(bound->names, bound->rules->count, NULL, names[i]) != G3_NO_COLUMN)
            continue;
        hooks->sources[hooks->count] = (int64_t)i;
        bound->names[hooks->count++] = names[i];
    }
}

static bool bind(g3_hooks *hooks, const g3_view *names, size_t count, bool complete,
                 g3_error *error)
{
    rule_hooks *bound = (rule_hooks *)hooks;
    bool *taken = g3_allocate_zeroed(count, sizeof *taken);
    bool good = bind_rules(bound, names, count, complete, taken, error);
    bound->column_count = count;
    if (good)
        make_names(bound, names, count, taken);
    free(taken);
    return good;
}

static void close_hooks(g3_hooks *hooks)
{
    rule_hooks *bound = (rule_hooks *)hooks;
    g3_rules_close(bound->rules);
    free(bound->names);
    free(bound->items);
    free(bound->others);
    free(hooks->sources);
    g3_buffer_free(&bound->text);
    free(bound);
}

static void add_item(rule_hooks *bound, g3_view item)
{
    if (item.length == 0)
        return;
    if (bound->item_count == ITEM_LIMIT)
        bound->full = true;
    else
        bound->items[bound->item_count++] = item;
}

/* What a term says of a row. */
static g3_view get_text(const rule_hooks *bound, const rule_term *term, const g3_view *cells)
{
    if (term->literal)
        return term->text;
    return term->source < bound->column_count ? g3_view_trim(cells[term->source]) : (g3_view){0};
}

/* Makes an item of its terms. */
static g3_view make_item(const rule_hooks *bound, const rule_item *item, const g3_view *cells,
                         g3_arena *arena)
{
    if (!item->terms->next)
        return get_text(bound, item->terms, cells);
    size_t length = 0, at = 0;
    bool columns = false, filled = false;
    for (const rule_term *term = item->terms; term; term = term->next) {
        g3_view text = get_text(bound, term, cells);
        columns = columns || !term->literal;
        filled = filled || (!term->literal && text.length);
        length += text.length;
    }
    if (columns && !filled)
        return (g3_view){0};
    char *joined = g3_arena_take(arena, length + 1);
    for (const rule_term *term = item->terms; term; term = term->next) {
        g3_view text = get_text(bound, term, cells);
        if (text.length)
            memcpy(joined + at, text.data, text.length);
        at += text.length;
    }
    return (g3_view){joined, length};
}

static g3_view change_case(g3_view item, bool upper, g3_arena *arena)
{
    char *changed = g3_arena_take(arena, item.length + 1);
    for (size_t i = 0; i < item.length; i++) {
        char c = item.data[i];
        bool letter = upper ? c >= 'a' && c <= 'z' : c >= 'A' && c <= 'Z';
        changed[i] = letter ? (char)(c ^ 0x20) : c;
    }
    return (g3_view){changed, item.length};
}

static const char *decode_url(g3_view item, g3_arena *arena, g3_view *decoded)
{
    char *text = g3_arena_take(arena, item.length + 1);
    size_t length = 0;
    for (size_t i = 0; i < item.length; i++) {
        bool coded = item.data[i] == '%' && i + 2 < item.length;
        int high = coded ? g3_hex_digit(item.data[i + 1]) : -1;
        int low = coded ? g3_hex_digit(item.data[i + 2]) : -1;
        bool good = high >= 0 && low >= 0;
        text[length++] = good ? (char)(high * 16 + low) : item.data[i];
        i += good ? 2 : 0;
    }
    *decoded = (g3_view){text, length};
    return g3_is_utf8(*decoded) ? NULL : "is not UTF-8 when it is decoded";
}

/* A digest in base64 as hexadecimal digits. */
static const char *decode_base64(g3_view item, g3_arena *arena, g3_view *decoded)
{
    static const char DIGITS[] = "0123456789abcdef";
    static const char *const WRONG = "is no base64";
    if (item.length % 4)
        return WRONG;
    unsigned char *bytes = g3_arena_take(arena, item.length / 4 * 3 + 1);
    int count = EVP_DecodeBlock(bytes, (const unsigned char *)item.data, (int)item.length);
    if (count < 0)
        return WRONG;
    for (size_t i = item.length; i > 0 && item.data[i - 1] == '='; i--)
        count--; /* OpenSSL counts the padding as bytes */
    char *text = g3_arena_take(arena, (size_t)count * 2 + 1);
    for (int i = 0; i < count; i++) {
        text[2 * i] = DIGITS[bytes[i] >> 4];
        text[2 * i + 1] = DIGITS[bytes[i] & 15];
    }
    *decoded = (g3_view){text, (size_t)count * 2};
    return NULL;
}

static const char *match_regex(const rule_conversion *conversion, g3_view item, g3_view *found)
{
    int groups = pcre2_match(conversion->regex, (PCRE2_SPTR)item.data, item.length, 0,
                             PCRE2_NO_UTF_CHECK, conversion->match, NULL);
    *found = (g3_view){0};
    if (groups == PCRE2_ERROR_NOMATCH)
        return NULL;
    if (groups == PCRE2_ERROR_NOMEMORY)
        g3_end_out_of_memory(item.length);
    if (groups <= 0) /* its limits of time and memory */
        return "is too much for the regular expression";
    const PCRE2_SIZE *places = pcre2_get_ovector_pointer(conversion->match);
    size_t group = pcre2_get_ovector_count(conversion->match) > 1 ? 1 : 0;
    size_t begin = places[2 * group], end = places[2 * group + 1];
    if (begin != PCRE2_UNSET && begin <= end)
        *found = (g3_view){item.data + begin, end - begin};
    return NULL;
}

static void split(rule_hooks *bound, g3_view item, g3_view separator)
{
    for (;;) {
        const char *found = memmem(item.data, item.length, separator.data, separator.length);
        size_t length = found ? (size_t)(found - item.data) : item.length;
        add_item(bound, g3_view_trim((g3_view){item.data, length}));
        if (!found)
            return;
        item = (g3_view){found + separator.length, item.length - length - separator.length};
    }
}

static bool is_whole_number(g3_view item)
{
    size_t at = item.length && item.data[0] == '-';
    bool digits = at < item.length;
    for (; at < item.length; at++)
        digits = digits && item.data[at] >= '0' && item.data[at] <= '9';
    return digits;
}

static void add_list(rule_hooks *bound, g3_view item, g3_arena *arena)
{
    g3_value list = g3_list_read(item, G3_URLS, true, arena);
    for (size_t i = 0; i < list.list.count; i++)
        add_item(bound, list.list.items[i]);
}

/* Converts one item, adding what comes of it. @return NULL, or what is wrong with it */
static const char *convert_item(rule_hooks *bound, const rule_conversion *conversion, g3_view item,
                                g3_arena *arena)
{
    const char *wrong = NULL;
    g3_view made = item;
    switch (conversion->kind) {
    case RULE_STRIP:
        made = g3_view_trim(item);
        break;
    case RULE_LOWER:
    case RULE_UPPER:
        made = change_case(item, conversion->kind == RULE_UPPER, arena);
        break;
    case RULE_URLDECODE:
        wrong = decode_url(item, arena, &made);
        break;
    case RULE_BASE64_TO_HEX:
        wrong = decode_base64(item, arena, &made);
        break;
    case RULE_REGEX:
        wrong = match_regex(conversion, item, &made);
        break;
    case RULE_INT:
        wrong = is_whole_number(item) ? NULL : "is not a whole number";
        break;
    case RULE_JSON:
        wrong = g3_json_is_valid(item) ? NULL : "is no JSON";
        break;
    case RULE_SPLIT:
        split(bound, item, conversion->text);
        return NULL;
    case RULE_LIST:
        add_list(bound, item, arena);
        return NULL;
    case RULE_CONVERSIONS:
        break;
    }
    if (!wrong)
        add_item(bound, made);
    return wrong;
}

/* True if a list's cell has its items as they are, parted by blanks. */
static bool is_plain_list(g3_view cell)
{
    for (size_t i = 0; i < cell.length; i++)
        if (cell.data[i] == ',' || cell.data[i] == '[' || cell.data[i] == '\'' ||
            cell.data[i] == '"')
            return false;
    return true;
}

/* Cells of lists that become one cell again need not be taken apart. */
static bool stays_spelled(const rule_hooks *bound, const rule_conversion *conversion, bool arrays)
{
    bool spelled = conversion->kind == RULE_LIST && !conversion->next && !arrays;
    for (size_t i = 0; spelled && i < bound->item_count; i++)
        spelled = is_plain_list(bound->items[i]);
    return spelled;
}

static const char *convert(rule_hooks *bound, const field_rule *rule, bool arrays, g3_arena *arena,
                           g3_view *value)
{
    bound->spelled = false;
    for (const rule_conversion *conversion = rule->conversions; conversion;
         conversion = conversion->next) {
        bound->spelled = stays_spelled(bound, conversion, arrays);
        if (bound->spelled)
            break;
        g3_view *before = bound->items;
        size_t count = bound->item_count;
        bound->items = bound->others;
        bound->others = before;
        bound->item_count = 0;
        for (size_t i = 0; i < count; i++) {
            const char *wrong = convert_item(bound, conversion, before[i], arena);
            if (wrong) {
                *value = before[i];
                return wrong;
            }
        }
    }
    *value = (g3_view){0};
    return bound->full ? "has too many items" : NULL;
}

/* Finds the first choice with something in it. */
static void choose(rule_hooks *bound, const field_rule *rule, const g3_view *cells, g3_arena *arena)
{
    bound->item_count = 0;
    bound->full = false;
    for (const rule_choice *choice = rule->choices; choice && !bound->item_count;
         choice = choice->next)
        for (const rule_item *item = choice->items; item; item = item->next)
            add_item(bound, make_item(bound, item, cells, arena));
}

/* The cell of a list. */
static void append_list(const rule_hooks *bound, bool arrays, g3_buffer *text)
{
    const g3_value list = {.type = G3_LIST, .list = {bound->items, bound->item_count}};
    if (arrays)
        g3_json_append_value(text, &list);
    else if (!bound->spelled)
        g3_list_append(text, &list, G3_URLS, true);
    for (size_t i = 0; bound->spelled && i < bound->item_count; i++) {
        g3_buffer_append_text(text, i ? " " : "");
        g3_buffer_append(text, bound->items[i]);
    }
}

/* The cell that the items are. */
static g3_view make_cell(rule_hooks *bound, const field_rule *rule, bool arrays, g3_arena *arena)
{
    if (bound->item_count == 0)
        return (g3_view){"", 0};
    if (!rule->lists || (bound->spelled && bound->item_count == 1))
        return bound->items[0];
    g3_buffer_clear(&bound->text);
    append_list(bound, arrays, &bound->text);
    return g3_arena_copy(arena, g3_buffer_view(&bound->text));
}

static g3_hook_outcome make(g3_hooks *hooks, g3_hook_row *row)
{
    rule_hooks *bound = (rule_hooks *)hooks;
    size_t made = 0;
    for (const field_rule *rule = bound->rules->first; rule; rule = rule->next) {
        choose(bound, rule, row->cells, row->arena);
        row->reason = convert(bound, rule, row->arrays, row->arena, &row->value);
        if (row->reason) {
            row->field = rule->field;
            return G3_HOOK_BAD;
        }
        row->out[made++] = make_cell(bound, rule, row->arrays, row->arena);
    }
    for (; made < hooks->count; made++)
        row->out[made] = row->cells[hooks->sources[made]];
    return G3_HOOK_MADE;
}

g3_hooks *g3_hooks_read_rules(const char *path, g3_error *error)
{
    g3_rules *rules = g3_rules_read(path, error);
    if (!rules)
        return NULL;
    rule_hooks *bound = g3_allocate_zeroed(1, sizeof *bound);
    bound->hooks = (g3_hooks){.bind = bind, .make = make, .close = close_hooks};
    bound->rules = rules;
    bound->items = g3_allocate_zeroed(ITEM_LIMIT, sizeof *bound->items);
    bound->others = g3_allocate_zeroed(ITEM_LIMIT, sizeof *bound->others);
    return &bound->hooks;
}
