/* g3-auth: the login of a commons: tokens, who one is, and requests of any kind with it. */
#include "g3/commons/tokens.h"
#include "g3/record/json.h"
#include "operations.h"

typedef struct auth_options {
    const char *method;
    const char *data;
} auth_options;

static const g3_option AUTH_OPTIONS[] = {
    {.name = "request",
     .letter = 'X',
     .kind = G3_OPTION_TEXT,
     .argument = "METHOD",
     .at = offsetof(auth_options, method),
     .help = "curl: GET, POST, PUT or DELETE (default: POST with --data, else GET)"},
    {.name = "data",
     .letter = 'd',
     .kind = G3_OPTION_TEXT,
     .argument = "JSON",
     .at = offsetof(auth_options, data),
     .help = "curl: the document to send, or @FILE (@- is standard input)"},
};

/* The one thing that is meant to print a secret: for the headers of other programs. */
static bool print_token(operation_run *run, g3_error *error)
{
    g3_buffer *out = g3_sink_buffer(run->output);
    if (!g3_login_append_token(run->commons.login, run->base, out, error))
        return false;
    g3_buffer_append_char(out, '\n');
    return g3_sink_settle(run->output, false, error);
}

static bool choose_method(const auth_options *options, g3_method *method, g3_error *error)
{
    static const char *const NAMES[] = {
        [G3_GET] = "GET", [G3_POST] = "POST", [G3_PUT] = "PUT", [G3_DELETE] = "DELETE"};
    *method = options->data ? G3_POST : G3_GET;
    if (!options->method)
        return true;
    for (size_t i = 0; i < G3_COUNT(NAMES); i++) {
        if (strcmp(options->method, NAMES[i]) == 0) {
            *method = (g3_method)i;
            return true;
        }
    }
    return g3_fail(error, G3_EXIT_USAGE, "--request %s: GET, POST, PUT or DELETE", options->method);
}

/* Prints the answer's bytes as they are, as curl does. */
static bool curl(operation_run *run, g3_error *error)
{
    const auth_options *options = run->values;
    const char *path = run->operands[0];
    g3_request request = {0};
    g3_method method;
    if (!choose_method(options, &method, error))
        return false;
    if (strstr(path, "://"))
        return g3_fail(error, G3_EXIT_USAGE, "%s: give a path of the commons, as /user/user", path);
    operation_begin(run, &request, "", NULL, 0);
    request.method = method;
    request.repeatable = method != G3_POST;
    if (*path != '/')
        g3_buffer_append_char(&request.url, '/');
    g3_buffer_append_text(&request.url, path);
    bool done = true;
    if (options->data && *options->data == '@')
        done = operation_read_json(options->data + 1, &request.body, error);
    else if (options->data)
        g3_buffer_append_text(&request.body, options->data);
    if (!done) {
        g3_request_free(&request);
        return false;
    }
    if (!operation_ask(run, &request, NULL, error))
        return false;
    g3_buffer_append(g3_sink_buffer(run->output), g3_buffer_view(&run->answer));
    return g3_sink_settle(run->output, false, error);
}

/* A file that is to be uploaded gets a GUID, and a URL to be sent to. */
static bool upload_url(operation_run *run, g3_error *error)
{
    const auth_options *options = run->values;
    g3_request request = {0};
    g3_buffer name = {0};
    operation_begin(run, &request, "/user/data/upload", NULL, 0);
    g3_buffer_append_text(&name, "{\"file_name\":");
    g3_json_append_string(&name, g3_view_of(run->operands[0]));
    g3_buffer_append_char(&name, '}');
    g3_view more = options->data ? g3_view_of(options->data) : G3_VIEW("{}");
    bool good = g3_json_append_merged(&request.body, more, g3_buffer_view(&name));
    g3_buffer_free(&name);
    if (good)
        return operation_print(run, &request, run->operands[0], error);
    g3_request_free(&request);
    return g3_fail(error, G3_EXIT_USAGE, "--data: give a JSON object, such as {\"authz\": [...]}");
}

/* The lines are those of the help. */
/* clang-format off */
static const operation OPERATIONS[] = {
    {"token", "", "prints an access token, for other programs", .run = print_token},
    {"check", "", "who one is to the commons", .path = "/user/user"},
    {"curl", "PATH", "asks any service of the commons, as curl does, with the login", 1, 1, .run = curl},
    {"upload-url", "FILE_NAME", "a GUID and a signed URL for a new file (--data: authz, bucket, ...)", 1, 1, G3_POST, .run = upload_url},
    {"upload-url-of", "GUID FILE_NAME", "a signed URL for the file of a GUID", 2, 2, .path = "/user/data/upload/{}?file_name={}"},
    {"delete-file", "GUID...", "deletes files and their records", 1, 0, G3_DELETE, .path = "/user/data/{}", .each = true},
    {"download-url", "GUID...", "signed URLs of files (--query protocol=s3)", 1, 0, .path = "/user/data/download/{}", .each = true},
};
/* clang-format on */

static bool find_service(operation_run *run, g3_error *error)
{
    return operation_use_gateway(run, "", error);
}

int main(int argc, char **argv)
{
    auth_options values = {0};
    const operation_tool tool = {
        .name = "g3-auth",
        .purpose = "the login of a commons: tokens, who one is, any request with it",
        .details = "Exit status 4: there is no login, or the commons does not accept it.\n",
        .examples =
            "  g3-auth -e https://commons.example.org --credentials credentials.json check\n"
            "  g3-auth curl /user/user | jq .authz\n"
            "  g3-auth curl -d '{\"action\": \"x\", \"input\": {}}' /job/dispatch\n"
            "  g3-auth curl -d @query.json /api/v0/submission/graphql\n",
        .operations = OPERATIONS,
        .count = G3_COUNT(OPERATIONS),
        .options = AUTH_OPTIONS,
        .option_count = G3_COUNT(AUTH_OPTIONS),
        .values = &values,
        .find_service = find_service};
    return run_operations(&tool, argc, argv);
}
