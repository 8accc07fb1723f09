/* Requests to the metadata service, and its answers to batches. Called by the jobs of ingesting and
 * verifying metadata. */
#include "g3/commons/metadata.h"

static void begin_single(g3_request *request, g3_method method, const char *base, g3_view guid)
{
    g3_request_begin(request, method, base, "/metadata/");
    g3_url_append_encoded(&request->url, guid, G3_URL_KEPT);
}

void g3_metadata_get_request(g3_request *request, const char *base, g3_view guid)
{
    begin_single(request, G3_GET, base, guid);
}

void g3_metadata_list_request(g3_request *request, const char *base, int64_t limit, int64_t offset)
{
    g3_request_begin(request, G3_GET, base, "/metadata?data=true&limit=");
    g3_buffer_append_integer(&request->url, limit);
    g3_buffer_append_text(&request->url, "&offset=");
    g3_buffer_append_integer(&request->url, offset);
}

void g3_metadata_batch_request(g3_request *request, const char *base, bool overwrite)
{
    g3_request_begin(request, G3_POST, base,
                     overwrite ? "/metadata?overwrite=true" : "/metadata?overwrite=false");
}

void g3_metadata_batch_add(g3_request *request, g3_view guid, g3_view document)
{
    g3_buffer *body = &request->body;
    g3_buffer_append_text(body, body->length ? ",{\"guid\":" : "[{\"guid\":");
    g3_json_append_string(body, guid);
    g3_buffer_append_text(body, ",\"data\":");
    g3_buffer_append(body, document);
    g3_buffer_append_char(body, '}');
}

void g3_metadata_batch_end(g3_request *request)
{
    g3_buffer_append_char(&request->body, ']');
}

void g3_metadata_create_request(g3_request *request, const char *base, g3_view guid,
                                g3_view document)
{
    begin_single(request, G3_POST, base, guid);
    g3_buffer_append(&request->body, document);
}

void g3_metadata_merge_request(g3_request *request, const char *base, g3_view guid,
                               g3_view document)
{
    begin_single(request, G3_PUT, base, guid);
    g3_buffer_append_text(&request->url, "?merge=True");
    g3_buffer_append(&request->body, document);
}

void g3_metadata_delete_request(g3_request *request, const char *base, g3_view guid)
{
    begin_single(request, G3_DELETE, base, guid);
}

static bool find_outcome(g3_view name, g3_metadata_outcome *outcome)
{
    static const g3_view NAMES[G3_METADATA_OUTCOMES] = {
        [G3_METADATA_CREATED] = G3_VIEW("created"),
        [G3_METADATA_UPDATED] = G3_VIEW("updated"),
        [G3_METADATA_CONFLICT] = G3_VIEW("conflict"),
        [G3_METADATA_BAD_INPUT] = G3_VIEW("bad_input"),
    };
    for (int i = 0; i < G3_METADATA_OUTCOMES; i++) {
        if (g3_view_equal(name, NAMES[i])) {
            *outcome = (g3_metadata_outcome)i;
            return true;
        }
    }
    return false;
}

bool g3_metadata_read_batch(g3_view body, g3_arena *arena,
                            void (*take)(void *context, g3_view guid, g3_metadata_outcome outcome),
                            void *context)
{
    g3_json_reader json;
    g3_view name, guid;
    bool first, first_item;
    g3_metadata_outcome outcome;
    g3_json_begin(&json, body, arena);
    if (g3_json_peek(&json) != G3_JSON_OBJECT || !g3_json_enter(&json, &first))
        return false;
    while (g3_json_more_key(&json, &first, &name)) {
        if (!find_outcome(name, &outcome) || g3_json_peek(&json) != G3_JSON_ARRAY) {
            g3_json_skip(&json, NULL);
            continue;
        }
        g3_json_enter(&json, &first_item);
        while (g3_json_more(&json, &first_item)) {
            if (g3_json_peek(&json) != G3_JSON_STRING || !g3_json_read_string(&json, &guid))
                return false;
            take(context, guid, outcome);
        }
    }
    return g3_json_at_end(&json);
}
