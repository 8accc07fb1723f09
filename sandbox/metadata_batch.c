/* Many documents in one request. Called by metadata_service.c. */
#include "commons.h"
#include "document.h"
#include "metadata_service.h"

/* A GUID that no document may have. */
#define RESERVED "upload"

/* The lists of the answer. */
enum { CREATED, UPDATED, CONFLICT, BAD_INPUT, LISTS };
static const char *const LIST_NAMES[LISTS] = {"created", "updated", "conflict", "bad_input"};

typedef struct batch {
    struct exchange *exchange;
    store_connection *writer;
    bool overwrite;
    sqlite3_stmt *find, *store;
    g3_buffer lists[LISTS];
    g3_buffer kept;
} batch;

static void add_to(batch *self, int list, g3_view guid)
{
    if (self->lists[list].length)
        g3_buffer_append_char(&self->lists[list], ',');
    document_append_string(&self->lists[list], guid);
}

static bool exists(const batch *self, g3_view guid)
{
    store_bind_text(self->find, 1, guid);
    bool found = sqlite3_step(self->find) == SQLITE_ROW;
    sqlite3_reset(self->find);
    return found;
}

/* @return false if the database failed */
static bool take_item(batch *self, g3_view guid, json_object *data)
{
    if (g3_view_equal(guid, G3_VIEW(RESERVED))) {
        add_to(self, BAD_INPUT, guid);
        return true;
    }
    bool there = exists(self, guid);
    if (there && !self->overwrite) {
        add_to(self, CONFLICT, guid);
        return true;
    }
    g3_buffer_clear(&self->kept);
    metadata_append_kept(&self->kept, data);
    store_bind_text(self->store, 1, guid);
    store_bind_text(self->store, 2, g3_buffer_view(&self->kept));
    bool stored = sqlite3_step(self->store) == SQLITE_DONE;
    sqlite3_reset(self->store);
    add_to(self, there ? UPDATED : CREATED, guid);
    return stored;
}

/* @return false if one has no GUID (the real service breaks then), or the database failed */
static bool take_items(batch *self, json_object *items)
{
    for (size_t i = 0; i < json_object_array_length(items); i++) {
        json_object *item = json_object_array_get_idx(items, i), *guid, *data = NULL;
        if (!json_object_is_type(item, json_type_object) ||
            !json_object_object_get_ex(item, "guid", &guid) ||
            !json_object_is_type(guid, json_type_string))
            return false;
        json_object_object_get_ex(item, "data", &data);
        if (!take_item(self, g3_view_of(json_object_get_string(guid)), data))
            return false;
    }
    return true;
}

static void answer_lists(batch *self)
{
    g3_buffer *answer = exchange_begin_json(self->exchange, 201);
    for (int list = 0; list < LISTS; list++) {
        g3_buffer_append_format(answer, "%c\"%s\":[", list ? ',' : '{', LIST_NAMES[list]);
        g3_buffer_append(answer, g3_buffer_view(&self->lists[list]));
        g3_buffer_append_char(answer, ']');
    }
    g3_buffer_append_char(answer, '}');
}

static void store_items(struct exchange *exchange, json_object *items)
{
    struct store *store = exchange->commons->store;
    batch self = {.exchange = exchange, .overwrite = metadata_flag(exchange, "overwrite", true)};
    self.writer = store_borrow_writer(store);
    if (self.writer) {
        self.find = store_prepare(self.writer, "SELECT 1 FROM metadata WHERE guid = ?1");
        self.store =
            store_prepare(self.writer, "INSERT INTO metadata(guid, document) VALUES(?1, ?2)"
                                       " ON CONFLICT(guid) DO UPDATE SET document = ?2");
    }
    bool done = self.find && self.store && take_items(&self, items);
    sqlite3_finalize(self.find);
    sqlite3_finalize(self.store);
    if (self.writer && !store_return_writer(store, self.writer, done))
        done = false;
    if (done)
        answer_lists(&self);
    else
        exchange_answer_text(exchange, 500, "Internal Server Error");
    for (int list = 0; list < LISTS; list++)
        g3_buffer_free(&self.lists[list]);
    g3_buffer_free(&self.kept);
}

void metadata_batch(struct exchange *exchange)
{
    json_object *items =
        metadata_may_write(exchange) ? metadata_read_body(exchange, json_type_array) : NULL;
    if (items)
        store_items(exchange, items);
    json_object_put(items);
}
