/* The arena and the buffer. */
#include "g3/base/buffer.h"
#include "g3/base/memory.h"
#include <criterion/criterion.h>
#include <stdalign.h>
#include <stdlib.h>

Test(arena, pieces_keep_their_bytes_and_alignment)
{
    g3_arena arena = {0};
    char *pieces[1000];
    for (size_t i = 0; i < 1000; i++) {
        pieces[i] = g3_arena_take(&arena, i % 97 + 1);
        cr_assert_eq((uintptr_t)pieces[i] % alignof(max_align_t), 0);
        memset(pieces[i], (int)(i % 251), i % 97 + 1);
    }
    char *large = g3_arena_take(&arena, 1 << 20);
    memset(large, 'x', 1 << 20);
    for (size_t i = 0; i < 1000; i++)
        for (size_t k = 0; k <= i % 97; k++)
            cr_assert_eq((unsigned char)pieces[i][k], i % 251);
    g3_arena_free(&arena);
}

Test(arena, clear_keeps_the_largest_block_for_reuse)
{
    g3_arena arena = {0};
    for (int round = 0; round < 50; round++) {
        g3_view copy = g3_arena_copy(&arena, G3_VIEW("some text"));
        cr_assert_str_eq(copy.data, "some text");
        g3_arena_take(&arena, 100000);
        g3_arena_clear(&arena);
        cr_assert_eq(arena.used, 0);
    }
    g3_arena_free(&arena);
    g3_arena_clear(&arena); /* of nothing: allowed */
}

Test(buffer, appends_grow_and_integers_are_exact)
{
    g3_buffer buffer = {0};
    g3_buffer_append_integer(&buffer, INT64_MIN);
    g3_buffer_append_char(&buffer, ' ');
    g3_buffer_append_integer(&buffer, INT64_MAX);
    g3_buffer_append_format(&buffer, " %s %d", "x", 0);
    cr_assert_str_eq(g3_buffer_text(&buffer), "-9223372036854775808 9223372036854775807 x 0");
    for (int i = 0; i < 100000; i++)
        g3_buffer_append_char(&buffer, (char)('a' + i % 26));
    g3_buffer_drop_front(&buffer, buffer.length - 3);
    cr_assert(g3_view_equal(g3_buffer_view(&buffer), G3_VIEW("bcd")));
    g3_buffer_free(&buffer);
    cr_assert_eq(buffer.capacity, 0);
}

Test(memory, duplicates_end_in_nul)
{
    char *copy = g3_duplicate((g3_view){"abcdef", 3});
    cr_assert_str_eq(copy, "abc");
    free(copy);
    copy = g3_duplicate((g3_view){0});
    cr_assert_str_eq(copy, "");
    free(copy);
}
