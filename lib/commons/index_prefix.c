/* The default prefix of the index service's GUIDs, and the two spellings of a GUID that come of it.
 * Called by lookups and by the sweep's guesses. */
#include "g3/commons/index.h"
#include "g3/http/status.h"
#include "g3/record/json.h"

static bool read_member(g3_json_reader *reader, g3_index_prefix *prefix)
{
    g3_view key, text;
    bool first;
    if (!g3_json_enter(reader, &first))
        return false;
    while (g3_json_more_key(reader, &first, &key)) {
        if (!g3_view_equal(key, G3_VIEW("prefix")) || g3_json_peek(reader) != G3_JSON_STRING) {
            g3_json_skip(reader, NULL);
        } else if (g3_json_read_string(reader, &text)) {
            prefix->told = true;
            g3_buffer_clear(&prefix->text);
            g3_buffer_append(&prefix->text, text);
        }
    }
    return !reader->fault;
}

/* Reads {"prefix": "dg.TEST/"}, or the prefix as plain text, as older versions answer. */
static void read_prefix(g3_view body, g3_index_prefix *prefix)
{
    g3_json_reader reader;
    g3_arena arena = {0};
    g3_json_begin(&reader, body, &arena);
    if (g3_json_peek(&reader) == G3_JSON_OBJECT) {
        prefix->told = read_member(&reader, prefix) && prefix->told;
    } else {
        g3_view text = g3_view_trim(body);
        prefix->told = text.length && !memchr(text.data, '<', text.length) &&
                       !memchr(text.data, ' ', text.length);
        if (prefix->told)
            g3_buffer_append(&prefix->text, text);
    }
    if (!prefix->told)
        g3_buffer_clear(&prefix->text);
    g3_arena_free(&arena);
}

bool g3_index_fetch_prefix(g3_http *http, const char *base, g3_index_prefix *prefix,
                           g3_error *error)
{
    g3_buffer url = {0};
    g3_response response;
    g3_buffer_clear(&prefix->text);
    prefix->told = false;
    g3_buffer_append_format(&url, "%s/guid/prefix", base);
    bool done = g3_http_fetch(http, G3_GET, g3_buffer_text(&url), (g3_view){0}, &response, error);
    if (done && !response.failed && response.status == G3_HTTP_OK)
        read_prefix(g3_buffer_view(&response.body), prefix);
    g3_buffer_free(&url);
    g3_buffer_free(&response.body);
    return done;
}

bool g3_index_other_spelling(g3_view guid, g3_view prefix, g3_buffer *space)
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

bool g3_index_learn_prefix(g3_view asked, g3_view answered, g3_index_prefix *prefix)
{
    g3_view longer = asked.length > answered.length ? asked : answered;
    g3_view shorter = asked.length > answered.length ? answered : asked;
    if (longer.length == shorter.length || shorter.length == 0 ||
        !g3_view_ends_with(longer, shorter))
        return false;
    g3_buffer_clear(&prefix->text);
    g3_buffer_append(&prefix->text, (g3_view){longer.data, longer.length - shorter.length});
    return true;
}
