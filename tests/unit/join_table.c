/* Rows found by their keys, however many were expected. */
#include "../support/chance.h"
#include "g3/base/hash.h"
#include "g3/join/table.h"
#include <criterion/criterion.h>
#include <stdio.h>

#define KEYS ((size_t)300)

/* Appends a row with that key; NO_KEY: none. */
#define NO_KEY KEYS
static void append_row(g3_join_chunk *chunk, size_t key, uint64_t number, uint16_t flags)
{
    char text[32];
    size_t place = g3_join_chunk_begin_row(chunk, number, 0, number);
    if (key != NO_KEY) {
        snprintf(text, sizeof text, "key %zu", key);
        g3_buffer_append_text(&chunk->rows, text);
    }
    g3_join_chunk_end_part(chunk, place, G3_JOIN_KEY);
    cr_assert(g3_join_chunk_end_row(chunk, place, flags));
}

/* Which rows have which key, in their order. */
typedef struct model {
    uint64_t numbers[KEYS + 1][4000];
    size_t counts[KEYS + 1];
} model;

static void check_key(const g3_join_table *table, const model *known, size_t key)
{
    char text[32];
    snprintf(text, sizeof text, "key %zu", key);
    g3_view view = g3_view_of(text);
    g3_join_row *last = g3_join_table_find(table, view, g3_hash(view)), *row = last;
    if (known->counts[key] == 0) {
        cr_assert_null(last);
        return;
    }
    cr_assert_not_null(last);
    for (size_t i = 0; i < known->counts[key]; i++) {
        row = g3_join_row_next(row);
        cr_assert_eq(row->number, known->numbers[key][i]);
    }
    cr_assert_eq(row, last);
}

/* @param expected  rows that are said to come, in front of all or behind the first chunk; 0:
 * nothing is said */
static void check_table(test_chance *chance, size_t rows, size_t expected, bool behind_first)
{
    static model known;
    g3_join_table table = {0};
    size_t keys = 1 + choose(chance, KEYS), keyless = 0, found = 0;
    bool shared = false;
    memset(known.counts, 0, sizeof known.counts);
    if (expected && !behind_first)
        g3_join_table_expect(&table, expected);
    for (size_t number = 0; number < rows;) {
        g3_join_chunk *chunk = g3_join_chunk_open(1024);
        size_t end = number + 1 + choose(chance, 200);
        for (; number < rows && number < end; number++) {
            size_t key = choose(chance, 10) ? choose(chance, keys) : NO_KEY;
            uint16_t flags = choose(chance, 1000) ? 0 : G3_JOIN_SHARED;
            if (choose(chance, 10) == 0) /* as a row that was in a table before, and on disk */
                flags |= G3_JOIN_LINKED;
            append_row(chunk, key, number, flags);
            known.numbers[key][known.counts[key]++] = number;
            keyless += key == NO_KEY;
            shared = shared || flags & G3_JOIN_SHARED;
        }
        bool first = !table.first;
        g3_join_table_take(&table, chunk);
        if (first && expected && behind_first)
            g3_join_table_expect(&table, expected);
    }
    g3_join_table_build(&table);
    for (size_t key = 0; key < KEYS; key++) {
        check_key(&table, &known, key);
        found += known.counts[key] > 0;
    }
    cr_assert_eq(table.key_count, found);
    cr_assert_eq(table.keyless, keyless);
    cr_assert_eq(table.shared, shared);
    cr_assert(g3_join_table_size(&table) > 0);
    g3_join_table_clear(&table);
}

Test(table, finds_the_rows_of_a_key_in_their_order)
{
    test_chance chance = {1};
    for (int round = 0; round < test_rounds(300); round++) {
        size_t rows = choose(&chance, 4000);
        size_t expected[] = {0, 1, rows, 10 * rows + 1, rows / 2 + 1};
        check_table(&chance, rows, expected[(size_t)round % 5], round % 2);
    }
}
