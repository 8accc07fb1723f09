/* Searches by URL: GET /_query/urls/q and GET /urls/. */
#include "commons.h"
#include "document.h"
#include "index_service.h"
#include <inttypes.h>

/* Records of one answer: at most, and where no number is asked for. */
#define PAGE_LIMIT   1024
#define PAGE_DEFAULT 100

/* Appends a record's URLs as a list. They come joined by commas, and a URL that holds one comes
 * apart: the real service's database joins them the same way. */
static void append_urls(g3_buffer *answer, g3_view joined, g3_arena *arena)
{
    size_t count;
    g3_view *urls = target_split(joined, ',', &count, arena);
    for (size_t i = 0; i < count; i++) {
        g3_buffer_append_char(answer, i ? ',' : '[');
        document_append_string(answer, urls[i]);
    }
    g3_buffer_append_char(answer, ']');
}

static void bind_pattern(sqlite3_stmt *statement, int at, const g3_view *text)
{
    if (text && text->length)
        store_bind_text(statement, at, *text);
}

void index_query_urls(struct exchange *exchange)
{
    /* LIKE without an escape: '_' and '%' in what is looked for are wildcards. */
    static const char SQL[] =
        "SELECT did, search_urls(document) AS urls FROM record WHERE form <> 'bundle' "
        "AND urls IS NOT NULL AND (?1 IS NULL OR urls LIKE '%' || ?1 || '%') "
        "AND (?2 IS NULL OR urls NOT LIKE '%' || ?2 || '%') ORDER BY did LIMIT ?3 OFFSET ?4";
    int64_t limit = PAGE_DEFAULT, offset = 0;
    if (!exchange_read_number(exchange, "limit", 0, PAGE_LIMIT, &limit) ||
        !exchange_read_number(exchange, "offset", 0, INT64_MAX, &offset))
        return;
    store_connection *reader = store_borrow_reader(exchange->commons->store);
    sqlite3_stmt *rows = store_prepare(reader, SQL);
    g3_buffer *answer = exchange_begin_json(exchange, 200);
    int outcome = SQLITE_ERROR;
    if (rows) {
        bind_pattern(rows, 1, target_get(&exchange->target, "include"));
        bind_pattern(rows, 2, target_get(&exchange->target, "exclude"));
        sqlite3_bind_int64(rows, 3, limit);
        sqlite3_bind_int64(rows, 4, offset);
    }
    g3_buffer_append_char(answer, '[');
    while (rows && (outcome = sqlite3_step(rows)) == SQLITE_ROW) {
        g3_buffer_append_text(answer, answer->length > 1 ? ",{\"did\":" : "{\"did\":");
        document_append_string(answer, store_column(rows, 0));
        g3_buffer_append_text(answer, ",\"urls\":");
        append_urls(answer, store_column(rows, 1), &exchange->arena);
        g3_buffer_append_char(answer, '}');
    }
    g3_buffer_append_text(answer, "]\n");
    if (outcome != SQLITE_DONE)
        index_answer_broken(exchange, reader);
    sqlite3_finalize(rows);
    store_return_reader(exchange->commons->store, reader);
}

/* Appends the URLs of one record that stand in its "urls_metadata", with what is said of them. */
static void collect_urls(json_object *list, g3_view stored)
{
    json_object *document = NULL, *metadata;
    document_parse(stored, DOCUMENT_DEPTH, &document);
    if (json_object_object_get_ex(document, "urls_metadata", &metadata)) {
        json_object_object_foreach(metadata, url, about)
        {
            json_object *item = json_object_new_object();
            json_object_object_add(item, "metadata", json_object_get(about));
            json_object_object_add(item, "url", json_object_new_string(url));
            json_object_array_add(list, item);
        }
    }
    json_object_put(document);
}

static void answer_urls(struct exchange *exchange, int64_t size, int64_t limit, int64_t start,
                        json_object *urls)
{
    json_object *answer = json_object_new_object(), *page = json_object_new_array();
    size_t count = json_object_array_length(urls);
    for (size_t i = (size_t)start; i < count && i < (size_t)(start + limit); i++)
        json_object_array_add(page, json_object_get(json_object_array_get_idx(urls, i)));
    json_object_object_add(answer, "hashes", json_object_new_object());
    json_object_object_add(answer, "limit", json_object_new_int64(limit));
    json_object_object_add(answer, "size", json_object_new_int64(size));
    json_object_object_add(answer, "start", json_object_new_int64(start));
    json_object_object_add(answer, "urls", page);
    exchange_answer_document(exchange, 200, answer);
}

void index_urls(struct exchange *exchange)
{
    int64_t size = -1, limit = PAGE_DEFAULT, start = 0;
    if (!exchange_read_number(exchange, "size", 0, INT64_MAX, &size) ||
        !exchange_read_number(exchange, "limit", 0, PAGE_LIMIT, &limit) ||
        !exchange_read_number(exchange, "start", 0, INT32_MAX, &start))
        return;
    if (size < 0) {
        exchange_answer_error(exchange, 400, "size is required");
        return;
    }
    store_connection *reader = store_borrow_reader(exchange->commons->store);
    sqlite3_stmt *rows = store_prepare(
        reader, "SELECT document FROM record WHERE size = ?1 AND form <> 'bundle' ORDER BY did");
    json_object *urls = json_object_new_array();
    if (rows)
        sqlite3_bind_int64(rows, 1, size);
    while (rows && sqlite3_step(rows) == SQLITE_ROW)
        collect_urls(urls, store_column(rows, 0));
    answer_urls(exchange, size, limit, start, urls);
    json_object_put(urls);
    sqlite3_finalize(rows);
    store_return_reader(exchange->commons->store, reader);
}
