/* Setting answers, and reading bodies and parameters. */
#include "exchange.h"
#include "document.h"
#include "g3/base/options.h"
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

/* Deepest nesting of a request's JSON: beyond any record or document, within any stack. */
#define BODY_DEPTH 48

g3_buffer *exchange_begin_json(struct exchange *exchange, unsigned status)
{
    exchange->status = status;
    exchange->answer_type = "application/json";
    g3_buffer_clear(&exchange->answer);
    return &exchange->answer;
}

void exchange_answer_document(struct exchange *exchange, unsigned status,
                              json_object *take_document)
{
    g3_buffer *answer = exchange_begin_json(exchange, status);
    document_append_json(answer, take_document);
    g3_buffer_append_char(answer, '\n');
    json_object_put(take_document);
}

void exchange_answer_error(struct exchange *exchange, unsigned status, const char *format, ...)
{
    char message[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    json_object *document = json_object_new_object();
    json_object_object_add(document, "error", json_object_new_string(message));
    exchange_answer_document(exchange, status, document);
}

void exchange_answer_text(struct exchange *exchange, unsigned status, const char *text)
{
    exchange->status = status;
    exchange->answer_type = "text/html; charset=utf-8";
    g3_buffer_clear(&exchange->answer);
    g3_buffer_append_text(&exchange->answer, text);
}

void exchange_answer_page(struct exchange *exchange, unsigned status)
{
    static const struct {
        unsigned status;
        const char *title;
    } PAGES[] = {
        {400, "Bad Request"},        {404, "Not Found"},
        {405, "Method Not Allowed"}, {413, "Request Entity Too Large"},
        {414, "URI Too Long"},       {415, "Unsupported Media Type"},
        {429, "Too Many Requests"},  {500, "Internal Server Error"},
        {502, "Bad Gateway"},        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
    };
    const char *title = "Error";
    for (size_t i = 0; i < G3_COUNT(PAGES); i++)
        if (PAGES[i].status == status)
            title = PAGES[i].title;
    exchange_answer_text(exchange, status, "");
    g3_buffer_append_format(&exchange->answer,
                            "<!doctype html>\n<html lang=en>\n<title>%u %s</title>\n"
                            "<h1>%s</h1>\n",
                            status, title, title);
}

bool exchange_read_json(struct exchange *exchange, json_object **document)
{
    static const char JSON_TYPE[] = "application/json";
    *document = NULL;
    if (!exchange->content_type ||
        strncasecmp(exchange->content_type, JSON_TYPE, sizeof JSON_TYPE - 1) != 0) {
        exchange_answer_page(exchange, 415);
        return false;
    }
    if (!document_parse(g3_buffer_view(&exchange->body), BODY_DEPTH, document)) {
        exchange_answer_page(exchange, 400);
        return false;
    }
    return true;
}

bool exchange_read_number(struct exchange *exchange, const char *name, int64_t least, int64_t most,
                          int64_t *value)
{
    const g3_view *text = target_get(&exchange->target, name);
    if (!text)
        return true;
    char *end;
    errno = 0;
    long long number = strtoll(text->data, &end, 10); /* decoded values end in NUL */
    if (text->length == 0 || end != text->data + text->length) {
        exchange_answer_error(exchange, 400, "%s must be an integer", name);
        return false;
    }
    if (errno == ERANGE || number < least || number > most) {
        if (most == INT64_MAX)
            exchange_answer_error(exchange, 400, "%s must be >= %" PRId64, name, least);
        else
            exchange_answer_error(exchange, 400, "%s must be between %" PRId64 " and %" PRId64,
                                  name, least, most);
        return false;
    }
    *value = number;
    return true;
}
