/* Records as json-c documents. */
#include "index_record.h"
#include "commons.h"
#include "document.h"
#include "index_schema.h"

static void put_text(json_object *document, const char *name, const char *text)
{
    json_object_object_add(document, name, text ? json_object_new_string(text) : NULL);
}

const char *index_record_text(json_object *document, const char *name)
{
    json_object *value;
    if (!json_object_object_get_ex(document, name, &value))
        return NULL;
    return json_object_get_string(value); /* NULL for null */
}

/* Sets a list without repeats, turned round for half of the records. */
static void put_list(json_object *document, const char *name, json_object *items)
{
    bool turned = document_turns_lists(g3_view_of(index_record_text(document, "did")));
    size_t count = items ? json_object_array_length(items) : 0;
    json_object *list = json_object_new_array(), *met = json_object_new_object();
    for (size_t i = 0; i < count; i++) {
        json_object *item = json_object_array_get_idx(items, turned ? count - 1 - i : i);
        const char *text = json_object_get_string(item);
        if (json_object_object_get_ex(met, text, NULL))
            continue;
        json_object_object_add(met, text, NULL);
        json_object_array_add(list, json_object_get(item));
    }
    json_object_put(met);
    json_object_object_add(document, name, list);
}

/* Sets urls and what is said of each. A repeated URL is answered as the real service does, whose
 * key of GUID and URL it breaks. */
static bool put_urls(struct exchange *exchange, json_object *document, json_object *urls,
                     json_object *about)
{
    json_object *metadata = json_object_new_object(), *said;
    put_list(document, "urls", urls);
    json_object_object_add(document, "urls_metadata", metadata);
    for (size_t i = 0; i < json_object_array_length(urls); i++) {
        const char *url = json_object_get_string(json_object_array_get_idx(urls, i));
        bool known = json_object_object_get_ex(about, url, &said) && said;
        json_object_object_add(metadata, url,
                               known ? json_object_get(said) : json_object_new_object());
    }
    if (json_object_object_length(metadata) != (int)json_object_array_length(urls)) {
        exchange_answer_error(exchange, 409, "did \"%s\" already exists",
                              index_record_text(document, "did"));
        return false;
    }
    if (!about)
        return true;
    json_object_object_foreach(about, url, value)
    {
        if (!json_object_object_get_ex(metadata, url, NULL) ||
            !json_object_is_type(value, json_type_object)) {
            exchange_answer_error(exchange, 400, "url %s in urls_metadata does not exist", url);
            return false;
        }
    }
    return true;
}

static void put_revision(json_object *document, int64_t now)
{
    struct randomness randomness = {0};
    char revision[REVISION_SIZE], date[DATE_SIZE];
    identity_make_revision(&randomness, revision);
    identity_write_date(now, date);
    put_text(document, "rev", revision);
    put_text(document, "updated_date", date);
}

static void put_identity(struct exchange *exchange, json_object *document, json_object *body,
                         const char *did, const char *baseid)
{
    struct randomness randomness = {0};
    char uuid[UUID_SIZE];
    g3_buffer minted = {0};
    did = did ? did : index_record_text(body, "did");
    if (!did) {
        identity_make_uuid(&randomness, uuid);
        g3_buffer_append_format(&minted, "%s%s", exchange->commons->settings->prefix, uuid);
        did = g3_buffer_text(&minted);
    }
    put_text(document, "did", did);
    g3_buffer_free(&minted);
    baseid = baseid ? baseid : index_record_text(body, "baseid");
    if (!baseid) {
        identity_make_uuid(&randomness, uuid);
        baseid = uuid;
    }
    put_text(document, "baseid", baseid);
}

static json_object *member(json_object *body, const char *name)
{
    json_object *value = NULL;
    json_object_object_get_ex(body, name, &value);
    return value;
}

json_object *index_record_make(struct exchange *exchange, json_object *body, const char *did,
                               const char *baseid)
{
    static const char *const COPIED[] = {"file_name",           "version", "uploader",
                                         "description",         "size",    "content_created_date",
                                         "content_updated_date"};
    json_object *document = json_object_new_object();
    int64_t now = identity_now();
    char date[DATE_SIZE];
    identity_write_date(now, date);
    put_identity(exchange, document, body, did, baseid);
    put_revision(document, now);
    put_text(document, "created_date", date);
    for (size_t i = 0; i < G3_COUNT(COPIED); i++)
        json_object_object_add(document, COPIED[i], json_object_get(member(body, COPIED[i])));
    json_object *form = member(body, "form"), *hashes = member(body, "hashes"),
                *metadata = member(body, "metadata"), *urls = member(body, "urls");
    json_object_object_add(document, "form",
                           form ? json_object_get(form) : json_object_new_string("object"));
    json_object_object_add(document, "hashes",
                           hashes ? json_object_get(hashes) : json_object_new_object());
    json_object_object_add(document, "metadata",
                           metadata ? json_object_get(metadata) : json_object_new_object());
    put_list(document, "acl", member(body, "acl"));
    put_list(document, "authz", member(body, "authz"));
    json_object *none = json_object_new_array();
    bool sound = put_urls(exchange, document, urls ? urls : none, member(body, "urls_metadata"));
    json_object_put(none);
    if (sound)
        return document;
    json_object_put(document);
    return NULL;
}

bool index_record_change(struct exchange *exchange, json_object *document, json_object *body)
{
    static const char *const COPIED[] = {"file_name",
                                         "version",
                                         "uploader",
                                         "description",
                                         "metadata",
                                         "size",
                                         "hashes",
                                         "content_created_date",
                                         "content_updated_date"};
    json_object *value, *about = member(body, "urls_metadata");
    for (size_t i = 0; i < G3_COUNT(COPIED); i++)
        if (json_object_object_get_ex(body, COPIED[i], &value))
            json_object_object_add(document, COPIED[i], json_object_get(value));
    if (json_object_object_get_ex(body, "acl", &value))
        put_list(document, "acl", value);
    if (json_object_object_get_ex(body, "authz", &value))
        put_list(document, "authz", value);
    if (json_object_object_get_ex(body, "urls", &value) || about) {
        json_object *urls = json_object_get(value ? value : member(document, "urls"));
        bool sound = put_urls(exchange, document, urls, about);
        json_object_put(urls);
        if (!sound)
            return false;
    }
    put_revision(document, identity_now());
    return true;
}

/* Binds what rows hold beside the document; `text` takes the document's bytes, to be freed after
 * the step. */
static void bind_columns(sqlite3_stmt *statement, json_object *document, g3_buffer *text)
{
    json_object *size = member(document, "size");
    const char *md5 = index_record_text(member(document, "hashes"), "md5");
    store_bind_text(statement, 1, g3_view_of(index_record_text(document, "did")));
    store_bind_text(statement, 2, g3_view_of(index_record_text(document, "baseid")));
    store_bind_text(statement, 3, g3_view_of(index_record_text(document, "rev")));
    store_bind_text(statement, 4, g3_view_of(index_record_text(document, "form")));
    if (size)
        sqlite3_bind_int64(statement, 5, json_object_get_int64(size));
    if (md5)
        store_bind_text(statement, 6, g3_view_of(md5));
    sqlite3_bind_int64(statement, 7, identity_now());
    document_append_json(text, document);
    sqlite3_bind_blob64(statement, 8, text->data, text->length, SQLITE_STATIC);
}

static bool run_with_columns(store_connection *writer, const char *sql, int64_t id,
                             json_object *document)
{
    g3_buffer text = {0};
    sqlite3_stmt *statement = store_prepare(writer, sql);
    bool done = false;
    if (statement) {
        bind_columns(statement, document, &text);
        if (id)
            sqlite3_bind_int64(statement, 9, id);
        done = sqlite3_step(statement) == SQLITE_DONE;
    }
    sqlite3_finalize(statement);
    g3_buffer_free(&text);
    return done;
}

bool index_record_insert(store_connection *writer, json_object *document)
{
    static const char INSERT[] =
        "INSERT INTO record(did, baseid, rev, form, size, md5, updated, document) "
        "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    return run_with_columns(writer, INSERT, 0, document);
}

bool index_record_update(store_connection *writer, int64_t id, json_object *document)
{
    static const char UPDATE[] =
        "UPDATE record SET did = ?1, baseid = ?2, rev = ?3, form = ?4, size = ?5, md5 = ?6, "
        "updated = ?7, document = ?8 WHERE id = ?9";
    return run_with_columns(writer, UPDATE, id, document);
}

void index_record_answer(struct exchange *exchange, unsigned status, json_object *document)
{
    static const char *const TOLD[] = {"baseid", "did", "rev"};
    json_object *answer = json_object_new_object();
    for (size_t i = 0; i < G3_COUNT(TOLD); i++)
        json_object_object_add(answer, TOLD[i], json_object_get(member(document, TOLD[i])));
    exchange_answer_document(exchange, status, answer);
}
