/* Records as journals and plans hold them: what is written is read back, what is none is refused.
 */
#include "../../lib/run/ingest_state.h"
#include "../support/chance.h"
#include "g3/run/compare.h"
#include <criterion/criterion.h>

static g3_value make_text(test_chance *chance, g3_arena *arena)
{
    static const char *const TEXTS[] = {"", "a", "\xc3\xbc\n\"", "s3://b/x y", "0"};
    return (g3_value){.type = choose(chance, 5) ? G3_STRING : G3_NULL,
                      .text = g3_arena_copy(arena, g3_view_of(TEXTS[choose(chance, 5)]))};
}

static g3_value make_list(test_chance *chance, g3_arena *arena)
{
    size_t count = choose(chance, 4);
    g3_value list = {.type = G3_LIST};
    list.list.items = g3_arena_take(arena, count * sizeof(g3_view));
    for (; list.list.count < count; list.list.count++)
        list.list.items[list.list.count] = make_text(chance, arena).text;
    return list;
}

Test(ingest_members, come_back)
{
    test_chance chance = {3};
    for (int round = test_rounds(5000); round > 0; round--) {
        g3_arena arena = {0};
        g3_buffer text = {0};
        g3_field fields[G3_OBJECT_FIELDS];
        g3_record record = {.fields = fields}, read;
        g3_view before = make_text(&chance, &arena).text, before_read;
        for (int field = G3_GUID + 1; field < G3_OBJECT_FIELDS; field++) {
            bool list = field == G3_URLS || field == G3_ACL || field == G3_AUTHZ;
            if (choose(&chance, 4) == 0)
                continue;
            g3_value value = list ? make_list(&chance, &arena) : make_text(&chance, &arena);
            if (field == G3_FILE_SIZE)
                value = (g3_value){.type = G3_INTEGER, .integer = (int64_t)next_chance(&chance)};
            fields[record.count++] = (g3_field){&g3_object_columns[field], value};
        }
        g3_ingest_append_members(&text, &record, before);
        cr_assert(g3_ingest_read_members(g3_buffer_view(&text), &arena, &read, &before_read), "%s",
                  g3_buffer_text(&text));
        cr_assert_eq(g3_compare_object(&record, &read), 0, "%s", g3_buffer_text(&text));
        cr_assert_eq(g3_compare_object(&read, &record), 0, "%s", g3_buffer_text(&text));
        cr_assert(g3_view_equal(before, before_read));
        g3_buffer_free(&text);
        g3_arena_free(&arena);
    }
}

Test(ingest_members, refuses_what_a_record_is_not_made_of)
{
    static const char *const WRONG[] = {
        "",
        "[]",
        "{\"urls\":\"s3://b\"}",
        "{\"urls\":[1]}",
        "{\"md5\":1}",
        "{\"file_size\":\"1\"}",
        "{\"file_size\":1.5}",
        "{\"guid\":\"x\"}",
        "{\"other\":1}",
        "{\"md5\":\"a\",\"md5\":\"b\"}",
        "{\"prev_guid\":[]}",
        "{\"acl\":[\"a\"",
        "{\"acl\":[\"a\"]} x",
    };
    for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++) {
        g3_arena arena = {0};
        g3_record record;
        g3_view before;
        cr_expect_not(g3_ingest_read_members(g3_view_of(WRONG[i]), &arena, &record, &before), "%s",
                      WRONG[i]);
        g3_arena_free(&arena);
    }
}
