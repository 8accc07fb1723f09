/* Guesses at boundaries: on simulated indexes of several kinds of GUIDs the ranges that come out
 * are even. */
#include "../../lib/run/guesses.h"
#include "../../lib/run/ranges.h"
#include "../support/chance.h"
#include <criterion/criterion.h>
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define PROBE_PAGE 32
#define RANGES     32

typedef struct listing {
    g3_view *guids; /* in the order of the simulated service, see compare_keys() */
    size_t count;
    g3_arena texts;
} listing;

/* The simulated service's order is that of bytes, or one in which case does not part prefixes. */
static bool folds_case;

static int compare_keys(g3_view left, g3_view right)
{
    char folded[2][128];
    g3_view keys[2] = {left, right};
    for (int side = 0; folds_case && side < 2; side++) {
        for (size_t i = 0; i < keys[side].length; i++)
            folded[side][i] = (char)tolower((unsigned char)keys[side].data[i]);
        keys[side].data = folded[side];
    }
    int order = g3_view_compare(keys[0], keys[1]);
    return order ? order : g3_view_compare(left, right);
}

static int compare_guids(const void *left, const void *right)
{
    return compare_keys(*(const g3_view *)left, *(const g3_view *)right);
}

static void add_guid(listing *index, size_t place, const char *prefix, uint64_t high, uint64_t low)
{
    char text[128];
    snprintf(text, sizeof text,
             "%s%08" PRIx64 "-%04" PRIx64 "-%04" PRIx64 "-%04" PRIx64 "-%012" PRIx64, prefix,
             high >> 32, high >> 16 & 0xffff, high & 0xffff, low >> 48, low & 0xffffffffffff);
    index->guids[place] = g3_arena_copy(&index->texts, g3_view_of(text));
}

static void begin_listing(listing *index, size_t count)
{
    *index = (listing){.guids = g3_allocate_zeroed(count, sizeof(g3_view)), .count = count};
}

static void sort_listing(listing *index)
{
    qsort(index->guids, index->count, sizeof *index->guids, compare_guids);
}

static void end_listing(listing *index)
{
    free(index->guids);
    g3_arena_free(&index->texts);
}

/* Records behind `boundary` that stand at the place given back, or later. */
static size_t find_behind(const listing *index, g3_view boundary)
{
    size_t low = 0, high = index->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (compare_keys(index->guids[middle], boundary) > 0)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

typedef struct outcome {
    size_t probes, ranges, largest; /* largest: records of the largest range */
    double estimated;               /* sum of all estimates */
} outcome;

/* Probes until nothing is worth cutting; gives the largest gap between two ranges' beginnings. */
static outcome probe_listing(const listing *index, int64_t told)
{
    g3_guesses *guesses = g3_guesses_open(RANGES, told);
    bool *begins = g3_allocate_zeroed(index->count + 1, sizeof *begins);
    g3_buffer boundary = {0};
    outcome result = {0};
    size_t number, since = 0;
    do
        while (g3_guesses_next(guesses, &number, &boundary)) {
            size_t at = find_behind(index, g3_buffer_view(&boundary));
            size_t count = index->count - at < PROBE_PAGE ? index->count - at : PROBE_PAGE;
            g3_guesses_learn(guesses, number, index->guids + at, count, count < PROBE_PAGE);
            begins[at] = true;
            g3_buffer_clear(&boundary);
            result.probes++;
        }
    while (g3_guesses_refine(guesses));
    for (number = 0; number < result.probes; number++)
        result.estimated += g3_guesses_estimate(guesses, number);
    begins[index->count] = true;
    for (size_t i = 1; i <= index->count; i++)
        if (begins[i]) {
            result.ranges++;
            result.largest = i - since > result.largest ? i - since : result.largest;
            since = i;
        }
    g3_buffer_free(&boundary);
    free(begins);
    g3_guesses_close(guesses);
    return result;
}

/* Random UUIDs under prefixes of very different sizes. */
static void make_mixed(listing *index, size_t count)
{
    static const char *const PREFIXES[] = {"dg.TEST/", "", "dg.4503/", "ark:/13030/x", "zz/"};
    test_chance state = {42};
    begin_listing(index, count);
    for (size_t i = 0; i < count; i++) {
        uint64_t dice = next_chance(&state) % 100;
        size_t kind = dice < 60 ? 0 : dice < 85 ? 1 : dice < 97 ? 2 : dice < 99 ? 3 : 4;
        uint64_t high = next_chance(&state);
        add_guid(index, i, PREFIXES[kind], high, next_chance(&state));
    }
    sort_listing(index);
}

static void expect_even(const listing *index, int64_t told)
{
    outcome result = probe_listing(index, told);
    cr_assert_leq(result.probes, RANGES * G3_GUESSES_PER_RANGE);
    cr_assert_geq(result.ranges, RANGES / 2, "%zu ranges of %zu probes", result.ranges,
                  result.probes);
    cr_assert_leq(result.largest, index->count / 8, "%zu of %zu in one range of %zu",
                  result.largest, index->count, result.ranges);
}

Test(guesses, parts_random_uuids_under_mixed_prefixes)
{
    listing index;
    make_mixed(&index, 200000);
    expect_even(&index, 200000);
    expect_even(&index, -1);
    end_listing(&index);
}

/* Under a locale `dg.test/` stands among `dg.TEST/`, and odd prefixes in front of the digits. */
Test(guesses, parts_prefixes_with_others_among_and_before_them)
{
    static const char *const PREFIXES[] = {"dg.TEST/", "dg.test/", "", "!br/", "0000y/"};
    static const unsigned SHARES[] = {50, 5, 40, 3, 2}; /* of 100 */
    test_chance state = {43};
    listing index;
    begin_listing(&index, 100000);
    for (size_t i = 0; i < index.count; i++) {
        size_t kind = 0;
        for (uint64_t dice = next_chance(&state) % 100; dice >= SHARES[kind]; kind++)
            dice -= SHARES[kind];
        add_guid(&index, i, PREFIXES[kind], next_chance(&state), next_chance(&state));
    }
    folds_case = true;
    sort_listing(&index);
    expect_even(&index, (int64_t)index.count);
    end_listing(&index);
}

Test(guesses, estimates_add_up_to_the_index)
{
    listing index;
    make_mixed(&index, 200000);
    outcome result = probe_listing(&index, 200000);
    cr_assert_float_eq(result.estimated, 200000, 60000, "%f", result.estimated);
    end_listing(&index);
}

Test(guesses, parts_consecutive_numbers_at_either_end)
{
    listing index;
    begin_listing(&index, 200000);
    for (size_t i = 0; i < index.count; i++)
        add_guid(&index, i, "dg.TEST/", 0x400080, 0x8000000000000000 + i);
    sort_listing(&index);
    expect_even(&index, 200000);
    end_listing(&index);
    begin_listing(&index, 200000);
    for (size_t i = 0; i < index.count; i++)
        add_guid(&index, i, "", (uint64_t)i << 32 | 0x4000, 0x8000000000000000 + i);
    sort_listing(&index);
    expect_even(&index, 200000);
    end_listing(&index);
}

Test(guesses, parts_decimal_numbers)
{
    listing index;
    char text[64];
    begin_listing(&index, 200000);
    for (size_t i = 0; i < index.count; i++) {
        snprintf(text, sizeof text, "dg.TEST/00000000-0000-4000-8000-%012zu", i);
        index.guids[i] = g3_arena_copy(&index.texts, g3_view_of(text));
    }
    expect_even(&index, 200000);
    end_listing(&index);
}

Test(guesses, does_not_probe_without_end_for_odd_guids)
{
    listing index;
    char text[64];
    begin_listing(&index, 20000);
    for (size_t i = 0; i < index.count;
         i++) { /* each has a prefix of its own, some are no GUIDs at all */
        snprintf(text, sizeof text,
                 i % 3 ? "p%05zu/00000000-0000-4000-8000-000000000000" : "odd%zu", i);
        index.guids[i] = g3_arena_copy(&index.texts, g3_view_of(text));
    }
    sort_listing(&index);
    outcome result = probe_listing(&index, 20000);
    cr_assert_leq(result.probes, RANGES * G3_GUESSES_PER_RANGE);
    end_listing(&index);
}

Test(guesses, leaves_a_small_index_whole)
{
    listing index;
    make_mixed(&index, 2000);
    outcome result = probe_listing(&index, 2000);
    cr_assert_leq(result.probes, 64);
    end_listing(&index);
    begin_listing(&index, 0);
    cr_assert_eq(probe_listing(&index, 0).probes, 1);
    end_listing(&index);
}

/* Guesses and ranges together: every record belongs to exactly one range. */
Test(guesses, make_ranges_that_hold_each_record_once)
{
    listing index;
    g3_buffer boundary = {0};
    size_t number, kept, taken = 0, range;
    make_mixed(&index, 30000);
    g3_guesses *guesses = g3_guesses_open(RANGES, 30000);
    g3_ranges *ranges = g3_ranges_open();
    do
        while (g3_guesses_next(guesses, &number, &boundary)) {
            size_t at = find_behind(&index, g3_buffer_view(&boundary));
            size_t count = index.count - at < PROBE_PAGE ? index.count - at : PROBE_PAGE;
            g3_guesses_learn(guesses, number, index.guids + at, count, count < PROBE_PAGE);
            g3_ranges_claim(ranges, index.guids + at, count, &kept, &range);
            taken += kept;
            g3_buffer_clear(&boundary);
        }
    while (g3_guesses_refine(guesses));
    for (size_t i = 0; i < g3_ranges_count(ranges); i++)
        while (g3_ranges_get(ranges, i)->stop == G3_RANGE_OPEN) {
            size_t at = find_behind(&index, g3_buffer_view(&g3_ranges_get(ranges, i)->position));
            size_t count = index.count - at < 1024 ? index.count - at : 1024;
            cr_assert(g3_ranges_advance(ranges, i, index.guids + at, count, &kept));
            taken += kept;
        }
    cr_assert_eq(taken, index.count);
    cr_assert(g3_ranges_check(ranges, NULL));
    g3_ranges_close(ranges);
    g3_guesses_close(guesses);
    g3_buffer_free(&boundary);
    end_listing(&index);
}
