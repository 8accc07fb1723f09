/* What a lookup finds out about the service: its default prefix, and whether ids work. Called by
 * the lookup. */
#include "lookup_service.h"
#include "g3/http/status.h"
#include "g3/record/json.h"

/* Records to choose the one from that ids are tried with: not every GUID can stand in a list. */
#define CANDIDATES 8

/* Reads {"prefix": "dg.TEST/"}, or the prefix as plain text, as older versions answer. */
static void read_prefix(g3_view body, g3_buffer *prefix)
{
    g3_json_reader reader;
    g3_arena arena = {0};
    g3_view key, text;
    bool first;
    g3_json_begin(&reader, body, &arena);
    if (g3_json_peek(&reader) == G3_JSON_OBJECT && g3_json_enter(&reader, &first)) {
        while (g3_json_more_key(&reader, &first, &key)) {
            bool wanted =
                g3_view_equal(key, G3_VIEW("prefix")) && g3_json_peek(&reader) == G3_JSON_STRING;
            if (wanted && g3_json_read_string(&reader, &text))
                g3_buffer_append(prefix, text);
            else if (!wanted)
                g3_json_skip(&reader, NULL);
        }
    } else {
        text = g3_view_trim(body);
        bool plain = text.length && !memchr(text.data, '<', text.length) &&
                     !memchr(text.data, ' ', text.length);
        if (plain)
            g3_buffer_append(prefix, text);
    }
    g3_arena_free(&arena);
}

bool g3_lookup_fetch_prefix(g3_http *http, const char *base, g3_buffer *prefix, g3_error *error)
{
    g3_buffer url = {0};
    g3_response response = {0};
    g3_buffer_clear(prefix);
    g3_buffer_append_format(&url, "%s/guid/prefix", base);
    bool good = g3_http_fetch(http, G3_GET, g3_buffer_text(&url), (g3_view){0}, &response, error);
    if (good && !response.failed && response.status == G3_HTTP_OK)
        read_prefix(g3_buffer_view(&response.body), prefix);
    g3_buffer_free(&url);
    g3_buffer_free(&response.body);
    return good;
}

bool g3_lookup_other_spelling(g3_view guid, g3_view prefix, g3_buffer *space)
{
    g3_buffer_clear(space);
    if (prefix.length == 0)
        return false;
    if (g3_view_starts_with(guid, prefix)) {
        g3_buffer_append(space, (g3_view){guid.data + prefix.length, guid.length - prefix.length});
        return space->length > 0;
    }
    g3_buffer_append(space, prefix);
    g3_buffer_append(space, guid);
    return true;
}

bool g3_lookup_learn_prefix(g3_view asked, g3_view answered, g3_buffer *prefix)
{
    g3_view longer = asked.length > answered.length ? asked : answered;
    g3_view shorter = asked.length > answered.length ? answered : asked;
    if (longer.length == shorter.length || shorter.length == 0 ||
        !g3_view_ends_with(longer, shorter))
        return false;
    g3_buffer_clear(prefix);
    g3_buffer_append(prefix, (g3_view){longer.data, longer.length - shorter.length});
    return true;
}

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
