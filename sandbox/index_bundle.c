/* Bundles: named groups of records and of other bundles. */
#include "commons.h"
#include "document.h"
#include "index_record.h"
#include "index_service.h"
#include "login.h"
#include <openssl/evp.h>
#include <stdlib.h>

/* What the members of a bundle add up to. */
struct bundle {
    g3_buffer contents; /* JSON text, spaced as Python spaces it: the service answers it inside a
                           string */
    g3_buffer md5s;     /* one behind the other: their digest is the bundle's checksum */
    int64_t size;
    size_t count;
};

static void append_optional(g3_buffer *buffer, const char *text)
{
    if (text)
        document_append_string(buffer, g3_view_of(text));
    else
        g3_buffer_append_text(buffer, "null");
}

static void add_member(struct exchange *exchange, struct bundle *bundle, json_object *document)
{
    bool nested = index_record_text(document, "id") != NULL; /* a bundle's document has no "did" */
    const char *guid = index_record_text(document, nested ? "id" : "did");
    json_object *size = NULL, *hashes = NULL;
    g3_buffer uri = {0};
    index_append_drs_uri(exchange, &uri, g3_view_of(guid));
    g3_buffer_append_text(&bundle->contents, bundle->count++ ? ", {\"id\": " : "{\"id\": ");
    append_optional(&bundle->contents, guid);
    g3_buffer_append_text(&bundle->contents, ", \"name\": ");
    append_optional(&bundle->contents, index_record_text(document, nested ? "name" : "file_name"));
    g3_buffer_append_text(&bundle->contents, ", \"drs_uri\": ");
    document_append_string(&bundle->contents, g3_buffer_view(&uri));
    g3_buffer_append_text(&bundle->contents, ", \"contents\": []}");
    g3_buffer_free(&uri);
    json_object_object_get_ex(document, "size", &size);
    json_object_object_get_ex(document, "hashes", &hashes);
    const char *md5 = index_record_text(hashes, "md5");
    g3_buffer_append_text(&bundle->md5s, md5 ? md5 : "");
    if (__builtin_add_overflow(bundle->size, json_object_get_int64(size), &bundle->size))
        bundle->size = INT64_MAX;
}

/* @return false, with the answer set, if a member is not there */
static bool add_members(struct exchange *exchange, store_connection *writer, struct bundle *bundle,
                        json_object *guids)
{
    g3_buffer_append_char(&bundle->contents, '[');
    for (size_t i = 0; i < json_object_array_length(guids); i++) {
        const char *guid = json_object_get_string(json_object_array_get_idx(guids, i));
        json_object *document = NULL;
        sqlite3_stmt *row = index_find(exchange, writer, g3_view_of(guid));
        if (!row) {
            exchange_answer_error(exchange, 404, "bundle data %s not found", guid ? guid : "null");
            return false;
        }
        document_parse(store_column(row, FIND_DOCUMENT), DOCUMENT_DEPTH, &document);
        sqlite3_reset(row);
        add_member(exchange, bundle, document);
        json_object_put(document);
    }
    g3_buffer_append_char(&bundle->contents, ']');
    return true;
}

static void append_checksum(g3_buffer *text, g3_view md5s)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    EVP_Digest(md5s.data ? md5s.data : "", md5s.length, digest, &length, EVP_md5(), NULL);
    g3_buffer_append_text(text, "[{\"checksum\": \"");
    for (unsigned i = 0; i < length; i++)
        g3_buffer_append_format(text, "%02x", digest[i]);
    g3_buffer_append_text(text, "\", \"type\": \"md5\"}]");
}

static void put(json_object *object, const char *name, const char *text)
{
    json_object_object_add(object, name, json_object_new_string(text));
}

/* The bundle's document, as a listing shows it. Owned by the caller. */
static json_object *make_document(const struct bundle *bundle, const char *guid, const char *name)
{
    char date[DATE_SIZE];
    g3_buffer checksum = {0};
    json_object *document = json_object_new_object();
    identity_write_date(identity_now(), date);
    append_checksum(&checksum, g3_buffer_view(&bundle->md5s));
    put(document, "aliases", "[]");
    put(document, "checksum", g3_buffer_text(&checksum));
    put(document, "created_time", date);
    put(document, "description", "");
    put(document, "form", "bundle");
    put(document, "id", guid);
    put(document, "name", name);
    json_object_object_add(document, "size", json_object_new_int64(bundle->size));
    put(document, "updated_time", date);
    put(document, "version", "");
    g3_buffer_free(&checksum);
    return document;
}

static bool insert_bundle(store_connection *writer, const char *guid, json_object *document,
                          g3_view contents)
{
    static const char SQL[] =
        "INSERT INTO record(did, baseid, rev, form, size, updated, document, contents) "
        "VALUES(?1, ?1, '', 'bundle', ?2, ?3, ?4, ?5)";
    g3_buffer text = {0};
    json_object *size;
    json_object_object_get_ex(document, "size", &size);
    document_append_json(&text, document);
    sqlite3_stmt *insert = store_prepare(writer, SQL);
    if (insert) {
        store_bind_text(insert, 1, g3_view_of(guid));
        sqlite3_bind_int64(insert, 2, json_object_get_int64(size));
        sqlite3_bind_int64(insert, 3, identity_now());
        sqlite3_bind_blob64(insert, 4, text.data, text.length, SQLITE_STATIC);
        store_bind_text(insert, 5, contents);
    }
    bool done = insert && sqlite3_step(insert) == SQLITE_DONE;
    sqlite3_finalize(insert);
    g3_buffer_free(&text);
    return done;
}

/* The GUID that a new bundle gets: the one asked for, else a new one; in the exchange's arena. */
static const char *choose_guid(struct exchange *exchange, json_object *body)
{
    const char *asked = index_record_text(body, "bundle_id");
    struct randomness randomness = {0};
    char uuid[UUID_SIZE];
    g3_buffer guid = {0};
    if (asked)
        return asked;
    identity_make_uuid(&randomness, uuid);
    g3_buffer_append_format(&guid, "%s%s", exchange->commons->settings->prefix, uuid);
    const char *kept = g3_arena_copy(&exchange->arena, g3_buffer_view(&guid)).data;
    g3_buffer_free(&guid);
    return kept;
}

/* @return true to keep the work */
static bool make_bundle(struct exchange *exchange, store_connection *writer, json_object *body,
                        json_object *guids)
{
    struct bundle bundle = {0};
    const char *guid = choose_guid(exchange, body), *name = index_record_text(body, "name");
    bool made = false;
    if (add_members(exchange, writer, &bundle, guids)) {
        name = name ? name : guid;
        json_object *document = make_document(&bundle, guid, name);
        made = insert_bundle(writer, guid, document, g3_buffer_view(&bundle.contents));
        json_object_put(document);
        if (made) {
            json_object *answer = json_object_new_object();
            put(answer, "bundle_id", guid);
            put(answer, "contents", g3_buffer_text(&bundle.contents));
            put(answer, "name", name);
            exchange_answer_document(exchange, 200, answer);
        } else {
            exchange_answer_error(exchange, 409, "bundle_id \"%s\" already exists", guid);
        }
    }
    g3_buffer_free(&bundle.contents);
    g3_buffer_free(&bundle.md5s);
    return made;
}

void index_create_bundle(struct exchange *exchange)
{
    json_object *body, *guids;
    if (!exchange_read_json(exchange, &body))
        return;
    if (!json_object_object_get_ex(body, "bundles", &guids) ||
        !json_object_is_type(guids, json_type_array) || !json_object_array_length(guids)) {
        exchange_answer_error(exchange, 400, "Bundle data required.");
    } else if (login_may_write(exchange)) {
        store_connection *writer = store_borrow_writer(exchange->commons->store);
        bool made = writer && make_bundle(exchange, writer, body, guids);
        if (!writer || !store_return_writer(exchange->commons->store, writer, made))
            exchange_answer_error(exchange, 500, "the database could not be written");
    }
    json_object_put(body);
}

/* Looks a bundle up: its document and contents are columns 0 and 1. @return NULL if there is none
 */
static sqlite3_stmt *find_bundle(store_connection *connection, g3_view guid)
{
    sqlite3_stmt *row = store_prepare(
        connection, "SELECT document, contents FROM record WHERE did = ?1 AND form = 'bundle'");
    if (row)
        store_bind_text(row, 1, guid);
    if (row && sqlite3_step(row) == SQLITE_ROW)
        return row;
    sqlite3_finalize(row);
    return NULL;
}

void index_answer_bundle(struct exchange *exchange, store_connection *reader, g3_view guid)
{
    sqlite3_stmt *row = find_bundle(reader, guid);
    if (row) {
        g3_buffer *answer = exchange_begin_json(exchange, 200);
        g3_buffer_append(answer, store_column(row, 0));
        answer->length--; /* the contents go inside the last bracket */
        g3_buffer_append_text(answer, ",\"contents\":");
        g3_buffer_append(answer, store_column(row, 1));
        g3_buffer_append_text(answer, "}\n");
    } else {
        index_answer_missing(exchange);
    }
    sqlite3_finalize(row);
}

static void get_bundle(struct exchange *exchange, g3_view guid)
{
    store_connection *reader = store_borrow_reader(exchange->commons->store);
    index_answer_bundle(exchange, reader, guid);
    store_return_reader(exchange->commons->store, reader);
}

static bool delete_found(struct exchange *exchange, store_connection *writer, g3_view guid)
{
    sqlite3_stmt *statement =
        store_prepare(writer, "DELETE FROM record WHERE did = ?1 AND form = 'bundle'");
    if (statement)
        store_bind_text(statement, 1, guid);
    bool done = statement && sqlite3_step(statement) == SQLITE_DONE;
    sqlite3_finalize(statement);
    if (!done)
        index_answer_broken(exchange, writer);
    else if (sqlite3_changes(writer->database) == 0)
        index_answer_missing(exchange);
    else
        exchange_answer_text(exchange, 200, "");
    return done;
}

static void delete_bundle(struct exchange *exchange, g3_view guid)
{
    if (!login_may_write(exchange))
        return;
    store_connection *writer = store_borrow_writer(exchange->commons->store);
    bool keep = writer && delete_found(exchange, writer, guid);
    if (!writer || !store_return_writer(exchange->commons->store, writer, keep))
        exchange_answer_error(exchange, 500, "the database could not be written");
}

void index_bundle(struct exchange *exchange, g3_view guid)
{
    if (exchange->verb == VERB_GET)
        get_bundle(exchange, guid);
    else if (exchange->verb == VERB_DELETE)
        delete_bundle(exchange, guid);
    else
        exchange_answer_page(exchange, 405);
}
