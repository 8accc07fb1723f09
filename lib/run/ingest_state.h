/* What the parts of ingesting have in common. Private to ingest*.c. */
#ifndef G3_RUN_INGEST_STATE_H
#define G3_RUN_INGEST_STATE_H

#include "g3/commons/index.h"
#include "g3/run/ingest.h"
#include "g3/run/lookup.h"
#include "g3/run/packed.h"
#include "ingest_journal.h"
#include "row_feed.h"

/* What a row waits for. */
typedef enum g3_ingest_step {
    G3_STEP_MATCH,  /* a listing by its md5 */
    G3_STEP_MINT,   /* a GUID */
    G3_STEP_LOOK,   /* its GUID to be looked up */
    G3_STEP_CREATE, /* to be sent as a new record */
    G3_STEP_READ,   /* its record to be read once more */
    G3_STEP_UPDATE, /* its change to be sent */
    G3_STEP_DONE,
} g3_ingest_step;

/* A row of the batch at hand; texts live in the batch's arena. */
struct g3_ingest_row {
    uint64_t number; /* among the rows of all manifests, from 0 */
    uint64_t line;
    const char *file; /* borrowed from the options */
    uint64_t digest;  /* of the row as it is */
    g3_view packed;   /* the record; united lists */
    g3_view guid;     /* empty: not known yet */
    g3_view before;   /* GUID of the record that it is to be a new version of, or empty */
    g3_ingest_step step;
    g3_ingest_action action;       /* intended, and once DONE what came of it */
    bool minted;                   /* the GUID is of this journal's making */
    bool resumed;                  /* an earlier run was to do it, says the journal, and may have */
    bool settled;                  /* an earlier run has done it, says the journal */
    int rounds;                    /* reads because of a conflict */
    g3_view revision, change, old; /* of an update: the record's, what to send, what was there */
    g3_view error;                 /* for conflict and failed */
    bool indexed;                  /* of metadata: the index has its GUID */
};

typedef struct g3_ingest {
    g3_http *http;
    const g3_ingest_options *options;
    g3_ingest_result *result;
    g3_row_feed feed;
    g3_record_packer *packer;
    g3_ingest_journal *journal; /* NULL: there is none */
    bool match;                 /* rows without a GUID are matched by md5 */
    g3_index_prefix prefix;     /* the service's */
    bool mints;                 /* the service mints GUIDs, as far as is known */
    g3_lookup_way way;          /* that lookups ended with */
    bool proven;                /* there was a lookup */

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
} g3_ingest;

/* Most rows of a batch, and the bytes of their packed records that end one. */
#define G3_INGEST_ROWS  ((size_t)2048)
#define G3_INGEST_BYTES ((size_t)4 << 20)

/* The record of a row; valid until the next call. */
const g3_record *g3_ingest_unpack(g3_ingest *ingest, const g3_ingest_row *row);

/* Ends a row with an error, as printf. */
void g3_ingest_end_row(g3_ingest *ingest, g3_ingest_row *row, g3_ingest_action action,
                       const char *format, ...) __attribute__((format(printf, 4, 5)));

/* ingest_rows.c: reads the next batch; `count` is 0 at the end. */
void g3_ingest_rows_open(g3_ingest *ingest);
void g3_ingest_rows_close(g3_ingest *ingest);
bool g3_ingest_read(g3_ingest *ingest, g3_error *error);

/* ingest_decide.c: what is to be done about a row whose GUID has that record, or NULL: sets its
 * step, its action, and what an update needs. */
void g3_ingest_decide(g3_ingest *ingest, g3_ingest_row *row, const g3_record *record);

/* ingest_find.c: gives each row a GUID and decides what is to be done. */
bool g3_ingest_find(g3_ingest *ingest, g3_error *error);

/* ingest_send.c: does it; all rows are done then. */
bool g3_ingest_send(g3_ingest *ingest, g3_error *error);

/* The same for metadata: ingest_documents.c. */
static inline bool g3_ingest_is_metadata(const g3_ingest *ingest)
{
    return ingest->options->manifest.kind == G3_KIND_METADATA;
}
bool g3_ingest_find_types(g3_ingest *ingest, g3_error *error);
bool g3_ingest_send_documents(g3_ingest *ingest, g3_error *error);

/* ingest_find.c: looks the GUIDs of the rows up whose step is LOOK.
 * @param take  is given each row's record, or NULL */
bool g3_ingest_look_up(g3_ingest *ingest,
                       void (*take)(g3_ingest *ingest, g3_ingest_row *row, const g3_record *record),
                       g3_error *error);

#endif
