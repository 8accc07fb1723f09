/* GUIDs, revisions and dates. */
#include "identity.h"
#include <stdio.h>
#include <sys/random.h>
#include <time.h>

#define MICROSECONDS 1000000 /* in a second */

static const char HEX[] = "0123456789abcdef";

static void take_bytes(struct randomness *randomness, uint8_t *bytes, size_t count)
{
    if (randomness->left < count) {
        /* Cannot fail: up to 256 bytes come whole once the system's generator is seeded. */
        ssize_t got = getrandom(randomness->bytes, sizeof randomness->bytes, 0);
        (void)got;
        randomness->left = sizeof randomness->bytes;
    }
    randomness->left -= count;
    memcpy(bytes, randomness->bytes + randomness->left, count);
}

void identity_make_uuid(struct randomness *randomness, char uuid[UUID_SIZE])
{
    uint8_t bytes[16];
    take_bytes(randomness, bytes, sizeof bytes);
    bytes[6] = (uint8_t)((bytes[6] & 0x0f) | 0x40); /* version 4: random */
    bytes[8] = (uint8_t)((bytes[8] & 0x3f) | 0x80); /* variant 1 */
    char *at = uuid;
    for (size_t i = 0; i < sizeof bytes; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *at++ = '-';
        *at++ = HEX[bytes[i] >> 4];
        *at++ = HEX[bytes[i] & 0x0f];
    }
    *at = '\0';
}

void identity_make_revision(struct randomness *randomness, char revision[REVISION_SIZE])
{
    uint8_t bytes[(REVISION_SIZE - 1) / 2];
    take_bytes(randomness, bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof bytes; i++) {
        revision[2 * i] = HEX[bytes[i] >> 4];
        revision[2 * i + 1] = HEX[bytes[i] & 0x0f];
    }
    revision[REVISION_SIZE - 1] = '\0';
}

int64_t identity_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * MICROSECONDS + now.tv_nsec / 1000;
}

void identity_write_date(int64_t microseconds, char date[DATE_SIZE])
{
    time_t seconds = (time_t)(microseconds / MICROSECONDS);
    struct tm parts;
    gmtime_r(&seconds, &parts);
    size_t length = strftime(date, DATE_SIZE, "%Y-%m-%dT%H:%M:%S", &parts);
    snprintf(date + length, DATE_SIZE - length, ".%06u", (unsigned)(microseconds % MICROSECONDS));
}
