/* Listings: GET /index/ with a page of the key space, or records by their GUIDs. */
#include "commons.h"
#include "document.h"
#include "index_service.h"
#include <inttypes.h>

/* Most records of one answer, and how many come where none are asked for. */
#define PAGE_LIMIT   1024
#define PAGE_DEFAULT 100

/* Bytes of an answer to set aside for each record: a usual one fits. */
#define RECORD_SIZE 800

/* What a listing asks for. */
struct listing {
    int64_t limit;
    int64_t page; /* -1: none */
    const g3_view *start;
    g3_view *ids;
    size_t id_count;
};

static bool read_listing(struct exchange *exchange, struct listing *listing)
{
    const struct target *target = &exchange->target;
    listing->limit = PAGE_DEFAULT;
    listing->page = -1;
    listing->start = target_get(target, "start");
    if (!exchange_read_number(exchange, "limit", 0, PAGE_LIMIT, &listing->limit) ||
        !exchange_read_number(exchange, "page", 0, INT64_MAX, &listing->page))
        return false;
    const g3_view *ids = target_get(target, "ids");
    if (ids && ids->length) {
        listing->ids = target_split(*ids, ',', &listing->id_count, &exchange->arena);
        if (listing->start || target_get(target, "limit") || target_get(target, "page")) {
            exchange_answer_error(exchange, 400, "pagination is not supported when ids is provided");
            return false;
        }
    }
    return true;
}

static void append_text(g3_buffer *answer, const g3_view *text)
{
    if (text)
        document_append_string(answer, *text);
    else
        g3_buffer_append_text(answer, "null");
}

/* The members in front of the records: what was asked for. */
static void append_head(struct exchange *exchange, const struct listing *listing)
{
    g3_buffer *answer = &exchange->answer;
    g3_buffer_append_text(answer, "{\"acl\":null,\"authz\":null,\"file_name\":null,\"hashes\":null,\"ids\":");
    for (size_t i = 0; i < listing->id_count; i++) {
        g3_buffer_append_char(answer, i ? ',' : '[');
        document_append_string(answer, listing->ids[i]);
    }
    g3_buffer_append_text(answer, listing->id_count ? "]" : "null");
    g3_buffer_append_format(answer, ",\"limit\":%" PRId64 ",\"metadata\":{},\"page\":", listing->limit);
    if (listing->page >= 0)
        g3_buffer_append_integer(answer, listing->page);
    else
        g3_buffer_append_text(answer, "null");
    g3_buffer_append_text(answer, ",\"records\":[");
}

static void append_tail(struct exchange *exchange, const struct listing *listing)
{
    g3_buffer *answer = &exchange->answer;
    g3_buffer_append_text(answer, "],\"size\":null,\"start\":");
    append_text(answer, listing->start);
    g3_buffer_append_text(answer, ",\"urls\":[],\"urls_metadata\":null,\"version\":null}\n");
}

static void append_document(g3_buffer *answer, g3_view document)
{
    if (answer->data[answer->length - 1] != '[')
        g3_buffer_append_char(answer, ',');
    g3_buffer_append(answer, document);
}

/* Appends the documents that a statement gives. @return false if the database failed */
static bool append_rows(struct exchange *exchange, sqlite3_stmt *rows)
{
    int outcome;
    while ((outcome = sqlite3_step(rows)) == SQLITE_ROW)
        append_document(&exchange->answer, store_column(rows, 0));
    return outcome == SQLITE_DONE;
}

static bool append_page(struct exchange *exchange, store_connection *reader, const struct listing *listing)
{
    sqlite3_stmt *rows =
        store_statement_of(reader, listing->start ? STATEMENT_PAGE : STATEMENT_FIRST);
    if (listing->start)
        store_bind_text(rows, 1, *listing->start);
    sqlite3_bind_int64(rows, listing->start ? 2 : 1, listing->limit);
    bool done = append_rows(exchange, rows);
    sqlite3_reset(rows);
    return done;
}

static bool append_ids(struct exchange *exchange, store_connection *reader, const struct listing *listing)
{
    sqlite3_stmt *find = store_statement_of(reader, STATEMENT_FIND);
    for (size_t i = 0; i < listing->id_count; i++) {
        store_bind_text(find, 1, listing->ids[i]);
        if (sqlite3_step(find) == SQLITE_ROW)
            append_document(&exchange->answer, store_column(find, FIND_DOCUMENT));
        sqlite3_reset(find);
    }
    return true;
}

void index_list(struct exchange *exchange)
{
    struct listing listing = {0};
    if (!read_listing(exchange, &listing))
        return;
    store_connection *reader = store_borrow_reader(exchange->commons->store);
    g3_buffer *answer = exchange_begin_json(exchange, 200);
    g3_buffer_reserve(answer, (size_t)listing.limit * RECORD_SIZE);
    append_head(exchange, &listing);
    bool done = listing.id_count ? append_ids(exchange, reader, &listing)
                                 : append_page(exchange, reader, &listing);
    append_tail(exchange, &listing);
    if (!done)
        index_answer_broken(exchange, reader);
    store_return_reader(exchange->commons->store, reader);
}
