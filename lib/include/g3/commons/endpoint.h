/* Where a commons' services are, and the login for them.
 *
 * At a commons a gateway routes by the first path segment: the index service under /index, so that
 * a record is at ENDPOINT/index/index/GUID. A service alone on a port (--index-url) has no such
 * segment. Records are written under /index-admin, where the gateway checks the token's right and
 * puts the service's own login on; but with a login of that service (--basic-auth-file) under
 * /index itself, as in front of a service alone. Metadata is read under /mds and written under
 * /mds-admin, with either login.
 */
#ifndef G3_COMMONS_ENDPOINT_H
#define G3_COMMONS_ENDPOINT_H

#include "g3/base/abi.h"
#include "g3/base/buffer.h"
#include "g3/base/options.h"
#include "g3/http/engine.h"

G3_BEGIN_C

/* Values of the options that all service tools share; see g3_service_option_table. */
typedef struct g3_service_options {
    const char *endpoint;        /* -e, GEN3_ENDPOINT */
    const char *index_url;       /* --index-url */
    const char *metadata_url;    /* --metadata-url */
    const char *credentials;     /* --credentials: API key file */
    const char *token_file;      /* --token-file */
    const char *basic_auth_file; /* --basic-auth-file: user:password */
    const char *ca_file;         /* --cacert */
    int64_t connections;         /* -j */
    int64_t batch;               /* --batch; 0: by the kind of lookup */
    int64_t retries;             /* --retries; -1: not given */
    double timeout;              /* --timeout: one try */
    double total_timeout;        /* --total-timeout: one request with its repeats */
} g3_service_options;

extern const g3_option g3_service_option_table[];
extern const size_t g3_service_option_count;

/* The defaults that go with the table. */
extern const g3_service_options g3_service_option_defaults;

/* Services and login of one commons, owned by the caller: g3_commons_close(). Stays where it is
 * while it is open: the engine points into it. */
typedef struct g3_commons {
    char *gateway;        /* the endpoint, no slash at the end; NULL if only services are given */
    char *index;          /* base URL of the index service, no slash at the end; NULL if unknown */
    char *index_admin;    /* of the index service for its administrators: where to write */
    char *metadata;       /* of the metadata service; NULL if unknown */
    char *metadata_admin; /* the same for its administrators: where to write */
    struct g3_login *login;   /* see tokens.h */
    g3_authorizer authorizer; /* for g3_http_options; points to `login` */
    g3_http *http;
} g3_commons;

/* Works out the URLs, reads the login files, opens the engine.
 * @return false with G3_EXIT_USAGE (no endpoint, not http or https, too many connections),
 *         G3_EXIT_INPUT (login file), G3_EXIT_UNAUTHORISED (API key refused) */
bool g3_commons_open(g3_commons *commons, const g3_service_options *options, g3_reporter *reporter,
                     g3_error *error);

void g3_commons_close(g3_commons *commons); /* zero-initialised is allowed */

G3_END_C

#endif
