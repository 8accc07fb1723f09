/* Looks whether all is well with a commons. Called by g3-doctor. */
#include "g3/run/doctor.h"
#include "g3/base/interrupt.h"
#include "g3/commons/submission.h"
#include "g3/commons/tokens.h"
#include "g3/http/status.h"
#include "g3/record/json.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Most of a version that is told. */
#define VERSION_LIMIT 60

typedef enum state { STATE_OK, STATE_BAD, STATE_NONE } state;

typedef struct doctor {
    const g3_doctor_options *options;
    g3_commons commons;
    time_t service_time; /* of the last answer that told; 0: none did */
    double asked;        /* when it came, by this machine's clock */
    size_t bad;
} doctor;

static void tell(doctor *self, state found, const char *subject, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static void tell(doctor *self, state found, const char *subject, const char *format, ...)
{
    static const char *const STATES[] = {"ok", "bad", "none"};
    g3_buffer *out = g3_sink_buffer(self->options->output);
    char *words = NULL;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&words, format, arguments) < 0)
        g3_end_out_of_memory(strlen(format));
    va_end(arguments);
    if (self->options->json) {
        g3_buffer_append_format(out, "{\"subject\":\"%s\",\"state\":\"%s\",\"text\":", subject,
                                STATES[found]);
        g3_json_append_string(out, g3_view_of(words));
        g3_buffer_append_text(out, "}\n");
    } else {
        g3_buffer_append_format(out, "%-4s  %-9s  %s\n", STATES[found], subject, words);
    }
    self->bad += found == STATE_BAD;
    free(words);
}

/* Asks for something. @return false if there is no good answer; `answer` holds it, or the words */
static bool ask(doctor *self, const char *base, const char *path, g3_buffer *answer)
{
    g3_request request = {0};
    g3_response response;
    g3_error error = {0};
    g3_request_begin(&request, G3_GET, base, path);
    bool done = g3_http_send(self->commons.http, &request, &response, &error);
    bool good = done && !response.failed && g3_http_is_success(response.status);
    if (done && response.date) {
        self->service_time = response.date;
        self->asked = (double)time(NULL);
    }
    g3_buffer_clear(answer);
    if (good)
        g3_buffer_append(answer, g3_view_trim(g3_buffer_view(&response.body)));
    else if (!done)
        g3_buffer_append_text(answer, error.message);
    else if (response.failed)
        g3_buffer_append_text(answer, response.error.message);
    else
        g3_response_append_words(answer, &response);
    g3_buffer_free(&response.body);
    return good;
}

/* A version as services tell it: a text, or {"version": ...}, or something of many members. */
static void append_version(g3_buffer *words, g3_view answer)
{
    g3_arena arena = {0};
    g3_view text = answer;
    g3_json_reader json;
    g3_json_begin(&json, answer, &arena);
    if (g3_json_peek(&json) == G3_JSON_STRING)
        g3_json_read_string(&json, &text);
    else
        g3_json_read_member(answer, "version", &arena, &text);
    text = g3_json_on_one_line(text, &arena);
    if (text.length) /* some say nothing */
        g3_buffer_append_text(words, ", version ");
    for (size_t i = 0; i < text.length && i < VERSION_LIMIT; i++) { /* the service's own words */
        bool plain = text.data[i] >= ' ' && text.data[i] < 0x7f;
        g3_buffer_append_char(words, plain ? text.data[i] : '?');
    }
    g3_arena_free(&arena);
}

/* Looks at one service. @param version  path of its version; NULL: it tells none */
static void look_at(doctor *self, const char *subject, const char *base, const char *health,
                    const char *version, const char *advice)
{
    g3_buffer answer = {0}, words = {0};
    if (!base) {
        tell(self, STATE_NONE, subject, "not known: %s", advice);
    } else if (!ask(self, base, health, &answer)) {
        tell(self, STATE_BAD, subject, "%s", g3_buffer_text(&answer));
    } else {
        if (version && ask(self, base, version, &answer))
            append_version(&words, g3_buffer_view(&answer));
        tell(self, STATE_OK, subject, "%s is well%s", base, g3_buffer_text(&words));
    }
    g3_buffer_free(&answer);
    g3_buffer_free(&words);
}

static void look_at_gateway(doctor *self, const char *subject, const char *segment,
                            const char *health, const char *version)
{
    g3_buffer base = {0};
    if (self->commons.gateway) {
        g3_buffer_append_text(&base, self->commons.gateway);
        g3_buffer_append_text(&base, segment);
    }
    look_at(self, subject, base.length ? g3_buffer_text(&base) : NULL, health, version,
            "it is behind a gateway only: give -e URL");
    g3_buffer_free(&base);
}

/* There is no token: none is there to be had, or it was refused. */
static void tell_of_no_token(doctor *self, const g3_error *error)
{
    const g3_service_options *service = self->options->service;
    if (service->basic_auth_file)
        tell(self, STATE_NONE, "login",
             "a user and password, for the services' own login: whether it is right shows when "
             "something is written");
    else if (service->credentials || service->token_file || getenv("GEN3_TOKEN") ||
             getenv("GEN3_API_KEY"))
        tell(self, STATE_BAD, "login", "%s", error->message);
    else
        tell(self, STATE_NONE, "login",
             "there is no token: reading may do without; else give --credentials, the API key of "
             "the commons' profile page");
}

/* Who one is to the commons. */
static void look_at_login(doctor *self)
{
    g3_buffer token = {0}, answer = {0};
    g3_error error = {0};
    int64_t expires = 0;
    char *issuer = NULL;
    g3_arena arena = {0};
    g3_view name = {0};
    const char *gateway = self->commons.gateway;
    if (!gateway) {
        tell(self, STATE_NONE, "login",
             "a service alone: what it takes shows when it is written to");
    } else if (!g3_login_append_token(self->commons.login, gateway, &token, &error)) {
        tell_of_no_token(self, &error);
    } else if (!ask(self, gateway, "/user/user", &answer)) {
        tell(self, STATE_BAD, "login", "%s; make a new API key at the commons' profile page",
             g3_buffer_text(&answer));
    } else {
        g3_jwt_read(g3_buffer_view(&token), &expires, &issuer);
        if (!g3_json_read_member(g3_buffer_view(&answer), "username", &arena, &name))
            g3_json_read_member(g3_buffer_view(&answer), "name", &arena, &name);
        tell(self, STATE_OK, "login", "%.*s; the access token is good for %.0f s", (int)name.length,
             name.length ? name.data : "", expires ? difftime((time_t)expires, time(NULL)) : 0.0);
    }
    if (token.data)
        explicit_bzero(token.data, token.capacity);
    g3_buffer_free(&token);
    g3_buffer_free(&answer);
    g3_arena_free(&arena);
    free(issuer);
}

static void look_at_clock(doctor *self)
{
    double apart = self->asked - (double)self->service_time;
    if (!self->service_time)
        tell(self, STATE_NONE, "clock", "no service told its time");
    else if (apart > G3_DOCTOR_CLOCK_LIMIT || apart < -G3_DOCTOR_CLOCK_LIMIT)
        tell(
            self, STATE_BAD, "clock",
            "this machine's is %.0f s %s the service's: tokens look expired, or not yet valid; set "
            "it (timedatectl set-ntp true)",
            apart < 0 ? -apart : apart, apart < 0 ? "behind" : "ahead of");
    else
        tell(self, STATE_OK, "clock", "within %d s of the service's", G3_DOCTOR_CLOCK_LIMIT);
}

static void look_at_all(doctor *self)
{
    const g3_commons *commons = &self->commons;
    look_at(self, "index", commons->index, "/_status", "/_version",
            "give -e URL, or --index-url URL");
    look_at(self, "metadata", commons->metadata, "/_status", "/version",
            "give -e URL, or --metadata-url URL");
    look_at_gateway(self, "jobs", "/job", "/_status", "/_version");
    look_at_gateway(self, "graph", G3_SUBMISSION_SEGMENT, "/_dictionary", NULL);
    look_at_login(self);
    look_at_clock(self);
}

bool g3_doctor_run(const g3_doctor_options *options, size_t *bad, g3_error *error)
{
    doctor self = {.options = options};
    g3_error reason = {0};
    if (g3_commons_open(&self.commons, options->service, options->reporter, &reason)) {
        if (self.commons.gateway)
            tell(&self, STATE_OK, "endpoint", "%s", self.commons.gateway);
        look_at_all(&self);
    } else {
        tell(&self, STATE_BAD, reason.exit == G3_EXIT_UNAUTHORISED ? "login" : "endpoint", "%s",
             reason.message);
    }
    g3_commons_close(&self.commons);
    *bad = self.bad;
    if (g3_interrupted())
        return g3_fail(error, G3_EXIT_INTERRUPTED, "interrupted");
    return g3_sink_settle(options->output, true, error);
}
