/* New UUIDs. Called by ingest where the service mints none. */
#include "uuid.h"
#include <stdio.h>
#include <sys/random.h>

bool g3_uuid_make(char uuid[G3_UUID_SIZE], g3_error *error)
{
    unsigned char bytes[16];
    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        return g3_fail(error, G3_EXIT_LOCAL, "the system gives no random bytes for a GUID");
    bytes[6] = (unsigned char)((bytes[6] & 0x0f) | 0x40); /* version 4 */
    bytes[8] = (unsigned char)((bytes[8] & 0x3f) | 0x80); /* the variant */
    char *at = uuid;
    for (size_t i = 0; i < sizeof bytes; i++)
        at += sprintf(at, i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" : "%02x", bytes[i]);
    return true;
}
