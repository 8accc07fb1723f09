/* Which piece of a manifest is read next, and which one is right. Called by feed.c. */
#include "pieces.h"

/* Of a chunk's room, what a piece should fill of it: as most of them are alike, few need another.
 */
#define FILL_NUMERATOR   63
#define FILL_DENOMINATOR 64

/* Bytes of text that are read for one byte of rows, at most: pieces must not become too long. */
#define MOST_TEXT 4

void g3_pieces_begin(g3_pieces *pieces, g3_row_place first, uint64_t lines, uint64_t size,
                     uint64_t step, size_t most)
{
    *pieces = (g3_pieces){.most = most < G3_PIECES_MOST ? most : G3_PIECES_MOST,
                          .at = first.offset,
                          .size = size > first.offset ? size : first.offset,
                          .step = step,
                          .begin = first,
                          .lines = lines};
}

static g3_piece *piece_at(g3_pieces *pieces, uint64_t number)
{
    return &pieces->ring[number % pieces->most];
}

static g3_piece *begin_piece(g3_pieces *pieces)
{
    g3_piece *piece = piece_at(pieces, pieces->next);
    bool last = pieces->size - pieces->at <= pieces->step;
    *piece = (g3_piece){.guess = pieces->next > 0};
    piece->part.begin = piece->guess ? (g3_row_place){.offset = pieces->at} : pieces->begin;
    piece->part.to = last ? UINT64_MAX : pieces->at + pieces->step;
    pieces->at = last ? pieces->size : piece->part.to;
    pieces->next++;
    return piece;
}

static bool all_begun(const g3_pieces *pieces)
{
    return pieces->next > 0 && pieces->at >= pieces->size;
}

g3_piece *g3_pieces_take(g3_pieces *pieces, bool may_begin)
{
    if (pieces->oldest < pieces->next) { /* only the oldest one is known to be wrong */
        g3_piece *oldest = piece_at(pieces, pieces->oldest);
        if (oldest->state == G3_PIECE_WRONG) {
            oldest->state = G3_PIECE_READING;
            return oldest;
        }
    }
    if (!may_begin || all_begun(pieces) || pieces->next - pieces->oldest == pieces->most)
        return NULL;
    return begin_piece(pieces);
}

void g3_pieces_read(g3_piece *piece)
{
    piece->state = G3_PIECE_READ;
}

/* Puts the rows of a piece aside. */
static void drop_rows(g3_pieces *pieces, g3_piece *piece)
{
    while (piece->first) {
        g3_join_chunk *chunk = piece->first;
        piece->first = chunk->next;
        g3_join_chunk_clear(chunk);
        chunk->next = pieces->spare;
        pieces->spare = chunk;
    }
    piece->last = NULL;
}

static bool is_right(const g3_pieces *pieces, const g3_piece *piece)
{
    return piece->part.begin.offset == pieces->begin.offset &&
           piece->part.begin.by_lines == pieces->begin.by_lines;
}

/* Makes the piece one that must be read again, or that has no rows: a row in front of it goes on
 * behind its end. @return true for the latter */
static bool correct(g3_pieces *pieces, g3_piece *piece)
{
    uint64_t to = piece->part.to;
    drop_rows(pieces, piece);
    piece->part = (g3_join_piece){.begin = pieces->begin, .end = pieces->begin, .to = to};
    piece->guess = piece->failed = false;
    if (pieces->begin.offset >= to)
        return true;
    piece->state = G3_PIECE_WRONG;
    return false;
}

/* Chooses the length of the pieces to come by what this one has become. */
static void adapt_step(g3_pieces *pieces, const g3_piece *piece)
{
    uint64_t text = piece->part.end.offset - piece->part.begin.offset;
    if (piece->part.to == UINT64_MAX || !piece->first || piece->first->rows.length == 0)
        return;
    uint64_t room = piece->first->rows.capacity, made = 0;
    for (const g3_join_chunk *chunk = piece->first; chunk; chunk = chunk->next)
        made += chunk->rows.length;
    uint64_t step = text * (room * FILL_NUMERATOR / FILL_DENOMINATOR) / made;
    pieces->step = step > room * MOST_TEXT ? room * MOST_TEXT : step ? step : 1;
}

static void correct_lines(const g3_pieces *pieces, g3_piece *piece)
{
    for (g3_join_chunk *chunk = piece->first; chunk; chunk = chunk->next)
        for (size_t i = 0; i < chunk->bad_count; i++)
            chunk->bad[i].line += pieces->lines;
}

g3_piece *g3_pieces_give(g3_pieces *pieces)
{
    if (pieces->oldest == pieces->next)
        return NULL;
    g3_piece *piece = piece_at(pieces, pieces->oldest);
    if (piece->state != G3_PIECE_READ || (!is_right(pieces, piece) && !correct(pieces, piece)))
        return NULL;
    adapt_step(pieces, piece);
    correct_lines(pieces, piece);
    pieces->begin = piece->part.end;
    pieces->lines += piece->part.lines;
    pieces->rows += piece->part.rows;
    pieces->padded += piece->part.padded;
    pieces->oldest++;
    return piece;
}

bool g3_pieces_ended(const g3_pieces *pieces)
{
    return all_begun(pieces) && pieces->oldest == pieces->next;
}

uint64_t g3_pieces_expected(const g3_pieces *pieces)
{
    double done = (double)pieces->begin.offset / (double)(pieces->size + 1);
    return done > 0 ? (uint64_t)((double)pieces->rows / done) + 1 : 0;
}

void g3_pieces_end(g3_pieces *pieces)
{
    while (pieces->oldest < pieces->next)
        drop_rows(pieces, piece_at(pieces, pieces->oldest++));
    while (pieces->spare) {
        g3_join_chunk *next = pieces->spare->next;
        g3_join_chunk_close(pieces->spare);
        pieces->spare = next;
    }
}
