/* json-c as the judge of our JSON reader. */
#include "json_oracle.h"
#include <errno.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>

bool oracle_parse(g3_view text, json_object **value)
{
    /* json-c's limit counts the value inside the innermost bracket as a level of its own. */
    struct json_tokener *tokener = json_tokener_new_ex(G3_JSON_DEPTH + 1);
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
    *value = json_tokener_parse_ex(tokener, text.data, (int)text.length);
    bool ok = json_tokener_get_error(tokener) == json_tokener_success;
    if (ok) {
        for (size_t at = json_tokener_get_parse_end(tokener); ok && at < text.length; at++)
            ok = strchr(" \t\r\n", text.data[at]) && text.data[at];
    } else if (json_tokener_get_error(tokener) == json_tokener_continue) {
        *value = json_tokener_parse_ex(tokener, "", 1); /* a NUL ends a number */
        ok = json_tokener_get_error(tokener) == json_tokener_success;
    }
    if (!ok) {
        json_object_put(*value);
        *value = NULL;
    }
    json_tokener_free(tokener);
    return ok;
}

/* RFC 3629 as its table has it, character by character. */
static bool is_utf8(g3_view text)
{
    const unsigned char *at = (const unsigned char *)text.data, *end = at + text.length;
    while (at < end) {
        size_t left = (size_t)(end - at);
        unsigned char least = 0x80, most = 0xbf;
        size_t length = *at < 0x80                  ? 1
                        : *at >= 0xc2 && *at < 0xe0 ? 2
                        : *at >= 0xe0 && *at < 0xf0 ? 3
                                                    : 4;
        if ((*at >= 0x80 && *at < 0xc2) || *at > 0xf4 || left < length)
            return false;
        if (*at == 0xe0)
            least = 0xa0;
        if (*at == 0xf0)
            least = 0x90;
        if (*at == 0xed)
            most = 0x9f;
        if (*at == 0xf4)
            most = 0x8f;
        for (size_t i = 1; i < length; i++, least = 0x80, most = 0xbf)
            if (at[i] < least || at[i] > most)
                return false;
        at += length;
    }
    return true;
}

static bool is_bare(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '+' ||
           c == '-' || c == '.';
}

/* True if a run of letters, digits and signs is a number or word of RFC 8259. */
static bool is_bare_token(const regex_t *grammar, const char *begin, size_t length)
{
    char *token = g3_duplicate((g3_view){begin, length});
    bool ok = regexec(grammar, token, 0, NULL, 0) == 0;
    free(token);
    return ok;
}

/* True if a token, or the nesting, is beyond what RFC 8259 and our limit allow. */
static bool has_wrong_token(const regex_t *grammar, g3_view text)
{
    const char *at = text.data, *end = at + text.length;
    int depth = 0;
    while (at < end) {
        if (*at == '"') {
            for (at++; at < end && *at != '"'; at += *at == '\\' && end - at > 1 ? 2 : 1)
                if ((unsigned char)*at < ' ')
                    return true; /* control characters inside strings */
            at++;
        } else if (is_bare(*at)) {
            /* 00, -01, 1., 1.e5, -.5, NaN, Infinity, -Infinity */
            const char *begin = at;
            while (at < end && is_bare(*at))
                at++;
            if (!is_bare_token(grammar, begin, (size_t)(at - begin)))
                return true;
        } else {
            depth += *at == '[' || *at == '{';
            if (depth > G3_JSON_DEPTH)
                return true; /* an empty bracket may be one level deeper */
            depth -= *at == ']' || *at == '}';
            at++;
        }
    }
    return false;
}

bool oracle_is_too_lax(g3_view text)
{
    static const char GRAMMAR[] =
        "^(true|false|null|-?(0|[1-9][0-9]*)([.][0-9]+)?([eE][+-]?[0-9]+)?)$";
    regex_t grammar;
    /* Over-long sequences, surrogates and code points beyond U+10FFFF pass json-c's check of UTF-8.
     */
    if (!is_utf8(text))
        return true;
    regcomp(&grammar, GRAMMAR, REG_EXTENDED | REG_NOSUB);
    bool wrong = has_wrong_token(&grammar, text);
    regfree(&grammar);
    return wrong;
}

/* A number's text as json-c understands it. */
static json_object *build_number(g3_view text)
{
    char *copy = g3_duplicate(text);
    json_object *value;
    if (strpbrk(copy, ".eE")) {
        value = json_object_new_double(strtod(copy, NULL));
    } else {
        errno = 0;
        int64_t number = strtoll(copy, NULL, 10); /* json-c too stops at the limits */
        value = errno == ERANGE && *copy != '-' ? json_object_new_uint64(strtoull(copy, NULL, 10))
                                                : json_object_new_int64(number);
    }
    free(copy);
    return value;
}

static bool build_array(g3_json_reader *reader, json_object **value)
{
    bool first;
    *value = json_object_new_array();
    if (!g3_json_enter(reader, &first))
        return false;
    while (g3_json_more(reader, &first)) {
        json_object *item = NULL;
        bool ok = oracle_build(reader, &item);
        json_object_array_add(*value, item);
        if (!ok)
            return false;
    }
    return !reader->fault;
}

static bool build_object(g3_json_reader *reader, json_object **value)
{
    g3_view key;
    bool first;
    *value = json_object_new_object();
    if (!g3_json_enter(reader, &first))
        return false;
    while (g3_json_more_key(reader, &first, &key)) {
        char *name = g3_duplicate(key); /* json-c ends a name at a NUL */
        json_object *member = NULL;
        bool ok = oracle_build(reader, &member);
        json_object_object_add(*value, name, member);
        free(name);
        if (!ok)
            return false;
    }
    return !reader->fault;
}

bool oracle_build(g3_json_reader *reader, json_object **value)
{
    g3_view text;
    int64_t integer;
    *value = NULL;
    switch (g3_json_peek(reader)) {
    case G3_JSON_ARRAY:
        return build_array(reader, value);
    case G3_JSON_OBJECT:
        return build_object(reader, value);
    case G3_JSON_STRING:
        if (!g3_json_read_string(reader, &text))
            return false;
        *value = json_object_new_string_len(text.length ? text.data : "", (int)text.length);
        return true;
    case G3_JSON_NUMBER:
        if (g3_json_read_integer(reader, &integer)) {
            *value = json_object_new_int64(integer);
            return true;
        }
        if (!g3_json_skip(reader, &text))
            return false;
        *value = build_number(text);
        return true;
    case G3_JSON_TRUE:
    case G3_JSON_FALSE:
        *value = json_object_new_boolean(g3_json_peek(reader) == G3_JSON_TRUE);
        return g3_json_skip(reader, NULL);
    default:
        return g3_json_skip(reader, NULL);
    }
}

/* True if `text` escapes a character that json-c reads wrongly: the last 16 bits of its number are
 * those of a surrogate (U+1D800..1DFFF, U+2D800..2DFFF, ...), and json-c then takes the pair for
 * lone ones. */
static bool has_misread_pair(g3_view text)
{
    const size_t pair_length = strlen("\\uD834\\uDD1E");
    for (size_t at = 0; at + pair_length <= text.length; at++) {
        unsigned high, low;
        char pair[sizeof "\\uD834\\uDD1E"] = {0};
        memcpy(pair, text.data + at, pair_length);
        if (sscanf(pair, "\\u%4x\\u%4x", &high, &low) == 2 && high >= 0xd800 && high < 0xdc00 &&
            ((((high & 0x3ff) << 10) + (low & 0x3ff)) & 0xf800) == 0xd800)
            return true;
    }
    return false;
}

const char *oracle_compare(g3_view text)
{
    g3_arena arena = {0};
    g3_json_reader reader;
    json_object *ours = NULL, *theirs = NULL;
    const char *difference = NULL;
    bool they_accept = oracle_parse(text, &theirs);

    g3_json_begin(&reader, text, &arena);
    bool skipped = g3_json_skip(&reader, NULL) && g3_json_at_end(&reader);
    g3_json_begin(&reader, text, &arena);
    bool walked = oracle_build(&reader, &ours) && g3_json_at_end(&reader);

    if (skipped != walked)
        difference = "skipping and walking disagree";
    else if (walked && !they_accept)
        difference = "we accept what json-c refuses";
    else if (!walked && they_accept && !oracle_is_too_lax(text))
        difference = "we refuse what json-c accepts";
    else if (walked && oracle_is_too_lax(text))
        difference = "we accept what RFC 8259 does not";
    else if (walked && !json_object_equal(ours, theirs) && !has_misread_pair(text))
        difference = "the values differ";
    json_object_put(ours);
    json_object_put(theirs);
    g3_arena_free(&arena);
    return difference;
}
