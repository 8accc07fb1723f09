/* Series: nothing is lost when the steps get longer, nor counted that was there before. */
#include "g3/base/series.h"
#include <criterion/criterion.h>

static uint64_t sum(const g3_series *series)
{
    uint64_t all = 0;
    for (size_t i = 0; i < G3_SERIES_SIZE; i++)
        all += series->counts[i];
    return all;
}

Test(series, counts_in_the_step_of_its_time)
{
    g3_series series;
    g3_series_begin(&series, 100);
    g3_series_note(&series, 100.01, 5);
    g3_series_note(&series, 100.02, 7);
    g3_series_note(&series, 100.06, 7);
    g3_series_note(&series, 100.07, 9);
    cr_assert_eq(series.count, 2);
    cr_assert_eq(series.counts[0], 7);
    cr_assert_eq(series.counts[1], 2);
}

Test(series, spreads_what_was_done_since_the_last_note)
{
    g3_series series;
    g3_series_begin(&series, 0);
    g3_series_note(&series, 0.49, 103);
    cr_assert_eq(series.count, 10);
    cr_assert_eq(sum(&series), 103);
    for (size_t i = 0; i < 10; i++)
        cr_assert(series.counts[i] == 10 || series.counts[i] == 11);
}

Test(series, halves_its_resolution)
{
    g3_series series;
    uint64_t done = 0;
    g3_series_begin(&series, 5);
    for (int i = 1; i <= 40000; i++) {
        done += (uint64_t)i % 3;
        g3_series_note(&series, 5 + i * 0.01, done);
        cr_assert_eq(sum(&series), done);
        cr_assert_leq(series.count, G3_SERIES_SIZE);
        cr_assert(i < 3000 || series.count >= G3_SERIES_SIZE / 2);
    }
    cr_assert_float_eq(series.step, 0.8, 1e-9); /* 400 seconds in at most 512 */
    for (size_t i = 0; i + 1 < series.count; i++)
        cr_assert(series.counts[i] >= 75 && series.counts[i] <= 85, "step %zu: %d", i,
                  (int)series.counts[i]);
}

Test(series, takes_a_long_pause)
{
    g3_series series;
    g3_series_begin(&series, 0);
    g3_series_note(&series, 0.01, 1);
    g3_series_note(&series, 1e6, 1);
    g3_series_note(&series, 1e6, 3);
    cr_assert_eq(sum(&series), 3);
    cr_assert_eq(series.counts[series.count - 1], 2);
    cr_assert_geq(series.step * G3_SERIES_SIZE, 1e6);
}

Test(series, begins_anew_where_something_else_is_counted)
{
    g3_series series;
    g3_series_begin(&series, 0);
    g3_series_skip(&series, 0, 1000); /* of an earlier run */
    g3_series_note(&series, 0.01, 1010);
    g3_series_note(&series, 0.02, 2);
    g3_series_note(&series, 0.03, 5);
    cr_assert_eq(sum(&series), 13);
}
