/* An index service in a few lines, behind the scripted server, with the habits that clients must
 * cope with: ways to ask that it does not know, answers in any order, answers that can't be read,
 * connections that end early. */
#ifndef G3_TESTS_SMALL_INDEX_H
#define G3_TESTS_SMALL_INDEX_H

#include "chance.h"
#include "fault_server.h"
#include "g3/base/buffer.h"

typedef struct small_index {
    /* What it is; set before it is started. */
    const char **guids; /* of its records; borrowed. The size of record i is i */
    size_t count;
    const char *told_prefix;     /* what /guid/prefix says; NULL: 404 */
    const char *resolved_prefix; /* default prefix that GET /index/GUID tries; NULL: none */
    int ids_status;              /* 200, or what lists of ids are answered with */
    int bulk_status;             /* likewise */
    bool ids_blind;              /* lists of ids find nothing */
    bool ids_ignored;            /* ids are ignored: the first records are listed instead */
    size_t unreadable_of;   /* one lookup in so many is at first answered with half a JSON text; 0:
                               none */
    bool always_unreadable; /* all are, always */
    size_t closed_every;    /* each n-th is not answered at all; 0: none */
    bool unasked;           /* lookups answer a record that nobody asked for as well */
    /* What happened; to be read after fault_server_stop(). */
    size_t lists, bulks, singles; /* lookups of each kind */
    size_t longest_line;          /* request line, bytes */
    size_t most_in_bulk;
    /* Its own. */
    test_chance chance;
    size_t lookups;
    uint64_t *spoilt; /* hashes of the lookups that were answered unreadably */
    size_t spoilt_count;
    char **bodies; /* answers given, kept until the end */
    size_t body_count;
} small_index;

/* Starts it; the server's URL is that of the index service. */
fault_server *small_index_start(small_index *index);

/* Frees what it keeps; after fault_server_free(). */
void small_index_free(small_index *index);

#endif
