/* Requests to the index service. Called by the sweep, the lookups, and whoever asks for a record.
 */
#include "g3/commons/index.h"

/* What may stand as it is: as G3_URL_KEPT, but for the comma, which parts the GUIDs of one query.
 */
#define KEPT_IN_ID "/:@"

#define IDS_PATH "/index/?ids="

/* Appends "&name=value" unless there is no value. */
static void append_filter(g3_request *request, const char *name, const char *value)
{
    if (!value)
        return;
    g3_buffer_append_format(&request->url, "&%s=", name);
    g3_url_append_encoded(&request->url, g3_view_of(value), G3_URL_KEPT);
}

static void append_filters(g3_request *request, const g3_index_filters *filters)
{
    append_filter(request, "acl", filters->acl);
    append_filter(request, "authz", filters->authz);
    append_filter(request, "file_name", filters->file_name);
    append_filter(request, "url", filters->url);
    append_filter(request, "size", filters->size);
    append_filter(request, "uploader", filters->uploader);
    append_filter(request, "version", filters->version);
    append_filter(request, "form", filters->form);
    for (size_t i = 0; i < filters->hashes.count; i++)
        append_filter(request, "hash", filters->hashes.items[i]);
    for (size_t i = 0; i < filters->metadata.count; i++)
        append_filter(request, "metadata", filters->metadata.items[i]);
    append_filter(request, "urls_metadata", filters->urls_metadata);
    append_filter(request, "negate_params", filters->negate_params);
}

void g3_index_list_request(g3_request *request, const char *base, const g3_index_filters *filters,
                           g3_view start, int64_t limit)
{
    g3_request_begin(request, G3_GET, base, "/index/?limit=");
    g3_buffer_append_integer(&request->url, limit);
    if (start.length) {
        g3_buffer_append_text(&request->url, "&start=");
        g3_url_append_encoded(&request->url, start, G3_URL_KEPT);
    }
    if (filters)
        append_filters(request, filters);
}

void g3_index_ids_request(g3_request *request, const char *base, const g3_view *guids, size_t count)
{
    g3_request_begin(request, G3_GET, base, IDS_PATH);
    for (size_t i = 0; i < count; i++) {
        if (i)
            g3_buffer_append_char(&request->url, ',');
        g3_url_append_encoded(&request->url, guids[i], KEPT_IN_ID);
    }
}

size_t g3_index_id_size(g3_view guid)
{
    return g3_url_encoded_size(guid, KEPT_IN_ID) + strlen(",");
}

size_t g3_index_ids_room(const char *base)
{
    const char *scheme_end = strstr(base, "://");
    const char *path = strchr(scheme_end ? scheme_end + strlen("://") : base, '/');
    size_t taken =
        strlen("GET ") + (path ? strlen(path) : 0) + strlen(IDS_PATH) + strlen(" HTTP/1.1");
    return taken < G3_INDEX_REQUEST_LINE_LIMIT ? G3_INDEX_REQUEST_LINE_LIMIT - taken : 0;
}

void g3_index_bulk_request(g3_request *request, const char *base, const g3_view *guids,
                           size_t count)
{
    g3_request_begin(request, G3_POST, base, "/bulk/documents");
    for (size_t i = 0; i < count; i++) {
        g3_buffer_append_char(&request->body, i ? ',' : '[');
        g3_json_append_string(&request->body, guids[i]);
    }
    g3_buffer_append_char(&request->body, ']');
}

void g3_index_single_request(g3_request *request, const char *base, g3_view guid)
{
    g3_request_begin(request, G3_GET, base, "/index/");
    g3_url_append_encoded(&request->url, guid, G3_URL_KEPT);
}

void g3_index_url_request(g3_request *request, const char *base, g3_view text, int64_t limit,
                          int64_t offset)
{
    g3_request_begin(request, G3_GET, base, "/_query/urls/q?limit=");
    g3_buffer_append_integer(&request->url, limit);
    g3_buffer_append_text(&request->url, "&offset=");
    g3_buffer_append_integer(&request->url, offset);
    g3_buffer_append_text(&request->url, "&include=");
    g3_url_append_encoded(&request->url, text, G3_URL_KEPT);
}

void g3_index_stats_request(g3_request *request, const char *base)
{
    g3_request_begin(request, G3_GET, base, "/_stats");
}

bool g3_index_read_stats(g3_view body, int64_t *files, int64_t *bytes)
{
    g3_arena arena = {0};
    g3_json_reader json;
    g3_view key;
    bool first, has_files = false;
    *bytes = -1;
    g3_json_begin(&json, body, &arena);
    if (g3_json_peek(&json) == G3_JSON_OBJECT && g3_json_enter(&json, &first)) {
        while (g3_json_more_key(&json, &first, &key)) {
            bool is_files = g3_view_equal(key, G3_VIEW("fileCount"));
            bool is_bytes = g3_view_equal(key, G3_VIEW("totalFileSize"));
            if (is_files && g3_json_read_integer(&json, files))
                has_files = true;
            else if (!is_bytes || !g3_json_read_integer(&json, bytes))
                g3_json_skip(&json, NULL);
        }
    }
    bool ok = has_files && g3_json_at_end(&json);
    g3_arena_free(&arena);
    return ok;
}

void g3_index_mint_request(g3_request *request, const char *base, size_t count)
{
    g3_request_begin(request, G3_GET, base, "/guid/mint?count=");
    g3_buffer_append_integer(&request->url, (int64_t)count);
}

/* Appends a member of a record's document, in front of which others stand. */
static void append_member(g3_buffer *body, const char *name, const g3_value *value)
{
    if (!value || value->type == G3_NULL)
        return;
    g3_buffer_append_format(body, ",\"%s\":", name);
    g3_json_append_value(body, value);
}

void g3_index_create_request(g3_request *request, const char *base, g3_view before, g3_view guid,
                             const g3_record *object)
{
    g3_buffer *body = &request->body;
    g3_request_begin(request, G3_POST, base, "/index/");
    g3_url_append_encoded(&request->url, before, G3_URL_KEPT);
    g3_buffer_append_text(body, "{\"did\":");
    g3_json_append_string(body, guid);
    g3_buffer_append_text(body, ",\"form\":\"object\",\"hashes\":{\"md5\":");
    g3_json_append_value(body, g3_record_get(object, G3_MD5));
    g3_buffer_append_char(body, '}');
    append_member(body, "size", g3_record_get(object, G3_FILE_SIZE));
    append_member(body, "urls", g3_record_get(object, G3_URLS));
    append_member(body, "acl", g3_record_get(object, G3_ACL));
    append_member(body, "authz", g3_record_get(object, G3_AUTHZ));
    append_member(body, "file_name", g3_record_get(object, G3_FILE_NAME));
    g3_buffer_append_char(body, '}');
}

bool g3_index_restore_request(g3_request *request, const char *base, g3_view json)
{
    /* What the service's schema lets a new record have. */
    static const char *const MEMBERS[] = {"did",
                                          "baseid",
                                          "form",
                                          "size",
                                          "hashes",
                                          "urls",
                                          "acl",
                                          "authz",
                                          "file_name",
                                          "version",
                                          "uploader",
                                          "description",
                                          "metadata",
                                          "urls_metadata",
                                          "content_created_date",
                                          "content_updated_date"};
    g3_arena arena = {0};
    g3_json_reader reader;
    g3_view key, value;
    bool first;
    g3_request_begin(request, G3_POST, base, "/index/");
    g3_json_begin(&reader, json, &arena);
    bool good = g3_json_peek(&reader) == G3_JSON_OBJECT && g3_json_enter(&reader, &first);
    while (good && g3_json_more_key(&reader, &first, &key)) {
        bool null = g3_json_peek(&reader) == G3_JSON_NULL;
        good = g3_json_skip(&reader, &value);
        for (size_t i = 0; good && !null && i < sizeof MEMBERS / sizeof *MEMBERS; i++) {
            if (!g3_view_equal(key, g3_view_of(MEMBERS[i])))
                continue;
            g3_buffer_append_format(&request->body, "%c\"%s\":", request->body.length ? ',' : '{',
                                    MEMBERS[i]);
            g3_buffer_append(&request->body, value);
        }
    }
    good = good && g3_json_at_end(&reader) && request->body.length;
    g3_buffer_append_char(&request->body, '}');
    g3_arena_free(&arena);
    return good;
}

static void begin_change(g3_request *request, g3_method method, const char *base, g3_view guid,
                         g3_view revision)
{
    g3_request_begin(request, method, base, "/index/");
    g3_url_append_encoded(&request->url, guid, G3_URL_KEPT);
    g3_buffer_append_text(&request->url, "?rev=");
    g3_url_append_encoded(&request->url, revision, NULL);
}

void g3_index_update_request(g3_request *request, const char *base, g3_view guid, g3_view revision,
                             g3_view changes)
{
    begin_change(request, G3_PUT, base, guid, revision);
    g3_buffer_append(&request->body, changes);
}

void g3_index_delete_request(g3_request *request, const char *base, g3_view guid, g3_view revision)
{
    begin_change(request, G3_DELETE, base, guid, revision);
}

bool g3_index_read_minted(g3_view body, g3_arena *arena, g3_view *guids, size_t count)
{
    g3_json_reader json;
    bool first;
    size_t read = 0;
    g3_json_begin(&json, body, arena);
    if (!g3_json_find(&json, "guids") || g3_json_peek(&json) != G3_JSON_ARRAY ||
        !g3_json_enter(&json, &first))
        return false;
    while (g3_json_more(&json, &first)) {
        g3_view guid;
        if (g3_json_peek(&json) != G3_JSON_STRING || !g3_json_read_string(&json, &guid))
            return false;
        if (read < count)
            guids[read] = g3_arena_copy(arena, guid);
        read++;
    }
    return !json.fault && read == count;
}

g3_view g3_index_read_revision(g3_view body, g3_arena *arena)
{
    g3_view revision;
    return g3_json_read_member(body, "rev", arena, &revision) ? g3_arena_copy(arena, revision)
                                                              : (g3_view){0};
}
