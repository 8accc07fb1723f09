/* The row reader, against gold rows, the naive reader and libcsv; and its limits. */
#include "../support/chance.h"
#include "../support/naive_rows.h"
#include "g3/base/memory.h"
#include "g3/table/scan.h"
#include <criterion/criterion.h>
#include <csv.h>
#include <stdio.h>
#include <stdlib.h>
#include <zstd.h>

/* Rows as text: `cell|cell` and a line feed each; a bad one as `!line`. */
static void append_rows(g3_buffer *out, g3_source *source, char delimiter, g3_view begun)
{
    g3_row_reader *reader = g3_row_reader_open(source, delimiter, begun);
    g3_row row;
    const char *reason = NULL;
    g3_error error;
    g3_next next;
    while ((next = g3_row_reader_next(reader, &row, &reason, &error)) < G3_NEXT_END) {
        if (next == G3_NEXT_BAD)
            g3_buffer_append_format(out, "!%d", (int)row.line);
        for (size_t i = 0; next == G3_NEXT_ITEM && i < row.count; i++) {
            g3_buffer_append(out, i ? G3_VIEW("|") : (g3_view){0});
            g3_buffer_append(out, row.cells[i]);
        }
        g3_buffer_append_char(out, '\n');
    }
    if (next == G3_NEXT_ERROR)
        g3_buffer_append_format(out, "error: %s\n", error.message);
    g3_row_reader_close(reader);
}

static void check_rows(g3_view file, char delimiter, const char *expected)
{
    g3_buffer out = {0};
    g3_source *source = g3_source_open_memory("m.csv", file);
    append_rows(&out, source, delimiter, (g3_view){0});
    cr_assert_str_eq(g3_buffer_text(&out), expected, "%.*s", (int)file.length, file.data);
    g3_source_close(source);
    g3_buffer_free(&out);
}

static void check_csv(const char *file, const char *expected)
{
    check_rows(g3_view_of(file), ',', expected);
}

Test(rows, follow_the_rules)
{
    check_csv("a,b\nc,d\n", "a|b\nc|d\n");
    check_csv("a,b\r\nc,d\r\n", "a|b\nc|d\n");
    check_csv("a,b\rc,d\r", "a|b\nc|d\n");
    check_csv("a,b\nc,d", "a|b\nc|d\n");
    check_csv("", "");
    check_csv("\n\r\n\r\r\n", "");
    check_csv("\na\n\n\nb\r\r\rc\r\n\r\nd", "a\nb\nc\nd\n");
    check_csv(",\n,,", "|\n||\n");
    check_csv(" \n a , b \n", " \n a | b \n");
    check_csv("\"\"\n\"\",\"\"", "\n|\n");
    check_csv("\"a\",\"b c\"\n", "a|b c\n");
    check_csv("\"a,b\",\"c\"\"d\",\"\"\"\"\n", "a,b|c\"d|\"\n");
    check_csv("\"a\nb\",c\n\"d\r\ne\rf\"\n", "a\nb|c\nd\r\ne\rf\n");
    check_csv("a\"b\",5\" disk,\"\n\"\n", "a\"b\"|5\" disk|\n\n");
    check_csv(" \"a\",b\n", " \"a\"|b\n");
    check_csv("\"a\"b,\"c\" \"d\"\"\",\"\"e\n", "ab|c \"d\"\"\"|e\n");
    check_rows(G3_VIEW("a\tb,c\t\"d\te\"\n"), '\t', "a|b,c|d\te\n");
}

Test(rows, skip_a_byte_order_mark_at_the_very_beginning_only)
{
    check_csv("\xef\xbb\xbf"
              "a,b\n",
              "a|b\n");
    check_csv("\xef\xbb\xbf\"a,b\"\n", "a,b\n");
    check_csv("\xef\xbb\xbf\n\"a\"", "a\n");
    check_csv("\xef\xbb\xbf", "");
    check_csv("\xef\xbb", "\xef\xbb\n");
    check_csv("a\n\xef\xbb\xbf\"b\"\n", "a\n\xef\xbb\xbf\"b\"\n");
}

Test(rows, cost_one_line_for_a_stray_quote)
{
    check_csv("a,\"b\nc,d\ne,f\n", "!1\nc|d\ne|f\n");
    check_csv("a\n\"", "a\n!2\n");
    check_csv("a\n\"b\r\nc\r\n", "a\n!2\nc\n");
    check_csv("a,\"b\rc,d\n\"\"\n", "!1\nc|d\n\n");
    /* Behind it, quotes must close on their line. */
    check_csv("a\",\"b\nc\",\"d\ne\nf\n", "!1\n!2\ne\nf\n");
}

Test(rows, number_the_files_lines)
{
    static const char TEXT[] = "a\r\n\r\n\"b\r\nc\rd\n\n\"\n\"e\"\r\rf\n\"g\nh";
    static const uint64_t LINES[] = {1, 3, 8, 10, 11, 12};
    g3_source *source = g3_source_open_memory("m.csv", g3_view_of(TEXT));
    g3_row_reader *reader = g3_row_reader_open(source, ',', (g3_view){0});
    g3_row row;
    const char *reason;
    g3_error error;
    for (size_t i = 0; i < 6; i++) {
        cr_assert_eq(g3_row_reader_next(reader, &row, &reason, &error),
                     i == 4 ? G3_NEXT_BAD : G3_NEXT_ITEM);
        cr_expect_eq(row.line, LINES[i], "row %zu: line %d", i, (int)row.line);
    }
    cr_assert_eq(g3_row_reader_next(reader, &row, &reason, &error), G3_NEXT_END);
    g3_row_reader_close(reader);
    g3_source_close(source);
}

/* A few bytes, mostly those that mean something. */
static size_t make_soup(test_chance *chance, char *file, size_t most)
{
    static const char *const PIECES[] = {
        "a",
        "b",
        ",",
        ",",
        "\"",
        "\"",
        "\"\"",
        "\n",
        "\r",
        "\r\n",
        "\t",
        " ",
        "\\",
        "\xc3\xbc",
        "\xff",
        "abcdefghijklmnopqrstuvwxyz0123456789",
        ",\"",
        "\",\"",
        "\"\n\"",
        ",,,,,,,,",
        "\xef\xbb\xbf",
    };
    size_t length = 0, wanted = choose(chance, most);
    size_t kinds = 1 + choose(chance, sizeof PIECES / sizeof *PIECES); /* some files are dull */
    while (length < wanted) {
        size_t piece = choose(chance, kinds + 1);
        if (piece == kinds) {
            file[length++] = '\0';
        } else {
            size_t size = strlen(PIECES[piece]);
            memcpy(file + length, PIECES[piece], size);
            length += size;
        }
    }
    return length;
}

/* Longest piece that make_soup() adds. */
#define LONGEST_PIECE 64

/* Packs each `step` bytes as a frame of their own: a source then gives them one frame a read. */
static g3_buffer pack_in_steps(g3_view file, size_t step)
{
    g3_buffer packed = {0};
    for (size_t at = 0; at < file.length; at += step) {
        size_t size = file.length - at < step ? file.length - at : step;
        size_t room = ZSTD_compressBound(size);
        packed.length +=
            ZSTD_compress(g3_buffer_reserve(&packed, room), room, file.data + at, size, 1);
    }
    return packed;
}

Test(rows, come_in_the_steps_that_the_tests_below_rely_on)
{
    char space[16];
    size_t got;
    g3_buffer packed = pack_in_steps(G3_VIEW("abcdefg"), 3);
    g3_source *source = g3_source_open_memory("m.csv", g3_buffer_view(&packed));
    static const size_t SIZES[] = {3, 3, 1, 0};
    for (size_t i = 0; i < 4; i++) {
        cr_assert(g3_source_read(source, space, sizeof space, &got, NULL));
        cr_assert_eq(got, SIZES[i]);
    }
    g3_source_close(source);
    g3_buffer_free(&packed);
}

static void check_naive(g3_view file, size_t begun, size_t step, char delimiter)
{
    char space[128];
    g3_view rest = {file.data + begun, file.length - begun};
    g3_buffer packed = step ? pack_in_steps(rest, step) : (g3_buffer){0};
    g3_source *source = g3_source_open_memory("soup", step ? g3_buffer_view(&packed) : rest);
    const char *difference = naive_compare(file, begun, source, delimiter, space, sizeof space);
    cr_assert_null(difference, "%s; begun %zu, step %zu, delimiter %d: %.*s", difference, begun,
                   step, delimiter, (int)file.length, file.data);
    g3_source_close(source);
    g3_buffer_free(&packed);
}

static void check_soups(uint64_t seed, int rounds)
{
    static const size_t STEPS[] = {0, 1, 7, 63, 64, 65, 0};
    test_chance chance = {seed};
    char file[700 + LONGEST_PIECE];
    for (int i = 0; i < rounds; i++) {
        g3_view soup = {file, make_soup(&chance, file, i % 3 ? 120 : 700)};
        size_t begun = soup.length && i % 2 ? choose(&chance, soup.length) : 0;
        check_naive(soup, begun, STEPS[(size_t)i % 7], i % 5 ? ',' : '\t');
    }
}

Test(rows, agree_with_the_naive_reader_on_anything)
{
    check_soups(1, test_rounds(20000));
}

Test(rows, agree_with_the_naive_reader_with_every_kind_of_scan)
{
    const g3_scan *scans[G3_SCAN_KINDS];
    size_t count = g3_scan_list(scans);
    for (size_t i = 0; i < count; i++) {
        setenv("G3_SCAN", scans[i]->name, 1);
        check_soups(2, test_rounds(5000));
    }
}

/* Rows of many windows' lengths: the window moves and grows in the middle of cells. */
Test(rows, agree_with_the_naive_reader_on_long_rows)
{
    test_chance chance = {3};
    g3_buffer file = {0};
    char piece[700 + LONGEST_PIECE];
    for (int i = 0; i < 12; i++) {
        size_t wanted = choose(&chance, (size_t)1 << (10 + i));
        for (size_t begin = file.length; file.length - begin < wanted;) {
            size_t length = make_soup(&chance, piece, 700);
            g3_buffer_append_char(&file, '"'); /* so that most of it is one row */
            for (size_t at = 0; at < length; at++) {
                g3_buffer_append_char(&file, piece[at]);
                if (piece[at] == '"')
                    g3_buffer_append_char(&file, '"');
            }
            g3_buffer_append(&file, G3_VIEW("\","));
        }
        g3_buffer_append_char(&file, '\n');
    }
    check_naive(g3_buffer_view(&file), 0, 0, ',');
    check_naive(g3_buffer_view(&file), 1, 50021, ',');
    g3_buffer_free(&file);
}

/* libcsv and we agree on cells that are well formed: quotes closed, nothing between the closing one
 * and the delimiter. (libcsv takes a quote that something else follows for data inside the quotes,
 * and gives what an open quote holds as a cell.) With a "blank" that no byte is, it does not trim
 * cells either. */
static void append_well_formed_cell(test_chance *chance, g3_buffer *file)
{
    static const char PLAIN[] = "abc \t\"'\\x{}[]:\xc3\xbc\xff\0\1",
                      INSIDE[] = "abc, \t\r\n'\\{}\xc3\xbc\0,";
    size_t begin = file->length, length = choose(chance, choose(chance, 8) ? 9 : 90);
    if (choose(chance, 2)) {
        for (; length && choose(chance, 40); length--) {
            char c = PLAIN[choose(chance, sizeof PLAIN - 1)];
            if (c != '"' || file->length > begin)
                g3_buffer_append_char(file, c);
        }
        return;
    }
    g3_buffer_append_char(file, '"');
    for (; length; length--) {
        if (choose(chance, 12) == 0)
            g3_buffer_append(file, G3_VIEW("\"\""));
        else
            g3_buffer_append_char(file, INSIDE[choose(chance, sizeof INSIDE - 1)]);
    }
    g3_buffer_append_char(file, '"');
}

static void make_well_formed(test_chance *chance, g3_buffer *file)
{
    static const char *const ENDS[] = {"\n", "\r\n", "\r", "\n\n", "\r\n\r\n"};
    size_t rows = choose(chance, 12), columns = 1 + choose(chance, 6);
    for (size_t i = 0; i < rows; i++) {
        for (size_t column = 0; column < columns; column++) {
            if (column)
                g3_buffer_append_char(file, ',');
            append_well_formed_cell(chance, file);
        }
        if (i + 1 < rows || choose(chance, 2))
            g3_buffer_append_text(file, ENDS[choose(chance, 5)]);
    }
}

static void take_cell(void *text, size_t length, void *context)
{
    g3_buffer *out = context;
    if (out->length && out->data[out->length - 1] != '\n')
        g3_buffer_append_char(out, '|');
    g3_buffer_append_char(out, '[');
    g3_buffer_append(out, (g3_view){text, length});
}

static void take_row(int end, void *context)
{
    (void)end;
    g3_buffer_append((g3_buffer *)context, G3_VIEW("]\n"));
}

static int is_never_blank(unsigned char c)
{
    (void)c;
    return 0;
}

static void append_rows_of_libcsv(g3_buffer *out, g3_view file)
{
    struct csv_parser parser;
    cr_assert_eq(csv_init(&parser, 0), 0);
    csv_set_space_func(&parser, is_never_blank);
    cr_assert_eq(csv_parse(&parser, file.data, file.length, take_cell, take_row, out), file.length);
    cr_assert_eq(csv_fini(&parser, take_cell, take_row, out), 0);
    csv_free(&parser);
}

static void append_rows_of_ours(g3_buffer *out, g3_view file)
{
    g3_source *source = g3_source_open_memory("m.csv", file);
    g3_row_reader *reader = g3_row_reader_open(source, ',', (g3_view){0});
    g3_row row;
    const char *reason;
    g3_next next;
    while ((next = g3_row_reader_next(reader, &row, &reason, NULL)) == G3_NEXT_ITEM) {
        for (size_t i = 0; i < row.count; i++)
            take_cell((void *)(uintptr_t)row.cells[i].data, row.cells[i].length, out);
        take_row('\n', out);
    }
    cr_assert_eq(next, G3_NEXT_END);
    g3_row_reader_close(reader);
    g3_source_close(source);
}

/* For messages: NUL made visible. */
static const char *show(g3_buffer *text)
{
    for (size_t i = 0; i < text->length; i++)
        if (text->data[i] == '\0')
            text->data[i] = '@';
    return g3_buffer_text(text);
}

Test(rows, agree_with_libcsv_on_well_formed_files)
{
    test_chance chance = {4};
    g3_buffer file = {0}, theirs = {0}, ours = {0};
    for (int i = 0; i < 5000; i++) {
        g3_buffer_clear(&file);
        g3_buffer_clear(&theirs);
        g3_buffer_clear(&ours);
        make_well_formed(&chance, &file);
        append_rows_of_libcsv(&theirs, g3_buffer_view(&file));
        append_rows_of_ours(&ours, g3_buffer_view(&file));
        cr_assert(g3_view_equal(g3_buffer_view(&ours), g3_buffer_view(&theirs)),
                  "%d:\n%s\nlibcsv:\n%s\nours:\n%s", i, show(&file), show(&theirs), show(&ours));
    }
    g3_buffer_free(&file);
    g3_buffer_free(&theirs);
    g3_buffer_free(&ours);
}

static void append_many(g3_buffer *file, char byte, size_t count)
{
    memset(g3_buffer_reserve(file, count), byte, count);
    file->length += count;
}

/* Reads all rows of a file whose good ones begin with "good".
 * @param first_bad  line of the first bad row, 0 if there is none */
static void count_rows(g3_buffer *file, uint64_t *good, uint64_t *bad, uint64_t *first_bad)
{
    g3_source *source = g3_source_open_memory("m.csv", g3_buffer_view(file));
    g3_row_reader *reader = g3_row_reader_open(source, ',', (g3_view){0});
    g3_row row;
    const char *reason;
    g3_next next;
    *good = *bad = *first_bad = 0;
    while ((next = g3_row_reader_next(reader, &row, &reason, NULL)) < G3_NEXT_END) {
        if (next == G3_NEXT_BAD && ++*bad == 1)
            *first_bad = row.line;
        if (next == G3_NEXT_BAD)
            cr_assert_leq(row.text.length, G3_BAD_ROW_TEXT);
        if (next == G3_NEXT_ITEM && g3_view_starts_with(row.cells[0], G3_VIEW("good")))
            ++*good;
    }
    cr_assert_eq(next, G3_NEXT_END);
    g3_row_reader_close(reader);
    g3_source_close(source);
    g3_buffer_free(file);
}

Test(rows, may_have_cells_up_to_the_limit)
{
    uint64_t good, bad, first_bad;
    for (int quoted = 0; quoted < 2; quoted++) {
        g3_buffer file = {0};
        for (size_t over = 0; over < 2; over++) {
            g3_buffer_append_text(&file, quoted ? "good,\"" : "good,");
            append_many(&file, 'x', G3_CELL_LIMIT + over);
            g3_buffer_append_text(&file, quoted ? "\"\ngood\n" : "\ngood\n");
        }
        count_rows(&file, &good, &bad, &first_bad);
        cr_expect_eq(good, 3);
        cr_expect_eq(bad, 1);
        cr_expect_eq(first_bad, 3);
    }
}

Test(rows, may_be_as_long_as_the_limit)
{
    uint64_t good, bad, first_bad;
    g3_buffer file = {0};
    for (size_t over = 0; over < 2; over++) {
        g3_buffer_append_text(&file, "good,");
        append_many(&file, 'x', G3_ROW_LIMIT / 2);
        g3_buffer_append_char(&file, ',');
        append_many(&file, 'x', G3_ROW_LIMIT - G3_ROW_LIMIT / 2 - 6 + over);
        g3_buffer_append_text(&file, "\ngood\n");
    }
    count_rows(&file, &good, &bad, &first_bad);
    cr_expect_eq(good, 3);
    cr_expect_eq(bad, 1);
    cr_expect_eq(first_bad, 3);
}

Test(rows, go_on_behind_a_line_without_end)
{
    uint64_t good, bad, first_bad;
    g3_buffer file = {0};
    g3_buffer_append_text(&file, "good\n\"");
    append_many(&file, 'x', G3_ROW_LIMIT + 3000000);
    g3_buffer_append_text(&file, "\r\ngood\r\n");
    count_rows(&file, &good, &bad, &first_bad);
    cr_expect_eq(good, 2);
    cr_expect_eq(bad, 1);
    cr_expect_eq(first_bad, 2);
}

Test(rows, lose_one_line_to_a_quote_that_is_open_for_megabytes)
{
    uint64_t good, bad, first_bad, lines = 0;
    g3_buffer file = {0};
    g3_buffer_append_text(&file, "good\n\"stray\n");
    for (; file.length < G3_ROW_LIMIT + 2000000; lines++)
        g3_buffer_append_text(&file, "good,some cell,another cell,\n");
    g3_buffer_append_text(&file, "good,\"two\nlines\"\n");
    count_rows(&file, &good, &bad, &first_bad);
    cr_expect_eq(good, lines + 2);
    cr_expect_eq(bad, 1);
    cr_expect_eq(first_bad, 2);
}

/* Each line leaves a quote open that the next one closes: no row ever ends. Trying each line to the
 * limit would take hours. */
Test(rows, give_up_a_file_out_of_step_in_linear_time)
{
    uint64_t good, bad, first_bad, lines = 0;
    g3_buffer file = {0};
    for (; file.length < G3_ROW_LIMIT + 2000000; lines++)
        g3_buffer_append_text(&file,
                              "guid\",\"0123456789abcdef0123456789abcdef\",\"name of a file\n");
    count_rows(&file, &good, &bad, &first_bad);
    cr_expect_eq(good, 0);
    cr_expect_eq(bad, lines);
    cr_expect_eq(first_bad, 1);
}

Test(rows, may_have_cells_in_millions)
{
    uint64_t good, bad, first_bad;
    g3_buffer file = {0};
    for (size_t over = 0; over < 2; over++) {
        g3_buffer_append_text(&file, "good");
        append_many(&file, ',', G3_ROW_CELLS_LIMIT - 1 + over);
        g3_buffer_append_text(&file, "\ngood\n");
    }
    count_rows(&file, &good, &bad, &first_bad);
    cr_expect_eq(good, 3);
    cr_expect_eq(bad, 1);
    cr_expect_eq(first_bad, 3);
}

Test(rows, end_with_the_sources_error)
{
    g3_buffer out = {0}, packed = pack_in_steps(G3_VIEW("a,b\nc,d\ne,f\n"), 8);
    packed.length -= 3;
    g3_source *source = g3_source_open_memory("m.csv.zst", g3_buffer_view(&packed));
    append_rows(&out, source, ',', (g3_view){0});
    cr_expect_str_eq(g3_buffer_text(&out),
                     "a|b\nc|d\nerror: m.csv.zst: the zstd data is cut off: get the file again\n");
    g3_source_close(source);
    g3_buffer_free(&packed);
    g3_buffer_free(&out);
}

Test(cells, are_quoted_where_they_must_be)
{
    static const struct {
        const char *cell;
        char delimiter;
        bool alone;
        const char *expected;
    } CASES[] = {
        {"a b", ',', false, "a b"},       {"", ',', false, ""},
        {"", ',', true, "\"\""},          {"a,b", ',', false, "\"a,b\""},
        {"a,b", '\t', false, "a,b"},      {"a\tb", '\t', true, "\"a\tb\""},
        {"\"", ',', false, "\"\"\"\""},   {"a\"b\"", ',', false, "\"a\"\"b\"\"\""},
        {"a\nb", ',', false, "\"a\nb\""}, {"a\rb", ',', false, "\"a\rb\""},
    };
    g3_buffer out = {0};
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        g3_buffer_clear(&out);
        g3_cell_append(&out, g3_view_of(CASES[i].cell), CASES[i].delimiter, CASES[i].alone);
        cr_expect_str_eq(g3_buffer_text(&out), CASES[i].expected);
    }
    g3_buffer_free(&out);
}

Test(cells, come_back_as_they_were_written)
{
    test_chance chance = {6};
    char cell[120 + LONGEST_PIECE];
    g3_buffer file = {0}, cells = {0}, out = {0};
    for (int i = 0; i < 300; i++) {
        size_t columns = 1 + choose(&chance, 5);
        for (size_t column = 0; column < columns; column++) {
            g3_view text = {cell, make_soup(&chance, cell, 120)};
            if (i == 0) /* what begins with a byte-order mark is not what is tested here */
                text.length = 0;
            g3_buffer_append(&file, column ? G3_VIEW(",") : (g3_view){0});
            g3_cell_append(&file, text, ',', columns == 1);
            g3_buffer_append(&cells, column ? G3_VIEW("|") : (g3_view){0});
            g3_buffer_append(&cells, text);
        }
        g3_buffer_append(&file, G3_VIEW("\n"));
        g3_buffer_append(&cells, G3_VIEW("\n"));
    }
    g3_source *source = g3_source_open_memory("m.csv", g3_buffer_view(&file));
    append_rows(&out, source, ',', (g3_view){0});
    cr_expect(g3_view_equal(g3_buffer_view(&out), g3_buffer_view(&cells)));
    g3_source_close(source);
    g3_buffer_free(&file);
    g3_buffer_free(&cells);
    g3_buffer_free(&out);
}
