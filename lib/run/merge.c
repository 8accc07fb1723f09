/* Merging manifests: finds out columns, sets up both sides of the join, runs it. Called by
 * g3-merge. */
#include "g3/run/merge.h"
#include "merge_output.h"
#include <inttypes.h>
#include <stdlib.h>

/* Shares of the memory: of the feeds' chunks altogether, and of metadata rows made ahead while the
 * index is read on the other core. */
#define CHUNK_SHARE 4
#define AHEAD_SHARE 32

typedef struct merge_run {
    const g3_merge_options *options;
    g3_join_input *metadata, *index; /* until their feeds take them */
    g3_feed *metadata_feed, *index_feed;
    g3_view *metadata_keys, *index_keys;
    g3_view guid; /* column of the index */
    g3_merge_columns metadata_columns, index_columns, left_columns;
    g3_merge_output output;
} merge_run;

/* Says that a column is not there, and which are. */
static bool fail_no_column(const g3_join_input *input, g3_view name, const char *option,
                           g3_error *error)
{
    size_t count;
    const g3_view *columns = g3_join_input_columns(input, &count);
    g3_buffer names = {0};
    g3_append_column_names(&names, columns, count);
    g3_fail(error, G3_EXIT_INPUT, "%s: there is no column \"%.*s\" for %s; the columns are: %s",
            g3_join_input_name(input, 0), (int)name.length, name.data, option,
            g3_buffer_text(&names));
    g3_buffer_free(&names);
    return false;
}

static bool check_keys(const merge_run *run, g3_error *error)
{
    const g3_merge_options *options = run->options;
    for (size_t i = 0; i < options->key_count; i++) {
        if (!g3_join_input_has(run->metadata, options->keys[i].metadata))
            return fail_no_column(run->metadata, options->keys[i].metadata, "the key", error);
        if (!g3_join_input_has(run->index, options->keys[i].index))
            return fail_no_column(run->index, options->keys[i].index, "the key", error);
    }
    return true;
}

/* Finds the column of the GUID: as named, else called guid, else by another of its names. */
static bool find_guid_column(merge_run *run, g3_error *error)
{
    size_t count;
    const g3_view *columns = g3_join_input_columns(run->index, &count);
    run->guid = run->options->guid_column;
    if (run->guid.length)
        return g3_join_input_has(run->index, run->guid) ||
               fail_no_column(run->index, run->guid, "--guid-column", error);
    run->guid = g3_object_columns[G3_GUID].name;
    if (g3_join_input_has(run->index, run->guid))
        return true;
    for (size_t i = 0; i < count; i++) {
        if (g3_object_field_has_name(G3_GUID, columns[i])) {
            run->guid = columns[i];
            return true;
        }
    }
    return fail_no_column(run->index, run->guid, "the GUID (see --guid-column)", error);
}

/* True if that column of the index is written already: the GUID's, or a key's that has the same
 * name and the same cells in the metadata. */
static bool is_written(const merge_run *run, g3_view column)
{
    const g3_merge_options *options = run->options;
    bool whole = !options->partial && !options->items && !options->extract;
    size_t compared = whole ? options->key_count : options->key_count - 1;
    if (g3_view_equal(column, run->guid))
        return true;
    for (size_t i = 0; i < compared; i++)
        if (g3_view_equal(column, options->keys[i].index) &&
            g3_view_equal(column, options->keys[i].metadata))
            return true;
    return false;
}

static void add_column(g3_merge_columns *columns, g3_view name)
{
    columns->items[columns->count++] = name;
}

static g3_merge_columns make_columns(const g3_join_input *input)
{
    size_t count;
    g3_merge_columns columns = {0};
    g3_join_input_columns(input, &count);
    columns.items = g3_allocate_zeroed(count, sizeof *columns.items);
    return columns;
}

/* Refuses a column that the output would have twice. */
static bool check_output_column(const merge_run *run, const g3_join_input *input, g3_view name,
                                g3_error *error)
{
    const g3_view guid = g3_object_columns[G3_GUID].name;
    const char *of = NULL;
    if (g3_view_equal(name, guid))
        of = "the GUIDs'";
    for (size_t i = 0; !of && input == run->index && i < run->metadata_columns.count; i++)
        if (g3_view_equal(name, run->metadata_columns.items[i]))
            of = g3_join_input_name(run->metadata, 0);
    if (!of)
        return true;
    size_t count;
    const g3_view *columns = g3_join_input_columns(input, &count);
    g3_buffer names = {0};
    g3_append_column_names(&names, columns, count);
    g3_fail(error, G3_EXIT_INPUT,
            "%s: its column \"%.*s\" would be twice in the output, the other being %s; rename it "
            "with %s; the columns are: %s",
            g3_join_input_name(input, 0), (int)name.length, name.data, of,
            input == run->metadata ? "--map NEW=OLD" : "g3-parse --kind raw --map NEW=OLD",
            g3_buffer_text(&names));
    g3_buffer_free(&names);
    return false;
}

/* Works out which columns the files have. */
static bool choose_columns(merge_run *run, g3_error *error)
{
    size_t count;
    const g3_view *columns = g3_join_input_columns(run->metadata, &count);
    run->metadata_columns = make_columns(run->metadata);
    for (size_t i = 0; i < count; i++) {
        if (!check_output_column(run, run->metadata, columns[i], error))
            return false;
        add_column(&run->metadata_columns, columns[i]);
    }
    columns = g3_join_input_columns(run->index, &count);
    run->index_columns = make_columns(run->index);
    run->left_columns = make_columns(run->index);
    for (size_t i = 0; i < count; i++) {
        add_column(&run->left_columns, columns[i]);
        if (!run->options->all_index_columns || is_written(run, columns[i]))
            continue;
        if (!check_output_column(run, run->index, columns[i], error))
            return false;
        add_column(&run->index_columns, columns[i]);
    }
    return true;
}

static g3_join_text make_text(const g3_merge_columns *columns, const g3_merge_file *file)
{
    return (g3_join_text){.columns = columns->items,
                          .count = columns->count,
                          .format = file->format,
                          .delimiter = file->delimiter};
}

static bool prepare_metadata(merge_run *run, g3_error *error)
{
    const g3_merge_options *options = run->options;
    g3_join_recipe recipe = {.keys = run->metadata_keys, .key_count = options->key_count};
    recipe.text = make_text(&run->metadata_columns, &options->output);
    recipe.text.whole = true;
    recipe.text.reserved = g3_object_columns[G3_GUID].name;
    run->output.unmatched_as_output = options->unmatched.format == options->output.format &&
                                      options->unmatched.delimiter == options->output.delimiter;
    if (options->unmatched.sink && !run->output.unmatched_as_output) {
        recipe.left = make_text(&run->metadata_columns, &options->unmatched);
        recipe.left.whole = true;
    }
    return g3_join_input_prepare(run->metadata, &recipe, error);
}

static bool prepare_index(merge_run *run, g3_error *error)
{
    const g3_merge_options *options = run->options;
    g3_join_recipe recipe = {.keys = run->index_keys,
                             .key_count = options->key_count,
                             .items = options->items,
                             .extract = options->extract,
                             .guid = run->guid,
                             .stored = options->partial && options->ambiguous == G3_JOIN_REJECT};
    if (options->all_index_columns)
        recipe.text = make_text(&run->index_columns, &options->output);
    if (options->unmatched_index.sink) {
        recipe.left = make_text(&run->left_columns, &options->unmatched_index);
        recipe.left.whole = true;
    }
    return g3_join_input_prepare(run->index, &recipe, error);
}

static void take_keys(merge_run *run)
{
    const g3_merge_options *options = run->options;
    run->metadata_keys = g3_allocate_zeroed(options->key_count, sizeof(g3_view));
    run->index_keys = g3_allocate_zeroed(options->key_count, sizeof(g3_view));
    for (size_t i = 0; i < options->key_count; i++) {
        run->metadata_keys[i] = options->keys[i].metadata;
        run->index_keys[i] = options->keys[i].index;
    }
}

static bool open_sides(merge_run *run, g3_error *error)
{
    const g3_merge_options *options = run->options;
    const g3_merge_side *metadata = &options->metadata, *index = &options->index;
    take_keys(run);
    run->index = g3_join_input_open(index->paths, index->path_count, &index->manifest, error);
    if (!run->index)
        return false;
    run->metadata =
        g3_join_input_open(metadata->paths, metadata->path_count, &metadata->manifest, error);
    return run->metadata && check_keys(run, error) && find_guid_column(run, error) &&
           choose_columns(run, error) && prepare_metadata(run, error) && prepare_index(run, error);
}

/* Begins to read both sides. */
static void begin_reading(merge_run *run)
{
    size_t memory = run->options->memory, size = g3_join_chunk_size(memory / CHUNK_SHARE);
    size_t ahead = memory / AHEAD_SHARE / size;
    size_t threads = g3_feed_threads();
    run->index_feed = g3_feed_open(run->index, size, G3_FEED_WAITING, threads);
    run->metadata_feed = g3_feed_open(run->metadata, size,
                                      ahead > G3_FEED_WAITING ? ahead : G3_FEED_WAITING, threads);
    run->index = run->metadata = NULL;
}

static void warn_padded(const merge_run *run, g3_feed *feed)
{
    uint64_t padded = g3_feed_padded(feed);
    if (padded)
        g3_warn(run->options->reporter,
                "%s: %" PRIu64 " rows were too short and were padded with empty cells",
                g3_feed_name(feed), padded);
}

static bool join(merge_run *run, g3_join_counts *counts, g3_error *error)
{
    const g3_merge_options *options = run->options;
    g3_join_taker taker = g3_merge_taker(&run->output);
    g3_join_options wanted = {.metadata = run->metadata_feed,
                              .index = run->index_feed,
                              .memory = options->memory,
                              .want_left = options->unmatched_index.sink != NULL,
                              .ambiguous = options->ambiguous,
                              .boundary = options->boundary,
                              .taker = &taker};
    bool done = options->partial && !options->extract ? g3_join_partial(&wanted, counts, error)
                                                      : g3_join_exact(&wanted, counts, error);
    g3_progress_end(options->reporter);
    if (done) {
        warn_padded(run, run->metadata_feed);
        warn_padded(run, run->index_feed);
    }
    return done;
}

bool g3_merge_run(const g3_merge_options *options, g3_join_counts *counts, g3_error *error)
{
    merge_run run = {.options = options, .output = {.options = options}};
    *counts = (g3_join_counts){0};
    bool done = open_sides(&run, error);
    if (done) {
        run.output.metadata = run.metadata_columns;
        run.output.index = run.index_columns;
        run.output.left_index = run.left_columns;
        g3_merge_output_begin(&run.output);
        begin_reading(&run);
        done = join(&run, counts, error);
    }
    g3_feed_close(run.index_feed);
    g3_feed_close(run.metadata_feed);
    g3_join_input_close(run.index);
    g3_join_input_close(run.metadata);
    g3_merge_output_end(&run.output);
    free(run.metadata_columns.items);
    free(run.index_columns.items);
    free(run.left_columns.items);
    free(run.metadata_keys);
    free(run.index_keys);
    return done;
}

void g3_merge_warn(const g3_merge_options *options, const g3_join_counts *counts)
{
    static const char *const DECIDED[] = {[G3_JOIN_FIRST] = "went to the first of them",
                                          [G3_JOIN_ALL] = "went to all of them",
                                          [G3_JOIN_LONGEST] = "went to the longest of them",
                                          [G3_JOIN_REJECT] = "were rejected"};
    g3_reporter *reporter = options->reporter;
    if (counts->metadata_keyless)
        g3_warn(reporter, "%" PRIu64 " metadata rows have an empty key: they match nothing",
                counts->metadata_keyless);
    if (counts->index_keyless)
        g3_warn(reporter, "%" PRIu64 " rows of the index have no key: they match nothing",
                counts->index_keyless);
    if (counts->ambiguous)
        g3_warn(reporter,
                "%" PRIu64 " rows of the index hold the keys of several metadata rows and %s: see "
                "--ambiguous, --boundary",
                counts->ambiguous, DECIDED[options->ambiguous]);
    if (counts->pairs > counts->index_matched)
        g3_warn(reporter,
                "%" PRIu64 " rows were written with a GUID that an earlier one has: a service "
                "keeps the metadata of one of them",
                counts->pairs - counts->index_matched);
}

void g3_merge_summarize(const g3_join_counts *counts, uint64_t rejected, g3_summary *summary)
{
    g3_summary_count(summary, G3_SUMMARY_COUNT, "metadata rows", counts->metadata, "",
                     " metadata rows: ");
    g3_summary_count(summary, G3_SUMMARY_GOOD, "metadata rows matched", counts->metadata_matched,
                     "", " matched, ");
    g3_summary_count(summary, G3_SUMMARY_FINDING, "metadata rows not matched",
                     counts->metadata - counts->metadata_matched, "", " not; ");
    g3_summary_count(summary, G3_SUMMARY_COUNT, "rows of the index", counts->index, "",
                     " rows of the index: ");
    g3_summary_count(summary, G3_SUMMARY_GOOD, "index rows matched", counts->index_matched, "",
                     " matched, ");
    g3_summary_count(summary, G3_SUMMARY_FINDING, "index rows not matched",
                     counts->index - counts->index_matched, "", " not; ");
    g3_summary_count(summary, G3_SUMMARY_COUNT, "rejected", rejected, "", " rejected; ");
    g3_summary_count(summary, G3_SUMMARY_COUNT, "rows with a GUID written", counts->pairs, "",
                     " rows with a GUID written");
    if (counts->on_disk)
        g3_summary_words(summary, " (joined on disk, for want of --memory)");
}
