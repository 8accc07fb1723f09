/* Writes JSON: strings, values, and records as lines of the stream. Called by the manifest writer
 * and by whoever builds a request's body or a result line. */
#include "g3/record/json.h"

/* Digits and sign of any int64_t. */
#define LONGEST_INTEGER ((size_t)20)

/* Room reserved at once for a record, at most; a larger one is written in pieces, so that a huge
 * cell does not ask for six times its size. */
#define ROOM_LIMIT ((size_t)512 * 1024)

/* Bytes of text written at once where a text is larger. */
#define PIECE (ROOM_LIMIT / G3_SCAN_LONGEST_ESCAPE / 2)

static inline char *write_escaped(const g3_scan *scan, char *out, g3_view text)
{
    return out + scan->copy_escaped(out, text.data, text.length);
}

static char *copy(char *out, g3_view text)
{
    if (text.length)
        memcpy(out, text.data, text.length);
    return out + text.length;
}

/* As copy(), for names: a few bytes, for which a call of memcpy takes longer than the copying. */
static inline char *copy_name(char *out, g3_view name)
{
    const size_t word = sizeof(uint64_t);
    const char *from = name.data;
    size_t left = name.length;
    for (; left >= word; left -= word, out += word, from += word)
        memcpy(out, from, word);
    for (; left; left--)
        *out++ = *from++;
    return out;
}

/* If a character that some take for a line end stands at `at` (U+0085, U+2028, U+2029): its bytes
 * and its escape. @return bytes, or 0 */
static size_t match_line_separator(const char *at, const char *end, const char **escape)
{
    if (end - at >= 2 && memcmp(at, "\xc2\x85", 2) == 0) {
        *escape = "\\u0085";
        return 2;
    }
    if (end - at >= 3 && memcmp(at, "\xe2\x80", 2) == 0 && ((unsigned char)at[2] | 1) == 0xa9) {
        *escape = (unsigned char)at[2] == 0xa8 ? "\\u2028" : "\\u2029";
        return 3;
    }
    return 0;
}

/* Writes text that may have line separators: those as escapes, the rest as write_escaped() does, or
 * as it is where it is JSON already (`scan` is NULL). */
static char *write_separated(const g3_scan *scan, char *out, g3_view text)
{
    const char *plain = text.data, *end = plain + text.length, *at = plain;
    if (text.length && !memchr(at, 0xe2, text.length) && !memchr(at, 0xc2, text.length))
        at = end; /* the usual case: none of their first bytes */
    while (at < end) {
        const char *escape;
        size_t length = match_line_separator(at, end, &escape);
        if (length == 0) {
            at++;
            continue;
        }
        g3_view before = {plain, (size_t)(at - plain)};
        out = scan ? write_escaped(scan, out, before) : copy(out, before);
        out = copy(out, (g3_view){escape, G3_SCAN_LONGEST_ESCAPE});
        plain = at += length;
    }
    g3_view rest = {plain, (size_t)(end - plain)};
    return scan ? write_escaped(scan, out, rest) : copy(out, rest);
}

static inline char *write_string(const g3_scan *scan, char *out, g3_view text, bool ascii)
{
    *out++ = '"';
    out = ascii ? write_escaped(scan, out, text) : write_separated(scan, out, text);
    *out++ = '"';
    return out;
}

static char *write_integer(char *out, int64_t value)
{
    char digits[LONGEST_INTEGER], *at = digits + sizeof digits;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do {
        *--at = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    if (value < 0)
        *--at = '-';
    return copy(out, (g3_view){at, (size_t)(digits + sizeof digits - at)});
}

static char *write_list(const g3_scan *scan, char *out, const g3_value *list, bool ascii)
{
    *out++ = '[';
    for (size_t i = 0; i < list->list.count; i++) {
        if (i)
            *out++ = ',';
        out = write_string(scan, out, list->list.items[i], ascii);
    }
    *out++ = ']';
    return out;
}

/* The bytes that write_string() needs at worst. */
static inline size_t measure_string(g3_view text)
{
    return G3_SCAN_LONGEST_ESCAPE * text.length + 2 + G3_SCAN_SLACK;
}

/* The bytes that write_value() needs at worst. */
static inline size_t measure_value(const g3_value *value)
{
    size_t room = 2 + G3_SCAN_SLACK;
    switch (value->type) {
    case G3_NULL:
        return strlen("null");
    case G3_INTEGER:
        return LONGEST_INTEGER;
    case G3_JSON: /* at worst nothing but line separators of two bytes */
    case G3_STRING:
        return measure_string(value->text);
    case G3_LIST:
        for (size_t i = 0; i < value->list.count; i++)
            room += measure_string(value->list.items[i]) + 1;
        return room;
    }
    return room;
}

/* Writes a value where there is room for it. */
static inline char *write_value(const g3_scan *scan, char *out, const g3_value *value, bool ascii)
{
    switch (value->type) {
    case G3_NULL:
        return copy(out, G3_VIEW("null"));
    case G3_INTEGER:
        return write_integer(out, value->integer);
    case G3_STRING:
        return write_string(scan, out, value->text, ascii);
    case G3_JSON:
        return ascii ? copy(out, value->text) : write_separated(NULL, out, value->text);
    case G3_LIST:
        return write_list(scan, out, value, ascii);
    }
    return out;
}

/* Cuts a piece off the front of `rest`, not inside a character. */
static g3_view take_piece(g3_view *rest)
{
    size_t length = rest->length;
    if (length > PIECE) {
        length = PIECE;
        while (length > PIECE - 4 && ((unsigned char)rest->data[length] & 0xc0) == 0x80)
            length--;
    }
    g3_view piece = {rest->data, length};
    *rest = (g3_view){rest->data + length, rest->length - length};
    return piece;
}

/* Appends a text of any size in pieces, without quotes. `scan` as in write_separated(). */
static void append_pieces(const g3_scan *scan, g3_buffer *buffer, g3_view text)
{
    while (text.length) {
        g3_view piece = take_piece(&text);
        char *begin = g3_buffer_reserve(buffer, measure_string(piece));
        char *end = write_separated(scan, begin, piece);
        buffer->length += (size_t)(end - begin);
    }
}

static void append_string(const g3_scan *scan, g3_buffer *buffer, g3_view text)
{
    g3_buffer_append_char(buffer, '"');
    append_pieces(scan, buffer, text);
    g3_buffer_append_char(buffer, '"');
}

void g3_json_append_string(g3_buffer *buffer, g3_view text)
{
    append_string(g3_scan_best(), buffer, text);
}

static void append_large_value(const g3_scan *scan, g3_buffer *buffer, const g3_value *value)
{
    if (value->type == G3_STRING) {
        append_string(scan, buffer, value->text);
    } else if (value->type == G3_JSON) {
        append_pieces(NULL, buffer, value->text);
    } else { /* a list: nothing else can be large */
        for (size_t i = 0; i < value->list.count; i++) {
            g3_buffer_append_char(buffer, i ? ',' : '[');
            append_string(scan, buffer, value->list.items[i]);
        }
        g3_buffer_append_char(buffer, ']');
    }
}

static void append_value(const g3_scan *scan, g3_buffer *buffer, const g3_value *value)
{
    size_t room = measure_value(value);
    if (room > ROOM_LIMIT) {
        append_large_value(scan, buffer, value);
    } else {
        char *begin = g3_buffer_reserve(buffer, room);
        buffer->length += (size_t)(write_value(scan, begin, value, false) - begin);
    }
}

void g3_json_append_value(g3_buffer *buffer, const g3_value *value)
{
    append_value(g3_scan_best(), buffer, value);
}

static void append_large_record(const g3_scan *scan, g3_buffer *buffer, const g3_record *record)
{
    g3_buffer_append_char(buffer, '{');
    for (size_t i = 0; i < record->count; i++) {
        if (i)
            g3_buffer_append_char(buffer, ',');
        g3_buffer_append(buffer, record->fields[i].column->json_key);
        append_value(scan, buffer, &record->fields[i].value);
    }
    g3_buffer_append(buffer, G3_VIEW("}\n"));
}

void g3_json_append_record(g3_buffer *buffer, const g3_record *record)
{
    g3_json_append_record_with(buffer, record, g3_scan_best());
}

void g3_json_append_record_with(g3_buffer *buffer, const g3_record *record, const g3_scan *scan)
{
    const size_t around = strlen("{}\n");
    size_t room = around;
    for (size_t i = 0; i < record->count; i++)
        room +=
            record->fields[i].column->json_key.length + 1 + measure_value(&record->fields[i].value);
    if (room > ROOM_LIMIT) {
        append_large_record(scan, buffer, record);
        return;
    }
    char *begin = g3_buffer_reserve(buffer, room), *out = begin;
    *out++ = '{';
    for (size_t i = 0; i < record->count; i++) {
        const g3_field *field = &record->fields[i];
        if (i)
            *out++ = ',';
        out = copy_name(out, field->column->json_key);
        out = write_value(scan, out, &field->value, record->ascii);
    }
    out = copy(out, G3_VIEW("}\n"));
    buffer->length += (size_t)(out - begin);
}
