/* Items in a file without a name, packed. Called by sorter.c, merge.c and the joins.
 *
 * An item: the lengths of its two texts, 32 bits each in the machine's own order (nobody else reads
 * the file), and the texts. A block: its length packed and unpacked, and a zstd frame of whole
 * items.
 */
#include "g3/io/spill.h"
#include "g3/base/memory.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zstd.h>

/* zstd's level. Beyond, packing takes longer than a disk takes for what it saves; and what is
 * spilled is mostly GUIDs and checksums, of which no level makes much less. */
#define LEVEL (-2)

typedef struct item_head {
    uint32_t key_length, line_length;
} item_head;

typedef struct block_head {
    uint64_t packed, unpacked; /* bytes */
} block_head;

static bool fail_with_errno(const g3_spill *spill, g3_error *error)
{
    const char *advice = errno == ENOSPC || errno == EDQUOT || errno == EFBIG
                             ? ": name a folder with more room with --tmpdir or TMPDIR, or give "
                               "more --memory"
                         : spill->descriptor < 0
                             ? ": name a folder that can be written with --tmpdir or TMPDIR"
                             : "";
    return g3_fail(error, G3_EXIT_LOCAL, "temporary file in %s: %s%s", spill->directory,
                   strerror(errno), advice);
}

static bool fail_corrupt(const g3_spill *spill, const char *what, g3_error *error)
{
    return g3_fail(error, G3_EXIT_LOCAL, "temporary file in %s: %s", spill->directory, what);
}

/* For file systems that can't make files without a name: takes the name away at once. */
static int open_unlinked(const char *directory)
{
    char *name = NULL;
    if (asprintf(&name, "%s/g3-spill-XXXXXX", directory) < 0)
        return -1;
    int descriptor = mkostemp(name, O_CLOEXEC);
    if (descriptor >= 0)
        unlink(name);
    free(name);
    return descriptor;
}

bool g3_spill_open(g3_spill *spill, size_t block, g3_error *error)
{
    const char *directory = getenv("TMPDIR");
    if (!directory || !*directory)
        directory = "/tmp";
    *spill = (g3_spill){.directory = g3_duplicate(g3_view_of(directory)),
                        .block = block < G3_SPILL_MOST_BLOCK ? block : G3_SPILL_MOST_BLOCK};
    spill->descriptor = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (spill->descriptor < 0)
        spill->descriptor = open_unlinked(directory);
    if (spill->descriptor < 0) {
        fail_with_errno(spill, error);
        free(spill->directory);
        *spill = (g3_spill){0};
        return false;
    }
    return true;
}

static bool write_all(g3_spill *spill, g3_view bytes, g3_error *error)
{
    while (bytes.length) {
        ssize_t count = pwrite(spill->descriptor, bytes.data, bytes.length, spill->written);
        if (count < 0 && errno != EINTR)
            return fail_with_errno(spill, error);
        if (count > 0) {
            bytes = (g3_view){bytes.data + count, bytes.length - (size_t)count};
            spill->written += count;
        }
    }
    return true;
}

/* Packs what is pending and writes it. */
static bool write_block(g3_spill *spill, g3_error *error)
{
    g3_buffer *packed = &spill->packed;
    block_head head = {.unpacked = spill->pending.length};
    if (head.unpacked == 0)
        return true;
    size_t bound = ZSTD_compressBound(spill->pending.length);
    g3_buffer_clear(packed);
    char *out = g3_buffer_reserve(packed, sizeof head + bound);
    size_t length =
        ZSTD_compress(out + sizeof head, bound, spill->pending.data, spill->pending.length, LEVEL);
    if (ZSTD_isError(length))
        return fail_corrupt(spill, ZSTD_getErrorName(length), error);
    head.packed = length;
    memcpy(out, &head, sizeof head);
    packed->length = sizeof head + length;
    g3_buffer_clear(&spill->pending);
    return write_all(spill, g3_buffer_view(packed), error);
}

bool g3_spill_append(g3_spill *spill, g3_spill_item item, g3_error *error)
{
    item_head head = {(uint32_t)item.key.length, (uint32_t)item.line.length};
    g3_buffer_append(&spill->pending, (g3_view){(const char *)&head, sizeof head});
    g3_buffer_append(&spill->pending, item.key);
    g3_buffer_append(&spill->pending, item.line);
    return spill->pending.length < spill->block || write_block(spill, error);
}

bool g3_spill_end_run(g3_spill *spill, g3_run *run, g3_error *error)
{
    if (!write_block(spill, error))
        return false;
    run->end = spill->written;
    g3_buffer_free(&spill->pending);
    g3_buffer_free(&spill->packed);
    return true;
}

void g3_spill_close(g3_spill *spill)
{
    if (!spill || !spill->directory)
        return;
    close(spill->descriptor);
    g3_buffer_free(&spill->pending);
    g3_buffer_free(&spill->packed);
    free(spill->directory);
    *spill = (g3_spill){0};
}

void g3_run_reader_open(g3_run_reader *reader, const g3_spill *spill, g3_run run)
{
    *reader = (g3_run_reader){.spill = spill, .rest = run};
}

static bool read_all(g3_run_reader *reader, char *space, size_t size, g3_error *error)
{
    while (size) {
        ssize_t count = pread(reader->spill->descriptor, space, size, reader->rest.begin);
        if (count < 0 && errno != EINTR)
            return fail_with_errno(reader->spill, error);
        if (count == 0)
            return fail_corrupt(reader->spill, "is shorter than was written", error);
        if (count > 0) {
            space += count;
            size -= (size_t)count;
            reader->rest.begin += count;
        }
    }
    return true;
}

static bool read_block(g3_run_reader *reader, g3_error *error)
{
    block_head head;
    if (!read_all(reader, (char *)&head, sizeof head, error))
        return false;
    g3_buffer_clear(&reader->packed);
    g3_buffer_clear(&reader->block);
    char *packed = g3_buffer_reserve(&reader->packed, head.packed);
    char *block = g3_buffer_reserve(&reader->block, head.unpacked);
    if (!read_all(reader, packed, head.packed, error))
        return false;
    size_t length = ZSTD_decompress(block, head.unpacked, packed, head.packed);
    if (ZSTD_isError(length) || length != head.unpacked)
        return fail_corrupt(reader->spill, "is not what was written", error);
    reader->block.length = length;
    reader->at = 0;
    return true;
}

bool g3_run_reader_next(g3_run_reader *reader, g3_error *error)
{
    item_head head;
    if (reader->at == reader->block.length) {
        reader->ended = reader->rest.begin == reader->rest.end;
        if (reader->ended)
            return true;
        if (!read_block(reader, error))
            return false;
    }
    const char *at = reader->block.data + reader->at;
    memcpy(&head, at, sizeof head);
    at += sizeof head;
    reader->item = (g3_spill_item){{at, head.key_length}, {at + head.key_length, head.line_length}};
    reader->at += sizeof head + (size_t)head.key_length + head.line_length;
    return true;
}

void g3_run_reader_close(g3_run_reader *reader)
{
    g3_buffer_free(&reader->block);
    g3_buffer_free(&reader->packed);
}
