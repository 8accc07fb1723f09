/* A growing run of bytes: what rows, lines and request bodies are built in.
 *
 * Zero-initialise to begin (`g3_buffer buffer = {0};`), g3_buffer_free() to end. The buffer owns
 * its bytes; `data` moves when it grows, so views into it end with the next append. There is no
 * NUL behind the bytes unless g3_buffer_text() put it there.
 */
#ifndef G3_BASE_BUFFER_H
#define G3_BASE_BUFFER_H

#include "g3/base/abi.h"
#include "g3/base/view.h"

G3_BEGIN_C

/* The run of bytes; see above for its life. */
typedef struct g3_buffer {
    char *data;
    size_t length;   /* bytes in use */
    size_t capacity; /* bytes allocated */
} g3_buffer;

/* Makes room for `more` bytes behind those in use (slow path of g3_buffer_reserve). */
void g3_buffer_grow(g3_buffer *buffer, size_t more);

/* Makes sure that `more` bytes fit behind those in use.
 * @return where the next byte goes; a caller that writes there itself adds to `length` after. */
static inline char *g3_buffer_reserve(g3_buffer *buffer, size_t more)
{
    if (buffer->capacity - buffer->length < more)
        g3_buffer_grow(buffer, more);
    return buffer->data + buffer->length;
}

/* Appends a copy of `text`, which must not be a view into the buffer itself. */
static inline void g3_buffer_append(g3_buffer *buffer, g3_view text)
{
    if (text.length) {
        memcpy(g3_buffer_reserve(buffer, text.length), text.data, text.length);
        buffer->length += text.length;
    }
}

/* Appends one byte. */
static inline void g3_buffer_append_char(g3_buffer *buffer, char c)
{
    *g3_buffer_reserve(buffer, 1) = c;
    buffer->length++;
}

/* Appends a NUL-terminated text, without its NUL. */
void g3_buffer_append_text(g3_buffer *buffer, const char *text);

/* Appends text as part of one line: control characters, line ends among them, become blanks. */
void g3_buffer_append_on_line(g3_buffer *buffer, g3_view text);

/* Appends as printf would. */
void g3_buffer_append_format(g3_buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Appends a number in decimal digits. */
void g3_buffer_append_integer(g3_buffer *buffer, int64_t value);

/* Removes the first `count` bytes, moving the rest to the front. */
void g3_buffer_drop_front(g3_buffer *buffer, size_t count);

/* The bytes as a NUL-terminated text, valid until the next append; the NUL is not counted. */
const char *g3_buffer_text(g3_buffer *buffer);

/* The bytes in use; valid until the next append. */
static inline g3_view g3_buffer_view(const g3_buffer *buffer)
{
    const g3_view view = {buffer->data, buffer->length};
    return view;
}

/* Forgets the bytes, keeps the memory. */
static inline void g3_buffer_clear(g3_buffer *buffer)
{
    buffer->length = 0;
}

/* Gives the memory back; the buffer is as new. */
void g3_buffer_free(g3_buffer *buffer);

G3_END_C

#endif
