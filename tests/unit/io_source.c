/* Sources: files, pipes and memory, plain and packed, whole and damaged. */
#include "../support/chance.h"
#include "g3/base/buffer.h"
#include "g3/base/interrupt.h"
#include "g3/base/memory.h"
#include "g3/io/source.h"
#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

/* Lines of digits: packs well, but to more than one read's worth. */
static g3_buffer make_text(void)
{
    test_chance chance = {1};
    g3_buffer text = {0};
    for (int i = 0; i < 40000; i++) {
        g3_buffer_append_integer(&text, (int64_t)next_chance(&chance));
        g3_buffer_append_char(&text, '\n');
    }
    return text;
}

/* Appends `text` as one gzip member. */
static void append_gzip(g3_buffer *packed, g3_view text)
{
    z_stream stream = {0};
    cr_assert_eq(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    size_t room = deflateBound(&stream, (uLong)text.length);
    stream.next_in = (Bytef *)(uintptr_t)text.data;
    stream.avail_in = (uInt)text.length;
    stream.next_out = (Bytef *)g3_buffer_reserve(packed, room);
    stream.avail_out = (uInt)room;
    cr_assert_eq(deflate(&stream, Z_FINISH), Z_STREAM_END);
    packed->length += stream.total_out;
    deflateEnd(&stream);
}

/* Appends `text` as one zstd frame, with a checksum, as zstd(1) does. */
static void append_zstd(g3_buffer *packed, g3_view text)
{
    ZSTD_CCtx *context = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
    size_t room = ZSTD_compressBound(text.length) + 4;
    size_t size =
        ZSTD_compress2(context, g3_buffer_reserve(packed, room), room, text.data, text.length);
    cr_assert_not(ZSTD_isError(size));
    packed->length += size;
    ZSTD_freeCCtx(context);
}

typedef void append_packed(g3_buffer *packed, g3_view text);
static append_packed *const PACKERS[] = {append_gzip, append_zstd};
#define PACKERS_COUNT ((size_t)2)

static bool read_all(g3_source *source, size_t step, g3_buffer *out, g3_error *error)
{
    size_t got;
    do {
        if (!g3_source_read(source, g3_buffer_reserve(out, step), step, &got, error))
            return false;
        out->length += got;
    } while (got);
    return true;
}

static void check_memory(g3_view bytes, size_t step, g3_view expected, const char *what)
{
    g3_buffer out = {0};
    g3_error error = {0};
    g3_source *source = g3_source_open_memory("m", bytes);
    cr_expect(read_all(source, step, &out, &error), "%s: %s", what, error.message);
    cr_expect(g3_view_equal(g3_buffer_view(&out), expected), "%s: %zu bytes", what, out.length);
    g3_source_close(source);
    g3_buffer_free(&out);
}

static void check_refused(g3_view bytes, const char *expected)
{
    g3_buffer out = {0};
    g3_error error = {0};
    g3_source *source = g3_source_open_memory("m", bytes);
    cr_expect_not(read_all(source, 5000, &out, &error));
    cr_expect_eq(error.exit, G3_EXIT_INPUT);
    cr_expect(strstr(error.message, expected), "%s", error.message);
    g3_source_close(source);
    g3_buffer_free(&out);
}

Test(source, unpacks_what_is_packed)
{
    g3_buffer text = make_text(), twice = {0};
    g3_view whole = g3_buffer_view(&text);
    g3_buffer_append(&twice, whole);
    g3_buffer_append(&twice, whole);
    check_memory(whole, 777, whole, "plain");
    for (size_t i = 0; i < PACKERS_COUNT; i++) {
        g3_buffer packed = {0};
        PACKERS[i](&packed, whole);
        check_memory(g3_buffer_view(&packed), 1000000, whole, "one");
        check_memory(g3_buffer_view(&packed), 777, whole, "one in small steps");
        PACKERS[i](&packed, (g3_view){0});
        PACKERS[i](&packed, whole);
        check_memory(g3_buffer_view(&packed), 5000, g3_buffer_view(&twice), "two and an empty one");
        g3_buffer_free(&packed);
    }
    g3_buffer_free(&text);
    g3_buffer_free(&twice);
}

Test(source, passes_over_what_belongs_to_no_data)
{
    static const char SKIPPABLE[] = "\x5a\x2a\x4d\x18\x03\0\0\0abc"; /* RFC 8878, 3.1.2 */
    g3_buffer packed = {0};
    append_gzip(&packed, G3_VIEW("text"));
    g3_buffer_append(&packed, G3_VIEW("\0\0\0\0\0"));
    check_memory(g3_buffer_view(&packed), 100, G3_VIEW("text"), "zeros behind gzip");
    g3_buffer_clear(&packed);
    g3_buffer_append(&packed, (g3_view){SKIPPABLE, sizeof SKIPPABLE - 1});
    append_zstd(&packed, G3_VIEW("text"));
    g3_buffer_append(&packed, (g3_view){SKIPPABLE, sizeof SKIPPABLE - 1});
    check_memory(g3_buffer_view(&packed), 100, G3_VIEW("text"), "skippable frames");
    g3_buffer_free(&packed);
}

Test(source, takes_short_files_for_what_they_are)
{
    check_memory((g3_view){0}, 10, (g3_view){0}, "empty");
    check_memory(G3_VIEW("a"), 10, G3_VIEW("a"), "a byte");
    check_memory(G3_VIEW("\x1f\x8b"), 10, G3_VIEW("\x1f\x8b"), "too short for gzip");
    check_memory(G3_VIEW("\x28\xb5\x2f"), 10, G3_VIEW("\x28\xb5\x2f"), "too short for zstd");
    check_memory(G3_VIEW("Z*M"), 1, G3_VIEW("Z*M"), "too short for a skippable frame");
}

Test(source, refuses_damaged_packing)
{
    g3_buffer text = make_text();
    for (size_t i = 0; i < PACKERS_COUNT; i++) {
        g3_buffer packed = {0};
        PACKERS[i](&packed, g3_buffer_view(&text));
        g3_view whole = g3_buffer_view(&packed);
        check_refused((g3_view){whole.data, whole.length - 1}, "cut off");
        check_refused((g3_view){whole.data, whole.length / 2}, "cut off");
        check_refused((g3_view){whole.data, 4}, "cut off");
        PACKERS[i](&packed, G3_VIEW("more"));
        check_refused((g3_view){packed.data, packed.length - 1}, "cut off");
        packed.length = whole.length;
        g3_buffer_append(&packed, G3_VIEW("garbage"));
        check_refused(g3_buffer_view(&packed), "corrupt");
        packed.length = whole.length;
        packed.data[packed.length / 2] ^= 1;
        memset(packed.data + packed.length / 3, 'x', 100);
        check_refused(g3_buffer_view(&packed), "corrupt");
        g3_buffer_free(&packed);
    }
    g3_buffer_free(&text);
}

/* Damage anywhere must not crash, nor pass for data that goes on. */
Test(source, survives_any_damage)
{
    test_chance chance = {2};
    g3_buffer text = make_text();
    for (size_t i = 0; i < PACKERS_COUNT; i++)
        for (int round = 0; round < 300; round++) {
            g3_buffer packed = {0}, out = {0};
            PACKERS[i](&packed, (g3_view){text.data, 20000});
            for (size_t flips = 1 + choose(&chance, 5); flips; flips--)
                packed.data[choose(&chance, packed.length)] ^= (char)(1 << choose(&chance, 8));
            packed.length -= choose(&chance, 3) ? 0 : choose(&chance, packed.length);
            g3_source *source = g3_source_open_memory("m", g3_buffer_view(&packed));
            g3_error error = {0};
            cr_assert(read_all(source, 4096, &out, &error) || error.exit == G3_EXIT_INPUT);
            g3_source_close(source);
            g3_buffer_free(&packed);
            g3_buffer_free(&out);
        }
    g3_buffer_free(&text);
}

static char *write_file(g3_view bytes)
{
    static char name[] = "/tmp/g3-test-XXXXXX";
    int descriptor = mkstemp(name);
    cr_assert_geq(descriptor, 0);
    cr_assert_eq(write(descriptor, bytes.data, bytes.length), (ssize_t)bytes.length);
    close(descriptor);
    return name;
}

Test(source, reads_files_and_tells_their_size)
{
    g3_buffer out = {0}, packed = {0};
    char *name = write_file(G3_VIEW("a,b\nc,d\n"));
    g3_source *source = g3_source_open(name, NULL);
    cr_assert(source);
    cr_expect_eq(g3_source_size(source), 8);
    cr_expect_not(g3_source_is_packed(source));
    cr_expect_str_eq(g3_source_name(source), name);
    cr_expect(read_all(source, 3, &out, NULL));
    cr_expect_str_eq(g3_buffer_text(&out), "a,b\nc,d\n");
    g3_source_close(source);

    append_zstd(&packed, G3_VIEW("a,b\n"));
    int descriptor = open(name, O_WRONLY | O_TRUNC);
    cr_assert_eq(write(descriptor, packed.data, packed.length), (ssize_t)packed.length);
    close(descriptor);
    source = g3_source_open(name, NULL);
    cr_expect(g3_source_is_packed(source));
    cr_expect_eq(g3_source_size(source), (int64_t)packed.length);
    g3_source_close(source);
    unlink(name);
    g3_buffer_free(&out);
    g3_buffer_free(&packed);
}

/* What is at hand comes at once: a filter in a pipeline must not wait for more than it needs. */
Test(source, gives_what_a_pipe_holds)
{
    int ends[2];
    char path[32], space[100];
    size_t got;
    cr_assert_eq(pipe(ends), 0);
    snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
    cr_assert_eq(write(ends[1], "a\n", 2), 2);
    g3_source *source = g3_source_open(path, NULL);
    cr_assert(source);
    cr_expect_eq(g3_source_size(source), -1);
    for (size_t total = 0; total < 2; total += got) {
        cr_assert(g3_source_read(source, space, sizeof space, &got, NULL));
        cr_assert_gt(got, 0);
    }
    cr_assert_eq(write(ends[1], "b", 1), 1);
    cr_assert(g3_source_read(source, space, sizeof space, &got, NULL));
    cr_expect_eq(got, 1);
    close(ends[1]);
    cr_assert(g3_source_read(source, space, sizeof space, &got, NULL));
    cr_expect_eq(got, 0);
    g3_source_close(source);
    close(ends[0]);
}

/* Someone else's O_NONBLOCK on a shared pipe is no reason to fail. */
Test(source, waits_for_a_pipe_that_does_not_block)
{
    int ends[2];
    g3_buffer out = {0};
    cr_assert_eq(pipe2(ends, O_NONBLOCK), 0);
    cr_assert_eq(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    pid_t child = fork();
    if (child == 0) /* writes sooner or later */
        _exit(write(ends[1], "late", 4) == 4 ? 0 : 1);
    close(ends[1]);
    g3_source *source = g3_source_open("-", NULL);
    cr_assert(source);
    cr_expect_str_eq(g3_source_name(source), "standard input");
    cr_expect(read_all(source, 100, &out, NULL));
    cr_expect_str_eq(g3_buffer_text(&out), "late");
    waitpid(child, NULL, 0);
    g3_source_close(source);
    g3_buffer_free(&out);
    close(ends[0]);
}

/* Also one that came before the wait began. */
Test(source, is_interrupted_by_a_signal)
{
    int ends[2];
    char path[32], space[10];
    size_t got;
    g3_error error = {0};
    g3_interrupt_set_up();
    cr_assert_eq(pipe(ends), 0);
    snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
    cr_assert_eq(write(ends[1], "begin", 5), 5);
    g3_source *source = g3_source_open(path, NULL);
    cr_assert(source && g3_source_read(source, space, sizeof space, &got, NULL));
    raise(SIGTERM);
    cr_expect_not(g3_source_read(source, space, sizeof space, &got, &error));
    cr_expect_eq(error.exit, G3_EXIT_INTERRUPTED);
    g3_source_close(source);
    close(ends[0]);
    close(ends[1]);
}

Test(source, says_why_it_can_not_be_opened)
{
    g3_error error = {0};
    cr_expect_null(g3_source_open("/nowhere/m.csv", &error));
    cr_expect_eq(error.exit, G3_EXIT_INPUT);
    cr_expect_str_eq(error.message, "/nowhere/m.csv: No such file or directory");
    cr_expect_null(g3_source_open("/tmp", &error));
    cr_expect_eq(error.exit, G3_EXIT_INPUT);
    cr_expect_str_eq(error.message, "/tmp: is a directory: name a file in it");
    cr_expect_null(g3_source_open("", &error));
    cr_expect_str_eq(error.message, "an empty file name: No such file or directory");
}
