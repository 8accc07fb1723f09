/* The sweep of an ingest. Called by ingest.c and ingest_find.c.
 *
 * The GUIDs of the rows that are left are read ahead into a table, and the index is swept past it;
 * records that a row has the GUID of are kept on disk, in the rows' order. What is decided by them
 * may be out of date when its turn comes: changes name the revision, and creating what is there by
 * then is a conflict, so that the service tells. */
#include "ingest_survey.h"
#include "g3/io/sorter.h"
#include "g3/run/planner.h"
#include "g3/run/sweep.h"
#include "ingest_state.h"
#include "row_table.h"
#include <inttypes.h>
#include <stdlib.h>

/* Rows that must have been looked up before their speed says something. */
#define SAMPLE_ROWS 1024

struct g3_ingest_survey {
    struct g3_ingest *ingest;
    uint64_t begin;      /* number of the table's first row */
    g3_row_table *table; /* GUIDs; empty where a row has none */
    g3_sorter *records;  /* a row's number and its record, as JSON; nothing where another spelling
                            of its GUID was met */
    g3_buffer item;      /* the one at hand */
    bool any, complete;  /* there is one; the sweep was complete */
    g3_index_answer *answer;
};

/* Reads the GUIDs of the rows from `begin` on. @param fits  set to false if they take too much */
static bool read_ahead(g3_ingest_survey *survey, bool *fits, g3_error *error)
{
    const g3_ingest *ingest = survey->ingest;
    size_t memory = ingest->options->memory / 2;
    g3_row_feed feed = {.paths = ingest->feed.paths,
                        .path_count = ingest->feed.path_count,
                        .options = ingest->feed.options,
                        .guid_optional = ingest->feed.guid_optional};
    const g3_record *record;
    g3_next next = G3_NEXT_ITEM;
    *fits = true;
    while (*fits && (next = g3_row_feed_next(&feed, &record, error)) == G3_NEXT_ITEM) {
        if (feed.rows <= survey->begin)
            continue;
        g3_row_table_add(survey->table, g3_record_guid(record), (g3_view){0});
        *fits = g3_row_table_size(survey->table) < memory &&
                g3_row_table_count(survey->table) < G3_ROW_TABLE_LIMIT;
    }
    g3_row_feed_close(&feed);
    return next != G3_NEXT_ERROR;
}

static bool keep(g3_ingest_survey *survey, int64_t row, g3_view json, g3_error *error)
{
    uint64_t number = survey->begin + (uint64_t)row;
    g3_row_table_set_met(survey->table, row);
    g3_buffer_clear(&survey->item);
    g3_buffer_append(&survey->item, (g3_view){(const char *)&number, sizeof number});
    g3_buffer_append(&survey->item, json);
    return g3_sorter_add_numbered(survey->records, number, g3_buffer_view(&survey->item), error);
}

/* The first row that spells a GUID the other way, with or without the service's prefix. */
static int64_t find_other_spelling(const g3_ingest_survey *survey, g3_view guid)
{
    g3_ingest *ingest = survey->ingest;
    g3_view prefix = g3_buffer_view(&ingest->prefix.text);
    return g3_index_other_spelling(guid, prefix, &ingest->space)
               ? g3_row_table_find(survey->table, g3_buffer_view(&ingest->space))
               : G3_ROW_NONE;
}

static bool receive_record(g3_ingest_survey *survey, const g3_record *record, g3_error *error)
{
    g3_view guid = g3_record_guid(record);
    int64_t row = g3_row_table_find(survey->table, guid);
    int64_t other = find_other_spelling(survey, guid);
    if (row != G3_ROW_NONE && !g3_row_table_met(survey->table, row) &&
        !keep(survey, row, record->json, error))
        return false;
    /* which of two spellings the service means there, a lookup tells */
    return other == G3_ROW_NONE || g3_row_table_met(survey->table, other) ||
           keep(survey, other, (g3_view){0}, error);
}

static bool receive(void *context, const g3_record *records, size_t count, g3_error *error)
{
    g3_ingest_survey *survey = context;
    for (size_t i = 0; i < count; i++)
        if (!receive_record(survey, &records[i], error))
            return false;
    return true;
}

static bool sweep(g3_ingest_survey *survey, g3_error *error)
{
    g3_ingest *ingest = survey->ingest;
    const g3_sweep_options options = {.base = ingest->options->base,
                                      .receive = receive,
                                      .context = survey,
                                      .repeats_harmless = true,
                                      .reporter = ingest->options->reporter};
    g3_sweep_result result = {0};
    if (!g3_sweep_run(ingest->http, &options, &result, error))
        return false;
    survey->complete = g3_sweep_is_complete(&result, ingest->options->reporter);
    return true;
}

/* Steps to the next record kept. */
static bool step(g3_ingest_survey *survey, g3_error *error)
{
    g3_view line;
    bool ended;
    if (!g3_sorter_next(survey->records, &line, &ended, error))
        return false;
    survey->any = !ended;
    g3_buffer_clear(&survey->item);
    g3_buffer_append(&survey->item, line);
    return true;
}

static uint64_t number_at_hand(const g3_ingest_survey *survey)
{
    uint64_t number;
    memcpy(&number, survey->item.data, sizeof number);
    return number;
}

/* Makes a survey. */
static bool make_survey(g3_ingest *ingest, g3_error *error)
{
    g3_ingest_survey *survey = g3_allocate_zeroed(1, sizeof *survey);
    bool fits;
    *survey = (g3_ingest_survey){.ingest = ingest,
                                 .begin = ingest->feed.rows,
                                 .table = g3_row_table_open(),
                                 .records = g3_sorter_open(ingest->options->memory / 4),
                                 .answer = g3_index_answer_open()};
    bool done = read_ahead(survey, &fits, error);
    if (done && fits && sweep(survey, error) && step(survey, error)) {
        ingest->survey = survey;
        return true;
    }
    if (done && !fits)
        g3_note(ingest->options->reporter,
                "the manifest's GUIDs exceed half of --memory: looking them up by id lists");
    g3_ingest_survey_close(survey);
    return done && !fits;
}

bool g3_ingest_consider_survey(g3_ingest *ingest, g3_error *error)
{
    const g3_ingest_options *options = ingest->options;
    int64_t records;
    if (ingest->considered || ingest->looked < SAMPLE_ROWS)
        return true;
    ingest->considered = true;
    if (!g3_paths_are_files(options->paths, options->path_count))
        return true;
    g3_plan_input input = {.rows = g3_row_feed_left(&ingest->feed),
                           .ids_rate = (double)ingest->looked / ingest->looking};
    if (input.rows <= 0)
        return true;
    if (!g3_index_count(ingest->http, options->base, &records, error))
        return false;
    input.records = records;
    g3_plan plan = g3_plan_lookup(&input);
    if (plan.choice != G3_PLAN_SWEEP)
        return true;
    g3_note(options->reporter,
            "sweeping over the index: about %" PRId64 " rows are left and it has %" PRId64
            " records (lookups: %.0f rows/s, about %.0f s; a sweep about %.0f s)",
            input.rows, input.records, input.ids_rate, plan.ids_seconds, plan.sweep_seconds);
    return make_survey(ingest, error);
}

/* The row's place in the table, if it is the first of its GUID there and none spells it the other
 * way: what others come to depends on what becomes of that one. */
static int64_t find_place(const g3_ingest_survey *survey, const g3_ingest_row *row)
{
    uint64_t count = g3_row_table_count(survey->table);
    if (row->number < survey->begin || row->number - survey->begin >= count)
        return G3_ROW_NONE;
    int64_t place = (int64_t)(row->number - survey->begin);
    bool first = g3_view_equal(g3_row_table_guid(survey->table, place), row->guid) &&
                 g3_row_table_find(survey->table, row->guid) == place &&
                 find_other_spelling(survey, row->guid) == G3_ROW_NONE;
    return first ? place : G3_ROW_NONE;
}

bool g3_ingest_survey_find(g3_ingest_survey *survey, const g3_ingest_row *row,
                           g3_survey_answer *answer, g3_record *record, g3_error *error)
{
    const char *reason;
    int64_t place = find_place(survey, row);
    *answer = G3_SURVEY_UNKNOWN;
    if (place == G3_ROW_NONE)
        return true;
    if (!g3_row_table_met(survey->table, place)) {
        *answer = survey->complete ? G3_SURVEY_ABSENT : G3_SURVEY_UNKNOWN;
        return true;
    }
    while (survey->any && number_at_hand(survey) < row->number)
        if (!step(survey, error))
            return false;
    if (!survey->any || number_at_hand(survey) != row->number)
        return true;
    g3_view item = g3_buffer_view(&survey->item);
    g3_view json = {item.data + sizeof row->number, item.length - sizeof row->number};
    g3_index_answer_begin(survey->answer, json);
    if (json.length && g3_index_answer_next(survey->answer, record, &reason) == G3_NEXT_ITEM)
        *answer = G3_SURVEY_KNOWN;
    return true;
}

void g3_ingest_survey_close(g3_ingest_survey *survey)
{
    if (!survey)
        return;
    g3_row_table_close(survey->table);
    g3_sorter_close(survey->records);
    g3_index_answer_close(survey->answer);
    g3_buffer_free(&survey->item);
    free(survey);
}
