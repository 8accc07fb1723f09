/* The index service's paths. */
#include "index_service.h"
#include "commons.h"

static void answer_status(struct exchange *exchange)
{
    exchange_answer_text(exchange, 200, "Healthy");
}

static void answer_version(struct exchange *exchange)
{
    g3_buffer_append_text(exchange_begin_json(exchange, 200), "{\"commit\":\"\",\"version\":\"\"}\n");
}

static void answer_dist(struct exchange *exchange)
{
    g3_buffer_append_text(exchange_begin_json(exchange, 200), "[]\n");
}

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
    {VERB_GET, "index", index_list},
    {VERB_POST, "bulk/documents", index_bulk},
};

/* Serves a path of the table.
 * @return false if it is not there */
static bool serve_route(struct exchange *exchange, g3_view path)
{
    bool known = false;
    if (g3_view_ends_with(path, G3_VIEW("/")))
        path.length--;
    for (size_t i = 0; i < sizeof ROUTES / sizeof ROUTES[0]; i++) {
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

/* Paths of one record: index/GUID. A GUID may hold slashes. */
static void serve_record(struct exchange *exchange, g3_view guid)
{
    if (exchange->verb == VERB_GET)
        index_get(exchange, guid);
    else
        exchange_answer_page(exchange, 405);
}

void index_serve(struct exchange *exchange)
{
    g3_view path = exchange->path, begin = G3_VIEW("index/");
    if (serve_route(exchange, path))
        return;
    if (g3_view_starts_with(path, begin))
        serve_record(exchange, (g3_view){path.data + begin.length, path.length - begin.length});
    else if (exchange->verb == VERB_GET)
        index_resolve(exchange, path);
    else
        exchange_answer_page(exchange, 405);
}
