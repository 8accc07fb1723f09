/* Lookups by GUID against a small index service: every GUID is answered once, rightly, and in
 * order, however the service behaves. */
#include "../support/collector.h"
#include "../support/small_index.h"
#include "g3/run/lookup.h"
#include <criterion/criterion.h>
#include <stdlib.h>

#define RECORDS 2500

/* One lookup: what is asked, and what came. */
typedef struct trial {
    const char **asked;
    size_t count;
    size_t given;     /* by next() */
    size_t number;    /* of the GUID given last; its note */
    size_t most_open; /* given and not delivered, at most */
    size_t delivered;
    int *answers; /* how often each was answered */
    g3_buffer results;
} trial;

static g3_next give_guid(void *context, g3_view *guid, g3_view *note, g3_error *error)
{
    trial *self = context;
    (void)error;
    if (self->given == self->count)
        return G3_NEXT_END;
    *guid = g3_view_of(self->asked[self->given]);
    self->number = self->given++;
    *note = (g3_view){(const char *)&self->number, sizeof self->number};
    if (self->given - self->delivered > self->most_open)
        self->most_open = self->given - self->delivered;
    return G3_NEXT_ITEM;
}

/* The result is a line "NUMBER SIZE", SIZE being the record's number in the index, or "-". */
static bool take_answer(void *context, g3_view guid, g3_view note, const g3_record *record,
                        g3_buffer *result, g3_error *error)
{
    trial *self = context;
    size_t number;
    (void)error;
    memcpy(&number, note.data, sizeof number);
    cr_assert(g3_view_equal(guid, g3_view_of(self->asked[number])));
    self->answers[number]++;
    if (record)
        g3_buffer_append_format(result, "%zu %ld\n", number,
                                (long)g3_record_get(record, G3_FILE_SIZE)->integer);
    else
        g3_buffer_append_format(result, "%zu -\n", number);
    return true;
}

static bool take_results(void *context, g3_view results, size_t answered, g3_error *error)
{
    trial *self = context;
    (void)error;
    g3_buffer_append(&self->results, results);
    self->delivered += answered;
    return true;
}

/* Made-up GUIDs with a prefix, owned by the caller. */
static char *make_guid(const char *prefix, size_t number)
{
    g3_buffer guid = {0};
    g3_buffer_append_format(&guid, "%s%08zx-0000-4000-8000-%012zx", prefix,
                            number * 2654435761u % 0xffffffffu, number);
    return (char *)g3_buffer_text(&guid);
}

static const char **make_guids(size_t count)
{
    static const char *const PREFIXES[] = {"dg.TEST/", "", "dg.4503/", "dg.TEST/ü "};
    const char **guids = g3_allocate(count * sizeof *guids);
    for (size_t i = 0; i < count; i++)
        guids[i] = make_guid(i % 50 == 7 ? "ark:/13030/x," : PREFIXES[i % 4], i);
    return guids;
}

static void free_guids(const char **guids, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free((void *)guids[i]);
    free(guids);
}

/* Runs a lookup; `trial` is then to be ended with end_trial(). */
static bool run_trial(trial *self, small_index *index, g3_lookup_options options,
                      g3_lookup_result *result, g3_error *error)
{
    fault_server *server = small_index_start(index);
    g3_http *http = open_test_engine((g3_http_options){.retries = 8});
    self->answers = g3_allocate_zeroed(self->count, sizeof *self->answers);
    options.base = fault_server_url(server);
    options.next = give_guid;
    options.answer = take_answer;
    options.deliver = take_results;
    options.context = self;
    bool good = g3_lookup_run(http, &options, result, error);
    g3_http_close(http);
    fault_server_stop(server);
    fault_server_free(server);
    return good;
}

static void end_trial(trial *self, small_index *index)
{
    free(self->answers);
    g3_buffer_free(&self->results);
    small_index_free(index);
}

/* What the results must be: `expected` gives each GUID's record, or -1. */
static void expect_results(const trial *self, const long *expected)
{
    g3_buffer wanted = {0};
    for (size_t i = 0; i < self->count; i++) {
        cr_assert_eq(self->answers[i], 1, "GUID %zu was answered %d times", i, self->answers[i]);
        if (expected[i] >= 0)
            g3_buffer_append_format(&wanted, "%zu %ld\n", i, expected[i]);
        else
            g3_buffer_append_format(&wanted, "%zu -\n", i);
    }
    cr_expect_eq(self->delivered, self->count);
    cr_expect(g3_view_equal(g3_buffer_view(&self->results), g3_buffer_view(&wanted)));
    g3_buffer_free(&wanted);
}

/* Asks for `count` GUIDs chosen at random: known ones, unknown ones, repeats. */
static void check_random(small_index index, g3_lookup_options options, size_t count, uint64_t seed)
{
    test_chance chance = {seed};
    const char **known = make_guids(RECORDS);
    char *unknown = make_guid("dg.TEST/", RECORDS + 1);
    trial self = {.asked = g3_allocate(count * sizeof *self.asked), .count = count};
    long *expected = g3_allocate(count * sizeof *expected);
    for (size_t i = 0; i < count; i++) {
        expected[i] = choose(&chance, 5) == 0 ? -1 : (long)choose(&chance, RECORDS);
        if (i && choose(&chance, 10) == 0)
            expected[i] = expected[i - 1];
        self.asked[i] = expected[i] < 0 ? unknown : known[expected[i]];
    }
    g3_lookup_result result;
    g3_error error = {0};
    index.guids = known;
    index.count = RECORDS;
    cr_assert(run_trial(&self, &index, options, &result, &error), "%s", error.message);
    expect_results(&self, expected);
    cr_expect_eq(result.found + result.missing, count);
    cr_expect_leq(index.longest_line, G3_INDEX_REQUEST_LINE_LIMIT);
    cr_expect_leq(self.most_open, (size_t)(G3_LOOKUP_BLOCKS + 1) * G3_LOOKUP_BLOCK_ROWS);
    end_trial(&self, &index);
    free(expected);
    free(self.asked);
    free(unknown);
    free_guids(known, RECORDS);
}

Test(lookup, ids_give_each_guid_its_record_in_order)
{
    check_random((small_index){.told_prefix = ""}, (g3_lookup_options){.way = G3_LOOKUP_IDS}, 20000,
                 1);
}

Test(lookup, bulk_gives_each_guid_its_record_in_order)
{
    check_random((small_index){.told_prefix = ""}, (g3_lookup_options){.way = G3_LOOKUP_BULK},
                 20000, 2);
}

Test(lookup, single_gives_each_guid_its_record_in_order)
{
    check_random((small_index){.told_prefix = ""}, (g3_lookup_options){.way = G3_LOOKUP_SINGLE},
                 1000, 3);
}

Test(lookup, batches_of_any_size_give_the_same)
{
    static const int64_t SIZES[] = {1, 2, 7, 5000};
    for (size_t i = 0; i < sizeof SIZES / sizeof *SIZES; i++) {
        check_random((small_index){.told_prefix = ""},
                     (g3_lookup_options){.way = G3_LOOKUP_IDS, .batch = SIZES[i]}, 400, 10 + i);
        check_random((small_index){.told_prefix = ""},
                     (g3_lookup_options){.way = G3_LOOKUP_BULK, .batch = SIZES[i]}, 400, 20 + i);
    }
}

Test(lookup, lost_connections_change_nothing)
{
    check_random((small_index){.told_prefix = "", .closed_every = 29},
                 (g3_lookup_options){.way = G3_LOOKUP_IDS}, 6000, 4);
}

Test(lookup, unreadable_answers_are_asked_for_again)
{
    check_random((small_index){.told_prefix = "", .unreadable_of = 3},
                 (g3_lookup_options){.way = G3_LOOKUP_IDS}, 6000, 5);
    check_random((small_index){.told_prefix = "", .unreadable_of = 3},
                 (g3_lookup_options){.way = G3_LOOKUP_BULK, .batch = 100}, 6000, 6);
}

Test(lookup, records_that_nobody_asked_for_are_ignored)
{
    check_random((small_index){.told_prefix = "", .unasked = true},
                 (g3_lookup_options){.way = G3_LOOKUP_IDS}, 6000, 7);
    check_random((small_index){.told_prefix = "", .unasked = true},
                 (g3_lookup_options){.way = G3_LOOKUP_BULK}, 6000, 8);
}

Test(lookup, falls_back_where_the_service_does_not_know_a_way)
{
    static const int STATUSES[] = {400, 404, 405, 414, 501};
    for (size_t i = 0; i < sizeof STATUSES / sizeof *STATUSES; i++)
        check_random((small_index){.told_prefix = "", .ids_status = STATUSES[i]},
                     (g3_lookup_options){.way = G3_LOOKUP_IDS}, 3000, 30 + i);
    check_random((small_index){.told_prefix = "", .ids_status = 405, .bulk_status = 404},
                 (g3_lookup_options){.way = G3_LOOKUP_IDS}, 800, 40);
    check_random((small_index){.told_prefix = "", .bulk_status = 403},
                 (g3_lookup_options){.way = G3_LOOKUP_BULK}, 800, 41);
}

Test(lookup, ids_that_find_nothing_are_found_out)
{
    check_random((small_index){.told_prefix = "", .ids_blind = true},
                 (g3_lookup_options){.way = G3_LOOKUP_IDS}, 3000, 9);
}

Test(lookup, a_service_that_ignores_ids_is_found_out)
{
    check_random((small_index){.told_prefix = "", .ids_ignored = true},
                 (g3_lookup_options){.way = G3_LOOKUP_IDS}, 3000, 10);
    check_random((small_index){.told_prefix = "", .ids_ignored = true, .bulk_status = 405},
                 (g3_lookup_options){.way = G3_LOOKUP_IDS}, 800, 11);
}

Test(lookup, needs_few_requests)
{
    const char **known = make_guids(RECORDS);
    trial self = {.asked = known, .count = RECORDS};
    small_index index = {.guids = known, .count = RECORDS, .told_prefix = ""};
    g3_lookup_result result;
    cr_assert(run_trial(&self, &index, (g3_lookup_options){.way = G3_LOOKUP_BULK}, &result, NULL));
    cr_expect_eq(index.bulks, 3); /* 2,500 at 1,000 a request */
    cr_expect_leq(index.most_in_bulk, G3_LOOKUP_BULK_BATCH);
    end_trial(&self, &index);
    free_guids(known, RECORDS);
}

/* Looks two GUIDs up, each the other spelling of one that the index has; both must be found. */
static void check_spellings(small_index index, g3_lookup_way way)
{
    const char *known[] = {
        "dg.TEST/00000000-0000-4000-8000-000000000000", "00000000-0000-4000-8000-000000000001",
        "dg.TEST/00000000-0000-4000-8000-000000000002", "00000000-0000-4000-8000-000000000002"};
    const char *asked[] = {
        "00000000-0000-4000-8000-000000000000", "dg.TEST/00000000-0000-4000-8000-000000000001",
        "00000000-0000-4000-8000-000000000002", "dg.OTHER/00000000-0000-4000-8000-000000000000",
        "dg.TEST/00000000-0000-4000-8000-000000000009"};
    const long expected[] = {0, 1, 3, -1, -1};
    trial self = {.asked = asked, .count = 5};
    g3_lookup_result result;
    index.guids = known;
    index.count = 4;
    cr_assert(run_trial(&self, &index, (g3_lookup_options){.way = way}, &result, NULL));
    expect_results(&self, expected);
    end_trial(&self, &index);
}

Test(lookup, finds_the_other_spelling_of_a_guid)
{
    for (g3_lookup_way way = G3_LOOKUP_IDS; way <= G3_LOOKUP_SINGLE; way++)
        check_spellings((small_index){.told_prefix = "dg.TEST/", .resolved_prefix = "dg.TEST/"},
                        way);
}

Test(lookup, learns_a_prefix_that_the_service_does_not_tell)
{
    for (g3_lookup_way way = G3_LOOKUP_IDS; way <= G3_LOOKUP_SINGLE; way++)
        check_spellings((small_index){.resolved_prefix = "dg.TEST/"}, way);
}

/* Many are in flight before the prefix is learnt, behind many that nobody has: none may be lost. */
Test(lookup, loses_none_while_a_prefix_is_not_known)
{
    enum { ABSENT = 500, PRESENT = 1500 };
    char *known[PRESENT];
    const char *asked[ABSENT + PRESENT];
    long expected[ABSENT + PRESENT];
    for (size_t i = 0; i < ABSENT + PRESENT; i++) {
        char *guid = make_guid(i < ABSENT ? "dg.OTHER/" : "dg.TEST/", i);
        asked[i] = i < ABSENT ? guid : guid + strlen("dg.TEST/");
        expected[i] = i < ABSENT ? -1 : (long)(i - ABSENT);
        if (i >= ABSENT)
            known[i - ABSENT] = guid;
    }
    for (g3_lookup_way way = G3_LOOKUP_IDS; way <= G3_LOOKUP_BULK; way++) {
        small_index index = {
            .guids = (const char **)known, .count = PRESENT, .resolved_prefix = "dg.TEST/"};
        trial self = {.asked = asked, .count = ABSENT + PRESENT};
        g3_lookup_result result;
        cr_assert(run_trial(&self, &index, (g3_lookup_options){.way = way}, &result, NULL));
        expect_results(&self, expected);
        end_trial(&self, &index);
    }
    for (size_t i = 0; i < ABSENT; i++)
        free((void *)asked[i]);
    for (size_t i = 0; i < PRESENT; i++)
        free(known[i]);
}

Test(lookup, other_spelling_is_its_own_inverse)
{
    g3_buffer space = {0}, back = {0};
    g3_view prefix = G3_VIEW("dg.TEST/");
    cr_assert(g3_index_other_spelling(G3_VIEW("abc"), prefix, &space));
    cr_expect(g3_view_equal(g3_buffer_view(&space), G3_VIEW("dg.TEST/abc")));
    cr_assert(g3_index_other_spelling(g3_buffer_view(&space), prefix, &back));
    cr_expect(g3_view_equal(g3_buffer_view(&back), G3_VIEW("abc")));
    cr_expect_not(g3_index_other_spelling(prefix, prefix, &space));
    cr_expect_not(g3_index_other_spelling(G3_VIEW("abc"), (g3_view){0}, &space));
    g3_buffer_free(&space);
    g3_buffer_free(&back);
}

Test(lookup, a_guid_too_long_to_ask_for_is_missing)
{
    char *endless = g3_allocate(6001);
    memset(endless, 'a', 6000);
    endless[6000] = '\0';
    const char *known[] = {"dg.TEST/1"};
    const char *asked[] = {endless, "dg.TEST/1"};
    const long expected[] = {-1, 0};
    for (g3_lookup_way way = G3_LOOKUP_IDS; way <= G3_LOOKUP_SINGLE; way++) {
        trial self = {.asked = asked, .count = 2};
        small_index index = {.guids = known, .count = 1, .told_prefix = "dg.TEST/"};
        g3_lookup_result result;
        cr_assert(run_trial(&self, &index, (g3_lookup_options){.way = way}, &result, NULL));
        expect_results(&self, expected);
        end_trial(&self, &index);
    }
    free(endless);
}

Test(lookup, gives_up_when_answers_stay_unreadable)
{
    const char *asked[] = {"dg.TEST/1"};
    trial self = {.asked = asked, .count = 1};
    small_index index = {.guids = asked, .count = 1, .told_prefix = "", .always_unreadable = true};
    g3_lookup_result result;
    g3_error error = {0};
    cr_assert_not(
        run_trial(&self, &index, (g3_lookup_options){.way = G3_LOOKUP_BULK}, &result, &error));
    cr_expect_eq(error.exit, G3_EXIT_SERVICE);
    cr_expect_not_null(strstr(error.message, "/bulk/documents"), "%s", error.message);
    cr_expect_eq(index.lookups, G3_LOOKUP_RETRIES + 1);
    end_trial(&self, &index);
}

Test(lookup, nothing_to_look_up_asks_nothing_but_the_trial)
{
    trial self = {.asked = NULL, .count = 0};
    small_index index = {.told_prefix = ""};
    g3_lookup_result result;
    cr_assert(run_trial(&self, &index, (g3_lookup_options){.way = G3_LOOKUP_BULK}, &result, NULL));
    cr_expect_eq(index.lookups, 0);
    end_trial(&self, &index);
}
