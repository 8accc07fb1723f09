/* Packing with zstd. Called by sink.c, mostly in the sink's own thread. */
#include "pack.h"
#include "g3/base/memory.h"
#include <stdlib.h>
#include <zstd.h>

/* zstd's own default: about as fast as a row parser delivers. */
#define LEVEL 3

struct g3_packer {
    g3_output *output;
    ZSTD_CCtx *context;
    char *space; /* where packed bytes come out */
    size_t space_size;
    bool frame_open;
};

g3_packer *g3_packer_open(g3_output *output)
{
    g3_packer *packer = g3_allocate_zeroed(1, sizeof *packer);
    packer->output = output;
    packer->space_size = ZSTD_CStreamOutSize();
    packer->space = g3_allocate(packer->space_size);
    packer->context = ZSTD_createCCtx();
    if (packer->context) {
        ZSTD_CCtx_setParameter(packer->context, ZSTD_c_compressionLevel, LEVEL);
        /* A damaged file must not pass for a manifest. */
        ZSTD_CCtx_setParameter(packer->context, ZSTD_c_checksumFlag, 1);
    }
    return packer;
}

bool g3_packer_run(g3_packer *packer, g3_view bytes, g3_pack_goal goal, g3_error *error)
{
    static const ZSTD_EndDirective DIRECTIVES[] = {ZSTD_e_continue, ZSTD_e_flush, ZSTD_e_end};
    bool nothing_yet = packer->output->written == 0;
    if (bytes.length == 0 && !packer->frame_open && !(nothing_yet && goal == G3_PACK_END_FRAME))
        return true;
    if (!packer->context)
        return g3_fail(error, G3_EXIT_LOCAL, "%s: out of memory for packing", packer->output->name);
    ZSTD_inBuffer in = {bytes.data, bytes.length, 0};
    size_t left;
    do {
        ZSTD_outBuffer out = {packer->space, packer->space_size, 0};
        left = ZSTD_compressStream2(packer->context, &out, &in, DIRECTIVES[goal]);
        if (ZSTD_isError(left))
            return g3_fail(error, G3_EXIT_LOCAL, "%s: packing failed: %s", packer->output->name,
                           ZSTD_getErrorName(left));
        if (!g3_output_write(packer->output, (g3_view){packer->space, out.pos}, false, error))
            return false;
    } while (in.pos < in.size || (goal != G3_PACK_SOME && left));
    packer->frame_open = goal != G3_PACK_END_FRAME;
    return true;
}

void g3_packer_close(g3_packer *packer)
{
    if (!packer)
        return;
    ZSTD_freeCCtx(packer->context);
    free(packer->space);
    free(packer);
}
