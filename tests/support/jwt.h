/* Makes tokens and login files for tests. */
#ifndef G3_TESTS_JWT_H
#define G3_TESTS_JWT_H

#include "g3/base/buffer.h"

/* Appends a JWT with the claims given as JSON; its signature is "signature". */
void append_jwt(g3_buffer *text, const char *claims);

/* Writes a file of mode 0600 into the folder, or over what is there.
 * @return its path, owned by the caller: free() */
char *write_secret(const char *folder, const char *name, const char *text);

#endif
