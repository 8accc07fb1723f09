/* Parts a GraphQL text into tokens. Called by graph.c. */
#include "graph_scan.h"

static bool is_name_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static char peek(const graph_scanner *scan, size_t ahead)
{
    return scan->at + ahead < scan->text.length ? scan->text.data[scan->at + ahead] : '\0';
}

/* Blanks, commas, comments and a byte-order mark mean nothing. */
static void skip_ignored(graph_scanner *scan)
{
    while (scan->at < scan->text.length) {
        char c = peek(scan, 0);
        if (c == '#')
            while (scan->at < scan->text.length && peek(scan, 0) != '\n')
                scan->at++;
        else if (c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == ',')
            scan->at++;
        else if (c == '\xef' && peek(scan, 1) == '\xbb' && peek(scan, 2) == '\xbf')
            scan->at += 3;
        else
            break;
    }
}

/* The end of a string that begins at the present place, or 0 if it has none. */
static size_t string_end(const graph_scanner *scan)
{
    g3_view text = scan->text;
    size_t at = scan->at;
    if (peek(scan, 1) == '"' && peek(scan, 2) == '"') {
        for (at += 3; at + 3 <= text.length; at++) {
            if (memcmp(text.data + at, "\\\"\"\"", at + 4 <= text.length ? 4 : 3) == 0)
                at += 3;
            else if (memcmp(text.data + at, "\"\"\"", 3) == 0)
                return at + 3;
        }
        return 0;
    }
    for (at++; at < text.length && text.data[at] != '\n'; at++) {
        if (text.data[at] == '\\')
            at++;
        else if (text.data[at] == '"')
            return at + 1;
    }
    return 0;
}

void g3_graph_scanner_next(graph_scanner *scan)
{
    skip_ignored(scan);
    size_t begin = scan->at, end = begin + 1;
    char c = peek(scan, 0);
    bool number = c == '-' || (c >= '0' && c <= '9');
    scan->now.kind = TOKEN_PUNCTUATION;
    if (begin == scan->text.length) {
        end = begin;
        scan->now.kind = TOKEN_END;
    } else if (c == '"') {
        end = string_end(scan);
        scan->now.kind = TOKEN_OTHER;
        if (end == 0) {
            scan->fault = "a string without an end";
            scan->now.kind = TOKEN_END;
            end = scan->text.length;
        }
    } else if (number || is_name_character(c)) {
        while (end < scan->text.length && (is_name_character(scan->text.data[end]) ||
                                           (number && strchr(".+-", scan->text.data[end]))))
            end++;
        scan->now.kind = number ? TOKEN_OTHER : TOKEN_NAME;
    }
    scan->now.text = (g3_view){scan->text.data + begin, end - begin};
    scan->at = end;
}
