/* The index service (indexd): its paths, and what each of its files serves.
 *
 * Source: the exchanges recorded in testdata/contract/indexd-6.3.0.ndjson.
 */
#ifndef SANDBOX_INDEX_SERVICE_H
#define SANDBOX_INDEX_SERVICE_H

#include "exchange.h"
#include "store.h"

/* Finds what a path means and has it served; exchange->path is behind the gateway's segment. */
void index_serve(struct exchange *exchange);

/* index_list.c: GET /index/ with its filters. */
void index_list(struct exchange *exchange);

/* index_read.c: single records and lookups. `guid` as in the path: with its prefix or without. */
void index_get(struct exchange *exchange, g3_view guid);
void index_resolve(struct exchange *exchange, g3_view guid);
void index_bulk(struct exchange *exchange);
void index_stats(struct exchange *exchange);

/* Finds a record: as `guid` has it, else with the prefix in front of it.
 * @return STATEMENT_FIND standing on the row, which the caller resets; NULL if there is none */
sqlite3_stmt *index_find(struct exchange *exchange, store_connection *connection, g3_view guid);

/* Answers 404 as the service does for a record that it does not have. */
void index_answer_missing(struct exchange *exchange);

/* Answers 500: the database failed. */
void index_answer_broken(struct exchange *exchange, store_connection *connection);

#endif
