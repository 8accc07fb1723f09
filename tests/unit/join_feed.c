/* A manifest read in pieces by several threads gives what one thread reads in one go. */
#include "../support/chance.h"
#include "g3/join/feed.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* What cells and line ends are made of: quotes that close and such that don't, line ends in cells,
 * bytes that are not UTF-8. */
static const char *const PIECES[] = {
    "a",           "bc",      "\"d\"",    "\"e\nf\"", "\"g\r\nh\"",
    "\"i\"\"\n\"", "j\"k",    "\xc3\xa9", "",         "a long cell, ",
    " ",           "\"m,n\"", "0"};
#define PIECE_COUNT (sizeof PIECES / sizeof *PIECES)
static const char *const ENDS[] = {"\n", "\n", "\n", "\r\n", "\r\n", "\r", "\n\n", "\r\n\r\n"};
#define END_COUNT (sizeof ENDS / sizeof *ENDS)

static void make_manifest(test_chance *chance, g3_buffer *text)
{
    size_t rows = choose(chance, choose(chance, 4) ? 60 : 600), end = choose(chance, END_COUNT + 1);
    size_t rarity = 1 + choose(chance, 200);
    g3_buffer_append_text(text, "guid,key,other\n");
    for (size_t i = 0; i < rows; i++) {
        size_t cells = choose(chance, 20) ? 3 : 1 + choose(chance, 4);
        for (size_t cell = 0; cell < cells; cell++) {
            if (cell)
                g3_buffer_append_char(text, ',');
            if (choose(chance, rarity) == 0) /* what makes a bad row */
                g3_buffer_append_text(text, choose(chance, 2) ? "\"never closed" : "\xff");
            else
                g3_buffer_append_text(text, PIECES[choose(chance, PIECE_COUNT)]);
        }
        if (i + 1 < rows || choose(chance, 2))
            g3_buffer_append_text(text, ENDS[end < END_COUNT ? end : choose(chance, END_COUNT)]);
    }
}

static void write_file(const char *path, const g3_buffer *text)
{
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    cr_assert_eq(fwrite(text->data, 1, text->length, file), text->length);
    cr_assert_eq(fclose(file), 0);
}

static void append_row(g3_buffer *rows, const g3_join_row *row)
{
    for (int part = 0; part < G3_JOIN_PARTS; part++) {
        g3_view view = g3_join_row_part(row, (g3_join_part)part);
        g3_buffer_append_format(rows, "[%.*s]", (int)view.length, view.data);
    }
    g3_buffer_append_char(rows, '\n');
}

/* A stage (g3_feed_stage): tells rows, but not those of some keys. */
static bool tell(const void *context, g3_join_chunk *chunk)
{
    const size_t *lengths = context; /* of the key of rows that are not told */
    const g3_join_row *row = (const g3_join_row *)(const void *)chunk->rows.data;
    for (; chunk->count && row->lengths[G3_JOIN_KEY] != *lengths;
         row = g3_join_row_after(row), chunk->count--, chunk->told.rows++)
        append_row(&chunk->told.files[0], row);
    g3_buffer_drop_front(&chunk->rows, (size_t)((const char *)row - chunk->rows.data));
    return chunk->count == 0;
}

/* Appends what a chunk holds, and checks that the rows' numbers ascend. */
static void append_chunk(const g3_join_chunk *chunk, g3_buffer *rows, g3_buffer *bad,
                         uint64_t *number, bool *any)
{
    const g3_join_row *row = (const g3_join_row *)(const void *)chunk->rows.data;
    for (size_t i = 0; i < chunk->count; i++, row = g3_join_row_after(row)) {
        cr_assert(!*any || row->number > *number);
        *number = row->number;
        *any = true;
        append_row(rows, row);
    }
    for (size_t i = 0; i < chunk->bad_count; i++)
        g3_buffer_append_format(bad, "%llu: %s: %.*s\n", (unsigned long long)chunk->bad[i].line,
                                chunk->bad[i].reason, (int)chunk->bad[i].text.length,
                                chunk->bad[i].text.data);
}

/* All that a feed gives, as text.
 * @param not_told  has rows told but those whose key is so long; NULL: none is told */
static void read_feed(const char *path, size_t chunk_size, size_t threads, const size_t *not_told,
                      g3_buffer *rows, g3_buffer *bad)
{
    static const g3_view KEY = {"key", 3}, ALL[] = {{"guid", 4}, {"key", 3}, {"other", 5}};
    g3_manifest_options options = {.kind = G3_KIND_RAW, .format = G3_FORMAT_CSV};
    g3_join_recipe recipe = {
        .keys = &KEY,
        .key_count = 1,
        .text = {
            .columns = ALL, .count = 3, .whole = true, .format = G3_FORMAT_TSV, .delimiter = '\t'}};
    g3_error error;
    g3_join_chunk *chunk;
    uint64_t number = 0;
    bool any = false;
    g3_join_input *input = g3_join_input_open(&path, 1, &options, &error);
    cr_assert_not_null(input, "%s", error.message);
    cr_assert(g3_join_input_prepare(input, &recipe, &error));
    g3_feed *feed = g3_feed_open(input, chunk_size, 1, threads);
    if (not_told)
        g3_feed_set_stage(feed, tell, not_told);
    for (;;) {
        cr_assert(g3_feed_next(feed, &chunk, &error), "%s", error.message);
        if (!chunk)
            break;
        g3_buffer_append(rows, g3_buffer_view(&chunk->told.files[0]));
        append_chunk(chunk, rows, bad, &number, &any);
        g3_feed_give_back(feed, chunk);
    }
    g3_buffer_append_format(rows, "%llu rows, %llu padded\n",
                            (unsigned long long)g3_feed_rows(feed),
                            (unsigned long long)g3_feed_padded(feed));
    g3_feed_close(feed);
}

Test(feed, in_pieces_gives_what_reading_in_one_go_does)
{
    char path[] = "/tmp/g3-feed-XXXXXX";
    test_chance chance = {1};
    close(mkstemp(path));
    for (int round = 0; round < test_rounds(400); round++) {
        g3_buffer text = {0}, rows[2] = {{0}, {0}}, bad[2] = {{0}, {0}};
        make_manifest(&chance, &text);
        write_file(path, &text);
        size_t not_told = choose(&chance, 10);
        read_feed(path, 256, 1, NULL, &rows[0], &bad[0]);
        read_feed(path, 1 + choose(&chance, 300), 2 + choose(&chance, 3),
                  choose(&chance, 2) ? &not_told : NULL, &rows[1], &bad[1]);
        cr_assert_str_eq(g3_buffer_text(&rows[1]), g3_buffer_text(&rows[0]), "round %d", round);
        cr_assert_str_eq(g3_buffer_text(&bad[1]), g3_buffer_text(&bad[0]), "round %d", round);
        for (int i = 0; i < 2; i++) {
            g3_buffer_free(&rows[i]);
            g3_buffer_free(&bad[i]);
        }
        g3_buffer_free(&text);
    }
    unlink(path);
}

/* Where a quote stays open for as long as a row may be, rows that begin in what was read in vain
 * must close theirs on their own line: whichever piece they are in. */
Test(feed, in_pieces_knows_what_was_read_in_vain)
{
    if (test_rounds(2) < 2)
        return; /* 24 MiB byte by byte: without checkers only, which see all of this code in the
                   others */
    char path[] = "/tmp/g3-feed-XXXXXX";
    g3_buffer text = {0}, rows[2] = {{0}, {0}}, bad[2] = {{0}, {0}};
    close(mkstemp(path));
    g3_buffer_append_text(&text, "guid,key,other\n\"never closed\n");
    while (text.length < G3_ROW_LIMIT)
        g3_buffer_append_text(&text,
                              "a,a rather long key of some bytes,another cell of some more\n");
    g3_buffer_append_text(&text, "x,y,\"on two\nlines\"\nb,k,c\nb,k,\"on two\nlines\"\n");
    write_file(path, &text);
    read_feed(path, 1 << 20, 1, NULL, &rows[0], &bad[0]);
    read_feed(path, 1 << 20, 3, NULL, &rows[1], &bad[1]);
    cr_assert_not_null(strstr(g3_buffer_text(&bad[0]), "on two"));
    cr_assert(strcmp(g3_buffer_text(&rows[1]), g3_buffer_text(&rows[0])) == 0);
    cr_assert(strcmp(g3_buffer_text(&bad[1]), g3_buffer_text(&bad[0])) == 0);
    for (int i = 0; i < 2; i++) {
        g3_buffer_free(&rows[i]);
        g3_buffer_free(&bad[i]);
    }
    g3_buffer_free(&text);
    unlink(path);
}

/* Whoever stops in the middle leaves no thread and no memory behind. */
Test(feed, can_be_left)
{
    char path[] = "/tmp/g3-feed-XXXXXX";
    test_chance chance = {2};
    static const g3_view KEY = {"key", 3};
    close(mkstemp(path));
    for (int round = 0; round < 50; round++) {
        const char *paths[] = {path};
        g3_manifest_options options = {.kind = G3_KIND_RAW};
        g3_join_recipe recipe = {.keys = &KEY, .key_count = 1};
        g3_error error;
        g3_join_chunk *chunk = NULL;
        g3_buffer text = {0};
        make_manifest(&chance, &text);
        write_file(path, &text);
        g3_join_input *input = g3_join_input_open(paths, 1, &options, &error);
        cr_assert_not_null(input);
        cr_assert(g3_join_input_prepare(input, &recipe, &error));
        size_t not_told = 3;
        g3_feed *feed = g3_feed_open(input, 100, 1, 3);
        if (choose(&chance, 2))
            g3_feed_set_stage(feed, tell, &not_told);
        for (size_t left = choose(&chance, 5); left; left--) {
            cr_assert(g3_feed_next(feed, &chunk, &error));
            g3_join_chunk_close(chunk);
        }
        g3_feed_close(feed);
        g3_buffer_free(&text);
    }
    unlink(path);
}
