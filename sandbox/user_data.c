/* Signed URLs: GET /user/data/download/GUID. */
#include "commons.h"
#include "document.h"
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
        g3_buffer_append_format(&whole, "%s?X-Signature=sandbox", url);
        g3_buffer_append_text(answer, "{\"url\":");
        document_append_string(answer, g3_buffer_view(&whole));
        g3_buffer_append_text(answer, "}\n");
        g3_buffer_free(&whole);
    } else {
        exchange_answer_error(exchange, 404, "the file has no URL of that protocol");
    }
    json_object_put(document);
}

void user_download(struct exchange *exchange, g3_view guid)
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
