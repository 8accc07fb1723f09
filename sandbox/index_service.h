/* The index service (indexd): its paths, and what each of its files serves.
 *
 * Source: the exchanges recorded in testdata/contract/indexd-6.3.0.ndjson.
 */
#ifndef SANDBOX_INDEX_SERVICE_H
#define SANDBOX_INDEX_SERVICE_H

#include "exchange.h"
#include "store.h"

/* index_service.c: finds what a path means and has it served; exchange->path is behind the
 * gateway's segment. */
void index_serve(struct exchange *exchange);

/* index_list.c: GET /index/ and /bundle/, with filters. */
void index_list(struct exchange *exchange);
void index_list_bundles(struct exchange *exchange);

/* index_read.c: single records and lookups. A `guid` here and below is as in the path: with its
 * prefix or without. */
void index_get(struct exchange *exchange, g3_view guid);
void index_resolve(struct exchange *exchange, g3_view guid);
void index_bulk(struct exchange *exchange);
void index_stats(struct exchange *exchange);

/* index_write.c */
void index_create(struct exchange *exchange);
void index_create_version(struct exchange *exchange, g3_view guid);
void index_create_blank(struct exchange *exchange);
void index_fill_blank(struct exchange *exchange, g3_view guid);
void index_update(struct exchange *exchange, g3_view guid);
void index_delete(struct exchange *exchange, g3_view guid);

/* Deletes a record whatever its revision: for the user service. */
void index_delete_any(struct exchange *exchange, g3_view guid);

/* index_versions.c */
void index_versions(struct exchange *exchange, g3_view guid);
void index_latest(struct exchange *exchange, g3_view guid);

/* index_alias.c: all verbs of /index/GUID/aliases and /index/GUID/aliases/VALUE (empty: all). */
void index_aliases(struct exchange *exchange, g3_view guid, g3_view value);

/* index_mint.c, index_urls.c */
void index_prefix(struct exchange *exchange);
void index_mint(struct exchange *exchange);
void index_query_urls(struct exchange *exchange);
void index_urls(struct exchange *exchange);

/* index_drs.c */
void index_get_drs(struct exchange *exchange, g3_view guid);
void index_list_drs(struct exchange *exchange);
void index_bulk_drs(struct exchange *exchange);

/* Appends the URI that the Data Repository Service has for a record. */
void index_append_drs_uri(struct exchange *exchange, g3_buffer *uri, g3_view guid);

/* index_bundle.c: `index_bundle` is for one bundle, all verbs. */
void index_create_bundle(struct exchange *exchange);
void index_bundle(struct exchange *exchange, g3_view guid);

/* Answers a bundle with its contents, or 404. */
void index_answer_bundle(struct exchange *exchange, store_connection *reader, g3_view guid);

/* Finds a record: as `guid` has it, else with the service's prefix in front, or without it.
 * @return STATEMENT_FIND standing on the row, which the caller resets; NULL if there is none */
sqlite3_stmt *index_find(struct exchange *exchange, store_connection *connection, g3_view guid);

/* The provider that a URL's scheme tells, as the service names it; "" for others. */
const char *index_cloud_of(const char *url);

/* Answers 404 as the service does for a record that it does not have. */
void index_answer_missing(struct exchange *exchange);

/* Answers 500: the database failed. */
void index_answer_broken(struct exchange *exchange, store_connection *connection);

#endif
