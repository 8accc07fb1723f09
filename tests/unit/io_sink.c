/* Sinks: nothing under the final name before the end, failures told, packing, going on after a
 * checkpoint. */
#include "../support/chance.h"
#include "g3/io/sink.h"
#include "g3/io/source.h"
#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* Each test runs in a folder of its own, in a process of its own. */
static char folder[] = "/tmp/g3-test-XXXXXX";

static void enter_folder(void)
{
    signal(SIGPIPE, SIG_IGN);
    cr_assert(mkdtemp(folder));
    cr_assert_eq(chdir(folder), 0);
}

static void leave_folder(void)
{
    DIR *listing = opendir(folder);
    for (struct dirent *entry; (entry = readdir(listing));)
        unlinkat(dirfd(listing), entry->d_name, 0);
    closedir(listing);
    cr_expect_eq(rmdir(folder), 0);
}

TestSuite(sink, .init = enter_folder, .fini = leave_folder);

static bool exists(const char *name)
{
    struct stat about;
    return lstat(name, &about) == 0;
}

static void check_content(const char *name, g3_view expected)
{
    g3_error error = {0};
    g3_buffer text = {0};
    g3_source *source = g3_source_open(name, &error);
    cr_assert(source, "%s", error.message);
    size_t got;
    do {
        cr_assert(g3_source_read(source, g3_buffer_reserve(&text, 65536), 65536, &got, &error),
                  "%s", error.message);
        text.length += got;
    } while (got);
    cr_expect(g3_view_equal(g3_buffer_view(&text), expected), "%s holds %zu bytes, not %zu", name,
              text.length, expected.length);
    g3_source_close(source);
    g3_buffer_free(&text);
}

static void write_file(const char *name, const char *text)
{
    FILE *file = fopen(name, "w");
    cr_assert(file && fputs(text, file) >= 0 && fclose(file) == 0);
}

/* Appends lines of chance, settling behind each, until `size` bytes have gone in; the same to
 * `copy`. */
static void add_lines(g3_sink *sink, test_chance *chance, size_t size, g3_buffer *copy)
{
    g3_error error = {0};
    for (size_t begin = copy->length; copy->length - begin < size;) {
        size_t length = copy->length;
        g3_buffer_append_integer(copy, (int64_t)next_chance(chance));
        g3_buffer_append_char(copy, '\n');
        g3_buffer_append(g3_sink_buffer(sink),
                         (g3_view){copy->data + length, copy->length - length});
        cr_assert(g3_sink_settle(sink, false, &error), "%s", error.message);
    }
}

Test(sink, shows_a_file_when_it_is_complete)
{
    test_chance chance = {1};
    g3_buffer copy = {0};
    write_file("m.csv", "old");
    g3_sink *sink = g3_sink_open("m.csv", NULL);
    cr_assert(sink);
    add_lines(sink, &chance, 5 * G3_SINK_BLOCK, &copy);
    check_content("m.csv", G3_VIEW("old"));
    cr_expect(exists(".m.csv.partial"));
    cr_expect(g3_sink_finish(sink, NULL));
    check_content("m.csv", g3_buffer_view(&copy));
    cr_expect_not(exists(".m.csv.partial"));
    g3_buffer_free(&copy);
}

Test(sink, can_be_empty)
{
    cr_expect(g3_sink_finish(g3_sink_open("m.csv", NULL), NULL));
    check_content("m.csv", (g3_view){0});
    cr_expect(g3_sink_finish(g3_sink_open("m.csv.zst", NULL), NULL));
    struct stat about;
    cr_expect_eq(stat("m.csv.zst", &about), 0);
    cr_expect_gt(about.st_size, 0, "an empty file is nothing that zstd unpacks");
    check_content("m.csv.zst", (g3_view){0});
}

Test(sink, leaves_nothing_behind_when_discarded)
{
    test_chance chance = {1};
    g3_buffer copy = {0};
    write_file("m.csv", "old");
    g3_sink *sink = g3_sink_open("m.csv", NULL);
    add_lines(sink, &chance, 3 * G3_SINK_BLOCK, &copy);
    g3_sink_discard(sink, false);
    check_content("m.csv", G3_VIEW("old"));
    cr_expect_not(exists(".m.csv.partial"));
    g3_sink_discard(NULL, false);
    g3_buffer_free(&copy);
}

Test(sink, keeps_modes)
{
    struct stat about;
    umask(027);
    cr_expect(g3_sink_finish(g3_sink_open("new", NULL), NULL));
    cr_expect(stat("new", &about) == 0 && (about.st_mode & 0777) == 0640);
    write_file("old", "");
    chmod("old", 0604);
    cr_expect(g3_sink_finish(g3_sink_open("old", NULL), NULL));
    cr_expect(stat("old", &about) == 0 && (about.st_mode & 0777) == 0604);
}

Test(sink, writes_the_file_that_a_link_leads_to)
{
    struct stat about;
    write_file("target", "old");
    cr_assert_eq(symlink("target", "link"), 0);
    g3_sink *sink = g3_sink_open("link", NULL);
    g3_buffer_append_text(g3_sink_buffer(sink), "new");
    cr_expect(g3_sink_finish(sink, NULL));
    cr_expect(lstat("link", &about) == 0 && S_ISLNK(about.st_mode));
    check_content("target", G3_VIEW("new"));
}

/* Blocks of any size, among them such as are smaller than a page or end with one; some must be in
 * the file at once. */
Test(sink, writes_blocks_of_any_size)
{
    static const size_t SIZES[] = {1, 100, 4095, 4096, 4097, 100000};
    test_chance chance = {7};
    for (int round = 0; round < 20; round++) {
        g3_buffer copy = {0};
        g3_sink *sink = g3_sink_open("m.csv", NULL);
        for (int i = 0; i < 15; i++) {
            bool now = choose(&chance, 4) == 0;
            size_t more = SIZES[choose(&chance, sizeof SIZES / sizeof *SIZES)];
            add_lines(sink, &chance, choose(&chance, 3) ? more : G3_SINK_BLOCK + more, &copy);
            cr_assert(g3_sink_settle(sink, now, NULL));
            struct stat about;
            if (now)
                cr_expect(stat(".m.csv.partial", &about) == 0 &&
                          about.st_size == (off_t)copy.length);
        }
        cr_assert(g3_sink_finish(sink, NULL));
        check_content("m.csv", g3_buffer_view(&copy));
        g3_buffer_free(&copy);
    }
}

Test(sink, packs_by_name)
{
    test_chance chance = {2};
    g3_buffer copy = {0};
    g3_sink *sink = g3_sink_open("m.csv.zst", NULL);
    add_lines(sink, &chance, 5 * G3_SINK_BLOCK, &copy);
    cr_expect(g3_sink_settle(sink, true, NULL));
    add_lines(sink, &chance, 100, &copy);
    cr_expect(g3_sink_finish(sink, NULL));
    struct stat about;
    cr_expect(stat("m.csv.zst", &about) == 0 && about.st_size < (off_t)copy.length);
    check_content("m.csv.zst", g3_buffer_view(&copy));
    g3_buffer_free(&copy);
}

/* A run that is killed behind a checkpoint, having written more; another one that goes on. */
static void check_resume(const char *name, const char *partial)
{
    test_chance chance = {3};
    g3_buffer copy = {0}, lost = {0};
    int64_t offset = 0;
    g3_sink *sink = g3_sink_open(name, NULL);
    add_lines(sink, &chance, 2 * G3_SINK_BLOCK + 5, &copy);
    cr_assert(g3_sink_checkpoint(sink, &offset, NULL));
    add_lines(sink, &chance, 1000, &copy);
    cr_assert(g3_sink_checkpoint(sink, &offset, NULL));
    int64_t same;
    cr_assert(g3_sink_checkpoint(sink, &same, NULL));
    cr_expect_eq(same, offset, "a checkpoint without new bytes adds nothing");
    add_lines(sink, &chance, 3 * G3_SINK_BLOCK, &lost);
    cr_assert(g3_sink_settle(sink, true, NULL));
    g3_sink_discard(sink, true);
    cr_expect_not(exists(name));

    g3_error error = {0};
    sink = g3_sink_resume(name, offset, &error);
    cr_assert(sink, "%s", error.message);
    cr_assert(g3_sink_checkpoint(sink, &same, NULL));
    cr_expect_eq(same, offset, "nor does one right after going on");
    add_lines(sink, &chance, G3_SINK_BLOCK, &copy);
    cr_expect(g3_sink_finish(sink, NULL));
    check_content(name, g3_buffer_view(&copy));
    cr_expect_not(exists(partial));
    g3_buffer_free(&copy);
    g3_buffer_free(&lost);
}

Test(sink, goes_on_after_a_checkpoint)
{
    check_resume("m.csv", ".m.csv.partial");
}

Test(sink, goes_on_after_a_checkpoint_packed)
{
    check_resume("m.csv.zst", ".m.csv.zst.partial");
}

Test(sink, can_only_resume_what_is_there)
{
    g3_error error = {0};
    cr_expect_null(g3_sink_resume("m.csv", 10, &error));
    cr_expect_eq(error.exit, G3_EXIT_LOCAL);
    cr_expect(strstr(error.message, "gone"), "%s", error.message);
    write_file(".m.csv.partial", "short");
    cr_expect_null(g3_sink_resume("m.csv", 10, &error));
    cr_expect(strstr(error.message, "5 bytes"), "%s", error.message);
    cr_expect_null(g3_sink_resume("-", 0, &error));
    cr_expect_eq(error.exit, G3_EXIT_LOCAL);
    cr_expect_null(g3_sink_resume("/dev/null", 0, &error));
    cr_expect_eq(error.exit, G3_EXIT_LOCAL);
    g3_sink *sink = g3_sink_resume("m.csv", 0, &error);
    cr_assert(sink, "%s", error.message);
    cr_expect(g3_sink_finish(sink, &error));
    check_content("m.csv", (g3_view){0});
}

Test(sink, is_not_shared_by_two_runs)
{
    g3_error error = {0};
    g3_sink *first = g3_sink_open("m.csv", NULL);
    cr_expect_null(g3_sink_open("m.csv", &error));
    cr_expect(strstr(error.message, "another run"), "%s", error.message);
    g3_buffer_append_text(g3_sink_buffer(first), "whole");
    cr_expect(g3_sink_finish(first, NULL));
    check_content("m.csv", G3_VIEW("whole"));
}

/* Writes until it fails; tells the same failure again. */
static g3_error write_until_failure(g3_sink *sink)
{
    g3_error error = {0}, again = {0};
    char block[4096] = {0};
    bool settled = true;
    for (int i = 0; settled && i < 100000; i++) {
        g3_buffer_append(g3_sink_buffer(sink), (g3_view){block, sizeof block});
        settled = g3_sink_settle(sink, false, &error);
    }
    cr_expect_not(settled);
    cr_expect_not(g3_sink_finish(sink, &again));
    cr_expect_str_eq(again.message, error.message);
    cr_expect_eq(again.pipe_closed, error.pipe_closed);
    return error;
}

Test(sink, tells_of_a_full_disk)
{
    g3_error error = write_until_failure(g3_sink_open("/dev/full", NULL));
    cr_expect_eq(error.exit, G3_EXIT_LOCAL);
    cr_expect_str_eq(error.message, "/dev/full: No space left on device");
    g3_sink *sink = g3_sink_open("/dev/full", NULL);
    g3_buffer_append_text(g3_sink_buffer(sink), "little");
    cr_expect_not(g3_sink_finish(sink, &error));
    cr_expect_eq(error.exit, G3_EXIT_LOCAL);
}

/* A limit on the size of files stands for a full disk. */
Test(sink, removes_the_partial_file_of_a_full_disk)
{
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit limit = {1000000, RLIM_INFINITY};
    write_file("m.csv", "old");
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    g3_error error = write_until_failure(g3_sink_open("m.csv", NULL));
    cr_expect_eq(error.exit, G3_EXIT_LOCAL);
    cr_expect_str_eq(error.message, "m.csv: File too large");
    cr_expect_not(exists(".m.csv.partial"));
    check_content("m.csv", G3_VIEW("old"));
}

Test(sink, ends_quietly_when_the_reader_goes_away)
{
    int ends[2];
    char path[32];
    cr_assert_eq(pipe(ends), 0);
    snprintf(path, sizeof path, "/dev/fd/%d", ends[1]);
    g3_sink *sink = g3_sink_open(path, NULL);
    cr_assert(sink);
    close(ends[0]);
    g3_error error = write_until_failure(sink);
    cr_expect(error.pipe_closed);
    cr_expect_eq(error.exit, G3_EXIT_DONE);
    close(ends[1]);
}

Test(sink, reaches_a_pipe_when_told)
{
    int ends[2];
    char path[32], space[10] = {0};
    cr_assert_eq(pipe(ends), 0);
    snprintf(path, sizeof path, "/dev/fd/%d", ends[1]);
    g3_sink *sink = g3_sink_open(path, NULL);
    g3_buffer_append_text(g3_sink_buffer(sink), "one");
    cr_expect(g3_sink_settle(sink, true, NULL));
    cr_expect_eq(read(ends[0], space, sizeof space), 3);
    cr_expect_str_eq(space, "one");
    g3_buffer_append_text(g3_sink_buffer(sink), "two");
    cr_expect(g3_sink_finish(sink, NULL));
    cr_expect_eq(read(ends[0], space, sizeof space), 3);
    cr_expect_str_eq(space, "two");
    close(ends[0]);
    close(ends[1]);
}

Test(sink, says_why_it_can_not_be_opened)
{
    g3_error error = {0};
    cr_expect_null(g3_sink_open("nowhere/m.csv", &error));
    cr_expect_eq(error.exit, G3_EXIT_LOCAL);
    cr_expect_str_eq(error.message,
                     "nowhere/m.csv: can't make a file in that folder: No such file or directory");
    cr_expect_null(g3_sink_open("/tmp", &error));
    cr_expect_str_eq(error.message, "/tmp: is a directory: name a file in it");
    cr_expect_null(g3_sink_open("nowhere/", &error));
    cr_expect_str_eq(error.message, "nowhere/: is a directory: name a file in it");
    cr_expect_null(g3_sink_open("", &error));
    cr_expect_str_eq(error.message, "the output has an empty name: name a file");
}
