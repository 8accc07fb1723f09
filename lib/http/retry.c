/* When a request may be tried again, and after how long. Called by the engine. */
#include "retry.h"
#include "g3/base/view.h"
#include "g3/http/status.h"
#include <sys/random.h>

/* Seconds: the first repeat comes within half a second, for most trouble is a connection that the
 * other side closed; the cap keeps a service that is back from waiting for us. */
#define FIRST_DELAY   0.5
#define LONGEST_DELAY 30.0

/* Repeats before the first contact: they take 4 seconds in the mean, for a service that is just
 * starting; half a second at most, for a name server. */
#define FIRST_CONTACT_RETRIES 4
#define FIRST_NAME_RETRIES    1

/* Retry-After is lengthened by up to this share. */
#define SPREAD 0.1

static g3_trouble trouble_of_status(long status)
{
    switch (status) {
    case G3_HTTP_REQUEST_TIMEOUT:
    case G3_HTTP_GATEWAY_TIMEOUT:
        return G3_TROUBLE_TIMEOUT;
    case G3_HTTP_TOO_MANY_REQUESTS:
    case G3_HTTP_UNAVAILABLE:
        return G3_TROUBLE_BUSY;
    case G3_HTTP_NOT_IMPLEMENTED:
    case G3_HTTP_VERSION_NOT_SUPPORTED:
        return G3_TROUBLE_NONE; /* an answer: "this service cannot", which callers act upon */
    default:
        return status >= G3_HTTP_SERVER_ERROR ? G3_TROUBLE_SERVER : G3_TROUBLE_NONE;
    }
}

g3_trouble g3_trouble_of(CURLcode result, long status)
{
    switch (result) {
    case CURLE_OK:
        return trouble_of_status(status);
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
        return G3_TROUBLE_UNREACHED;
    case CURLE_OPERATION_TIMEDOUT:
        return G3_TROUBLE_TIMEOUT;
    case CURLE_URL_MALFORMAT:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ENGINE_NOTFOUND:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_OUT_OF_MEMORY:
    case CURLE_WRITE_ERROR: /* we refused more bytes: the answer is too large */
        return G3_TROUBLE_LASTING;
    default:
        return G3_TROUBLE_BROKEN;
    }
}

int64_t g3_first_contact_retries(CURLcode result)
{
    switch (result) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
        return FIRST_NAME_RETRIES;
    case CURLE_OPERATION_TIMEDOUT: /* it has been waited for already */
        return 0;
    default:
        return FIRST_CONTACT_RETRIES;
    }
}

void g3_random_seed(g3_random *random)
{
    if (getrandom(&random->state, sizeof random->state, GRND_NONBLOCK) !=
        (ssize_t)sizeof random->state) {
        struct timespec now;
        clock_gettime(CLOCK_REALTIME, &now);
        random->state = (uint64_t)now.tv_nsec;
    }
}

double g3_random_next(g3_random *random)
{
    /* Steele, Lea, Flood: Fast splittable pseudorandom number generators (2014). */
    uint64_t bits = random->state += UINT64_C(0x9E3779B97F4A7C15);
    bits = (bits ^ (bits >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    bits = (bits ^ (bits >> 27)) * UINT64_C(0x94D049BB133111EB);
    bits ^= bits >> 31;
    return (double)(bits >> 11) * 0x1p-53;
}

double g3_retry_delay(g3_random *random, int repeat)
{
    double longest = FIRST_DELAY;
    for (int i = 0; i < repeat && longest < LONGEST_DELAY; i++)
        longest *= 2;
    if (longest > LONGEST_DELAY)
        longest = LONGEST_DELAY;
    return longest * g3_random_next(random);
}

double g3_retry_after(const char *value, time_t now, g3_random *random)
{
    int64_t whole;
    double seconds;
    if (g3_view_to_size(g3_view_trim(g3_view_of(value)), &whole)) {
        seconds = (double)whole;
    } else {
        time_t date = curl_getdate(value, NULL);
        if (date == (time_t)-1)
            return -1;
        seconds = date > now ? (double)(date - now) : 0;
    }
    return seconds * (1 + SPREAD * g3_random_next(random));
}
