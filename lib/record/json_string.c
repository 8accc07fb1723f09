/* Strings in JSON: where they end, whether they are sound, what their escapes mean. Called by the
 * JSON reader. */
#include "g3/base/utf8.h"
#include "json_inside.h"

/* What stands for an escaped surrogate that has no partner. */
#define REPLACEMENT 0xfffdu

/* Digits of a \u escape. */
#define HEX_DIGITS 4

/* Reads the four digits of a \u escape at `at`. @return the code unit, or -1 */
static int read_code_unit(const char *at, const char *end)
{
    int unit = 0;
    if (end - at < HEX_DIGITS)
        return -1;
    for (int i = 0; i < HEX_DIGITS; i++) {
        char c = at[i];
        int digit = is_digit(c)              ? c - '0'
                    : (c >= 'a' && c <= 'f') ? c - 'a' + 10
                    : (c >= 'A' && c <= 'F') ? c - 'A' + 10
                                             : -1;
        if (digit < 0)
            return -1;
        unit = unit * 16 + digit;
    }
    return unit;
}

/* Checks the escape whose backslash is at `at`. @return what follows it, or NULL */
static const char *check_escape(const char *at, const char *end)
{
    if (end - at < 2)
        return NULL;
    switch (at[1]) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
        return at + 2;
    case 'u':
        return read_code_unit(at + 2, end) < 0 ? NULL : at + 2 + HEX_DIGITS;
    default:
        return NULL;
    }
}

const char *g3_json_find_string_end(g3_json_reader *reader, const char *begin, bool *escaped)
{
    const char *at = begin;
    bool high = false, high_escape = false;
    for (;;) {
        at += reader->scan->string_end(at, (size_t)(reader->end - at), &high);
        if (at == reader->end) {
            set_fault(reader, at, "a string without end");
            return NULL;
        }
        if (*at == '"')
            break;
        if (*at != '\\') {
            set_fault(reader, at, "a control character inside a string");
            return NULL;
        }
        const char *behind = check_escape(at, reader->end);
        if (!behind) {
            set_fault(reader, at, "a wrong escape inside a string");
            return NULL;
        }
        *escaped = true;
        high_escape |= at[1] == 'u';
        at = behind;
    }
    reader->high |= high | high_escape;
    if (high && !g3_is_utf8((g3_view){begin, (size_t)(at - begin)})) {
        set_fault(reader, begin, "a string that is not UTF-8");
        return NULL;
    }
    return at;
}

static char *append_utf8(char *out, unsigned code)
{
    if (code < 0x80) {
        *out++ = (char)code;
    } else if (code < 0x800) {
        *out++ = (char)(0xc0 | code >> 6);
        *out++ = (char)(0x80 | (code & 0x3f));
    } else if (code < 0x10000) {
        *out++ = (char)(0xe0 | code >> 12);
        *out++ = (char)(0x80 | (code >> 6 & 0x3f));
        *out++ = (char)(0x80 | (code & 0x3f));
    } else {
        *out++ = (char)(0xf0 | code >> 18);
        *out++ = (char)(0x80 | (code >> 12 & 0x3f));
        *out++ = (char)(0x80 | (code >> 6 & 0x3f));
        *out++ = (char)(0x80 | (code & 0x3f));
    }
    return out;
}

static bool is_high_surrogate(int unit)
{
    return unit >= 0xd800 && unit < 0xdc00;
}

static bool is_low_surrogate(int unit)
{
    return unit >= 0xdc00 && unit < 0xe000;
}

/* Decodes a checked \u escape, taking its partner along where it is the first of a surrogate pair.
 * @param at  behind the `u`; moved behind what was taken */
static unsigned decode_unicode(const char **at, const char *end)
{
    int unit = read_code_unit(*at, end);
    *at += HEX_DIGITS;
    if (is_high_surrogate(unit) && end - *at > 2 && (*at)[0] == '\\' && (*at)[1] == 'u') {
        int low = read_code_unit(*at + 2, end);
        if (is_low_surrogate(low)) {
            *at += 2 + HEX_DIGITS;
            return 0x10000u + ((unsigned)(unit - 0xd800) << 10) + (unsigned)(low - 0xdc00);
        }
    }
    return is_high_surrogate(unit) || is_low_surrogate(unit) ? REPLACEMENT : (unsigned)unit;
}

static char decode_letter(char letter)
{
    switch (letter) {
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    default:
        return letter; /* quote, backslash, slash */
    }
}

/* Decoding makes no string longer; where copy_plain() stops in a checked one is a backslash. */
g3_view g3_json_decode_string(const g3_json_reader *reader, g3_view raw)
{
    char *begin = g3_arena_take(reader->arena, raw.length + G3_SCAN_SLACK), *out = begin;
    const char *at = raw.data, *end = raw.data + raw.length;
    while (at < end) {
        size_t plain = reader->scan->copy_plain(out, at, (size_t)(end - at));
        out += plain;
        at += plain;
        if (at == end)
            break;
        char letter = at[1];
        at += 2;
        if (letter == 'u')
            out = append_utf8(out, decode_unicode(&at, end));
        else
            *out++ = decode_letter(letter);
    }
    return (g3_view){begin, (size_t)(out - begin)};
}
