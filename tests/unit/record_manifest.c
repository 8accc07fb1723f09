/* Manifests read as records: kinds, aliases, maps, rows and lines that are bad. Each case is a
 * small manifest and what comes out of it: JSON lines, and `!line: reason [column]` for a bad row.
 */
#include "g3/record/json.h"
#include "g3/record/manifest.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

/* Appends all that a reader gives. */
static void append_all(g3_manifest_reader *reader, g3_buffer *out)
{
    g3_record record;
    g3_bad_row bad;
    g3_error error;
    for (;;) {
        switch (g3_manifest_next(reader, &record, &bad, &error)) {
        case G3_NEXT_ITEM:
            g3_json_append_record(out, &record);
            break;
        case G3_NEXT_BAD:
            g3_buffer_append_format(out, "!%d: %s", (int)bad.line, bad.reason);
            if (bad.column.length)
                g3_buffer_append_format(out, " [%.*s]", (int)bad.column.length, bad.column.data);
            g3_buffer_append_char(out, '\n');
            break;
        case G3_NEXT_ERROR:
            g3_buffer_append_format(out, "error: %s\n", error.message);
            return;
        case G3_NEXT_END:
            return;
        }
    }
}

/* What comes out of a manifest called `name`. The text is owned by the caller: free(). */
static char *read_with(const char *name, g3_view manifest, g3_manifest_options options)
{
    g3_error error;
    g3_buffer out = {0};
    g3_source *source = g3_source_open_memory(name, manifest);
    g3_manifest_reader *reader = g3_manifest_open_source(source, &options, &error);
    if (reader)
        append_all(reader, &out);
    else
        g3_buffer_append_format(&out, "%d: %s\n", (int)error.exit, error.message);
    g3_manifest_close(reader);
    g3_buffer_text(&out);
    return out.data;
}

static void check(const char *name, g3_kind kind, const char *manifest, const char *expected)
{
    char *read = read_with(name, g3_view_of(manifest), (g3_manifest_options){.kind = kind});
    cr_assert_str_eq(read, expected, "\nread:     %s\nexpected: %s", read, expected);
    free(read);
}

static void check_mapped(g3_kind kind, const g3_column_map *maps, size_t count,
                         const char *manifest, const char *expected)
{
    g3_manifest_options options = {.kind = kind, .maps = maps, .map_count = count};
    char *read = read_with("m.csv", g3_view_of(manifest), options);
    cr_assert_str_eq(read, expected, "\nread:     %s\nexpected: %s", read, expected);
    free(read);
}

#define MAP(field, column)                                                                         \
    {                                                                                              \
        {field, sizeof(field) - 1},                                                                \
        {                                                                                          \
            column, sizeof(column) - 1                                                             \
        }                                                                                          \
    }

Test(manifest, objects_are_typed_and_in_the_sdk_s_order)
{
    check("m.csv", G3_KIND_OBJECT,
          "file_name,extra, guid ,file_size,urls,md5,acl,authz,more\n"
          " a b.cram , x ,dg.TEST/1,9223372036854775807,s3://b/a%20b gs://b/c,0123, , /p ,\n",
          "{\"guid\":\"dg.TEST/1\",\"urls\":[\"s3://b/a "
          "b\",\"gs://b/c\"],\"authz\":[\"/p\"],\"acl\":[],"
          "\"md5\":\"0123\",\"file_size\":9223372036854775807,\"file_name\":\"a "
          "b.cram\",\"extra\":\"x\","
          "\"more\":null}\n");
}

Test(manifest, a_missing_column_is_a_missing_key)
{
    check("m.csv", G3_KIND_OBJECT, "md5\nab\n", "{\"md5\":\"ab\"}\n");
}

Test(manifest, every_alias_is_known_in_any_case)
{
    static const struct {
        const char *column, *field, *cell, *value;
    } CASES[] = {
        {"guid", "guid", "g", "\"g\""},
        {"GUID", "guid", "g", "\"g\""},
        {"did", "guid", "g", "\"g\""},
        {"Object_ID", "guid", "g", "\"g\""},
        {"md5", "md5", "m", "\"m\""},
        {"md5sum", "md5", "m", "\"m\""},
        {"md5_hash", "md5", "m", "\"m\""},
        {"Hash", "md5", "m", "\"m\""},
        {"file_size", "file_size", "1", "1"},
        {"size", "file_size", "1", "1"},
        {"fileSize", "file_size", "1", "1"},
        {"file_name", "file_name", "f", "\"f\""},
        {"filename", "file_name", "f", "\"f\""},
        {"Name", "file_name", "f", "\"f\""},
        {"urls", "urls", "u", "[\"u\"]"},
        {"url", "urls", "u", "[\"u\"]"},
        {"acl", "acl", "a", "[\"a\"]"},
        {"acls", "acl", "a", "[\"a\"]"},
        {"authz", "authz", "a", "[\"a\"]"},
        {"id", "id", "x", "\"x\""},
        {"checksum", "checksum", "x", "\"x\""},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        char manifest[100], expected[100];
        snprintf(manifest, sizeof manifest, "%s\n%s\n", CASES[i].column, CASES[i].cell);
        snprintf(expected, sizeof expected, "{\"%s\":%s}\n", CASES[i].field, CASES[i].value);
        check("m.csv", G3_KIND_OBJECT, manifest, expected);
        snprintf(manifest, sizeof manifest, "{\"%s\":\"%s\"}\n", CASES[i].column, CASES[i].cell);
        check("m.ndjson", G3_KIND_OBJECT, manifest, expected);
    }
}

Test(manifest, a_field_s_own_name_wins_over_its_aliases_and_the_first_of_those_over_later)
{
    check("m.csv", G3_KIND_OBJECT, "size,file_size\n1,2\n", "{\"file_size\":2,\"size\":\"1\"}\n");
    check("m.csv", G3_KIND_OBJECT, "hash,md5sum\na,b\n", "{\"md5\":\"b\",\"hash\":\"a\"}\n");
    check("m.csv", G3_KIND_OBJECT, "GUID,guid\na,b\n", "{\"guid\":\"b\",\"GUID\":\"a\"}\n");
    check("m.csv", G3_KIND_OBJECT, "Name,name\na,b\n", "{\"file_name\":\"b\",\"Name\":\"a\"}\n");
    check("m.ndjson", G3_KIND_OBJECT, "{\"size\":1,\"file_size\":2}\n{\"size\":3}\n",
          "{\"file_size\":2,\"size\":1}\n{\"file_size\":3}\n");
}

Test(manifest, a_map_wins_over_aliases)
{
    static const g3_column_map GUID_FROM_ID[] = {MAP("guid", "id")};
    static const g3_column_map TWO_FROM_ONE[] = {MAP("guid", "id"), MAP("file_name", "id"),
                                                 MAP("x", "id")};
    static const g3_column_map RENAMES[] = {MAP("a2", "a"), MAP("guid", "b")};
    static const g3_column_map SIZE_AWAY[] = {MAP("other", "size")};
    check_mapped(G3_KIND_OBJECT, GUID_FROM_ID, 1, "did,id,n\nx,y,z\n",
                 "{\"guid\":\"y\",\"did\":\"x\",\"n\":\"z\"}\n");
    check_mapped(G3_KIND_METADATA, GUID_FROM_ID, 1, "n,ID\n1,2\n", "{\"guid\":\"2\",\"n\":1}\n");
    check_mapped(G3_KIND_OBJECT, TWO_FROM_ONE, 3, "id,name\ny,n\n",
                 "{\"guid\":\"y\",\"file_name\":\"y\",\"x\":\"y\",\"name\":\"n\"}\n");
    check_mapped(G3_KIND_RAW, RENAMES, 2, "a,b,c\n1,2,3\n",
                 "{\"a2\":\"1\",\"guid\":\"2\",\"c\":\"3\"}\n");
    check_mapped(G3_KIND_OBJECT, SIZE_AWAY, 1, "size,filesize\n1,2\n",
                 "{\"file_size\":2,\"other\":\"1\"}\n");
}

Test(manifest, maps_that_cannot_be_are_refused)
{
    static const g3_column_map GUID_FROM_ID[] = {MAP("guid", "id")};
    static const g3_column_map TWICE[] = {MAP("guid", "id"), MAP("guid", "x")};
    check_mapped(
        G3_KIND_OBJECT, GUID_FROM_ID, 1, "guid,x\na,b\n",
        "3: m.csv:1: there is no column \"id\" for --map guid=id; the columns are: guid, x\n");
    check_mapped(G3_KIND_OBJECT, GUID_FROM_ID, 1, "id,guid\na,b\n",
                 "3: m.csv:1: columns 1 (\"id\") and 2 (\"guid\") are both \"guid\"; rename one in "
                 "the file, or "
                 "with --map NAME=COLUMN\n");
    check_mapped(G3_KIND_OBJECT, TWICE, 2, "id,x\na,b\n", "2: --map guid=... is given twice\n");
}

Test(manifest, two_columns_of_one_name_are_refused)
{
    static const g3_kind KINDS[] = {G3_KIND_OBJECT, G3_KIND_METADATA, G3_KIND_RAW};
    for (size_t i = 0; i < 3; i++)
        check("m.csv", KINDS[i], "a,md5,b,md5\n1,2,3,4\n",
              "3: m.csv:1: columns 2 and 4 are both called \"md5\"; rename one in the file; the columns are: a, md5, b, md5\n");
}

Test(manifest, columns_without_a_name_are_called_by_their_place)
{
    check("m.csv", G3_KIND_RAW, "a,,\n1,2,3\n",
          "{\"a\":\"1\",\"column_2\":\"2\",\"column_3\":\"3\"}\n");
    check("m.csv", G3_KIND_OBJECT, "a, \n1,2\n", "{\"a\":\"1\",\"column_2\":\"2\"}\n");
}

Test(manifest, sizes_are_whole_numbers)
{
    check("m.csv", G3_KIND_OBJECT,
          "guid,size\na, 0 \nb,12x\nc,-1\nd,1.0\ne,9223372036854775808\nf,\ng,\"1\n2\"\n",
          "{\"guid\":\"a\",\"file_size\":0}\n"
          "!3: file_size \"12x\" is not a whole number [file_size]\n"
          "!4: file_size \"-1\" is not a whole number [file_size]\n"
          "!5: file_size \"1.0\" is not a whole number [file_size]\n"
          "!6: file_size \"9223372036854775808\" is too large: 9223372036854775807 is the most "
          "[file_size]\n"
          "{\"guid\":\"f\",\"file_size\":null}\n"
          "!8: file_size \"1\\n2\" is not a whole number [file_size]\n");
}

Test(manifest, commas_part_items_in_a_tsv_only)
{
    check("m.tsv", G3_KIND_OBJECT, "guid\tacl\na\tx,y\n",
          "{\"guid\":\"a\",\"acl\":[\"x\",\"y\"]}\n");
    check("m.csv", G3_KIND_OBJECT, "guid,acl\na,\"x,y\"\n", "{\"guid\":\"a\",\"acl\":[\"x,y\"]}\n");
}

Test(manifest, metadata_cells_are_the_json_that_they_spell)
{
    check("m.tsv", G3_KIND_METADATA,
          "sample\tGUID\tn\tj\n"
          "NWD1\t007\t2\t{\"k\": [1.50, \"x\"]}\n"
          "\"q\"\t-1\t-0\t12345678901234567890\n"
          " x y \tg\t NaN\tnull\n"
          "\t\t007\ttrue\n"
          "['a']\tg\t1e5\t[1,\n"
          "t\tg\t\"\"\"s\\u00fc\"\"\"\t\"[1,\r\n 2]\"\n",
          "{\"guid\":\"007\",\"sample\":\"NWD1\",\"n\":2,\"j\":{\"k\": [1.50, \"x\"]}}\n"
          "{\"guid\":\"-1\",\"sample\":\"q\",\"n\":-0,\"j\":12345678901234567890}\n"
          "{\"guid\":\"g\",\"sample\":\"x y\",\"n\":\"NaN\",\"j\":null}\n"
          "{\"guid\":null,\"sample\":null,\"n\":\"007\",\"j\":true}\n"
          "{\"guid\":\"g\",\"sample\":\"['a']\",\"n\":1e5,\"j\":\"[1,\"}\n"
          "{\"guid\":\"g\",\"sample\":\"t\",\"n\":\"s\xc3\xbc\",\"j\":[1,   2]}\n");
}

Test(manifest, raw_cells_are_strings_as_they_stand)
{
    check("m.csv", G3_KIND_RAW, "\xef\xbb\xbf a ,md5sum\n 1 ,\n\"x,\"\"y\"\"\n\",{}\n",
          "{\" a \":\" 1 \",\"md5sum\":\"\"}\n{\" a \":\"x,\\\"y\\\"\\n\",\"md5sum\":\"{}\"}\n");
}

Test(manifest, rows_that_are_too_long_are_bad_and_too_short_ones_padded)
{
    check("m.csv", G3_KIND_RAW, "a,b\n1,2,3\n4\n5,6,\n\n7,8\n",
          "!2: row has 3 cells, the header 2\n{\"a\":\"4\",\"b\":\"\"}\n"
          "!4: row has 3 cells, the header 2\n{\"a\":\"7\",\"b\":\"8\"}\n");
    check("m.csv", G3_KIND_OBJECT, "guid,urls,size\ng\n",
          "{\"guid\":\"g\",\"urls\":[],\"file_size\":null}\n");
}

Test(manifest, strict_takes_no_short_rows)
{
    char *read = read_with("m.csv", G3_VIEW("a,b\n1\n2,3\n"),
                           (g3_manifest_options){.kind = G3_KIND_RAW, .strict = true});
    cr_assert_str_eq(read, "!2: row has 1 cell, the header 2\n{\"a\":\"2\",\"b\":\"3\"}\n");
    free(read);
}

Test(manifest, padded_rows_are_counted)
{
    g3_manifest_options options = {.kind = G3_KIND_RAW};
    g3_error error;
    g3_source *source = g3_source_open_memory("m.csv", G3_VIEW("a,b\n1\n2,3\n4\n"));
    g3_manifest_reader *reader = g3_manifest_open_source(source, &options, &error);
    g3_buffer out = {0};
    append_all(reader, &out);
    cr_assert_eq(g3_manifest_padded(reader), 2);
    g3_manifest_close(reader);
    g3_buffer_free(&out);
}

Test(manifest, rows_that_are_not_utf8_are_bad)
{
    check("m.csv", G3_KIND_RAW, "a,b\nx,\xc3\xbc\ny,\xc3\xbc\xff\n\xe2\x82,z\n",
          "{\"a\":\"x\",\"b\":\"\xc3\xbc\"}\n"
          "!3: not UTF-8 (byte 0xff at column 5) [b]\n"
          "!4: not UTF-8 (byte 0xe2 at column 1) [a]\n");
    check("m.csv", G3_KIND_RAW, "a,\xff\n1,2\n",
          "3: m.csv:1: the header is not UTF-8 (byte 0xff at column 3)\n");
}

Test(manifest, an_open_quote_costs_one_line)
{
    char *read = read_with("m.csv", G3_VIEW("a,b\n1,\"x\n2,y\n"),
                           (g3_manifest_options){.kind = G3_KIND_RAW});
    cr_assert(strncmp(read, "!2: ", 4) == 0, "%s", read);
    cr_assert(strstr(read, "\n{\"a\":\"2\",\"b\":\"y\"}\n"), "%s", read);
    free(read);
}

Test(manifest, lines_give_the_same_objects_as_rows)
{
    check("m.ndjson", G3_KIND_OBJECT,
          "\xef\xbb\xbf{\"file_name\":\"f\",\"x\":{\"k\":[1]},\"did\":\"g\",\"size\":\"12\","
          "\"urls\":[\"b\",\"a b\"],"
          "\"acl\":\"['open']\",\"authz\":null,\"hash\":\"\"}\r\n\n \t \n{\"guid\":\"h\"}",
          "{\"guid\":\"g\",\"urls\":[\"b\",\"a "
          "b\"],\"authz\":[],\"acl\":[\"*\"],\"md5\":null,\"file_size\":12,"
          "\"file_name\":\"f\",\"x\":{\"k\":[1]}}\n{\"guid\":\"h\"}\n");
}

Test(manifest, lines_with_values_of_the_wrong_type_are_bad)
{
    check("m.ndjson", G3_KIND_OBJECT,
          "{\"guid\":1}\n{\"guid\":{}}\n{\"size\":-1}\n{\"size\":1.5}\n{\"size\":"
          "9223372036854775808}\n"
          "{\"urls\":[\"a\",1]}\n{\"urls\":{\"a\":1}}\n{\"acl\":true}\n{\"acl\":2}\n{\"md5\":false}"
          "\n",
          "!1: guid 1 is not a string [guid]\n!2: guid \"{}\" is not a string [guid]\n"
          "!3: file_size -1 is below 0 [file_size]\n!4: file_size \"1.5\" is not a whole number "
          "[file_size]\n"
          "!5: file_size \"9223372036854775808\" is too large: 9223372036854775807 is the most "
          "[file_size]\n"
          "!6: urls \"[\\\"a\\\",1]\" is not a list of strings [urls]\n"
          "!7: urls \"{\\\"a\\\":1}\" is not a list of strings [urls]\n"
          "!8: acl \"true\" is not a list of strings [acl]\n!9: acl 2 is not a list of strings "
          "[acl]\n"
          "!10: md5 \"false\" is not a string [md5]\n");
}

Test(manifest, lines_that_are_no_object_are_bad)
{
    check("m.ndjson", G3_KIND_RAW,
          "{\"a\":1}\n[1]\n\"x\"\n{\"a\":1\n{\"a\":1} x\n{\"a\":\"\xff\"}\n{\"b\":01}\n{\"a\":2}\n",
          "{\"a\":1}\n!2: not a JSON object: something else at byte 1\n"
          "!3: not a JSON object: something else at byte 1\n"
          "!4: not a JSON object: the line ends inside it; jq -c . puts each object on one "
          "line\n"
          "!5: not a JSON object: something behind it at byte 9\n"
          "!6: not a JSON object: a string that is not UTF-8 at byte 7\n"
          "!7: not a JSON object: no comma or } behind a member at byte 7\n{\"a\":2}\n");
}

Test(manifest, lines_keep_their_values_and_may_change_shape)
{
    check("m.ndjson", G3_KIND_METADATA,
          "{\"n\":1.50,\"guid\":\"g\",\"s\":\"2\",\"j\":[ 1 "
          "]}\n{\"n\":2,\"guid\":\"h\",\"s\":null,\"j\":{}}\n"
          "{\"guid\":\"i\",\"n\":3}\n{\"m\":4,\"n\":5}\n{}\n{\"m\":4,\"n\":5}\n",
          "{\"guid\":\"g\",\"n\":1.50,\"s\":\"2\",\"j\":[ 1 "
          "]}\n{\"guid\":\"h\",\"n\":2,\"s\":null,\"j\":{}}\n"
          "{\"guid\":\"i\",\"n\":3}\n{\"m\":4,\"n\":5}\n{}\n{\"m\":4,\"n\":5}\n");
}

Test(manifest, the_last_of_two_members_of_one_name_counts)
{
    check("m.ndjson", G3_KIND_RAW,
          "{\"a\":1,\"b\":2,\"a\":3}\n{\"a\":1,\"b\":2,\"a\":4}\n{\"a\":1,\"a\":2}\n{\"a\":5}\n",
          "{\"a\":3,\"b\":2}\n{\"a\":4,\"b\":2}\n{\"a\":2}\n{\"a\":5}\n");
    check("m.ndjson", G3_KIND_RAW, "{\"a\\u0062\":1,\"ab\":2}\n", "{\"ab\":2}\n");
}

Test(manifest, names_made_up_for_each_line_are_forgotten)
{
    g3_buffer lines = {0}, expected = {0};
    for (int i = 0; i < 20000; i++)
        g3_buffer_append_format(&lines, "{\"same\":%d,\"name_%d\":\"x\"}\n", i, i);
    g3_buffer_append(&expected, g3_buffer_view(&lines));
    char *read =
        read_with("m.ndjson", g3_buffer_view(&lines), (g3_manifest_options){.kind = G3_KIND_RAW});
    cr_assert_str_eq(read, g3_buffer_text(&expected));
    free(read);
    g3_buffer_free(&lines);
    g3_buffer_free(&expected);
}

Test(manifest, a_line_that_is_too_long_is_bad_and_passed_over)
{
    g3_buffer lines = {0};
    g3_buffer_append_text(&lines, "{\"a\":1}\n{\"a\":\"");
    size_t more = G3_ROW_LIMIT + 1000;
    memset(g3_buffer_reserve(&lines, more), 'x', more);
    lines.length += more;
    g3_buffer_append_text(&lines, "\"}\n{\"a\":2}\n");
    char *read =
        read_with("m.ndjson", g3_buffer_view(&lines), (g3_manifest_options){.kind = G3_KIND_RAW});
    cr_assert_str_eq(read, "{\"a\":1}\n!2: line is longer than 25165824 bytes\n{\"a\":2}\n");
    free(read);
    g3_buffer_free(&lines);
}

Test(manifest, the_format_is_told_by_name_else_by_content)
{
    const char *csv = "a,b\tc\n1,2\n", *line = "{\"a\":1}\n";
    check("m.csv", G3_KIND_RAW, csv, "{\"a\":\"1\",\"b\\tc\":\"2\"}\n");
    check("m.CSV.gz", G3_KIND_RAW, csv, "{\"a\":\"1\",\"b\\tc\":\"2\"}\n");
    check("m.tsv.zst", G3_KIND_RAW, csv, "{\"a,b\":\"1,2\",\"c\":\"\"}\n");
    check("manifest", G3_KIND_RAW, csv, "{\"a,b\":\"1,2\",\"c\":\"\"}\n");
    check("m.txt", G3_KIND_RAW, "a,b\n1,2\t\n", "{\"a\":\"1\",\"b\":\"2\\t\"}\n");
    check("m.jsonl", G3_KIND_RAW, line, line);
    check("m.json", G3_KIND_RAW, line, line);
    check("standard input", G3_KIND_RAW, line, line);
    check("m.csv", G3_KIND_RAW, "\xef\xbb\xbf\n{\"a\"\nx\n", "{\"{\\\"a\\\"\":\"x\"}\n");
    check("standard input", G3_KIND_RAW, "\n\n  {\"a\":1}", line);
    check("m.txt", G3_KIND_RAW, "\xef\xbb\xbf\na\n1\n", "{\"a\":\"1\"}\n");
}

Test(manifest, nothing_at_all)
{
    check("m.csv", G3_KIND_RAW, "", "3: m.csv: there is no header line, the file is empty\n");
    check("m.tsv", G3_KIND_RAW, "\n\n", "3: m.tsv: there is no header line, the file is empty\n");
    check("standard input", G3_KIND_RAW, "", "");
    check("m.ndjson", G3_KIND_RAW, "", "");
    check("m.csv", G3_KIND_RAW, "a,b\n", "");
}

Test(manifest, what_is_easily_taken_for_a_manifest_is_refused)
{
    const g3_view views[] = {
        G3_VIEW("\xff\xfe\x61\0,\0b\0\n\0"), /* with its byte-order mark, */
        G3_VIEW("a\0,\0b\0\n\0"),            /* without, */
        G3_VIEW("\0a\0,\0b\0\n"),            /* the high byte first */
    };
    for (size_t i = 0; i < sizeof views / sizeof *views; i++) {
        char *read = read_with("m.csv", views[i], (g3_manifest_options){.kind = G3_KIND_RAW});
        cr_expect_str_eq(read, "3: m.csv: is UTF-16, not UTF-8: convert it with iconv -f UTF-16 "
                               "-t UTF-8\n");
        free(read);
    }
    const char *refused = "3: m: is one JSON array, not JSON lines: make lines of it with "
                          "jq -c '.[]'\n";
    check("m", G3_KIND_RAW, "[{\"a\":1},\n{\"a\":2}]\n", refused);
    check("m", G3_KIND_RAW, "\xef\xbb\xbf\n [\n  {\"a\":1}\n]", refused);
    check("m", G3_KIND_RAW, "[a],b\n1,2\n", "{\"[a]\":\"1\",\"b\":\"2\"}\n");
    check("m.csv", G3_KIND_RAW, "[{a\n1\n", "{\"[{a\":\"1\"}\n");
}

Test(manifest, delimiters_may_be_chosen)
{
    char *read = read_with("m.csv", G3_VIEW("guid;acl\ng;a,b\n"),
                           (g3_manifest_options){.kind = G3_KIND_OBJECT, .delimiter = ';'});
    cr_assert_str_eq(read, "{\"guid\":\"g\",\"acl\":[\"a,b\"]}\n");
    free(read);
    read = read_with("m.csv", G3_VIEW("guid\tacl\ng\ta,b\n"),
                     (g3_manifest_options){.kind = G3_KIND_OBJECT, .delimiter = '\t'});
    cr_assert_str_eq(read, "{\"guid\":\"g\",\"acl\":[\"a\",\"b\"]}\n");
    free(read);
    read = read_with("m", G3_VIEW("guid\t;acl\ng;a,b\n"), /* a tab does not make it a TSV */
                     (g3_manifest_options){.kind = G3_KIND_OBJECT, .delimiter = ';'});
    cr_assert_str_eq(read, "{\"guid\":\"g\",\"acl\":[\"a,b\"]}\n");
    free(read);
    read = read_with("m.csv", G3_VIEW("a\n"), (g3_manifest_options){.delimiter = '"'});
    cr_assert_str_eq(read, "2: a quote or a line end can't be the delimiter\n");
    free(read);
}

Test(manifest, tells_its_columns_and_the_row_as_it_stands)
{
    g3_manifest_options options = {.kind = G3_KIND_OBJECT};
    g3_error error;
    g3_record record;
    g3_bad_row bad;
    const g3_column **columns;
    size_t count;
    g3_source *source = g3_source_open_memory("m.csv", G3_VIEW("x,did\n\n \"a\" , g\r\n"));
    g3_manifest_reader *reader = g3_manifest_open_source(source, &options, &error);
    g3_manifest_columns(reader, &columns, &count);
    cr_assert_eq(count, 2);
    cr_assert(columns[0]->field == G3_GUID && g3_view_equal(columns[1]->name, G3_VIEW("x")));
    cr_assert_eq(g3_manifest_next(reader, &record, &bad, &error), G3_NEXT_ITEM);
    cr_assert(g3_view_equal(g3_manifest_row_text(reader), G3_VIEW(" \"a\" , g")));
    cr_assert(g3_view_equal(g3_record_guid(&record), G3_VIEW("g")));
    cr_assert_eq(record.line, 3);
    cr_assert_null(g3_record_get(&record, G3_MD5));
    cr_assert_str_eq(g3_manifest_name(reader), "m.csv");
    g3_manifest_close(reader);
}
