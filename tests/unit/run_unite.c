/* Uniting manifests: each rule by a small example, and random manifests compared with uniting them
 * by looking at all rows for each. */
#include "../support/chance.h"
#include "g3/base/clock.h"
#include "g3/base/interrupt.h"
#include "g3/run/unite.h"
#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

#define HEADER "guid,urls,authz,acl,md5,file_size,file_name"

#define FILES(...)                                                                                 \
    .paths = (const char *const[]){__VA_ARGS__},                                                   \
    .path_count = sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *)

static char folder[] = "/tmp/g3-unite-XXXXXX";

static void make_folder(void)
{
    cr_assert_not_null(mkdtemp(folder));
    cr_assert_eq(chdir(folder), 0);
}

static void remove_folder(void)
{
    static const char *const NAMES[] = {"a.csv",  "b.csv",   "c.tsv", "d.ndjson",
                                        "output", "rejects", "e.csv"};
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        unlink(NAMES[i]);
    cr_assert_eq(chdir("/"), 0);
    cr_assert_eq(rmdir(folder), 0, "a file is left in %s", folder);
}

TestSuite(unite, .init = make_folder, .fini = remove_folder);

static void write_file(const char *name, const char *text)
{
    FILE *file = fopen(name, "w");
    cr_assert_not_null(file);
    fputs(text, file);
    cr_assert_eq(fclose(file), 0);
}

/* @param text  emptied first; "" if there is no such file */
static void read_file(const char *name, g3_buffer *text)
{
    FILE *file = fopen(name, "r");
    g3_buffer_clear(text);
    for (int c; file && (c = getc(file)) != EOF;)
        g3_buffer_append_char(text, (char)c);
    if (file)
        fclose(file);
}

/* Unites into the files "output" and "rejects"; as CSV, within little memory and quietly, where
 * `options` does not say.
 * @param limit  most rejects; -1: no limit */
static bool unite(g3_unite_options options, int64_t limit, g3_unite_result *result, g3_error *error)
{
    g3_reporter quiet = {.tool = "test", .quiet = true};
    const g3_manifest_options manifest = {.kind = G3_KIND_OBJECT};
    g3_error ignored;
    options.manifest = &manifest;
    options.memory = options.memory ? options.memory : 300;
    options.format = options.format ? options.format : G3_FORMAT_CSV;
    options.reporter = options.reporter ? options.reporter : &quiet;
    options.output = g3_sink_open("output", error);
    options.rejects = g3_rejects_open("rejects", limit, true, &quiet, error);
    cr_assert(options.output && options.rejects);
    bool done = g3_unite_run(&options, result, error);
    if (done)
        cr_assert(g3_sink_finish(options.output, error));
    else
        g3_sink_discard(options.output, false);
    cr_assert(g3_rejects_finish(options.rejects, &ignored));
    return done;
}

static void expect_file(const char *name, const char *expected)
{
    g3_buffer got = {0};
    read_file(name, &got);
    cr_expect_str_eq(g3_buffer_text(&got), expected, "%s is:\n%s\nbut should be:\n%s", name,
                     g3_buffer_text(&got), expected);
    g3_buffer_free(&got);
}

static g3_unite_result expect(g3_unite_options options, const char *output, const char *rejects)
{
    g3_error error = {0};
    g3_unite_result result;
    cr_assert(unite(options, -1, &result, &error), "%s", error.message);
    expect_file("output", output);
    expect_file("rejects", rejects);
    return result;
}

Test(unite, rows_of_one_md5_become_one_record_with_all_their_items)
{
    write_file("a.csv", "guid,md5,file_size,urls,authz,acl\n"
                        ",AB,10,s3://b/2 s3://b/1,/z,\n"
                        "dg/2,cd,1,,,\n");
    write_file("b.csv", "guid,md5,file_size,urls,authz,acl\n"
                        "dg/1,ab,,gs://c/1 s3://b/1,/a /z,x\n"
                        "dg/1,aB,10,,,x y\n");
    g3_unite_result result =
        expect((g3_unite_options){FILES("a.csv", "b.csv")},
               HEADER "\ndg/1,gs://c/1 s3://b/1 s3://b/2,/a /z,x y,ab,10,\ndg/2,,,,cd,1,\n", "");
    cr_expect_eq(result.rows, 4);
    cr_expect_eq(result.records, 2);
    cr_expect_eq(result.differing, 0);
}

Test(unite, a_row_that_disagrees_is_rejected_and_adds_nothing)
{
    write_file("a.csv", "guid,md5,file_size,urls\n,ab,,u1\ndg/1,ab,10,u2\n");
    write_file("b.csv", "guid,md5,file_size,urls\n"
                        ",AB,12,u3\n"
                        "dg/2,ab,10,u4\n"
                        "dg/1,ab,10,u5\n");
    g3_unite_result result =
        expect((g3_unite_options){FILES("a.csv", "b.csv")}, HEADER "\ndg/1,u1 u2 u5,,,ab,10,\n",
               "{\"line\":2,\"reason\":\"file_size 12 is not 10, as on a.csv:3\","
               "\"row\":\",AB,12,u3\",\"file\":\"b.csv\"}\n"
               "{\"line\":3,\"reason\":\"guid dg/2 is not dg/1, as on a.csv:3\","
               "\"row\":\"dg/2,ab,10,u4\",\"file\":\"b.csv\"}\n");
    cr_expect_eq(result.rows, 3);
}

/* A rejected row's guid does not bind the rows behind it, though its size was the fault. */
Test(unite, rows_are_not_compared_with_rejected_ones)
{
    write_file("a.csv", "guid,md5,size\n,ab,1\ndg/1,ab,2\ndg/2,ab,1\n");
    expect((g3_unite_options){FILES("a.csv")}, HEADER "\ndg/2,,,,ab,1,\n",
           "{\"line\":3,\"reason\":\"file_size 2 is not 1, as on a.csv:2\","
           "\"row\":\"dg/1,ab,2\",\"file\":\"a.csv\"}\n");
}

Test(unite, rows_without_md5_and_unreadable_ones_are_rejected)
{
    write_file("a.csv", "guid,md5,size\ndg/1,,1\ndg/2,ab,12x\ndg/3,ab,1\n");
    expect((g3_unite_options){FILES("a.csv")}, HEADER "\ndg/3,,,,ab,1,\n",
           "{\"line\":2,\"reason\":\"the row has no md5 to unite it by\","
           "\"row\":\"dg/1,,1\",\"file\":\"a.csv\"}\n"
           "{\"line\":3,\"reason\":\"file_size \\\"12x\\\" is not a whole number\","
           "\"row\":\"dg/2,ab,12x\",\"file\":\"a.csv\"}\n");
}

Test(unite, a_reason_stays_one_line)
{
    write_file("a.csv", "guid,md5\n\"dg\n1\",ab\ndg/2,ab\n");
    expect((g3_unite_options){FILES("a.csv")}, HEADER "\n\"dg\n1\",,,,ab,,\n",
           "{\"line\":4,\"reason\":\"guid dg/2 is not \\\"dg\\\\n1\\\", as on a.csv:2\","
           "\"row\":\"dg/2,ab\",\"file\":\"a.csv\"}\n");
}

Test(unite, by_guid_the_guids_are_compared_byte_by_byte_and_md5s_must_agree)
{
    write_file("a.csv", "guid,md5,size,urls\n"
                        "dg/a,,1,u2\n"
                        "dg/A,ef,1,u3\n"
                        "dg/a,AB,,u1\n"
                        "dg/a,ab,1,u1\n"
                        "dg/a,cd,1,u4\n"
                        ",ab,1,u5\n");
    expect((g3_unite_options){FILES("a.csv"), .by_guid = true},
           HEADER "\ndg/a,u1 u2,,,ab,1,\ndg/A,u3,,,ef,1,\n",
           "{\"line\":7,\"reason\":\"the row has no guid to unite it by\","
           "\"row\":\",ab,1,u5\",\"file\":\"a.csv\"}\n"
           "{\"line\":6,\"reason\":\"md5 cd is not AB, as on a.csv:4\","
           "\"row\":\"dg/a,cd,1,u4\",\"file\":\"a.csv\"}\n");
}

/* In front of them, between them and behind them. */
Test(unite, several_guids_stay_apart_and_take_what_rows_without_one_have)
{
    write_file("a.csv", "guid,md5,size,urls,authz,file_name,more\n"
                        ",ab,,u0,/all,,m0\n"
                        "dg/2,ab,,u2,,n2,\n"
                        ",AB,10,u0 u1,,n1,\n"
                        "dg/1,ab,,u1,/one,,\n"
                        "dg/2,ab,10,,,,\n"
                        ",ab,,u9,,,\n"
                        "dg/3,ab,11,u3,,,\n");
    g3_unite_result result =
        expect((g3_unite_options){FILES("a.csv"), .several_guids = true},
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
    write_file("a.csv", "md5,urls\nab,u2\nAB,u1\n");
    expect((g3_unite_options){FILES("a.csv"), .several_guids = true}, HEADER "\n,u1 u2,,,ab,,\n",
           "");
}

/* Whatever the order of the md5s, by which the rows are sorted. */
Test(unite, values_left_out_are_counted_and_the_first_is_named)
{
    g3_reporter reporter = {.tool = "test"};
    write_file("a.csv", "md5,file_name,more\nbb,x,\naa,y,\n");
    write_file("b.csv", "md5,file_name,more\nbb,x,1\nbb,,2\naa,z,\n");
    cr_redirect_stderr();
    g3_unite_result result =
        expect((g3_unite_options){FILES("a.csv", "b.csv"), .reporter = &reporter},
               HEADER ",more\n,,,,bb,,x,1\n,,,,aa,,y,\n", "");
    fflush(stderr);
    cr_expect_eq(result.differing, 2);
    cr_assert_stderr_eq_str("test: warning: 2 values differ from that of an earlier row of the "
                            "object, which was kept; the first: b.csv:3, column more\n");
}

Test(unite, shared_values_left_out_are_counted_for_each_record)
{
    g3_reporter reporter = {.tool = "test"};
    write_file("a.csv", "guid,md5,file_name\n"
                        "dg/1,ab,n1\n"
                        ",ab,n2\n"
                        ",ab,n1\n"
                        ",ab,n3\n"
                        "dg/2,ab,n3\n");
    cr_redirect_stderr();
    g3_unite_result result =
        expect((g3_unite_options){FILES("a.csv"), .several_guids = true, .reporter = &reporter},
               HEADER "\ndg/1,,,,ab,,n1\ndg/2,,,,ab,,n2\n", "");
    fflush(stderr);
    cr_expect_eq(result.differing, 5); /* n2 and n3 in dg/1; n1, n3 and n3 in dg/2 */
    cr_assert_stderr_eq_str("test: warning: 5 values differ from that of an earlier row of the "
                            "object, which was kept; the first: a.csv:3, column file_name\n");
}

Test(unite, values_agree_that_a_cell_spells_alike_and_empty_text_is_nothing)
{
    write_file("a.csv", "md5,count\nab,12\n");
    write_file("d.ndjson", "{\"md5\":\"ab\",\"count\":12,\"more\":\"\"}\n"
                           "{\"md5\":\"ab\",\"count\":\"\",\"more\":[1]}\n");
    g3_unite_result result = expect((g3_unite_options){FILES("a.csv", "d.ndjson")},
                                    HEADER ",count,more\n,,,,ab,,,12,[1]\n", "");
    cr_expect_eq(result.differing, 0);
}

Test(unite, columns_come_as_the_files_have_them)
{
    write_file("a.csv", "z,md5,y\n");
    write_file("d.ndjson", "{\"md5\":\"ab\",\"x\":\"1\"}\n"
                           "{\"w\":\"2\",\"md5\":\"cd\",\"x\":\"3\",\"z\":\"4\"}\n");
    write_file("c.tsv", "w\tsize\tv\thash\tx\n5\t6\t7\tcd\t3\n8\t\t9\tef\t0\n");
    expect((g3_unite_options){FILES("a.csv", "d.ndjson", "c.tsv")},
           HEADER ",z,y,x,w,v\n"
                  ",,,,ab,,,,,1,,\n"
                  ",,,,cd,6,,4,,3,2,7\n"
                  ",,,,ef,,,,,0,8,9\n",
           "");
}

Test(unite, records_come_in_the_order_of_their_first_rows)
{
    write_file("a.csv", "guid,md5\ndg/3,cc\n,aa\ndg/1,cc\ndg/5,bb\n,cc\ndg/2,aa\n");
    expect((g3_unite_options){FILES("a.csv"), .several_guids = true},
           HEADER "\ndg/3,,,,cc,,\ndg/1,,,,cc,,\ndg/5,,,,bb,,\ndg/2,,,,aa,,\n", "");
}

Test(unite, without_rows_there_is_a_header_only)
{
    write_file("a.csv", "md5,more\n");
    write_file("d.ndjson", "");
    expect((g3_unite_options){FILES("a.csv", "d.ndjson")}, HEADER ",more\n", "");
    expect((g3_unite_options){FILES("d.ndjson")}, HEADER "\n", "");
    expect((g3_unite_options){FILES("a.csv"), .format = G3_FORMAT_TSV},
           "guid\turls\tauthz\tacl\tmd5\tfile_size\tfile_name\tmore\n", "");
    expect((g3_unite_options){FILES("a.csv"), .format = G3_FORMAT_NDJSON}, "", "");
}

Test(unite, fails_as_it_should)
{
    g3_unite_result result;
    g3_error error = {0};
    write_file("a.csv", "guid,md5\n,\ndg/1,ab\ndg/2,ab\n");
    cr_expect_not(unite((g3_unite_options){FILES("a.csv", "missing.csv")}, -1, &result, &error));
    cr_expect_eq(error.exit, G3_EXIT_INPUT);
    cr_expect_not_null(strstr(error.message, "missing.csv"), "%s", error.message);
    cr_expect_not(unite((g3_unite_options){FILES("a.csv")}, 1, &result, &error));
    cr_expect_eq(error.exit, G3_EXIT_INPUT);
    cr_expect_not_null(strstr(error.message, "a.csv:4"), "%s", error.message);
    g3_interrupt_set_up();
    cr_assert_eq(raise(SIGTERM), 0);
    cr_expect_not(unite((g3_unite_options){FILES("a.csv")}, -1, &result, &error));
    cr_expect_eq(error.exit, G3_EXIT_INTERRUPTED);
}

/* Many rows of one object, and many columns in two orders: work that grew with the square of either
 * would take minutes; what is allowed is enough for a slow machine and a sanitizer. */
#define LONG 20.0 /* seconds */

static double unite_for(g3_unite_options options, uint64_t records, uint64_t rejected)
{
    g3_unite_result result;
    g3_error error = {0};
    g3_buffer rejects = {0};
    double begun = g3_clock();
    cr_assert(unite(options, -1, &result, &error), "%s", error.message);
    double seconds = g3_clock() - begun;
    cr_expect_eq(result.records, records);
    read_file("rejects", &rejects);
    for (size_t i = 0; i < rejects.length; i++)
        rejected -= rejects.data[i] == '\n';
    cr_expect_eq(rejected, 0);
    g3_buffer_free(&rejects);
    return seconds;
}

Test(unite, many_rows_of_one_object_take_no_longer_than_others)
{
    enum { ROWS = 50000 };
    FILE *file = fopen("a.csv", "w");
    cr_assert_not_null(file);
    fputs("md5,guid,urls,file_name\n", file);
    for (int i = 0; i < ROWS; i++)
        fprintf(file, i % 2 ? "0a,dg/%d,s3://b/%d,n%d\n" : "0a,,s3://b/all,n%d\n", i, i, i);
    cr_assert_eq(fclose(file), 0);
    g3_unite_options options = {FILES("a.csv"), .memory = 1 << 20};
    cr_expect_lt(unite_for(options, 1, ROWS / 2 - 1), LONG);
    options.several_guids = true;
    cr_expect_lt(unite_for(options, ROWS / 2, 0), LONG);
}

Test(unite, many_columns_take_no_longer_in_another_order)
{
    enum { COLUMNS = 2000, ROWS = 200 };
    static const char *const NAMES[] = {"a.csv", "b.csv"};
    for (int k = 0; k < 2; k++) {
        FILE *file = fopen(NAMES[k], "w");
        cr_assert_not_null(file);
        fputs("md5", file);
        for (int i = 0; i < COLUMNS; i++)
            fprintf(file, ",column_%04d", k ? COLUMNS - i : i + 1);
        for (int i = 0; i < ROWS; i++) {
            fprintf(file, "\n%x", i + k * ROWS / 2);
            for (int j = 0; j < COLUMNS; j++)
                fprintf(file, ",%d", j);
        }
        cr_assert_eq(fclose(file), 0);
    }
    cr_expect_lt(unite_for((g3_unite_options){FILES("a.csv", "b.csv"), .memory = 1 << 20},
                           ROWS + ROWS / 2, 0),
                 LONG);
}

/* From here on: random manifests. */

/* A row of texts, "" for nothing; urls are parted by blanks. */
typedef struct row {
    const char *guid, *md5, *size, *urls, *acl, *name, *more;
    bool rejected;
} row;

enum { MOST_ROWS = 40 };

typedef struct trial {
    row rows[MOST_ROWS];
    size_t count;
    bool by_guid, several_guids;
    g3_buffer expected;
    size_t rejected, records, differing;
} trial;

static const char *pick(test_chance *chance, const char *const *texts, size_t count)
{
    return texts[choose(chance, count)];
}

static void make_rows(trial *self, test_chance *chance)
{
    static const char *const GUIDS[] = {"", "", "dg/1", "dg/2", "dg/3"}, *const MD5S[] = {
                                                                             "",   "0a", "0A",
                                                                             "0b", "0B", "0c"};
    static const char *const SIZES[] = {"", "1", "1", "1", "2"}, *const URLS[] = {"", "u1", "u2 u1",
                                                                                  "u3", "u1 u1 u4"};
    static const char *const ACLS[] = {"", "x", "x y"}, *const NAMES[] = {"", "n1", "n2"},
                             *const MORE[] = {"", "m1", "m2"};
    self->count = choose(chance, MOST_ROWS);
    self->by_guid = choose(chance, 3) == 0;
    self->several_guids = !self->by_guid && choose(chance, 2);
    for (size_t i = 0; i < self->count; i++)
        self->rows[i] = (row){pick(chance, GUIDS, 5), pick(chance, MD5S, 6),
                              pick(chance, SIZES, 5), pick(chance, URLS, 5),
                              pick(chance, ACLS, 3),  pick(chance, NAMES, 3),
                              pick(chance, MORE, 3),  false};
}

static const char *key_of(const trial *self, const row *of)
{
    return self->by_guid ? of->guid : of->md5;
}

static bool same(const trial *self, const row *one, const row *other)
{
    return strcasecmp(key_of(self, one), key_of(self, other)) == 0;
}

static bool disagree(const char *one, const char *other)
{
    return *one && *other && strcasecmp(one, other) != 0;
}

/* Rejects rows without key, and those that disagree with one in front of them. */
static void reject_rows(trial *self)
{
    for (size_t i = 0; i < self->count; i++) {
        row *here = &self->rows[i];
        here->rejected = !*key_of(self, here);
        for (size_t k = 0; k < i && !here->rejected; k++) {
            const row *before = &self->rows[k];
            if (before->rejected || !same(self, here, before))
                continue;
            here->rejected =
                disagree(here->size, before->size) ||
                (self->by_guid && disagree(here->md5, before->md5)) ||
                (!self->by_guid && !self->several_guids && disagree(here->guid, before->guid));
        }
        self->rejected += here->rejected;
    }
}

/* True if the row belongs to the record that begins with row `first`. */
static bool belongs(const trial *self, const row *first, const row *other)
{
    return !other->rejected && same(self, first, other) &&
           (!self->several_guids || !*other->guid || strcmp(first->guid, other->guid) == 0);
}

/* True if a record begins with that row. */
static bool begins(const trial *self, size_t at)
{
    const row *here = &self->rows[at];
    bool others_have_guids = false;
    for (size_t i = 0; i < self->count; i++) {
        const row *other = &self->rows[i];
        if (other->rejected || !same(self, here, other))
            continue;
        if (i < at && (!self->several_guids || strcmp(here->guid, other->guid) == 0))
            return false;
        others_have_guids = others_have_guids || *other->guid;
    }
    return !here->rejected && (!self->several_guids || *here->guid || !others_have_guids);
}

/* Which scalar of a row. */
static const char *scalar(const row *of, size_t which)
{
    const char *const all[] = {of->guid, of->md5, of->size, of->name, of->more};
    return all[which];
}

/* The first value in the rows of a record; counts others, unless all must agree. */
static const char *first_value(trial *self, const row *first, size_t which)
{
    const char *found = "";
    for (size_t i = 0; i < self->count; i++) {
        if (!belongs(self, first, &self->rows[i]))
            continue;
        const char *value = scalar(&self->rows[i], which);
        if (!*found)
            found = value;
        else
            self->differing += which >= 3 && *value && strcmp(value, found) != 0;
    }
    return found;
}

/* Appends the items in the rows of a record which are among u1 u2 ..., x y: in order, each once. */
static void append_items(trial *self, const row *first, bool urls)
{
    static const char *const ITEMS[] = {"u1", "u2", "u3", "u4", "x", "y"};
    bool any = false;
    for (size_t item = 0; item < 6; item++) {
        bool has = false;
        for (size_t i = 0; i < self->count; i++)
            if (belongs(self, first, &self->rows[i]))
                has = has || strstr(urls ? self->rows[i].urls : self->rows[i].acl, ITEMS[item]);
        if (has)
            g3_buffer_append_format(&self->expected, any ? " %s" : "%s", ITEMS[item]);
        any = any || has;
    }
}

static void append_lower(g3_buffer *text, const char *from)
{
    for (; *from; from++)
        g3_buffer_append_char(text, *from >= 'A' && *from <= 'Z' ? (char)(*from + 32) : *from);
}

static void unite_naively(trial *self)
{
    g3_buffer *out = &self->expected;
    reject_rows(self);
    g3_buffer_append_text(out, "guid,urls,authz,acl,md5,file_size,file_name,more\n");
    for (size_t i = 0; i < self->count; i++) {
        const row *first = &self->rows[i];
        if (!begins(self, i))
            continue;
        self->records++;
        g3_buffer_append_text(out, first_value(self, first, 0));
        g3_buffer_append_char(out, ',');
        append_items(self, first, true);
        g3_buffer_append_text(out, ",,");
        append_items(self, first, false);
        g3_buffer_append_char(out, ',');
        append_lower(out, first_value(self, first, 1));
        for (size_t which = 2; which < 5; which++)
            g3_buffer_append_format(out, ",%s", first_value(self, first, which));
        g3_buffer_append_char(out, '\n');
    }
}

/* Writes rows [begin, end) as a CSV, its columns in one order or another. */
static void write_rows(const trial *self, const char *path, size_t begin, size_t end, bool other)
{
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    fputs(other ? "more,name,acl,url,size,md5,guid\n" : "md5,guid,size,url,acl,name,more\n", file);
    for (size_t i = begin; i < end; i++) {
        const row *at = &self->rows[i];
        if (other)
            fprintf(file, "%s,%s,%s,%s,%s,%s,%s\n", at->more, at->name, at->acl, at->urls, at->size,
                    at->md5, at->guid);
        else
            fprintf(file, "%s,%s,%s,%s,%s,%s,%s\n", at->md5, at->guid, at->size, at->urls, at->acl,
                    at->name, at->more);
    }
    cr_assert_eq(fclose(file), 0);
}

static void try_seed(uint64_t seed)
{
    test_chance chance = {seed};
    trial self = {0};
    g3_error error = {0};
    g3_unite_result result;
    g3_buffer got = {0};
    make_rows(&self, &chance);
    unite_naively(&self);
    size_t part = self.count ? choose(&chance, self.count) : 0;
    write_rows(&self, "a.csv", 0, part, choose(&chance, 2));
    write_rows(&self, "b.csv", part, self.count, choose(&chance, 2));
    g3_unite_options options = {FILES("a.csv", "b.csv"), .by_guid = self.by_guid,
                                .several_guids = self.several_guids,
                                .memory = choose(&chance, 2) ? 300 : 1 << 20};
    cr_assert(unite(options, -1, &result, &error), "seed %llu: %s", (unsigned long long)seed,
              error.message);
    read_file("output", &got);
    cr_assert(g3_view_equal(g3_buffer_view(&got), g3_buffer_view(&self.expected)),
              "seed %llu\ngot:\n%.*s\nexpected:\n%.*s", (unsigned long long)seed, (int)got.length,
              got.data, (int)self.expected.length, self.expected.data);
    cr_assert_eq(result.rows, self.count - self.rejected, "seed %llu", (unsigned long long)seed);
    cr_assert_eq(result.records, self.records, "seed %llu", (unsigned long long)seed);
    cr_assert_eq(result.differing, self.differing, "seed %llu", (unsigned long long)seed);
    size_t rejected = 0;
    read_file("rejects", &got);
    for (size_t i = 0; i < got.length; i++)
        rejected += got.data[i] == '\n';
    cr_assert_eq(rejected, self.rejected, "seed %llu", (unsigned long long)seed);
    g3_buffer_free(&got);
    g3_buffer_free(&self.expected);
}

Test(unite, equals_uniting_naively)
{
    for (uint64_t seed = 1; seed <= 500; seed++)
        try_seed(seed);
}
