/* Borrowed bytes: a pointer and a length. Used by every storey.
 *
 * Ownership: a view owns nothing. Each function that hands one out says in its header how long the
 * bytes stay valid. Bytes need not end in NUL and may contain NUL.
 */
#ifndef G3_BASE_VIEW_H
#define G3_BASE_VIEW_H

#include "g3/base/abi.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

G3_BEGIN_C

/* A run of bytes that somebody else owns. */
typedef struct g3_view {
    const char *data; /* NULL only where the length is 0 */
    size_t length;    /* bytes */
} g3_view;

/* The view of a string literal, its length known while compiling. */
#ifdef __cplusplus
#define G3_VIEW(literal) (g3_view{"" literal, sizeof(literal) - 1})
#else
#define G3_VIEW(literal) ((g3_view){"" literal, sizeof(literal) - 1})
#endif

/* The view of a NUL-terminated text (NULL gives the empty view); lives as long as the text. */
static inline g3_view g3_view_of(const char *text)
{
    const g3_view view = {text, text ? strlen(text) : 0};
    return view;
}

/* True if both hold the same bytes. */
static inline bool g3_view_equal(g3_view left, g3_view right)
{
    return left.length == right.length &&
           (left.length == 0 || memcmp(left.data, right.data, left.length) == 0);
}

/* True if both hold the same bytes once ASCII letters are folded to lower case. */
bool g3_view_equal_ignoring_case(g3_view left, g3_view right);

/* Orders by bytes, a shorter view before a longer one that begins with it.
 * @return less than, equal to or greater than 0, as memcmp. */
int g3_view_compare(g3_view left, g3_view right);

/* True if `text` begins with `start`. */
bool g3_view_starts_with(g3_view text, g3_view start);

/* True if `text` ends in `end`. */
bool g3_view_ends_with(g3_view text, g3_view end);

/* What g3_view_trim() calls where there are blanks. */
g3_view g3_view_trim_blanks(g3_view text);

/* `text` without the blanks (space, \t, \n, \v, \f, \r) at either end; borrows from `text`. */
static inline g3_view g3_view_trim(g3_view text)
{
    bool plain = text.length && (unsigned char)text.data[0] > ' ' &&
                 (unsigned char)text.data[text.length - 1] > ' ';
    return plain || text.length == 0 ? text : g3_view_trim_blanks(text);
}

/* Reads a whole number in decimal digits: no sign, no blanks, at most 2^63-1.
 * @param value  set on success
 * @return false if `text` is anything else (empty, "12x", "-1", "1.0", out of range). */
bool g3_view_to_size(g3_view text, int64_t *value);

/* The value of a hexadecimal digit of any case, or -1 if `c` is none. */
int g3_hex_digit(char c);

G3_END_C

#endif
