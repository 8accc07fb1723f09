/* Values as Python spells them. Called for reports in the SDK's form. */
#include "g3/run/python.h"
#include "g3/record/list.h"
#include <json-c/json.h>

/* Characters that str.isprintable() denies: Unicode categories Cc, Cf, Zl, Zp, Zs (but the space)
 * and Co, as of Unicode 14 (Python 3.11). In order. */
static const struct {
    uint32_t first, last;
} UNPRINTABLE[] = {
    {0x0, 0x1f},        {0x7f, 0xa0},       {0xad, 0xad},       {0x600, 0x605},
    {0x61c, 0x61c},     {0x6dd, 0x6dd},     {0x70f, 0x70f},     {0x890, 0x891},
    {0x8e2, 0x8e2},     {0x1680, 0x1680},   {0x180e, 0x180e},   {0x2000, 0x200f},
    {0x2028, 0x202f},   {0x205f, 0x2064},   {0x2066, 0x206f},   {0x3000, 0x3000},
    {0xe000, 0xf8ff},   {0xfeff, 0xfeff},   {0xfff9, 0xfffb},   {0x110bd, 0x110bd},
    {0x110cd, 0x110cd}, {0x13430, 0x13438}, {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a},
    {0xe0001, 0xe0001}, {0xe0020, 0xe007f}, {0xf0000, 0xffffd}, {0x100000, 0x10fffd},
};

static bool is_printable(uint32_t character)
{
    size_t count = sizeof UNPRINTABLE / sizeof *UNPRINTABLE;
    for (size_t i = 0; i < count && UNPRINTABLE[i].first <= character; i++)
        if (character <= UNPRINTABLE[i].last)
            return false;
    return true;
}

/* Bytes of the character that begins with `first`; 0 if none can. */
static size_t character_length(unsigned char first)
{
    if (first < 0x80)
        return 1;
    if (first < 0xc2 || first > 0xf4)
        return 0;
    return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/* Reads one character of UTF-8.
 * @return its length in bytes; 0 if no character is there */
static size_t read_character(g3_view text, uint32_t *character)
{
    const unsigned char *at = (const unsigned char *)text.data;
    size_t length = character_length(at[0]);
    if (length == 0 || length > text.length)
        return 0;
    uint32_t value = length == 1 ? at[0] : at[0] & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return 0;
        value = value << 6 | (at[i] & 0x3f);
    }
    *character = value;
    return length;
}

static void append_escaped(g3_buffer *buffer, uint32_t character)
{
    switch (character) {
    case '\n':
        g3_buffer_append_text(buffer, "\\n");
        break;
    case '\r':
        g3_buffer_append_text(buffer, "\\r");
        break;
    case '\t':
        g3_buffer_append_text(buffer, "\\t");
        break;
    default:
        g3_buffer_append_format(buffer,
                                character > 0xffff ? "\\U%08x"
                                : character > 0xff ? "\\u%04x"
                                                   : "\\x%02x",
                                character);
    }
}

void g3_python_append_string(g3_buffer *buffer, g3_view text)
{
    bool single = text.length && memchr(text.data, '\'', text.length);
    bool both = single && memchr(text.data, '"', text.length);
    char quote = single && !both ? '"' : '\'';
    g3_buffer_append_char(buffer, quote);
    while (text.length) {
        uint32_t character;
        size_t length = read_character(text, &character);
        if (length == 0) {
            g3_buffer_append_format(buffer, "\\x%02x", (unsigned char)text.data[0]);
            length = 1;
        } else if (character == (unsigned char)quote || character == '\\') {
            g3_buffer_append_char(buffer, '\\');
            g3_buffer_append_char(buffer, (char)character);
        } else if (is_printable(character)) {
            g3_buffer_append(buffer, (g3_view){text.data, length});
        } else {
            append_escaped(buffer, character);
        }
        text.data += length;
        text.length -= length;
    }
    g3_buffer_append_char(buffer, quote);
}

void g3_python_append_list(g3_buffer *buffer, const g3_view *items, size_t count)
{
    g3_buffer_append_char(buffer, '[');
    for (size_t i = 0; i < count; i++) {
        if (i)
            g3_buffer_append_text(buffer, ", ");
        g3_python_append_string(buffer, items[i]);
    }
    g3_buffer_append_char(buffer, ']');
}

void g3_python_append_row(g3_buffer *buffer, const g3_record *row)
{
    g3_buffer cell = {0};
    g3_buffer_append_char(buffer, '{');
    for (size_t i = 0; i < row->count; i++) {
        const g3_value *value = &row->fields[i].value;
        if (i)
            g3_buffer_append_text(buffer, ", ");
        g3_python_append_string(buffer, row->fields[i].column->name);
        g3_buffer_append_text(buffer, ": ");
        g3_buffer_clear(&cell);
        if (value->type == G3_LIST)
            g3_list_append(&cell, value, (g3_object_field)row->fields[i].column->field, false);
        else if (value->type == G3_INTEGER)
            g3_buffer_append_integer(&cell, value->integer);
        else if (value->type != G3_NULL)
            g3_buffer_append(&cell, value->text);
        g3_python_append_string(buffer, g3_buffer_view(&cell));
    }
    g3_buffer_append_char(buffer, '}');
    g3_buffer_free(&cell);
}

static void append_document(g3_buffer *buffer, json_object *value)
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
        g3_python_append_string(buffer, (g3_view){json_object_get_string(value),
                                                  (size_t)json_object_get_string_len(value)});
        break;
    case json_type_array:
        g3_buffer_append_char(buffer, '[');
        for (size_t i = 0; i < json_object_array_length(value); i++) {
            g3_buffer_append_text(buffer, i ? ", " : "");
            append_document(buffer, json_object_array_get_idx(value, i));
        }
        g3_buffer_append_char(buffer, ']');
        break;
    case json_type_object:
        g3_buffer_append_char(buffer, '{');
        json_object_object_foreach(value, key, member)
        {
            g3_buffer_append_text(buffer, first ? "" : ", ");
            first = false;
            g3_python_append_string(buffer, g3_view_of(key));
            g3_buffer_append_text(buffer, ": ");
            append_document(buffer, member);
        }
        g3_buffer_append_char(buffer, '}');
        break;
    default: /* numbers keep their digits */
        g3_buffer_append_text(buffer, json_object_to_json_string(value));
    }
}

void g3_python_append_json(g3_buffer *buffer, g3_view json)
{
    json_tokener *reader = json_tokener_new();
    json_object *value = json_tokener_parse_ex(reader, json.data, (int)json.length);
    enum json_tokener_error fault = json_tokener_get_error(reader);
    if (fault == json_tokener_continue) /* a number has no end of its own */
        value = json_tokener_parse_ex(reader, "", 1);
    if (json_tokener_get_error(reader) == json_tokener_success)
        append_document(buffer, value);
    else
        g3_buffer_append(buffer, json);
    json_object_put(value);
    json_tokener_free(reader);
}
