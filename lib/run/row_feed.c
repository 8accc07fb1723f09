/* Rows of several manifests in a row. Called by verify and ingest. */
#include "row_feed.h"
#include <inttypes.h>
#include <sys/stat.h>

/* Closes the present manifest, saying what was odd about it. */
static void close_reader(g3_row_feed *feed)
{
    uint64_t padded = feed->reader ? g3_manifest_padded(feed->reader) : 0;
    if (padded && feed->rejects)
        g3_warn(feed->reporter,
                "%s: %" PRIu64 " rows were too short and were filled up with empty cells",
                g3_manifest_name(feed->reader), padded);
    g3_manifest_close(feed->reader);
    feed->reader = NULL;
    feed->file_bytes = 0;
}

static bool reject(g3_row_feed *feed, const g3_bad_row *bad, g3_error *error)
{
    feed->file_bytes += bad->text.length + 1;
    return !feed->rejects ||
           g3_rejects_add(feed->rejects, g3_manifest_name(feed->reader), bad, error);
}

/* Takes the record just read, unless it has no GUID.
 * @param good  set to false with `error` if the rejects are too many */
static bool take_row(g3_row_feed *feed, bool *good, g3_error *error)
{
    g3_view text = g3_manifest_row_text(feed->reader);
    if (!feed->guid_optional && g3_record_guid(&feed->record).length == 0) {
        g3_bad_row bad = {.line = feed->record.line, .text = text, .reason = "no guid"};
        *good = reject(feed, &bad, error);
        return false;
    }
    feed->rows++;
    feed->row_bytes += text.length + 1;
    feed->file_bytes += text.length + 1;
    return true;
}

bool g3_row_feed_reject(g3_row_feed *feed, const char *reason, g3_error *error)
{
    const g3_bad_row bad = {
        .line = feed->record.line, .text = g3_manifest_row_text(feed->reader), .reason = reason};
    return g3_rejects_add(feed->rejects, g3_manifest_name(feed->reader), &bad, error);
}

g3_next g3_row_feed_next(g3_row_feed *feed, const g3_record **record, g3_error *error)
{
    bool good = true;
    while (good) {
        if (!feed->reader) {
            if (feed->next_path == feed->path_count)
                return G3_NEXT_END;
            feed->reader = g3_manifest_open(feed->paths[feed->next_path++], &feed->options, error);
            if (!feed->reader)
                return G3_NEXT_ERROR;
        }
        g3_bad_row bad;
        switch (g3_manifest_next(feed->reader, &feed->record, &bad, error)) {
        case G3_NEXT_ITEM:
            if (take_row(feed, &good, error)) {
                *record = &feed->record;
                return G3_NEXT_ITEM;
            }
            break;
        case G3_NEXT_BAD:
            good = reject(feed, &bad, error);
            break;
        case G3_NEXT_END:
            close_reader(feed);
            break;
        case G3_NEXT_ERROR:
            return G3_NEXT_ERROR;
        }
    }
    return G3_NEXT_ERROR;
}

/* Bytes of a manifest that is not open yet; -1 where its size says nothing about its rows. */
static int64_t size_of_file(const char *path)
{
    struct stat status;
    g3_view name = g3_view_of(path);
    if (g3_view_ends_with(name, G3_VIEW(".gz")) || g3_view_ends_with(name, G3_VIEW(".zst")) ||
        stat(path, &status) != 0 || !S_ISREG(status.st_mode))
        return -1;
    return status.st_size;
}

int64_t g3_row_feed_left(const g3_row_feed *feed)
{
    int64_t bytes = 0;
    if (feed->rows == 0)
        return -1;
    if (feed->reader) {
        const g3_source *source = g3_manifest_source(feed->reader);
        int64_t size = g3_source_size(source);
        if (size < 0 || g3_source_is_packed(source))
            return -1;
        bytes = size > (int64_t)feed->file_bytes ? size - (int64_t)feed->file_bytes : 0;
    }
    for (size_t i = feed->next_path; i < feed->path_count; i++) {
        int64_t size = size_of_file(feed->paths[i]);
        if (size < 0)
            return -1;
        bytes += size;
    }
    return (int64_t)((double)bytes * (double)feed->rows / (double)feed->row_bytes);
}

bool g3_paths_are_files(const char *const *paths, size_t count)
{
    struct stat about;
    for (size_t i = 0; i < count; i++)
        if (strcmp(paths[i], "-") == 0 || stat(paths[i], &about) != 0 || !S_ISREG(about.st_mode))
            return false;
    return true;
}

void g3_row_feed_close(g3_row_feed *feed)
{
    close_reader(feed);
}
