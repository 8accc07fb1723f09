/* The growing run of bytes. */
#include "g3/base/buffer.h"
#include "g3/base/memory.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* First allocation: a line of a usual manifest fits. */
#define SMALLEST_CAPACITY ((size_t)512)

/* Room for the digits and sign of any int64_t. */
#define INTEGER_DIGITS 20

void g3_buffer_grow(g3_buffer *buffer, size_t more)
{
    size_t capacity = buffer->capacity ? buffer->capacity * 2 : SMALLEST_CAPACITY;
    if (capacity < buffer->length + more)
        capacity = buffer->length + more;
    buffer->data = g3_reallocate(buffer->data, capacity, 1);
    buffer->capacity = capacity;
}

void g3_buffer_append_text(g3_buffer *buffer, const char *text)
{
    g3_buffer_append(buffer, g3_view_of(text));
}

void g3_buffer_append_on_line(g3_buffer *buffer, g3_view text)
{
    for (size_t i = 0; i < text.length; i++)
        g3_buffer_append_char(buffer, (unsigned char)text.data[i] < ' ' ? ' ' : text.data[i]);
}

void g3_buffer_append_format(g3_buffer *buffer, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    if (length > 0) {
        char *space = g3_buffer_reserve(buffer, (size_t)length + 1);
        vsnprintf(space, (size_t)length + 1, format, again);
        buffer->length += (size_t)length;
    }
    va_end(again);
    va_end(arguments);
}

void g3_buffer_append_integer(g3_buffer *buffer, int64_t value)
{
    char digits[INTEGER_DIGITS];
    size_t at = sizeof digits;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    if (value < 0)
        digits[--at] = '-';
    g3_buffer_append(buffer, (g3_view){digits + at, sizeof digits - at});
}

void g3_buffer_drop_front(g3_buffer *buffer, size_t count)
{
    buffer->length -= count;
    if (count && buffer->length)
        memmove(buffer->data, buffer->data + count, buffer->length);
}

const char *g3_buffer_text(g3_buffer *buffer)
{
    *g3_buffer_reserve(buffer, 1) = '\0';
    return buffer->data;
}

void g3_buffer_free(g3_buffer *buffer)
{
    free(buffer->data);
    *buffer = (g3_buffer){0};
}
