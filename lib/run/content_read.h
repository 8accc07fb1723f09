/* Reading what is behind a URL, and hashing it on the way. Private to content*.c; each reader
 * belongs to one thread. */
#ifndef G3_RUN_CONTENT_READ_H
#define G3_RUN_CONTENT_READ_H

#include "g3/base/memory.h"
#include "g3/http/engine.h"
#include <stdatomic.h>

/* Digests as text: hexadecimal digits in lower case. */
#define G3_MD5_DIGITS    32
#define G3_SHA256_DIGITS 64

typedef struct g3_content_reader g3_content_reader;

/* What there was. */
typedef struct g3_content_facts {
    int64_t size;
    char md5[G3_MD5_DIGITS + 1];
    char sha256[G3_SHA256_DIGITS + 1]; /* "" if it was not asked for */
} g3_content_facts;

/* @param http     borrowed
 * @param gateway  of the commons that signs URLs; NULL: none
 * @param closing  set by another thread: reading ends soon, with G3_EXIT_INTERRUPTED
 * @return owned by the caller: g3_content_reader_close() */
g3_content_reader *g3_content_reader_open(g3_http *http, const char *gateway,
                                          const atomic_bool *closing);

/* True if a URL can be read: of this scheme if one is given, and of a kind that is known, or that
 * the commons may sign. */
bool g3_content_can_read(g3_view url, const char *scheme, bool signs);

/* Reads all of it.
 * @param guid  for which the commons signs
 * @return false with G3_EXIT_DIFFERENCES (it is not there), G3_EXIT_SERVICE, G3_EXIT_UNAUTHORISED,
 *         G3_EXIT_INTERRUPTED */
bool g3_content_read(g3_content_reader *reader, g3_view url, g3_view guid, bool sha256,
                     g3_content_facts *facts, g3_error *error);

void g3_content_reader_close(g3_content_reader *reader); /* NULL is allowed */

#endif
