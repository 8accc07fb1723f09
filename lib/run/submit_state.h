/* A submission under way. Private to submit*.c.
 *
 * submit.c goes through the manifest batch by batch; submit_rows.c reads the rows of a batch;
 * submit_send.c sends them and judges the answers; submit_journal.c keeps what is done.
 */
#ifndef G3_RUN_SUBMIT_STATE_H
#define G3_RUN_SUBMIT_STATE_H

#include "g3/base/memory.h"
#include "g3/run/submit.h"
#include "submit_journal.h"

typedef enum g3_submit_state {
    G3_SUBMIT_PENDING,
    G3_SUBMIT_CREATED,
    G3_SUBMIT_UPDATED,
    G3_SUBMIT_REJECTED,
} g3_submit_state;

/* A row; its texts live as long as its batch. */
struct g3_submit_row {
    uint64_t line;
    uint64_t digest;            /* of `body` */
    g3_view text;               /* as it stands in the file */
    g3_view body;               /* as it is sent: a line of TSV, or an object */
    g3_view submitter_id, type; /* as the row has them, or empty */
    g3_submit_state state;
    bool resumed;   /* by an earlier run, says the journal */
    g3_view id;     /* that the service gave it */
    g3_view reason; /* of a rejected one */
};

/* Rows that go in one request. */
typedef struct g3_submit_piece {
    g3_submit_row **rows;
    size_t count;
} g3_submit_piece;

/* Keys of the rows read so far: an open hash table. */
typedef struct g3_submit_keys {
    struct {
        uint64_t hash; /* 0: free */
        uint64_t line;
    } * places;
    size_t size; /* a power of two, or 0 */
    size_t count;
} g3_submit_keys;

typedef struct g3_submit {
    const g3_submit_options *options;
    g3_submit_result *result;
    g3_http *http;
    g3_manifest_reader *manifest;
    g3_submit_journal *journal; /* NULL: none */
    bool tabular;               /* rows are sent as TSV */
    bool ended;                 /* there are no more rows */
    g3_buffer header;           /* of what is sent, a line of TSV */
    uint64_t header_digest;
    g3_submit_keys keys;
    size_t chunk; /* rows in a request: as many as are answered in time */

    /* The batch. */
    g3_arena arena;
    g3_submit_row *rows;
    size_t count, room;
    g3_submit_piece **pieces; /* to be sent, the last one first */
    size_t piece_count, piece_room;
    int64_t in_flight;
    g3_buffer scratch;
} g3_submit;

/* submit_rows.c: reads the rows of the next batch, and takes up what the journal has of them. */
bool g3_submit_read_rows(g3_submit *submit, g3_error *error);

/* Makes the header that is sent. @return false with G3_EXIT_INPUT: no column identifies rows */
bool g3_submit_make_header(g3_submit *submit, g3_error *error);

/* submit_send.c: sends what is pending. Rows are settled as far as it comes. */
bool g3_submit_send_rows(g3_submit *submit, g3_error *error);

#endif
