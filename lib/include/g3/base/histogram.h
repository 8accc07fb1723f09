/* How often which durations were met, and percentiles of them, in memory that does not grow.
 *
 * Buckets are an eighth of a power of two wide, from 7.6 microseconds to 2,048 seconds: a
 * percentile is right to an eighth at worst, whatever the number of values. The greatest value is
 * kept exactly.
 */
#ifndef G3_BASE_HISTOGRAM_H
#define G3_BASE_HISTOGRAM_H

#include "g3/base/abi.h"
#include <stddef.h>
#include <stdint.h>

G3_BEGIN_C

/* Buckets: 28 powers of two in eight parts each. */
#define G3_HISTOGRAM_SIZE 224

/* Counts of values; zero-initialise to begin, there is nothing to free. */
typedef struct g3_histogram {
    uint64_t count; /* of all values */
    double most;    /* the greatest, 0 if there is none */
    uint64_t buckets[G3_HISTOGRAM_SIZE];
} g3_histogram;

/* Counts a value, seconds; what is beyond the buckets counts in the first or the last one. */
void g3_histogram_add(g3_histogram *histogram, double value);

/* Adds the values of another histogram. */
void g3_histogram_merge(g3_histogram *histogram, const g3_histogram *other);

/* The upper bound of a bucket, seconds; that of bucket i is the lower bound of bucket i + 1. */
double g3_histogram_bound(size_t bucket);

/* The value that a share of all values does not exceed, seconds: 0.5 gives the median, 1 the
 * greatest value. It is the upper bound of that value's bucket, or the greatest value if that is
 * less.
 * @param share  more than 0, at most 1
 * @return 0 if there are no values */
double g3_histogram_percentile(const g3_histogram *histogram, double share);

G3_END_C

#endif
