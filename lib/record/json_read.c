/* Reads JSON in memory without copying: the values of a line of the stream, of a metadata cell, of
 * a service's answer. Called by the manifest reader and by the readers of answers. */
#include "json_inside.h"

static const char *skip_digits(const char *at, const char *end)
{
    while (at < end && is_digit(*at))
        at++;
    return at;
}

void g3_json_begin(g3_json_reader *reader, g3_view text, g3_arena *arena)
{
    g3_json_begin_with(reader, text, arena, g3_scan_best());
}

void g3_json_begin_with(g3_json_reader *reader, g3_view text, g3_arena *arena, const g3_scan *scan)
{
    static const char nothing[] = ""; /* pointers to compare even where the view has none */
    const char *begin = text.data ? text.data : nothing;
    *reader = (g3_json_reader){
        .at = begin,
        .end = begin + text.length,
        .begin = begin,
        .arena = arena,
        .scan = scan,
    };
}

g3_json_type g3_json_peek(g3_json_reader *reader)
{
    reader->at = skip_blanks(reader->at, reader->end);
    if (reader->at == reader->end || reader->fault)
        return G3_JSON_WRONG;
    switch (*reader->at) {
    case '{':
        return G3_JSON_OBJECT;
    case '[':
        return G3_JSON_ARRAY;
    case '"':
        return G3_JSON_STRING;
    case 't':
        return G3_JSON_TRUE;
    case 'f':
        return G3_JSON_FALSE;
    case 'n':
        return G3_JSON_NULL;
    default:
        return *reader->at == '-' || is_digit(*reader->at) ? G3_JSON_NUMBER : G3_JSON_WRONG;
    }
}

bool g3_json_at_end(g3_json_reader *reader)
{
    reader->at = skip_blanks(reader->at, reader->end);
    return reader->at == reader->end && !reader->fault;
}

bool g3_json_read_string(g3_json_reader *reader, g3_view *text)
{
    const char *at = skip_blanks(reader->at, reader->end);
    if (at == reader->end || *at != '"')
        return set_fault(reader, at, "something else where a string must be");
    bool escaped = false;
    const char *begin = at + 1, *end = g3_json_find_string_end(reader, begin, &escaped);
    if (!end)
        return false;
    *text = (g3_view){begin, (size_t)(end - begin)};
    if (escaped)
        *text = g3_json_decode_string(reader, *text);
    reader->at = end + 1;
    return true;
}

/* Finds the end of the number at `at`. @return what follows it, or NULL if it is none */
static const char *find_number_end(const char *at, const char *end)
{
    if (at < end && *at == '-')
        at++;
    if (at == end || !is_digit(*at))
        return NULL;
    at = *at == '0' ? at + 1 : skip_digits(at, end);
    if (at < end && *at == '.') {
        const char *fraction = at + 1;
        at = skip_digits(fraction, end);
        if (at == fraction)
            return NULL;
    }
    if (at < end && (*at == 'e' || *at == 'E')) {
        at++;
        if (at < end && (*at == '+' || *at == '-'))
            at++;
        const char *exponent = at;
        at = skip_digits(exponent, end);
        if (at == exponent)
            return NULL;
    }
    return at;
}

bool g3_json_read_integer(g3_json_reader *reader, int64_t *value)
{
    const char *at = skip_blanks(reader->at, reader->end);
    bool negative = at < reader->end && *at == '-';
    int64_t sum = 0;
    at += negative;
    const char *digits = at;
    for (; at < reader->end && is_digit(*at); at++)
        if (__builtin_mul_overflow(sum, 10, &sum) ||
            (negative ? __builtin_sub_overflow(sum, *at - '0', &sum)
                      : __builtin_add_overflow(sum, *at - '0', &sum)))
            return false;
    bool leading_zero = at > digits && *digits == '0' && (at - digits > 1 || negative);
    bool goes_on = at < reader->end && (*at == '.' || *at == 'e' || *at == 'E');
    if (at == digits || leading_zero || goes_on)
        return false;
    *value = sum;
    reader->at = at;
    return true;
}

/* Finds the end of the string, number or word at `at`.
 * @return what follows it, or NULL with a fault */
static inline const char *skip_scalar(g3_json_reader *reader, const char *at)
{
    size_t left = (size_t)(reader->end - at);
    bool escaped = false;
    const char *behind;
    if (left && *at == '"') {
        behind = g3_json_find_string_end(reader, at + 1, &escaped);
        return behind ? behind + 1 : NULL;
    }
    if (left >= 4 && (memcmp(at, "null", 4) == 0 || memcmp(at, "true", 4) == 0))
        return at + 4;
    if (left >= 5 && memcmp(at, "false", 5) == 0)
        return at + 5;
    behind = find_number_end(at, reader->end);
    if (!behind)
        set_fault(reader, at, left ? "no JSON value" : "the end of the text inside a value");
    return behind;
}

/* Reads past the key at `at` and its colon.
 * @return where the value may begin, or NULL with a fault */
static inline const char *skip_key(g3_json_reader *reader, const char *at)
{
    bool escaped = false;
    at = skip_blanks(at, reader->end);
    if (at == reader->end || *at != '"') {
        set_fault(reader, at, "something else where a member's name must be");
        return NULL;
    }
    at = g3_json_find_string_end(reader, at + 1, &escaped);
    if (!at)
        return NULL;
    at = skip_blanks(at + 1, reader->end);
    if (at == reader->end || *at != ':') {
        set_fault(reader, at, "no colon behind a member's name");
        return NULL;
    }
    return at + 1;
}

/* The brackets open inside one g3_json_skip(): a bit for each, set where it is an object. */
typedef struct open_brackets {
    uint64_t objects;
    unsigned count;
} open_brackets;

_Static_assert(G3_JSON_DEPTH <= 64, "open_brackets has 64 bits");

/* Goes on behind a value inside brackets: closes those that end here, steps over a comma and the
 * next member's name.
 * @return where the next value begins, or what follows the last bracket (open->count is 0 then);
 *         NULL with a fault */
static const char *step_to_next(g3_json_reader *reader, const char *at, open_brackets *open)
{
    while (open->count) {
        bool object = open->objects & 1;
        at = skip_blanks(at, reader->end);
        if (at < reader->end && *at == ',')
            return object ? skip_key(reader, at + 1) : at + 1;
        if (at == reader->end || *at != (object ? '}' : ']')) {
            set_fault(reader, at,
                      object ? "no comma or } behind a member" : "no comma or ] behind an item");
            return NULL;
        }
        at++;
        open->objects >>= 1;
        open->count--;
    }
    return at;
}

/* Opens the bracket at `at`. @return where its first value begins, or what follows the value if it
 * is empty (`closed` is set then); NULL with a fault */
static const char *open_bracket(g3_json_reader *reader, const char *at, open_brackets *open,
                                bool *closed)
{
    bool object = *at == '{';
    if (reader->depth + open->count == G3_JSON_DEPTH) {
        set_fault(reader, at, "too deeply nested");
        return NULL;
    }
    const char *first = skip_blanks(at + 1, reader->end);
    *closed = first < reader->end && *first == (object ? '}' : ']');
    if (*closed)
        return first + 1;
    open->objects = open->objects << 1 | object;
    open->count++;
    return object ? skip_key(reader, first) : first;
}

bool g3_json_skip(g3_json_reader *reader, g3_view *text)
{
    open_brackets open = {0};
    const char *begin = skip_blanks(reader->at, reader->end), *at = begin;
    if (reader->fault)
        return false;
    do {
        bool closed = true;
        at = skip_blanks(at, reader->end);
        if (at < reader->end && (*at == '{' || *at == '['))
            at = open_bracket(reader, at, &open, &closed);
        else
            at = skip_scalar(reader, at);
        if (at && closed)
            at = step_to_next(reader, at, &open);
        if (!at)
            return false;
    } while (open.count);
    if (text)
        *text = (g3_view){begin, (size_t)(at - begin)};
    reader->at = at;
    return true;
}

bool g3_json_enter(g3_json_reader *reader, bool *first)
{
    g3_json_type type = g3_json_peek(reader);
    if (type != G3_JSON_ARRAY && type != G3_JSON_OBJECT)
        return set_fault(reader, reader->at, "something else where an array or object must be");
    if (reader->depth == G3_JSON_DEPTH)
        return set_fault(reader, reader->at, "too deeply nested");
    reader->depth++;
    reader->at++;
    *first = true;
    return true;
}

/* Steps to the next item or member: past a comma, or past the closing bracket. */
static inline bool step_in(g3_json_reader *reader, bool *first, char closing, const char *fault)
{
    const char *at = skip_blanks(reader->at, reader->end);
    if (reader->fault)
        return false;
    if (at < reader->end && *at == closing) {
        reader->at = at + 1;
        reader->depth--;
        return false;
    }
    if (!*first) {
        if (at == reader->end || *at != ',')
            return set_fault(reader, at, fault);
        at++;
    }
    reader->at = at;
    *first = false;
    return true;
}

bool g3_json_more(g3_json_reader *reader, bool *first)
{
    return step_in(reader, first, ']', "no comma or ] behind an item");
}

/* Reads a member's name and colon. */
static bool read_key(g3_json_reader *reader, g3_view *key)
{
    if (!g3_json_read_string(reader, key))
        return false;
    const char *at = skip_blanks(reader->at, reader->end);
    if (at == reader->end || *at != ':')
        return set_fault(reader, at, "no colon behind a member's name");
    reader->at = at + 1;
    return true;
}

bool g3_json_more_key(g3_json_reader *reader, bool *first, g3_view *key)
{
    return step_in(reader, first, '}', "no comma or } behind a member") && read_key(reader, key);
}

bool g3_json_more_expected(g3_json_reader *reader, bool *first, g3_view expected, bool *matched,
                           g3_view *key)
{
    *matched = false;
    if (!step_in(reader, first, '}', "no comma or } behind a member"))
        return false;
    const char *at = skip_blanks(reader->at, reader->end);
    if (expected.length && (size_t)(reader->end - at) >= expected.length &&
        memcmp(at, expected.data, expected.length) == 0) {
        reader->at = at + expected.length;
        *matched = true;
        return true;
    }
    return read_key(reader, key);
}

bool g3_json_is_valid(g3_view text)
{
    g3_arena arena = {0};
    g3_json_reader json;
    g3_json_begin(&json, text, &arena);
    bool valid = g3_json_skip(&json, NULL) && g3_json_at_end(&json);
    g3_arena_free(&arena);
    return valid;
}

bool g3_json_find(g3_json_reader *reader, const char *name)
{
    g3_view wanted = g3_view_of(name), key;
    bool first;
    if (g3_json_peek(reader) != G3_JSON_OBJECT || !g3_json_enter(reader, &first))
        return false;
    while (g3_json_more_key(reader, &first, &key)) {
        if (g3_view_equal(key, wanted))
            return true;
        if (!g3_json_skip(reader, NULL))
            return false;
    }
    return false;
}

bool g3_json_read_member(g3_view object, const char *name, g3_arena *arena, g3_view *text)
{
    g3_json_reader json;
    g3_json_begin(&json, object, arena);
    return g3_json_find(&json, name) && g3_json_peek(&json) == G3_JSON_STRING &&
           g3_json_read_string(&json, text);
}

g3_view g3_json_on_one_line(g3_view text, g3_arena *arena)
{
    if (!memchr(text.data, '\n', text.length) && !memchr(text.data, '\r', text.length))
        return text;
    char *line = g3_arena_take(arena, text.length);
    for (size_t i = 0; i < text.length; i++)
        line[i] = text.data[i] == '\n' || text.data[i] == '\r' ? ' ' : text.data[i];
    return (g3_view){line, text.length};
}
