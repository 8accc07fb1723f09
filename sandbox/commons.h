/* What the embedded commons consists of. Made by main, handed to the services with each exchange.
 */
#ifndef SANDBOX_COMMONS_H
#define SANDBOX_COMMONS_H

#include "faults.h"
#include "jobs.h"
#include "store.h"

/* Option values; see the table in main.c for what they mean. */
struct settings {
    const char *database;
    int64_t port;
    g3_text_list manifests;
    g3_text_list maps;
    const char *url_template;
    const char *prefix;
    const char *basic_auth;
    const char *basic_auth_file;
    int collation;
    g3_text_list faults;
    int64_t fault_limit;
    int64_t seed;
    double latency;
    int64_t most_at_once;
    bool gzip;
    const char *log;
    int64_t token_lifetime;
    bool require_token;
    const char *api_key_file;
    int token_paths;
    double job_time;
    g3_text_list job_failures;
    const char *files;
    int64_t submission_limit;
    int64_t submission_patience;
    int64_t graph_patience;
    g3_text_list graph_failures;
    bool quiet;
};

typedef enum token_paths { TOKEN_PATHS_BOTH, TOKEN_PATHS_CDIS, TOKEN_PATHS_API } token_paths;

struct commons {
    const struct settings *settings;
    struct store *store;
    struct faults faults;
    struct jobs *jobs;
    atomic_llong transactions; /* that the submission service has answered */
    char *login;               /* "user:password" of the administrator */
    struct token_key *key;     /* signs tokens */
    uint16_t port;             /* that it is served on */
};

#endif
