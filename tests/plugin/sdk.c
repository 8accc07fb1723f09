/* An example of a plugin: a manifest of another shape, read as the Python SDK's row parsers would
 * read it. Build it with: cc -shared -fPIC $(pkg-config --cflags g3) sdk.c -o sdk.so
 *
 * Its columns: `object` (a GUID without its prefix, which --plugin-settings gives), `bytes` with
 * commas between thousands, `locations` parted by semicolons, `state`: rows that are "deleted" are
 * left out; `aliases`: more GUIDs of the same file, parted by semicolons. */
#include <g3/plugin.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct state {
    char *prefix;
} state;

/* The cell of a column; empty where there is none. */
static g3_plugin_text find(const g3_plugin_row *row, const char *name)
{
    for (size_t i = 0; i < row->count; i++)
        if (row->names[i].length == strlen(name) &&
            memcmp(row->names[i].data, name, row->names[i].length) == 0)
            return row->cells[i];
    return (g3_plugin_text){"", 0};
}

/* Adds each piece between semicolons, with the prefix in front. */
static void add_pieces(g3_plugin_text text, const char *prefix, g3_plugin_output *output)
{
    while (text.length) {
        const char *end = memchr(text.data, ';', text.length);
        size_t length = end ? (size_t)(end - text.data) : text.length;
        size_t before = strlen(prefix);
        char *piece = malloc(before + length + 1);
        if (!piece) {
            output->refuse(output, "is too long for the memory there is");
            return;
        }
        memcpy(piece, prefix, before);
        memcpy(piece + before, text.data, length);
        if (length)
            output->add(output, piece, before + length);
        free(piece);
        text.data += length + (end != NULL);
        text.length -= length + (end != NULL);
    }
}

static void make_guids(void *context, const g3_plugin_row *row, g3_plugin_output *output)
{
    const state *self = context;
    add_pieces(find(row, "object"), self->prefix, output);
    add_pieces(find(row, "aliases"), self->prefix, output);
}

static void make_size(void *context, const g3_plugin_row *row, g3_plugin_output *output)
{
    g3_plugin_text bytes = find(row, "bytes");
    char digits[32];
    size_t length = 0;
    (void)context;
    for (size_t i = 0; i < bytes.length && length < sizeof digits; i++)
        if (bytes.data[i] != ',')
            digits[length++] = bytes.data[i];
    if (length == sizeof digits)
        output->refuse(output, "is no number that anybody could mean");
    else
        output->add(output, digits, length);
}

static void make_urls(void *context, const g3_plugin_row *row, g3_plugin_output *output)
{
    (void)context;
    add_pieces(find(row, "locations"), "", output);
}

static g3_plugin_verdict begin_row(void *context, const g3_plugin_row *row,
                                   g3_plugin_output *output)
{
    g3_plugin_text kind = find(row, "state");
    (void)context, (void)output;
    bool deleted = kind.length == 7 && memcmp(kind.data, "deleted", 7) == 0;
    return deleted ? G3_PLUGIN_SKIP : G3_PLUGIN_TAKE;
}

static void *open_state(const char *settings, char *message, size_t size)
{
    state *made = malloc(sizeof *made);
    if (made)
        made->prefix = strdup(settings);
    if (made && made->prefix && *settings)
        return made;
    snprintf(message, size, "%s",
             *settings ? "out of memory" : "give the GUIDs' prefix with --plugin-settings");
    if (made)
        free(made->prefix);
    free(made);
    return NULL;
}

static void close_state(void *context)
{
    state *self = context;
    free(self->prefix);
    free(self);
}

const g3_plugin *g3_plugin_get(void)
{
    static const g3_plugin_field FIELDS[] = {
        {"guids_for_manifest_row", make_guids}, {"file_size", make_size}, {"urls", make_urls}};
    static const char *const READS[] = {"object", "aliases", "bytes", "locations", "state"};
    static const g3_plugin PLUGIN = {.abi = G3_PLUGIN_ABI,
                                     .name = "sdk",
                                     .fields = FIELDS,
                                     .field_count = sizeof FIELDS / sizeof *FIELDS,
                                     .reads = READS,
                                     .read_count = sizeof READS / sizeof *READS,
                                     .open = open_state,
                                     .begin_row = begin_row,
                                     .close = close_state};
    return &PLUGIN;
}
