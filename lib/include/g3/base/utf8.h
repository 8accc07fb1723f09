/* UTF-8 (RFC 3629): no surrogates, nothing over-long, at most U+10FFFF. */
#ifndef G3_BASE_UTF8_H
#define G3_BASE_UTF8_H

#include "g3/base/abi.h"
#include "g3/base/buffer.h"

G3_BEGIN_C

/* True if `text` is UTF-8. */
bool g3_is_utf8(g3_view text);

/* `text` itself if it is UTF-8, else a copy in `scratch` (what it held is forgotten) with U+FFFD
 * for each byte that is not part of a character. For messages and reports, which are JSON or go to
 * a terminal, about names and rows that may be anything. */
g3_view g3_make_utf8(g3_view text, g3_buffer *scratch);

G3_END_C

#endif
