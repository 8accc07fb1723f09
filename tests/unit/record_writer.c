/* Records written as manifests, and read back. */
#include "../support/chance.h"
#include "g3/record/json.h"
#include "g3/record/manifest.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* A file to write to, in a folder of its own; both removed by remove_place(). */
typedef struct temporary_place {
    char folder[32];
    char path[64];
} temporary_place;

static temporary_place make_place(const char *name)
{
    temporary_place place;
    strcpy(place.folder, "/tmp/g3-writer-XXXXXX");
    cr_assert_not_null(mkdtemp(place.folder));
    snprintf(place.path, sizeof place.path, "%s/%s", place.folder, name);
    return place;
}

static void remove_place(const temporary_place *place)
{
    unlink(place->path);
    rmdir(place->folder);
}

/* The bytes of a file, NUL-terminated. Owned by the caller: free(). */
static char *load(const char *path)
{
    g3_error error;
    g3_buffer bytes = {0};
    size_t got = 1;
    g3_source *source = g3_source_open(path, &error);
    cr_assert_not_null(source, "%s", error.message);
    while (got) {
        char *space = g3_buffer_reserve(&bytes, 4096);
        cr_assert(g3_source_read(source, space, 4096, &got, &error));
        bytes.length += got;
    }
    g3_source_close(source);
    g3_buffer_text(&bytes);
    return bytes.data;
}

static g3_manifest_reader *open_lines(g3_view lines, g3_kind kind)
{
    g3_manifest_options options = {.kind = kind, .format = G3_FORMAT_NDJSON};
    g3_error error;
    g3_manifest_reader *reader =
        g3_manifest_open_source(g3_source_open_memory("lines", lines), &options, &error);
    cr_assert_not_null(reader);
    return reader;
}

/* Writes the records that `lines` hold; refusals are added to `reasons`. */
static void write_lines(g3_manifest_writer *writer, g3_view lines, g3_kind kind, g3_buffer *reasons)
{
    g3_manifest_reader *reader = open_lines(lines, kind);
    g3_record record;
    g3_bad_row bad;
    g3_error error;
    g3_next next;
    while ((next = g3_manifest_next(reader, &record, &bad, &error)) == G3_NEXT_ITEM) {
        const char *reason = g3_manifest_write(writer, &record);
        if (reason)
            g3_buffer_append_format(reasons, "%d: %s\n", (int)record.line, reason);
    }
    cr_assert_eq(next, G3_NEXT_END);
    g3_manifest_close(reader);
}

static void check(g3_format format, g3_kind kind, const char *lines, const char *expected,
                  const char *expected_reasons)
{
    temporary_place place = make_place("m");
    g3_error error;
    g3_buffer reasons = {0};
    g3_sink *sink = g3_sink_open(place.path, &error);
    g3_manifest_writer *writer = g3_manifest_writer_open(sink, format, 0);
    write_lines(writer, g3_view_of(lines), kind, &reasons);
    g3_manifest_writer_close(writer);
    cr_assert(g3_sink_finish(sink, &error), "%s", error.message);
    char *written = load(place.path);
    cr_assert_str_eq(written, expected, "\nwritten:  %s\nexpected: %s", written, expected);
    cr_assert_str_eq(g3_buffer_text(&reasons), expected_reasons);
    free(written);
    g3_buffer_free(&reasons);
    remove_place(&place);
}

Test(writer, objects_as_the_sdk_s_manifest)
{
    check(G3_FORMAT_CSV, G3_KIND_OBJECT,
          "{\"guid\":\"g\",\"urls\":[\"s3://b/a "
          "b\",\"gs://c,d\"],\"authz\":[],\"acl\":[\"*\"],\"md5\":\"0\","
          "\"file_size\":9007199254740993,\"file_name\":\"a, \\\"b\\\"\"}\n"
          "{\"guid\":\"h\",\"urls\":null,\"file_size\":null}\n",
          "guid,urls,authz,acl,md5,file_size,file_name\n"
          "g,\"s3://b/a%20b gs://c,d\",,*,0,9007199254740993,\"a, \"\"b\"\"\"\nh,,,,,,\n",
          "");
}

Test(writer, json_values_as_they_are_written)
{
    check(G3_FORMAT_TSV, G3_KIND_METADATA,
          "{\"guid\":\"g\",\"n\":1.50,\"b\":true,\"j\":{\"k\": \"\\t\"},\"s\":\"a\\tb\\n\"}\n",
          "guid\tn\tb\tj\ts\ng\t1.50\ttrue\t\"{\"\"k\"\": \"\"\\t\"\"}\"\t\"a\tb\n\"\n", "");
}

Test(writer, a_record_may_lack_columns_but_not_have_others)
{
    check(G3_FORMAT_CSV, G3_KIND_RAW,
          "{\"a\":\"1\",\"b\":\"2\",\"c\":\"3\"}\n{\"c\":\"6\",\"a\":\"4\"}\n{\"a\":\"7\",\"d\":"
          "\"8\"}\n{}\n",
          "a,b,c\n1,2,3\n4,,6\n,,\n", "3: the output's header has no column \"d\"\n");
}

Test(writer, columns_may_come_in_any_order)
{
    const int count = 20000; /* by searching from the front, this would take minutes */
    g3_buffer lines = {0}, expected = {0};
    for (int order = 0; order < 2; order++) {
        for (int i = 0; i < count; i++)
            g3_buffer_append_format(&lines, "%s\"c%d\":%d", i ? "," : "{",
                                    order ? count - 1 - i : i, i);
        g3_buffer_append_text(&lines, "}\n");
    }
    for (int row = 0; row < 3; row++)
        for (int i = 0; i < count; i++)
            g3_buffer_append_format(&expected, "%s%d%s", row == 0 ? "c" : "",
                                    row == 2 ? count - 1 - i : i, i < count - 1 ? "," : "\n");
    check(G3_FORMAT_CSV, G3_KIND_RAW, g3_buffer_text(&lines), g3_buffer_text(&expected), "");
    g3_buffer_free(&lines);
    g3_buffer_free(&expected);
}

Test(writer, a_lone_empty_cell_is_no_blank_line)
{
    check(G3_FORMAT_CSV, G3_KIND_RAW, "{\"a\":\"\"}\n{\"a\":null}\n", "a\n\"\"\n\"\"\n", "");
}

Test(writer, a_record_without_columns_cannot_begin_a_table)
{
    check(G3_FORMAT_CSV, G3_KIND_RAW, "{}\n", "",
          "1: a record without any column can't be a row\n");
    check(G3_FORMAT_NDJSON, G3_KIND_RAW, "{}\n", "{}\n", "");
}

Test(writer, columns_given_before_make_the_header_also_of_nothing)
{
    const g3_column *columns[] = {&g3_object_columns[G3_GUID], &g3_object_columns[G3_MD5]};
    for (int skip = 0; skip < 2; skip++) {
        temporary_place place = make_place("m.csv");
        g3_error error;
        g3_sink *sink = g3_sink_open(place.path, &error);
        g3_manifest_writer *writer = g3_manifest_writer_open(sink, G3_FORMAT_CSV, ';');
        g3_manifest_writer_columns(writer, columns, 2);
        g3_manifest_writer_columns(writer, columns, 1); /* a second manifest's: changes nothing */
        if (skip)
            g3_manifest_writer_skip_header(writer);
        g3_manifest_writer_close(writer);
        cr_assert(g3_sink_finish(sink, &error));
        char *written = load(place.path);
        cr_assert_str_eq(written, skip ? "" : "guid;md5\n");
        free(written);
        remove_place(&place);
    }
}

/* Appends a random text as JSON writes it. */
static void append_random_text(g3_buffer *line, test_chance *chance)
{
    static const char *const PIECES[] = {
        "a",
        "NWD1",
        " ",
        "\t",
        "\n",
        "\r\n",
        ",",
        ";",
        "%",
        "'",
        "\"",
        "[",
        "]",
        "\\",
        "s3://b/c",
        "/p",
        "\xc3\xbc",
        "\xe2\x80\xa8",
        "\xf0\x9d\x84\x9e",
        "\x01",
        "{}",
        "u'",
        "open",
        "://",
        "=1",
    };
    g3_buffer text = {0};
    g3_buffer_append_char(&text, 'x'); /* objects' cells are trimmed: not at the ends */
    for (size_t i = choose(chance, 5); i > 0; i--)
        g3_buffer_append_text(&text, PIECES[choose(chance, sizeof PIECES / sizeof *PIECES)]);
    g3_buffer_append_char(&text, 'x');
    size_t begin = choose(chance, 4) ? 0 : 1; /* now and then what comes first is not a letter */
    g3_view kept = {text.data + begin, text.length - begin};
    g3_json_append_string(line, begin && kept.data[0] > ' ' ? kept : g3_buffer_view(&text));
    g3_buffer_free(&text);
}

static void append_random_object(g3_buffer *line, test_chance *chance)
{
    g3_buffer_append_text(line, "{\"guid\":");
    append_random_text(line, chance);
    for (int field = G3_URLS; field <= G3_ACL; field++) {
        g3_buffer_append_char(line, ',');
        g3_buffer_append(line, g3_object_columns[field].json_key);
        g3_buffer_append_char(line, '[');
        for (size_t i = 0, count = choose(chance, 4); i < count; i++) {
            if (i)
                g3_buffer_append_char(line, ',');
            append_random_text(line, chance);
        }
        g3_buffer_append_char(line, ']');
    }
    g3_buffer_append_format(line,
                            ",\"md5\":null,\"file_size\":%zu,\"file_name\":", choose(chance, 1000));
    append_random_text(line, chance);
    g3_buffer_append_text(line, ",\"other\":");
    append_random_text(line, chance);
    g3_buffer_append_text(line, "}\n");
}

/* JSON lines -> a manifest -> the same JSON lines */
static void check_round_trip(g3_buffer *text, g3_format format, g3_kind kind)
{
    temporary_place place = make_place("m");
    g3_manifest_options options = {.kind = kind, .format = format};
    g3_view lines = {g3_buffer_text(text), text->length};
    g3_error error;
    g3_record record;
    g3_bad_row bad;
    g3_buffer reasons = {0}, back = {0};
    g3_next next;
    g3_sink *sink = g3_sink_open(place.path, &error);
    g3_manifest_writer *writer = g3_manifest_writer_open(sink, format, 0);
    write_lines(writer, lines, kind, &reasons);
    g3_manifest_writer_close(writer);
    cr_assert(g3_sink_finish(sink, &error));
    g3_manifest_reader *reader = g3_manifest_open(place.path, &options, &error);
    cr_assert_not_null(reader);
    while ((next = g3_manifest_next(reader, &record, &bad, &error)) == G3_NEXT_ITEM)
        g3_json_append_record(&back, &record);
    cr_assert_eq(next, G3_NEXT_END, "%s", next == G3_NEXT_BAD ? bad.reason : error.message);
    g3_manifest_close(reader);
    cr_assert_eq(reasons.length, 0);
    const char *ours = g3_buffer_text(&back), *line = lines.data;
    for (; *ours && strncmp(ours, line, strcspn(line, "\n") + 1) == 0;
         line += strcspn(line, "\n") + 1)
        ours += strcspn(ours, "\n") + 1;
    cr_assert(g3_view_equal(g3_buffer_view(&back), lines), "format %d:\n%.*s\n%.*s", (int)format,
              (int)strcspn(line, "\n"), line, (int)strcspn(ours, "\n"), ours);
    g3_buffer_free(&back);
    g3_buffer_free(&reasons);
    remove_place(&place);
}

Test(writer, objects_come_back_the_same_from_csv_and_tsv)
{
    test_chance chance = {11};
    g3_buffer lines = {0};
    for (int round = 0; round < 40; round++) {
        g3_buffer_clear(&lines);
        for (int i = 0; i < 200; i++)
            append_random_object(&lines, &chance);
        check_round_trip(&lines, G3_FORMAT_CSV, G3_KIND_OBJECT);
        check_round_trip(&lines, G3_FORMAT_TSV, G3_KIND_OBJECT);
        check_round_trip(&lines, G3_FORMAT_NDJSON, G3_KIND_OBJECT);
    }
    g3_buffer_free(&lines);
}

Test(writer, raw_cells_come_back_the_same)
{
    static const char *const CELLS[] = {"",   " ",   "a",      "\"",    "\"\"", ",",
                                        "\t", "\\n", "\\r\\n", "x\\ny", " a ",  "\\\\"};
    test_chance chance = {12};
    g3_buffer lines = {0};
    for (int i = 0; i < 2000; i++) {
        for (int column = 0; column < 3; column++) {
            const char *cell = CELLS[choose(&chance, sizeof CELLS / sizeof *CELLS)];
            g3_buffer_append_format(&lines, "%s\"c%d\":\"", column ? "," : "{", column);
            if (strchr(cell, '"') || cell[0] == '\t')
                for (const char *c = cell; *c; c++)
                    g3_buffer_append_text(&lines, *c == '\t' ? "\\t" : "\\\"");
            else
                g3_buffer_append_text(&lines, cell);
            g3_buffer_append_char(&lines, '"');
        }
        g3_buffer_append_text(&lines, "}\n");
    }
    check_round_trip(&lines, G3_FORMAT_CSV, G3_KIND_RAW);
    check_round_trip(&lines, G3_FORMAT_TSV, G3_KIND_RAW);
    g3_buffer_free(&lines);
}
