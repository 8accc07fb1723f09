/* Uniting object manifests: rows sorted by md5 or guid, so that those of one object meet; records
 * sorted back into the order of their first rows. Called by g3-merge. */
#include "g3/run/unite.h"
#include "g3/base/interrupt.h"
#include "unite_group.h"
#include <inttypes.h>
#include <stdlib.h>

typedef struct unite_run {
    const g3_unite_options *options;
    g3_unite_result *result;
    g3_record_packer *packer;
    g3_unite_columns columns;
    g3_sorter *rows;    /* by md5 or guid */
    g3_sorter *records; /* by the number of their first row */
    g3_unite_group group;
    g3_buffer key, line;
    g3_field *ordered; /* of a record whose columns had to be put in order */
    size_t ordered_capacity;
    uint64_t number; /* rows read so far */
} unite_run;

/* What rows of one object have in common; empty where the row lacks it. */
static g3_view make_key(unite_run *run, const g3_record *record)
{
    const g3_value *value = g3_record_get(record, run->options->by_guid ? G3_GUID : G3_MD5);
    g3_buffer_clear(&run->key);
    if (value && value->type == G3_STRING)
        g3_buffer_append(&run->key, value->text);
    for (size_t i = 0; !run->options->by_guid && i < run->key.length; i++)
        if (run->key.data[i] >= 'A' && run->key.data[i] <= 'Z')
            run->key.data[i] = (char)(run->key.data[i] - 'A' + 'a');
    return g3_buffer_view(&run->key);
}

static bool reject_row(unite_run *run, g3_manifest_reader *reader, const g3_bad_row *bad,
                       g3_error *error)
{
    return g3_rejects_add(run->options->rejects, g3_manifest_name(reader), bad, error);
}

static size_t place_of(const g3_field *field)
{
    return ((const g3_unite_column *)field->column)->place;
}

static int compare_places(const void *left, const void *right)
{
    size_t one = place_of(left), other = place_of(right);
    return (one > other) - (one < other);
}

/* Takes note of the columns, in the order of the files.
 * @return the record with its columns in the output's order, which the packer and whoever unpacks
 * it find fastest; valid until the next call */
static g3_record take_columns_of(unite_run *run, const g3_record *record)
{
    bool in_order = true;
    size_t guess = G3_OBJECT_FIELDS;
    if (record->count > run->ordered_capacity) {
        run->ordered = g3_reallocate(run->ordered, record->count, sizeof *run->ordered);
        run->ordered_capacity = record->count;
    }
    for (size_t i = 0; i < record->count; i++) {
        const g3_column *column = record->fields[i].column;
        const g3_unite_column *known = g3_unite_columns_find(&run->columns, column, guess);
        run->ordered[i] = (g3_field){&known->column, record->fields[i].value};
        if (column->field == G3_OTHER_FIELD) {
            in_order = in_order && known->place >= guess;
            guess = known->place + 1;
        }
    }
    if (!in_order)
        qsort(run->ordered, record->count, sizeof *run->ordered, compare_places);
    return (g3_record){.fields = run->ordered,
                       .count = record->count,
                       .line = record->line,
                       .ascii = record->ascii};
}

static bool take_record(unite_run *run, size_t file, g3_manifest_reader *reader,
                        const g3_record *record, g3_error *error)
{
    g3_view text = g3_manifest_row_text(reader), key = make_key(run, record);
    g3_unite_head head = {run->number++, record->line, (uint32_t)file, (uint32_t)text.length};
    if (key.length == 0) {
        g3_bad_row bad = {.line = record->line,
                          .text = text,
                          .reason = run->options->by_guid ? "the row has no guid to unite it by"
                                                          : "the row has no md5 to unite it by"};
        return reject_row(run, reader, &bad, error);
    }
    g3_record ordered = take_columns_of(run, record);
    g3_buffer_clear(&run->line);
    g3_buffer_append(&run->line, (g3_view){(const char *)&head, sizeof head});
    g3_buffer_append(&run->line, text);
    g3_record_pack(run->packer, &ordered, &run->line);
    return g3_sorter_add(run->rows, key, g3_buffer_view(&run->line), error);
}

static bool read_rows(unite_run *run, size_t file, g3_manifest_reader *reader, g3_error *error)
{
    for (;;) {
        g3_record record;
        g3_bad_row bad;
        if (g3_interrupted())
            return g3_fail(error, G3_EXIT_INTERRUPTED, "interrupted");
        switch (g3_manifest_next(reader, &record, &bad, error)) {
        case G3_NEXT_ITEM:
            if (!take_record(run, file, reader, &record, error))
                return false;
            break;
        case G3_NEXT_BAD:
            if (!reject_row(run, reader, &bad, error))
                return false;
            break;
        case G3_NEXT_END:
            return true;
        case G3_NEXT_ERROR:
            return false;
        }
    }
}

/* Notes the columns of a CSV or TSV, which are there also if it has no rows. */
static void take_columns(unite_run *run, const g3_manifest_reader *reader)
{
    const g3_column **columns;
    size_t count, guess = G3_OBJECT_FIELDS;
    g3_manifest_columns(reader, &columns, &count);
    for (size_t i = 0; i < count; i++)
        if (columns[i]->field == G3_OTHER_FIELD)
            guess = g3_unite_columns_find(&run->columns, columns[i], guess)->place + 1;
}

static bool read_file(unite_run *run, size_t file, g3_error *error)
{
    const g3_unite_options *options = run->options;
    g3_manifest_reader *reader = g3_manifest_open(options->paths[file], options->manifest, error);
    if (!reader)
        return false;
    take_columns(run, reader);
    bool done = read_rows(run, file, reader, error);
    if (done && g3_manifest_padded(reader))
        g3_warn(options->reporter,
                "%s: %" PRIu64 " rows were too short and were padded with empty cells",
                g3_manifest_name(reader), g3_manifest_padded(reader));
    g3_manifest_close(reader);
    return done;
}

/* True if the row sorted next is of the group's object. */
static bool is_of_group(unite_run *run, g3_view sorted, g3_buffer *group_key)
{
    g3_unite_head head;
    memcpy(&head, sorted.data, sizeof head);
    size_t front = sizeof head + head.text_length;
    const g3_record *record =
        g3_record_unpack(run->packer, (g3_view){sorted.data + front, sorted.length - front});
    g3_view key = make_key(run, record);
    if (run->group.count && g3_view_equal(key, g3_buffer_view(group_key)))
        return true;
    g3_buffer_clear(group_key);
    g3_buffer_append(group_key, key);
    return false;
}

static bool unite_rows(unite_run *run, g3_error *error)
{
    g3_buffer group_key = {0};
    bool ended = false, done = true;
    while (done && !ended) {
        g3_view sorted;
        done = g3_sorter_next(run->rows, &sorted, &ended, error);
        if (done && g3_interrupted())
            done = g3_fail(error, G3_EXIT_INTERRUPTED, "interrupted");
        if (!done)
            break;
        if ((ended || !is_of_group(run, sorted, &group_key)) && run->group.count)
            done = g3_unite_group_finish(&run->group, error);
        if (!ended)
            g3_unite_group_add(&run->group, sorted);
    }
    g3_buffer_free(&group_key);
    return done;
}

static bool write_records(unite_run *run, g3_error *error)
{
    const g3_unite_options *options = run->options;
    g3_manifest_writer *writer =
        g3_manifest_writer_open(options->output, options->format, options->delimiter);
    const g3_column **columns = g3_allocate_zeroed(run->columns.count, sizeof *columns);
    bool ended = false, done = true;
    for (size_t i = 0; i < run->columns.count; i++)
        columns[i] = &run->columns.items[i]->column;
    g3_manifest_writer_columns(writer, columns, run->columns.count);
    while (done && !ended) {
        g3_view packed;
        done = g3_sorter_next(run->records, &packed, &ended, error);
        if (done && g3_interrupted())
            done = g3_fail(error, G3_EXIT_INTERRUPTED, "interrupted");
        if (!done || ended)
            break;
        const char *reason = g3_manifest_write(writer, g3_record_unpack(run->packer, packed));
        done = reason ? g3_fail(error, G3_EXIT_LOCAL, "a record can't be written: %s", reason)
                      : g3_sink_settle(options->output, false, error);
    }
    g3_manifest_writer_close(writer);
    free(columns);
    return done;
}

/* Says that values are missing in the output, and where the first of them is. */
static void warn_of_differing(const unite_run *run)
{
    const g3_unite_differing *differing = &run->group.record.differing;
    g3_buffer text = {0};
    if (differing->count == 0)
        return;
    g3_unite_append_place(&text, run->options, &differing->first);
    g3_buffer_append_text(&text, ", column ");
    g3_buffer_append(&text, run->columns.items[differing->place]->column.name);
    g3_warn(run->options->reporter,
            "%" PRIu64 " values differ from that of an earlier row of the object, which was kept; "
            "the first: %s",
            differing->count, g3_buffer_text(&text));
    g3_buffer_free(&text);
}

bool g3_unite_run(const g3_unite_options *options, g3_unite_result *result, g3_error *error)
{
    unite_run run = {.options = options,
                     .result = result,
                     .packer = g3_record_packer_open(),
                     .rows = g3_sorter_open(options->memory / 2),
                     .records = g3_sorter_open(options->memory / 2)};
    bool done = true;
    *result = (g3_unite_result){0};
    g3_unite_columns_begin(&run.columns);
    run.group = (g3_unite_group){.options = options,
                                 .packer = run.packer,
                                 .records = run.records,
                                 .result = result,
                                 .record = {.columns = &run.columns}};
    for (size_t file = 0; done && file < options->path_count; file++)
        done = read_file(&run, file, error);
    done = done && unite_rows(&run, error) && write_records(&run, error);
    result->differing = run.group.record.differing.count;
    if (done)
        warn_of_differing(&run);
    g3_unite_group_free(&run.group);
    g3_sorter_close(run.rows);
    g3_sorter_close(run.records);
    g3_unite_columns_end(&run.columns);
    g3_record_packer_close(run.packer);
    g3_buffer_free(&run.key);
    g3_buffer_free(&run.line);
    free(run.ordered);
    return done;
}

void g3_unite_summarize(const g3_unite_result *result, uint64_t rejected, g3_summary *summary)
{
    g3_summary_count(summary, G3_SUMMARY_COUNT, "rows", result->rows, "", " rows became ");
    g3_summary_count(summary, G3_SUMMARY_COUNT, "records", result->records, "", " records; ");
    g3_summary_count(summary, G3_SUMMARY_COUNT, "rows rejected", rejected, "", " rows rejected");
}
