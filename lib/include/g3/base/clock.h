/* Time that passes: for time-outs, rates and what is due. */
#ifndef G3_BASE_CLOCK_H
#define G3_BASE_CLOCK_H

#include "g3/base/abi.h"

G3_BEGIN_C

/* Seconds of the monotonic clock, which begins anywhere and never jumps: only differences mean
 * something. */
double g3_clock(void);

G3_END_C

#endif
