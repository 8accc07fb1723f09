/* The contract test: replays recorded exchanges against a service, in order, and compares the
 * answers.
 *
 *     replay --sandbox build/bin/g3-sandbox testdata/contract/indexd-6.3.0.ndjson
 *     replay --url http://127.0.0.1:8000/index EXCHANGES
 *
 * The service must be empty. Prints what differs, and "N passed, N failed"; ends with status 1 if
 * any failed.
 */
#include "compare.h"
#include "g3/base/memory.h"
#include "g3/base/options.h"
#include "g3/base/report.h"
#include "sandbox_process.h"
#include "wire.h"
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>

/* Times that a record is created anew until its GUID has the recorded one's place in the order of
 * keys: one in sixteen has. */
#define CREATE_TRIES 1000

struct options {
    const char *sandbox;
    const char *collation;
    const char *service;
    const char *url;
    const char *login;
};

static const g3_option OPTIONS[] = {
    {.name = "sandbox",
     .kind = G3_OPTION_TEXT,
     .at = offsetof(struct options, sandbox),
     .argument = "PROGRAM",
     .help = "start this g3-sandbox and replay against it"},
    {.name = "collation",
     .kind = G3_OPTION_TEXT,
     .at = offsetof(struct options, collation),
     .argument = "ORDER",
     .help = "the sandbox's order of keys: bytes or locale"},
    {.name = "service",
     .kind = G3_OPTION_TEXT,
     .at = offsetof(struct options, service),
     .argument = "SEGMENT",
     .help = "the path of the service at the sandbox (default: index)"},
    {.name = "url",
     .kind = G3_OPTION_TEXT,
     .at = offsetof(struct options, url),
     .argument = "URL",
     .help = "replay against this service, which must be empty"},
    {.name = "login",
     .kind = G3_OPTION_TEXT,
     .at = offsetof(struct options, login),
     .argument = "USER:PASSWORD",
     .help = "the service's administrator (default: admin:secret)"},
};

struct replay {
    struct wire *wire;
    struct values values;
    unsigned passed, failed;
};

static json_object *member(json_object *object, const char *name)
{
    json_object *value = NULL;
    json_object_object_get_ex(object, name, &value);
    return value;
}

static const char *text_member(json_object *object, const char *name)
{
    return json_object_get_string(member(object, name));
}

/* A request's body: as it was sent where that was no JSON, else the document. */
static const char *body_of(json_object *request)
{
    json_object *body = member(request, "body");
    if (!body || json_object_is_type(body, json_type_string))
        return json_object_get_string(body);
    return json_object_to_json_string_ext(body,
                                          JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
}

/* Sends a recorded request with the made-up values of this run. */
static bool send_recorded(struct replay *replay, json_object *recorded, struct wire_answer *answer,
                          g3_buffer *difference)
{
    const char *body = body_of(recorded);
    g3_buffer target = {0}, content = {0};
    values_translate(&replay->values, text_member(recorded, "target"), &target);
    if (body)
        values_translate(&replay->values, body, &content);
    struct wire_request request = {.method = text_member(recorded, "method"),
                                   .target = g3_buffer_text(&target),
                                   .login = text_member(recorded, "auth"),
                                   .content_type = text_member(recorded, "content_type"),
                                   .body = body ? g3_buffer_text(&content) : NULL};
    bool sent = wire_send(replay->wire, &request, answer, difference);
    g3_buffer_free(&target);
    g3_buffer_free(&content);
    return sent;
}

/* Where an accident of the real service gave a 500, any 4xx will do. */
static bool check_status(json_object *recorded, long status, g3_buffer *difference)
{
    int64_t wanted = json_object_get_int64(member(recorded, "status"));
    if (wanted == status || (wanted == 500 && status >= 400 && status < 500))
        return true;
    g3_buffer_append_format(difference, "status: recorded %d, got %ld", (int)wanted, status);
    return false;
}

/* Pages are compared by their status only, plain texts whole. */
static bool check_text(json_object *recorded, const char *body, g3_buffer *difference)
{
    const char *wanted = text_member(recorded, "text");
    if (!wanted || strchr(wanted, '<') || strcmp(wanted, body) == 0)
        return true;
    g3_buffer_append_format(difference, "text: recorded \"%s\", got \"%s\"", wanted, body);
    return false;
}

static bool check_json(struct replay *replay, json_object *exchange, struct wire_answer *answer,
                       g3_buffer *difference)
{
    static const char JSON[] = "application/json";
    json_object *request = member(exchange, "request"), *recorded = member(exchange, "response");
    json_object *actual = json_tokener_parse(g3_buffer_text(&answer->body));
    const char *target = text_member(request, "target");
    bool any_order = strncmp(target, "/bulk/", 6) == 0;
    bool same = strncmp(answer->content_type, JSON, sizeof JSON - 1) == 0;
    if (!same)
        g3_buffer_append_format(difference, "content type: recorded %s, got %s", JSON,
                                answer->content_type);
    same = same &&
           compare_json(&replay->values, member(recorded, "json"), actual, any_order, difference);
    json_object_put(actual);
    return same;
}

static bool check_answer(struct replay *replay, json_object *exchange, struct wire_answer *answer,
                         g3_buffer *difference)
{
    json_object *recorded = member(exchange, "response");
    if (!check_status(recorded, answer->status, difference))
        return false;
    if (answer->status != json_object_get_int64(member(recorded, "status")))
        return true;
    if (json_object_object_get_ex(recorded, "json", NULL) && member(recorded, "json"))
        return check_json(replay, exchange, answer, difference);
    return check_text(recorded, g3_buffer_text(&answer->body), difference);
}

/* The first digit of a GUID's UUID: the other GUIDs of the exchanges differ in it, so that it tells
 * a record's place among them, whatever the order of keys. */
static char first_digit(const char *guid)
{
    const char *slash = guid ? strrchr(guid, '/') : NULL;
    return slash ? slash[1] : guid ? guid[0] : '\0';
}

static void delete_record(struct replay *replay, json_object *created)
{
    g3_buffer target = {0}, ignored = {0};
    struct wire_answer answer = {0};
    g3_buffer_append_format(&target, "/index/%s?rev=%s", text_member(created, "did"),
                            text_member(created, "rev"));
    struct wire_request request = {
        .method = "DELETE", .target = g3_buffer_text(&target), .login = "admin"};
    wire_send(replay->wire, &request, &answer, &ignored);
    wire_answer_free(&answer);
    g3_buffer_free(&target);
    g3_buffer_free(&ignored);
}

/* True if a request made the service choose a GUID with another place in the order of keys than the
 * recorded one's, on which the pages of later listings depend. The record is then deleted again. */
static bool undo_misplaced(struct replay *replay, json_object *exchange, struct wire_answer *answer)
{
    json_object *recorded = member(member(exchange, "response"), "json");
    const char *method = text_member(member(exchange, "request"), "method");
    if (strcmp(method, "POST") != 0 || !text_member(recorded, "rev") ||
        !text_member(recorded, "did"))
        return false;
    json_object *created = json_tokener_parse(g3_buffer_text(&answer->body));
    bool misplaced =
        text_member(created, "did") && text_member(created, "rev") &&
        first_digit(text_member(created, "did")) != first_digit(text_member(recorded, "did"));
    if (misplaced)
        delete_record(replay, created);
    json_object_put(created);
    return misplaced;
}

static void run_exchange(struct replay *replay, json_object *exchange)
{
    json_object *request = member(exchange, "request");
    g3_buffer difference = {0};
    struct wire_answer answer = {0};
    int tries = CREATE_TRIES;
    bool sent;
    values_note_request(&replay->values, text_member(request, "target"), body_of(request));
    do {
        wire_answer_free(&answer);
        sent = send_recorded(replay, request, &answer, &difference);
    } while (sent && --tries && undo_misplaced(replay, exchange, &answer));
    if (sent && check_answer(replay, exchange, &answer, &difference)) {
        replay->passed++;
    } else {
        replay->failed++;
        printf("exchange %d: %s %.200s: %s\n", json_object_get_int(member(exchange, "n")),
               text_member(request, "method"), text_member(request, "target"),
               g3_buffer_text(&difference));
    }
    wire_answer_free(&answer);
    g3_buffer_free(&difference);
}

static bool run_exchanges(struct replay *replay, const char *path, g3_error *error)
{
    FILE *file = fopen(path, "re");
    char *line = NULL;
    size_t capacity = 0;
    bool read = true;
    if (!file)
        return g3_fail(error, G3_EXIT_INPUT, "%s: %m", path);
    while (read && getline(&line, &capacity, file) > 0) {
        json_object *exchange = json_tokener_parse(line);
        if (exchange)
            run_exchange(replay, exchange);
        else
            read = g3_fail(error, G3_EXIT_INPUT, "%s: a line is not JSON", path);
        json_object_put(exchange);
    }
    free(line);
    fclose(file);
    return read;
}

/* @return false with an error if the exchanges could not be replayed at all */
static bool run(const struct options *options, const char *path, struct replay *replay,
                g3_error *error)
{
    struct sandbox_process sandbox = {0};
    g3_buffer base = {0};
    bool done = false;
    if (options->sandbox &&
        !sandbox_process_start(&sandbox, options->sandbox, options->collation, error))
        return false;
    if (options->sandbox)
        g3_buffer_append_format(&base, "%s/%s", sandbox.endpoint, options->service);
    else
        g3_buffer_append_text(&base, options->url);
    replay->wire = wire_open(g3_buffer_text(&base), options->login);
    done = run_exchanges(replay, path, error);
    wire_close(replay->wire);
    values_free(&replay->values);
    g3_buffer_free(&base);
    if (options->sandbox && !sandbox_process_stop(&sandbox, done ? error : NULL))
        done = false;
    return done;
}

int main(int argc, char **argv)
{
    struct options options = {.collation = "bytes", .service = "index", .login = "admin:secret"};
    struct replay replay = {0};
    g3_option_group groups[] = {{"Options", OPTIONS, G3_COUNT(OPTIONS), &options}};
    g3_command command = {.name = "replay",
                          .purpose = "replay recorded exchanges against a service",
                          .operands = "EXCHANGES",
                          .groups = groups,
                          .group_count = 1};
    g3_reporter reporter;
    g3_error error = {0};
    g3_text_list operands = {0};
    int status = G3_EXIT_DONE;
    g3_reporter_set_up(&reporter, command.name, false, false, G3_PROGRESS_NEVER);
    g3_options_result read = g3_options_parse(&command, argc, argv, &operands, &error);
    bool usable = operands.count == 1 && !options.sandbox != !options.url;
    if (read == G3_OPTIONS_RUN && !usable)
        g3_fail(&error, G3_EXIT_USAGE, "want one file of exchanges, and --sandbox or --url");
    if (read == G3_OPTIONS_WRONG || (read == G3_OPTIONS_RUN && !usable)) {
        status = g3_report_error(&reporter, &error);
    } else if (read == G3_OPTIONS_RUN) {
        curl_global_init(CURL_GLOBAL_DEFAULT);
        if (!run(&options, operands.items[0], &replay, &error))
            status = g3_report_error(&reporter, &error);
        printf("%u passed, %u failed\n", replay.passed, replay.failed);
        if (status == G3_EXIT_DONE && (replay.failed || !replay.passed))
            status = G3_EXIT_DIFFERENCES;
        curl_global_cleanup();
    }
    free(operands.items);
    return status;
}
