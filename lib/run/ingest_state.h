/* What the parts of ingesting have in common. Private to ingest*.c. */
#ifndef G3_RUN_INGEST_STATE_H
#define G3_RUN_INGEST_STATE_H

#include "g3/commons/index.h"
#include "g3/run/ingest.h"
#include "g3/run/lookup.h"
#include "g3/run/packed.h"
#include "ingest_journal.h"
#include "ingest_links.h"
#include "ingest_survey.h"
#include "row_feed.h"

/* What a row waits for. */
typedef enum g3_ingest_step {
    G3_STEP_MATCH,  /* a listing by its md5, or a search by its text */
    G3_STEP_MINT,   /* a GUID */
    G3_STEP_LOOK,   /* its GUID to be looked up */
    G3_STEP_CREATE, /* to be sent as something new */
    G3_STEP_READ,   /* its record or document to be read once more */
    G3_STEP_UPDATE, /* its change to be sent */
    G3_STEP_DELETE, /* its record or document to be deleted */
    G3_STEP_DONE,
} g3_ingest_step;

/* A row of the batch at hand; texts live in the batch's arena. */
struct g3_ingest_row {
    uint64_t number; /* among the rows of all manifests, from 0 */
    uint64_t line;
    const char *file; /* borrowed from the options or the arena; NULL: not known */
    uint64_t digest;  /* of the row as it is */
    g3_view packed;   /* the record, with united lists; empty: of a metadata plan, or an undo */
    g3_view text;     /* of metadata: what URLs are to hold */
    g3_view guid;     /* empty: not known yet */
    g3_view before;   /* GUID of the record that it is to be a new version of, or empty */
    g3_ingest_step step;
    g3_ingest_action action; /* intended, and once DONE what came of it */
    bool minted;             /* the GUID is of this journal's making */
    bool resumed;            /* an earlier run was to do it, says the journal, and may have */
    bool settled;            /* an earlier run has done it, says the journal */
    bool waits;              /* for another row of the same GUID */
    bool indexed;            /* of metadata: the index has its GUID */
    int rounds;              /* reads because of a conflict */

    /* What is to change: JSON objects, of members that change or of all there is. `old` may hold
     * less than there was where the service does not lose the rest. */
    g3_view change, old;
    g3_view seen;      /* revision of the record that this was decided by; empty: not known */
    g3_view revision;  /* that was made of it */
    g3_view expected;  /* of a plan or an undo: what there must be (members, or a document) where
                          the revision does not tell */
    g3_view untouched; /* of an undo: the revision that tells that nothing was done */
    g3_view error;     /* for conflict, failed and skipped */
};

typedef struct g3_ingest g3_ingest;

/* Decides what is to be done about a row whose GUID has that record, or NULL: sets its step, its
 * action, and what that needs. */
typedef void g3_ingest_decision(g3_ingest *ingest, g3_ingest_row *row, const g3_record *record);

struct g3_ingest {
    g3_http *http;
    const g3_ingest_options *options;
    g3_ingest_result *result;
    bool metadata; /* else objects */
    bool fixed;    /* the rows say what is to be done: a plan's, or an undo */
    bool careful;  /* what was there before must be known */
    g3_ingest_decision *decide;
    g3_row_feed feed;
    g3_record_packer *packer;
    g3_ingest_journal *journal; /* NULL: there is none */
    g3_ingest_links *links;     /* GUIDs by text, from a manifest; NULL: there are none */
    uint64_t undo_before;       /* of an undo: rows below this number are left */
    bool match;                 /* rows without a GUID are matched by md5 */
    g3_index_prefix prefix;     /* the service's */
    bool mints;                 /* the service mints GUIDs, as far as is known */
    g3_lookup_way way;          /* that lookups ended with */
    bool proven;                /* there was a lookup */
    uint64_t looked;            /* rows that were looked up, and the seconds that this took */
    double looking;
    bool considered;          /* whether a sweep would be quicker */
    g3_ingest_survey *survey; /* NULL: it would not, or is not known */

    /* the batch */
    g3_ingest_row *rows;
    size_t count;
    g3_arena arena;
    bool held; /* there is a row that begins the next batch */
    g3_ingest_row held_row;
    g3_arena held_arena;
    bool ended;     /* the input has */
    uint64_t *keys; /* hash set of what must not come twice in a batch; 0: a free place */

    g3_buffer space;
};

/* Most rows of a batch, and the bytes of their packed records that end one. */
#define G3_INGEST_ROWS  ((size_t)2048)
#define G3_INGEST_BYTES ((size_t)4 << 20)

/* The record of a row; valid until the next call. */
const g3_record *g3_ingest_unpack(g3_ingest *ingest, const g3_ingest_row *row);

/* Ends a row. */
static inline void g3_ingest_end(g3_ingest_row *row, g3_ingest_action action)
{
    row->action = action;
    row->step = G3_STEP_DONE;
}

/* Ends a row that the service refuses, with its words. */
void g3_ingest_end_refused(g3_ingest *ingest, g3_ingest_row *row, const g3_response *response);

/* Ends a row with an error, as printf. */
void g3_ingest_end_row(g3_ingest *ingest, g3_ingest_row *row, g3_ingest_action action,
                       const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Ends a row of a plan or an undo whose record or document is not as it should be. */
void g3_ingest_end_stale(g3_ingest *ingest, g3_ingest_row *row, const char *what);

/* How many rows are at a step. */
size_t g3_ingest_count_step(const g3_ingest *ingest, g3_ingest_step step);

/* ingest_rows.c: reads the next batch; `count` is 0 at the end. */
void g3_ingest_rows_open(g3_ingest *ingest);
void g3_ingest_rows_close(g3_ingest *ingest);
bool g3_ingest_read(g3_ingest *ingest, g3_error *error);

/* Notes what a row means a record by. @return false if another row of the batch does so */
void g3_ingest_keys_clear(g3_ingest *ingest);
bool g3_ingest_take_guid(g3_ingest *ingest, g3_view guid);

/* ingest_plan.c: makes a row of a plan's line. @return NULL, or what is wrong with it */
const char *g3_ingest_plan_read(g3_ingest *ingest, const g3_record *line, g3_ingest_row *row,
                                g3_arena *arena);

/* ingest_undo.c: reads the next batch of a journal that is undone. */
bool g3_ingest_read_undo(g3_ingest *ingest, g3_error *error);

/* ingest_decide.c. */
g3_ingest_decision g3_ingest_decide;          /* a row that is to be written */
g3_ingest_decision g3_ingest_decide_deletion; /* one whose record is to be deleted */
g3_ingest_decision g3_ingest_recheck;         /* one that says what is to be done */

/* ingest_members.c: a record as JSON: an object of the members that the manifest's columns are
 * called by, without the GUID. */
void g3_ingest_append_members(g3_buffer *out, const g3_record *record, g3_view before);
bool g3_ingest_read_members(g3_view json, g3_arena *arena, g3_record *record, g3_view *before);

/* ingest_find.c: gives each row a GUID and decides what is to be done. */
bool g3_ingest_find(g3_ingest *ingest, g3_error *error);

/* ingest_send.c: does it; all rows are done then. */
bool g3_ingest_send(g3_ingest *ingest, g3_error *error);

/* ingest_documents.c: the same for metadata. What is decided by a document that was read is not
 * sent before the next call, where what was there is to be noted first. */
bool g3_ingest_find_documents(g3_ingest *ingest, g3_error *error);
bool g3_ingest_send_documents(g3_ingest *ingest, g3_error *error);

/* ingest_document.c: the document that a row makes, and what is to be done by the one that is
 * there (empty: none). */
g3_view g3_ingest_make_document(g3_ingest *ingest, const g3_ingest_row *row, g3_buffer *space);
void g3_ingest_decide_document(g3_ingest *ingest, g3_ingest_row *row, g3_view document);

/* ingest_find.c: looks the GUIDs of the rows up whose step is LOOK.
 * @param take  is given each row's record, or NULL */
bool g3_ingest_look_up(g3_ingest *ingest, g3_ingest_decision *take, g3_error *error);

/* ingest_match.c: matches the rows whose step is MATCH with the records of their md5 and size, or
 * (metadata) of their text. */
bool g3_ingest_match_rows(g3_ingest *ingest, g3_error *error);

/* Ends a row whose text has not led to one GUID. @param first  of several; empty: there is none */
void g3_ingest_end_unlinked(g3_ingest *ingest, g3_ingest_row *row, g3_view first);

/* ingest_output.c: writes results. */
typedef struct g3_ingest_output {
    const g3_ingest_options *options;
    struct g3_manifest_writer *lines;
    struct g3_manifest_writer *manifest; /* NULL: not wanted */
} g3_ingest_output;

void g3_ingest_output_open(g3_ingest_output *output, const g3_ingest_options *options);
void g3_ingest_output_close(g3_ingest_output *output);

/* Writes what became of a row, or would. */
bool g3_ingest_write_row(g3_ingest *ingest, const g3_ingest_output *output,
                         const g3_ingest_row *row, g3_error *error);

/* Names of actions in results and plans. */
extern const char *const g3_ingest_action_names[G3_INGEST_ACTIONS];

#endif
