/* Undoing: reads a journal's rows from the last to the first, each as what puts it back. Called by
 * ingest.c. */
#include "g3/record/json.h"
#include "ingest_state.h"
#include <string.h>

/* Packs the record that a deletion has left of an object, for comparing what is there with it. */
static bool pack_record(g3_ingest *ingest, g3_view json, g3_ingest_row *row)
{
    g3_index_answer *answer = g3_index_answer_open();
    const char *reason;
    g3_record record;
    g3_index_answer_begin(answer, json);
    bool read = g3_index_answer_next(answer, &record, &reason) == G3_NEXT_ITEM;
    if (read) {
        g3_buffer_clear(&ingest->space);
        g3_record_pack(ingest->packer, &record, &ingest->space);
        row->packed = g3_arena_copy(&ingest->arena, g3_buffer_view(&ingest->space));
    }
    g3_index_answer_close(answer);
    return read;
}

/* What was created is deleted. */
static void undo_creation(g3_ingest_row *row, const g3_ingest_past *past)
{
    row->action = G3_INGEST_DELETED;
    row->step = row->seen.length ? G3_STEP_DELETE : G3_STEP_LOOK;
    row->expected = past->after;
}

static void undo_update(g3_ingest_row *row, const g3_ingest_past *past)
{
    row->action = G3_INGEST_UPDATED;
    row->step = row->seen.length ? G3_STEP_UPDATE : G3_STEP_LOOK;
    row->change = past->before;
    row->expected = past->after;
}

static void undo_deletion(g3_ingest *ingest, g3_ingest_row *row, const g3_ingest_past *past)
{
    row->action = G3_INGEST_CREATED;
    row->step = past->done ? G3_STEP_CREATE : G3_STEP_LOOK;
    row->change = past->before;
    if (!ingest->metadata && !pack_record(ingest, past->before, row))
        g3_ingest_end_row(ingest, row, G3_INGEST_FAILED,
                          "the journal does not hold what the record was");
}

/* Turns a row of the journal into what puts it back. */
static void turn(g3_ingest *ingest, g3_ingest_row *row, const g3_ingest_past *past)
{
    row->guid = past->guid;
    if (past->undone) {
        row->step = G3_STEP_DONE;
        row->settled = true;
        return;
    }
    row->seen = past->done ? past->latest : (g3_view){0};
    row->untouched = past->done ? (g3_view){0} : past->seen;
    row->resumed = !past->done;
    if (row->action == G3_INGEST_CREATED)
        undo_creation(row, past);
    else if (row->action == G3_INGEST_UPDATED)
        undo_update(row, past);
    else
        undo_deletion(ingest, row, past);
    if (ingest->metadata && row->step != G3_STEP_CREATE) /* only what is there tells */
        row->step = G3_STEP_READ;
}

bool g3_ingest_read_undo(g3_ingest *ingest, g3_error *error)
{
    ingest->count = 0;
    g3_arena_clear(&ingest->arena);
    g3_ingest_keys_clear(ingest);
    while (!ingest->ended && ingest->count < G3_INGEST_ROWS &&
           ingest->arena.used < G3_INGEST_BYTES) {
        g3_ingest_row *row = &ingest->rows[ingest->count];
        g3_ingest_past past;
        switch (g3_ingest_journal_before(ingest->journal, ingest->undo_before, row, &past,
                                         &ingest->arena, error)) {
        case G3_NEXT_ITEM:
            if (!g3_ingest_take_guid(ingest, past.guid))
                return true; /* its record is another's of this batch first */
            ingest->undo_before = row->number;
            ingest->count++;
            turn(ingest, row, &past);
            break;
        case G3_NEXT_END:
            ingest->ended = true;
            break;
        default:
            return false;
        }
    }
    return true;
}
