/* Writing documents: ASCII JSON as the real service sends it. */
#include "document.h"
#include "g3/base/hash.h"
#include "g3/base/options.h"

static const char HEX[] = "0123456789abcdef";

/* What a byte sequence that is not UTF-8 is read as. */
#define REPLACEMENT 0xFFFDu

static bool is_continuation(const char *at, const char *end)
{
    return at < end && ((unsigned char)*at & 0xC0) == 0x80;
}

/* Decodes the UTF-8 sequence at `*at` (first byte beyond ASCII) and steps behind it. */
static uint32_t decode_character(const char **at, const char *end)
{
    static const uint32_t LEAST[] = {0, 0, 0x80, 0x800, 0x10000}; /* by length: overlong below */
    unsigned char lead = (unsigned char)*(*at)++;
    int length = lead >= 0xF0 && lead < 0xF8   ? 4
                 : lead >= 0xE0 && lead < 0xF0 ? 3
                 : lead >= 0xC2 && lead < 0xE0 ? 2
                                               : 0;
    if (!length)
        return REPLACEMENT;
    uint32_t code = lead & (0x7Fu >> length);
    for (int i = 1; i < length; i++) {
        if (!is_continuation(*at, end))
            return REPLACEMENT;
        code = code << 6 | ((unsigned char)*(*at)++ & 0x3F);
    }
    bool surrogate = code >= 0xD800 && code <= 0xDFFF;
    return code < LEAST[length] || code > 0x10FFFF || surrogate ? REPLACEMENT : code;
}

static void append_escape(g3_buffer *buffer, uint32_t unit)
{
    char escape[6] = {
        '\\', 'u', HEX[unit >> 12 & 15], HEX[unit >> 8 & 15], HEX[unit >> 4 & 15], HEX[unit & 15]};
    g3_buffer_append(buffer, (g3_view){escape, sizeof escape});
}

static void append_character(g3_buffer *buffer, uint32_t code)
{
    if (code < 0x10000) {
        append_escape(buffer, code);
    } else {
        append_escape(buffer, 0xD800 + ((code - 0x10000) >> 10));
        append_escape(buffer, 0xDC00 + ((code - 0x10000) & 0x3FF));
    }
}

static void append_control(g3_buffer *buffer, char c)
{
    static const char SHORT[][2] = {{'\n', 'n'}, {'\t', 't'}, {'\r', 'r'}, {'\b', 'b'},
                                    {'\f', 'f'}, {'"', '"'},  {'\\', '\\'}};
    for (size_t i = 0; i < G3_COUNT(SHORT); i++)
        if (SHORT[i][0] == c) {
            g3_buffer_append_char(buffer, '\\');
            g3_buffer_append_char(buffer, SHORT[i][1]);
            return;
        }
    append_escape(buffer, (unsigned char)c);
}

static bool is_plain(char c)
{
    return c >= ' ' && c < 0x7F && c != '"' && c != '\\';
}

void document_append_string(g3_buffer *buffer, g3_view text)
{
    const char *at = text.data, *end = text.data + text.length;
    g3_buffer_append_char(buffer, '"');
    while (at < end) {
        const char *run = at;
        while (at < end && is_plain(*at))
            at++;
        g3_buffer_append(buffer, (g3_view){run, (size_t)(at - run)});
        if (at < end && (unsigned char)*at >= 0x80)
            append_character(buffer, decode_character(&at, end));
        else if (at < end)
            append_control(buffer, *at++);
    }
    g3_buffer_append_char(buffer, '"');
}

static g3_view string_of(json_object *value)
{
    return (g3_view){json_object_get_string(value), (size_t)json_object_get_string_len(value)};
}

void document_append_json(g3_buffer *buffer, json_object *value)
{
    bool first = true;
    switch (json_object_get_type(value)) {
    case json_type_string:
        document_append_string(buffer, string_of(value));
        break;
    case json_type_array:
        g3_buffer_append_char(buffer, '[');
        for (size_t i = 0; i < json_object_array_length(value); i++) {
            if (i)
                g3_buffer_append_char(buffer, ',');
            document_append_json(buffer, json_object_array_get_idx(value, i));
        }
        g3_buffer_append_char(buffer, ']');
        break;
    case json_type_object:
        g3_buffer_append_char(buffer, '{');
        json_object_object_foreach(value, key, member)
        {
            if (!first)
                g3_buffer_append_char(buffer, ',');
            first = false;
            document_append_string(buffer, g3_view_of(key));
            g3_buffer_append_char(buffer, ':');
            document_append_json(buffer, member);
        }
        g3_buffer_append_char(buffer, '}');
        break;
    default: /* null, numbers and booleans look the same everywhere */
        g3_buffer_append_text(buffer, json_object_to_json_string(value));
    }
}

static void append_python_string(g3_buffer *buffer, g3_view text)
{
    bool single = text.length && memchr(text.data, '\'', text.length);
    char quote = single && !memchr(text.data, '"', text.length) ? '"' : '\'';
    g3_buffer_append_char(buffer, quote);
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] == quote || text.data[i] == '\\')
            g3_buffer_append_char(buffer, '\\');
        g3_buffer_append_char(buffer, text.data[i]);
    }
    g3_buffer_append_char(buffer, quote);
}

void document_append_python(g3_buffer *buffer, json_object *value)
{
    bool first = true;
    switch (json_object_get_type(value)) {
    case json_type_null:
        g3_buffer_append_text(buffer, "None");
        break;
    case json_type_boolean:
        g3_buffer_append_text(buffer, json_object_get_boolean(value) ? "True" : "False");
        break;
    case json_type_string:
        append_python_string(buffer, string_of(value));
        break;
    case json_type_array:
        g3_buffer_append_char(buffer, '[');
        for (size_t i = 0; i < json_object_array_length(value); i++) {
            g3_buffer_append_text(buffer, i ? ", " : "");
            document_append_python(buffer, json_object_array_get_idx(value, i));
        }
        g3_buffer_append_char(buffer, ']');
        break;
    case json_type_object:
        g3_buffer_append_char(buffer, '{');
        json_object_object_foreach(value, key, member)
        {
            g3_buffer_append_text(buffer, first ? "" : ", ");
            first = false;
            append_python_string(buffer, g3_view_of(key));
            g3_buffer_append_text(buffer, ": ");
            document_append_python(buffer, member);
        }
        g3_buffer_append_char(buffer, '}');
        break;
    default:
        g3_buffer_append_text(buffer, json_object_to_json_string(value));
    }
}

bool document_parse(g3_view text, int depth, json_object **document)
{
    *document = NULL;
    if (text.length == 0 || text.length > INT32_MAX)
        return false;
    json_tokener *tokener = json_tokener_new_ex(depth);
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
    *document = json_tokener_parse_ex(tokener, text.data, (int)text.length);
    enum json_tokener_error outcome = json_tokener_get_error(tokener);
    if (outcome == json_tokener_continue && !*document) { /* a number at the very end */
        *document = json_tokener_parse_ex(tokener, "", 1);
        outcome = json_tokener_get_error(tokener);
    }
    json_tokener_free(tokener);
    if (outcome == json_tokener_success)
        return true;
    json_object_put(*document);
    *document = NULL;
    return false;
}

bool document_turns_lists(g3_view did)
{
    return g3_hash(did) & 1;
}

static const g3_view *item_at(const g3_view *items, size_t count, size_t i, bool turned)
{
    return &items[turned ? count - 1 - i : i];
}

static void append_list(g3_buffer *buffer, const char *key, const g3_view *items, size_t count,
                        bool turned)
{
    g3_buffer_append_text(buffer, key);
    for (size_t i = 0; i < count; i++) {
        g3_buffer_append_char(buffer, i ? ',' : '[');
        document_append_string(buffer, *item_at(items, count, i, turned));
    }
    g3_buffer_append_text(buffer, count ? "]" : "[]");
}

static void append_optional(g3_buffer *buffer, const char *key, g3_view text)
{
    g3_buffer_append_text(buffer, key);
    if (text.data)
        document_append_string(buffer, text);
    else
        g3_buffer_append_text(buffer, "null");
}

void document_append_record(g3_buffer *buffer, const document_fields *fields)
{
    bool turned = document_turns_lists(fields->did);
    append_list(buffer, "{\"acl\":", fields->acl, fields->acl_count, turned);
    append_list(buffer, ",\"authz\":", fields->authz, fields->authz_count, turned);
    append_optional(buffer, ",\"baseid\":", g3_view_of(fields->baseid));
    append_optional(buffer,
                    ",\"content_created_date\":null,\"content_updated_date\":null"
                    ",\"created_date\":",
                    g3_view_of(fields->date));
    append_optional(buffer, ",\"description\":null,\"did\":", fields->did);
    append_optional(buffer, ",\"file_name\":", fields->file_name);
    g3_buffer_append_text(buffer, ",\"form\":\"object\",\"hashes\":{");
    if (fields->md5.data)
        append_optional(buffer, "\"md5\":", fields->md5);
    append_optional(buffer, "},\"metadata\":{},\"rev\":", g3_view_of(fields->revision));
    g3_buffer_append_text(buffer, ",\"size\":");
    if (fields->has_size)
        g3_buffer_append_integer(buffer, fields->size);
    else
        g3_buffer_append_text(buffer, "null");
    append_optional(buffer, ",\"updated_date\":", g3_view_of(fields->date));
    append_list(buffer, ",\"uploader\":null,\"urls\":", fields->urls, fields->url_count, turned);
    g3_buffer_append_text(buffer, ",\"urls_metadata\":{");
    for (size_t i = 0; i < fields->url_count; i++) {
        if (i)
            g3_buffer_append_char(buffer, ',');
        document_append_string(buffer, fields->urls[i]);
        g3_buffer_append_text(buffer, ":{}");
    }
    g3_buffer_append_text(buffer, "},\"version\":null}");
}
