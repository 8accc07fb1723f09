/* The gateway's table of services. */
#include "router.h"
#include "file_service.h"
#include "g3/base/options.h"
#include "index_service.h"
#include "job_service.h"
#include "metadata_service.h"
#include "submission_service.h"
#include "user_service.h"

typedef struct gateway_route {
    g3_view segment; /* first of the path */
    void (*serve)(struct exchange *exchange);
} gateway_route;

void router_serve(struct exchange *exchange)
{
    static const gateway_route ROUTES[] = {
        {{"index", 5}, index_serve},  {{"index-admin", 11}, index_serve},
        {{"mds", 3}, metadata_serve}, {{"mds-admin", 9}, metadata_serve},
        {{"user", 4}, user_serve},    {{"files", 5}, file_serve},
        {{"job", 3}, job_serve},      {{"api", 3}, submission_serve},
    };
    g3_view path = exchange->target.path;
    if (path.length && path.data[0] == '/')
        path = (g3_view){path.data + 1, path.length - 1};
    const char *slash = path.length ? memchr(path.data, '/', path.length) : NULL;
    g3_view segment = {path.data, slash ? (size_t)(slash - path.data) : path.length};
    size_t skipped = segment.length + (slash ? 1 : 0);
    for (size_t i = 0; i < G3_COUNT(ROUTES); i++)
        if (g3_view_equal(segment, ROUTES[i].segment)) {
            exchange->path = (g3_view){path.data + skipped, path.length - skipped};
            ROUTES[i].serve(exchange);
            return;
        }
    exchange_answer_error(exchange, 404, "the sandbox has no such service");
}
