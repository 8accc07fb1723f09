/* The sweep against a service of the test's own: its order is unlike that of bytes, it changes
 * between requests, and it misbehaves in ways that the sandbox does not. */
#include "../support/chance.h"
#include "../support/fault_server.h"
#include "g3/run/sweep.h"
#include <criterion/criterion.h>
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define RECORDS      6000 /* more than what is read as one range */
#define MOST_ANSWERS 12000

typedef struct listed {
    char guid[64];
    size_t number;
    bool present;
    bool changes; /* is inserted or deleted, once */
} listed;

typedef struct service {
    test_chance random;
    listed *records; /* in the service's order */
    size_t count;
    size_t cap;      /* gives no more than this a page; 0: as asked for */
    size_t changing; /* records that change with each request */
    bool ignores_start;
    bool repeats;        /* gives the first record of a page twice */
    const char *listing; /* answers this to all listings, or NULL */
    int listing_status;
    const char *stats; /* NULL: 404 */
    bool counts_once;  /* is gone when it is asked for them again */
    bool counted;
    char *answers[MOST_ANSWERS]; /* bodies given, to be freed */
    size_t answer_count;
} service;

/* The next letter or digit, in lower case; other characters only break ties, as in many locales. */
static int next_letter(const char **text)
{
    while (**text && !isalnum((unsigned char)**text))
        (*text)++;
    return **text ? tolower((unsigned char)*(*text)++) : 0;
}

static int compare_keys(const char *left, const char *right)
{
    const char *l = left, *r = right;
    for (;;) {
        int a = next_letter(&l), b = next_letter(&r);
        if (a != b)
            return a - b;
        if (!a)
            return strcmp(left, right);
    }
}

static int compare_records(const void *left, const void *right)
{
    return compare_keys(((const listed *)left)->guid, ((const listed *)right)->guid);
}

/* @param unstable_of_100  records that come or go while the test sweeps */
static service *make_service(size_t count, size_t unstable_of_100, uint64_t seed)
{
    static const char *const PREFIXES[] = {"dg.TEST/", "", "DG.4503/", "ark:/13030/x"};
    service *index = g3_allocate_zeroed(1, sizeof *index);
    index->random = (test_chance){seed};
    index->count = count;
    index->records = g3_allocate_zeroed(count, sizeof *index->records);
    for (size_t i = 0; i < count; i++) {
        listed *record = &index->records[i];
        uint64_t digits = next_chance(&index->random);
        record->number = i;
        record->changes = next_chance(&index->random) % 100 < unstable_of_100;
        record->present = !record->changes || next_chance(&index->random) % 2;
        snprintf(record->guid, sizeof record->guid, "%s%08x-%04x-4000-8000-%012zx",
                 PREFIXES[digits % 4], (unsigned)(digits >> 32), (unsigned)(digits >> 8) & 0xffff,
                 i);
    }
    qsort(index->records, count, sizeof *index->records, compare_records);
    return index;
}

static void free_service(service *index)
{
    for (size_t i = 0; i < index->answer_count; i++)
        free(index->answers[i]);
    free(index->records);
    free(index);
}

/* Inserts or deletes some of the records that change. */
static void change(service *index)
{
    for (size_t i = 0; i < index->changing; i++) {
        listed *record = &index->records[next_chance(&index->random) % index->count];
        if (record->changes)
            record->present = !record->present;
        record->changes = false;
    }
}

/* The value of a query's parameter, decoded. */
static void read_parameter(const char *head, const char *name, char *value, size_t size)
{
    size_t length = 0;
    const char *at = strstr(head, name), *end = strstr(head, " HTTP/");
    value[0] = '\0';
    if (!at || at > end)
        return;
    for (at += strlen(name); at < end && *at != '&' && length + 1 < size; at++) {
        unsigned code = (unsigned char)*at;
        if (*at == '%' && sscanf(at + 1, "%2x", &code) == 1)
            at += 2;
        value[length++] = (char)code;
    }
    value[length] = '\0';
}

static void append_record(g3_buffer *body, const listed *record)
{
    g3_buffer_append_format(body, "%s{\"did\":\"%s\",\"size\":1,\"hashes\":{},\"urls\":[]}",
                            body->data[body->length - 1] == '[' ? "" : ",", record->guid);
}

static const char *list(service *index, const char *head)
{
    char start[128], limit[32];
    g3_buffer body = {0};
    read_parameter(head, "start=", start, sizeof start);
    read_parameter(head, "limit=", limit, sizeof limit);
    size_t most = strtoul(limit, NULL, 10), given = 0;
    if (index->cap && most > index->cap)
        most = index->cap;
    g3_buffer_append_text(&body, "{\"limit\":1,\"records\":[");
    for (size_t i = 0; i < index->count && given < most; i++) {
        const listed *record = &index->records[i];
        bool behind = !*start || index->ignores_start || compare_keys(record->guid, start) > 0;
        if (!record->present || !behind)
            continue;
        append_record(&body, record);
        if (index->repeats && given++ == 0)
            append_record(&body, record);
        given++;
    }
    g3_buffer_append_text(&body, "]}");
    g3_buffer_text(&body);
    cr_assert_lt(index->answer_count, MOST_ANSWERS, "the sweep does not come to an end");
    index->answers[index->answer_count++] = body.data;
    return body.data;
}

static fault_answer answer(void *context, const fault_request *request, size_t number)
{
    service *index = context;
    (void)number;
    if (strncmp(request->head, "GET /_stats", strlen("GET /_stats")) == 0 && index->stats) {
        bool gone = index->counts_once && index->counted;
        index->counted = true;
        return (fault_answer){
            .status = 200, .body = index->stats, .fault = gone ? FAULT_CLOSE : FAULT_NONE};
    }
    if (strncmp(request->head, "GET /index/?", strlen("GET /index/?")) != 0)
        return (fault_answer){.status = 404, .body = "{\"error\": \"no such path\"}"};
    if (index->listing)
        return (fault_answer){.status = index->listing_status, .body = index->listing};
    const char *body = list(index, request->head);
    change(index);
    return (fault_answer){.status = 200, .body = body};
}

/* What a sweep gave. */
typedef struct received {
    int times[RECORDS];
    g3_sweep_result result;
    g3_error error;
    bool done;
} received;

static bool count_records(void *context, const g3_record *records, size_t count, g3_error *error)
{
    received *got = context;
    (void)error;
    for (size_t i = 0; i < count; i++) {
        g3_view guid = g3_record_guid(&records[i]);
        char *number = g3_duplicate((g3_view){guid.data + guid.length - 12, 12});
        got->times[strtoul(number, NULL, 16)]++;
        free(number);
    }
    return true;
}

/* Sweeps the index, or a shard of it, and counts its records besides those of earlier shards. */
static void sweep_shard(service *index, const g3_key_shard *shard, g3_reporter *reporter,
                        received *got)
{
    fault_server *server = fault_server_start(answer, index);
    const g3_http_options http_options = {.connections = 4, .retries = 0, .reporter = reporter};
    g3_http *http = g3_http_open(&http_options, &got->error);
    const g3_sweep_options options = {.base = fault_server_url(server),
                                      .shard = shard,
                                      .receive = count_records,
                                      .context = got,
                                      .reporter = reporter};
    got->done = g3_sweep_run(http, &options, &got->result, &got->error);
    g3_http_close(http);
    fault_server_stop(server);
    fault_server_free(server);
}

static void sweep(service *index, g3_reporter *reporter, received *got)
{
    *got = (received){0};
    sweep_shard(index, NULL, reporter, got);
}

/* Sweeps all shards, from the first to the last or the other way round. */
static void sweep_shards(service *index, uint64_t count, const g3_text_list *prefixes,
                         bool backwards, received *got)
{
    *got = (received){0};
    for (uint64_t i = 0; i < count; i++) {
        g3_key_shard shard = {{backwards ? count - i : i + 1, count}, *prefixes};
        shard.part.index %= count;
        sweep_shard(index, &shard, NULL, got);
        cr_assert(got->done, "shard %" PRIu64 " of %" PRIu64 ": %s", i, count, got->error.message);
    }
}

/* Prefixes that boundaries are made with: all that the index has, and fewer. */
static const char *ALL_PREFIXES[] = {"dg.TEST/", "", "DG.4503/", "ark:/13030/x"};
static const g3_text_list PREFIX_LISTS[] = {
    {ALL_PREFIXES, 4}, {ALL_PREFIXES, 1}, {ALL_PREFIXES, 2}};

static void expect_each_once(const service *index, const received *got)
{
    cr_assert(got->done, "%s", got->error.message);
    for (size_t i = 0; i < index->count; i++) {
        const listed *record = &index->records[i];
        cr_assert_eq(got->times[record->number], record->present, "%s came %d times", record->guid,
                     got->times[record->number]);
    }
}

Test(sweep, gives_each_record_once_whatever_the_order)
{
    for (uint64_t seed = 1; seed <= 3; seed++) {
        service *index = make_service(RECORDS, 0, seed);
        received got;
        index->stats = "{\"fileCount\": 6000, \"totalFileSize\": 6000}";
        sweep(index, NULL, &got);
        expect_each_once(index, &got);
        cr_assert_eq(got.result.records, RECORDS);
        cr_assert_eq(got.result.expected, RECORDS);
        cr_assert_eq(got.result.expected_after, RECORDS);
        cr_assert_gt(got.result.ranges, 1);
        cr_assert(g3_sweep_is_complete(&got.result, NULL));
        free_service(index);
    }
}

Test(sweep, gives_each_record_that_stays_once_while_others_come_and_go)
{
    for (uint64_t seed = 1; seed <= 5; seed++) {
        service *index = make_service(RECORDS, 30, seed);
        received got;
        index->changing = 100;
        sweep(index, NULL, &got);
        cr_assert(got.done, "%s", got.error.message);
        /* Those that have changed are not marked any more: none of them may have come twice. */
        service *before = make_service(RECORDS, 30, seed);
        for (size_t i = 0; i < before->count; i++) {
            int times = got.times[before->records[i].number];
            if (before->records[i].changes)
                cr_assert_leq(times, 1, "%s came %d times", before->records[i].guid, times);
            else
                cr_assert_eq(times, 1, "%s came %d times", before->records[i].guid, times);
        }
        free_service(before);
        free_service(index);
    }
}

Test(sweep, gives_each_record_in_one_shard_whatever_the_order)
{
    static const struct {
        size_t records;
        uint64_t shards;
        size_t prefixes;
    } CASES[] = {{0, 3, 0},   {1, 12, 1},      {30, 40, 0},     {400, 12, 1},
                 {400, 3, 2}, {RECORDS, 2, 0}, {RECORDS, 3, 1}, {RECORDS, 7, 2}};
    received got;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        service *index = make_service(CASES[i].records, 0, i + 1);
        sweep_shards(index, CASES[i].shards, &PREFIX_LISTS[CASES[i].prefixes], i % 2, &got);
        expect_each_once(index, &got);
        free_service(index);
    }
}

/* All records of which the test is true. */
static void change_all(service *index, bool (*chosen)(const char *guid), bool present)
{
    for (size_t i = 0; i < index->count; i++)
        if (chosen(index->records[i].guid))
            index->records[i].present = present;
}

static bool is_new(const char *guid)
{
    return strncmp(guid, "dg.TEST/7f", 10) == 0 || strncmp(guid, "dg.TEST/80", 10) == 0;
}

Test(sweep, gives_shards_that_agree_where_all_that_the_next_one_began_with_goes_or_comes)
{
    static const uint64_t EDGE = 2; /* shard 1 of 2 ends at dg.TEST/8 */
    for (int comes = 0; comes <= 1; comes++)
        for (int backwards = 0; backwards <= 1; backwards++) {
            service *index = make_service(RECORDS, 0, 3);
            received got = {0};
            change_all(index, is_new, !comes);
            for (uint64_t i = 0; i < EDGE; i++) {
                g3_key_shard shard = {{(backwards ? EDGE - i : i + 1) % EDGE, EDGE},
                                      PREFIX_LISTS[1]};
                sweep_shard(index, &shard, NULL, &got);
                cr_assert(got.done, "%s", got.error.message);
                change_all(index, is_new, comes);
            }
            for (size_t i = 0; i < index->count; i++) {
                const listed *record = &index->records[i];
                int times = got.times[record->number];
                cr_assert(is_new(record->guid) ? times <= 1 : times == 1, "%s came %d times",
                          record->guid, times);
            }
            free_service(index);
        }
}

Test(sweep, gives_each_record_that_stays_in_one_shard_while_others_come_and_go)
{
    static const uint64_t COUNTS[] = {2, 3, 8};
    received got;
    for (uint64_t seed = 1; seed <= 4; seed++) {
        service *index = make_service(RECORDS, 30, seed);
        index->changing = 10;
        sweep_shards(index, COUNTS[seed % 3], &PREFIX_LISTS[seed % 2], seed % 2, &got);
        service *before = make_service(RECORDS, 30, seed);
        for (size_t i = 0; i < before->count; i++) {
            int times = got.times[before->records[i].number];
            if (!before->records[i].changes)
                cr_assert_eq(times, 1, "%s came %d times", before->records[i].guid, times);
        }
        free_service(before);
        free_service(index);
    }
}

Test(sweep, reads_on_behind_pages_that_are_shorter_than_asked_for)
{
    service *index = make_service(RECORDS, 0, 7);
    received got;
    index->cap = 20;
    sweep(index, NULL, &got);
    expect_each_once(index, &got);
    free_service(index);
}

Test(sweep, reads_an_index_that_does_not_tell_its_size)
{
    static const size_t SIZES[] = {0, 1, 31, 32, 33, 1024, RECORDS};
    for (size_t i = 0; i < sizeof SIZES / sizeof *SIZES; i++) {
        service *index = make_service(SIZES[i], 0, i + 1);
        received got;
        sweep(index, NULL, &got);
        expect_each_once(index, &got);
        cr_assert_eq(got.result.records, SIZES[i]);
        cr_assert_eq(got.result.expected, -1);
        cr_assert(g3_sweep_is_complete(&got.result, NULL), "nobody can tell");
        free_service(index);
    }
}

Test(sweep, is_not_given_up_for_a_service_that_goes_at_the_end)
{
    service *index = make_service(3000, 0, 1);
    received got;
    index->stats = "{\"fileCount\": 3000, \"totalFileSize\": 1}";
    index->counts_once = true;
    sweep(index, NULL, &got);
    expect_each_once(index, &got);
    cr_assert_eq(got.result.expected, 3000);
    cr_assert_eq(got.result.expected_after, -1);
    cr_assert(g3_sweep_is_complete(&got.result, NULL));
    free_service(index);
}

/* The sweep must fail with status 5 and a message that names the URL and holds `text`. */
static void expect_failure(service *index, const char *text)
{
    received got;
    sweep(index, NULL, &got);
    cr_assert_not(got.done, "%s", text);
    cr_assert_eq(got.error.exit, G3_EXIT_SERVICE, "%s", got.error.message);
    cr_assert(strstr(got.error.message, "http://127.0.0.1:"), "%s", got.error.message);
    cr_assert(strstr(got.error.message, text), "%s", got.error.message);
    free_service(index);
}

Test(sweep, fails_where_the_listing_does_not_go_on)
{
    service *index = make_service(RECORDS, 0, 1);
    index->ignores_start = true;
    expect_failure(index, "do not stand behind");
    index = make_service(3000, 0, 1); /* read as one range */
    index->stats = "{\"fileCount\": 3000, \"totalFileSize\": 1}";
    index->ignores_start = true;
    expect_failure(index, "do not stand behind");
}

Test(sweep, fails_where_a_page_repeats_a_record)
{
    service *index = make_service(RECORDS, 0, 1);
    index->repeats = true;
    expect_failure(index, "twice");
}

Test(sweep, fails_at_answers_that_are_no_listing)
{
    static const struct {
        const char *body;
        int status;
        const char *text;
    } CASES[] = {
        {"[]", 200, "no listing"},
        {"{}", 200, "wrong answer"},
        {"{\"records\": 5}", 200, "wrong answer"},
        {"{\"records\": [{\"size\": 5}]}", 200, "without a did"},
        {"{\"records\": [{\"did\": \"\"}]}", 200, "without a did"},
        {"{\"did\": \"a\", \"size\": 1}", 200, "no listing"},
        {"{\"records\": [", 200, "wrong answer"},
        {"\n<html>sign in</html>", 200, "a page of HTML"},
        {"", 200, "wrong answer"},
        {"{\"error\":\"limit\nmust be less\"}", 400, "status 400 Bad Request: limit must be less"},
        {"{\"error\":\"no record found\"}", 404, "status 404"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        service *index = make_service(1, 0, 1);
        index->listing = CASES[i].body;
        index->listing_status = CASES[i].status;
        expect_failure(index, CASES[i].text);
    }
}

Test(sweep, compares_what_came_with_what_the_service_counts)
{
    static const struct {
        uint64_t records;
        int64_t before, after;
        bool complete;
    } CASES[] = {
        {10, 10, 10, true}, {10, 9, 11, true},  {10, 11, 9, true},
        {10, -1, -1, true}, {10, 10, -1, true}, {9, 10, 10, false},
        {8, 9, 12, false},  {11, 10, 10, true}, {9, 10, -1, false},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        const g3_sweep_result result = {.records = CASES[i].records,
                                        .expected = CASES[i].before,
                                        .expected_after = CASES[i].after};
        cr_assert_eq(g3_sweep_is_complete(&result, NULL), CASES[i].complete, "case %zu", i);
    }
}
