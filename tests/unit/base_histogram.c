/* Histograms: percentiles right to an eighth, whatever was counted. */
#include "../support/chance.h"
#include "g3/base/histogram.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

static int compare(const void *left, const void *right)
{
    double one = *(const double *)left, other = *(const double *)right;
    return (one > other) - (one < other);
}

Test(histogram, is_empty_at_first)
{
    g3_histogram none = {0};
    cr_assert_eq(g3_histogram_percentile(&none, 0.5), 0);
    cr_assert_eq(g3_histogram_percentile(&none, 1), 0);
}

Test(histogram, gives_one_value_for_all_shares)
{
    g3_histogram one = {0};
    g3_histogram_add(&one, 0.0123);
    cr_assert_eq(g3_histogram_percentile(&one, 0.01), 0.0123);
    cr_assert_eq(g3_histogram_percentile(&one, 0.99), 0.0123);
    cr_assert_eq(one.most, 0.0123);
}

Test(histogram, has_buckets_without_gaps)
{
    for (size_t i = 0; i + 1 < G3_HISTOGRAM_SIZE; i++) {
        double bound = g3_histogram_bound(i);
        cr_assert_lt(bound, g3_histogram_bound(i + 1));
        g3_histogram below = {0}, at = {0};
        g3_histogram_add(&below, nextafter(bound, 0));
        g3_histogram_add(&at, bound);
        cr_assert_eq(below.buckets[i], 1, "below the bound of %zu", i);
        cr_assert_eq(at.buckets[i + 1], 1, "at the bound of %zu", i);
    }
}

Test(histogram, takes_values_of_any_size)
{
    g3_histogram odd = {0};
    const double VALUES[] = {0, -1, 1e-300, 1e300, INFINITY, NAN};
    for (size_t i = 0; i < sizeof VALUES / sizeof *VALUES; i++)
        g3_histogram_add(&odd, VALUES[i]);
    cr_assert_eq(odd.count, 6);
    cr_assert_eq(odd.buckets[0], 4);
    cr_assert_eq(odd.buckets[G3_HISTOGRAM_SIZE - 1], 2);
    cr_assert_eq(g3_histogram_percentile(&odd, 1), INFINITY);
}

Test(histogram, percentiles_are_those_of_sorted_values)
{
    enum { VALUES = 5000 };
    static double values[VALUES];
    const double SHARES[] = {0.0001, 0.25, 0.5, 0.9, 0.99, 0.9999, 1};
    test_chance chance = {7};
    g3_histogram whole = {0}, halves[2] = {{0}};
    for (size_t i = 0; i < VALUES; i++) {
        values[i] = exp((double)choose(&chance, 10000) / 1000 - 8);
        g3_histogram_add(&whole, values[i]);
        g3_histogram_add(&halves[i % 2], values[i]);
    }
    g3_histogram_merge(&halves[0], &halves[1]);
    cr_assert_arr_eq(&whole, &halves[0], sizeof whole);
    qsort(values, VALUES, sizeof *values, compare);
    for (size_t i = 0; i < sizeof SHARES / sizeof *SHARES; i++) {
        double exact = values[(size_t)ceil(SHARES[i] * VALUES) - 1];
        double told = g3_histogram_percentile(&whole, SHARES[i]);
        cr_assert(told >= exact && told <= exact * 1.125, "%g: %g for %g", SHARES[i], told, exact);
    }
    cr_assert_eq(g3_histogram_percentile(&whole, 1), values[VALUES - 1]);
}
