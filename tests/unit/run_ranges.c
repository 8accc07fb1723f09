/* Ranges of a sweep: properties against a simulated index whose order has nothing to do with bytes,
 * which changes between requests, and whose answers come in any order. */
#include "../../lib/run/ranges.h"
#include "../support/chance.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#define MOST_RECORDS    400
#define MOST_BOUNDARIES 24
#define MOST_PAGE       64

static size_t draw_below(test_chance *chance, size_t limit)
{
    return limit ? choose(chance, limit) : 0;
}

/* The index: record i stands before record i + 1, whatever their GUIDs' bytes say. */
typedef struct simulated_index {
    test_chance random;
    size_t count;
    char guids[MOST_RECORDS][32];
    bool present[MOST_RECORDS];
    bool changes[MOST_RECORDS]; /* will be inserted or deleted once */
    bool changed[MOST_RECORDS];
    int taken[MOST_RECORDS];
} simulated_index;

static void fill_index(simulated_index *index, size_t unstable_of_100)
{
    for (size_t i = 0; i < index->count; i++) {
        snprintf(index->guids[i], sizeof index->guids[i], "%08x-%zu",
                 (unsigned)next_chance(&index->random), i);
        index->changes[i] = draw_below(&index->random, 100) < unstable_of_100;
        index->present[i] = !index->changes[i] || draw_below(&index->random, 2);
        index->changed[i] = false;
        index->taken[i] = 0;
    }
}

/* Inserts or deletes a few of the records that may change, each once. */
static void change_index(simulated_index *index)
{
    for (size_t tries = draw_below(&index->random, 4) * index->count / 40; tries; tries--) {
        size_t i = draw_below(&index->random, index->count);
        if (index->changes[i] && !index->changed[i]) {
            index->present[i] = !index->present[i];
            index->changed[i] = true;
        }
    }
}

/* An answer on its way: the records behind one place as they were when it was asked for. */
typedef struct page {
    size_t records[MOST_PAGE];
    size_t count;
} page;

/* A page of up to `limit` records; sometimes of fewer, though there are more. */
static page read_page(simulated_index *index, size_t from, size_t limit)
{
    page answer = {.count = 0};
    if (draw_below(&index->random, 8) == 0)
        limit = 1 + draw_below(&index->random, limit);
    for (size_t i = from; i < index->count && answer.count < limit; i++)
        if (index->present[i])
            answer.records[answer.count++] = i;
    return answer;
}

static size_t list_guids(const simulated_index *index, const page *answer, g3_view *guids)
{
    for (size_t i = 0; i < answer->count; i++)
        guids[i] = g3_view_of(index->guids[answer->records[i]]);
    return answer->count;
}

static void take(simulated_index *index, const page *answer, size_t kept)
{
    for (size_t i = 0; i < kept; i++)
        index->taken[answer->records[i]]++;
}

static size_t find_record(const simulated_index *index, g3_view guid)
{
    for (size_t i = 0; i < index->count; i++)
        if (g3_view_equal(g3_view_of(index->guids[i]), guid))
            return i;
    cr_assert_fail("a GUID that the index never had");
    return 0;
}

static void probe(simulated_index *index, g3_ranges *ranges, size_t page_size, bool changing)
{
    page answers[MOST_BOUNDARIES];
    g3_view guids[MOST_PAGE];
    size_t count = 1 + draw_below(&index->random, MOST_BOUNDARIES - 1);
    for (size_t i = 0; i < count; i++) {
        /* The first is the one behind "", others anywhere, even behind the last record. */
        size_t from = i ? draw_below(&index->random, index->count + 2) : 0;
        answers[i] = read_page(index, from, page_size);
        if (changing)
            change_index(index);
    }
    while (count) {
        size_t next = draw_below(&index->random, count), kept = 0, number;
        page *answer = &answers[next];
        list_guids(index, answer, guids);
        if (g3_ranges_claim(ranges, guids, answer->count, &kept, &number) == G3_CLAIM_NEW)
            take(index, answer, kept);
        answers[next] = answers[--count];
    }
}

static void read_on(simulated_index *index, g3_ranges *ranges, size_t page_size, bool changing)
{
    page answers[MOST_BOUNDARIES];
    bool asked[MOST_BOUNDARIES] = {false};
    g3_view guids[MOST_PAGE];
    size_t count = g3_ranges_count(ranges);
    while (!g3_ranges_all_ended(ranges)) {
        size_t number = draw_below(&index->random, count), kept = 0;
        const g3_range *range = g3_ranges_get(ranges, number);
        if (range->stop != G3_RANGE_OPEN)
            continue;
        if (!asked[number]) {
            size_t at = find_record(index, g3_buffer_view(&range->position));
            answers[number] = read_page(index, at + 1, page_size);
        } else {
            page *answer = &answers[number];
            list_guids(index, answer, guids);
            cr_assert(g3_ranges_advance(ranges, number, guids, answer->count, &kept));
            take(index, answer, kept);
        }
        asked[number] = !asked[number];
        if (changing)
            change_index(index);
    }
}

/* True if each range has a landmark that stays in the index all the time. */
static bool has_firm_landmarks(const simulated_index *index, const g3_ranges *ranges)
{
    for (size_t i = 0; i < g3_ranges_count(ranges); i++) {
        const g3_range *range = g3_ranges_get(ranges, i);
        bool firm = false;
        for (size_t k = 0; k < range->landmark_count; k++)
            firm = firm || !index->changes[find_record(index, range->landmarks[k])];
        if (!firm)
            return false;
    }
    return true;
}

/* One whole sweep of a random index. @return false if it found out that it may have repeated
 * records */
static bool sweep_once(uint64_t seed, size_t unstable_of_100, size_t probe_page)
{
    static simulated_index index;
    index.random = (test_chance){seed};
    index.count = draw_below(&index.random, MOST_RECORDS);
    size_t read_size = 1 + draw_below(&index.random, MOST_PAGE);
    fill_index(&index, unstable_of_100);
    g3_ranges *ranges = g3_ranges_open();
    probe(&index, ranges, probe_page, unstable_of_100 > 0);
    read_on(&index, ranges, read_size, unstable_of_100 > 0);
    bool sound = g3_ranges_check(ranges, NULL);
    if (has_firm_landmarks(&index, ranges))
        cr_assert(sound, "seed %lu: a false alarm", (unsigned long)seed);
    for (size_t i = 0; i < index.count && sound; i++)
        if (index.changes[i])
            cr_assert(index.taken[i] <= 1, "seed %lu: record %zu came %d times",
                      (unsigned long)seed, i, index.taken[i]);
        else
            cr_assert(index.taken[i] == 1, "seed %lu: record %zu came %d times",
                      (unsigned long)seed, i, index.taken[i]);
    g3_ranges_close(ranges);
    return sound;
}

Test(ranges, each_record_comes_once_from_an_index_at_rest)
{
    for (uint64_t seed = 1; seed <= (uint64_t)test_rounds(3000); seed++)
        cr_assert(sweep_once(seed, 0, 1 + seed % 32), "seed %lu", (unsigned long)seed);
}

Test(ranges, each_stable_record_comes_once_while_others_come_and_go)
{
    for (uint64_t seed = 1; seed <= (uint64_t)test_rounds(3000); seed++)
        sweep_once(seed, 20, 8 + seed % 24);
}

Test(ranges, records_read_twice_are_found_out_when_all_landmarks_of_a_range_vanish)
{
    size_t found = 0;
    for (uint64_t seed = 1; seed <= 6000; seed++)
        found += !sweep_once(seed, 60, 1 + seed % 3);
    cr_assert(found > 0, "none of the cases had a range whose landmarks all vanished");
}

Test(ranges, an_empty_page_makes_no_range)
{
    g3_ranges *ranges = g3_ranges_open();
    size_t kept = 7, number;
    cr_assert_eq(g3_ranges_claim(ranges, NULL, 0, &kept, &number), G3_CLAIM_EMPTY);
    cr_assert_eq(g3_ranges_count(ranges), 0);
    cr_assert(g3_ranges_all_ended(ranges));
    cr_assert(g3_ranges_check(ranges, NULL));
    g3_ranges_close(ranges);
}

Test(ranges, a_guid_twice_in_a_page_is_a_wrong_answer)
{
    g3_ranges *ranges = g3_ranges_open();
    g3_view answer[] = {G3_VIEW("a"), G3_VIEW("b"), G3_VIEW("a")};
    size_t kept, number;
    cr_assert_eq(g3_ranges_claim(ranges, answer, 3, &kept, &number), G3_CLAIM_REPEATS);
    cr_assert_eq(g3_ranges_claim(ranges, answer, 2, &kept, &number), G3_CLAIM_NEW,
                 "nothing was claimed");
    cr_assert_eq(kept, 2);
    g3_ranges_close(ranges);
}

Test(ranges, a_page_that_does_not_go_on_is_a_wrong_answer)
{
    g3_ranges *ranges = g3_ranges_open();
    g3_view first[] = {G3_VIEW("a"), G3_VIEW("b")};
    g3_view inclusive[] = {G3_VIEW("d"), G3_VIEW("e")};
    g3_view second[] = {G3_VIEW("c"), G3_VIEW("d")};
    size_t kept, number;
    cr_assert_eq(g3_ranges_claim(ranges, first, 2, &kept, &number), G3_CLAIM_NEW);
    cr_assert_not(g3_ranges_advance(ranges, 0, first, 2, &kept), "the same page again");
    cr_assert(g3_ranges_advance(ranges, 0, second, 2, &kept));
    cr_assert_eq(kept, 2);
    cr_assert_not(g3_ranges_advance(ranges, 0, inclusive, 2, &kept),
                  "a page that begins with the record asked behind");
    cr_assert(g3_ranges_advance(ranges, 0, NULL, 0, &kept), "an empty page ends the index");
    cr_assert_eq(g3_ranges_get(ranges, 0)->stop, G3_RANGE_INDEX_END);
    g3_ranges_close(ranges);
}

Test(ranges, restored_ranges_know_their_landmarks)
{
    g3_ranges *ranges = g3_ranges_open();
    g3_view first[] = {G3_VIEW("a"), G3_VIEW("b")}, second[] = {G3_VIEW("m"), G3_VIEW("n")};
    g3_view answer[] = {G3_VIEW("c"), G3_VIEW("n")};
    g3_range earlier[] = {{.landmarks = first, .landmark_count = 2, .stop = G3_RANGE_OPEN},
                          {.landmarks = second, .landmark_count = 2, .stop = G3_RANGE_INDEX_END}};
    size_t kept;
    g3_buffer_append_text(&earlier[0].position, "b");
    g3_buffer_append_text(&earlier[1].position, "z");
    g3_ranges_restore(ranges, &earlier[0]);
    g3_ranges_restore(ranges, &earlier[1]);
    cr_assert(g3_ranges_advance(ranges, 0, answer, 2, &kept));
    cr_assert_eq(kept, 1);
    cr_assert_eq(g3_ranges_get(ranges, 0)->stop, 1);
    cr_assert(g3_ranges_all_ended(ranges));
    g3_buffer_free(&earlier[0].position);
    g3_buffer_free(&earlier[1].position);
    g3_ranges_close(ranges);
}
