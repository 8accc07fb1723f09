/* io: any source, packed or not, into a file that appears when it is complete. `io IN OUT`: OUT is
 * packed with zstd if it ends in .zst. */
#include <g3/io/sink.h>
#include <g3/io/source.h>
#include <stdio.h>

static bool copy(g3_source *source, g3_sink *sink, g3_error *error)
{
    static char block[64 * 1024];
    size_t got;
    while (g3_source_read(source, block, sizeof block, &got, error)) {
        if (got == 0)
            return true;
        g3_buffer_append(g3_sink_buffer(sink), (g3_view){block, got});
        if (!g3_sink_settle(sink, false, error))
            return false;
    }
    return false;
}

int main(int argc, char **argv)
{
    g3_error error = {0};
    if (argc != 3)
        return G3_EXIT_USAGE;
    g3_source *source = g3_source_open(argv[1], &error);
    g3_sink *sink = source ? g3_sink_open(argv[2], &error) : NULL;
    bool done = sink && copy(source, sink, &error);
    if (done)
        done = g3_sink_finish(sink, &error);
    else
        g3_sink_discard(sink, false);
    g3_source_close(source);
    if (!done)
        fprintf(stderr, "io: %s\n", error.message);
    return done ? G3_EXIT_DONE : (int)error.exit;
}
