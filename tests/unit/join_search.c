/* The search for many keys, compared with looking for each of them. */
#include "../support/chance.h"
#include "g3/join/search.h"
#include <criterion/criterion.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

/* Adds a row whose key is `key`. */
static void add_key(g3_join_chunk *chunk, uint64_t number, g3_view key)
{
    size_t place = g3_join_chunk_begin_row(chunk, number, 0, number);
    g3_buffer_append(&chunk->rows, key);
    g3_join_chunk_end_part(chunk, place, G3_JOIN_KEY);
    cr_assert(g3_join_chunk_end_row(chunk, place, 0));
}

/* A random text of few letters, so that keys occur in texts. */
static size_t make_text(test_chance *chance, char *space, size_t most)
{
    size_t length = choose(chance, most + 1);
    for (size_t i = 0; i < length; i++)
        space[i] = "ab1-"[choose(chance, 4)];
    return length;
}

static bool is_word(char c)
{
    return isalnum((unsigned char)c);
}

/* How often `key` occurs in the text. */
static size_t count_key(g3_view key, g3_view text, bool boundary)
{
    size_t count = 0;
    for (size_t at = 0; at + key.length <= text.length; at++) {
        size_t end = at + key.length;
        bool goes_on = (at > 0 && is_word(text.data[at - 1])) ||
                       (end < text.length && is_word(text.data[end]));
        count += memcmp(text.data + at, key.data, key.length) == 0 && !(boundary && goes_on);
    }
    return count;
}

/* Looks for `count` random keys, the lengths among them chosen by `lengths`, in random texts. */
static void try_keys(test_chance *chance, size_t count, const size_t *lengths, size_t length_count)
{
    enum { LONGEST = 100, TEXT = 300 };
    g3_join_table table = {0};
    g3_join_chunk *chunk = g3_join_chunk_open(10000);
    char space[TEXT + G3_SEARCH_READS];
    for (size_t i = 0; i < count; i++) {
        size_t length = lengths[choose(chance, length_count)];
        while (make_text(chance, space, LONGEST) < length)
            ;
        add_key(chunk, i, (g3_view){space, length});
    }
    g3_join_table_take(&table, chunk);
    g3_join_table_build(&table);
    bool boundary = choose(chance, 2);
    g3_search *search = g3_search_open(&table, boundary);
    for (size_t turn = 0; turn < 20; turn++) {
        g3_view text = {space, make_text(chance, space, TEXT)};
        g3_join_row *const *found;
        size_t all = g3_search_find(search, text, &found), expected = 0, checked = 0;
        const g3_join_row *row = (const g3_join_row *)(const void *)chunk->rows.data;
        for (size_t i = 0; i < count; i++, row = g3_join_row_after(row)) {
            g3_view key = g3_join_row_part(row, G3_JOIN_KEY);
            if (key.length == 0 || g3_join_table_find(&table, key, row->hash) != row)
                continue; /* one of equal keys stands for all */
            size_t times = 0, here = count_key(key, text, boundary);
            for (size_t k = 0; k < all; k++)
                times += found[k] == row;
            cr_assert_eq(times, here, "\"%.*s\" in \"%.*s\": %zu times, not %zu", (int)key.length,
                         key.data, (int)text.length, text.data, times, here);
            expected += here;
            checked += times;
        }
        cr_assert_eq(all, expected);
        cr_assert_eq(checked, expected);
    }
    g3_search_close(search);
    g3_join_table_clear(&table);
}

Test(search, finds_all_keys_of_one_length)
{
    test_chance chance = {3};
    for (size_t length = 1; length <= 40; length++)
        for (size_t turn = 0; turn < 2; turn++)
            try_keys(&chance, 1 + choose(&chance, 60), &length, 1);
}

Test(search, finds_all_keys_of_many_lengths)
{
    test_chance chance = {4};
    size_t lengths[60];
    for (size_t turn = 0; turn < 80; turn++) {
        size_t count = 1 + choose(&chance, 60);
        for (size_t i = 0; i < count; i++)
            lengths[i] = choose(&chance, 3) ? choose(&chance, 20) : choose(&chance, 80);
        try_keys(&chance, choose(&chance, 100), lengths, count);
    }
}

/* Keys that begin and end alike, longer than a window: what tells them apart is in the middle. */
Test(search, tells_long_keys_apart_in_the_middle)
{
    enum { KEYS = 5000 };
    g3_join_table table = {0};
    g3_join_chunk *chunk = g3_join_chunk_open(10000);
    char key[64];
    for (uint64_t i = 0; i < KEYS; i++) {
        snprintf(key, sizeof key, "all-of-them-begin-so-%08llu-and-end-in-the-same",
                 (unsigned long long)i);
        add_key(chunk, i, g3_view_of(key));
    }
    g3_join_table_take(&table, chunk);
    g3_join_table_build(&table);
    cr_assert_eq(table.key_count, KEYS);
    g3_search *search = g3_search_open(&table, false);
    for (uint64_t i = 0; i < 2 * KEYS; i++) {
        char text[128];
        g3_join_row *const *found;
        snprintf(text, sizeof text,
                 "s3://bucket/all-of-them-begin-so-%08llu-and-end-in-the-same.cram",
                 (unsigned long long)i);
        size_t count = g3_search_find(search, g3_view_of(text), &found);
        cr_assert_eq(count, i < KEYS);
        cr_assert(count == 0 || found[0]->number == i);
    }
    g3_search_close(search);
    g3_join_table_clear(&table);
}

Test(search, without_keys_finds_nothing)
{
    g3_join_table table = {0};
    g3_join_row *const *found;
    char text[64] = "anything";
    g3_join_table_build(&table);
    g3_search *search = g3_search_open(&table, false);
    cr_expect_eq(g3_search_find(search, g3_view_of(text), &found), 0);
    cr_expect_eq(g3_search_find(search, (g3_view){"", 0}, &found), 0);
    g3_search_close(search);
    g3_search_close(NULL);
    g3_join_table_clear(&table);
}
