/* The journal: what is saved is there after a kill; it is of one job and for one process. */
#include "g3/run/journal.h"
#include <criterion/criterion.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[64], path[96];

static void make_folder(void)
{
    snprintf(folder, sizeof folder, "/tmp/g3-journal.XXXXXX");
    cr_assert(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/run.journal", folder);
}

static void remove_folder(void)
{
    static const char *const ENDINGS[] = {"", "-wal", "-shm"};
    char name[128];
    for (size_t i = 0; i < sizeof ENDINGS / sizeof *ENDINGS; i++) {
        snprintf(name, sizeof name, "%s%s", path, ENDINGS[i]);
        unlink(name);
    }
    rmdir(folder);
}

TestSuite(journal, .init = make_folder, .fini = remove_folder);

static const g3_view LANDMARKS[] = {{"dg.TEST/a", 9}, {"dg.TEST/\xc3\xa4", 10}, {"", 0}};

static g3_journal *open_journal(const char *subject, g3_journal_stage want)
{
    g3_error error = {0};
    g3_journal_stage stage;
    g3_journal *journal = g3_journal_open(path, g3_view_of(subject), &stage, &error);
    cr_assert(journal, "%s", error.message);
    cr_assert_eq(stage, want);
    return journal;
}

static void save(g3_journal *journal, const g3_journal_range *ranges, size_t count, int64_t number)
{
    g3_error error = {0};
    g3_journal_state state = {ranges, count, number * 10, (uint64_t)number, number + 5};
    cr_assert(g3_journal_save(journal, &state, &error), "%s", error.message);
}

Test(journal, gives_back_what_was_saved_last)
{
    g3_error error = {0};
    g3_journal_state state;
    bool saved;
    g3_journal_range ranges[] = {
        {G3_VIEW("dg.TEST/x"), LANDMARKS, 3, -1, 7},
        {G3_VIEW("other/y"), LANDMARKS + 1, 1, 0, 0},
    };
    g3_journal *journal = open_journal("a job", G3_JOURNAL_NEW);
    cr_assert(g3_journal_load(journal, &state, &saved, &error));
    cr_assert_not(saved);
    save(journal, ranges, 1, 1);
    ranges[0].position = G3_VIEW("dg.TEST/z");
    ranges[0].stop = -2;
    save(journal, ranges, 2, 2);
    g3_journal_close(journal);

    journal = open_journal("a job", G3_JOURNAL_UNFINISHED);
    cr_assert(g3_journal_load(journal, &state, &saved, &error));
    cr_assert(saved);
    cr_assert_eq(state.range_count, 2);
    cr_assert_eq(state.offset, 20);
    cr_assert_eq(state.records, 2);
    cr_assert_eq(state.expected, 7);
    cr_assert(g3_view_equal(state.ranges[0].position, G3_VIEW("dg.TEST/z")));
    cr_assert_eq(state.ranges[0].stop, -2);
    cr_assert_eq(state.ranges[0].read, 7);
    cr_assert_eq(state.ranges[0].landmark_count, 3);
    for (size_t i = 0; i < 3; i++)
        cr_assert(g3_view_equal(state.ranges[0].landmarks[i], LANDMARKS[i]));
    cr_assert_eq(state.ranges[1].landmark_count, 1);
    cr_assert(g3_view_equal(state.ranges[1].landmarks[0], LANDMARKS[1]));
    g3_journal_close(journal);
}

Test(journal, tells_a_finished_run)
{
    g3_error error = {0};
    g3_journal *journal = open_journal("a job", G3_JOURNAL_NEW);
    cr_assert(g3_journal_finish(journal, &error));
    g3_journal_close(journal);
    g3_journal_close(open_journal("a job", G3_JOURNAL_FINISHED));
}

Test(journal, is_not_taken_up_for_another_job)
{
    g3_error error = {0};
    g3_journal_stage stage;
    g3_journal_close(open_journal("a job", G3_JOURNAL_NEW));
    cr_assert_null(g3_journal_open(path, G3_VIEW("another job"), &stage, &error));
    cr_assert_eq(error.exit, G3_EXIT_USAGE);
    cr_assert(strstr(error.message, "a job"), "%s", error.message);
}

Test(journal, is_for_one_process_at_a_time)
{
    g3_error error = {0};
    g3_journal_stage stage;
    g3_journal *journal = open_journal("a job", G3_JOURNAL_NEW);
    cr_assert_null(g3_journal_open(path, G3_VIEW("a job"), &stage, &error));
    cr_assert_eq(error.exit, G3_EXIT_LOCAL);
    cr_assert(strstr(error.message, "another process"), "%s", error.message);
    g3_journal_close(journal);
}

Test(journal, does_not_touch_a_file_that_is_none)
{
    g3_error error = {0};
    g3_journal_stage stage;
    char line[32];
    FILE *file = fopen(path, "w");
    fputs("guid,md5\nnot,a journal\n", file);
    fclose(file);
    cr_assert_null(g3_journal_open(path, G3_VIEW("a job"), &stage, &error));
    cr_assert_eq(error.exit, G3_EXIT_LOCAL);
    file = fopen(path, "r");
    cr_assert(fgets(line, sizeof line, file));
    cr_assert_str_eq(line, "guid,md5\n");
    fclose(file);
}

Test(journal, can_not_be_in_a_folder_that_is_not_there)
{
    g3_error error = {0};
    g3_journal_stage stage;
    cr_assert_null(g3_journal_open("/nonexistent/run.journal", G3_VIEW("a job"), &stage, &error));
    cr_assert_eq(error.exit, G3_EXIT_LOCAL);
}

/* Saves state after state and tells the parent each number once it is saved, until it is killed. */
static void save_until_killed(int told)
{
    g3_error error = {0};
    g3_journal_stage stage;
    g3_journal *journal = g3_journal_open(path, G3_VIEW("a job"), &stage, &error);
    char position[32];
    if (!journal)
        _exit(1);
    for (int64_t number = 1;; number++) {
        snprintf(position, sizeof position, "%" PRId64, number);
        g3_journal_range ranges[] = {{g3_view_of(position), LANDMARKS, 2, -1, (uint64_t)number},
                                     {g3_view_of(position), LANDMARKS, 3, -1, (uint64_t)number}};
        g3_journal_state state = {ranges, 2, number, (uint64_t)number, 0};
        if (!g3_journal_save(journal, &state, &error) ||
            write(told, &number, sizeof number) != (ssize_t)sizeof number)
            _exit(1);
    }
}

Test(journal, a_kill_at_any_point_loses_nothing_and_mixes_nothing)
{
    for (int64_t rounds = 0; rounds < 10; rounds++) {
        int ends[2];
        int64_t number = 0, last = 0;
        cr_assert_eq(pipe(ends), 0);
        pid_t child = fork();
        if (child == 0)
            save_until_killed(ends[1]);
        close(ends[1]);
        while (number < 3 + rounds * 4 && read(ends[0], &number, sizeof number) > 0)
            last = number;
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        while (read(ends[0], &number, sizeof number) > 0)
            last = number; /* what it still managed to tell */
        close(ends[0]);

        g3_error error = {0};
        g3_journal_state state;
        bool saved;
        g3_journal *journal = open_journal("a job", G3_JOURNAL_UNFINISHED);
        cr_assert(g3_journal_load(journal, &state, &saved, &error), "%s", error.message);
        cr_assert_geq(state.offset, last);
        cr_assert_leq(state.offset, last + 1);
        cr_assert_eq(state.range_count, 2);
        for (size_t i = 0; i < 2; i++) {
            int64_t position;
            cr_assert(g3_view_to_size(state.ranges[i].position, &position));
            cr_assert_eq(position, state.offset, "all of one transaction");
        }
        g3_journal_close(journal);
        remove_folder();
        make_folder();
    }
}
