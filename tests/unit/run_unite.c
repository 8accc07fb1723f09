/* Uniting manifests: each rule by a small example, and what it may cost. */
#include "../support/uniting.h"
#include "g3/base/interrupt.h"
#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <signal.h>
#include <stdio.h>

#define HEADER "guid,urls,authz,acl,md5,file_size,file_name"

TestSuite(unite, .init = uniting_make_folder, .fini = uniting_remove_folder);

static void expect_file(const char *name, const char *expected)
{
    g3_buffer got = {0};
    uniting_read(name, &got);
    cr_expect_str_eq(g3_buffer_text(&got), expected, "%s is:\n%s\nbut should be:\n%s", name,
                     g3_buffer_text(&got), expected);
    g3_buffer_free(&got);
}

static g3_unite_result expect(g3_unite_options options, const char *output, const char *rejects)
{
    g3_error error = {0};
    g3_unite_result result;
    cr_assert(uniting_run(options, -1, &result, &error), "%s", error.message);
    expect_file("output", output);
    expect_file("rejects", rejects);
    return result;
}

Test(unite, rows_of_one_md5_become_one_record_with_all_their_items)
{
    uniting_write("a.csv", "guid,md5,file_size,urls,authz,acl\n"
                           ",AB,10,s3://b/2 s3://b/1,/z,\n"
                           "dg/2,cd,1,,,\n");
    uniting_write("b.csv", "guid,md5,file_size,urls,authz,acl\n"
                           "dg/1,ab,,gs://c/1 s3://b/1,/a /z,x\n"
                           "dg/1,aB,10,,,x y\n");
    g3_unite_result result =
        expect((g3_unite_options){UNITING_FILES("a.csv", "b.csv")},
               HEADER "\ndg/1,gs://c/1 s3://b/1 s3://b/2,/a /z,x y,ab,10,\ndg/2,,,,cd,1,\n", "");
    cr_expect_eq(result.rows, 4);
    cr_expect_eq(result.records, 2);
    cr_expect_eq(result.differing, 0);
}

Test(unite, a_row_that_disagrees_is_rejected_and_adds_nothing)
{
    uniting_write("a.csv", "guid,md5,file_size,urls\n,ab,,u1\ndg/1,ab,10,u2\n");
    uniting_write("b.csv", "guid,md5,file_size,urls\n"
                           ",AB,12,u3\n"
                           "dg/2,ab,10,u4\n"
                           "dg/1,ab,10,u5\n");
    g3_unite_result result = expect(
        (g3_unite_options){UNITING_FILES("a.csv", "b.csv")}, HEADER "\ndg/1,u1 u2 u5,,,ab,10,\n",
        "{\"line\":2,\"reason\":\"file_size 12 is not 10, as on a.csv:3\","
        "\"row\":\",AB,12,u3\",\"file\":\"b.csv\"}\n"
        "{\"line\":3,\"reason\":\"guid dg/2 is not dg/1, as on a.csv:3\","
        "\"row\":\"dg/2,ab,10,u4\",\"file\":\"b.csv\"}\n");
    cr_expect_eq(result.rows, 3);
}

/* A rejected row's guid does not bind the rows behind it, though its size was the fault. */
Test(unite, rows_are_not_compared_with_rejected_ones)
{
    uniting_write("a.csv", "guid,md5,size\n,ab,1\ndg/1,ab,2\ndg/2,ab,1\n");
    expect((g3_unite_options){UNITING_FILES("a.csv")}, HEADER "\ndg/2,,,,ab,1,\n",
           "{\"line\":3,\"reason\":\"file_size 2 is not 1, as on a.csv:2\","
           "\"row\":\"dg/1,ab,2\",\"file\":\"a.csv\"}\n");
}

Test(unite, rows_without_md5_and_unreadable_ones_are_rejected)
{
    uniting_write("a.csv", "guid,md5,size\ndg/1,,1\ndg/2,ab,12x\ndg/3,ab,1\n");
    expect((g3_unite_options){UNITING_FILES("a.csv")}, HEADER "\ndg/3,,,,ab,1,\n",
           "{\"line\":2,\"reason\":\"the row has no md5 to unite it by\","
           "\"row\":\"dg/1,,1\",\"file\":\"a.csv\"}\n"
           "{\"line\":3,\"reason\":\"file_size \\\"12x\\\" is not a whole number\","
           "\"row\":\"dg/2,ab,12x\",\"file\":\"a.csv\"}\n");
}

Test(unite, a_reason_stays_one_line)
{
    uniting_write("a.csv", "guid,md5\n\"dg\n1\",ab\ndg/2,ab\n");
    expect((g3_unite_options){UNITING_FILES("a.csv")}, HEADER "\n\"dg\n1\",,,,ab,,\n",
           "{\"line\":4,\"reason\":\"guid dg/2 is not \\\"dg\\\\n1\\\", as on a.csv:2\","
           "\"row\":\"dg/2,ab\",\"file\":\"a.csv\"}\n");
}

Test(unite, by_guid_the_guids_are_compared_byte_by_byte_and_md5s_must_agree)
{
    uniting_write("a.csv", "guid,md5,size,urls\n"
                           "dg/a,,1,u2\n"
                           "dg/A,ef,1,u3\n"
                           "dg/a,AB,,u1\n"
                           "dg/a,ab,1,u1\n"
                           "dg/a,cd,1,u4\n"
                           ",ab,1,u5\n");
    expect((g3_unite_options){UNITING_FILES("a.csv"), .by_guid = true},
           HEADER "\ndg/a,u1 u2,,,ab,1,\ndg/A,u3,,,ef,1,\n",
           "{\"line\":7,\"reason\":\"the row has no guid to unite it by\","
           "\"row\":\",ab,1,u5\",\"file\":\"a.csv\"}\n"
           "{\"line\":6,\"reason\":\"md5 cd is not AB, as on a.csv:4\","
           "\"row\":\"dg/a,cd,1,u4\",\"file\":\"a.csv\"}\n");
}

/* In front of them, between them and behind them. */
Test(unite, several_guids_stay_apart_and_take_what_rows_without_one_have)
{
    uniting_write("a.csv", "guid,md5,size,urls,authz,file_name,more\n"
                           ",ab,,u0,/all,,m0\n"
                           "dg/2,ab,,u2,,n2,\n"
                           ",AB,10,u0 u1,,n1,\n"
                           "dg/1,ab,,u1,/one,,\n"
                           "dg/2,ab,10,,,,\n"
                           ",ab,,u9,,,\n"
                           "dg/3,ab,11,u3,,,\n");
    g3_unite_result result =
        expect((g3_unite_options){UNITING_FILES("a.csv"), .several_guids = true},
               HEADER ",more\n"
                      "dg/2,u0 u1 u2 u9,/all,,ab,10,n2,m0\n"
                      "dg/1,u0 u1 u9,/all /one,,ab,10,n1,m0\n",
               "{\"line\":8,\"reason\":\"file_size 11 is not 10, as on a.csv:4\","
               "\"row\":\"dg/3,ab,11,u3,,,\",\"file\":\"a.csv\"}\n");
    cr_expect_eq(result.rows, 6);
    cr_expect_eq(result.differing, 1); /* n1, in the record of dg/2 */
}

Test(unite, several_guids_of_which_there_are_none_become_one_record)
{
    uniting_write("a.csv", "md5,urls\nab,u2\nAB,u1\n");
    expect((g3_unite_options){UNITING_FILES("a.csv"), .several_guids = true},
           HEADER "\n,u1 u2,,,ab,,\n", "");
}

/* Whatever the order of the md5s, by which the rows are sorted. */
Test(unite, values_left_out_are_counted_and_the_first_is_named)
{
    g3_reporter reporter = {.tool = "test"};
    uniting_write("a.csv", "md5,file_name,more\nbb,x,\naa,y,\n");
    uniting_write("b.csv", "md5,file_name,more\nbb,x,1\nbb,,2\naa,z,\n");
    cr_redirect_stderr();
    g3_unite_result result =
        expect((g3_unite_options){UNITING_FILES("a.csv", "b.csv"), .reporter = &reporter},
               HEADER ",more\n,,,,bb,,x,1\n,,,,aa,,y,\n", "");
    fflush(stderr);
    cr_expect_eq(result.differing, 2);
    cr_assert_stderr_eq_str("test: warning: 2 values differ from that of an earlier row of the "
                            "object, which was kept; the first: b.csv:3, column more\n");
}

Test(unite, shared_values_left_out_are_counted_for_each_record)
{
    g3_reporter reporter = {.tool = "test"};
    uniting_write("a.csv", "guid,md5,file_name\n"
                           ",aa,k1\n"
                           "dg/0,aa,\n"
                           ",aa,k1\n"
                           ",aa,k2\n"
                           "dg/1,ab,n1\n"
                           ",ab,n2\n"
                           ",ab,n1\n"
                           ",ab,n3\n"
                           "dg/2,ab,n3\n");
    cr_redirect_stderr();
    g3_unite_result result = expect(
        (g3_unite_options){UNITING_FILES("a.csv"), .several_guids = true, .reporter = &reporter},
        HEADER "\ndg/0,,,,aa,,k1\ndg/1,,,,ab,,n1\ndg/2,,,,ab,,n2\n", "");
    fflush(stderr);
    cr_expect_eq(result.differing, 6); /* k2 in dg/0; n2 and n3 in dg/1; n1, n3 and n3 in dg/2 */
    cr_assert_stderr_eq_str("test: warning: 6 values differ from that of an earlier row of the "
                            "object, which was kept; the first: a.csv:5, column file_name\n");
}

Test(unite, values_agree_that_a_cell_spells_alike_and_empty_text_is_nothing)
{
    uniting_write("a.csv", "md5,count\nab,12\n");
    uniting_write("d.ndjson", "{\"md5\":\"ab\",\"count\":12,\"more\":\"\"}\n"
                              "{\"md5\":\"ab\",\"count\":\"\",\"more\":[1]}\n");
    g3_unite_result result = expect((g3_unite_options){UNITING_FILES("a.csv", "d.ndjson")},
                                    HEADER ",count,more\n,,,,ab,,,12,[1]\n", "");
    cr_expect_eq(result.differing, 0);
}

Test(unite, columns_come_as_the_files_have_them)
{
    uniting_write("a.csv", "z,md5,y\n");
    uniting_write("d.ndjson", "{\"md5\":\"ab\",\"x\":\"1\"}\n"
                              "{\"w\":\"2\",\"md5\":\"cd\",\"x\":\"3\",\"z\":\"4\"}\n");
    uniting_write("c.tsv", "w\tsize\tv\thash\tx\n5\t6\t7\tcd\t3\n8\t\t9\tef\t0\n");
    expect((g3_unite_options){UNITING_FILES("a.csv", "d.ndjson", "c.tsv")},
           HEADER ",z,y,x,w,v\n"
                  ",,,,ab,,,,,1,,\n"
                  ",,,,cd,6,,4,,3,2,7\n"
                  ",,,,ef,,,,,0,8,9\n",
           "");
}

Test(unite, records_come_in_the_order_of_their_first_rows)
{
    uniting_write("a.csv", "guid,md5\ndg/3,cc\n,aa\ndg/1,cc\ndg/5,bb\n,cc\ndg/2,aa\n");
    expect((g3_unite_options){UNITING_FILES("a.csv"), .several_guids = true},
           HEADER "\ndg/3,,,,cc,,\ndg/1,,,,cc,,\ndg/5,,,,bb,,\ndg/2,,,,aa,,\n", "");
}

/* More of them than a byte counts. */
Test(unite, records_keep_the_order_of_many_rows)
{
    g3_buffer rows = {0}, records = {0};
    g3_buffer_append_text(&rows, "md5\n");
    g3_buffer_append_text(&records, HEADER "\n");
    for (unsigned i = 0; i < 1000; i++) {
        unsigned md5 = i * 40503 % 65536; /* neither rising nor falling */
        g3_buffer_append_format(&rows, "%x\n", md5);
        g3_buffer_append_format(&records, ",,,,%x,,\n", md5);
    }
    uniting_write("a.csv", g3_buffer_text(&rows));
    expect((g3_unite_options){UNITING_FILES("a.csv")}, g3_buffer_text(&records), "");
    g3_buffer_free(&rows);
    g3_buffer_free(&records);
}

Test(unite, without_rows_there_is_a_header_only)
{
    uniting_write("a.csv", "md5,more\n");
    uniting_write("d.ndjson", "");
    expect((g3_unite_options){UNITING_FILES("a.csv", "d.ndjson")}, HEADER ",more\n", "");
    expect((g3_unite_options){UNITING_FILES("d.ndjson")}, HEADER "\n", "");
    expect((g3_unite_options){UNITING_FILES("a.csv"), .format = G3_FORMAT_TSV},
           "guid\turls\tauthz\tacl\tmd5\tfile_size\tfile_name\tmore\n", "");
    expect((g3_unite_options){UNITING_FILES("a.csv"), .format = G3_FORMAT_NDJSON}, "", "");
}

Test(unite, fails_as_it_should)
{
    g3_unite_result result;
    g3_error error = {0};
    uniting_write("a.csv", "guid,md5\n,\ndg/1,ab\ndg/2,ab\n");
    cr_expect_not(uniting_run((g3_unite_options){UNITING_FILES("a.csv", "missing.csv")}, -1,
                              &result, &error));
    cr_expect_eq(error.exit, G3_EXIT_INPUT);
    cr_expect_not_null(strstr(error.message, "missing.csv"), "%s", error.message);
    cr_expect_not(uniting_run((g3_unite_options){UNITING_FILES("a.csv")}, 1, &result, &error));
    cr_expect_eq(error.exit, G3_EXIT_INPUT);
    cr_expect_not_null(strstr(error.message, "a.csv:4"), "%s", error.message);
    g3_interrupt_set_up();
    cr_assert_eq(raise(SIGTERM), 0);
    cr_expect_not(uniting_run((g3_unite_options){UNITING_FILES("a.csv")}, -1, &result, &error));
    cr_expect_eq(error.exit, G3_EXIT_INTERRUPTED);
}

static void check_counts(g3_unite_options options, uint64_t records, uint64_t rejected)
{
    g3_unite_result result;
    g3_error error = {0};
    cr_assert(uniting_run(options, -1, &result, &error), "%s", error.message);
    cr_expect_eq(result.records, records);
    cr_expect_eq(uniting_count_rejects(), rejected);
}

/* The two below come to their ends because the work does not grow with the square of rows or
 * columns. */
static void write_rows_of_objects(const char *name, int rows, int objects)
{
    FILE *file = fopen(name, "w");
    cr_assert_not_null(file);
    fputs("md5,guid,urls,file_name\n", file);
    for (int i = 0; i < rows; i++)
        fprintf(file, i % 2 ? "%x,dg/%d,s3://b/%d,n%d\n" : "%x,,s3://b/all,n%d\n", i / 2 % objects,
                i, i, i);
    cr_assert_eq(fclose(file), 0);
}

Test(unite, many_rows_of_one_object)
{
    enum { ROWS = 20000 };
    write_rows_of_objects("a.csv", ROWS, ROWS);
    write_rows_of_objects("b.csv", ROWS, 1);
    g3_unite_options many = {UNITING_FILES("a.csv"), .memory = 1 << 20};
    g3_unite_options one = {UNITING_FILES("b.csv"), .memory = 1 << 20};
    check_counts(many, ROWS / 2, 0);
    check_counts(one, 1, ROWS / 2 - 1);
    one.several_guids = true;
    check_counts(one, ROWS / 2, 0);
}

static void write_columns(const char *name, bool reversed)
{
    enum { COLUMNS = 3000, ROWS = 100 };
    FILE *file = fopen(name, "w");
    cr_assert_not_null(file);
    fputs("md5", file);
    for (int i = 0; i < COLUMNS; i++)
        fprintf(file, ",column_%04d", reversed ? COLUMNS - 1 - i : i);
    for (int i = 0; i < ROWS; i++) {
        fprintf(file, "\n%x", i);
        for (int j = 0; j < COLUMNS; j++)
            fprintf(file, ",%d", reversed ? COLUMNS - 1 - j : j);
    }
    cr_assert_eq(fclose(file), 0);
}

Test(unite, many_columns_in_another_order)
{
    write_columns("a.csv", false);
    write_columns("b.csv", true);
    g3_unite_options same = {UNITING_FILES("a.csv", "a.csv"), .memory = 1 << 22};
    g3_unite_options another = {UNITING_FILES("a.csv", "b.csv"), .memory = 1 << 22};
    check_counts(same, 100, 0);
    check_counts(another, 100, 0);
}
