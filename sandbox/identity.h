/* What a service makes up: GUIDs, revisions and dates. Used wherever records are made. */
#ifndef SANDBOX_IDENTITY_H
#define SANDBOX_IDENTITY_H

#include "g3/base/view.h"

/* Bytes with the NUL: "c091e38b-42d6-4a4f-8808-c8abbcf3cd71", "82012516",
 * "2026-11-23T22:40:03.145853". */
#define UUID_SIZE     37
#define REVISION_SIZE 9
#define DATE_SIZE     27

/* A stock of random bytes from the system. Zero-initialise to begin; nothing to free. */
struct randomness {
    uint8_t bytes[256]; /* the most that getrandom() gives in one go without being interrupted */
    size_t left;
};

/* A random UUID (RFC 4122, version 4). */
void identity_make_uuid(struct randomness *randomness, char uuid[UUID_SIZE]);

/* A revision: eight hexadecimal digits. */
void identity_make_revision(struct randomness *randomness, char revision[REVISION_SIZE]);

/* Microseconds since 1970, and a moment as the index service writes it (UTC, without a zone). */
int64_t identity_now(void);
void identity_write_date(int64_t microseconds, char date[DATE_SIZE]);

#endif
