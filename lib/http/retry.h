/* When a request may be tried again, and after how long. Pure rules; called by the engine.
 *
 * Delays: exponential back-off with full jitter, uniform in [0, min(cap, base * 2^repeat)], see
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/; or what the service
 * asks for.
 */
#ifndef G3_HTTP_RETRY_H
#define G3_HTTP_RETRY_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* What went wrong with one try. The temporary kinds also count the warnings: one for each kind. */
typedef enum g3_trouble {
    G3_TROUBLE_NONE,      /* an answer (of any status that is not among those below) */
    G3_TROUBLE_UNREACHED, /* no connection to the service */
    G3_TROUBLE_TIMEOUT,   /* no whole answer in time; 408, 504 */
    G3_TROUBLE_BROKEN,    /* reset, empty, cut off or garbled answer */
    G3_TROUBLE_BUSY,      /* 429, 503 */
    G3_TROUBLE_SERVER,    /* other 5xx that may pass */
    G3_TROUBLE_LASTING,   /* trying again would not help: certificate, URL, CA file, 501, 505 */
    G3_TROUBLE_KINDS,
} g3_trouble;

/* @param result  what curl says of the transfer
 * @param status  HTTP status, 0 if none came; counts only where result is CURLE_OK */
g3_trouble g3_trouble_of(CURLcode result, long status);

/* True for the kinds that may pass. */
static inline bool g3_trouble_is_temporary(g3_trouble trouble)
{
    return trouble != G3_TROUBLE_NONE && trouble != G3_TROUBLE_LASTING;
}

/* Repeats that are worth while when no connection comes about and none ever did, so that the URL
 * may well be wrong. */
int64_t g3_first_contact_retries(CURLcode result);

/* Random numbers for the jitter; nothing depends on their quality (splitmix64). */
typedef struct g3_random {
    uint64_t state;
} g3_random;

/* Seeds from the kernel. */
void g3_random_seed(g3_random *random);

/* Uniform in [0, 1). */
double g3_random_next(g3_random *random);

/* Seconds to wait before a repeat. @param repeat  0 for the first repeat */
double g3_retry_delay(g3_random *random, int repeat);

/* Seconds that a Retry-After header (RFC 9110, 10.2.3) asks for, a little spread so that many
 * requests do not come back at one moment; negative if it is neither seconds nor a date. */
double g3_retry_after(const char *value, time_t now, g3_random *random);

#endif
