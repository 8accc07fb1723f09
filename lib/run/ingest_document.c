/* The document that a metadata row makes, and what is to be done by the one that is there. Called
 * by ingest_documents.c. */
#include "g3/record/json.h"
#include "ingest_state.h"

static const char *const INDEXED = "indexed_file_object", *const NOT_INDEXED = "metadata_object";

/* Appends the document of a row. */
static void append_document(g3_ingest *ingest, const g3_ingest_row *row, g3_buffer *out)
{
    const g3_ingest_metadata *metadata = &ingest->options->metadata;
    static const g3_value EMPTY = {.type = G3_STRING, .text = {"", 0}};
    const g3_record *record = g3_ingest_unpack(ingest, row);
    const char *type = metadata->guid_type ? metadata->guid_type
                       : row->indexed      ? INDEXED
                                           : NOT_INDEXED;
    bool first = true;
    g3_buffer_append_text(out, "{\"_guid_type\":");
    g3_json_append_string(out, g3_view_of(type));
    g3_buffer_append_char(out, ',');
    g3_json_append_string(out, g3_view_of(metadata->source));
    g3_buffer_append_text(out, ":{");
    for (size_t i = 0; i < record->count; i++) {
        const g3_field *field = &record->fields[i];
        if (field->column->field == G3_GUID)
            continue;
        if (!first)
            g3_buffer_append_char(out, ',');
        first = false;
        g3_buffer_append(out, field->column->json_key);
        g3_json_append_value(out, field->value.type == G3_NULL ? &EMPTY : &field->value);
    }
    g3_buffer_append_text(out, "}}");
}

g3_view g3_ingest_make_document(g3_ingest *ingest, const g3_ingest_row *row, g3_buffer *space)
{
    g3_buffer_clear(space);
    if (ingest->fixed)
        g3_buffer_append(space, row->change);
    else
        append_document(ingest, row, space);
    return g3_buffer_view(space);
}

/* There is none. */
static void decide_absent(g3_ingest *ingest, g3_ingest_row *row)
{
    bool undo = ingest->options->task == G3_INGEST_UNDO;
    if (ingest->fixed && row->action == G3_INGEST_UPDATED)
        g3_ingest_end_stale(ingest, row, "the document is gone");
    else if (ingest->options->task == G3_INGEST_DELETE || row->action == G3_INGEST_DELETED)
        g3_ingest_end(row, row->resumed && !undo ? G3_INGEST_DELETED : G3_INGEST_UNCHANGED);
    else {
        row->step = G3_STEP_CREATE;
        row->old = (g3_view){0};
        if (ingest->careful && !ingest->fixed)
            row->change =
                g3_arena_copy(&ingest->arena, g3_ingest_make_document(ingest, row, &ingest->space));
    }
}

/* There is one, and the row says what must be there. */
static void recheck(g3_ingest *ingest, g3_ingest_row *row, g3_view document)
{
    bool deletes = row->action == G3_INGEST_DELETED;
    if (!deletes && g3_json_same(document, row->change))
        g3_ingest_end(row, row->action);
    else if (row->action == G3_INGEST_CREATED)
        g3_ingest_end_stale(ingest, row, "the guid has another document by now");
    else if (g3_json_same(document, row->expected))
        row->step = deletes ? G3_STEP_DELETE : G3_STEP_UPDATE;
    else
        g3_ingest_end_stale(ingest, row, "the document has been changed since");
}

/* There is one. What an earlier run, or a try whose answer was lost, was to make of it, it has. */
static void decide_present(g3_ingest *ingest, g3_ingest_row *row, g3_view document)
{
    g3_ingest_existing existing = ingest->options->metadata.existing;
    bool made = row->resumed && row->change.length && g3_json_same(document, row->change);
    if (made) {
        g3_ingest_end(row, row->action);
        return;
    }
    g3_buffer wanted = {0};
    g3_view mine = g3_ingest_make_document(ingest, row, &ingest->space);
    bool merged = existing == G3_INGEST_MERGE && g3_json_append_merged(&wanted, document, mine);
    if (!merged) /* also where what is there has no members that could stay */
        g3_buffer_append(&wanted, mine);
    if (g3_json_same(document, g3_buffer_view(&wanted))) {
        g3_ingest_end(row, G3_INGEST_UNCHANGED);
        row->change = row->old = (g3_view){0};
    } else if (existing == G3_INGEST_KEEP) {
        g3_ingest_end_row(ingest, row, G3_INGEST_CONFLICT, "the guid has other metadata already");
    } else {
        row->action = G3_INGEST_UPDATED;
        row->step = G3_STEP_UPDATE;
        row->old = g3_arena_copy(&ingest->arena, document);
        row->change = g3_arena_copy(&ingest->arena, g3_buffer_view(&wanted));
    }
    g3_buffer_free(&wanted);
}

void g3_ingest_decide_document(g3_ingest *ingest, g3_ingest_row *row, g3_view document)
{
    if (document.length == 0) {
        decide_absent(ingest, row);
    } else if (ingest->fixed) {
        recheck(ingest, row, document);
    } else if (ingest->options->task == G3_INGEST_DELETE) {
        row->action = G3_INGEST_DELETED;
        row->step = G3_STEP_DELETE;
        row->old = g3_arena_copy(&ingest->arena, document);
    } else {
        decide_present(ingest, row, document);
    }
}
