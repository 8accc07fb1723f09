/* g3-metadata: single operations of the metadata service. */
#include "g3/commons/metadata.h"
#include "g3/record/json.h"
#include "operations.h"

typedef struct metadata_options {
    bool overwrite, merge, data;
} metadata_options;

static const g3_option METADATA_OPTIONS[] = {
    {.name = "overwrite",
     .kind = G3_OPTION_FLAG,
     .at = offsetof(metadata_options, overwrite),
     .help = "create, batch: replace what is there"},
    {.name = "merge",
     .kind = G3_OPTION_FLAG,
     .at = offsetof(metadata_options, merge),
     .help = "update, update-aliases: keep what the document or the aliases have besides"},
    {.name = "data",
     .kind = G3_OPTION_FLAG,
     .at = offsetof(metadata_options, data),
     .help = "query: the documents too, as lines {\"guid\", \"data\"}, which batch takes"},
};

static void add_flag(g3_request *request, const char *name, bool set)
{
    if (set)
        g3_call_add_parameter(request, name, G3_VIEW("true"));
}

static bool write_document(operation_run *run, g3_error *error)
{
    const metadata_options *options = run->values;
    g3_request request = {0};
    const char *file = run->count > 1 ? run->operands[1] : NULL;
    if (!operation_begin_with(run, &request, run->operation->path, run->operands, 1, file, error))
        return false;
    add_flag(&request, "overwrite", options->overwrite);
    add_flag(&request, "merge", options->merge);
    return operation_print(run, &request, run->operands[0], error);
}

static bool batch(operation_run *run, g3_error *error)
{
    const metadata_options *options = run->values;
    g3_request request = {0};
    const char *file = run->count ? run->operands[0] : NULL;
    if (!operation_begin_with(run, &request, run->operation->path, NULL, 0, file, error))
        return false;
    request.repeatable = options->overwrite; /* else the second answer would be conflicts */
    g3_call_add_parameter(&request, "overwrite",
                          options->overwrite ? G3_VIEW("true") : G3_VIEW("false"));
    return operation_print(run, &request, NULL, error);
}

/* Pages of what has these members; the service orders them by GUID. */
static bool query(operation_run *run, g3_error *error)
{
    const metadata_options *options = run->values;
    int64_t count = G3_METADATA_PAGE_LIMIT;
    bool done = true;
    for (int64_t offset = 0; done && count == G3_METADATA_PAGE_LIMIT; offset += count) {
        g3_request request = {0};
        operation_begin(run, &request, "/metadata", NULL, 0);
        add_flag(&request, "data", options->data);
        g3_call_add_number(&request, "limit", G3_METADATA_PAGE_LIMIT);
        g3_call_add_number(&request, "offset", offset);
        done = operation_ask(run, &request, NULL, error);
        g3_view answer = g3_buffer_view(&run->answer);
        if (done && options->data)
            done = g3_call_print_members(run->output, answer, &count, error);
        else if (done)
            done = g3_call_print_items(run->output, answer, NULL, &count, NULL, error);
    }
    return done;
}

/* Aliases: {"aliases": [ALIAS, ...]}. */
static bool send_aliases(operation_run *run, g3_error *error)
{
    const metadata_options *options = run->values;
    g3_request request = {0};
    operation_begin(run, &request, run->operation->path, run->operands, 1);
    add_flag(&request, "merge", options->merge);
    g3_buffer_append_text(&request.body, "{\"aliases\":[");
    for (size_t i = 1; i < run->count; i++) {
        g3_buffer_append_text(&request.body, i > 1 ? "," : "");
        g3_json_append_string(&request.body, g3_view_of(run->operands[i]));
    }
    g3_buffer_append_text(&request.body, "]}");
    return operation_print(run, &request, run->operands[0], error);
}

/* The lines are those of the help. */
/* clang-format off */
static const operation OPERATIONS[] = {
    {"get", "GUID...", "these documents, a line each", 1, 0, .path = "/metadata/{}", .each = true},
    {"query", "", "GUIDs of all documents, or of those with --query MEMBER.MEMBER=VALUE", .run = query},
    {"create", "GUID [FILE]", "a document, from JSON; in conflict if there is one (--overwrite)", 1, 2, G3_POST, true, "/metadata/{}", .run = write_document},
    {"update", "GUID [FILE]", "replaces a document (--merge: its members of these names)", 1, 2, G3_PUT, true, "/metadata/{}", .run = write_document},
    {"batch", "[FILE]", "many documents: [{\"guid\", \"data\"}, ...]", 0, 1, G3_POST, true, "/metadata", .run = batch},
    {"delete", "GUID...", "deletes documents, and prints what they were", 1, 0, G3_DELETE, true, .path = "/metadata/{}", .each = true},
    {"aliases", "GUID...", "the other names of a GUID", 1, 0, .path = "/metadata/{}/aliases", .each = true},
    {"create-aliases", "GUID ALIAS...", "gives a GUID more names", 2, 0, G3_POST, true, "/metadata/{}/aliases", .run = send_aliases},
    {"update-aliases", "GUID ALIAS...", "gives a GUID these names instead of those that it has (--merge: besides)", 2, 0, G3_PUT, true, "/metadata/{}/aliases", .run = send_aliases},
    {"delete-alias", "GUID ALIAS", "takes one of its names from a GUID", 2, 2, G3_DELETE, true, .path = "/metadata/{}/aliases/{}"},
    {"delete-aliases", "GUID", "takes all other names from a GUID", 1, 1, G3_DELETE, true, .path = "/metadata/{}/aliases"},
    {"index-paths", "", "the members that the service's database has an index for", .path = "/metadata_index"},
    {"create-index-path", "PATH", "has it make one", 1, 1, G3_POST, true, .path = "/metadata_index/{}"},
    {"delete-index-path", "PATH", "has it drop one", 1, 1, G3_DELETE, true, .path = "/metadata_index/{}"},
    {"health", "", "whether the service is well", .path = "/_status"},
    {"version", "", "the service's version", .path = "/version"},
};
/* clang-format on */

static bool find_service(operation_run *run, g3_error *error)
{
    run->base = run->commons.metadata;
    run->admin = run->commons.metadata_admin;
    return run->base || g3_fail(error, G3_EXIT_USAGE,
                                "which metadata service? Give -e URL, or --metadata-url URL");
}

int main(int argc, char **argv)
{
    metadata_options values = {0};
    const operation_tool tool = {
        .name = "g3-metadata",
        .purpose = "single operations of the metadata service",
        .details = "Asks the metadata service for one thing and prints its answer as JSON, a line "
                   "for each document\n"
                   "or GUID. Documents to be sent are read from FILE, or standard input.\n",
        .examples = "  g3-metadata -e https://commons.example.org get "
                    "dg.1234/3bd6ecd4-01fc-4b56-b1a2-0dd2dc2b9a53\n"
                    "  g3-metadata query --data --query dbgap.sex=female | jq -c .data\n"
                    "  echo '{\"note\": {\"by\": \"me\"}}' | g3-metadata update --merge "
                    "dg.1234/3bd6ecd4-01fc-4b56-b1a2-0dd2dc2b9a53\n",
        .operations = OPERATIONS,
        .count = G3_COUNT(OPERATIONS),
        .options = METADATA_OPTIONS,
        .option_count = G3_COUNT(METADATA_OPTIONS),
        .values = &values,
        .find_service = find_service};
    return run_operations(&tool, argc, argv);
}
