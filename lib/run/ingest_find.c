/* Gives each row of a batch a GUID, and decides what is to be done by the records that there are.
 * Called by ingest.c. */
#include "g3/base/clock.h"
#include "g3/http/status.h"
#include "ingest_state.h"
#include "uuid.h"

/* Answers of the mint that can't be read before the run fails. */
#define MINT_TRIES 5

size_t g3_ingest_count_step(const g3_ingest *ingest, g3_ingest_step step)
{
    size_t count = 0;
    for (size_t i = 0; i < ingest->count; i++)
        count += ingest->rows[i].step == step;
    return count;
}

/* Makes GUIDs where the service does not: a UUID each, under its prefix. */
static bool make_guids(g3_ingest *ingest, g3_view *guids, size_t count, g3_error *error)
{
    const char *prefix = ingest->options->prefix;
    g3_buffer guid = {0};
    bool done = true;
    for (size_t i = 0; done && i < count; i++) {
        char uuid[G3_UUID_SIZE];
        g3_buffer_clear(&guid);
        if (prefix)
            g3_buffer_append_text(&guid, prefix);
        else
            g3_buffer_append(&guid, g3_buffer_view(&ingest->prefix.text));
        done = g3_uuid_make(uuid, error);
        g3_buffer_append_text(&guid, done ? uuid : "");
        guids[i] = g3_arena_copy(&ingest->arena, g3_buffer_view(&guid));
    }
    g3_buffer_free(&guid);
    return done;
}

static bool is_unknown(long status)
{
    return status == G3_HTTP_NOT_FOUND || status == G3_HTTP_METHOD_NOT_ALLOWED ||
           status == G3_HTTP_NOT_IMPLEMENTED;
}

/* Asks once for new GUIDs.
 * @param read  whether the answer holds them
 * @return false only with an error; *status tells what was answered */
static bool ask_for_guids(g3_ingest *ingest, g3_view *guids, size_t count, int asked_before,
                          long *status, bool *read, g3_error *error)
{
    g3_request request = {.asked_before = asked_before};
    g3_response response = {0};
    g3_index_mint_request(&request, ingest->options->base, count);
    bool done = g3_http_send(ingest->http, &request, &response, error);
    *status = response.status;
    *read = done && response.status == G3_HTTP_OK &&
            g3_index_read_minted(g3_buffer_view(&response.body), &ingest->arena, guids, count);
    if (done && response.failed && !is_unknown(response.status)) {
        done = false;
        if (error)
            *error = response.error;
    }
    g3_buffer_free(&response.body);
    return done;
}

/* Has the service mint GUIDs; `mints` becomes false if it does not know how to. */
static bool mint_guids(g3_ingest *ingest, g3_view *guids, size_t count, g3_error *error)
{
    long status = 0;
    bool read = false;
    for (int tries = 0; tries < MINT_TRIES && !read; tries++) {
        if (!ask_for_guids(ingest, guids, count, tries, &status, &read, error))
            return false;
        if (is_unknown(status)) {
            ingest->mints = false;
            g3_note(ingest->options->reporter,
                    "%s does not mint GUIDs (status %ld); making them here, under its prefix",
                    ingest->options->base, status);
            return true;
        }
    }
    return read || g3_fail(error, G3_EXIT_SERVICE,
                           "%s/guid/mint: the service keeps giving answers without %zu GUIDs "
                           "(status %ld); see --prefix",
                           ingest->options->base, count, status);
}

static bool mint_rows(g3_ingest *ingest, g3_error *error)
{
    size_t count = g3_ingest_count_step(ingest, G3_STEP_MINT), used = 0;
    if (count == 0)
        return true;
    g3_view *guids = g3_arena_take(&ingest->arena, count * sizeof *guids);
    if (ingest->mints && !ingest->options->prefix && !mint_guids(ingest, guids, count, error))
        return false;
    if ((!ingest->mints || ingest->options->prefix) && !make_guids(ingest, guids, count, error))
        return false;
    for (size_t i = 0; i < ingest->count; i++) {
        g3_ingest_row *row = &ingest->rows[i];
        if (row->step != G3_STEP_MINT)
            continue;
        row->guid = guids[used++];
        row->minted = true;
        ingest->decide(ingest, row, NULL);
    }
    return true;
}

/* Looking up: gives the rows to the lookup and takes their records. */
typedef struct look_run {
    g3_ingest *ingest;
    size_t next;
    size_t given; /* number of the row given last, for its note */
    g3_ingest_decision *take;
} look_run;

static g3_next next_guid(void *context, g3_view *guid, g3_view *note, g3_error *error)
{
    look_run *run = context;
    g3_ingest *ingest = run->ingest;
    (void)error;
    while (run->next < ingest->count && ingest->rows[run->next].step != G3_STEP_LOOK)
        run->next++;
    if (run->next == ingest->count)
        return G3_NEXT_END;
    run->given = run->next++;
    *guid = ingest->rows[run->given].guid;
    *note = (g3_view){(const char *)&run->given, sizeof run->given};
    return G3_NEXT_ITEM;
}

static bool take_record(void *context, g3_view guid, g3_view note, const g3_record *record,
                        g3_buffer *result, g3_error *error)
{
    look_run *run = context;
    size_t number;
    (void)guid, (void)result, (void)error;
    memcpy(&number, note.data, sizeof number);
    run->take(run->ingest, &run->ingest->rows[number], record);
    return true;
}

/* Decides about the rows that a sweep has told the records of. */
static bool use_survey(g3_ingest *ingest, g3_ingest_decision *take, g3_error *error)
{
    for (size_t i = 0; ingest->survey && i < ingest->count; i++) {
        g3_ingest_row *row = &ingest->rows[i];
        g3_survey_answer answer;
        g3_record record;
        if (row->step != G3_STEP_LOOK)
            continue;
        if (!g3_ingest_survey_find(ingest->survey, row, &answer, &record, error))
            return false;
        if (answer != G3_SURVEY_UNKNOWN)
            take(ingest, row, answer == G3_SURVEY_KNOWN ? &record : NULL);
    }
    return true;
}

bool g3_ingest_look_up(g3_ingest *ingest, g3_ingest_decision *take, g3_error *error)
{
    if (!use_survey(ingest, take, error))
        return false;
    size_t count = g3_ingest_count_step(ingest, G3_STEP_LOOK);
    double begun = g3_clock();
    if (count == 0)
        return true;
    look_run run = {.ingest = ingest, .take = take};
    g3_lookup_result result;
    const g3_lookup_options options = {.base = ingest->options->base,
                                       .way = ingest->way,
                                       .batch = ingest->options->batch,
                                       .unordered = true,
                                       .proven = ingest->proven,
                                       .prefix = &ingest->prefix,
                                       .reporter = ingest->options->reporter,
                                       .next = next_guid,
                                       .answer = take_record,
                                       .context = &run};
    bool done = g3_lookup_run(ingest->http, &options, &result, error);
    ingest->way = result.way;
    ingest->proven = true;
    ingest->looked += count;
    ingest->looking += g3_clock() - begun;
    return done;
}

bool g3_ingest_find(g3_ingest *ingest, g3_error *error)
{
    return g3_ingest_match_rows(ingest, error) &&
           g3_ingest_look_up(ingest, ingest->decide, error) && mint_rows(ingest, error);
}
