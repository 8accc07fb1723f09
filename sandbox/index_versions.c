/* Versions: records that share a base id. */
#include "commons.h"
#include "index_service.h"

/* Begins a walk over the versions of a record, or of a base id, in the order in which they were
 * made.
 * @return standing on the first; NULL, with 404 answered, if there is none */
static sqlite3_stmt *begin_versions(struct exchange *exchange, store_connection *reader,
                                    g3_view guid, const char *sql)
{
    sqlite3_stmt *row = index_find(exchange, reader, guid);
    g3_view baseid = row ? g3_arena_copy(&exchange->arena, store_column(row, FIND_BASEID)) : guid;
    sqlite3_reset(row);
    sqlite3_stmt *versions = store_prepare(reader, sql);
    if (versions)
        store_bind_text(versions, 1, baseid);
    if (versions && sqlite3_step(versions) == SQLITE_ROW)
        return versions;
    sqlite3_finalize(versions);
    index_answer_missing(exchange);
    return NULL;
}

void index_versions(struct exchange *exchange, g3_view guid)
{
    static const char SQL[] = "SELECT document FROM record WHERE baseid = ?1 ORDER BY id";
    store_connection *reader = store_borrow_reader(exchange->commons->store);
    sqlite3_stmt *versions = begin_versions(exchange, reader, guid, SQL);
    if (versions) {
        g3_buffer *answer = exchange_begin_json(exchange, 200);
        int number = 0;
        do {
            g3_buffer_append_format(answer, "%c\"%d\":", number ? ',' : '{', number);
            g3_buffer_append(answer, store_column(versions, 0));
            number++;
        } while (sqlite3_step(versions) == SQLITE_ROW);
        g3_buffer_append_text(answer, "}\n");
    }
    sqlite3_finalize(versions);
    store_return_reader(exchange->commons->store, reader);
}

void index_latest(struct exchange *exchange, g3_view guid)
{
    static const char NEWEST[] =
        "SELECT document FROM record WHERE baseid = ?1 ORDER BY id DESC LIMIT 1";
    static const char NEWEST_NAMED[] =
        "SELECT document FROM record WHERE baseid = ?1 "
        "AND search_text(document, 'version') IS NOT NULL ORDER BY id DESC LIMIT 1";
    const g3_view *has_version = target_get(&exchange->target, "has_version");
    bool named = has_version && g3_view_equal_ignoring_case(*has_version, G3_VIEW("true"));
    store_connection *reader = store_borrow_reader(exchange->commons->store);
    sqlite3_stmt *newest = begin_versions(exchange, reader, guid, named ? NEWEST_NAMED : NEWEST);
    if (newest) {
        g3_buffer_append(exchange_begin_json(exchange, 200), store_column(newest, 0));
        g3_buffer_append_char(&exchange->answer, '\n');
    }
    sqlite3_finalize(newest);
    store_return_reader(exchange->commons->store, reader);
}
