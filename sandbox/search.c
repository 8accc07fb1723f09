/* SQL functions that look into documents. */
#include "search.h"
#include "g3/base/hash.h"
#include "g3/base/options.h"
#include "g3/record/json.h"

/* One call: the arguments as bytes, and where decoded texts live. */
struct call {
    sqlite3_context *context;
    sqlite3_value **arguments;
    g3_arena arena;
};

static g3_view argument(const struct call *call, int which)
{
    const void *bytes = sqlite3_value_blob(call->arguments[which]);
    return (g3_view){bytes, bytes ? (size_t)sqlite3_value_bytes(call->arguments[which]) : 0};
}

/* Goes to a member of an object: the reader then stands in front of its value. */
static bool find_member(struct call *call, g3_view object, g3_view name, g3_json_reader *reader)
{
    bool first;
    g3_view key;
    g3_json_begin(reader, object, &call->arena);
    if (g3_json_peek(reader) != G3_JSON_OBJECT || !g3_json_enter(reader, &first))
        return false;
    while (g3_json_more_key(reader, &first, &key)) {
        if (g3_view_equal(key, name))
            return true;
        if (!g3_json_skip(reader, NULL))
            return false;
    }
    return false;
}

/* Enters a list of the document. */
static bool enter_list(struct call *call, g3_view name, g3_json_reader *reader, bool *first)
{
    return find_member(call, argument(call, 0), name, reader) &&
           g3_json_peek(reader) == G3_JSON_ARRAY && g3_json_enter(reader, first);
}

static void give_text(struct call *call, g3_json_reader *reader)
{
    g3_view text;
    if (g3_json_peek(reader) == G3_JSON_STRING && g3_json_read_string(reader, &text))
        sqlite3_result_text64(call->context, text.data ? text.data : "", text.length,
                              SQLITE_TRANSIENT, SQLITE_UTF8);
}

static void has(struct call *call)
{
    g3_json_reader reader;
    g3_view wanted = argument(call, 2), item;
    bool first, found = false;
    if (enter_list(call, argument(call, 1), &reader, &first))
        while (!found && g3_json_more(&reader, &first) && g3_json_read_string(&reader, &item))
            found = g3_view_equal(item, wanted);
    sqlite3_result_int(call->context, found);
}

static void count(struct call *call)
{
    g3_json_reader reader;
    bool first;
    int items = 0;
    if (enter_list(call, argument(call, 1), &reader, &first))
        while (g3_json_more(&reader, &first) && g3_json_skip(&reader, NULL))
            items++;
    sqlite3_result_int(call->context, items);
}

static void text(struct call *call)
{
    g3_json_reader reader;
    if (find_member(call, argument(call, 0), argument(call, 1), &reader))
        give_text(call, &reader);
}

static void pair(struct call *call)
{
    g3_json_reader reader, inner;
    g3_view object;
    if (find_member(call, argument(call, 0), argument(call, 1), &reader) &&
        g3_json_skip(&reader, &object) && find_member(call, object, argument(call, 2), &inner))
        give_text(call, &inner);
}

/* True if what is said of a URL has the value that the call asks for. */
static bool is_said(struct call *call, g3_view about)
{
    g3_json_reader reader;
    g3_view value;
    if (sqlite3_value_type(call->arguments[2]) == SQLITE_NULL)
        return true;
    return find_member(call, about, argument(call, 2), &reader) &&
           g3_json_peek(&reader) == G3_JSON_STRING && g3_json_read_string(&reader, &value) &&
           g3_view_equal(value, argument(call, 3));
}

static void url(struct call *call)
{
    g3_json_reader reader;
    g3_view part = argument(call, 1), key, about;
    bool first, found = false;
    if (find_member(call, argument(call, 0), G3_VIEW("urls_metadata"), &reader) &&
        g3_json_enter(&reader, &first))
        while (!found && g3_json_more_key(&reader, &first, &key) && g3_json_skip(&reader, &about))
            found = (!part.length || memmem(key.data, key.length, part.data, part.length)) &&
                    is_said(call, about);
    sqlite3_result_int(call->context, found);
}

static void urls(struct call *call)
{
    g3_json_reader reader;
    g3_buffer joined = {0};
    g3_view item;
    bool first, begun = false;
    if (enter_list(call, G3_VIEW("urls"), &reader, &first))
        while (g3_json_more(&reader, &first) && g3_json_read_string(&reader, &item)) {
            if (begun)
                g3_buffer_append_char(&joined, ',');
            g3_buffer_append(&joined, item);
            begun = true;
        }
    if (begun)
        sqlite3_result_text64(call->context, joined.data ? joined.data : "", joined.length,
                              SQLITE_TRANSIENT, SQLITE_UTF8);
    g3_buffer_free(&joined);
}

static void mix(struct call *call)
{
    uint64_t page = (uint64_t)sqlite3_value_int64(call->arguments[1]);
    uint64_t key[2] = {g3_hash(argument(call, 0)), page};
    sqlite3_result_int64(call->context, (int64_t)g3_hash((g3_view){(const char *)key, sizeof key}));
}

struct function {
    const char *name;
    int arguments;
    void (*run)(struct call *call);
};

static const struct function FUNCTIONS[] = {
    {"search_has", 3, has},   {"search_count", 2, count}, {"search_text", 2, text},
    {"search_pair", 3, pair}, {"search_url", 4, url},     {"search_urls", 1, urls},
    {"search_mix", 2, mix},
};

static void run_function(sqlite3_context *context, int count_given, sqlite3_value **arguments)
{
    const struct function *function = sqlite3_user_data(context);
    struct call call = {.context = context, .arguments = arguments};
    (void)count_given;
    function->run(&call);
    g3_arena_free(&call.arena);
}

bool search_register(sqlite3 *database)
{
    for (size_t i = 0; i < G3_COUNT(FUNCTIONS); i++)
        if (sqlite3_create_function_v2(database, FUNCTIONS[i].name, FUNCTIONS[i].arguments,
                                       SQLITE_UTF8 | SQLITE_DETERMINISTIC, (void *)&FUNCTIONS[i],
                                       run_function, NULL, NULL, NULL) != SQLITE_OK)
            return false;
    return true;
}
