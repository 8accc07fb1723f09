/* Views: comparing, trimming and reading numbers from borrowed bytes. */
#include "g3/base/view.h"

static char fold_case(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

bool g3_view_equal_ignoring_case(g3_view left, g3_view right)
{
    if (left.length != right.length)
        return false;
    for (size_t i = 0; i < left.length; i++)
        if (fold_case(left.data[i]) != fold_case(right.data[i]))
            return false;
    return true;
}

int g3_view_compare(g3_view left, g3_view right)
{
    size_t shorter = left.length < right.length ? left.length : right.length;
    int order = shorter ? memcmp(left.data, right.data, shorter) : 0;
    return order ? order : (left.length > right.length) - (left.length < right.length);
}

bool g3_view_starts_with(g3_view text, g3_view start)
{
    return text.length >= start.length && g3_view_equal((g3_view){text.data, start.length}, start);
}

bool g3_view_ends_with(g3_view text, g3_view end)
{
    return text.length >= end.length &&
           g3_view_equal((g3_view){text.data + (text.length - end.length), end.length}, end);
}

g3_view g3_view_trim_blanks(g3_view text)
{
    while (text.length && is_blank(text.data[0])) {
        text.data++;
        text.length--;
    }
    while (text.length && is_blank(text.data[text.length - 1]))
        text.length--;
    return text;
}

bool g3_view_to_size(g3_view text, int64_t *value)
{
    int64_t sum = 0;
    if (text.length == 0)
        return false;
    for (size_t i = 0; i < text.length; i++) {
        char c = text.data[i];
        if (c < '0' || c > '9' || __builtin_mul_overflow(sum, 10, &sum) ||
            __builtin_add_overflow(sum, c - '0', &sum))
            return false;
    }
    *value = sum;
    return true;
}

int g3_hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}
