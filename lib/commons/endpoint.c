/* Where a commons' services are: the options that all service tools share, and opening a commons by
 * them. Called by the service tools' main. */
#include "g3/commons/endpoint.h"
#include "g3/base/memory.h"
#include "g3/commons/tokens.h"
#include "secret.h"
#include <inttypes.h>
#include <stdlib.h>

/* A process may usually have 1,024 files open, connections among them. */
#define MOST_CONNECTIONS 1000

#define AT(member) .at = offsetof(g3_service_options, member)

const g3_option g3_service_option_table[] = {
    {.name = "endpoint",
     .letter = 'e',
     .kind = G3_OPTION_TEXT,
     AT(endpoint),
     .argument = "URL",
     .variable = "GEN3_ENDPOINT",
     .help = "the commons; a bare host means https://HOST"},
    {.name = "index-url",
     .kind = G3_OPTION_TEXT,
     AT(index_url),
     .argument = "URL",
     .help = "the index service where it is alone on a port (default: ENDPOINT/index)"},
    {.name = "metadata-url",
     .kind = G3_OPTION_TEXT,
     AT(metadata_url),
     .argument = "URL",
     .help = "the metadata service where it is alone on a port (default: ENDPOINT/mds)"},
    {.name = "credentials",
     .kind = G3_OPTION_TEXT,
     AT(credentials),
     .argument = "FILE",
     .help = "API key from the commons' profile page (default: GEN3_API_KEY, the key or its file; "
             "then ~/.gen3/credentials.json if it is the endpoint's)"},
    {.name = "token-file",
     .kind = G3_OPTION_TEXT,
     AT(token_file),
     .argument = "FILE",
     .help = "access token; read again when it has run out (default: the token in GEN3_TOKEN)"},
    {.name = "basic-auth-file",
     .kind = G3_OPTION_TEXT,
     AT(basic_auth_file),
     .argument = "FILE",
     .help = "first line user:password, for a service with a login of its own"},
    {.name = "connections",
     .letter = 'j',
     .kind = G3_OPTION_COUNT,
     AT(connections),
     .least = 1,
     .argument = "N",
     .help = "most connections at once; fewer are used if more gain nothing (default: 8)"},
    {.name = "batch",
     .kind = G3_OPTION_COUNT,
     AT(batch),
     .least = 1,
     .argument = "N",
     .help = "records asked for at once (default: what suits the kind of request)"},
    {.name = "retries",
     .kind = G3_OPTION_COUNT,
     AT(retries),
     .least = 0,
     .argument = "N",
     .help = "repeats of a request that failed for a while (default: 8; fewer where nothing has "
             "ever answered)"},
    {.name = "timeout",
     .kind = G3_OPTION_SECONDS,
     AT(timeout),
     .argument = "SECONDS",
     .help = "longest time for one try (default: 400)"},
    {.name = "total-timeout",
     .kind = G3_OPTION_SECONDS,
     AT(total_timeout),
     .argument = "SECONDS",
     .help = "longest time for a request with its repeats (default: 3600)"},
    {.name = "cacert",
     .kind = G3_OPTION_TEXT,
     AT(ca_file),
     .argument = "FILE",
     .help = "CA certificates (PEM) to trust instead of the system's"},
};
const size_t g3_service_option_count = G3_COUNT(g3_service_option_table);

const g3_service_options g3_service_option_defaults = {
    .connections = G3_HTTP_CONNECTIONS,
    .retries = -1,
    .timeout = G3_HTTP_TIMEOUT,
    .total_timeout = G3_HTTP_TOTAL_TIMEOUT,
};

/* Makes a base URL of what the user gave: https:// before a bare host, no slash at the end.
 * @return owned by the caller: free(); NULL with G3_EXIT_USAGE */
static char *read_base(const char *text, const char *option, g3_error *error)
{
    g3_buffer url = {0};
    char *host = NULL;
    bool encrypted, with_login = false;
    if (!strstr(text, "://"))
        g3_buffer_append_text(&url, "https://");
    g3_buffer_append(&url, g3_view_trim(g3_view_of(text)));
    while (url.length && url.data[url.length - 1] == '/')
        url.length--;
    const char *base = g3_buffer_text(&url);
    bool ok = g3_url_read(base, &host, &encrypted, &with_login);
    free(host);
    if (ok && with_login)
        ok = g3_fail(error, G3_EXIT_USAGE,
                     "%s: a login within a URL can be seen by others: give it with "
                     "--basic-auth-file",
                     option);
    else if (!ok || strpbrk(base, "?#"))
        ok = g3_fail(error, G3_EXIT_USAGE, "%s: \"%.200s\" is no http or https URL of a service",
                     option, strchr(text, '@') ? "..." : text);
    if (!ok)
        g3_buffer_free(&url);
    return url.data;
}

/* The commons that issued the API key the user chose, where no endpoint is given.
 * @return true with *base NULL if there is none */
static bool find_issuer(const g3_service_options *options, char **base, g3_error *error)
{
    g3_api_key key = {0};
    bool ok = g3_api_key_read(options, &key, NULL, error);
    if (ok && key.chosen && key.issuer) {
        /* https://HOST/user: the host is the commons. */
        const char *authority = strstr(key.issuer, "://");
        size_t length = strlen(key.issuer);
        if (authority) {
            authority += strlen("://");
            length = (size_t)(authority - key.issuer) + strcspn(authority, "/?#");
        }
        char *host = g3_duplicate((g3_view){key.issuer, length});
        *base = read_base(host, "the API key's issuer", error);
        ok = *base != NULL;
        free(host);
    }
    g3_api_key_wipe(&key);
    return ok;
}

/* @return owned by the caller: free() */
static char *join(const char *base, const char *path)
{
    g3_buffer url = {0};
    g3_buffer_append_text(&url, base);
    g3_buffer_append_text(&url, path);
    g3_buffer_text(&url);
    return url.data;
}

/* Fills in the services' URLs.
 * @param base  set to the endpoint, or to a service given alone; owned by the caller: free() */
static bool find_services(g3_commons *commons, const g3_service_options *options, char **base,
                          g3_error *error)
{
    char *endpoint = NULL;
    bool alone = options->index_url || options->metadata_url;
    if (options->endpoint && *options->endpoint) {
        endpoint = read_base(options->endpoint, "--endpoint", error);
        if (!endpoint)
            return false;
    } else if (!alone && !find_issuer(options, &endpoint, error)) {
        return false;
    }
    *base = endpoint; /* freed by the caller whatever happens below */
    if (endpoint)
        commons->gateway = join(endpoint, "");
    if (options->index_url)
        commons->index = read_base(options->index_url, "--index-url", error);
    else if (endpoint)
        commons->index = join(endpoint, "/index");
    if (commons->index && (options->index_url || options->basic_auth_file))
        commons->index_admin = join(commons->index, "");
    else if (commons->index)
        commons->index_admin = join(commons->index, "-admin");
    if (options->metadata_url)
        commons->metadata = read_base(options->metadata_url, "--metadata-url", error);
    else if (endpoint)
        commons->metadata = join(endpoint, "/mds");
    if (commons->metadata)
        commons->metadata_admin = join(commons->metadata, options->metadata_url ? "" : "-admin");
    if ((options->index_url && !commons->index) || (options->metadata_url && !commons->metadata))
        return false;
    if (!endpoint && !alone)
        return g3_fail(error, G3_EXIT_USAGE, "give the commons with -e URL or GEN3_ENDPOINT");
    if (!*base)
        *base = join(commons->index ? commons->index : commons->metadata, "");
    return true;
}

bool g3_commons_open(g3_commons *commons, const g3_service_options *options, g3_reporter *reporter,
                     g3_error *error)
{
    *commons = (g3_commons){0};
    char *base = NULL;
    if (options->connections > MOST_CONNECTIONS)
        return g3_fail(error, G3_EXIT_USAGE, "--connections %" PRId64 " is more than %d",
                       options->connections, MOST_CONNECTIONS);
    bool ok = find_services(commons, options, &base, error);
    if (!ok)
        goto done;
    /* The login is for the URLs as they were read, with their scheme. */
    g3_service_options settled = *options;
    settled.index_url = options->index_url ? commons->index : NULL;
    settled.metadata_url = options->metadata_url ? commons->metadata : NULL;
    commons->login = g3_login_open(&settled, base, reporter, error);
    ok = commons->login != NULL;
    if (!ok)
        goto done;
    commons->authorizer = g3_login_authorizer(commons->login);
    g3_http_options http = {.connections = options->connections,
                            .retries = options->retries,
                            .request_timeout = options->timeout,
                            .total_timeout = options->total_timeout,
                            .ca_file = options->ca_file,
                            .authorizer = &commons->authorizer,
                            .reporter = reporter};
    commons->http = g3_http_open(&http, error);
    ok = commons->http != NULL;
done:
    free(base);
    if (!ok)
        g3_commons_close(commons);
    return ok;
}

void g3_commons_close(g3_commons *commons)
{
    g3_http_close(commons->http);
    g3_login_close(commons->login);
    free(commons->gateway);
    free(commons->index);
    free(commons->index_admin);
    free(commons->metadata);
    free(commons->metadata_admin);
    *commons = (g3_commons){0};
}
