/* Spill files: what is written comes back, run by run; nobody else can see them. */
#include "../support/chance.h"
#include "g3/base/memory.h"
#include "g3/io/spill.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { RUNS = 6, ITEMS = 300 };

/* Fills in an item from a seed: empty, short, or longer than a block. */
static g3_spill_item make_item(test_chance *chance, char *space, size_t capacity)
{
    size_t key = choose(chance, 30),
           line = choose(chance, 50) ? choose(chance, 200) : capacity - key;
    for (size_t i = 0; i < key + line; i++)
        space[i] = (char)next_chance(chance);
    return (g3_spill_item){{space, key}, {space + key, line}};
}

static void write_runs(g3_spill *spill, g3_run *runs, char *space, size_t capacity)
{
    test_chance chance = {5};
    for (size_t run = 0; run < RUNS; run++) {
        size_t count = run == 3 ? 0 : ITEMS; /* one run without items */
        runs[run].begin = spill->written;
        for (size_t i = 0; i < count; i++)
            cr_assert(g3_spill_append(spill, make_item(&chance, space, capacity), NULL));
        cr_assert(g3_spill_end_run(spill, &runs[run], NULL));
    }
}

static void check_runs(const g3_spill *spill, const g3_run *runs, char *space, size_t capacity)
{
    test_chance chance = {5};
    for (size_t run = 0; run < RUNS; run++) {
        g3_run_reader reader;
        g3_run_reader_open(&reader, spill, runs[run]);
        for (size_t i = 0; i < (run == 3 ? 0 : ITEMS); i++) {
            g3_spill_item expected = make_item(&chance, space, capacity);
            cr_assert(g3_run_reader_next(&reader, NULL));
            cr_assert(!reader.ended && g3_view_equal(reader.item.key, expected.key) &&
                      g3_view_equal(reader.item.line, expected.line));
        }
        cr_assert(g3_run_reader_next(&reader, NULL) && reader.ended);
        g3_run_reader_close(&reader);
    }
}

Test(spill, items_come_back_run_by_run)
{
    static const size_t BLOCKS[] = {1, 1000, 1 << 30};
    const size_t capacity = 200000;
    char *space = g3_allocate(capacity);
    for (size_t i = 0; i < 3; i++) {
        g3_spill spill;
        g3_run runs[RUNS];
        cr_assert(g3_spill_open(&spill, BLOCKS[i], NULL));
        write_runs(&spill, runs, space, capacity);
        check_runs(&spill, runs, space, capacity);
        check_runs(&spill, runs, space, capacity); /* as often as one likes */
        g3_spill_close(&spill);
        g3_spill_close(&spill);
    }
    free(space);
}

Test(spill, has_no_name_and_is_its_owner_s_alone)
{
    g3_spill spill;
    struct stat about;
    umask(0);
    cr_assert(g3_spill_open(&spill, 1000, NULL));
    cr_assert_eq(fstat(spill.descriptor, &about), 0);
    cr_expect_eq(about.st_nlink, 0);
    cr_expect_eq(about.st_mode & 0777, 0600);
    g3_spill_close(&spill);
}

Test(spill, damage_is_noticed)
{
    g3_spill spill;
    g3_run run = {0};
    g3_run_reader reader;
    g3_error error = {0};
    cr_assert(g3_spill_open(&spill, 1000, NULL));
    for (size_t i = 0; i < 1000; i++)
        cr_assert(g3_spill_append(&spill, (g3_spill_item){G3_VIEW("key"), G3_VIEW("line")}, NULL));
    cr_assert(g3_spill_end_run(&spill, &run, NULL));
    cr_assert_eq(ftruncate(spill.descriptor, run.end - 1), 0);
    g3_run_reader_open(&reader, &spill, run);
    while (g3_run_reader_next(&reader, &error))
        cr_assert(!reader.ended);
    cr_expect_eq(error.exit, G3_EXIT_LOCAL);
    cr_expect(strstr(error.message, "is shorter than was written"), "%s", error.message);
    g3_run_reader_close(&reader);
    g3_spill_close(&spill);
}
