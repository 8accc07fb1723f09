/* The index service's paths. */
#include "index_service.h"
#include "g3/base/options.h"
#include "login.h"

static void answer_status(struct exchange *exchange)
{
    exchange_answer_text(exchange, 200, "Healthy");
}

static void answer_version(struct exchange *exchange)
{
    g3_buffer_append_text(exchange_begin_json(exchange, 200),
                          "{\"commit\":\"\",\"version\":\"\"}\n");
}

static void answer_dist(struct exchange *exchange)
{
    g3_buffer_append_text(exchange_begin_json(exchange, 200), "[]\n");
}

#define DRS_OBJECTS "ga4gh/drs/v1/objects"

/* A path that stands for itself. */
typedef struct index_route {
    verb verb;
    const char *path; /* without the slash at the end, which may be there or not */
    void (*serve)(struct exchange *exchange);
} index_route;

static const index_route ROUTES[] = {
    {VERB_GET, "_status", answer_status},
    {VERB_GET, "_version", answer_version},
    {VERB_GET, "_dist", answer_dist},
    {VERB_GET, "_stats", index_stats},
    {VERB_GET, "_query/urls/q", index_query_urls},
    {VERB_GET, "guid/mint", index_mint},
    {VERB_GET, "guid/prefix", index_prefix},
    {VERB_GET, "index", index_list},
    {VERB_POST, "index", index_create},
    {VERB_POST, "index/blank", index_create_blank},
    {VERB_POST, "bulk/documents", index_bulk},
    {VERB_GET, "urls", index_urls},
    {VERB_GET, "bundle", index_list_bundles},
    {VERB_POST, "bundle", index_create_bundle},
    {VERB_GET, DRS_OBJECTS, index_list_drs},
    {VERB_POST, DRS_OBJECTS, index_bulk_drs},
};

/* Serves a path of the table.
 * @return false if it is not there */
static bool serve_route(struct exchange *exchange, g3_view path)
{
    bool known = false;
    if (g3_view_ends_with(path, G3_VIEW("/")))
        path.length--;
    for (size_t i = 0; i < G3_COUNT(ROUTES); i++) {
        if (!g3_view_equal(path, g3_view_of(ROUTES[i].path)))
            continue;
        if (ROUTES[i].verb == exchange->verb) {
            ROUTES[i].serve(exchange);
            return true;
        }
        known = true;
    }
    if (known)
        exchange_answer_page(exchange, 405);
    return known;
}

/* Paths of a record that end in a word behind the GUID.
 * @return false if this is none of them */
static bool serve_record_word(struct exchange *exchange, g3_view path)
{
    static const g3_view VERSIONS = {"/versions", 9}, LATEST = {"/latest", 7};
    static const g3_view ALIASES = {"/aliases", 8}, BLANK = {"blank/", 6};
    const char *aliases = memmem(path.data, path.length, ALIASES.data, ALIASES.length);
    const char *behind = aliases ? aliases + ALIASES.length : NULL;
    if (behind && (behind == path.data + path.length || *behind == '/')) {
        g3_view guid = {path.data, (size_t)(aliases - path.data)};
        g3_view rest = {aliases + ALIASES.length, path.length - guid.length - ALIASES.length};
        if (rest.length && rest.data[0] == '/')
            rest = (g3_view){rest.data + 1, rest.length - 1};
        index_aliases(exchange, guid, rest);
    } else if (exchange->verb == VERB_GET && g3_view_ends_with(path, VERSIONS)) {
        index_versions(exchange, (g3_view){path.data, path.length - VERSIONS.length});
    } else if (exchange->verb == VERB_GET && g3_view_ends_with(path, LATEST)) {
        index_latest(exchange, (g3_view){path.data, path.length - LATEST.length});
    } else if (exchange->verb == VERB_PUT && g3_view_starts_with(path, BLANK)) {
        index_fill_blank(exchange, (g3_view){path.data + BLANK.length, path.length - BLANK.length});
    } else {
        return false;
    }
    return true;
}

/* Paths of one record, behind "index/". A GUID may hold slashes. */
static void serve_record(struct exchange *exchange, g3_view path)
{
    if (serve_record_word(exchange, path))
        return;
    switch (exchange->verb) {
    case VERB_GET:
        index_get(exchange, path);
        break;
    case VERB_POST:
        index_create_version(exchange, path);
        break;
    case VERB_PUT:
        index_update(exchange, path);
        break;
    case VERB_DELETE:
        index_delete(exchange, path);
        break;
    default:
        exchange_answer_page(exchange, 405);
    }
}

static void serve_drs_object(struct exchange *exchange, g3_view guid)
{
    if (exchange->verb == VERB_GET)
        index_get_drs(exchange, guid);
    else
        exchange_answer_page(exchange, 405);
}

/* Paths that begin with a word and go on with a GUID.
 * @return false if this is none of them */
static bool serve_below(struct exchange *exchange, g3_view path)
{
    static const struct {
        g3_view begin;
        void (*serve)(struct exchange *exchange, g3_view guid);
    } BELOW[] = {
        {{"index/", 6}, serve_record},
        {{"bundle/", 7}, index_bundle},
        {{DRS_OBJECTS "/", sizeof DRS_OBJECTS}, serve_drs_object},
    };
    for (size_t i = 0; i < G3_COUNT(BELOW); i++) {
        g3_view begin = BELOW[i].begin;
        if (!g3_view_starts_with(path, begin))
            continue;
        BELOW[i].serve(exchange, (g3_view){path.data + begin.length, path.length - begin.length});
        return true;
    }
    return false;
}

void index_serve(struct exchange *exchange)
{
    if (!login_may_read(exchange) || serve_route(exchange, exchange->path) ||
        serve_below(exchange, exchange->path))
        return;
    if (exchange->verb == VERB_GET)
        index_resolve(exchange, exchange->path);
    else
        exchange_answer_page(exchange, 405);
}
