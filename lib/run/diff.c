/* Compares two manifests. Called by g3-diff. */
#include "g3/run/diff.h"
#include "g3/base/interrupt.h"
#include "g3/io/sorter.h"
#include "g3/record/json.h"
#include "g3/run/compare.h"
#include "g3/run/packed.h"
#include "row_feed.h"
#include <inttypes.h>
#include <stdlib.h>

/* Rows between two looks at the progress line. */
#define PROGRESS_ROWS 65536

/* One manifest. */
typedef struct side {
    const char *path;
    g3_record_packer *packer;
    g3_sorter *sorter;
    bool lines;          /* JSON lines: a member that is not there is null */
    g3_buffer columns;   /* names of a table's, one behind the other; empty for JSON lines */
    g3_view key, packed; /* the next row; valid until the sorter moves on */
    bool ended;
    g3_view *group; /* rows of the key at hand, packed, in the arena */
    size_t count, room;
} side;

typedef struct diff_run {
    const g3_diff_options *options;
    g3_diff_result *result;
    side old, new;
    g3_manifest_writer *writer;
    g3_arena arena;    /* of the key at hand */
    g3_buffer space;   /* scratch */
    g3_buffer line;    /* scratch: one that the report is told */
    bool same_columns; /* of both tables: rows that are alike are packed alike, most often */
} diff_run;

/* Columns of the lines; the key's comes first. */
enum { KEY, CHANGE, FIELD, OLD, NEW, COLUMNS };
static const g3_column COLUMN[COLUMNS] = {
    [CHANGE] = {G3_VIEW("change"), G3_VIEW("\"change\":"), G3_OTHER_FIELD},
    [FIELD] = {G3_VIEW("field"), G3_VIEW("\"field\":"), G3_OTHER_FIELD},
    [OLD] = {G3_VIEW("old"), G3_VIEW("\"old\":"), G3_OTHER_FIELD},
    [NEW] = {G3_VIEW("new"), G3_VIEW("\"new\":"), G3_OTHER_FIELD},
};

static g3_view key_of(const diff_run *run, const g3_record *record)
{
    const g3_value *key = g3_record_get(record, run->options->key);
    return key && key->type == G3_STRING ? key->text : (g3_view){0};
}

/* Tells the report of a line: by the field that changed, else by the change. */
static void tell(diff_run *run, const g3_record *line)
{
    g3_report *report = run->options->report;
    const g3_value *field = &line->fields[FIELD].value;
    g3_buffer_clear(&run->line);
    if (g3_report_wants(report))
        g3_json_append_record(&run->line, line);
    g3_report_add(report, field->type == G3_NULL ? line->fields[CHANGE].value.text : field->text,
                  g3_view_trim(g3_buffer_view(&run->line)));
}

/* Writes one line. @param values  NULL stands for nothing */
static bool write_line(diff_run *run, g3_view key, const char *change, g3_view field,
                       const g3_value *old_value, const g3_value *new_value, g3_error *error)
{
    static const g3_value NOTHING = {.type = G3_NULL};
    g3_field fields[COLUMNS] = {
        [KEY] = {&g3_object_columns[run->options->key], g3_value_of_text(G3_STRING, key)},
        [CHANGE] = {&COLUMN[CHANGE], g3_value_of_text(G3_STRING, g3_view_of(change))},
        [FIELD] = {&COLUMN[FIELD], g3_value_of_text(G3_STRING, field)},
        [OLD] = {&COLUMN[OLD], old_value ? *old_value : NOTHING},
        [NEW] = {&COLUMN[NEW], new_value ? *new_value : NOTHING},
    };
    g3_record line = {.fields = fields, .count = COLUMNS};
    g3_manifest_write(run->writer, &line);
    if (run->options->report)
        tell(run, &line);
    return g3_sink_settle(run->options->output, false, error);
}

/* Writes a row that only one manifest has, as a JSON object. */
static bool write_row(diff_run *run, const g3_record *record, bool added, g3_error *error)
{
    g3_buffer_clear(&run->space);
    g3_json_append_record(&run->space, record);
    g3_value row = {.type = G3_JSON};
    row.text = g3_view_trim(g3_buffer_view(&run->space));
    run->result->added += added;
    run->result->removed += !added;
    return write_line(run, key_of(run, record), added ? "added" : "removed", (g3_view){0},
                      added ? NULL : &row, added ? &row : NULL, error);
}

/* The value of the column of that name; NULL: there is none. */
static const g3_value *find_value(const g3_record *record, const g3_column *column, size_t place)
{
    if (place < record->count && g3_view_equal(record->fields[place].column->name, column->name))
        return &record->fields[place].value; /* most often both have the same columns */
    for (size_t i = 0; i < record->count; i++)
        if (g3_view_equal(record->fields[i].column->name, column->name))
            return &record->fields[i].value;
    return NULL;
}

/* Metadata's values by what they say: 1 is 1.0, {"a": 1, "b": 2} is {"b": 2, "a": 1}. */
static bool values_same(diff_run *run, const g3_value *left, const g3_value *right)
{
    if (g3_values_agree(left, right))
        return true;
    if (run->options->manifest.kind != G3_KIND_METADATA ||
        (left->type != G3_JSON && right->type != G3_JSON))
        return false;
    g3_buffer_clear(&run->space);
    g3_json_append_value(&run->space, left);
    size_t length = run->space.length;
    g3_json_append_value(&run->space, right);
    g3_view both = g3_buffer_view(&run->space);
    return g3_json_same((g3_view){both.data, length},
                        (g3_view){both.data + length, both.length - length});
}

/* What two rows of one key are compared for. */
typedef struct comparison {
    diff_run *run;
    g3_view key;
    bool write;       /* the fields that differ are written; else the first one ends it */
    size_t differing; /* fields so far */
} comparison;

/* Compares one field. @return false if writing failed */
static bool compare_field(comparison *self, const g3_column *column, const g3_value *old_value,
                          const g3_value *new_value, g3_error *error)
{
    diff_run *run = self->run;
    if (column->field == run->options->key || values_same(run, old_value, new_value))
        return true;
    self->differing++;
    return !self->write ||
           write_line(run, self->key, "changed", column->name, old_value, new_value, error);
}

/* Compares two rows of one key.
 * @param differing  set to how many fields differ */
static bool compare(diff_run *run, const g3_record *old_row, const g3_record *new_row, bool write,
                    size_t *differing, g3_error *error)
{
    static const g3_value NOTHING = {.type = G3_NULL};
    comparison self = {run, key_of(run, old_row), write, 0};
    bool done = true;
    for (size_t i = 0; done && i < old_row->count && (write || !self.differing); i++) {
        const g3_column *column = old_row->fields[i].column;
        const g3_value *new_value = find_value(new_row, column, i);
        if (!new_value && run->new.lines)
            new_value = &NOTHING;
        if (new_value)
            done = compare_field(&self, column, &old_row->fields[i].value, new_value, error);
    }
    for (size_t i = 0; done && run->old.lines && i < new_row->count; i++)
        if (!find_value(old_row, new_row->fields[i].column, i))
            done = compare_field(&self, new_row->fields[i].column, &NOTHING,
                                 &new_row->fields[i].value, error);
    *differing = self.differing;
    return done;
}

/* Notes the columns of a table; those of JSON lines may change with each. */
static void note_columns(side *self, const g3_manifest_reader *reader)
{
    const g3_column **columns;
    size_t count;
    self->lines = g3_manifest_format(reader) == G3_FORMAT_NDJSON;
    if (self->lines)
        return;
    g3_manifest_columns(reader, &columns, &count);
    for (size_t i = 0; i < count; i++) {
        g3_buffer_append(&self->columns, columns[i]->json_key);
        g3_buffer_append_char(&self->columns, ',');
    }
}

/* A row for the sorter: the key's length, the key, the packed record. */
static bool add_row(diff_run *run, side *self, g3_view key, const g3_record *record,
                    g3_error *error)
{
    g3_buffer *bytes = &run->space;
    size_t length = key.length;
    g3_buffer_clear(bytes);
    g3_buffer_append(bytes, (g3_view){(const char *)&length, sizeof length});
    g3_buffer_append(bytes, key);
    g3_record_pack(self->packer, record, bytes);
    return g3_sorter_add(self->sorter, key, g3_buffer_view(bytes), error);
}

/* Reads one manifest into its sorter. */
static bool read_side(diff_run *run, side *self, uint64_t *rows, g3_error *error)
{
    const g3_diff_options *options = run->options;
    g3_row_feed feed = {.paths = &self->path,
                        .path_count = 1,
                        .options = options->manifest,
                        .guid_optional = options->key != G3_GUID,
                        .rejects = options->rejects,
                        .reporter = options->reporter};
    const g3_record *record;
    g3_next next;
    bool done = true;
    while (done && (next = g3_row_feed_next(&feed, &record, error)) == G3_NEXT_ITEM) {
        g3_view key = key_of(run, record);
        if (key.length == 0) {
            done = g3_row_feed_reject(&feed, "no md5", error);
            continue;
        }
        if (*rows == 0)
            note_columns(self, feed.reader);
        done = add_row(run, self, key, record, error);
        if (++*rows % PROGRESS_ROWS == 0)
            g3_progress_of(options->reporter, run->result->old_rows + run->result->new_rows, 0);
        if (*rows % PROGRESS_ROWS == 0)
            g3_progress(options->reporter, "%s: %" PRIu64 " rows read", self->path, *rows);
    }
    done = done && next == G3_NEXT_END;
    g3_progress_of(options->reporter, run->result->old_rows + run->result->new_rows, 0);
    g3_row_feed_close(&feed);
    return done;
}

static bool advance(side *self, g3_error *error)
{
    g3_view bytes;
    size_t length;
    if (!g3_sorter_next(self->sorter, &bytes, &self->ended, error))
        return false;
    if (self->ended)
        return true;
    memcpy(&length, bytes.data, sizeof length);
    self->key = (g3_view){bytes.data + sizeof length, length};
    self->packed = (g3_view){self->key.data + length, bytes.length - sizeof length - length};
    return true;
}

/* Takes the rows of a key. */
static bool read_group(diff_run *run, side *self, g3_view key, g3_error *error)
{
    self->count = 0;
    while (!self->ended && g3_view_equal(self->key, key)) {
        if (self->count == self->room) {
            self->room = 2 * self->room + 2;
            self->group = g3_reallocate(self->group, self->room, sizeof *self->group);
        }
        self->group[self->count++] = g3_arena_copy(&run->arena, self->packed);
        if (!advance(self, error))
            return false;
    }
    return true;
}

/* Takes rows out of both groups that are alike. */
static bool drop_alike(diff_run *run, g3_error *error)
{
    side *old = &run->old, *new = &run->new;
    for (size_t i = 0; i < old->count;) {
        const g3_record *row = g3_record_unpack(old->packer, old->group[i]);
        size_t j = 0, differing = 1;
        if (g3_interrupted())
            return g3_fail(error, G3_EXIT_INTERRUPTED, "interrupted");
        for (; j < new->count &&differing; j += differing != 0)
            if (!compare(run, row, g3_record_unpack(new->packer, new->group[j]), false, &differing,
                         error))
                return false;
        if (j == new->count) {
            i++;
            continue;
        }
        run->result->same++;
        memmove(old->group + i, old->group + i + 1, (--old->count - i) * sizeof *old->group);
        memmove(new->group + j, new->group + j + 1, (--new->count - j) * sizeof *new->group);
    }
    return true;
}

/* Compares the rows of one key. */
static bool compare_groups(diff_run *run, g3_error *error)
{
    side *old = &run->old, *new = &run->new;
    size_t differing;
    if ((old->count > 1 || new->count > 1) && !drop_alike(run, error))
        return false;
    size_t both = old->count < new->count ? old->count : new->count;
    for (size_t i = 0; i < both; i++) {
        if (run->same_columns && g3_view_equal(old->group[i], new->group[i])) {
            run->result->same++;
            continue;
        }
        if (!compare(run, g3_record_unpack(old->packer, old->group[i]),
                     g3_record_unpack(new->packer, new->group[i]), true, &differing, error))
            return false;
        run->result->changed += differing != 0;
        run->result->same += differing == 0;
    }
    for (size_t i = both; i < old->count; i++)
        if (!write_row(run, g3_record_unpack(old->packer, old->group[i]), false, error))
            return false;
    for (size_t i = both; i < new->count; i++)
        if (!write_row(run, g3_record_unpack(new->packer, new->group[i]), true, error))
            return false;
    return true;
}

/* The lesser of the next keys, in the arena. */
static g3_view choose_key(diff_run *run)
{
    g3_arena_clear(&run->arena);
    g3_view key = run->old.ended ? run->new.key : run->old.key;
    if (!run->old.ended && !run->new.ended && g3_view_compare(run->new.key, key) < 0)
        key = run->new.key;
    return g3_arena_copy(&run->arena, key);
}

static bool compare_sides(diff_run *run, g3_error *error)
{
    if (!advance(&run->old, error) || !advance(&run->new, error))
        return false;
    run->same_columns = run->old.columns.length && g3_view_equal(g3_buffer_view(&run->old.columns),
                                                                 g3_buffer_view(&run->new.columns));
    while (!run->old.ended || !run->new.ended) {
        g3_view key = choose_key(run);
        if (g3_interrupted())
            return g3_fail(error, G3_EXIT_INTERRUPTED, "interrupted");
        if (!read_group(run, &run->old, key, error) || !read_group(run, &run->new, key, error) ||
            !compare_groups(run, error))
            return false;
    }
    return true;
}

static void open_side(side *self, const char *path, int64_t memory)
{
    *self = (side){.path = path};
    self->packer = g3_record_packer_open();
    self->sorter = g3_sorter_open((size_t)memory / 2);
}

static void close_side(side *self)
{
    g3_sorter_close(self->sorter);
    g3_record_packer_close(self->packer);
    g3_buffer_free(&self->columns);
    free(self->group);
}

bool g3_diff_run(const g3_diff_options *options, g3_diff_result *result, g3_error *error)
{
    diff_run run = {.options = options, .result = result};
    const g3_column *columns[COLUMNS] = {&g3_object_columns[options->key], &COLUMN[CHANGE],
                                         &COLUMN[FIELD], &COLUMN[OLD], &COLUMN[NEW]};
    *result = (g3_diff_result){0};
    run.writer = g3_manifest_writer_open(options->output, options->format, options->delimiter);
    g3_manifest_writer_columns(run.writer, columns, COLUMNS);
    open_side(&run.old, options->old_path, options->memory);
    open_side(&run.new, options->new_path, options->memory);
    bool done = read_side(&run, &run.old, &result->old_rows, error) &&
                read_side(&run, &run.new, &result->new_rows, error) && compare_sides(&run, error);
    g3_progress_end(options->reporter);
    close_side(&run.old);
    close_side(&run.new);
    g3_manifest_writer_close(run.writer);
    g3_arena_free(&run.arena);
    g3_buffer_free(&run.space);
    g3_buffer_free(&run.line);
    return done;
}

void g3_diff_summarize(const g3_diff_result *result, uint64_t rejected, g3_summary *summary)
{
    g3_summary_count(summary, G3_SUMMARY_COUNT, "old rows", result->old_rows, "", " and ");
    g3_summary_count(summary, G3_SUMMARY_COUNT, "new rows", result->new_rows, "", " rows: ");
    g3_summary_count(summary, G3_SUMMARY_FINDING, "added", result->added, "", " added, ");
    g3_summary_count(summary, G3_SUMMARY_FINDING, "removed", result->removed, "", " removed, ");
    g3_summary_count(summary, G3_SUMMARY_FINDING, "changed", result->changed, "", " changed, ");
    g3_summary_count(summary, G3_SUMMARY_GOOD, "the same", result->same, "", " the same, ");
    g3_summary_count(summary, G3_SUMMARY_FINDING, "rejected", rejected, "", " rejected");
}
