/* GUIDs that nothing is stored for yet: GET /guid/mint and /guid/prefix. */
#include "commons.h"
#include "document.h"
#include "identity.h"
#include "index_service.h"
#include <stdio.h>
#include <stdlib.h>

/* Most GUIDs of one request. */
#define MINT_LIMIT 10000

void index_prefix(struct exchange *exchange)
{
    g3_buffer *answer = exchange_begin_json(exchange, 200);
    g3_buffer_append_text(answer, "{\"prefix\":");
    document_append_string(answer, g3_view_of(exchange->commons->settings->prefix));
    g3_buffer_append_text(answer, "}\n");
}

static void answer_wrong_count(struct exchange *exchange, const char *count)
{
    char text[128];
    snprintf(text, sizeof text, "Count %.80s is not a valid integer", count);
    exchange_answer_text(exchange, 400, text);
}

void index_mint(struct exchange *exchange)
{
    const g3_view *text = target_get(&exchange->target, "count");
    char *end;
    long count = text ? strtol(text->data, &end, 10) : 1;
    if (text && (!text->length || *end || count < 0)) {
        answer_wrong_count(exchange, text->data);
        return;
    }
    if (count > MINT_LIMIT) {
        exchange_answer_text(exchange, 400, "You have requested to mint too many GUIDs");
        return;
    }
    struct randomness randomness = {0};
    g3_buffer *answer = exchange_begin_json(exchange, 200);
    g3_buffer_append_text(answer, "{\"guids\":[");
    for (long i = 0; i < count; i++) {
        char uuid[UUID_SIZE];
        identity_make_uuid(&randomness, uuid);
        g3_buffer guid = {0};
        g3_buffer_append_format(&guid, "%s%s", exchange->commons->settings->prefix, uuid);
        g3_buffer_append_text(answer, i ? "," : "");
        document_append_string(answer, g3_buffer_view(&guid));
        g3_buffer_free(&guid);
    }
    g3_buffer_append_text(answer, "]}\n");
}
