/* Verifying by a sweep: rows are held in a table by GUID, and the whole index is read past them.
 * Called by verify.c.
 *
 * A record whose GUID no row has, but whose other spelling one has (see g3/run/lookup.h), is put
 * aside: the service would answer it for that row only if it had no record of the row's own
 * spelling. */
#include "g3/run/sweep.h"
#include "verify_state.h"
#include <inttypes.h>

typedef struct table_sweep {
    g3_verify *verify;
    g3_row_table *table;
    g3_sorter *aside; /* packed records, by GUID; NULL where GUIDs have no other spelling */
    int64_t at;       /* of the walk over rows that were not met */
    g3_buffer numbered;
} table_sweep;

/* Compares a record with all rows of a GUID that have not met theirs. */
static bool meet_rows(table_sweep *sweep, int64_t row, const g3_record *record, g3_error *error)
{
    for (; row != G3_ROW_NONE; row = g3_row_table_next_same(sweep->table, row)) {
        if (g3_row_table_met(sweep->table, row))
            continue;
        const g3_record *expected =
            g3_record_unpack(sweep->verify->rows, g3_row_table_packed(sweep->table, row));
        g3_row_table_set_met(sweep->table, row);
        if (!g3_verify_judge_and_hold(sweep->verify, (uint64_t)row, expected, record, error))
            return false;
    }
    return true;
}

/* The first row that asks for this record in its other spelling. A GUID that has the prefix twice
 * is nobody's other spelling: the service would take the prefix off a row's GUID that has it once.
 */
static int64_t find_other_spelling(const table_sweep *sweep, g3_view guid)
{
    g3_verify *verify = sweep->verify;
    g3_view prefix = g3_buffer_view(&verify->prefix.text);
    if (!g3_index_other_spelling(guid, prefix, &verify->spelling))
        return G3_ROW_NONE;
    if (g3_view_starts_with(guid, prefix) &&
        g3_view_starts_with(g3_buffer_view(&verify->spelling), prefix))
        return G3_ROW_NONE;
    return g3_row_table_find(sweep->table, g3_buffer_view(&verify->spelling));
}

static bool put_aside(table_sweep *sweep, const g3_record *record, g3_error *error)
{
    g3_verify *verify = sweep->verify;
    g3_buffer_clear(&verify->packed);
    g3_record_pack(verify->records, record, &verify->packed);
    return g3_sorter_add(sweep->aside, g3_record_guid(record), g3_buffer_view(&verify->packed),
                         error);
}

static bool receive_record(table_sweep *sweep, const g3_record *record, g3_error *error)
{
    g3_view guid = g3_record_guid(record);
    int64_t row = g3_row_table_find(sweep->table, guid);
    if (row != G3_ROW_NONE)
        return meet_rows(sweep, row, record, error);
    if (sweep->aside && find_other_spelling(sweep, guid) != G3_ROW_NONE)
        return put_aside(sweep, record, error);
    return g3_verify_write_extra(sweep->verify, record, error);
}

static bool receive_page(void *context, const g3_record *records, size_t count, g3_error *error)
{
    table_sweep *sweep = context;
    for (size_t i = 0; i < count; i++)
        if (!receive_record(sweep, &records[i], error))
            return false;
    sweep->verify->result->swept += count;
    g3_verify_show_progress(sweep->verify);
    return true;
}

/* Decides about the records put aside, now that all others are known. */
static bool take_up_aside(table_sweep *sweep, g3_error *error)
{
    g3_verify *verify = sweep->verify;
    g3_view packed;
    bool ended = false;
    if (!sweep->aside)
        return true;
    while (g3_sorter_next(sweep->aside, &packed, &ended, error)) {
        if (ended)
            return true;
        const g3_record *record = g3_record_unpack(verify->records, packed);
        int64_t row = find_other_spelling(sweep, g3_record_guid(record));
        bool good = g3_row_table_met(sweep->table, row)
                        ? g3_verify_write_extra(verify, record, error)
                        : meet_rows(sweep, row, record, error);
        if (!good)
            return false;
    }
    return false;
}

static g3_next next_unmet(void *context, g3_view *numbered, g3_error *error)
{
    table_sweep *sweep = context;
    int64_t count = (int64_t)g3_row_table_count(sweep->table);
    (void)error;
    while (sweep->at < count && g3_row_table_met(sweep->table, sweep->at))
        sweep->at++;
    if (sweep->at == count)
        return G3_NEXT_END;
    g3_buffer_clear(&sweep->numbered);
    g3_verify_number_row(&sweep->numbered, (uint64_t)sweep->at,
                         g3_row_table_packed(sweep->table, sweep->at));
    *numbered = g3_buffer_view(&sweep->numbered);
    sweep->at++;
    return G3_NEXT_ITEM;
}

/* Looks up the rows of the table that have not met their record: after a sweep the few that it
 * missed, without one all of them. */
static bool look_up_unmet(table_sweep *sweep, g3_error *error)
{
    g3_view first;
    g3_next next = next_unmet(sweep, &first, error);
    sweep->at = 0;
    return next == G3_NEXT_END || g3_verify_look_up_held(sweep->verify, next_unmet, sweep, error);
}

bool g3_verify_run_sweep(g3_verify *verify,
                         bool (*receive)(void *context, const g3_record *records, size_t count,
                                         g3_error *error),
                         void *context, bool repeats_harmless, g3_error *error)
{
    g3_sweep_options options = {.base = verify->options->base,
                                .receive = receive,
                                .context = context,
                                .repeats_harmless = repeats_harmless,
                                .reporter = verify->options->reporter};
    g3_sweep_result result = {0};
    if (!g3_sweep_run(verify->http, &options, &result, error))
        return false;
    if (!g3_sweep_is_complete(&result, verify->options->reporter))
        g3_note(verify->options->reporter, "rows that met no record are looked up");
    return true;
}

static bool sweep_table(table_sweep *sweep, g3_error *error)
{
    g3_verify *verify = sweep->verify;
    if (verify->prefix.text.length)
        sweep->aside = g3_sorter_open(g3_verify_side_memory(verify));
    bool good = g3_verify_run_sweep(verify, receive_page, sweep, !verify->options->extra, error) &&
                take_up_aside(sweep, error) && look_up_unmet(sweep, error);
    g3_sorter_close(sweep->aside);
    return good;
}

/* Reads rows into the table while they fit.
 * @param full  set if they do not all fit */
static bool fill_table(g3_verify *verify, g3_row_table *table, bool *full, g3_error *error)
{
    const g3_record *row;
    g3_next next = G3_NEXT_ITEM;
    *full = false;
    while (!*full && (next = g3_row_feed_next(&verify->feed, &row, error)) == G3_NEXT_ITEM) {
        g3_buffer_clear(&verify->packed);
        g3_record_pack(verify->rows, row, &verify->packed);
        g3_row_table_add(table, g3_record_guid(row), g3_buffer_view(&verify->packed));
        *full = g3_row_table_count(table) == G3_ROW_TABLE_LIMIT ||
                g3_row_table_size(table) >= g3_verify_row_memory(verify);
    }
    return next != G3_NEXT_ERROR;
}

bool g3_verify_sweep_feed(g3_verify *verify, int64_t threshold, g3_error *error)
{
    table_sweep sweep = {.verify = verify, .table = g3_row_table_open()};
    bool full;
    bool good = fill_table(verify, sweep.table, &full, error);
    bool few = good && (int64_t)g3_row_table_count(sweep.table) < threshold;
    if (good && few)
        good = look_up_unmet(&sweep, error) && g3_verify_release(verify, error) &&
               g3_verify_look_up_feed(verify, UINT64_MAX, error);
    else if (good && !full)
        good = sweep_table(&sweep, error);
    else if (good) {
        good = g3_verify_join_feed(verify, sweep.table, error);
        sweep.table = NULL; /* taken */
    }
    g3_row_table_close(sweep.table);
    g3_buffer_free(&sweep.numbered);
    return good;
}
