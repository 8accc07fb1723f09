/* Reads files of rules. Called by the tools that take --rules. */
#include "g3/base/utf8.h"
#include "g3/io/source.h"
#include "rules.h"
#include <stdio.h>
#include <stdlib.h>

/* Bytes of a file, at most: rules are written by people. */
#define TEXT_LIMIT ((size_t)1024 * 1024)

/* Bytes of PCRE2's own words. */
#define WORDS_SIZE 120

static const char *const CONVERSIONS[RULE_CONVERSIONS] = {
    [RULE_STRIP] = "strip",         [RULE_LOWER] = "lower", [RULE_UPPER] = "upper",
    [RULE_URLDECODE] = "urldecode", [RULE_REGEX] = "regex", [RULE_BASE64_TO_HEX] = "base64-to-hex",
    [RULE_SPLIT] = "split",         [RULE_LIST] = "list",   [RULE_INT] = "int",
    [RULE_JSON] = "json",
};

/* A line being read. */
typedef struct line_reader {
    g3_rules *rules;
    g3_view line;
    size_t at;
    size_t number;
    g3_error *error;
} line_reader;

static bool fail_at(const line_reader *reader, size_t at, const char *what)
{
    return g3_fail(reader->error, G3_EXIT_USAGE, "%s:%zu:%zu: %s", reader->rules->name,
                   reader->number, at + 1, what);
}

static void skip_blanks(line_reader *reader)
{
    while (reader->at < reader->line.length &&
           (reader->line.data[reader->at] == ' ' || reader->line.data[reader->at] == '\t'))
        reader->at++;
}

/* The next character that is not blank; 0 at the end of the line. */
static char peek(line_reader *reader)
{
    skip_blanks(reader);
    return reader->at < reader->line.length ? reader->line.data[reader->at] : '\0';
}

static bool take(line_reader *reader, char wanted)
{
    bool there = peek(reader) == wanted;
    reader->at += there;
    return there;
}

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.' || (unsigned char)c >= 0x80;
}

/* Reads a word, or a name in brackets. @return false with an error if there is none */
static bool read_name(line_reader *reader, g3_view *name)
{
    char first = peek(reader);
    size_t begin = reader->at, end;
    if (first == '[') {
        const char *close = memchr(reader->line.data + begin, ']', reader->line.length - begin);
        if (!close)
            return fail_at(reader, begin, "there is no ] behind this [");
        end = (size_t)(close - reader->line.data);
        *name = (g3_view){reader->line.data + begin + 1, end - begin - 1};
        reader->at = end + 1;
        return name->length != 0 || fail_at(reader, begin, "a column without a name");
    }
    for (end = begin; end < reader->line.length && is_word(reader->line.data[end]);)
        end++;
    *name = (g3_view){reader->line.data + begin, end - begin};
    reader->at = end;
    return name->length != 0 ||
           fail_at(reader, begin, "a name is wanted here, in [brackets] if it has blanks");
}

/* Reads a text in double quotes: \" and \\ stand for " and \, \t for a tab. */
static bool read_text(line_reader *reader, g3_view *text)
{
    size_t begin = reader->at;
    g3_buffer decoded = {0};
    if (!take(reader, '"'))
        return fail_at(reader, reader->at, "a text in \"quotes\" is wanted here");
    while (reader->at < reader->line.length && reader->line.data[reader->at] != '"') {
        char c = reader->line.data[reader->at++];
        char next = reader->at < reader->line.length ? reader->line.data[reader->at] : '\0';
        bool escaped = c == '\\' && (next == '"' || next == '\\' || next == 't');
        g3_buffer_append_char(&decoded, !escaped ? c : next == 't' ? '\t' : next);
        reader->at += escaped;
    }
    *text = g3_arena_copy(&reader->rules->arena, g3_buffer_view(&decoded));
    g3_buffer_free(&decoded);
    return take(reader, '"') || fail_at(reader, begin, "there is no quote behind this one");
}

static bool read_term(line_reader *reader, rule_term **made)
{
    bool literal = peek(reader) == '"';
    size_t at = reader->at;
    g3_view text;
    if (!(literal ? read_text(reader, &text) : read_name(reader, &text)))
        return false;
    *made = g3_arena_take(&reader->rules->arena, sizeof **made);
    **made = (rule_term){.literal = literal, .text = text, .place = at + 1};
    return true;
}

static bool read_item(line_reader *reader, rule_item **made)
{
    *made = g3_arena_take(&reader->rules->arena, sizeof **made);
    **made = (rule_item){0};
    rule_term **end = &(*made)->terms;
    do {
        if (!read_term(reader, end))
            return false;
        end = &(*end)->next;
    } while (take(reader, '+'));
    return true;
}

static bool read_choice(line_reader *reader, field_rule *rule, rule_choice **made)
{
    *made = g3_arena_take(&reader->rules->arena, sizeof **made);
    **made = (rule_choice){0};
    rule_item **end = &(*made)->items;
    do {
        if (!read_item(reader, end))
            return false;
        rule->lists = rule->lists || end != &(*made)->items;
        end = &(*end)->next;
    } while (take(reader, ','));
    return true;
}

static bool compile_regex(line_reader *reader, size_t at, rule_conversion *conversion)
{
    int number;
    PCRE2_SIZE place;
    char words[WORDS_SIZE], text[WORDS_SIZE + 64];
    conversion->regex = pcre2_compile((PCRE2_SPTR)conversion->text.data, conversion->text.length,
                                      PCRE2_UTF | PCRE2_NO_UTF_CHECK, &number, &place, NULL);
    if (conversion->regex) {
        (void)pcre2_jit_compile(conversion->regex, PCRE2_JIT_COMPLETE); /* else just slower */
        conversion->match = pcre2_match_data_create_from_pattern(conversion->regex, NULL);
        if (!conversion->match)
            g3_end_out_of_memory(conversion->text.length);
        return true;
    }
    if (number == PCRE2_ERROR_HEAP_FAILED)
        g3_end_out_of_memory(conversion->text.length);
    pcre2_get_error_message(number, (PCRE2_UCHAR *)words, sizeof words);
    snprintf(text, sizeof text, "the regular expression is wrong at its byte %zu: %s",
             (size_t)place + 1, words);
    return fail_at(reader, at, text);
}

static bool read_conversion(line_reader *reader, field_rule *rule, rule_conversion **made)
{
    g3_view name;
    int kind = 0;
    skip_blanks(reader);
    size_t at = reader->at;
    if (!read_name(reader, &name))
        return false;
    while (kind < RULE_CONVERSIONS && !g3_view_equal(name, g3_view_of(CONVERSIONS[kind])))
        kind++;
    if (kind == RULE_CONVERSIONS)
        return fail_at(reader, at,
                       "no such conversion; there are strip, lower, upper, urldecode, "
                       "base64-to-hex, regex, split, list, int, json");
    *made = g3_arena_take(&reader->rules->arena, sizeof **made);
    **made = (rule_conversion){.kind = (rule_conversion_kind)kind};
    rule->lists = rule->lists || kind == RULE_SPLIT || kind == RULE_LIST;
    if (kind != RULE_REGEX && kind != RULE_SPLIT)
        return true;
    skip_blanks(reader);
    at = reader->at;
    if (!read_text(reader, &(*made)->text))
        return false;
    if ((*made)->text.length == 0)
        return fail_at(reader, at, "an empty text can't be looked for");
    return kind == RULE_SPLIT || compile_regex(reader, at, *made);
}

static bool check_field(const line_reader *reader, const field_rule *made)
{
    for (const field_rule *other = reader->rules->first; other; other = other->next)
        if (other != made && g3_view_equal(other->field, made->field))
            return fail_at(reader, 0, "there is a rule for this field already");
    return true;
}

/* Reads the rule on a line, and adds it. */
static bool read_rule(line_reader *reader, field_rule **made)
{
    *made = g3_arena_take(&reader->rules->arena, sizeof **made);
    field_rule *rule = *made;
    *rule = (field_rule){.line = reader->number};
    if (!read_name(reader, &rule->field) || !check_field(reader, rule))
        return false;
    if (!take(reader, '='))
        return fail_at(reader, reader->at, "= is wanted here: FIELD = COLUMN");
    rule_choice **choice = &rule->choices;
    do {
        if (!read_choice(reader, rule, choice))
            return false;
        choice = &(*choice)->next;
    } while (take(reader, '|'));
    if (take(reader, ':')) {
        rule_conversion **conversion = &rule->conversions;
        do {
            if (!read_conversion(reader, rule, conversion))
                return false;
            conversion = &(*conversion)->next;
            take(reader, ',');
        } while (peek(reader));
    }
    if (peek(reader))
        return fail_at(reader, reader->at, "one of + , | : or the end of the line is wanted here");
    reader->rules->count++;
    return true;
}

static bool read_lines(g3_rules *rules, g3_error *error)
{
    g3_view rest = g3_buffer_view(&rules->text);
    line_reader reader = {.rules = rules, .error = error};
    field_rule **end = &rules->first;
    while (rest.length) {
        const char *line_end = memchr(rest.data, '\n', rest.length);
        size_t length = line_end ? (size_t)(line_end - rest.data) : rest.length;
        reader.line = (g3_view){rest.data, length};
        if (length && reader.line.data[length - 1] == '\r')
            reader.line.length--;
        reader.at = 0;
        reader.number++;
        size_t used = length + (line_end ? 1 : 0);
        rest = (g3_view){rest.data + used, rest.length - used};
        if (peek(&reader) == '\0' || peek(&reader) == '#')
            continue;
        if (!g3_is_utf8(reader.line))
            return fail_at(&reader, 0, "the line is not UTF-8");
        if (!read_rule(&reader, end))
            return false;
        end = &(*end)->next;
    }
    return rules->count || g3_fail(error, G3_EXIT_USAGE, "%s: there are no rules", rules->name);
}

g3_rules *g3_rules_read(const char *path, g3_error *error)
{
    g3_rules *rules = g3_allocate_zeroed(1, sizeof *rules);
    rules->name = g3_duplicate(g3_view_of(g3_source_name_of(path)));
    if (g3_source_read_all(path, TEXT_LIMIT, &rules->text, error) && read_lines(rules, error))
        return rules;
    g3_rules_close(rules);
    return NULL;
}

void g3_rules_close(g3_rules *rules)
{
    if (!rules)
        return;
    for (field_rule *rule = rules->first; rule; rule = rule->next)
        for (rule_conversion *conversion = rule->conversions; conversion;
             conversion = conversion->next) {
            pcre2_match_data_free(conversion->match);
            pcre2_code_free(conversion->regex);
        }
    g3_buffer_free(&rules->text);
    g3_arena_free(&rules->arena);
    free(rules->name);
    free(rules);
}
