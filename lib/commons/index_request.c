/* Requests to the index service. Called by the sweep, the lookups, and whoever asks for a record. */
#include "g3/commons/index.h"

/* What may stand as it is in a path or a query value (RFC 3986, 3.3 and 3.4) and is usual in GUIDs,
 * hashes, URLs and paths of authz: so that requests can be read in logs. */
#define KEPT "/:@,"

/* The same without the comma, which parts the GUIDs of one query. */
#define KEPT_IN_ID "/:@"

#define IDS_PATH "/index/?ids="

static void begin_request(g3_request *request, g3_method method, const char *base, const char *path)
{
    request->method = method;
    request->repeatable = true; /* all of these only read */
    g3_buffer_clear(&request->url);
    g3_buffer_clear(&request->body);
    g3_buffer_append_text(&request->url, base);
    g3_buffer_append_text(&request->url, path);
}

/* Appends "&name=value" unless there is no value. */
static void append_filter(g3_request *request, const char *name, const char *value)
{
    if (!value)
        return;
    g3_buffer_append_format(&request->url, "&%s=", name);
    g3_url_append_encoded(&request->url, g3_view_of(value), KEPT);
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
    begin_request(request, G3_GET, base, "/index/?limit=");
    g3_buffer_append_integer(&request->url, limit);
    if (start.length) {
        g3_buffer_append_text(&request->url, "&start=");
        g3_url_append_encoded(&request->url, start, KEPT);
    }
    if (filters)
        append_filters(request, filters);
}

void g3_index_ids_request(g3_request *request, const char *base, const g3_view *guids, size_t count)
{
    begin_request(request, G3_GET, base, IDS_PATH);
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
    begin_request(request, G3_POST, base, "/bulk/documents");
    for (size_t i = 0; i < count; i++) {
        g3_buffer_append_char(&request->body, i ? ',' : '[');
        g3_json_append_string(&request->body, guids[i]);
    }
    g3_buffer_append_char(&request->body, ']');
}

void g3_index_single_request(g3_request *request, const char *base, g3_view guid)
{
    begin_request(request, G3_GET, base, "/index/");
    g3_url_append_encoded(&request->url, guid, KEPT);
}

void g3_index_stats_request(g3_request *request, const char *base)
{
    begin_request(request, G3_GET, base, "/_stats");
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
