/* Files: GET /user/data/download/GUID, POST /user/data/upload, GET /user/data/upload/GUID, DELETE
 * /user/data/GUID. */
#include "commons.h"
#include "document.h"
#include "file_service.h"
#include "index_service.h"
#include "user_service.h"

/* The record's first URL of a protocol ("s3"; empty: of any); NULL: there is none. */
static const char *find_url(json_object *document, g3_view protocol)
{
    json_object *urls;
    if (!json_object_object_get_ex(document, "urls", &urls))
        return NULL;
    for (size_t i = 0; i < json_object_array_length(urls); i++) {
        const char *url = json_object_get_string(json_object_array_get_idx(urls, i));
        const char *end = strstr(url, "://");
        g3_view scheme = {url, end ? (size_t)(end - url) : 0};
        if (protocol.length == 0 || g3_view_equal(scheme, protocol))
            return url;
    }
    return NULL;
}

static void answer_url(struct exchange *exchange, g3_view stored)
{
    const g3_view *protocol = target_get(&exchange->target, "protocol");
    json_object *document;
    if (!document_parse(stored, DOCUMENT_DEPTH, &document)) {
        exchange_answer_page(exchange, 500);
        return;
    }
    const char *url = find_url(document, protocol ? *protocol : (g3_view){0});
    if (url) {
        g3_buffer *answer = exchange_begin_json(exchange, 200);
        g3_buffer whole = {0};
        file_append_signed(exchange->commons, url, &whole);
        g3_buffer_append_text(answer, "{\"url\":");
        document_append_string(answer, g3_buffer_view(&whole));
        g3_buffer_append_text(answer, "}\n");
        g3_buffer_free(&whole);
    } else {
        exchange_answer_error(exchange, 404, "the file has no URL of that protocol");
    }
    json_object_put(document);
}

static void download(struct exchange *exchange, g3_view guid)
{
    store_connection *reader = store_borrow_reader(exchange->commons->store);
    sqlite3_stmt *found = index_find(exchange, reader, guid);
    if (found) {
        answer_url(exchange, store_column(found, 0));
        sqlite3_reset(found);
    } else {
        index_answer_missing(exchange);
    }
    store_return_reader(exchange->commons->store, reader);
}

static void append_upload_url(g3_buffer *answer, const char *guid, const char *file_name)
{
    g3_buffer url = {0};
    g3_buffer_append_format(&url, "s3://sandbox-upload/%s/%s?X-Signature=sandbox", guid, file_name);
    g3_buffer_append_text(answer, "\"url\":");
    document_append_string(answer, g3_buffer_view(&url));
    g3_buffer_append_text(answer, "}\n");
    g3_buffer_free(&url);
}

/* Makes a blank record of the user's, and answers where its file is to be sent. */
static void upload(struct exchange *exchange)
{
    json_object *body, *name, *made = NULL, *did;
    if (!exchange_read_json(exchange, &body))
        return;
    if (!json_object_object_get_ex(body, "file_name", &name) ||
        !json_object_is_type(name, json_type_string)) {
        exchange_answer_error(exchange, 400, "file_name is required");
        json_object_put(body);
        return;
    }
    const char *file_name = json_object_get_string(name);
    g3_buffer_clear(&exchange->body);
    g3_buffer_append_text(&exchange->body, "{\"uploader\":\"sandbox\",\"file_name\":");
    document_append_string(&exchange->body, g3_view_of(file_name));
    g3_buffer_append_char(&exchange->body, '}');
    index_create_blank(exchange);
    if (exchange->status == 201 &&
        document_parse(g3_buffer_view(&exchange->answer), DOCUMENT_DEPTH, &made) &&
        json_object_object_get_ex(made, "did", &did)) {
        g3_buffer *answer = exchange_begin_json(exchange, 201);
        g3_buffer_append_text(answer, "{\"guid\":");
        document_append_string(answer, g3_view_of(json_object_get_string(did)));
        g3_buffer_append_char(answer, ',');
        append_upload_url(answer, json_object_get_string(did), file_name);
    }
    json_object_put(made);
    json_object_put(body);
}

/* Answers where a file of a record that is there is to be sent. */
static void upload_to(struct exchange *exchange, g3_view guid)
{
    const g3_view *name = target_get(&exchange->target, "file_name");
    const char *file_name = name ? g3_arena_copy(&exchange->arena, *name).data : "file";
    g3_buffer *answer = exchange_begin_json(exchange, 200);
    g3_buffer_append_char(answer, '{');
    append_upload_url(answer, g3_arena_copy(&exchange->arena, guid).data, file_name);
}

void user_data(struct exchange *exchange, g3_view path)
{
    static const g3_view DOWNLOAD = {"download/", 9}, UPLOAD = {"upload/", 7};
    bool downloads = g3_view_starts_with(path, DOWNLOAD);
    bool to_guid = g3_view_starts_with(path, UPLOAD);
    size_t before = downloads ? DOWNLOAD.length : to_guid ? UPLOAD.length : 0;
    g3_view guid = {path.data + before, path.length - before};
    if (downloads && exchange->verb == VERB_GET)
        download(exchange, guid);
    else if (to_guid && exchange->verb == VERB_GET)
        upload_to(exchange, guid);
    else if (g3_view_equal(path, G3_VIEW("upload")) && exchange->verb == VERB_POST)
        upload(exchange);
    else if (before == 0 && exchange->verb == VERB_DELETE)
        index_delete_any(exchange, guid);
    else
        exchange_answer_page(exchange, 405);
}
