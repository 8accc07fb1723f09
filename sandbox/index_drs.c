/* Records as data objects of the GA4GH Data Repository Service: /ga4gh/drs/v1/objects. */
#include "commons.h"
#include "document.h"
#include "index_record.h"
#include "index_service.h"

/* Objects of one answer: at most, and where no number is asked for. */
#define PAGE_LIMIT   1024
#define PAGE_DEFAULT 100

static void put(json_object *object, const char *name, const char *text)
{
    json_object_object_add(object, name, text ? json_object_new_string(text) : NULL);
}

static void answer_drs_error(struct exchange *exchange, unsigned status, const char *message)
{
    json_object *answer = json_object_new_object();
    put(answer, "msg", message);
    json_object_object_add(answer, "status_code", json_object_new_int((int)status));
    exchange_answer_document(exchange, status, answer);
}

/* "drs://PREFIX:UUID"; a GUID without a prefix gets the service's. */
void index_append_drs_uri(struct exchange *exchange, g3_buffer *uri, g3_view guid)
{
    g3_view prefix = g3_view_of(exchange->commons->settings->prefix);
    const char *slash = guid.length ? memrchr(guid.data, '/', guid.length) : NULL;
    if (slash) {
        prefix = (g3_view){guid.data, (size_t)(slash + 1 - guid.data)};
        guid = (g3_view){slash + 1, guid.length - prefix.length};
    }
    if (g3_view_ends_with(prefix, G3_VIEW("/")))
        prefix.length--;
    g3_buffer_append_format(uri, "drs://%.*s:%.*s", (int)prefix.length, prefix.data,
                            (int)guid.length, guid.data);
}

static json_object *make_authorizations(const char *guid)
{
    json_object *authorizations = json_object_new_object();
    json_object_object_add(authorizations, "bearer_auth_issuers", json_object_new_array());
    put(authorizations, "drs_object_id", guid);
    json_object_object_add(authorizations, "passport_auth_issuers", json_object_new_array());
    json_object_object_add(authorizations, "supported_types", json_object_new_array());
    return authorizations;
}

/* A way to the bytes, for a URL with a scheme; NULL for another. */
static json_object *make_access_method(const char *guid, const char *url)
{
    const char *colon = strstr(url, "://");
    if (!colon)
        return NULL;
    json_object *method = json_object_new_object(), *where = json_object_new_object();
    json_object *scheme = json_object_new_string_len(url, (int)(colon - url));
    put(where, "url", url);
    json_object_object_add(method, "access_id", scheme);
    json_object_object_add(method, "access_url", where);
    json_object_object_add(method, "authorizations", make_authorizations(guid));
    json_object_object_add(method, "available", json_object_new_boolean(true));
    put(method, "cloud", index_cloud_of(url));
    put(method, "region", "");
    json_object_object_add(method, "type", json_object_get(scheme));
    return method;
}

static json_object *make_access_methods(json_object *document)
{
    json_object *methods = json_object_new_array(), *urls;
    json_object_object_get_ex(document, "urls", &urls);
    for (size_t i = 0; urls && i < json_object_array_length(urls); i++) {
        json_object *method =
            make_access_method(index_record_text(document, "did"),
                               json_object_get_string(json_object_array_get_idx(urls, i)));
        if (method)
            json_object_array_add(methods, method);
    }
    return methods;
}

static json_object *make_checksums(json_object *document)
{
    json_object *checksums = json_object_new_array(), *hashes;
    if (json_object_object_get_ex(document, "hashes", &hashes) && hashes) {
        json_object_object_foreach(hashes, type, value)
        {
            json_object *checksum = json_object_new_object();
            json_object_object_add(checksum, "checksum", json_object_get(value));
            put(checksum, "type", type);
            json_object_array_add(checksums, checksum);
        }
    }
    return checksums;
}

/* The data object of a stored document; NULL if that cannot be read. Owned by the caller. */
static json_object *make_object(struct exchange *exchange, g3_view stored)
{
    static const char *const COPIED[][2] = {{"created_time", "content_created_date"},
                                            {"description", "description"},
                                            {"form", "form"},
                                            {"id", "did"},
                                            {"index_created_time", "created_date"},
                                            {"index_updated_time", "updated_date"},
                                            {"name", "file_name"},
                                            {"size", "size"},
                                            {"updated_time", "content_updated_date"},
                                            {"version", "version"}};
    json_object *document, *value;
    if (!document_parse(stored, DOCUMENT_DEPTH, &document))
        return NULL;
    json_object *object = json_object_new_object();
    for (size_t i = 0; i < G3_COUNT(COPIED); i++) {
        json_object_object_get_ex(document, COPIED[i][1], &value);
        json_object_object_add(object, COPIED[i][0], json_object_get(value));
    }
    g3_buffer uri = {0};
    index_append_drs_uri(exchange, &uri, g3_view_of(index_record_text(document, "did")));
    put(object, "self_uri", g3_buffer_text(&uri));
    g3_buffer_free(&uri);
    put(object, "mime_type", "application/json");
    json_object_object_add(object, "aliases", json_object_new_array());
    json_object_object_add(object, "access_methods", make_access_methods(document));
    json_object_object_add(object, "checksums", make_checksums(document));
    json_object_put(document);
    return object;
}

void index_get_drs(struct exchange *exchange, g3_view guid)
{
    store_connection *reader = store_borrow_reader(exchange->commons->store);
    sqlite3_stmt *row = index_find(exchange, reader, guid);
    bool bundle = row && g3_view_equal(store_column(row, FIND_FORM), G3_VIEW("bundle"));
    json_object *object =
        row && !bundle ? make_object(exchange, store_column(row, FIND_DOCUMENT)) : NULL;
    if (bundle)
        index_answer_bundle(exchange, reader, store_column(row, FIND_GUID));
    else if (object)
        exchange_answer_document(exchange, 200, object);
    else
        answer_drs_error(exchange, 404, "no record found");
    sqlite3_reset(row);
    store_return_reader(exchange->commons->store, reader);
}

void index_list_drs(struct exchange *exchange)
{
    static const char SQL[] = "SELECT document FROM record WHERE form <> 'bundle' AND did > ?1 "
                              "ORDER BY did LIMIT ?2 OFFSET ?3";
    int64_t limit = PAGE_DEFAULT, page = 0;
    if (!exchange_read_number(exchange, "limit", 0, PAGE_LIMIT, &limit) ||
        !exchange_read_number(exchange, "page", 0, INT32_MAX, &page))
        return;
    const g3_view *start = target_get(&exchange->target, "start");
    json_object *answer = json_object_new_object(), *objects = json_object_new_array();
    store_connection *reader = store_borrow_reader(exchange->commons->store);
    sqlite3_stmt *rows = store_prepare(reader, SQL);
    if (rows) {
        store_bind_text(rows, 1, start ? *start : (g3_view){0});
        sqlite3_bind_int64(rows, 2, limit);
        sqlite3_bind_int64(rows, 3, page * limit);
    }
    while (rows && sqlite3_step(rows) == SQLITE_ROW)
        json_object_array_add(objects, make_object(exchange, store_column(rows, 0)));
    sqlite3_finalize(rows);
    store_return_reader(exchange->commons->store, reader);
    json_object_object_add(answer, "drs_objects", objects);
    exchange_answer_document(exchange, 200, answer);
}

/* How a bulk lookup went, as the answer says it. */
static json_object *make_summary(size_t requested, size_t resolved)
{
    json_object *summary = json_object_new_object();
    json_object_object_add(summary, "requested", json_object_new_int64((int64_t)requested));
    json_object_object_add(summary, "resolved", json_object_new_int64((int64_t)resolved));
    json_object_object_add(summary, "unresolved",
                           json_object_new_int64((int64_t)(requested - resolved)));
    return summary;
}

static void resolve_each(struct exchange *exchange, json_object *ids)
{
    json_object *resolved = json_object_new_array(), *missing = json_object_new_array();
    json_object *unresolved = json_object_new_array(), *answer = json_object_new_object();
    size_t count = json_object_array_length(ids);
    store_connection *reader = store_borrow_reader(exchange->commons->store);
    store_hold_state(reader);
    for (size_t i = 0; i < count; i++) {
        json_object *id = json_object_array_get_idx(ids, i);
        sqlite3_stmt *row = index_find(exchange, reader, g3_view_of(json_object_get_string(id)));
        json_object *object = row ? make_object(exchange, store_column(row, FIND_DOCUMENT)) : NULL;
        if (object)
            json_object_array_add(resolved, object);
        else
            json_object_array_add(missing, json_object_get(id));
        sqlite3_reset(row);
    }
    store_return_reader(exchange->commons->store, reader);
    json_object_object_add(answer, "summary",
                           make_summary(count, json_object_array_length(resolved)));
    json_object_object_add(answer, "resolved_drs_objects", resolved);
    if (json_object_array_length(missing)) {
        json_object *group = json_object_new_object();
        json_object_object_add(group, "error_code", json_object_new_int(404));
        json_object_object_add(group, "object_ids", missing);
        json_object_array_add(unresolved, group);
    } else {
        json_object_put(missing);
    }
    json_object_object_add(answer, "unresolved_drs_objects", unresolved);
    exchange_answer_document(exchange, 200, answer);
}

void index_bulk_drs(struct exchange *exchange)
{
    json_object *body, *ids;
    if (!exchange_read_json(exchange, &body))
        return;
    if (json_object_object_get_ex(body, "bulk_object_ids", &ids) &&
        json_object_is_type(ids, json_type_array))
        resolve_each(exchange, ids);
    else
        answer_drs_error(exchange, 400, "bulk_object_ids is required");
    json_object_put(body);
}
