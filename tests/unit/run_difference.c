/* Differences as lines, and Python's spelling of values. */
#include "g3/run/difference.h"
#include "g3/run/python.h"
#include <criterion/criterion.h>

static void expect_text(g3_buffer *buffer, const char *wanted)
{
    cr_expect_str_eq(g3_buffer_text(buffer), wanted);
    g3_buffer_clear(buffer);
}

/* The right side is what Python 3.11 prints for repr(left). */
static const struct {
    const char *text, *repr;
} SPELLINGS[] = {
    {"", "''"},
    {"plain", "'plain'"},
    {"it's", "\"it's\""},
    {"say \"hi\"", "'say \"hi\"'"},
    {"it's \"hi\"", "'it\\'s \"hi\"'"},
    {"back\\slash", "'back\\\\slash'"},
    {"tab\tline\nreturn\r", "'tab\\tline\\nreturn\\r'"},
    {"\x01\x1f\x7f", "'\\x01\\x1f\\x7f'"},
    {"\xc2\x85\xc2\xa0\xc2\xad", "'\\x85\\xa0\\xad'"},
    {"\xc3\xa9\xe4\xb8\xad\xf0\x9f\x98\x80", "'\xc3\xa9\xe4\xb8\xad\xf0\x9f\x98\x80'"},
    {"\xe2\x80\x8b\xe2\x80\xa8\xe3\x80\x80\xef\xbb\xbf", "'\\u200b\\u2028\\u3000\\ufeff'"},
    {"\xee\x80\x80\xf3\xa0\x80\x81\xf3\xb0\x80\x80", "'\\ue000\\U000e0001\\U000f0000'"},
    {"cut \xc3", "'cut \\xc3'"},
};

Test(python, spells_text_as_python_does)
{
    g3_buffer buffer = {0};
    for (size_t i = 0; i < sizeof SPELLINGS / sizeof *SPELLINGS; i++) {
        g3_python_append_string(&buffer, g3_view_of(SPELLINGS[i].text));
        expect_text(&buffer, SPELLINGS[i].repr);
    }
    g3_python_append_string(&buffer, (g3_view){"a\0b", 3});
    expect_text(&buffer, "'a\\x00b'");
    g3_buffer_free(&buffer);
}

/* A row with all fields, and a record that differs in all. */
static g3_column note = {
    .name = G3_VIEW("note"), .json_key = G3_VIEW("\"note\":"), .field = G3_OTHER_FIELD};
static g3_view row_urls[] = {G3_VIEW("s3://b/2"), G3_VIEW("s3://b/1 x")};
static g3_view record_urls[] = {G3_VIEW("gs://c/1")};
static g3_view record_acl[] = {G3_VIEW("b"), G3_VIEW("a")};

#define COLUMN(field) &g3_object_columns[field]
#define TEXT(literal)                                                                              \
    {                                                                                              \
        .type = G3_STRING, .text = G3_VIEW(literal)                                                \
    }

static g3_field row_fields[] = {
    {COLUMN(G3_GUID), TEXT("dg.1/a")},
    {COLUMN(G3_URLS), {.type = G3_LIST, .list = {row_urls, 2}}},
    {COLUMN(G3_AUTHZ), {.type = G3_LIST, .list = {NULL, 0}}},
    {COLUMN(G3_ACL), {.type = G3_LIST, .list = {NULL, 0}}},
    {COLUMN(G3_MD5), {.type = G3_NULL}},
    {COLUMN(G3_FILE_SIZE), {.type = G3_INTEGER, .integer = 12}},
    {COLUMN(G3_FILE_NAME), TEXT("two\nlines, it's")},
    {&note, TEXT("n")},
};
static const g3_record ROW = {.fields = row_fields, .count = 8};

static g3_field record_fields[] = {
    {COLUMN(G3_GUID), TEXT("dg.1/a")},
    {COLUMN(G3_URLS), {.type = G3_LIST, .list = {record_urls, 1}}},
    {COLUMN(G3_AUTHZ), {.type = G3_NULL}},
    {COLUMN(G3_ACL), {.type = G3_LIST, .list = {record_acl, 2}}},
    {COLUMN(G3_MD5), TEXT("0b")},
    {COLUMN(G3_FILE_SIZE), {.type = G3_INTEGER, .integer = 9223372036854775807}},
    {COLUMN(G3_FILE_NAME), {.type = G3_NULL}},
};
static const g3_record RECORD = {.fields = record_fields, .count = 7};

static void write_both(g3_difference_writer *writer, g3_buffer *lines)
{
    g3_difference_append_header(writer, lines);
    g3_difference_append(writer, lines, &ROW, &RECORD, g3_compare_object(&ROW, &RECORD));
    g3_difference_append(writer, lines, &ROW, NULL, 0);
    g3_buffer_free(&writer->space);
}

Test(difference, as_json_lines)
{
    g3_buffer lines = {0};
    g3_difference_writer writer = {.form = G3_DIFFERENCE_NDJSON};
    write_both(&writer, &lines);
    expect_text(
        &lines,
        "{\"guid\":\"dg.1/a\",\"field\":\"urls\",\"expected\":[\"s3://b/1 x\",\"s3://b/2\"],"
        "\"actual\":[\"gs://c/1\"]}\n"
        "{\"guid\":\"dg.1/a\",\"field\":\"acl\",\"expected\":[],\"actual\":[\"a\",\"b\"]}\n"
        "{\"guid\":\"dg.1/a\",\"field\":\"md5\",\"expected\":null,\"actual\":\"0b\"}\n"
        "{\"guid\":\"dg.1/"
        "a\",\"field\":\"file_size\",\"expected\":12,\"actual\":9223372036854775807}\n"
        "{\"guid\":\"dg.1/a\",\"field\":\"file_name\",\"expected\":\"two\\nlines, it's\","
        "\"actual\":null}\n"
        "{\"guid\":\"dg.1/a\",\"field\":\"no_record\",\"expected\":{\"guid\":\"dg.1/a\","
        "\"urls\":[\"s3://b/2\",\"s3://b/1 "
        "x\"],\"authz\":[],\"acl\":[],\"md5\":null,\"file_size\":12,"
        "\"file_name\":\"two\\nlines, it's\",\"note\":\"n\"},\"actual\":null}\n");
    g3_buffer_free(&lines);
}

Test(difference, as_csv)
{
    g3_buffer lines = {0};
    g3_difference_writer writer = {.form = G3_DIFFERENCE_TABLE, .delimiter = ','};
    write_both(&writer, &lines);
    expect_text(&lines, "guid,field,expected,actual\n"
                        "dg.1/a,urls,s3://b/1%20x s3://b/2,gs://c/1\n"
                        "dg.1/a,acl,,a b\n"
                        "dg.1/a,md5,,0b\n"
                        "dg.1/a,file_size,12,9223372036854775807\n"
                        "dg.1/a,file_name,\"two\nlines, it's\",\n"
                        "dg.1/a,no_record,\"{\"\"guid\"\":\"\"dg.1/a\"\",\"\"urls\"\":[\"\"s3://b/"
                        "2\"\",\"\"s3://b/1 x\"\"],"
                        "\"\"authz\"\":[],\"\"acl\"\":[],\"\"md5\"\":null,\"\"file_size\"\":12,"
                        "\"\"file_name\"\":\"\"two\\nlines, it's\"\",\"\"note\"\":\"\"n\"\"}\",\n");
    g3_buffer_free(&lines);
}

Test(difference, as_the_sdk_logs_it)
{
    g3_buffer lines = {0};
    g3_difference_writer writer = {.form = G3_DIFFERENCE_SDK};
    write_both(&writer, &lines);
    expect_text(
        &lines,
        "dg.1/a|urls|expected ['s3://b/2', 's3://b/1 x']|actual ['gs://c/1']\n"
        "dg.1/a|acl|expected []|actual ['b', 'a']\n"
        "dg.1/a|md5|expected |actual 0b\n"
        "dg.1/a|file_size|expected 12|actual 9223372036854775807\n"
        "dg.1/a|file_name|expected two\\nlines, it's|actual None\n"
        "dg.1/a|no_record|expected {'guid': 'dg.1/a', 'urls': 's3://b/2 s3://b/1%20x', 'authz': "
        "'', "
        "'acl': '', 'md5': '', 'file_size': '12', 'file_name': \"two\\nlines, it's\", 'note': 'n'}"
        "|actual None\n");
    g3_buffer_free(&lines);
}
