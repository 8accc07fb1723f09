/* Takes graph queries apart and puts pages into them. Called by the run that pages through them. */
#include "g3/commons/graph.h"
#include "g3/record/json.h"
#include "graph_scan.h"

/* What is read, and how far. */
typedef struct parser {
    graph_scanner scan;
    g3_arena *arena;
    g3_graph_query *query;
    size_t room;
    int operations;
} parser;

static bool is_at(const parser *parse, char c)
{
    return parse->scan.now.kind == TOKEN_PUNCTUATION && parse->scan.now.text.data[0] == c;
}

static bool is_word(const parser *parse, const char *word)
{
    return parse->scan.now.kind == TOKEN_NAME &&
           g3_view_equal(parse->scan.now.text, g3_view_of(word));
}

static size_t place_of(const parser *parse)
{
    return (size_t)(parse->scan.now.text.data - parse->scan.text.data);
}

static bool fail(parser *parse, const char *fault)
{
    if (!parse->scan.fault)
        parse->scan.fault = fault;
    return false;
}

/*
 * Passes over what stands between the bracket at hand and the one that closes it. `limits` is set
 * if lists are limited in there, by `first:`; it may be NULL.
 */
static bool skip_brackets(parser *parse, bool *limits)
{
    size_t depth = 0;
    bool first = false; /* the token before was this word */
    do {
        if (parse->scan.now.kind == TOKEN_END)
            return fail(parse, "a bracket that is not closed");
        if (is_at(parse, '{') || is_at(parse, '(') || is_at(parse, '['))
            depth++;
        else if (is_at(parse, '}') || is_at(parse, ')') || is_at(parse, ']'))
            depth--;
        else if (limits && first && is_at(parse, ':'))
            *limits = true;
        first = is_word(parse, "first");
        g3_graph_scanner_next(&parse->scan);
    } while (depth);
    return true;
}

/* Passes over one argument's value; parse->scan.now is behind the colon. */
static bool skip_value(parser *parse)
{
    if (is_at(parse, '{') || is_at(parse, '['))
        return skip_brackets(parse, NULL);
    if (is_at(parse, '$'))
        g3_graph_scanner_next(&parse->scan);
    if (parse->scan.now.kind == TOKEN_END || is_at(parse, ')'))
        return fail(parse, "an argument without a value");
    g3_graph_scanner_next(&parse->scan);
    return true;
}

static bool read_arguments(parser *parse, g3_graph_field *field)
{
    bool limited = false, placed = false, all = false;
    field->at = place_of(parse) + 1;
    for (g3_graph_scanner_next(&parse->scan); !is_at(parse, ')');) {
        size_t begin = place_of(parse);
        g3_view name = parse->scan.now.text;
        if (parse->scan.now.kind != TOKEN_NAME)
            return fail(parse, "an argument's name was expected");
        g3_graph_scanner_next(&parse->scan);
        if (!is_at(parse, ':'))
            return fail(parse, "a colon was expected behind an argument's name");
        g3_graph_scanner_next(&parse->scan);
        bool zero = parse->scan.now.kind == TOKEN_OTHER &&
                    g3_view_equal(parse->scan.now.text, G3_VIEW("0"));
        size_t end = place_of(parse) + parse->scan.now.text.length;
        if (!skip_value(parse))
            return false;
        if (g3_view_equal(name, G3_VIEW("first")) && zero) {
            all = true;
            field->all_begin = begin;
            field->all_end = end;
        } else if (g3_view_equal(name, G3_VIEW("first")) || g3_view_equal(name, G3_VIEW("last"))) {
            limited = true;
        } else if (g3_view_equal(name, G3_VIEW("offset"))) {
            placed = true;
        } else if (g3_view_starts_with(name, G3_VIEW("order_by_"))) {
            field->ordered = true;
        }
    }
    g3_graph_scanner_next(&parse->scan);
    field->pageable = !placed && (all || !limited);
    return true;
}

static g3_graph_field *add_field(parser *parse)
{
    g3_graph_query *query = parse->query;
    if (query->count == parse->room) {
        parse->room = parse->room ? 2 * parse->room : 8;
        g3_graph_field *more = g3_arena_take(parse->arena, parse->room * sizeof *more);
        if (query->count)
            memcpy(more, query->fields, query->count * sizeof *more);
        query->fields = more;
    }
    g3_graph_field *field = &query->fields[query->count++];
    *field = (g3_graph_field){.pageable = true};
    return field;
}

/* True for root fields that are no lists of nodes, though they have fields of their own. */
static bool is_single(g3_view name)
{
    return g3_view_starts_with(name, G3_VIEW("__")) || g3_view_equal(name, G3_VIEW("viewer"));
}

static bool skip_directives(parser *parse)
{
    while (is_at(parse, '@')) {
        g3_graph_scanner_next(&parse->scan); /* the name */
        g3_graph_scanner_next(&parse->scan);
        if (is_at(parse, '(') && !skip_brackets(parse, NULL))
            return false;
    }
    return true;
}

/* Reads a field of the root: [alias:] name [(arguments)] [@directives] [{...}]. */
static bool read_field(parser *parse)
{
    g3_graph_field *field = add_field(parse);
    g3_view name = field->name = parse->scan.now.text;
    field->at = parse->scan.at;
    field->bare = true;
    g3_graph_scanner_next(&parse->scan);
    if (is_at(parse, ':')) {
        g3_graph_scanner_next(&parse->scan);
        name = parse->scan.now.text;
        field->at = parse->scan.at;
        if (parse->scan.now.kind != TOKEN_NAME)
            return fail(parse, "a field's name was expected");
        g3_graph_scanner_next(&parse->scan);
    }
    if (is_at(parse, '(')) {
        field->bare = false;
        if (!read_arguments(parse, field))
            return false;
    }
    if (!skip_directives(parse))
        return false;
    field->is_list = is_at(parse, '{') && !is_single(name);
    field->pageable = field->pageable && field->is_list;
    /* Each of the types that these are made of has its own pages. */
    field->until_empty =
        g3_view_equal(name, G3_VIEW("datanode")) || g3_view_equal(name, G3_VIEW("node"));
    return !is_at(parse, '{') || skip_brackets(parse, &field->limits_inside);
}

/* Reads the selection set of the operation. */
static bool read_root(parser *parse)
{
    for (g3_graph_scanner_next(&parse->scan); !is_at(parse, '}');) {
        if (is_at(parse, '.'))
            return fail(parse, "a fragment at the root is not supported: write its fields there");
        if (parse->scan.now.kind != TOKEN_NAME)
            return fail(parse, parse->scan.now.kind == TOKEN_END ? "a bracket that is not closed"
                                                                 : "a field's name was expected");
        if (!read_field(parse))
            return false;
    }
    g3_graph_scanner_next(&parse->scan);
    return true;
}

static bool read_definition(parser *parse)
{
    bool fragment = is_word(parse, "fragment");
    if (!fragment && !is_at(parse, '{') && !is_word(parse, "query"))
        return fail(parse, "a query begins with { or with the word query");
    while (!is_at(parse, '{')) {
        if (parse->scan.now.kind == TOKEN_END)
            return fail(parse, "there is no { behind the operation's name");
        if (is_at(parse, '(')) {
            if (!skip_brackets(parse, NULL))
                return false;
        } else {
            g3_graph_scanner_next(&parse->scan);
        }
    }
    if (fragment)
        return skip_brackets(parse, NULL);
    if (parse->operations++)
        return fail(parse, "there are several operations: give one");
    return read_root(parse);
}

bool g3_graph_query_read(g3_graph_query *query, g3_view text, g3_arena *arena, g3_error *error)
{
    parser state = {.scan = {.text = text}, .arena = arena, .query = query}, *parse = &state;
    *query = (g3_graph_query){.text = text};
    g3_graph_scanner_next(&parse->scan);
    while (!parse->scan.fault && parse->scan.now.kind != TOKEN_END)
        read_definition(parse);
    if (!parse->scan.fault && parse->operations == 0)
        parse->scan.fault = "there is no query";
    if (!parse->scan.fault)
        return true;
    size_t line = 1, column = 1, end = place_of(parse);
    for (size_t i = 0; i < end && i < text.length; i++) {
        column = text.data[i] == '\n' ? 1 : column + 1;
        line += text.data[i] == '\n';
    }
    return g3_fail(error, G3_EXIT_USAGE, "the query, line %zu, column %zu: %s", line, column,
                   parse->scan.fault);
}

/* Appends what one field's list is asked for. */
static void append_arguments(g3_buffer *text, const g3_graph_field *field,
                             const g3_graph_page *page)
{
    g3_buffer_append_text(text, field->bare ? "(first: " : "first: ");
    g3_buffer_append_integer(text, page->first);
    g3_buffer_append_text(text, ", offset: ");
    g3_buffer_append_integer(text, page->offset);
    if (page->ordered && !field->ordered)
        g3_buffer_append_text(text, ", order_by_asc: \"id\"");
    g3_buffer_append_text(text, field->bare ? ")" : ", ");
}

void g3_graph_query_append(g3_buffer *text, const g3_graph_query *query, const g3_graph_page *page)
{
    size_t done = 0;
    const char *data = query->text.data;
    for (size_t i = 0; i < query->count && page->offset >= 0; i++) {
        const g3_graph_field *field = &query->fields[i];
        if (!field->pageable)
            continue;
        g3_buffer_append(text, (g3_view){data + done, field->at - done});
        append_arguments(text, field, page);
        done = field->at;
        if (field->all_end) {
            g3_buffer_append(text, (g3_view){data + done, field->all_begin - done});
            done = field->all_end;
        }
    }
    g3_buffer_append(text, (g3_view){data + done, query->text.length - done});
}

size_t g3_graph_append_errors(g3_buffer *lines, g3_view answer)
{
    g3_arena arena = {0};
    g3_json_reader json;
    bool first;
    size_t count = 0;
    g3_view item, message;
    g3_json_begin(&json, answer, &arena);
    if (g3_json_find(&json, "errors") && g3_json_peek(&json) == G3_JSON_ARRAY)
        for (g3_json_enter(&json, &first); g3_json_more(&json, &first); count++) {
            bool text = g3_json_peek(&json) == G3_JSON_STRING;
            if (text ? !g3_json_read_string(&json, &message) : !g3_json_skip(&json, &item))
                break;
            if (!text && !g3_json_read_member(item, "message", &arena, &message))
                message = item;
            g3_buffer_append_on_line(lines, message);
            g3_buffer_append_char(lines, '\n');
        }
    g3_arena_free(&arena);
    return count;
}
