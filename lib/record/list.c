/* Lists in the cells of a manifest: urls, authz, acl. Called by the manifest reader and writer. */
#include "g3/record/list.h"
#include "g3/record/json.h"

/* Items that a list begins with room for; it grows by doubling. */
#define FIRST_ITEMS ((size_t)4)

/* A blank inside an item, as it is written in a cell. */
static const g3_view BLANK_CODE = {"%20", 3};

/* The items read so far, and how the cell is to be understood. */
typedef struct list_reader {
    g3_arena *arena;
    g3_object_field field;
    bool percents; /* the cell has a '%' somewhere */
    g3_view *items;
    size_t count;
    size_t capacity;
} list_reader;

static inline bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static inline bool is_quote(char c)
{
    return c == '\'' || c == '"';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* True if an opening quote, with an optional `u` in front, stands at `at`. */
static bool begins_quoted(const char *at, const char *end)
{
    return at < end && (is_quote(*at) || (*at == 'u' && at + 1 < end && is_quote(at[1])));
}

/* True if `at` looks like the beginning of a URL: a scheme (RFC 3986, 3.1) and "://". */
static bool begins_url(const char *at, const char *end)
{
    if (at == end || !is_letter(*at))
        return false;
    while (at < end &&
           (is_letter(*at) || (*at >= '0' && *at <= '9') || *at == '+' || *at == '-' || *at == '.'))
        at++;
    return end - at >= 3 && memcmp(at, "://", 3) == 0;
}

/* True if the comma at `comma` parts two items, or ends one, rather than being part of one. */
static bool parts_items(g3_object_field field, const char *comma, const char *end)
{
    const char *at = comma + 1;
    if (at == end || is_blank(*at) || *at == ',')
        return true;
    if (begins_quoted(at, end))
        at += *at == 'u' ? 2 : 1;
    switch (field) {
    case G3_URLS:
        return begins_url(at, end);
    case G3_AUTHZ:
        return at < end && *at == '/';
    default:
        return true;
    }
}

/* `text` with each %20 as a blank; a piece of the arena if there is any. */
static g3_view decode_blanks(g3_view text, g3_arena *arena)
{
    const char *code = memmem(text.data, text.length, BLANK_CODE.data, BLANK_CODE.length);
    if (!code)
        return text;
    char *begin = g3_arena_take(arena, text.length), *out = begin;
    const char *at = text.data, *end = at + text.length;
    while (code) {
        memcpy(out, at, (size_t)(code - at));
        out += code - at;
        *out++ = ' ';
        at = code + BLANK_CODE.length;
        code = memmem(at, (size_t)(end - at), BLANK_CODE.data, BLANK_CODE.length);
    }
    memcpy(out, at, (size_t)(end - at));
    out += end - at;
    return (g3_view){begin, (size_t)(out - begin)};
}

static void add_item(list_reader *reader, g3_view item)
{
    if (item.length == 0)
        return;
    if (reader->count == reader->capacity) {
        reader->capacity = reader->capacity ? reader->capacity * 2 : FIRST_ITEMS;
        g3_view *more = g3_arena_take(reader->arena, reader->capacity * sizeof *more);
        if (reader->count)
            memcpy(more, reader->items, reader->count * sizeof *more);
        reader->items = more;
    }
    reader->items[reader->count++] = reader->percents ? decode_blanks(item, reader->arena) : item;
}

/* Adds an item that stands without brackets: quotes around it are dropped. */
static void add_plain_item(list_reader *reader, g3_view item)
{
    if (item.length >= 2 && is_quote(item.data[0]) && item.data[item.length - 1] == item.data[0])
        item = (g3_view){item.data + 1, item.length - 2};
    add_item(reader, item);
}

/* Reads a bare item at `at`, up to a blank or a comma that parts. @return what follows it */
static const char *find_item_end(const list_reader *reader, const char *at, const char *end,
                                 bool commas)
{
    while (at < end && !is_blank(*at) &&
           !(commas && *at == ',' && parts_items(reader->field, at, end)))
        at++;
    return at;
}

static void read_plain(list_reader *reader, g3_view text, bool commas)
{
    const char *at = text.data, *end = at + text.length;
    while (at < end) {
        const char *item = at;
        at = find_item_end(reader, at, end, commas);
        add_plain_item(reader, (g3_view){item, (size_t)(at - item)});
        if (at < end)
            at++; /* the blank or comma */
    }
}

/* True if the quote at `at` can be the closing one: the end, a comma or the next item follows. */
static bool closes_item(const char *at, const char *end)
{
    const char *next = at + 1;
    while (next < end && is_blank(*next))
        next++;
    return next == end || *next == ',' || (next > at + 1 && begins_quoted(next, end));
}

/* Finds the closing quote of the item whose text begins at `at`. @return it, or NULL if there is
 * none */
static const char *find_closing_quote(const char *at, const char *end, char quote, bool *escaped)
{
    for (; at < end; at++) {
        if (*at == '\\' && at + 1 < end) {
            *escaped = true;
            at++;
        } else if (*at == quote && closes_item(at, end)) {
            return at;
        }
    }
    return NULL;
}

/* `text` without the backslashes in front of quotes and backslashes. */
static g3_view drop_backslashes(g3_view text, g3_arena *arena)
{
    char *begin = g3_arena_take(arena, text.length), *out = begin;
    for (size_t i = 0; i < text.length; i++) {
        bool more = i + 1 < text.length;
        if (text.data[i] == '\\' && more &&
            (is_quote(text.data[i + 1]) || text.data[i + 1] == '\\'))
            i++;
        *out++ = text.data[i];
    }
    return (g3_view){begin, (size_t)(out - begin)};
}

/* Reads the quoted item at `at`. @return what follows it and its comma, or NULL if its quote is
 * never closed */
static const char *read_quoted(list_reader *reader, const char *at, const char *end)
{
    bool escaped = false;
    const char *quote = *at == 'u' ? at + 1 : at;
    const char *closing = find_closing_quote(quote + 1, end, *quote, &escaped);
    if (!closing)
        return NULL;
    g3_view item = {quote + 1, (size_t)(closing - quote - 1)};
    add_item(reader, escaped ? drop_backslashes(item, reader->arena) : item);
    at = closing + 1;
    while (at < end && is_blank(*at))
        at++;
    return at < end && *at == ',' ? at + 1 : at;
}

/* Reads what stands between brackets. */
static void read_bracketed(list_reader *reader, g3_view text)
{
    const char *at = text.data, *end = at + text.length;
    bool unclosed = false; /* a quote without partner was met: no more are looked for, which would
                              take time with the square of the length */
    while (at < end) {
        const char *behind = NULL;
        if (is_blank(*at)) {
            at++;
            continue;
        }
        if (!unclosed && begins_quoted(at, end)) {
            behind = read_quoted(reader, at, end);
            unclosed = !behind;
        }
        if (!behind) {
            behind = find_item_end(reader, at, end, true);
            add_item(reader, (g3_view){at, (size_t)(behind - at)});
            if (behind < end)
                behind++;
        }
        at = behind;
    }
}

/* True for `['open']` and `[u'open']`, which the SDK takes for access by everybody. */
static bool means_everybody(g3_view text)
{
    return g3_view_equal_ignoring_case(text, G3_VIEW("['open']")) ||
           g3_view_equal_ignoring_case(text, G3_VIEW("[u'open']"));
}

g3_value g3_list_read(g3_view cell, g3_object_field field, bool commas, g3_arena *arena)
{
    list_reader reader = {.arena = arena, .field = field};
    g3_view text = g3_view_trim(cell);
    bool bracketed = text.length >= 2 && text.data[0] == '[' && text.data[text.length - 1] == ']';
    reader.percents = text.length && memchr(text.data, '%', text.length);
    if (bracketed && field == G3_ACL && means_everybody(text))
        add_item(&reader, G3_VIEW("*"));
    else if (bracketed)
        read_bracketed(&reader, (g3_view){text.data + 1, text.length - 2});
    else
        read_plain(&reader, text, commas);
    return (g3_value){.type = G3_LIST, .list = {reader.items, reader.count}};
}

/* True if an item may be read back otherwise when it is written plainly: to be tried. */
static bool looks_risky(g3_view item, bool commas)
{
    if (item.length == 0)
        return false; /* lost in either spelling */
    if (item.data[0] == '[' || is_quote(item.data[0]))
        return true;
    for (size_t i = 0; i < item.length; i++)
        if ((is_blank(item.data[i]) && item.data[i] != ' ') || (commas && item.data[i] == ','))
            return true;
    return false;
}

/* Appends an item with its blanks as %20. */
static void append_item(g3_buffer *buffer, g3_view item)
{
    const char *blank;
    while (item.length && (blank = memchr(item.data, ' ', item.length))) {
        size_t before = (size_t)(blank - item.data);
        g3_buffer_append(buffer, (g3_view){item.data, before});
        g3_buffer_append(buffer, BLANK_CODE);
        item = (g3_view){blank + 1, item.length - before - 1};
    }
    g3_buffer_append(buffer, item);
}

static void append_plain(g3_buffer *buffer, const g3_value *list)
{
    for (size_t i = 0; i < list->list.count; i++) {
        if (i)
            g3_buffer_append_char(buffer, ' ');
        append_item(buffer, list->list.items[i]);
    }
}

static void append_quoted_item(g3_buffer *buffer, g3_view item)
{
    g3_buffer_append_char(buffer, '\'');
    for (size_t i = 0; i < item.length; i++) {
        char c = item.data[i];
        if (c == ' ') {
            g3_buffer_append(buffer, BLANK_CODE);
            continue;
        }
        if (c == '\'' || c == '\\')
            g3_buffer_append_char(buffer, '\\');
        g3_buffer_append_char(buffer, c);
    }
    g3_buffer_append_char(buffer, '\'');
}

static void append_bracketed(g3_buffer *buffer, const g3_value *list)
{
    g3_buffer_append_char(buffer, '[');
    for (size_t i = 0; i < list->list.count; i++) {
        if (i)
            g3_buffer_append(buffer, G3_VIEW(", "));
        append_quoted_item(buffer, list->list.items[i]);
    }
    g3_buffer_append_char(buffer, ']');
}

/* True if `cell` is read as the items of `list`. */
static bool reads_back(g3_view cell, const g3_value *list, g3_object_field field, bool commas)
{
    g3_arena arena = {0};
    g3_value read = g3_list_read(cell, field, commas, &arena);
    bool same = read.list.count == list->list.count;
    for (size_t i = 0; same && i < read.list.count; i++)
        same = g3_view_equal(read.list.items[i], list->list.items[i]);
    g3_arena_free(&arena);
    return same;
}

void g3_list_append(g3_buffer *buffer, const g3_value *list, g3_object_field field, bool commas)
{
    bool risky = false;
    size_t begin = buffer->length;
    for (size_t i = 0; i < list->list.count && !risky; i++)
        risky = looks_risky(list->list.items[i], commas);
    append_plain(buffer, list);
    if (risky) {
        g3_view plain = {buffer->data + begin, buffer->length - begin};
        if (!reads_back(plain, list, field, commas)) {
            buffer->length = begin;
            append_bracketed(buffer, list);
        }
    }
}

/* Appends a JSON array of strings as the cell of a list. @return false if it is something else */
static bool append_array(g3_view json, g3_object_field field, bool commas, g3_buffer *out)
{
    g3_arena arena = {0};
    g3_json_reader reader;
    bool first, is_list = true;
    size_t count = 0;
    g3_view item;
    g3_json_begin(&reader, json, &arena);
    if (g3_json_peek(&reader) != G3_JSON_ARRAY)
        return false;
    /* A string takes at least two quotes and a comma or bracket. */
    g3_view *items = g3_arena_take(&arena, (json.length / 3 + 1) * sizeof *items);
    g3_json_enter(&reader, &first);
    while (is_list && g3_json_more(&reader, &first)) {
        is_list = g3_json_peek(&reader) == G3_JSON_STRING && g3_json_read_string(&reader, &item);
        if (is_list)
            items[count++] = item;
    }
    if (is_list)
        g3_list_append(out, &(g3_value){.type = G3_LIST, .list = {items, count}}, field, commas);
    g3_arena_free(&arena);
    return is_list;
}

g3_view g3_value_cell_text(const g3_value *value, g3_object_field field, bool commas,
                           g3_buffer *scratch)
{
    g3_buffer_clear(scratch);
    switch (value->type) {
    case G3_NULL:
        return (g3_view){"", 0};
    case G3_STRING:
        return value->text;
    case G3_INTEGER:
        g3_buffer_append_integer(scratch, value->integer);
        break;
    case G3_LIST:
        g3_list_append(scratch, value, field, commas);
        break;
    case G3_JSON:
        if (!append_array(value->text, field, commas, scratch))
            return value->text;
        break;
    }
    return scratch->length ? g3_buffer_view(scratch) : (g3_view){"", 0};
}
