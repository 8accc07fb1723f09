/* New UUIDs. Private to the run storey. */
#ifndef G3_RUN_UUID_H
#define G3_RUN_UUID_H

#include "g3/base/error.h"

/* Bytes of a UUID as text, with its NUL. */
#define G3_UUID_SIZE 37

/* Makes a random UUID (RFC 9562, 5.4) of the system's random bytes.
 * @return false with G3_EXIT_LOCAL where it gives none */
bool g3_uuid_make(char uuid[G3_UUID_SIZE], g3_error *error);

#endif
