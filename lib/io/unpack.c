/* Unpacking of gzip (RFC 1952) and zstd (RFC 8878) streams. Called by source.c with whatever bytes
 * it has; several members or frames in a row come out as one stream. */
#include "unpack.h"
#include "g3/base/memory.h"
#include <limits.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

/* inflateInit2(): the largest window, plus the flag for a gzip header. */
#define GZIP_WINDOW_BITS (15 + 16)

struct g3_unpacker {
    g3_packing packing;
    const char *name;
    z_stream gzip;
    ZSTD_DStream *zstd;
    bool begun;      /* inside a member or frame: the end must not come now */
    bool any_member; /* one was read to its end */
};

/* True if `begin` agrees with `magic` as far as it goes. */
static bool may_be(g3_view begin, const char *magic, size_t size)
{
    return memcmp(begin.data, magic, begin.length < size ? begin.length : size) == 0;
}

/* Skippable frames have the magic numbers 0x184D2A50 to 0x184D2A5F, little-endian
 * (RFC 8878, 3.1.2). */
static bool may_be_skippable(g3_view begin)
{
    return ((unsigned char)begin.data[0] & 0xf0) == 0x50 &&
           may_be((g3_view){begin.data + 1, begin.length - 1}, "\x2a\x4d\x18", 3);
}

g3_packing g3_packing_of(g3_view begin, bool *more_wanted)
{
    static const char GZIP[] = {'\x1f', '\x8b', '\x08'}; /* method 8, deflate, is the only one */
    static const char ZSTD[] = {'\x28', '\xb5', '\x2f', '\xfd'};
    *more_wanted = false;
    if (begin.length == 0) {
        *more_wanted = true;
    } else if (may_be(begin, GZIP, sizeof GZIP)) {
        *more_wanted = begin.length < sizeof GZIP;
        return G3_PACKING_GZIP;
    } else if (may_be(begin, ZSTD, sizeof ZSTD) || may_be_skippable(begin)) {
        *more_wanted = begin.length < sizeof ZSTD;
        return G3_PACKING_ZSTD;
    }
    return G3_PACKING_NONE;
}

bool g3_is_packed_name(g3_view name)
{
    return g3_view_ends_with(name, G3_VIEW(".gz")) || g3_view_ends_with(name, G3_VIEW(".zst"));
}

g3_unpacker *g3_unpacker_open(g3_packing packing, const char *name)
{
    g3_unpacker *unpacker = g3_allocate_zeroed(1, sizeof *unpacker);
    unpacker->packing = packing;
    unpacker->name = name;
    return unpacker;
}

static bool fail_corrupt(const g3_unpacker *unpacker, const char *kind, const char *why,
                         g3_error *error)
{
    return g3_fail(error, G3_EXIT_INPUT, "%s: the %s data is corrupt (%s): get the file again",
                   unpacker->name, kind, why);
}

static bool fail_cut_off(const g3_unpacker *unpacker, const char *kind, g3_error *error)
{
    return g3_fail(error, G3_EXIT_INPUT, "%s: the %s data is cut off: get the file again",
                   unpacker->name, kind);
}

/* Begins the next gzip member, if there is one. Zeros behind the last are padding (tapes, block
 * devices), as gzip(1) has it. */
static bool begin_gzip_member(g3_unpacker *unpacker, g3_view *packed, g3_error *error)
{
    if (unpacker->any_member)
        while (packed->length && packed->data[0] == '\0') {
            packed->data++;
            packed->length--;
        }
    if (packed->length == 0)
        return true;
    int status = unpacker->any_member ? inflateReset(&unpacker->gzip)
                                      : inflateInit2(&unpacker->gzip, GZIP_WINDOW_BITS);
    if (status != Z_OK)
        return g3_fail(error, G3_EXIT_LOCAL, "%s: out of memory for unpacking", unpacker->name);
    unpacker->begun = true;
    return true;
}

static bool run_gzip(g3_unpacker *unpacker, g3_view *packed, bool ended, char *space,
                     size_t capacity, size_t *got, g3_error *error)
{
    z_stream *stream = &unpacker->gzip;
    do {
        if (!unpacker->begun && !begin_gzip_member(unpacker, packed, error))
            return false;
        if (!unpacker->begun)
            return true;
        uInt given = packed->length < UINT_MAX ? (uInt)packed->length : UINT_MAX;
        uInt room = capacity < UINT_MAX ? (uInt)capacity : UINT_MAX;
        stream->next_in = (Bytef *)(uintptr_t)packed->data; /* zlib does not write there */
        stream->avail_in = given;
        stream->next_out = (Bytef *)space;
        stream->avail_out = room;
        int status = inflate(stream, Z_NO_FLUSH);
        packed->data += given - stream->avail_in;
        packed->length -= given - stream->avail_in;
        *got = room - stream->avail_out;
        if (status == Z_STREAM_END) {
            unpacker->begun = false;
            unpacker->any_member = true;
        } else if (status != Z_OK && status != Z_BUF_ERROR) {
            return fail_corrupt(unpacker, "gzip", stream->msg ? stream->msg : "not gzip", error);
        }
    } while (*got == 0 && packed->length);
    if (*got == 0 && ended && unpacker->begun)
        return fail_cut_off(unpacker, "gzip", error);
    return true;
}

static bool run_zstd(g3_unpacker *unpacker, g3_view *packed, bool ended, char *space,
                     size_t capacity, size_t *got, g3_error *error)
{
    if (!unpacker->zstd) {
        unpacker->zstd = ZSTD_createDStream();
        if (!unpacker->zstd)
            return g3_fail(error, G3_EXIT_LOCAL, "%s: out of memory for unpacking", unpacker->name);
    }
    if (packed->length == 0 && !unpacker->begun)
        return true;
    ZSTD_inBuffer in = {packed->data, packed->length, 0};
    ZSTD_outBuffer out = {space, capacity, 0};
    bool more;
    do { /* also without input: what was unpacked before may not have fitted */
        size_t used = in.pos;
        size_t status = ZSTD_decompressStream(unpacker->zstd, &out, &in);
        if (ZSTD_isError(status)) {
            if (ZSTD_getErrorCode(status) == ZSTD_error_frameParameter_windowTooLarge)
                return g3_fail(error, G3_EXIT_INPUT,
                               "%s: needs much memory: unpack it first with zstd -d --long=31",
                               unpacker->name);
            return fail_corrupt(unpacker, "zstd", ZSTD_getErrorName(status), error);
        }
        if (in.pos != used || out.pos)
            unpacker->begun = status != 0; /* 0: a frame ended here */
        more = out.pos == 0 && in.pos < in.size;
    } while (more);
    packed->data += in.pos;
    packed->length -= in.pos;
    *got = out.pos;
    if (*got == 0 && ended && unpacker->begun)
        return fail_cut_off(unpacker, "zstd", error);
    return true;
}

bool g3_unpacker_run(g3_unpacker *unpacker, g3_view *packed, bool ended, char *space,
                     size_t capacity, size_t *got, g3_error *error)
{
    *got = 0;
    return unpacker->packing == G3_PACKING_GZIP
               ? run_gzip(unpacker, packed, ended, space, capacity, got, error)
               : run_zstd(unpacker, packed, ended, space, capacity, got, error);
}

void g3_unpacker_close(g3_unpacker *unpacker)
{
    if (!unpacker)
        return;
    inflateEnd(&unpacker->gzip); /* only answers an error if no member was begun */
    ZSTD_freeDStream(unpacker->zstd);
    free(unpacker);
}
