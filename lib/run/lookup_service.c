/* Whether the service is to be trusted with lists of ids. Called by the lookup. */
#include "lookup_service.h"
#include "g3/http/status.h"

/* Records to choose the one from that ids are tried with: not every GUID can stand in a list. */
#define CANDIDATES 8

/* Whether `body` can be read; tells whether it lists the record of `guid` and no other. */
static bool lists_only(g3_index_answer *answer, g3_view body, g3_view guid, bool *only)
{
    g3_record record;
    const char *reason;
    g3_next next;
    bool found = false, others = false;
    g3_index_answer_begin(answer, body);
    while ((next = g3_index_answer_next(answer, &record, &reason)) == G3_NEXT_ITEM) {
        bool same = g3_view_equal(g3_record_guid(&record), guid);
        found = found || same;
        others = others || !same;
    }
    *only = found && !others;
    return next == G3_NEXT_END;
}

/* Copies the first GUID of a listing that can stand in a list of ids; leaves `guid` empty where
 * there is none. */
static void find_candidate(g3_index_answer *answer, g3_view body, const char *base, g3_buffer *guid)
{
    g3_record record;
    const char *reason;
    g3_index_answer_begin(answer, body);
    while (guid->length == 0 && g3_index_answer_next(answer, &record, &reason) == G3_NEXT_ITEM) {
        g3_view here = g3_record_guid(&record);
        if (here.length && !memchr(here.data, ',', here.length) &&
            g3_index_id_size(here) <= g3_index_ids_room(base))
            g3_buffer_append(guid, here);
    }
}

bool g3_lookup_prove_ids(g3_http *http, const char *base, bool *trusted, g3_error *error)
{
    g3_index_answer *answer = g3_index_answer_open();
    g3_request request = {0};
    g3_response response = {0};
    g3_buffer guid = {0};
    bool only;

    *trusted = true;
    g3_index_list_request(&request, base, NULL, (g3_view){0}, CANDIDATES);
    bool good = g3_http_send(http, &request, &response, error);
    if (good && !response.failed && response.status == G3_HTTP_OK)
        find_candidate(answer, g3_buffer_view(&response.body), base, &guid);
    if (guid.length == 0)
        goto done;
    g3_buffer_free(&response.body);

    g3_view asked = g3_buffer_view(&guid);
    g3_index_ids_request(&request, base, &asked, 1);
    good = g3_http_send(http, &request, &response, error);
    if (good && !response.failed && response.status == G3_HTTP_OK &&
        lists_only(answer, g3_buffer_view(&response.body), asked, &only))
        *trusted = only;
done:
    g3_index_answer_close(answer);
    g3_buffer_free(&response.body);
    g3_buffer_free(&guid);
    return good;
}
