/* A manifest read in pieces by several threads, each piece from a line end on that is guessed to
 * end a row. Private to the join storey; called by feed.c, whose mutex guards it.
 *
 * A guess is wrong where the line end stands in a quoted cell. It shows when the piece in front has
 * been read: its end is the place where the next one begins. A piece that was begun elsewhere is
 * read again from there. So the rows are those of reading in one go, in their order; the reader's
 * state at a row's begin is a g3_row_place and nothing else.
 */
#ifndef G3_JOIN_PIECES_H
#define G3_JOIN_PIECES_H

#include "g3/join/input.h"

/* Most pieces that are read and not yet given on. */
#define G3_PIECES_MOST ((size_t)16)

typedef enum g3_piece_state {
    G3_PIECE_READING,
    G3_PIECE_READ,
    G3_PIECE_WRONG, /* to be read again */
} g3_piece_state;

typedef struct g3_piece {
    g3_piece_state state;
    bool guess; /* part.begin is none yet */
    g3_join_piece part;
    g3_join_chunk *first, *last; /* its rows; owned */
    bool failed;                 /* reading it did, because of `failure` */
    g3_error failure;
} g3_piece;

typedef struct g3_pieces {
    g3_piece ring[G3_PIECES_MOST];
    size_t most;           /* in the ring at once */
    uint64_t oldest, next; /* counts of pieces given on, and begun */
    uint64_t at, size;     /* where the next one begins, at a guess; the file's bytes */
    uint64_t step;         /* bytes of a piece */
    g3_row_place begin;    /* of the oldest one */
    uint64_t lines;        /* in front of that */
    uint64_t rows, padded; /* of the pieces given on */
    g3_join_chunk *spare;  /* what was read in vain, to be used again; owned */
} g3_pieces;

/* @param first  of the first row
 * @param lines  in front of it
 * @param size   of the file, bytes
 * @param step   bytes of a piece, at first */
void g3_pieces_begin(g3_pieces *pieces, g3_row_place first, uint64_t lines, uint64_t size,
                     uint64_t step, size_t most);

/* The piece to be read now: the caller sets what reading has brought, and says
 * g3_pieces_read(). NULL: none, until one has been given on (or ever: g3_pieces_ended()).
 * @param may_begin  a new one may be begun */
g3_piece *g3_pieces_take(g3_pieces *pieces, bool may_begin);

/* A piece was read. */
void g3_pieces_read(g3_piece *piece);

/* The oldest piece, if it was read from where the one before ends: its chunks are the caller's, the
 * lines of their bad rows made those of the file. It stays valid until the next call. NULL: not
 * yet.
 */
g3_piece *g3_pieces_give(g3_pieces *pieces);

/* True if all pieces have been given on. */
bool g3_pieces_ended(const g3_pieces *pieces);

/* Rows of all pieces, reckoned from those given on; 0 while there are none. */
uint64_t g3_pieces_expected(const g3_pieces *pieces);

/* Frees what was read and not given on. */
void g3_pieces_end(g3_pieces *pieces);

#endif
