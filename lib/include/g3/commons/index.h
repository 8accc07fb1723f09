/* What the index service (indexd) speaks: URLs to ask, answers to read.
 *
 * Source: the service's recorded exchanges in testdata/contract, and its OpenAPI description at
 * https://github.com/uc-cdis/indexd.
 */
#ifndef G3_COMMONS_INDEX_H
#define G3_COMMONS_INDEX_H

#include "g3/base/abi.h"
#include "g3/base/options.h"
#include "g3/http/engine.h"
#include "g3/record/json.h"
#include "g3/record/record.h"
#include "g3/table/rows.h"

G3_BEGIN_C

/* Most records of one listing answer that the service allows. */
#define G3_INDEX_PAGE_LIMIT 1024

/* Longest request line ("GET target HTTP/1.1") that the service's server takes, bytes. */
#define G3_INDEX_REQUEST_LINE_LIMIT 4094

/* Restrictions that the service applies itself to a listing. */
typedef struct g3_index_filters {
    const char *acl; /* "a,b"; "null": none */
    const char *authz;
    const char *file_name;
    const char *url;
    const char *size;
    const char *uploader;
    const char *version;
    const char *form;          /* object (the service's default), bundle, all */
    g3_text_list hashes;       /* "md5:HEX", ... */
    g3_text_list metadata;     /* "key:value", ... */
    const char *urls_metadata; /* JSON */
    const char *negate_params; /* JSON */
} g3_index_filters;

/* All of these set a request's method, URL and body, and that it may be repeated (whether it only
 * reads, or names the record's GUID or revision, so that doing it twice is noticed); its tag is
 * left alone. `base` is the index service's URL without a slash at the end. */

/* Begins `request` as a GET of a listing: at most `limit` records behind `start` in the service's
 * order (empty: from the first). `filters` may be NULL. */
void g3_index_list_request(g3_request *request, const char *base, const g3_index_filters *filters,
                           g3_view start, int64_t limit);

/* Begins `request` as a lookup of ids in one query (`ids=`). The caller keeps within
 * G3_INDEX_REQUEST_LINE_LIMIT (g3_index_ids_room()) and passes no GUID with a comma. */
void g3_index_ids_request(g3_request *request, const char *base, const g3_view *guids,
                          size_t count);

/* The bytes that one GUID adds to the request line of a lookup by ids, and how many there may be.
 */
size_t g3_index_id_size(g3_view guid);
size_t g3_index_ids_room(const char *base);

/* Begins `request` as a POST /bulk/documents. `count` must not be 0 (the service answers 500). */
void g3_index_bulk_request(g3_request *request, const char *base, const g3_view *guids,
                           size_t count);

/* Begins `request` as GET /index/GUID. */
void g3_index_single_request(g3_request *request, const char *base, g3_view guid);

/* Begins `request` as a search for records of whose URLs one holds `text`, in which the service
 * takes `_` and `%` for wildcards (GET /_query/urls/q): so many of the records of GUIDs in order,
 * the first `offset` left out. The answer is read by g3_index_answer_next(). */
void g3_index_url_request(g3_request *request, const char *base, g3_view text, int64_t limit,
                          int64_t offset);

/* Begins `request` as GET /_stats, and reads its answer.
 * @param bytes  the files' sizes together; -1 where that is no whole number of 64 bits
 * @return false if the answer does not tell how many files there are */
void g3_index_stats_request(g3_request *request, const char *base);
bool g3_index_read_stats(g3_view body, int64_t *files, int64_t *bytes);

/* Begins `request` as GET /guid/mint: so many new GUIDs, of which the service keeps nothing; and
 * reads its answer.
 * @param guids  filled in: `count` GUIDs in `arena`
 * @return false if the answer does not hold `count` GUIDs */
void g3_index_mint_request(g3_request *request, const char *base, size_t count);
bool g3_index_read_minted(g3_view body, g3_arena *arena, g3_view *guids, size_t count);

/* Begins `request` as a POST of a new record. Asked twice, it is answered 409 the second time.
 * @param before  GUID of the record that the new one is a version of; empty: it is none
 * @param guid    ends in a UUID
 * @param object  has an md5, a size and urls, none of them twice; what is null is left out */
void g3_index_create_request(g3_request *request, const char *base, g3_view before, g3_view guid,
                             const g3_record *object);

/* Begins `request` as a POST that makes a record anew that was deleted: with its GUID, its baseid
 * and all else that the service lets a new record have, but a revision and dates of its own.
 * @param json  the record as the service told it (g3_record.json)
 * @return false if it is no JSON object */
bool g3_index_restore_request(g3_request *request, const char *base, g3_view json);

/* Begins `request` as a PUT of what is to change of a record; 409 if it has another revision.
 * @param changes  JSON object of the members urls, acl, authz, file_name */
void g3_index_update_request(g3_request *request, const char *base, g3_view guid, g3_view revision,
                             g3_view changes);

/* Begins `request` as a DELETE of a record; 409 if it has another revision. */
void g3_index_delete_request(g3_request *request, const char *base, g3_view guid, g3_view revision);

/* Reads the answer to a create or an update. @return the new revision, in `arena`; empty: none */
g3_view g3_index_read_revision(g3_view body, g3_arena *arena);

/* Asks how many records the index has.
 * @param records  -1 where the service does not tell: it has no /_stats, or fails at it
 * @return false if it can't be reached, refuses, or is no index service (G3_EXIT_SERVICE) */
bool g3_index_count(g3_http *http, const char *base, int64_t *records, g3_error *error);

/* The service's default prefix ("dg.TEST/"). Zero-initialise; g3_buffer_free(&prefix.text). */
typedef struct g3_index_prefix {
    g3_buffer text; /* empty: there is none, or it is not known */
    bool told;      /* the service has told it, be it that there is none */
} g3_index_prefix;

/* Asks the service for its default prefix (GET /guid/prefix, JSON or plain text).
 * @param prefix  set; not `told` where the service does not know the question
 * @return false only if interrupted or out of memory */
bool g3_index_fetch_prefix(g3_http *http, const char *base, g3_index_prefix *prefix,
                           g3_error *error);

/* The other spelling of a GUID: without the prefix if it begins with it, else with it.
 * @param space  where it is built; cleared first
 * @return false where there is none (no prefix, or nothing would be left) */
bool g3_index_other_spelling(g3_view guid, g3_view prefix, g3_buffer *space);

/* Learns the default prefix from a record that was answered for another spelling.
 * @param prefix  its text is set; `told` stays as it is
 * @return false if the one is not the other with a prefix in front */
bool g3_index_learn_prefix(g3_view asked, g3_view answered, g3_index_prefix *prefix);

/* Walks the records of an answer: a listing ({"records": [...]}), a bulk answer ([...]) or one
 * record ({...}). Zero-copy where strings have no escapes. Members that are not wanted are checked
 * all the same: an answer that is cut off or no JSON is always told from a good one. */
typedef struct g3_index_answer g3_index_answer;

/* Makes a walk (open), and begins it with an answer's body (begin).
 * @param body  borrowed until the answer is closed or begun anew
 * @return owned by the caller: g3_index_answer_close(); g3_index_answer_begin() uses it again */
g3_index_answer *g3_index_answer_open(void);
void g3_index_answer_begin(g3_index_answer *answer, g3_view body);

/* Gives the next record, as an object record: the seven columns in order, lists as they come,
 * absent or null values G3_NULL, its revision, other members only in its `json`. A bundle
 * (form=bundle or all) has its `id` as guid, and of the other columns only the size. Valid until
 * the next begin (all records of an answer may be held together).
 * @param reason  for G3_NEXT_ERROR: what is wrong with the answer, static text
 * @return G3_NEXT_ITEM, G3_NEXT_END or G3_NEXT_ERROR */
g3_next g3_index_answer_next(g3_index_answer *answer, g3_record *record, const char **reason);

/* True once the answer has turned out to be a listing: known after the first
 * g3_index_answer_next(). */
bool g3_index_answer_is_listing(const g3_index_answer *answer);

void g3_index_answer_close(g3_index_answer *answer); /* NULL is allowed */

G3_END_C

#endif
