/* Verifying by a sweep where the rows do not fit in memory: rows and swept records are sorted on
 * disk by GUID and joined in one pass. Called by verify_sweep.c.
 *
 * Both are sorted by the GUID without the service's default prefix, so that the two spellings of
 * one GUID (see g3/run/lookup.h) come together: a group. A group's records are few, and held; its
 * rows may be many (a GUID listed again and again), and pass by. */
#include "verify_state.h"
#include <stdlib.h>

/* A record of the group at hand. */
typedef struct group_record {
    g3_view packed; /* in the group's arena */
    g3_view guid;   /* in it as well */
    bool wanted;    /* by some row */
} group_record;

typedef struct row_join {
    g3_verify *verify;
    g3_sorter *rows;    /* numbered packed rows */
    g3_sorter *records; /* packed records */
    g3_sorter *unmet;   /* numbered packed rows that no record was found for, by number */
    uint64_t count;     /* rows so far: the next one's number */
    g3_buffer numbered; /* scratch */
    g3_view row;        /* the next row, numbered; valid until the sorter moves on */
    bool rows_ended;
    g3_view record; /* the next record */
    bool records_ended;
    g3_arena arena; /* of the group at hand */
    group_record *group;
    size_t group_count;
    size_t group_capacity;
} row_join;

/* What both sides are sorted by. */
static g3_view find_stem(const g3_verify *verify, g3_view guid)
{
    g3_view prefix = g3_buffer_view(&verify->prefix.text);
    if (prefix.length && guid.length > prefix.length && g3_view_starts_with(guid, prefix))
        return (g3_view){guid.data + prefix.length, guid.length - prefix.length};
    return guid;
}

static bool add_row(row_join *join, g3_view guid, g3_view packed, g3_error *error)
{
    g3_buffer_clear(&join->numbered);
    g3_verify_number_row(&join->numbered, join->count++, packed);
    return g3_sorter_add(join->rows, find_stem(join->verify, guid), g3_buffer_view(&join->numbered),
                         error);
}

static bool add_table(row_join *join, const g3_row_table *table, g3_error *error)
{
    int64_t count = (int64_t)g3_row_table_count(table);
    for (int64_t row = 0; row < count; row++)
        if (!add_row(join, g3_row_table_guid(table, row), g3_row_table_packed(table, row), error))
            return false;
    return true;
}

static bool add_feed(row_join *join, g3_error *error)
{
    g3_verify *verify = join->verify;
    const g3_record *row;
    g3_next next;
    while ((next = g3_row_feed_next(&verify->feed, &row, error)) == G3_NEXT_ITEM) {
        g3_buffer_clear(&verify->packed);
        g3_record_pack(verify->rows, row, &verify->packed);
        if (!add_row(join, g3_record_guid(row), g3_buffer_view(&verify->packed), error))
            return false;
    }
    return next == G3_NEXT_END;
}

static bool receive_page(void *context, const g3_record *records, size_t count, g3_error *error)
{
    row_join *join = context;
    g3_verify *verify = join->verify;
    for (size_t i = 0; i < count; i++) {
        g3_view stem = find_stem(verify, g3_record_guid(&records[i]));
        g3_buffer_clear(&verify->packed);
        g3_record_pack(verify->records, &records[i], &verify->packed);
        if (!g3_sorter_add(join->records, stem, g3_buffer_view(&verify->packed), error))
            return false;
    }
    verify->result->swept += count;
    g3_verify_show_progress(verify);
    return true;
}

static bool next_row(row_join *join, g3_error *error)
{
    return g3_sorter_next(join->rows, &join->row, &join->rows_ended, error);
}

static bool next_record(row_join *join, g3_error *error)
{
    return g3_sorter_next(join->records, &join->record, &join->records_ended, error);
}

static const g3_record *unpack_row(row_join *join, uint64_t *number)
{
    return g3_record_unpack(join->verify->rows, g3_verify_numbered_row(join->row, number));
}

static g3_view row_stem(row_join *join)
{
    uint64_t number;
    return find_stem(join->verify, g3_record_guid(unpack_row(join, &number)));
}

static g3_view record_stem(row_join *join)
{
    return find_stem(join->verify,
                     g3_record_guid(g3_record_unpack(join->verify->records, join->record)));
}

/* The stem of the next group, copied into the group's arena. */
static g3_view begin_group(row_join *join)
{
    g3_view stem = join->rows_ended ? record_stem(join) : row_stem(join);
    if (!join->rows_ended && !join->records_ended) {
        g3_view other = record_stem(join);
        if (g3_view_compare(other, stem) < 0)
            stem = other;
    }
    g3_arena_clear(&join->arena);
    join->group_count = 0;
    return g3_arena_copy(&join->arena, stem);
}

static bool read_group_records(row_join *join, g3_view stem, g3_error *error)
{
    while (!join->records_ended && g3_view_equal(record_stem(join), stem)) {
        if (join->group_count == join->group_capacity) {
            join->group_capacity =
                2 * join->group_capacity + 2; /* the two spellings, nearly always */
            join->group = g3_reallocate(join->group, join->group_capacity, sizeof *join->group);
        }
        group_record *here = &join->group[join->group_count++];
        *here = (group_record){.packed = g3_arena_copy(&join->arena, join->record)};
        here->guid = g3_record_guid(g3_record_unpack(join->verify->records, here->packed));
        if (!next_record(join, error))
            return false;
    }
    return true;
}

static group_record *find_in_group(row_join *join, g3_view guid)
{
    for (size_t i = 0; i < join->group_count; i++)
        if (g3_view_equal(join->group[i].guid, guid))
            return &join->group[i];
    return NULL;
}

/* The group's record that the service would answer for a GUID. */
static group_record *resolve(row_join *join, g3_view guid)
{
    g3_verify *verify = join->verify;
    group_record *record = find_in_group(join, guid);
    if (!record &&
        g3_index_other_spelling(guid, g3_buffer_view(&verify->prefix.text), &verify->spelling))
        record = find_in_group(join, g3_buffer_view(&verify->spelling));
    return record;
}

static bool take_row(row_join *join, g3_error *error)
{
    uint64_t number;
    const g3_record *row = unpack_row(join, &number);
    group_record *record = resolve(join, g3_record_guid(row));
    if (record) {
        record->wanted = true;
        const g3_record *actual = g3_record_unpack(join->verify->records, record->packed);
        return g3_verify_judge_and_hold(join->verify, number, row, actual, error);
    }
    return g3_sorter_add_numbered(join->unmet, number, join->row, error);
}

static bool join_group(row_join *join, g3_error *error)
{
    g3_view stem = begin_group(join);
    if (!read_group_records(join, stem, error))
        return false;
    while (!join->rows_ended && g3_view_equal(row_stem(join), stem))
        if (!take_row(join, error) || !next_row(join, error))
            return false;
    for (size_t i = 0; i < join->group_count; i++) {
        const g3_record *record = g3_record_unpack(join->verify->records, join->group[i].packed);
        if (!join->group[i].wanted && !g3_verify_write_extra(join->verify, record, error))
            return false;
    }
    return true;
}

static bool join_groups(row_join *join, g3_error *error)
{
    if (!next_row(join, error) || !next_record(join, error))
        return false;
    while (!join->rows_ended || !join->records_ended)
        if (!join_group(join, error))
            return false;
    return true;
}

static g3_next next_unmet(void *context, g3_view *numbered, g3_error *error)
{
    row_join *join = context;
    bool ended = false;
    if (!g3_sorter_next(join->unmet, numbered, &ended, error))
        return G3_NEXT_ERROR;
    return ended ? G3_NEXT_END : G3_NEXT_ITEM;
}

bool g3_verify_join_feed(g3_verify *verify, g3_row_table *take_table, g3_error *error)
{
    size_t side = g3_verify_side_memory(verify);
    row_join join = {.verify = verify,
                     .rows = g3_sorter_open(2 * side),
                     .records = g3_sorter_open(2 * side),
                     .unmet = g3_sorter_open(side)};
    bool good = add_table(&join, take_table, error);
    g3_row_table_close(take_table);
    good = good && add_feed(&join, error) &&
           g3_verify_run_sweep(verify, receive_page, &join, false, error) &&
           join_groups(&join, error) && g3_verify_look_up_held(verify, next_unmet, &join, error);
    g3_sorter_close(join.rows);
    g3_sorter_close(join.records);
    g3_sorter_close(join.unmet);
    g3_buffer_free(&join.numbered);
    g3_arena_free(&join.arena);
    free(join.group);
    return good;
}
