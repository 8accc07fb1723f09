/* Ingesting: the rows of a manifest become records of the index service, or documents of the
 * metadata service.
 *
 * OBJECTS. What becomes of a row, and of the record of its GUID:
 *   created    there was none
 *   updated    it had the same size and md5, and lacked some of the row's urls, or had other acl,
 *              authz or file_name; empty cells of the row say nothing
 *   unchanged  it says what the row says
 *   conflict   it has another size or md5: nothing is changed
 *   failed     the service refuses the row
 * Rows that can't be used (g3/record/check.h) are rejected, and nothing is sent for them. A URL
 * listed twice in a row counts once.
 *
 * Rows without a GUID get one that the service mints (or, where it does not, a UUID under its
 * prefix), so that creating can be repeated without making a second record: the GUID is in the
 * journal before the record is asked for. Without a journal nothing would be left of it after a
 * kill; there such rows are matched with the record of their md5 and size first, unless the options
 * say otherwise. A row with a GUID in its column `prev_guid` becomes a new version of that record.
 *
 * Deleting, the record of a row's GUID is
 *   deleted    it was there, with the row's size and md5 if the row gives them
 *   unchanged  there was none
 *
 * METADATA. The document of a row's GUID becomes {"_guid_type": TYPE, SOURCE: {column: value,
 * ...}}, all columns but the guid's, values as g3/record/manifest.h reads metadata (an empty cell
 * is an empty text, as the Python SDK has it). TYPE is indexed_file_object if the index has the
 * GUID, else metadata_object. A document that is there is replaced (updated); or keeps its other
 * members (merge); or stays, and is a conflict unless it says the same (no_overwrite). Documents go
 * in batches; one that fails is halved until the document is found that it fails for, so that this
 * is failed and no other. With a journal a document that is there is read before it is replaced,
 * for the journal to hold it, and left unchanged if it says the same. A row whose GUID is looked
 * for by a text in the URLs of the index's records is skipped unless there is exactly one.
 *
 * PLANS. What would be done can be written down instead of being done: the lines of results then
 * hold also what would change, "old" and "new" (objects: their members; metadata: the documents),
 * and of objects "rev", the revision that the record has. Applying a plan does that, and nothing
 * else: a row whose record is no longer as the plan says is a conflict.
 *
 * UNDOING. A journal holds what was there before. Undoing deletes what was created, and puts back
 * what was updated or deleted, the last first; a record that is no longer as the run left it is
 * skipped.
 *
 * Rows go in batches: a batch's records are looked up, what is to be done is decided and written to
 * the journal, done, and what was done is written to the journal. After a kill at any point the
 * next run with this journal takes from it what is done, and does again, with the same GUIDs, what
 * may be: a record that has come into being meanwhile is this run's own if it is as decided.
 */
#ifndef G3_RUN_INGEST_H
#define G3_RUN_INGEST_H

#include "g3/base/abi.h"
#include "g3/base/report.h"
#include "g3/http/engine.h"
#include "g3/record/manifest.h"
#include "g3/run/rejects.h"

G3_BEGIN_C

/* What became of a row; see above. */
typedef enum g3_ingest_action {
    G3_INGEST_CREATED,
    G3_INGEST_UPDATED,
    G3_INGEST_UNCHANGED,
    G3_INGEST_CONFLICT,
    G3_INGEST_FAILED,
    G3_INGEST_DELETED,
    G3_INGEST_SKIPPED,
    G3_INGEST_ACTIONS, /* how many there are */
} g3_ingest_action;

/* What rows without a GUID are matched by. */
typedef enum g3_ingest_match {
    G3_INGEST_MATCH_AUTO, /* md5 without a journal, else nothing */
    G3_INGEST_MATCH_MD5,  /* md5 and size: one record is the row's, several are a conflict */
    G3_INGEST_MATCH_NONE, /* each becomes a record of its own */
} g3_ingest_match;

/* What is done with the rows. */
typedef enum g3_ingest_task {
    G3_INGEST_WRITE,  /* manifests: they are written to the service */
    G3_INGEST_DELETE, /* manifests: what they list is deleted from it */
    G3_INGEST_CHECK,  /* manifests: only validated; nothing is asked or sent */
    G3_INGEST_APPLY,  /* a plan: done */
    G3_INGEST_UNDO,   /* a journal: undone */
} g3_ingest_task;

/* How the members of documents that are there are treated. */
typedef enum g3_ingest_existing {
    G3_INGEST_OVERWRITE, /* replaced, all of them */
    G3_INGEST_MERGE,     /* those of other names than `_guid_type` and the source stay */
    G3_INGEST_KEEP,      /* the document stays */
} g3_ingest_existing;

/* What only concerns metadata. */
typedef struct g3_ingest_metadata {
    const char *base;       /* URL of the metadata service */
    const char *write_base; /* the same for its administrators */
    const char *source;     /* name of the member that holds the columns */
    const char *guid_type;  /* for all; NULL: as the index knows the GUID */
    g3_ingest_existing existing;
    const char *url_text;   /* column of a text that the URLs of the row's record hold, for rows
                               without a GUID; NULL: such rows are rejected */
    const char *index_path; /* manifest of the index to look for URLs in; NULL: the service */
    int64_t batch;          /* most documents in one request; 0: G3_INGEST_DOCUMENTS */
} g3_ingest_metadata;

/* 100 to 5,000 make no difference to the service (measured); small ones are quickly repeated. */
#define G3_INGEST_DOCUMENTS 200

/* What is ingested where, and how. */
typedef struct g3_ingest_options {
    const char *base;       /* URL of the index service; may be NULL for metadata with guid_type */
    const char *write_base; /* the same for its administrators */
    g3_ingest_metadata metadata; /* where manifest.kind is G3_KIND_METADATA */
    g3_ingest_task task;
    bool plan;                /* WRITE, DELETE: is only planned */
    const char *const *paths; /* manifests, read in a row; or the plan, or the journal to undo */
    size_t path_count;        /* at least 1 */
    g3_manifest_options manifest;
    bool replace_urls; /* a record's urls become the row's, instead of being added to */
    g3_ingest_match match;
    const char *prefix;    /* of new GUIDs where the service does not mint; NULL: the service's */
    const char *journal;   /* path, or NULL; not for plans, nor for undoing */
    size_t memory;         /* for what must be held: GUIDs while the index is swept, or joined */
    int64_t batch;         /* GUIDs in one lookup; 0: as the way allows */
    g3_sink *output;       /* takes a line for each row; borrowed, as all below */
    g3_format format;      /* of the output; not AUTO */
    char delimiter;        /* of the output; 0: by format */
    g3_sink *manifest_out; /* takes the rows with their GUIDs; NULL: not wanted */
    g3_format manifest_out_format;
    g3_rejects *rejects;
    g3_report *report; /* told of conflicts, of rows that failed or were skipped, of what a plan
                          would change; NULL: none is wanted */
    g3_reporter *reporter;
} g3_ingest_options;

/* What was done. */
typedef struct g3_ingest_result {
    uint64_t rows; /* that were not rejected */
    uint64_t actions[G3_INGEST_ACTIONS];
    uint64_t resumed; /* rows that an earlier run had done */
} g3_ingest_result;

/* Ingests all rows. Writes a line for each row, in order: {"line","guid","action"}, with "error"
 * where it is conflict, failed or skipped, and "file" where there are several manifests.
 * @param result  filled in, also on failure, with what was done until then
 * @return false with G3_EXIT_INPUT, G3_EXIT_UNAUTHORISED, G3_EXIT_SERVICE, G3_EXIT_LOCAL,
 *         G3_EXIT_INTERRUPTED, or G3_EXIT_USAGE (the journal is of another run or input, the plan
 *         or journal of another service); the lines
 *         of the batches done are written then */
bool g3_ingest_run(g3_http *http, const g3_ingest_options *options, g3_ingest_result *result,
                   g3_error *error);

/* True for what somebody should look at: conflict, failed, skipped. */
bool g3_ingest_is_finding(g3_ingest_action action);

/* Adds to a summary what was done, or would be. */
void g3_ingest_summarize(const g3_ingest_options *options, const g3_ingest_result *result,
                         uint64_t rejected, uint64_t requests, double seconds, g3_summary *summary);

G3_END_C

#endif
