/* Making join rows of a manifest's rows. Called by input.c for each row: the usual kind comes
 * first.
 */
#include "maker.h"
#include "g3/base/hash.h"

bool g3_row_maker_begin(g3_row_maker *maker, const g3_join_recipe *recipe, g3_error *error)
{
    if (!g3_keys_begin(&maker->keys, recipe, error))
        return false;
    g3_text_begin(&maker->text, &recipe->text);
    g3_text_begin(&maker->left, &recipe->left);
    maker->recipe = *recipe;
    maker->scan = g3_scan_best();
    return true;
}

void g3_row_maker_forget(g3_row_maker *maker)
{
    maker->shape_known = false;
}

/* True if rows read as cells are made of a key that is a cell, perhaps a GUID, perhaps the row as
 * it stands. */
static bool is_plain(const g3_row_maker *maker, const g3_manifest_reader *reader)
{
    const g3_join_recipe *recipe = &maker->recipe;
    return recipe->key_count == 1 && !recipe->items && !recipe->extract &&
           maker->keys.places[0] != G3_NO_PLACE &&
           (!recipe->guid.length || maker->guid_place != G3_NO_PLACE) &&
           (!recipe->text.columns ||
            g3_text_is_copy(&maker->text, g3_manifest_delimiter(reader))) &&
           !recipe->left.columns && !recipe->stored;
}

/* Makes room for the names of so many columns. */
static void begin_shape(g3_row_maker *maker, size_t count)
{
    g3_arena_clear(&maker->shape_arena);
    maker->shape = g3_arena_take(&maker->shape_arena, count * sizeof *maker->shape);
    maker->shape_count = count;
}

/* Finds out where what is wanted stands among the columns of that shape. */
static void find_places(g3_row_maker *maker)
{
    g3_keys_find_places(&maker->keys, maker->shape, maker->shape_count);
    g3_text_find_places(&maker->text, maker->shape, maker->shape_count);
    g3_text_find_places(&maker->left, maker->shape, maker->shape_count);
    maker->guid_place = g3_find_place(maker->shape, maker->shape_count, maker->recipe.guid);
    maker->shape_known = true;
}

static void learn_columns(g3_row_maker *maker, const g3_manifest_reader *reader)
{
    const g3_column **columns;
    size_t count;
    g3_manifest_columns(reader, &columns, &count);
    begin_shape(maker, count);
    for (size_t i = 0; i < count; i++)
        maker->shape[i] = g3_arena_copy(&maker->shape_arena, columns[i]->name);
    find_places(maker);
    maker->plain = is_plain(maker, reader);
}

static void learn_record(g3_row_maker *maker, const g3_record *record)
{
    begin_shape(maker, record->count);
    for (size_t i = 0; i < record->count; i++)
        maker->shape[i] = g3_arena_copy(&maker->shape_arena, record->fields[i].column->name);
    find_places(maker);
}

/* True if the record has the columns of the one before; rows of one file always do. */
static bool has_same_shape(const g3_row_maker *maker, const g3_record *record, g3_format format)
{
    if (!maker->shape_known || format != G3_FORMAT_NDJSON)
        return maker->shape_known;
    if (record->count != maker->shape_count)
        return false;
    for (size_t i = 0; i < record->count; i++)
        if (!g3_view_equal(record->fields[i].column->name, maker->shape[i]))
            return false;
    return true;
}

/* Appends one row, its key being keys.lead and `key`.
 * @return NULL, or why the row can't be used */
static const char *append_row(g3_row_maker *maker, const g3_text_source *source, g3_view key,
                              g3_row_origin origin, g3_join_chunk *chunk)
{
    g3_buffer *out = &chunk->rows;
    const char *reason = NULL;
    size_t place = g3_join_chunk_begin_row(chunk, origin.number, origin.file, origin.line);
    if (key.length) {
        g3_buffer_append(out, g3_buffer_view(&maker->keys.lead));
        g3_buffer_append(out, key);
    }
    g3_join_chunk_end_part(chunk, place, G3_JOIN_KEY);
    if (maker->recipe.guid.length) {
        g3_view guid = g3_view_trim(g3_source_cell(source, maker->guid_place, &maker->scratch));
        if (guid.length == 0)
            return "the row has no GUID";
        g3_buffer_append(out, guid);
        g3_join_chunk_end_part(chunk, place, G3_JOIN_GUID);
    }
    if (maker->text.wanted.columns) {
        reason = g3_text_append(&maker->text, source, out);
        g3_join_chunk_end_part(chunk, place, G3_JOIN_TEXT);
    }
    if (!reason && maker->left.wanted.columns) {
        reason = g3_text_append(&maker->left, source, out);
        g3_join_chunk_end_part(chunk, place, G3_JOIN_LEFT);
    }
    if (maker->recipe.stored) {
        g3_buffer_append(out, source->stored);
        g3_join_chunk_end_part(chunk, place, G3_JOIN_STORED);
    }
    bool shared = maker->keys.key_count > 1;
    if (!reason && !g3_join_chunk_end_row(chunk, place, shared ? G3_JOIN_SHARED : 0))
        reason = "the row is too long to be joined (4 GiB)";
    return reason;
}

/* Makes rows of any kind.
 * @param source  of which cells or record, count and as_stored are set */
static const char *make_rows(g3_row_maker *maker, const g3_manifest_reader *reader,
                             g3_text_source *source, g3_row_origin origin, g3_join_chunk *chunk)
{
    g3_arena_clear(&maker->row_arena);
    source->stored = g3_manifest_row_text(reader);
    source->format = g3_manifest_format(reader);
    source->delimiter = g3_manifest_delimiter(reader);
    source->arena = &maker->row_arena;
    source->scratch = &maker->scratch;
    source->scan = maker->scan;
    const char *reason = g3_keys_make(&maker->keys, source);
    size_t keys = maker->keys.key_count, first = chunk->rows.length, count_before = chunk->count;
    for (size_t i = 0; !reason && (i == 0 || i < keys); i++)
        reason =
            append_row(maker, source, keys ? maker->keys.keys[i] : (g3_view){"", 0}, origin, chunk);
    if (reason) {
        g3_join_chunk_drop_row(chunk, first);
        chunk->count = count_before;
    }
    return reason;
}

/* Makes a row of the usual kind: what make_rows() makes of it, all at once.
 * @return false, with nothing appended, if it is not one */
static bool make_plain(const g3_row_maker *maker, const g3_cell_row *cells, g3_row_origin origin,
                       g3_join_chunk *chunk)
{
    const g3_join_recipe *recipe = &maker->recipe;
    const g3_row *row = &cells->row;
    g3_view key = g3_view_trim(row->cells[maker->keys.places[0]]), guid = {"", 0};
    g3_buffer *out = &chunk->rows;
    size_t begin = out->length;
    if (recipe->guid.length)
        guid = g3_view_trim(row->cells[maker->guid_place]);
    if ((recipe->guid.length && !guid.length) || (recipe->text.columns && !cells->as_stored))
        return false;
    const g3_join_row head = {.hash = g3_hash(key),
                              .number = origin.number,
                              .line = origin.line,
                              .file = origin.file,
                              .flags = recipe->text.columns ? 0 : G3_JOIN_SHORT,
                              .lengths = {(uint32_t)key.length, (uint32_t)guid.length}};
    size_t size = g3_join_row_head(&head);
    char *at = g3_buffer_reserve(out, sizeof head + key.length + guid.length);
    memcpy(at, &head, sizeof head); /* of a short row too much: what follows is written later */
    memcpy(at + size, key.data, key.length);
    memcpy(at + size + key.length, guid.data, guid.length);
    out->length += size + key.length + guid.length;
    if (recipe->text.columns) {
        size_t text = out->length;
        if (!g3_text_append_copy(row->text, row->cells, row->count, out)) {
            out->length = begin;
            return false;
        }
        g3_join_row *made = (g3_join_row *)(void *)(out->data + begin);
        made->lengths[G3_JOIN_TEXT] = (uint32_t)(out->length - text);
    }
    g3_join_chunk_fill_up(chunk);
    return true;
}

const char *g3_row_maker_record(g3_row_maker *maker, const g3_manifest_reader *reader,
                                const g3_record *record, g3_row_origin origin, g3_join_chunk *chunk)
{
    g3_text_source source = {.record = record, .count = record->count};
    if (!has_same_shape(maker, record, g3_manifest_format(reader)))
        learn_record(maker, record);
    return make_rows(maker, reader, &source, origin, chunk);
}

const char *g3_row_maker_cells(g3_row_maker *maker, const g3_manifest_reader *reader,
                               const g3_cell_row *cells, g3_row_origin origin, g3_join_chunk *chunk)
{
    if (!maker->shape_known)
        learn_columns(maker, reader);
    if (maker->plain && make_plain(maker, cells, origin, chunk))
        return NULL;
    g3_text_source source = {
        .cells = cells->row.cells, .count = cells->row.count, .as_stored = cells->as_stored};
    return make_rows(maker, reader, &source, origin, chunk);
}

void g3_row_maker_end(g3_row_maker *maker)
{
    g3_keys_end(&maker->keys);
    g3_text_end(&maker->text);
    g3_text_end(&maker->left);
    g3_arena_free(&maker->shape_arena);
    g3_arena_free(&maker->row_arena);
    g3_buffer_free(&maker->scratch);
}
