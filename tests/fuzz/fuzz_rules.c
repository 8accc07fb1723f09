/* Any text as rules, any bytes as the manifest behind them: what comes out is written as JSON that
 * is read back. A line of "--" parts the rules from the manifest; the first byte chooses the kind
 * and the format. */
#include "g3/record/json.h"
#include "g3/record/manifest.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Rules are read from files: this one is in memory. */
static g3_hooks *read_rules(g3_view text)
{
    static int file = -1;
    char path[64];
    g3_error error;
    if (file < 0)
        file = memfd_create("rules", MFD_CLOEXEC);
    if (file < 0 || ftruncate(file, 0) != 0 ||
        pwrite(file, text.data, text.length, 0) != (ssize_t)text.length)
        abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    return g3_hooks_read_rules(path, &error);
}

static void check_record(const g3_record *record)
{
    g3_arena arena = {0};
    g3_buffer line = {0};
    g3_json_reader json;
    g3_json_append_record(&line, record);
    g3_json_begin(&json, g3_buffer_view(&line), &arena);
    if (!g3_json_skip(&json, NULL) || !g3_json_at_end(&json)) {
        fprintf(stderr, "no JSON: %s\n", g3_buffer_text(&line));
        abort();
    }
    g3_buffer_free(&line);
    g3_arena_free(&arena);
}

static void read_manifest(g3_view text, g3_hooks *hooks, uint8_t choice)
{
    const g3_manifest_options options = {
        .kind = (g3_kind)(choice % 3), .format = (g3_format)(1 + choice / 3 % 3), .hooks = hooks};
    g3_error error;
    g3_record record;
    g3_bad_row bad;
    g3_next next;
    g3_manifest_reader *reader =
        g3_manifest_open_source(g3_source_open_memory("input", text), &options, &error);
    while (reader && (next = g3_manifest_next(reader, &record, &bad, &error)) != G3_NEXT_END) {
        if (next == G3_NEXT_ERROR)
            break;
        if (next == G3_NEXT_ITEM)
            check_record(&record);
        else if (!*bad.reason)
            abort();
    }
    g3_manifest_close(reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    g3_view text = {(const char *)data + 1, size - 1};
    const char *part = memmem(text.data, text.length, "\n--\n", 4);
    if (!part)
        return 0;
    g3_view rules = {text.data, (size_t)(part - text.data) + 1};
    g3_view manifest = {part + 4, text.length - rules.length - 3};
    g3_hooks *hooks = read_rules(rules);
    if (hooks)
        read_manifest(manifest, hooks, data[0]);
    g3_hooks_close(hooks);
    return 0;
}
