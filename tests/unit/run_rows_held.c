/* Rows held for verification: packed records, the table by GUID, the planner of lookups. */
#include "../../lib/run/row_table.h"
#include "../support/chance.h"
#include "g3/record/json.h"
#include "g3/run/packed.h"
#include "g3/run/planner.h"
#include <criterion/criterion.h>
#include <stdio.h>

/* A record with known and other columns, of any types, from a seed. */
static void make_record(g3_record *record, test_chance *chance, g3_arena *arena)
{
    static const char *const NAMES[] = {"note", "size in bytes", "", "\xc3\xa9"};
    record->line = next_chance(chance);
    record->count = choose(chance, 12);
    record->fields = g3_arena_take(arena, 12 * sizeof *record->fields);
    for (size_t i = 0; i < record->count; i++) {
        g3_field *field = &record->fields[i];
        size_t kind = choose(chance, G3_OBJECT_FIELDS + 4);
        if (kind < G3_OBJECT_FIELDS) {
            field->column = &g3_object_columns[kind];
        } else {
            g3_column *other = g3_arena_take(arena, sizeof *other);
            g3_buffer key = {0};
            *other = (g3_column){.name = g3_view_of(NAMES[kind - G3_OBJECT_FIELDS]),
                                 .field = G3_OTHER_FIELD};
            g3_json_append_string(&key, other->name);
            g3_buffer_append_char(&key, ':');
            other->json_key = g3_arena_copy(arena, g3_buffer_view(&key));
            g3_buffer_free(&key);
            field->column = other;
        }
        char *text = g3_arena_take(arena, 300);
        size_t length = choose(chance, 300);
        memset(text, 'a' + (int)choose(chance, 26), length);
        field->value.type = (g3_value_type)choose(chance, 4); /* all but G3_JSON */
        if (field->value.type == G3_STRING)
            field->value.text = (g3_view){text, length};
        if (field->value.type == G3_INTEGER)
            field->value.integer = (int64_t)next_chance(chance);
        if (field->value.type == G3_LIST) {
            field->value.list.count = choose(chance, 40);
            field->value.list.items = g3_arena_take(arena, 40 * sizeof(g3_view));
            for (size_t j = 0; j < field->value.list.count; j++)
                field->value.list.items[j] = (g3_view){text, choose(chance, length + 1)};
        }
    }
}

Test(packed, a_record_comes_back_as_it_was)
{
    test_chance chance = {11};
    g3_record_packer *packer = g3_record_packer_open();
    g3_buffer packed = {0}, before = {0}, after = {0};
    for (size_t turn = 0; turn < 2000; turn++) {
        g3_arena arena = {0};
        g3_record record = {0};
        make_record(&record, &chance, &arena);
        g3_json_append_record(&before, &record);
        g3_record_pack(packer, &record, &packed);
        uint64_t line = record.line;
        g3_arena_free(&arena); /* the packed record stands by itself */
        const g3_record *back = g3_record_unpack(packer, g3_buffer_view(&packed));
        g3_json_append_record(&after, back);
        cr_assert(g3_view_equal(g3_buffer_view(&before), g3_buffer_view(&after)));
        cr_assert_eq(back->line, line);
        g3_buffer_clear(&packed);
        g3_buffer_clear(&before);
        g3_buffer_clear(&after);
    }
    g3_record_packer_close(packer);
    g3_buffer_free(&packed);
    g3_buffer_free(&before);
    g3_buffer_free(&after);
}

Test(row_table, finds_all_rows_of_a_guid_in_order)
{
    enum { ROWS = 20000, GUIDS = 3000 };
    test_chance chance = {13};
    g3_row_table *table = g3_row_table_open();
    static size_t guid_of[ROWS];
    static int64_t last[GUIDS];
    char guid[32], packed[32];
    for (size_t row = 0; row < ROWS; row++) {
        guid_of[row] = choose(&chance, GUIDS);
        int guid_length = snprintf(guid, sizeof guid, "dg.1/%zu", guid_of[row]);
        int length = snprintf(packed, sizeof packed, "row %zu", row);
        g3_row_table_add(table, (g3_view){guid, (size_t)guid_length},
                         (g3_view){packed, (size_t)length});
    }
    cr_assert_eq(g3_row_table_count(table), ROWS);
    for (size_t i = 0; i < GUIDS; i++) {
        int length = snprintf(guid, sizeof guid, "dg.1/%zu", i);
        last[i] = g3_row_table_find(table, (g3_view){guid, (size_t)length});
    }
    for (size_t row = 0; row < ROWS; row++) { /* each row is the next of its GUID's chain */
        int64_t *at = &last[guid_of[row]];
        cr_assert_eq(*at, (int64_t)row);
        int length = snprintf(packed, sizeof packed, "row %zu", row);
        cr_assert(
            g3_view_equal(g3_row_table_packed(table, *at), (g3_view){packed, (size_t)length}));
        cr_assert_not(g3_row_table_met(table, *at));
        g3_row_table_set_met(table, *at);
        cr_assert(g3_row_table_met(table, *at));
        *at = g3_row_table_next_same(table, *at);
    }
    for (size_t i = 0; i < GUIDS; i++)
        cr_assert_eq(last[i], G3_ROW_NONE);
    cr_expect_eq(g3_row_table_find(table, G3_VIEW("dg.1/none")), G3_ROW_NONE);
    cr_expect_eq(g3_row_table_find(table, (g3_view){0}), G3_ROW_NONE);
    cr_expect_gt(g3_row_table_size(table), (size_t)ROWS * 10);
    g3_row_table_close(table);
}

/* The real service: 2,844 ids a second, an index of 200,000. */
static g3_plan plan_for(int64_t rows, int64_t records, double rate)
{
    g3_plan_input input = {.rows = rows, .records = records, .ids_rate = rate};
    return g3_plan_lookup(&input);
}

Test(planner, sweeps_when_a_good_share_of_the_index_is_wanted)
{
    cr_expect_eq(plan_for(200000, 200000, 2844).choice, G3_PLAN_SWEEP);
    cr_expect_eq(plan_for(120000, 200000, 2844).choice, G3_PLAN_SWEEP);
    cr_expect_eq(plan_for(90000, 200000, 2844).choice, G3_PLAN_IDS);
    cr_expect_eq(plan_for(5000, 200000, 2844).choice, G3_PLAN_IDS);
    cr_expect_eq(plan_for(1000000, 200000, 2844).choice,
                 G3_PLAN_SWEEP); /* repeats, or many missing */
    cr_expect_eq(plan_for(1000000, 0, 2844).choice, G3_PLAN_SWEEP);
}

Test(planner, does_not_think_twice_about_short_lookups)
{
    cr_expect_eq(plan_for(1400, 1400, 2844).choice, G3_PLAN_IDS);
    cr_expect_eq(plan_for(1600, 1600, 2844).choice, G3_PLAN_SWEEP);
    cr_expect_eq(plan_for(0, 0, 2844).choice, G3_PLAN_IDS);
    cr_expect_eq(plan_for(49000, 49000, 100000).choice, G3_PLAN_IDS);
}

Test(planner, counts_rows_where_their_number_decides)
{
    g3_plan plan = plan_for(-1, 200000, 2844);
    cr_expect_eq(plan.choice, G3_PLAN_COUNT);
    cr_expect_eq(plan_for(plan.threshold, 200000, 2844).choice, G3_PLAN_SWEEP);
    cr_expect_eq(plan_for(plan.threshold - 1, 200000, 2844).choice, G3_PLAN_IDS);
}

Test(planner, keeps_to_ids_where_the_index_has_no_count)
{
    cr_expect_eq(plan_for(1000000, -1, 2844).choice, G3_PLAN_IDS);
    cr_expect_eq(plan_for(-1, -1, 2844).choice, G3_PLAN_IDS);
}

Test(planner, estimates_both_ways)
{
    g3_plan plan = plan_for(28440, 56880, 2844);
    cr_expect_float_eq(plan.ids_seconds, 10, 1e-9);
    cr_expect_float_eq(plan.sweep_seconds, 10, 1e-9);
    cr_expect_eq(plan.choice, G3_PLAN_IDS);
    cr_expect_float_eq(plan_for(-1, 56880, 2844).ids_seconds, -1, 0);
}
