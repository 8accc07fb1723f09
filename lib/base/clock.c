/* The monotonic clock as seconds. */
#include "g3/base/clock.h"
#include <time.h>

double g3_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}
