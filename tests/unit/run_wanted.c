/* Lists of GUIDs and md5s: what is read from which file, and what is refused. */
#include "../../lib/run/wanted.h"
#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define GUID_1 "dg.TEST/10000000-0000-4000-8000-000000000001"
#define GUID_2 "20000000-0000-4000-8000-000000000002"
#define MD5_1  "0123456789abcdef0123456789abcdef"
#define MD5_2  "fedcba9876543210fedcba9876543210"

/* Reads a list with `text` in it.
 * @param rejected  rows that could not be used */
static g3_wanted *read_list(g3_object_field field, const char *text, size_t memory,
                            uint64_t *rejected, g3_error *error)
{
    char path[] = "/tmp/g3-wanted.XXXXXX";
    const g3_manifest_options options = {.kind = G3_KIND_OBJECT};
    int descriptor = mkstemp(path);
    cr_assert_geq(descriptor, 0);
    cr_assert_eq(write(descriptor, text, strlen(text)), (ssize_t)strlen(text));
    close(descriptor);
    g3_rejects *rejects = g3_rejects_open(NULL, -1, false, NULL, error);
    g3_wanted *wanted = g3_wanted_read(field, path, &options, memory, rejects, error);
    *rejected = g3_rejects_count(rejects);
    cr_assert(g3_rejects_finish(rejects, error));
    unlink(path);
    return wanted;
}

static void expect_list(g3_object_field field, const char *text, const char *const *items,
                        size_t count, uint64_t rejected)
{
    g3_error error = {0};
    uint64_t refused;
    g3_wanted *wanted = read_list(field, text, SIZE_MAX, &refused, &error);
    cr_assert(wanted, "%s: %s", text, error.message);
    cr_assert_eq(g3_wanted_count(wanted), count, "%s", text);
    cr_assert_eq(refused, rejected, "%s", text);
    for (size_t i = 0; i < count; i++) {
        size_t number = 0;
        cr_assert(g3_wanted_find(wanted, g3_view_of(items[i]), &number), "%s in %s", items[i],
                  text);
        cr_assert_eq(number, i);
    }
    g3_wanted_close(wanted);
}

Test(wanted, reads_manifests_of_any_form)
{
    const char *const guids[] = {GUID_1, GUID_2}, *const md5s[] = {MD5_1, MD5_2};
    expect_list(G3_GUID, "guid,md5\n" GUID_1 "," MD5_1 "\n" GUID_2 "," MD5_2 "\n", guids, 2, 0);
    expect_list(G3_MD5, "guid,md5\n" GUID_1 "," MD5_1 "\n" GUID_2 "," MD5_2 "\n", md5s, 2, 0);
    expect_list(G3_GUID, "md5\tGUID\r\nx\t" GUID_1 "\r\ny\t" GUID_2, guids, 2, 0);
    expect_list(G3_GUID, "{\"guid\":\"" GUID_1 "\"}\n{\"md5\":null,\"guid\":\"" GUID_2 "\"}\n",
                guids, 2, 0);
    expect_list(G3_MD5, "md5sum\n" MD5_1 "\n" MD5_2 "\n", md5s, 2, 0);
    expect_list(G3_GUID, "guid\n", NULL, 0, 0);
    expect_list(G3_GUID, "", NULL, 0, 0);
}

Test(wanted, reads_plain_lines)
{
    const char *const guids[] = {GUID_1, GUID_2}, *const md5s[] = {MD5_1, MD5_2};
    expect_list(G3_GUID, GUID_1 "\n" GUID_2, guids, 2, 0);
    expect_list(G3_GUID, "\xef\xbb\xbf" GUID_1 "\r\n\r\n " GUID_2 " \r\n", guids, 2, 0);
    expect_list(G3_GUID, GUID_1, guids, 1, 0);
    expect_list(G3_MD5, MD5_1 "\n" MD5_2 "\n", md5s, 2, 0);
}

Test(wanted, keeps_each_item_once)
{
    const char *const guids[] = {GUID_1, GUID_2}, *const md5s[] = {MD5_1};
    expect_list(G3_GUID, GUID_1 "\n" GUID_2 "\n" GUID_1 "\n" GUID_1 "\n", guids, 2, 0);
    expect_list(G3_MD5, "md5\n" MD5_1 "\n0123456789ABCDEF0123456789abcdef\n", md5s, 1, 0);
}

Test(wanted, refuses_rows_that_can_be_nothing, .init = cr_redirect_stderr)
{
    const char *const md5s[] = {MD5_1};
    expect_list(G3_MD5, MD5_1 "\n0123\n" MD5_1 "0\nzz23456789abcdef0123456789abcdef\n", md5s, 1, 3);
    const char *const guids[] = {GUID_1};
    expect_list(G3_GUID, "guid,md5\n" GUID_1 ",\n,x\n", guids, 1, 1);
}

Test(wanted, says_that_a_file_is_no_list)
{
    g3_error error = {0};
    uint64_t rejected;
    cr_assert_null(read_list(G3_GUID, "name\nfile\n", SIZE_MAX, &rejected, &error));
    cr_assert_eq(error.exit, G3_EXIT_INPUT);
    cr_assert(strstr(error.message, "--map guid=COLUMN"), "%s", error.message);
    cr_assert_null(read_list(G3_MD5, "guid,size\n" GUID_1 ",1\n", SIZE_MAX, &rejected, &error));
    cr_assert_eq(error.exit, G3_EXIT_INPUT);
}

Test(wanted, stays_within_its_memory)
{
    g3_error error = {0};
    uint64_t rejected;
    g3_buffer text = {0};
    for (int i = 0; i < 20000; i++)
        g3_buffer_append_format(&text, "dg.TEST/%08x-0000-4000-8000-000000000001\n", i);
    cr_assert_null(read_list(G3_GUID, g3_buffer_text(&text), 1000000, &rejected, &error));
    cr_assert_eq(error.exit, G3_EXIT_USAGE);
    cr_assert(strstr(error.message, "--memory"), "%s", error.message);
    g3_wanted *wanted = read_list(G3_GUID, g3_buffer_text(&text), 10000000, &rejected, &error);
    cr_assert(wanted);
    cr_assert_eq(g3_wanted_count(wanted), 20000);
    g3_wanted_close(wanted);
    g3_buffer_free(&text);
}

Test(wanted, tells_what_was_not_found)
{
    g3_error error = {0};
    uint64_t rejected;
    size_t number;
    g3_wanted *wanted = read_list(G3_GUID, GUID_1 "\n" GUID_2, SIZE_MAX, &rejected, &error);
    cr_assert_eq(g3_wanted_missing(wanted), 2);
    cr_assert(g3_wanted_find(wanted, g3_view_of(GUID_2), &number));
    g3_wanted_set_found(wanted, number);
    g3_wanted_set_found(wanted, number);
    cr_assert_eq(g3_wanted_missing(wanted), 1);
    cr_assert(g3_wanted_is_found(wanted, 1));
    cr_assert_not(g3_wanted_is_found(wanted, 0));
    cr_assert_not(g3_wanted_find(wanted, G3_VIEW("other"), &number));
    g3_wanted_close(wanted);
}
