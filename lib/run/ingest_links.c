/* Links of metadata rows to GUIDs by a text in URLs, from a manifest. Called by ingest.c and
 * ingest_rows.c.
 *
 * The partial join tells for each row of metadata, in their order, each row of the index that its
 * text occurs in; of these only the first GUID is kept, and whether there is another. */
#include "ingest_links.h"
#include "g3/io/spill.h"
#include "g3/join/join.h"
#include "ingest_state.h"
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

/* Rows made ahead, in chunks of the join's memory. */
#define CHUNK_SHARE ((size_t)32)

/* How many GUIDs a row has: written in front of the first. */
static const char NONE = '0', ONE = '1', SEVERAL = '2';

struct g3_ingest_links {
    const g3_ingest_options *options;
    g3_spill spill;
    g3_run run;
    g3_run_reader reader;
    bool read;        /* the first was */
    uint64_t present; /* number of the row that the reader is at */

    /* while they are made */
    bool any;
    uint64_t number; /* of the row at hand */
    g3_buffer text, link;
};

/* Writes what was found for the row at hand. */
static bool end_link(g3_ingest_links *links, g3_error *error)
{
    if (!links->any)
        return true;
    g3_buffer key = {0};
    g3_buffer_append(&key, (g3_view){(const char *)&links->number, sizeof links->number});
    g3_buffer_append(&key, g3_buffer_view(&links->text));
    const g3_spill_item item = {g3_buffer_view(&key), g3_buffer_view(&links->link)};
    bool done = g3_spill_append(&links->spill, item, error);
    g3_buffer_free(&key);
    return done;
}

static bool begin_link(g3_ingest_links *links, const g3_join_row *row, g3_error *error)
{
    if (links->any && links->number == row->number)
        return true;
    if (!end_link(links, error))
        return false;
    links->any = true;
    links->number = row->number;
    g3_buffer_clear(&links->text);
    g3_buffer_append(&links->text, g3_join_row_part(row, G3_JOIN_TEXT));
    g3_buffer_clear(&links->link);
    g3_buffer_append_char(&links->link, NONE);
    return true;
}

static bool take_pair(void *context, const g3_join_row *metadata, const g3_join_row *index,
                      g3_error *error)
{
    g3_ingest_links *links = context;
    if (!begin_link(links, metadata, error))
        return false;
    if (!index)
        return true;
    g3_view guid = g3_join_row_part(index, G3_JOIN_GUID);
    g3_view first = {links->link.data + 1, links->link.length - 1};
    if (links->link.data[0] == NONE) {
        links->link.data[0] = ONE;
        g3_buffer_append(&links->link, guid);
    } else if (!g3_view_equal(guid, first)) {
        links->link.data[0] = SEVERAL;
    }
    return true;
}

/* Bad rows of the metadata are rejected when they are ingested. */
static bool take_bad(void *context, const g3_join_bad_row *bad, g3_error *error)
{
    const g3_ingest_links *links = context;
    const g3_ingest_metadata *metadata = &links->options->metadata;
    const g3_bad_row row = {.line = bad->line, .text = bad->text, .reason = bad->reason};
    if (!g3_view_equal(g3_view_of(bad->file), g3_view_of(metadata->index_path)))
        return true;
    return g3_rejects_add(links->options->rejects, bad->file, &row, error);
}

static bool take_nothing(void *context, const g3_join_row *index, g3_error *error)
{
    (void)context, (void)index, (void)error;
    return true;
}

static bool take_claimed(void *context, const g3_join_row *index, g3_view keys, g3_error *error)
{
    (void)context, (void)index, (void)keys, (void)error;
    return true;
}

static void take_progress(void *context, bool index, size_t rows)
{
    (void)context, (void)index, (void)rows;
}

/* The manifest's column of an object field. @return false with an error if there is none */
static bool find_column(const g3_join_input *input, g3_object_field field, g3_view *name,
                        g3_error *error)
{
    size_t count;
    const g3_view *columns = g3_join_input_columns(input, &count);
    *name = g3_object_columns[field].name;
    if (g3_join_input_has(input, *name))
        return true;
    for (size_t i = 0; i < count; i++) {
        if (g3_object_field_has_name(field, columns[i])) {
            *name = columns[i];
            return true;
        }
    }
    g3_buffer names = {0};
    g3_append_column_names(&names, columns, count);
    g3_fail(error, G3_EXIT_USAGE, "%s has no column \"%.*s\"; its columns are: %s",
            g3_join_input_name(input, 0), (int)name->length, name->data, g3_buffer_text(&names));
    g3_buffer_free(&names);
    return false;
}

static g3_join_input *open_index(const g3_ingest_links *links, g3_view *url, g3_error *error)
{
    const char *const *path = &links->options->metadata.index_path;
    const g3_manifest_options manifest = {.kind = G3_KIND_RAW};
    g3_join_input *input = g3_join_input_open(path, 1, &manifest, error);
    g3_join_recipe recipe = {.keys = url, .key_count = 1, .items = true};
    if (input && find_column(input, G3_URLS, url, error) &&
        find_column(input, G3_GUID, &recipe.guid, error) &&
        g3_join_input_prepare(input, &recipe, error))
        return input;
    g3_join_input_close(input);
    return NULL;
}

static g3_join_input *open_metadata(const g3_ingest_links *links, const g3_view *column,
                                    g3_error *error)
{
    const g3_ingest_options *options = links->options;
    g3_manifest_options manifest = options->manifest;
    manifest.kind = G3_KIND_RAW;
    g3_join_input *input =
        g3_join_input_open(options->paths, options->path_count, &manifest, error);
    const g3_join_recipe recipe = {
        .keys = column,
        .key_count = 1,
        .text = {.columns = column, .count = 1, .format = G3_FORMAT_TSV, .delimiter = '\t'}};
    if (input && !g3_join_input_has(input, *column))
        g3_fail(error, G3_EXIT_USAGE, "%s has no column \"%.*s\": see --guid-by-url",
                g3_join_input_name(input, 0), (int)column->length, column->data);
    else if (input && g3_join_input_prepare(input, &recipe, error))
        return input;
    g3_join_input_close(input);
    return NULL;
}

static bool join(g3_ingest_links *links, g3_error *error)
{
    const g3_ingest_options *options = links->options;
    const g3_view column = g3_view_of(options->metadata.url_text);
    size_t memory = options->memory, size = g3_join_chunk_size(memory / CHUNK_SHARE);
    g3_view url;
    g3_join_counts counts;
    g3_join_input *index = open_index(links, &url, error);
    g3_join_input *metadata = index ? open_metadata(links, &column, error) : NULL;
    if (!metadata) {
        g3_join_input_close(index);
        return false;
    }
    const g3_join_taker taker = {.context = links,
                                 .take = take_pair,
                                 .take_left = take_nothing,
                                 .take_ambiguous = take_claimed,
                                 .take_progress = take_progress,
                                 .take_bad = take_bad};
    g3_join_options wanted = {.metadata = g3_feed_open(metadata, size, G3_FEED_WAITING, 1),
                              .index = g3_feed_open(index, size, G3_FEED_WAITING, 1),
                              .memory = memory,
                              .ambiguous = G3_JOIN_ALL,
                              .taker = &taker};
    bool done = g3_join_partial(&wanted, &counts, error) && end_link(links, error) &&
                g3_spill_end_run(&links->spill, &links->run, error);
    g3_feed_close(wanted.metadata);
    g3_feed_close(wanted.index);
    return done;
}

/* A file that is not there is told when it is opened. */
static bool check_paths(const g3_ingest_options *options, g3_error *error)
{
    for (size_t i = 0; i < options->path_count; i++) {
        const char *path = options->paths[i];
        if (!g3_paths_are_files(&path, 1) && (strcmp(path, "-") == 0 || access(path, F_OK) == 0))
            return g3_fail(error, G3_EXIT_USAGE,
                           "%s: --index reads the manifest twice: give it as a file, or join it "
                           "with g3-merge --partial first",
                           g3_source_name_of(path));
    }
    return true;
}

g3_ingest_links *g3_ingest_links_open(const g3_ingest_options *options, g3_error *error)
{
    g3_ingest_links *links = g3_allocate_zeroed(1, sizeof *links);
    links->options = options;
    if (check_paths(options, error) && g3_spill_open(&links->spill, G3_SPILL_MOST_BLOCK, error) &&
        join(links, error)) {
        g3_run_reader_open(&links->reader, &links->spill, links->run);
        return links;
    }
    g3_ingest_links_close(links);
    return NULL;
}

/* True if the link at hand was made for that row, as far as its number and its text as a cell tell.
 */
static bool is_of(const g3_ingest_links *links, const g3_ingest_row *row)
{
    if (links->reader.ended || links->present != row->number)
        return false;
    size_t offset = sizeof links->present;
    g3_view cell = {links->reader.item.key.data + offset, links->reader.item.key.length - offset};
    bool quoted = cell.length && (cell.data[0] == '"');
    return quoted || g3_view_equal(g3_view_trim(cell), row->text);
}

/* Reads on to the link of a row. @return false with an error if there is none */
static bool seek(g3_ingest_links *links, const g3_ingest_row *row, g3_error *error)
{
    while (!links->read || (!links->reader.ended && links->present < row->number)) {
        if (!g3_run_reader_next(&links->reader, error))
            return false;
        links->read = true;
        if (!links->reader.ended)
            memcpy(&links->present, links->reader.item.key.data, sizeof links->present);
    }
    return is_of(links, row) ||
           g3_fail(error, G3_EXIT_INPUT, "%s:%" PRIu64 ": the manifest changed while it was read",
                   row->file, row->line);
}

bool g3_ingest_links_find(g3_ingest_links *links, g3_ingest *ingest, g3_ingest_row *row,
                          g3_error *error)
{
    if (!seek(links, row, error))
        return false;
    g3_view link = links->reader.item.line;
    g3_view guid = {link.data + 1, link.length - 1};
    if (row->text.length == 0 || link.data[0] != ONE) {
        g3_ingest_end_unlinked(ingest, row, guid);
    } else {
        row->guid = g3_arena_copy(&ingest->arena, guid);
        row->step = G3_STEP_LOOK;
    }
    return true;
}

void g3_ingest_links_close(g3_ingest_links *links)
{
    if (!links)
        return;
    g3_run_reader_close(&links->reader);
    g3_spill_close(&links->spill);
    g3_buffer_free(&links->text);
    g3_buffer_free(&links->link);
    free(links);
}
