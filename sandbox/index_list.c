/* Listings: GET /index/ with a page of the key space, filtered or not, or records by their GUIDs.
 */
#include "commons.h"
#include "document.h"
#include "index_filter.h"
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
    const g3_view *ids;
    struct conditions conditions;
    json_object *echo; /* what the answer says of the request, beside the records */
};

static bool read_page(struct exchange *exchange, struct listing *listing)
{
    const struct target *target = &exchange->target;
    listing->limit = PAGE_DEFAULT;
    listing->page = -1;
    listing->start = target_get(target, "start");
    listing->ids = target_get(target, "ids");
    if (!exchange_read_number(exchange, "limit", 0, PAGE_LIMIT, &listing->limit) ||
        !exchange_read_number(exchange, "page", 0, INT32_MAX, &listing->page))
        return false;
    if (listing->ids && !listing->ids->length)
        listing->ids = NULL;
    if (listing->ids &&
        (listing->start || target_get(target, "limit") || target_get(target, "page"))) {
        exchange_answer_error(exchange, 400, "pagination is not supported when ids is provided");
        return false;
    }
    json_object_object_add(listing->echo, "limit", json_object_new_int64(listing->limit));
    json_object_object_add(listing->echo, "page",
                           listing->page < 0 ? NULL : json_object_new_int64(listing->page));
    json_object_object_add(listing->echo, "start",
                           listing->start ? json_object_new_string_len(listing->start->data,
                                                                       (int)listing->start->length)
                                          : NULL);
    return true;
}

/* Restricts a listing to some GUIDs, each with its prefix or without: their rows are looked up
 * first. */
static void restrict_to_ids(struct exchange *exchange, store_connection *reader,
                            struct listing *listing)
{
    size_t count;
    g3_view *ids = target_split(*listing->ids, ',', &count, &exchange->arena);
    json_object *echo = json_object_new_array();
    g3_buffer condition = {0};
    g3_buffer_append_text(&condition, "id IN (NULL");
    for (size_t i = 0; i < count; i++) {
        json_object_array_add(echo, json_object_new_string_len(ids[i].data, (int)ids[i].length));
        sqlite3_stmt *row = index_find(exchange, reader, ids[i]);
        if (row)
            g3_buffer_append_format(&condition, ",%" PRId64,
                                    (int64_t)sqlite3_column_int64(row, FIND_ID));
        sqlite3_reset(row);
    }
    g3_buffer_append_text(&condition, ")");
    conditions_add(&listing->conditions, g3_buffer_text(&condition), NULL, 0);
    json_object_object_add(listing->echo, "ids", echo);
    g3_buffer_free(&condition);
}

/* The usual listing, by a statement that is there already: objects behind a GUID. */
static sqlite3_stmt *plain_statement(store_connection *reader, const struct listing *listing)
{
    sqlite3_stmt *rows =
        store_statement_of(reader, listing->start ? STATEMENT_PAGE : STATEMENT_FIRST);
    if (rows && listing->start)
        store_bind_text(rows, 1, *listing->start);
    if (rows)
        sqlite3_bind_int64(rows, listing->start ? 2 : 1, listing->limit);
    return rows;
}

/* Any other listing. Pages are ordered by date; records that share one come in another order each
 * time, as they may in the real service: who pages that way loses records. */
static sqlite3_stmt *make_statement(store_connection *reader, struct listing *listing)
{
    g3_buffer sql = {0};
    if (listing->start)
        conditions_add(&listing->conditions, "did > ?", listing->start, 1);
    g3_buffer_append_text(&sql, "SELECT document FROM record WHERE 1");
    g3_buffer_append(&sql, g3_buffer_view(&listing->conditions.sql));
    if (listing->page >= 0)
        g3_buffer_append_format(&sql, " ORDER BY updated, search_mix(did, %" PRId64 ")",
                                listing->page);
    else if (!listing->ids) /* what is asked for by GUID comes in no order */
        g3_buffer_append_text(&sql, " ORDER BY did");
    if (!listing->ids)
        g3_buffer_append_format(&sql, " LIMIT %" PRId64, listing->limit);
    if (listing->page > 0)
        g3_buffer_append_format(&sql, " OFFSET %" PRId64, listing->page * listing->limit);
    sqlite3_stmt *rows = store_prepare(reader, g3_buffer_text(&sql));
    if (rows)
        conditions_bind(&listing->conditions, rows);
    g3_buffer_free(&sql);
    return rows;
}

/* Appends the documents that a statement gives. @return false if the database failed */
static bool append_rows(g3_buffer *answer, sqlite3_stmt *rows)
{
    int outcome = SQLITE_ERROR;
    bool first = true;
    while (rows && (outcome = sqlite3_step(rows)) == SQLITE_ROW) {
        if (!first)
            g3_buffer_append_char(answer, ',');
        first = false;
        g3_buffer_append(answer, store_column(rows, 0));
    }
    return outcome == SQLITE_DONE;
}

/* Answers the listing: what was asked for, and the records. */
static void answer_listing(struct exchange *exchange, store_connection *reader,
                           struct listing *listing, bool plain)
{
    g3_buffer *answer = exchange_begin_json(exchange, 200);
    sqlite3_stmt *rows = plain ? plain_statement(reader, listing) : make_statement(reader, listing);
    g3_buffer_reserve(answer, (size_t)listing->limit * RECORD_SIZE);
    document_append_json(answer, listing->echo);
    answer->length--; /* the records go inside the last bracket */
    g3_buffer_append_text(answer, ",\"records\":[");
    bool done = append_rows(answer, rows);
    g3_buffer_append_text(answer, "]}\n");
    if (!done)
        index_answer_broken(exchange, reader);
    if (plain)
        sqlite3_reset(rows);
    else
        sqlite3_finalize(rows);
}

static void list(struct exchange *exchange, const char *form)
{
    struct listing listing = {.echo = json_object_new_object()};
    if (!read_page(exchange, &listing) ||
        !index_filter_read(exchange, form, &listing.conditions, listing.echo))
        goto done;
    /* The form is always a condition; without another the listing is a plain one. */
    bool plain = strcmp(g3_buffer_text(&listing.conditions.sql), INDEX_ONLY_OBJECTS) == 0 &&
                 listing.page < 0 && !listing.ids;
    store_connection *reader = store_borrow_reader(exchange->commons->store);
    json_object_object_add(listing.echo, "ids", NULL);
    if (listing.ids) {
        store_hold_state(reader);
        restrict_to_ids(exchange, reader, &listing);
    }
    answer_listing(exchange, reader, &listing, plain);
    store_return_reader(exchange->commons->store, reader);
done:
    conditions_free(&listing.conditions);
    json_object_put(listing.echo);
}

void index_list(struct exchange *exchange)
{
    list(exchange, "object");
}

void index_list_bundles(struct exchange *exchange)
{
    list(exchange, "bundle");
}
