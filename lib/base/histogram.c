/* Histograms of durations. Called by the HTTP engine and by reports. */
#include "g3/base/histogram.h"
#include <math.h>

/* Parts of a power of two, and the exponent (as frexp() has it) of the first one. */
#define PARTS          8
#define FIRST_EXPONENT (-16)

static size_t find_bucket(double value)
{
    int exponent;
    if (!(value > 0))
        return 0;
    if (value >= g3_histogram_bound(G3_HISTOGRAM_SIZE - 1))
        return G3_HISTOGRAM_SIZE - 1;
    double fraction = frexp(value, &exponent); /* 0.5 to 1 */
    if (exponent < FIRST_EXPONENT)
        return 0;
    return (size_t)(exponent - FIRST_EXPONENT) * PARTS + (size_t)((fraction - 0.5) * (2 * PARTS));
}

void g3_histogram_add(g3_histogram *histogram, double value)
{
    histogram->count++;
    histogram->buckets[find_bucket(value)]++;
    if (value > histogram->most)
        histogram->most = value;
}

void g3_histogram_merge(g3_histogram *histogram, const g3_histogram *other)
{
    histogram->count += other->count;
    if (other->most > histogram->most)
        histogram->most = other->most;
    for (size_t i = 0; i < G3_HISTOGRAM_SIZE; i++)
        histogram->buckets[i] += other->buckets[i];
}

double g3_histogram_bound(size_t bucket)
{
    double fraction = 0.5 + (double)(bucket % PARTS + 1) / (2 * PARTS);
    return ldexp(fraction, FIRST_EXPONENT + (int)(bucket / PARTS));
}

double g3_histogram_percentile(const g3_histogram *histogram, double share)
{
    double wanted = ceil(share * (double)histogram->count);
    uint64_t met = 0;
    if (histogram->count == 0)
        return 0;
    for (size_t i = 0; i + 1 < G3_HISTOGRAM_SIZE; i++) {
        met += histogram->buckets[i];
        if ((double)met >= wanted && met)
            return fmin(g3_histogram_bound(i), histogram->most);
    }
    return histogram->most; /* the last bucket has no upper bound */
}
