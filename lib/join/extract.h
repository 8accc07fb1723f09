/* Keys taken out of a cell by a regular expression (PCRE2). Private to the join storey; called by
 * keys.c. */
#ifndef G3_JOIN_EXTRACT_H
#define G3_JOIN_EXTRACT_H

#include "g3/base/error.h"

typedef struct g3_extract g3_extract;

/* @param regex  Perl's syntax (https://www.pcre.org/current/doc/html/pcre2syntax.html), UTF-8
 * @return owned by the caller: g3_extract_close(); NULL with G3_EXIT_USAGE */
g3_extract *g3_extract_open(const char *regex, g3_error *error);

/* Begins with a text, which is copied.
 * @param text  UTF-8 */
void g3_extract_begin(g3_extract *extract, g3_view text);

/* Finds the next match in the text.
 * @param key    the first group where there is one (empty if it took no part), else all of the
 *               match; valid until the next text
 * @param fault  set where the expression takes too long on this text, else left alone; static
 * @return false if there is none */
bool g3_extract_next(g3_extract *extract, g3_view *key, const char **fault);

void g3_extract_close(g3_extract *extract); /* NULL is allowed */

#endif
