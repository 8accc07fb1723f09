/* Sending requests, with curl. */
#include "wire.h"
#include "g3/base/memory.h"
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>

/* Seconds that an answer may take before it counts as none. */
#define ANSWER_TIMEOUT 60L

struct wire {
    CURL *curl;
    const char *base;
    const char *login;
};

struct wire *wire_open(const char *base, const char *login)
{
    struct wire *wire = g3_allocate_zeroed(1, sizeof *wire);
    wire->curl = curl_easy_init();
    wire->base = base;
    wire->login = login;
    return wire;
}

static size_t receive(char *bytes, size_t size, size_t count, void *context)
{
    g3_buffer_append(context, (g3_view){bytes, size * count});
    return size * count;
}

/* The recorded targets are as they were written into a client: what may not stand in a URL is
 * escaped. */
static void append_target(g3_buffer *url, const char *target)
{
    for (; *target; target++)
        if ((unsigned char)*target <= ' ' || (unsigned char)*target >= 0x7F ||
            strchr("\"<>\\^`{|}", *target))
            g3_buffer_append_format(url, "%%%02X", (unsigned)(unsigned char)*target);
        else
            g3_buffer_append_char(url, *target);
}

static void set_login(const struct wire *wire, const char *login)
{
    curl_easy_setopt(wire->curl, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
    if (strcmp(login, "bearer") == 0) {
        curl_easy_setopt(wire->curl, CURLOPT_HTTPAUTH, CURLAUTH_BEARER);
        curl_easy_setopt(wire->curl, CURLOPT_XOAUTH2_BEARER, "not.a.token");
    } else {
        curl_easy_setopt(wire->curl, CURLOPT_USERPWD,
                         strcmp(login, "admin") == 0 ? wire->login : "admin:wrong");
    }
}

bool wire_send(struct wire *wire, const struct wire_request *request, struct wire_answer *answer,
               g3_buffer *trouble)
{
    g3_buffer url = {0};
    char header[160];
    g3_buffer_append_text(&url, wire->base);
    append_target(&url, request->target);
    snprintf(header, sizeof header, "Content-Type:%s%s", request->content_type ? " " : "",
             request->content_type ? request->content_type : "");
    struct curl_slist *headers = curl_slist_append(NULL, header);
    curl_easy_reset(wire->curl); /* keeps the connection */
    curl_easy_setopt(wire->curl, CURLOPT_URL, g3_buffer_text(&url));
    curl_easy_setopt(wire->curl, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(wire->curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(wire->curl, CURLOPT_TIMEOUT, ANSWER_TIMEOUT);
    curl_easy_setopt(wire->curl, CURLOPT_WRITEFUNCTION, receive);
    curl_easy_setopt(wire->curl, CURLOPT_WRITEDATA, &answer->body);
    if (request->body)
        curl_easy_setopt(wire->curl, CURLOPT_POSTFIELDS, request->body);
    curl_easy_setopt(wire->curl, CURLOPT_CUSTOMREQUEST, request->method);
    if (request->login)
        set_login(wire, request->login);
    CURLcode outcome = curl_easy_perform(wire->curl);
    if (outcome == CURLE_OK) {
        char *type = NULL;
        curl_easy_getinfo(wire->curl, CURLINFO_RESPONSE_CODE, &answer->status);
        curl_easy_getinfo(wire->curl, CURLINFO_CONTENT_TYPE, &type);
        snprintf(answer->content_type, sizeof answer->content_type, "%s", type ? type : "");
    } else {
        g3_buffer_append_format(trouble, "no answer: %s", curl_easy_strerror(outcome));
    }
    curl_slist_free_all(headers);
    g3_buffer_free(&url);
    return outcome == CURLE_OK;
}

void wire_answer_free(struct wire_answer *answer)
{
    g3_buffer_free(&answer->body);
    *answer = (struct wire_answer){0};
}

void wire_close(struct wire *wire)
{
    curl_easy_cleanup(wire->curl);
    free(wire);
}
