/* g3-index: single operations of the index service. */
#include "g3/commons/index.h"
#include "operations.h"
#include <stdlib.h>

typedef struct index_options {
    const char *revision;
} index_options;

static const g3_option INDEX_OPTIONS[] = {
    {.name = "rev",
     .kind = G3_OPTION_TEXT,
     .argument = "REV",
     .at = offsetof(index_options, revision),
     .help = "update, delete: only if the record has this revision (default: the one that it has)"},
};

/* Records of one page of a listing. */
#define PAGE G3_INDEX_PAGE_LIMIT

/* Finds the revision that a change has to name: the user's, or that of the record as it is. */
static bool find_revision(operation_run *run, const char *guid, g3_view *revision, g3_arena *arena,
                          g3_error *error)
{
    const index_options *options = run->values;
    g3_request request = {0};
    if (options->revision) {
        *revision = g3_view_of(options->revision);
        return true;
    }
    g3_call_begin(&request, G3_GET, run->base, "/index/{}", &guid, 1);
    if (!operation_ask(run, &request, guid, error))
        return false;
    *revision = g3_index_read_revision(g3_buffer_view(&run->answer), arena);
    return revision->length ||
           g3_fail(error, G3_EXIT_SERVICE, "%s: the service told no revision", guid);
}

/* Sends a change of a record. */
static bool change(operation_run *run, const char *guid, g3_view body, g3_error *error)
{
    g3_arena arena = {0};
    g3_request request = {0};
    g3_view revision;
    bool done = find_revision(run, guid, &revision, &arena, error);
    if (done) {
        operation_begin(run, &request, run->operation->path, &guid, 1);
        g3_call_add_parameter(&request, "rev", revision);
        g3_buffer_append(&request.body, body);
        done = operation_print(run, &request, guid, error);
    }
    g3_arena_free(&arena);
    return done;
}

static bool update(operation_run *run, g3_error *error)
{
    g3_buffer body = {0};
    const char *file = run->count > 1 ? run->operands[1] : NULL;
    bool done = operation_read_json(file, &body, error) &&
                change(run, run->operands[0], g3_buffer_view(&body), error);
    g3_buffer_free(&body);
    return done;
}

static bool delete_one(operation_run *run, size_t at, g3_error *error)
{
    return change(run, run->operands[at], (g3_view){0}, error);
}

static bool delete_each(operation_run *run, g3_error *error)
{
    return operation_run_each(run, delete_one, error);
}

/* Pages of the listing, each beginning behind the last record of the one before. */
static bool list(operation_run *run, g3_error *error)
{
    g3_buffer last = {0};
    int64_t count = PAGE;
    bool done = true;
    while (done && count == PAGE) {
        g3_request request = {0};
        operation_begin(run, &request, "/index/", NULL, 0);
        g3_call_add_number(&request, "limit", PAGE);
        if (last.length)
            g3_call_add_parameter(&request, "start", g3_buffer_view(&last));
        done = operation_ask(run, &request, NULL, error) &&
               g3_call_print_items(run->output, g3_buffer_view(&run->answer), "records", &count,
                                   &last, error);
    }
    g3_buffer_free(&last);
    return done;
}

static bool query_urls(operation_run *run, g3_error *error)
{
    int64_t count = PAGE;
    bool done = true;
    for (int64_t offset = 0; done && count == PAGE; offset += count) {
        g3_request request = {0};
        g3_index_url_request(&request, run->base, g3_view_of(run->operands[0]), PAGE, offset);
        done = operation_ask(run, &request, NULL, error) &&
               g3_call_print_items(run->output, g3_buffer_view(&run->answer), NULL, &count, NULL,
                                   error);
    }
    return done;
}

static bool bulk(operation_run *run, g3_error *error)
{
    int64_t count;
    g3_request request = {0};
    g3_view *guids = g3_allocate_zeroed(run->count, sizeof *guids);
    for (size_t i = 0; i < run->count; i++)
        guids[i] = g3_view_of(run->operands[i]);
    g3_index_bulk_request(&request, run->base, guids, run->count);
    free(guids);
    return operation_ask(run, &request, NULL, error) &&
           g3_call_print_items(run->output, g3_buffer_view(&run->answer), NULL, &count, NULL,
                               error);
}

static bool mint(operation_run *run, g3_error *error)
{
    int64_t count;
    g3_request request = {0};
    const char *wanted = run->count ? run->operands[0] : "1";
    g3_call_begin(&request, G3_GET, run->base, "/guid/mint?count={}", &wanted, 1);
    return operation_ask(run, &request, NULL, error) &&
           g3_call_print_items(run->output, g3_buffer_view(&run->answer), "guids", &count, NULL,
                               error);
}

/* Aliases: {"aliases": [{"value": ALIAS}, ...]}. */
static bool send_aliases(operation_run *run, g3_error *error)
{
    g3_request request = {0};
    operation_begin(run, &request, run->operation->path, run->operands, 1);
    g3_buffer_append_text(&request.body, "{\"aliases\":[");
    for (size_t i = 1; i < run->count; i++) {
        g3_buffer_append_text(&request.body, i > 1 ? ",{\"value\":" : "{\"value\":");
        g3_json_append_string(&request.body, g3_view_of(run->operands[i]));
        g3_buffer_append_char(&request.body, '}');
    }
    g3_buffer_append_text(&request.body, "]}");
    return operation_print(run, &request, run->operands[0], error);
}

/* A record of which nothing is known but who will upload the file: {"uploader", "file_name"}. */
static bool create_blank(operation_run *run, g3_error *error)
{
    g3_request request = {0};
    operation_begin(run, &request, "/index/blank/", NULL, 0);
    g3_buffer_append_text(&request.body, "{\"uploader\":");
    g3_json_append_string(&request.body, g3_view_of(run->operands[0]));
    if (run->count > 1) {
        g3_buffer_append_text(&request.body, ",\"file_name\":");
        g3_json_append_string(&request.body, g3_view_of(run->operands[1]));
    }
    g3_buffer_append_char(&request.body, '}');
    return operation_print(run, &request, NULL, error);
}

/* The lines are those of the help. */
/* clang-format off */
static const operation OPERATIONS[] = {
    {"get", "GUID...", "these records, a line each", 1, 0, .path = "/index/{}", .each = true},
    {"bulk", "GUID...", "these records by one request; unknown ones are left out", 1, 0, .run = bulk},
    {"list", "", "all records, or by --query acl=, authz=, hash=md5:, size=, url=, file_name=, ...", .run = list},
    {"create", "[FILE]", "a record from JSON: form, size, hashes, urls, and did, acl, authz, ...", 0, 1, G3_POST, true, "/index/", .body = BODY_JSON},
    {"create-blank", "UPLOADER [FILE_NAME]", "a record to be filled in when the file is uploaded", 1, 2, G3_POST, true, .run = create_blank},
    {"new-version", "GUID [FILE]", "a new version of a record, from JSON as for create", 1, 2, G3_POST, true, "/index/{}", .body = BODY_JSON},
    {"update", "GUID [FILE]", "changes of a record, from JSON: urls, acl, authz, file_name, ...", 1, 2, G3_PUT, true, "/index/{}", .run = update},
    {"update-blank", "GUID [FILE]", "what a blank record lacks, from JSON: size, hashes", 1, 2, G3_PUT, true, "/index/blank/{}", .run = update},
    {"delete", "GUID...", "deletes records", 1, 0, G3_DELETE, true, "/index/{}", .run = delete_each},
    {"versions", "GUID...", "all versions of a record", 1, 0, .path = "/index/{}/versions", .each = true},
    {"latest", "GUID...", "the latest version (--query has_version=true: of those with a version)", 1, 0, .path = "/index/{}/latest", .each = true},
    {"aliases", "GUID...", "the other names of a record", 1, 0, .path = "/index/{}/aliases", .each = true},
    {"create-aliases", "GUID ALIAS...", "gives a record more names", 2, 0, G3_POST, true, "/index/{}/aliases", .run = send_aliases},
    {"update-aliases", "GUID ALIAS...", "gives a record these names instead of those that it has", 2, 0, G3_PUT, true, "/index/{}/aliases", .run = send_aliases},
    {"delete-aliases", "GUID", "takes all other names from a record", 1, 1, G3_DELETE, true, .path = "/index/{}/aliases"},
    {"delete-alias", "GUID ALIAS", "takes one of them", 2, 2, G3_DELETE, true, .path = "/index/{}/aliases/{}"},
    {"query-urls", "PATTERN", "GUIDs and URLs that hold a pattern, in which _ and % are wildcards", 1, 1, .run = query_urls},
    {"urls", "", "URLs by --query size=, hash=, ids=", .path = "/urls/"},
    {"mint", "[COUNT]", "new GUIDs, of which the service keeps nothing", 0, 1, .run = mint},
    {"prefix", "", "what the service's GUIDs begin with", .path = "/guid/prefix"},
    {"stats", "", "how many files there are, and their bytes", .path = "/_stats"},
    {"health", "", "whether the service is well", .path = "/_status"},
    {"version", "", "the service's version", .path = "/_version"},
};
/* clang-format on */

static bool find_service(operation_run *run, g3_error *error)
{
    run->base = run->commons.index;
    run->admin = run->commons.index_admin;
    return run->base ||
           g3_fail(error, G3_EXIT_USAGE, "which index service? Give -e URL, or --index-url URL");
}

int main(int argc, char **argv)
{
    index_options values = {0};
    const operation_tool tool = {
        .name = "g3-index",
        .purpose = "single operations of the index service",
        .details = "Asks the index service for one thing and prints its answer as JSON, a line for "
                   "each record.\n"
                   "Documents to be sent are read from FILE, or standard input.\n",
        .examples = "  g3-index -e https://commons.example.org get "
                    "dg.1234/3bd6ecd4-01fc-4b56-b1a2-0dd2dc2b9a53\n"
                    "  echo '{\"acl\": [\"*\"]}' | g3-index update "
                    "dg.1234/3bd6ecd4-01fc-4b56-b1a2-0dd2dc2b9a53\n"
                    "  g3-index list --query authz=/programs/topmed | jq -r .did\n",
        .operations = OPERATIONS,
        .count = G3_COUNT(OPERATIONS),
        .options = INDEX_OPTIONS,
        .option_count = G3_COUNT(INDEX_OPTIONS),
        .values = &values,
        .find_service = find_service};
    return run_operations(&tool, argc, argv);
}
