/* join: two manifests of any size by equal cells. `join METADATA INDEX COLUMN` prints the GUID of
 * each row of INDEX that has a row of METADATA, and that row. */
#include <g3/join/join.h>
#include <stdio.h>

static bool take(void *context, const g3_join_row *metadata, const g3_join_row *index,
                 g3_error *error)
{
    (void)context, (void)error;
    if (!index) /* it matched none */
        return true;
    g3_view guid = g3_join_row_part(index, G3_JOIN_GUID);
    g3_view text = g3_join_row_part(metadata, G3_JOIN_TEXT);
    printf("%.*s\t%.*s\n", (int)guid.length, guid.data, (int)text.length, text.data);
    return true;
}

static void take_progress(void *context, bool index, size_t rows)
{
    (void)context, (void)index, (void)rows;
}

static bool take_bad(void *context, const g3_join_bad_row *bad, g3_error *error)
{
    (void)context, (void)error;
    fprintf(stderr, "join: %s: %s\n", bad->file, bad->reason);
    return true;
}

/* Opens a side, in a thread of its own. */
static g3_feed *open_side(const char *path, g3_view key, bool index, g3_error *error)
{
    const g3_manifest_options manifest = {.kind = G3_KIND_RAW};
    const size_t memory = (size_t)64 * 1024 * 1024;
    g3_join_input *input = g3_join_input_open(&path, 1, &manifest, error);
    if (!input)
        return NULL;
    g3_join_recipe recipe = {.keys = &key, .key_count = 1};
    size_t count;
    if (index)
        recipe.guid = G3_VIEW("guid");
    recipe.text = (g3_join_text){.format = G3_FORMAT_TSV, .delimiter = '\t'};
    recipe.text.columns = index ? NULL : g3_join_input_columns(input, &count);
    recipe.text.count = index ? 0 : count;
    if (!g3_join_input_prepare(input, &recipe, error)) {
        g3_join_input_close(input);
        return NULL;
    }
    return g3_feed_open(input, g3_join_chunk_size(memory), G3_FEED_WAITING, g3_feed_threads());
}

int main(int argc, char **argv)
{
    const g3_join_taker taker = {
        .take = take, .take_progress = take_progress, .take_bad = take_bad};
    g3_join_options options = {.memory = (size_t)64 * 1024 * 1024, .taker = &taker};
    g3_join_counts counts;
    g3_error error = {0};
    if (argc != 4)
        return G3_EXIT_USAGE;
    g3_view key = g3_view_of(argv[3]);
    options.index = open_side(argv[2], key, true, &error);
    options.metadata = options.index ? open_side(argv[1], key, false, &error) : NULL;
    bool done = options.metadata && g3_join_exact(&options, &counts, &error);
    g3_feed_close(options.metadata);
    g3_feed_close(options.index);
    if (!done)
        fprintf(stderr, "join: %s\n", error.message);
    return done ? G3_EXIT_DONE : (int)error.exit;
}
