/* Filling the index from manifests. */
#include "loader.h"
#include "document.h"
#include "g3/base/interrupt.h"
#include "g3/record/manifest.h"
#include "identity.h"
#include "url_template.h"
#include <inttypes.h>
#include <stdlib.h>

/* Rows that are warned of one by one; the rest is counted. */
#define WARNINGS 10

struct loader {
    struct commons *commons;
    g3_reporter *reporter;
    sqlite3 *database;
    sqlite3_stmt *insert;
    struct randomness randomness;
    char date[DATE_SIZE]; /* one for all: a real index that was filled in bulk has such ties */
    int64_t moment;       /* the same, microseconds since 1970 */
    g3_buffer document;
    g3_buffer url;  /* made from the template */
    g3_buffer guid; /* minted */
    uint64_t bad_rows;
};

/* A list's items without repeats. Sorted in the way: their order means nothing. */
static size_t take_list(g3_record *record, g3_object_field field, const g3_view **items)
{
    g3_value *list = (g3_value *)g3_record_get(record, field);
    size_t kept = 0;
    if (!list || list->type != G3_LIST)
        return 0;
    g3_value_sort_items(list);
    for (size_t i = 0; i < list->list.count; i++)
        if (kept == 0 || !g3_view_equal(list->list.items[i], list->list.items[kept - 1]))
            list->list.items[kept++] = list->list.items[i];
    *items = list->list.items;
    return kept;
}

static g3_view take_text(const g3_record *record, g3_object_field field)
{
    const g3_value *value = g3_record_get(record, field);
    return value && value->type == G3_STRING ? value->text : (g3_view){0};
}

static g3_view mint_guid(struct loader *loader)
{
    char uuid[UUID_SIZE];
    identity_make_uuid(&loader->randomness, uuid);
    g3_buffer_clear(&loader->guid);
    g3_buffer_append_text(&loader->guid, loader->commons->settings->prefix);
    g3_buffer_append_text(&loader->guid, uuid);
    return g3_buffer_view(&loader->guid);
}

static bool insert_row(struct loader *loader, const document_fields *fields, g3_error *error)
{
    sqlite3_stmt *insert = loader->insert;
    g3_buffer_clear(&loader->document);
    document_append_record(&loader->document, fields);
    store_bind_text(insert, 1, fields->did);
    store_bind_text(insert, 2, g3_view_of(fields->baseid));
    store_bind_text(insert, 3, g3_view_of(fields->revision));
    if (fields->has_size)
        sqlite3_bind_int64(insert, 4, fields->size);
    else
        sqlite3_bind_null(insert, 4);
    if (fields->md5.data)
        store_bind_text(insert, 5, fields->md5);
    else
        sqlite3_bind_null(insert, 5);
    sqlite3_bind_int64(insert, 6, loader->moment);
    sqlite3_bind_blob64(insert, 7, loader->document.data, loader->document.length, SQLITE_STATIC);
    int outcome = sqlite3_step(insert);
    sqlite3_reset(insert);
    return outcome == SQLITE_DONE ||
           g3_fail(error, G3_EXIT_LOCAL, "database: %s", sqlite3_errmsg(loader->database));
}

static bool load_record(struct loader *loader, g3_record *record, g3_error *error)
{
    char baseid[UUID_SIZE], revision[REVISION_SIZE];
    identity_make_uuid(&loader->randomness, baseid);
    identity_make_revision(&loader->randomness, revision);
    document_fields fields = {.did = g3_record_guid(record),
                              .baseid = baseid,
                              .revision = revision,
                              .date = loader->date,
                              .md5 = take_text(record, G3_MD5),
                              .file_name = take_text(record, G3_FILE_NAME)};
    if (!fields.did.length)
        fields.did = mint_guid(loader);
    fields.url_count = take_list(record, G3_URLS, &fields.urls);
    fields.acl_count = take_list(record, G3_ACL, &fields.acl);
    fields.authz_count = take_list(record, G3_AUTHZ, &fields.authz);
    const g3_value *size = g3_record_get(record, G3_FILE_SIZE);
    fields.has_size = size && size->type == G3_INTEGER;
    fields.size = fields.has_size ? size->integer : 0;
    const char *template = loader->commons->settings->url_template;
    g3_view url;
    if (!fields.url_count && template) {
        g3_buffer_clear(&loader->url);
        if (!url_template_append(&loader->url, template, record, fields.did, error))
            return false;
        url = g3_buffer_view(&loader->url);
        fields.urls = &url;
        fields.url_count = 1;
    }
    return insert_row(loader, &fields, error);
}

static void warn_of(struct loader *loader, const g3_manifest_reader *manifest,
                    const g3_bad_row *bad)
{
    if (loader->bad_rows++ < WARNINGS)
        g3_warn(loader->reporter, "%s:%" PRIu64 ": %s; the row is left out",
                g3_manifest_name(manifest), bad->line, bad->reason);
}

static bool load_rows(struct loader *loader, g3_manifest_reader *manifest, g3_error *error)
{
    g3_record record;
    g3_bad_row bad;
    for (;;) {
        if (g3_interrupted())
            return g3_fail(error, G3_EXIT_INTERRUPTED, "interrupted");
        switch (g3_manifest_next(manifest, &record, &bad, error)) {
        case G3_NEXT_ITEM:
            if (!load_record(loader, &record, error))
                return false;
            break;
        case G3_NEXT_BAD:
            warn_of(loader, manifest, &bad);
            break;
        case G3_NEXT_END:
            return true;
        default:
            return false;
        }
    }
}

/* Reads --map field=column.
 * @param maps  owned by the caller: free() */
static bool read_maps(const g3_text_list *texts, g3_column_map **maps, g3_error *error)
{
    *maps = g3_allocate_zeroed(texts->count, sizeof **maps);
    for (size_t i = 0; i < texts->count; i++) {
        const char *text = texts->items[i], *equals = strchr(text, '=');
        if (!equals || equals == text || !equals[1])
            return g3_fail(error, G3_EXIT_USAGE, "--map %s: want field=column", text);
        (*maps)[i] = (g3_column_map){{text, (size_t)(equals - text)}, g3_view_of(equals + 1)};
    }
    return true;
}

static bool load_manifests(struct loader *loader, g3_error *error)
{
    const struct settings *settings = loader->commons->settings;
    g3_column_map *maps;
    bool done = read_maps(&settings->maps, &maps, error);
    g3_manifest_options options = {
        .kind = G3_KIND_OBJECT, .maps = maps, .map_count = settings->maps.count};
    for (size_t i = 0; done && i < settings->manifests.count; i++) {
        g3_manifest_reader *manifest =
            g3_manifest_open(settings->manifests.items[i], &options, error);
        done = manifest && load_rows(loader, manifest, error);
        g3_manifest_close(manifest);
    }
    free(maps);
    return done;
}

static void report_losses(struct loader *loader, int64_t repeated)
{
    if (loader->bad_rows > WARNINGS)
        g3_warn(loader->reporter, "%" PRIu64 " rows were left out in all", loader->bad_rows);
    if (repeated)
        g3_warn(loader->reporter, "%" PRId64 " rows repeat a GUID; the first row of each was taken",
                repeated);
}

bool loader_run(struct commons *commons, g3_reporter *reporter, g3_error *error)
{
    static const char INSERT[] =
        "INSERT INTO record(did, baseid, rev, form, size, md5, updated, document) "
        "VALUES(?1, ?2, ?3, 'object', ?4, ?5, ?6, ?7)";
    struct loader loader = {.commons = commons, .reporter = reporter, .moment = identity_now()};
    int64_t repeated = 0;
    bool done = false;
    if (!commons->settings->manifests.count)
        return true;
    identity_write_date(loader.moment, loader.date);
    store_connection *connection = store_begin_load(commons->store, error);
    if (!connection)
        return false;
    loader.database = connection->database;
    loader.insert = store_prepare(connection, INSERT);
    done = load_manifests(&loader, error);
    sqlite3_finalize(loader.insert);
    done = done && store_end_load(commons->store, &repeated, error);
    if (done)
        report_losses(&loader, repeated);
    g3_buffer_free(&loader.document);
    g3_buffer_free(&loader.url);
    g3_buffer_free(&loader.guid);
    return done;
}
