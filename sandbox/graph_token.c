/* The tokens of GraphQL. Called by graph_parse.c and graph_value.c. */
#include "graph_token.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* Deepest nesting of selections and values: within any stack. */
#define DEPTH_LIMIT 64

static const char *end_of(const struct graph_reader *reader)
{
    return reader->text.data + reader->text.length;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Appends words as vprintf. */
static void append_words(g3_buffer *buffer, const char *format, va_list arguments)
{
    char *words = NULL;
    if (vasprintf(&words, format, arguments) < 0)
        g3_end_out_of_memory(strlen(format));
    g3_buffer_append_text(buffer, words);
    free(words);
}

bool graph_fail(struct graph_reader *reader, const char *format, ...)
{
    size_t line = 1, column = 1;
    va_list arguments;
    if (reader->fault->length)
        return false;
    for (const char *at = reader->text.data; at < reader->now.at; at++) {
        column = *at == '\n' ? 1 : column + 1;
        line += *at == '\n';
    }
    g3_buffer_append_format(reader->fault, "Syntax Error GraphQL (%zu:%zu) ", line, column);
    va_start(arguments, format);
    append_words(reader->fault, format, arguments);
    va_end(arguments);
    return false;
}

bool graph_refuse(struct graph_reader *reader, const char *format, ...)
{
    va_list arguments;
    if (reader->fault->length)
        return false;
    va_start(arguments, format);
    append_words(reader->fault, format, arguments);
    va_end(arguments);
    return false;
}

bool graph_fail_expected(struct graph_reader *reader, const char *expected)
{
    if (reader->now.kind == TOKEN_END)
        return graph_fail(reader, "Expected %s, found EOF", expected);
    return graph_fail(reader, "Expected %s, found %.*s", expected, (int)reader->now.text.length,
                      reader->now.text.data);
}

bool graph_enter(struct graph_reader *reader)
{
    if (++reader->depth <= DEPTH_LIMIT)
        return true;
    return graph_refuse(reader, "The query is nested deeper than %d", DEPTH_LIMIT);
}

/* Passes over blanks, commas and comments. */
static void skip_ignored(struct graph_reader *reader)
{
    const char *end = end_of(reader);
    while (reader->at < end) {
        if (*reader->at == '#')
            while (reader->at < end && *reader->at != '\n')
                reader->at++;
        else if (strchr(" \t\r\n,", *reader->at) && *reader->at)
            reader->at++;
        else if (end - reader->at >= 3 && memcmp(reader->at, "\xEF\xBB\xBF", 3) == 0)
            reader->at += 3;
        else
            break;
    }
}

static void read_name(struct graph_reader *reader)
{
    while (reader->at < end_of(reader) && (is_letter(*reader->at) || is_digit(*reader->at)))
        reader->at++;
    reader->now.kind = TOKEN_NAME;
}

static void skip_digits(struct graph_reader *reader)
{
    while (reader->at < end_of(reader) && is_digit(*reader->at))
        reader->at++;
}

static bool skip_one_of(struct graph_reader *reader, const char *set)
{
    if (reader->at == end_of(reader) || !*reader->at || !strchr(set, *reader->at))
        return false;
    reader->at++;
    return true;
}

static void read_number(struct graph_reader *reader)
{
    reader->now.kind = TOKEN_INTEGER;
    skip_one_of(reader, "-");
    skip_digits(reader);
    if (skip_one_of(reader, ".")) {
        reader->now.kind = TOKEN_NUMBER;
        skip_digits(reader);
    }
    if (skip_one_of(reader, "eE")) {
        reader->now.kind = TOKEN_NUMBER;
        skip_one_of(reader, "+-");
        skip_digits(reader);
    }
}

static void append_utf8(g3_buffer *text, unsigned code)
{
    if (code < 0x80) {
        g3_buffer_append_char(text, (char)code);
    } else if (code < 0x800) {
        g3_buffer_append_char(text, (char)(0xC0 | code >> 6));
        g3_buffer_append_char(text, (char)(0x80 | (code & 0x3F)));
    } else {
        g3_buffer_append_char(text, (char)(0xE0 | code >> 12));
        g3_buffer_append_char(text, (char)(0x80 | (code >> 6 & 0x3F)));
        g3_buffer_append_char(text, (char)(0x80 | (code & 0x3F)));
    }
}

/* Reads what stands behind a backslash. */
static bool read_escape(struct graph_reader *reader, g3_buffer *text)
{
    static const char FROM[] = "\"\\/bfnrt", TO[] = "\"\\/\b\f\n\r\t";
    const char *found =
        reader->at < end_of(reader) && *reader->at ? strchr(FROM, *reader->at) : NULL;
    unsigned code = 0;
    if (found) {
        reader->at++;
        g3_buffer_append_char(text, TO[found - FROM]);
        return true;
    }
    if (!skip_one_of(reader, "u") || end_of(reader) - reader->at < 4)
        return false;
    for (int i = 0; i < 4; i++) {
        int digit = g3_hex_digit(*reader->at++);
        if (digit < 0)
            return false;
        code = code * 16 + (unsigned)digit;
    }
    append_utf8(text, code);
    return true;
}

/* Reads a text between quotes; `at` is behind the first. */
static bool read_plain_text(struct graph_reader *reader, g3_buffer *text)
{
    while (reader->at < end_of(reader) && *reader->at != '"') {
        char c = *reader->at++;
        if (c == '\n' || c == '\r')
            return false;
        if (c != '\\')
            g3_buffer_append_char(text, c);
        else if (!read_escape(reader, text))
            return false;
    }
    return skip_one_of(reader, "\"");
}

/* Reads a text between threefold quotes; `at` is behind the first ones. Its indentation stays. */
static bool read_block_text(struct graph_reader *reader, g3_buffer *text)
{
    const char *close = memmem(reader->at, (size_t)(end_of(reader) - reader->at), "\"\"\"", 3);
    if (!close)
        return false;
    g3_buffer_append(text, g3_view_trim((g3_view){reader->at, (size_t)(close - reader->at)}));
    reader->at = close + 3;
    return true;
}

static void read_text(struct graph_reader *reader)
{
    g3_buffer text = {0};
    bool block = end_of(reader) - reader->at >= 3 && memcmp(reader->at, "\"\"\"", 3) == 0;
    reader->at += block ? 3 : 1;
    if (block ? read_block_text(reader, &text) : read_plain_text(reader, &text)) {
        reader->now.kind = TOKEN_TEXT;
        reader->now.text = g3_arena_copy(reader->arena, g3_buffer_view(&text));
    } else {
        reader->now.kind = TOKEN_WRONG;
        graph_fail(reader, "Unterminated string");
    }
    g3_buffer_free(&text);
}

static void read_punctuation(struct graph_reader *reader)
{
    reader->now.kind = TOKEN_PUNCTUATION;
    if (end_of(reader) - reader->at >= 3 && memcmp(reader->at, "...", 3) == 0)
        reader->at += 3;
    else if (!skip_one_of(reader, "{}()[]:=$!@|&")) {
        reader->now.kind = TOKEN_WRONG;
        graph_fail(reader, "Unexpected character \"%c\"", *reader->at);
    }
}

void graph_next(struct graph_reader *reader)
{
    skip_ignored(reader);
    reader->now = (struct graph_token){.kind = TOKEN_END, .at = reader->at};
    if (reader->fault->length) /* nothing comes behind a fault */
        reader->at = end_of(reader);
    if (reader->at == end_of(reader))
        return;
    if (*reader->at == '"') {
        read_text(reader);
        return;
    }
    if (is_letter(*reader->at))
        read_name(reader);
    else if (is_digit(*reader->at) || *reader->at == '-')
        read_number(reader);
    else
        read_punctuation(reader);
    reader->now.text = (g3_view){reader->now.at, (size_t)(reader->at - reader->now.at)};
}

bool graph_is(const struct graph_reader *reader, char c)
{
    return reader->now.kind == TOKEN_PUNCTUATION && reader->now.text.data[0] == c;
}

bool graph_is_word(const struct graph_reader *reader, const char *word)
{
    return reader->now.kind == TOKEN_NAME && g3_view_equal(reader->now.text, g3_view_of(word));
}

bool graph_expect(struct graph_reader *reader, char c)
{
    char expected[] = {c, '\0'};
    if (!graph_is(reader, c))
        return graph_fail_expected(reader, expected);
    graph_next(reader);
    return true;
}

g3_view graph_take_name(struct graph_reader *reader)
{
    g3_view name = reader->now.text;
    if (reader->now.kind != TOKEN_NAME) {
        graph_fail_expected(reader, "Name");
        return (g3_view){0};
    }
    graph_next(reader);
    return name;
}
