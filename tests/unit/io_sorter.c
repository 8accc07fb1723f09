/* The sorter against a plain stable sort, in memory and with many runs on disk. */
#include "../support/chance.h"
#include "g3/base/buffer.h"
#include "g3/base/memory.h"
#include "g3/io/sorter.h"
#include <criterion/criterion.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

typedef struct item {
    char key[24];
    size_t key_length;
    size_t number; /* in the order in which they came */
} item;

/* Keys with many equals, with zeros and high bytes, and long common beginnings. */
static item make_item(test_chance *chance, size_t number)
{
    static const char LETTERS[] = "ab\0\xff";
    item made = {.number = number};
    size_t length = choose(chance, 12);
    if (choose(chance, 2))
        made.key_length = strlen(strcpy(made.key, "dg.TEST/0000"));
    for (size_t i = 0; i < length; i++)
        made.key[made.key_length++] = LETTERS[choose(chance, 4)];
    return made;
}

static int compare_items(const void *left, const void *right)
{
    const item *a = left, *b = right;
    int order = g3_view_compare((g3_view){a->key, a->key_length}, (g3_view){b->key, b->key_length});
    return order ? order : (a->number > b->number) - (a->number < b->number);
}

/* The line of an item: its number, and for some a tail of a length that tells of it too. */
static g3_view write_line(g3_buffer *space, size_t number)
{
    g3_buffer_clear(space);
    g3_buffer_append_integer(space, (int64_t)number);
    for (size_t i = 0; number % 5 == 0 && i < number % 300; i++)
        g3_buffer_append_char(space, '.');
    return g3_buffer_view(space);
}

static void check_sorter(size_t count, size_t memory)
{
    test_chance chance = {count};
    item *items = g3_allocate_zeroed(count, sizeof *items);
    g3_buffer space = {0};
    g3_error error = {0};
    g3_sorter *sorter = g3_sorter_open(memory);
    for (size_t i = 0; i < count; i++) {
        items[i] = make_item(&chance, i);
        cr_assert(g3_sorter_add(sorter, (g3_view){items[i].key, items[i].key_length},
                                write_line(&space, i), &error),
                  "%s", error.message);
    }
    qsort(items, count, sizeof *items, compare_items);
    g3_view line;
    bool ended;
    for (size_t i = 0; i < count; i++) {
        cr_assert(g3_sorter_next(sorter, &line, &ended, &error), "%s", error.message);
        cr_assert_not(ended);
        cr_assert(g3_view_equal(line, write_line(&space, items[i].number)), "line %zu of %zu: %.*s",
                  i, count, (int)line.length, line.data);
    }
    for (int again = 0; again < 2; again++) {
        cr_assert(g3_sorter_next(sorter, &line, &ended, &error));
        cr_assert(ended && line.length == 0);
    }
    g3_sorter_close(sorter);
    g3_buffer_free(&space);
    free(items);
}

Test(sorter, sorts_in_memory)
{
    for (size_t count = 0; count < 40; count++)
        check_sorter(count, 1 << 20);
    check_sorter(20000, (size_t)1 << 30);
}

Test(sorter, sorts_with_runs_on_disk)
{
    check_sorter(1, 0);
    check_sorter(3, 0);
    check_sorter(20000, 100000);
}

/* More runs than are merged at once, and more than that many times over. */
Test(sorter, merges_in_several_passes)
{
    check_sorter(5000, 4000);
    check_sorter(5000, 0);
}

Test(sorter, takes_lines_longer_than_its_memory)
{
    g3_sorter *sorter = g3_sorter_open(1000);
    g3_buffer text = {0};
    size_t size = 3000000;
    memset(g3_buffer_reserve(&text, size), 'x', size);
    g3_view line;
    bool ended;
    for (size_t i = 0; i < 3; i++) {
        char key = (char)('c' - i);
        cr_assert(g3_sorter_add(sorter, (g3_view){&key, 1}, (g3_view){text.data, size - i}, NULL));
    }
    for (size_t i = 3; i-- > 0;) {
        cr_assert(g3_sorter_next(sorter, &line, &ended, NULL));
        cr_assert(!ended && g3_view_equal(line, (g3_view){text.data, size - i}));
    }
    g3_sorter_close(sorter);
    g3_buffer_free(&text);
}

static bool add_until_failure(g3_sorter *sorter, g3_error *error)
{
    bool added = true;
    for (uint64_t i = 0; added && i < 100000; i++) {
        char line[64]; /* such as packing makes little smaller */
        int length = snprintf(line, sizeof line, "%016" PRIx64 "%016" PRIx64,
                              i * 0x9e3779b97f4a7c15u, i * 0xbf58476d1ce4e5b9u);
        added = g3_sorter_add(sorter, G3_VIEW("key"), (g3_view){line, (size_t)length}, error);
    }
    return !added;
}

Test(sorter, tells_of_a_full_disk)
{
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit limit = {500000, RLIM_INFINITY};
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    g3_error error = {0};
    g3_sorter *sorter = g3_sorter_open(100000);
    cr_expect(add_until_failure(sorter, &error));
    cr_expect_eq(error.exit, G3_EXIT_LOCAL);
    cr_expect(strstr(error.message, "TMPDIR"), "%s", error.message);
    g3_sorter_close(sorter);
}

Test(sorter, says_where_it_would_spill)
{
    g3_error error = {0};
    setenv("TMPDIR", "/nowhere", 1);
    g3_sorter *sorter = g3_sorter_open(1000);
    cr_expect(add_until_failure(sorter, &error));
    cr_expect_eq(error.exit, G3_EXIT_LOCAL);
    cr_expect(strstr(error.message, "/nowhere"), "%s", error.message);
    g3_sorter_close(sorter);
    g3_sorter_close(NULL);
}
