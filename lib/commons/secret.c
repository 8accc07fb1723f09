/* Reads secrets and API keys. Called by tokens.c for the login and by endpoint.c for the issuer. */
#include "secret.h"
#include "g3/base/memory.h"
#include "g3/commons/tokens.h"
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* A key or token has 1 to 8 kB; whatever is larger than this is another file given by mistake.
 * Taken at once, so that growing leaves no copies behind. */
#define SECRET_LIMIT ((size_t)64 * 1024)

void g3_secret_wipe(g3_buffer *secret)
{
    if (secret->data)
        OPENSSL_cleanse(secret->data, secret->capacity);
    g3_buffer_free(secret);
}

bool g3_secret_is_word(g3_view text)
{
    for (size_t i = 0; i < text.length; i++)
        if (text.data[i] <= ' ' || text.data[i] > '~')
            return false;
    return text.length > 0;
}

/* Leaves the text in `secret` without the blanks at its ends, and with a NUL behind it. */
static void trim(g3_buffer *secret)
{
    g3_view text = g3_view_trim(g3_buffer_view(secret));
    if (text.length)
        g3_buffer_drop_front(secret, (size_t)(text.data - secret->data));
    secret->length = text.length;
    g3_buffer_text(secret);
}

static bool read_all(int file, const char *path, g3_buffer *secret, g3_error *error)
{
    char *space = g3_buffer_reserve(secret, SECRET_LIMIT + 1);
    for (;;) {
        ssize_t got = read(file, space + secret->length, SECRET_LIMIT + 1 - secret->length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return g3_fail(error, G3_EXIT_INPUT, "%s: %s", path, strerror(errno));
        if (got == 0)
            return true;
        secret->length += (size_t)got;
        if (secret->length > SECRET_LIMIT)
            return g3_fail(error, G3_EXIT_INPUT, "%s: too large for a login file", path);
    }
}

bool g3_secret_read(const char *path, g3_buffer *secret, g3_reporter *reporter, g3_error *error)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return g3_fail(error, G3_EXIT_INPUT, "%s: cannot open the login file: %s", path,
                       strerror(errno));
    struct stat status;
    if (reporter && fstat(file, &status) == 0 && S_ISREG(status.st_mode) &&
        (status.st_mode & S_IROTH))
        g3_warn(reporter, "%s: everybody on this machine can read this login; chmod 600 it", path);
    bool ok = read_all(file, path, secret, error);
    close(file);
    if (!ok)
        return false;
    trim(secret);
    return secret->length > 0 || g3_fail(error, G3_EXIT_INPUT, "%s: the login file is empty", path);
}

/* The key's file in the user's home, if there is one; owned by the caller: free(). */
static char *find_home_key(void)
{
    const char *home = getenv("HOME");
    g3_buffer path = {0};
    if (home)
        g3_buffer_append_format(&path, "%s/.gen3/credentials.json", home);
    if (!home || access(g3_buffer_text(&path), R_OK) != 0)
        g3_buffer_free(&path);
    return path.data;
}

/* Takes issuer and expiry out of the JSON text. */
static bool read_claims(g3_api_key *key, g3_error *error)
{
    struct json_object *document = json_tokener_parse(key->json.data), *member;
    bool ok = json_object_is_type(document, json_type_object) &&
              json_object_object_get_ex(document, "api_key", &member) &&
              json_object_is_type(member, json_type_string) &&
              g3_jwt_read(g3_view_of(json_object_get_string(member)), &key->expires, &key->issuer);
    json_object_put(document);
    return ok || g3_fail(error, G3_EXIT_INPUT,
                         "%s: holds no API key; download credentials.json anew from the commons' "
                         "profile page",
                         key->source);
}

bool g3_api_key_read(const g3_service_options *options, g3_api_key *key, g3_reporter *reporter,
                     g3_error *error)
{
    const char *variable = getenv("GEN3_API_KEY");
    const char *path = options->credentials;
    key->chosen = true;
    if (!path && variable && *g3_view_trim(g3_view_of(variable)).data == '{') {
        key->source = g3_duplicate(G3_VIEW("GEN3_API_KEY"));
        g3_buffer_append_text(&key->json, variable);
        trim(&key->json);
        return read_claims(key, error);
    }
    if (!path && variable && *variable)
        path = variable;
    key->source = path ? g3_duplicate(g3_view_of(path)) : find_home_key();
    key->chosen = path != NULL;
    if (!key->source)
        return true;
    if (g3_secret_read(key->source, &key->json, reporter, error) && read_claims(key, error))
        return true;
    if (key->chosen)
        return false;
    if (reporter)
        g3_warn(reporter, "%s; going on without a login", error ? error->message : key->source);
    g3_api_key_wipe(key);
    return true;
}

void g3_api_key_wipe(g3_api_key *key)
{
    g3_secret_wipe(&key->json);
    free(key->source);
    free(key->issuer);
    *key = (g3_api_key){0};
}
