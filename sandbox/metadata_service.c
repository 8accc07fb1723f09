/* The metadata service's paths, and what its answers have in common. Called by the router. */
#include "metadata_service.h"
#include "document.h"
#include "g3/base/options.h"
#include "login.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <time.h>

/* Nesting of a body that the service reads. */
#define BODY_DEPTH 64

void metadata_answer_detail(struct exchange *exchange, unsigned status, const char *format, ...)
{
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    g3_buffer *answer = exchange_begin_json(exchange, status);
    g3_buffer_append_text(answer, "{\"detail\":");
    document_append_string(answer, g3_view_of(text));
    g3_buffer_append_char(answer, '}');
}

void metadata_answer_wrong(struct exchange *exchange, const char *type, const char *where,
                           const char *words, json_object *input)
{
    g3_buffer *answer = exchange_begin_json(exchange, 422);
    g3_buffer_append_format(answer, "{\"detail\":[{\"type\":\"%s\",\"loc\":%s,\"msg\":\"%s\"", type,
                            where, words);
    g3_buffer_append_text(answer, ",\"input\":");
    document_append_json(answer, input);
    g3_buffer_append_text(answer, "}]}");
}

bool metadata_may_write(struct exchange *exchange)
{
    if (login_is_writer(exchange))
        return true;
    if (login_has_expired(exchange)) /* told by the gateway */
        metadata_answer_detail(exchange, 401, "Unauthorized");
    else
        metadata_answer_detail(exchange, 403, "Forbidden");
    return false;
}

static void answer_no_json(struct exchange *exchange, enum json_tokener_error fault, size_t place)
{
    bool name = fault == json_tokener_error_parse_object_key_name;
    g3_buffer *answer = exchange_begin_json(exchange, 422);
    g3_buffer_append_format(
        answer,
        "{\"detail\":[{\"type\":\"json_invalid\",\"loc\":[\"body\",%zu],"
        "\"msg\":\"JSON decode error\",\"input\":{},\"ctx\":{\"error\":\"%s\"}}]}",
        place, name ? "Expecting property name enclosed in double quotes" : "Expecting value");
}

json_object *metadata_read_body(struct exchange *exchange, enum json_type type)
{
    json_tokener *reader = json_tokener_new_ex(BODY_DEPTH);
    json_tokener_set_flags(reader, JSON_TOKENER_STRICT);
    json_object *body =
        json_tokener_parse_ex(reader, exchange->body.data, (int)exchange->body.length);
    enum json_tokener_error fault = json_tokener_get_error(reader);
    size_t place = json_tokener_get_parse_end(reader);
    json_tokener_free(reader);
    if (fault != json_tokener_success) {
        answer_no_json(exchange, fault, place);
        return NULL;
    }
    if (json_object_is_type(body, type))
        return body;
    if (type == json_type_object)
        metadata_answer_wrong(exchange, "dict_type", "[\"body\"]",
                              "Input should be a valid dictionary", body);
    else
        metadata_answer_wrong(exchange, "list_type", "[\"body\"]", "Input should be a valid list",
                              body);
    json_object_put(body);
    return NULL;
}

bool metadata_flag(const struct exchange *exchange, const char *name, bool otherwise)
{
    const g3_view *value = target_get(&exchange->target, name);
    if (!value)
        return otherwise;
    return strcasecmp(value->data, "true") == 0 || strcmp(value->data, "1") == 0;
}

/* A member's name, for sorting. */
typedef struct member_name {
    const char *text;
    size_t length;
} member_name;

static int compare_names(const void *left, const void *right)
{
    const member_name *one = left, *other = right;
    if (one->length != other->length)
        return one->length < other->length ? -1 : 1;
    return memcmp(one->text, other->text, one->length);
}

static void append_object(g3_buffer *text, json_object *document)
{
    size_t count = (size_t)json_object_object_length(document), at = 0;
    member_name *names = g3_allocate_zeroed(count + 1, sizeof *names);
    json_object_object_foreach(document, key, ignored)
    {
        (void)ignored;
        names[at++] = (member_name){key, strlen(key)};
    }
    qsort(names, count, sizeof *names, compare_names);
    g3_buffer_append_char(text, '{');
    for (at = 0; at < count; at++) {
        json_object *member;
        json_object_object_get_ex(document, names[at].text, &member);
        if (at)
            g3_buffer_append_char(text, ',');
        document_append_string(text, g3_view_of(names[at].text));
        g3_buffer_append_char(text, ':');
        metadata_append_kept(text, member);
    }
    g3_buffer_append_char(text, '}');
    free(names);
}

void metadata_append_kept(g3_buffer *text, json_object *document)
{
    if (json_object_is_type(document, json_type_object)) {
        append_object(text, document);
    } else if (json_object_is_type(document, json_type_array)) {
        g3_buffer_append_char(text, '[');
        for (size_t i = 0; i < json_object_array_length(document); i++) {
            if (i)
                g3_buffer_append_char(text, ',');
            metadata_append_kept(text, json_object_array_get_idx(document, i));
        }
        g3_buffer_append_char(text, ']');
    } else {
        document_append_json(text, document);
    }
}

static void answer_status(struct exchange *exchange)
{
    char now[32];
    time_t seconds = time(NULL);
    struct tm parts;
    gmtime_r(&seconds, &parts);
    strftime(now, sizeof now, "%Y-%m-%dT%H:%M:%S", &parts);
    g3_buffer_append_format(exchange_begin_json(exchange, 200),
                            "{\"status\":\"OK\",\"timestamp\":\"%s.000000+00:00\","
                            "\"aggregate_metadata_enabled\":false}",
                            now);
}

static void answer_version(struct exchange *exchange)
{
    g3_buffer_append_text(exchange_begin_json(exchange, 200), "\"4.3.0\"");
}

/* Paths behind "metadata/". A GUID may hold slashes. */
static void serve_record(struct exchange *exchange, g3_view path)
{
    static const g3_view ALIASES = {"/aliases", 8};
    const char *aliases = memmem(path.data, path.length, ALIASES.data, ALIASES.length);
    const char *behind = aliases ? aliases + ALIASES.length : NULL;
    const char *end = path.data + path.length;
    if (behind && (behind == end || *behind == '/')) {
        g3_view alias =
            behind == end ? (g3_view){0} : (g3_view){behind + 1, (size_t)(end - behind - 1)};
        metadata_aliases(exchange, (g3_view){path.data, (size_t)(aliases - path.data)}, alias);
        return;
    }
    switch (exchange->verb) {
    case VERB_GET:
        metadata_get(exchange, path);
        break;
    case VERB_POST:
        metadata_create(exchange, path);
        break;
    case VERB_PUT:
        metadata_update(exchange, path);
        break;
    case VERB_DELETE:
        metadata_delete(exchange, path);
        break;
    case VERB_OTHER:
        metadata_answer_detail(exchange, 405, "Method Not Allowed");
    }
}

void metadata_serve(struct exchange *exchange)
{
    static const g3_view RECORD = {"metadata/", 9};
    g3_view path = exchange->path;
    if (g3_view_equal(path, G3_VIEW("_status")) && exchange->verb == VERB_GET)
        answer_status(exchange);
    else if (g3_view_equal(path, G3_VIEW("version")) && exchange->verb == VERB_GET)
        answer_version(exchange);
    else if (g3_view_equal(path, G3_VIEW("metadata_index")))
        metadata_answer_detail(exchange, 403, "Forbidden");
    else if (g3_view_equal(path, G3_VIEW("metadata")) && exchange->verb == VERB_GET)
        metadata_list(exchange);
    else if (g3_view_equal(path, G3_VIEW("metadata")) && exchange->verb == VERB_POST)
        metadata_batch(exchange);
    else if (g3_view_starts_with(path, RECORD) && path.length > RECORD.length)
        serve_record(exchange, (g3_view){path.data + RECORD.length, path.length - RECORD.length});
    else
        metadata_answer_detail(exchange, 404, "Not Found");
}
