/* g3-parse: manifests to the record stream and back, checked and sharded on the way. */
#include "common.h"
#include "g3/base/interrupt.h"
#include "g3/base/utf8.h"
#include "g3/record/check.h"
#include "g3/record/json.h"
#include "g3/run/shard.h"
#include <inttypes.h>
#include <stdlib.h>

typedef struct parse_options {
    int kind; /* a g3_kind */
    bool check;
    const char *shard;
    const char *rules;
    const char *plugin, *plugin_settings;
} parse_options;

static const g3_option PARSE_OPTIONS[] = {
    {.name = "kind",
     .kind = G3_OPTION_CHOICE,
     .choices = "object|metadata|raw",
     .at = offsetof(parse_options, kind),
     .help =
         "what the rows are: file objects (the default), metadata (cells that parse as JSON become "
         "that value), or just cells"},
    {.name = "rules",
     .kind = G3_OPTION_TEXT,
     .argument = "FILE",
     .at = offsetof(parse_options, rules),
     .help = "make the fields by the rules in FILE, such as: file_size = size : int"},
    {.name = "plugin",
     .kind = G3_OPTION_TEXT,
     .argument = "FILE",
     .at = offsetof(parse_options, plugin),
     .help = "make the fields by the functions in a shared object (g3/plugin.h)"},
    {.name = "plugin-settings",
     .kind = G3_OPTION_TEXT,
     .argument = "TEXT",
     .at = offsetof(parse_options, plugin_settings),
     .help = "what the plugin is told when it is loaded"},
    {.name = "check",
     .kind = G3_OPTION_FLAG,
     .at = offsetof(parse_options, check),
     .help = "write no records but each fault found, as JSON lines {line, column, value, reason}"},
    {.name = "shard",
     .kind = G3_OPTION_TEXT,
     .argument = "K/N",
     .at = offsetof(parse_options, shard),
     .help =
         "only part K of N, chosen by a hash of the GUID (of the whole row where there is none)"},
};

/* One run over all operands. */
typedef struct parse_run {
    const common_options *common;
    const parse_options *mine;
    g3_shard shard;
    g3_hooks *hooks; /* NULL: there are none */
    bool name_files; /* there are several: faults say which */
    g3_reporter *reporter;
    g3_rejects *rejects;
    g3_sink *sink;
    g3_manifest_writer *writer; /* NULL with --check */
    uint64_t rows, faulty;
} parse_run;

/* Begins a fault's line; the caller adds what it knows and ends it with the reason. */
static g3_buffer *begin_fault(parse_run *run, g3_manifest_reader *reader, uint64_t line)
{
    g3_buffer *out = g3_sink_buffer(run->sink);
    g3_buffer_append_char(out, '{');
    if (run->name_files) {
        g3_buffer scratch = {0};
        g3_view name = g3_make_utf8(g3_view_of(g3_manifest_name(reader)), &scratch);
        g3_buffer_append_text(out, "\"file\":");
        g3_json_append_string(out, name);
        g3_buffer_append_char(out, ',');
        g3_buffer_free(&scratch);
    }
    g3_buffer_append_format(out, "\"line\":%" PRIu64 ",\"column\":", line);
    return out;
}

static void end_fault(g3_buffer *out, g3_view column, const g3_view *value, const char *reason)
{
    if (column.length)
        g3_json_append_string(out, column);
    else
        g3_buffer_append_text(out, "null");
    if (value) {
        g3_buffer_append_text(out, ",\"value\":");
        g3_json_append_string(out, *value);
    }
    g3_buffer_append_text(out, ",\"reason\":");
    g3_json_append_string(out, g3_view_of(reason));
    g3_buffer_append_text(out, "}\n");
}

static void check_record(parse_run *run, g3_manifest_reader *reader, const g3_record *record)
{
    g3_fault faults[G3_FAULT_LIMIT];
    size_t count = 0;
    if (run->mine->kind == G3_KIND_OBJECT)
        count = g3_check_object(record, faults);
    else if (run->mine->kind == G3_KIND_METADATA && g3_record_guid(record).length == 0)
        faults[count++] = (g3_fault){G3_GUID, {0}, "is empty, but required"};
    for (size_t i = 0; i < count; i++)
        end_fault(begin_fault(run, reader, record->line), g3_object_columns[faults[i].field].name,
                  &faults[i].value, faults[i].reason);
    run->faulty += count > 0;
}

/* One good record: checked, or written; one that can't be written is rejected. */
static bool handle_record(parse_run *run, g3_manifest_reader *reader, const g3_record *record,
                          g3_error *error)
{
    if (!g3_shard_has(&run->shard, record, g3_manifest_row_text(reader)))
        return true;
    run->rows++;
    if (run->mine->check) {
        check_record(run, reader, record);
        return true;
    }
    const char *reason = g3_manifest_write(run->writer, record);
    if (!reason)
        return true;
    g3_bad_row bad = {.line = record->line, .text = g3_manifest_row_text(reader), .reason = reason};
    return g3_rejects_add(run->rejects, g3_manifest_name(reader), &bad, error);
}

static bool handle_bad_row(parse_run *run, g3_manifest_reader *reader, const g3_bad_row *bad,
                           g3_error *error)
{
    if (run->mine->check) {
        run->rows++;
        end_fault(begin_fault(run, reader, bad->line), bad->column, NULL, bad->reason);
    }
    return g3_rejects_add(run->rejects, g3_manifest_name(reader), bad, error);
}

static bool read_rows(parse_run *run, g3_manifest_reader *reader, g3_error *error)
{
    for (;;) {
        g3_record record;
        g3_bad_row bad;
        switch (g3_manifest_next(reader, &record, &bad, error)) {
        case G3_NEXT_ITEM:
            if (!handle_record(run, reader, &record, error))
                return false;
            break;
        case G3_NEXT_BAD:
            if (!handle_bad_row(run, reader, &bad, error))
                return false;
            break;
        case G3_NEXT_END:
            return true;
        case G3_NEXT_ERROR:
            return false;
        }
        if (g3_interrupted())
            return g3_fail(error, G3_EXIT_INTERRUPTED, "interrupted");
        if (!g3_sink_settle(run->sink, false, error))
            return false;
    }
}

static bool parse_file(parse_run *run, const char *path, g3_error *error)
{
    g3_manifest_options options;
    g3_manifest_reader *reader = NULL;
    bool done = common_manifest_options(run->common, (g3_kind)run->mine->kind, &options, error);
    options.hooks = run->hooks;
    done = done && (reader = g3_manifest_open(path, &options, error));
    if (done && run->writer) {
        const g3_column **columns;
        size_t count;
        g3_manifest_columns(reader, &columns, &count);
        if (count)
            g3_manifest_writer_columns(run->writer, columns, count);
    }
    done = done && read_rows(run, reader, error);
    if (done && g3_manifest_padded(reader))
        g3_warn(run->reporter,
                "%s: %" PRIu64 " rows were too short and were padded with empty cells",
                g3_manifest_name(reader), g3_manifest_padded(reader));
    g3_manifest_close(reader);
    free((void *)options.maps);
    return done;
}

static bool parse_all(parse_run *run, const g3_text_list *operands, g3_error *error)
{
    static const char *STANDARD_INPUT[] = {"-"};
    const char **paths = operands->count ? operands->items : STANDARD_INPUT;
    size_t count = operands->count ? operands->count : 1;
    const common_options *common = run->common;
    bool done = false;

    run->name_files = count > 1;
    run->rejects =
        g3_rejects_open(common->reject, common->max_rejects, run->name_files, run->reporter, error);
    if (!run->rejects || !(run->sink = g3_sink_open(common->output, error)))
        goto done;
    if (!run->mine->check)
        run->writer = g3_manifest_writer_open(
            run->sink, common_output_format(common, G3_FORMAT_NDJSON), common->delimiter);
    for (size_t i = 0; i < count; i++)
        if (!parse_file(run, paths[i], error))
            goto done;
    done = true;
done:
    g3_manifest_writer_close(run->writer);
    if (done && run->sink)
        done = g3_sink_finish(run->sink, error);
    else
        g3_sink_discard(run->sink, false);
    return done;
}

/* Completes the reject file and tells the exit status. */
static int finish(parse_run *run, bool done, g3_error *error)
{
    uint64_t rejected = run->rejects ? g3_rejects_count(run->rejects) : 0;
    g3_error later;
    if (!g3_rejects_finish(run->rejects, done ? error : &later) && done)
        done = false;
    if (!done)
        return g3_report_error(run->reporter, error);
    if (run->mine->check)
        g3_note(run->reporter, "%" PRIu64 " rows checked, %" PRIu64 " with faults", run->rows,
                run->faulty + rejected);
    return run->faulty || rejected ? G3_EXIT_DIFFERENCES : G3_EXIT_DONE;
}

static bool open_hooks(parse_run *run, g3_error *error)
{
    const parse_options *mine = run->mine;
    if (mine->plugin_settings && !mine->plugin)
        return g3_fail(error, G3_EXIT_USAGE, "--plugin-settings is for --plugin FILE");
    if (mine->rules && mine->plugin)
        return g3_fail(error, G3_EXIT_USAGE,
                       "--rules and --plugin are two ways: give one, or put two g3-parse in a row");
    if (mine->rules)
        run->hooks = g3_hooks_read_rules(mine->rules, error);
    else if (mine->plugin)
        run->hooks = g3_hooks_load_plugin(
            mine->plugin, mine->plugin_settings ? mine->plugin_settings : "", error);
    return run->hooks || (!mine->rules && !mine->plugin);
}

static int run_parse(void *context, const g3_text_list *operands, g3_reporter *reporter)
{
    parse_run *run = context;
    g3_error error = {0};
    run->reporter = reporter;
    run->shard = (g3_shard){0, 1};
    bool done = !run->mine->shard || g3_shard_read(run->mine->shard, &run->shard, &error);
    done = done && open_hooks(run, &error) && parse_all(run, operands, &error);
    g3_hooks_close(run->hooks);
    return finish(run, done, &error);
}

int main(int argc, char **argv)
{
    common_options common = COMMON_DEFAULTS;
    parse_options mine = {0};
    g3_option_group groups[] = {{"Parsing", PARSE_OPTIONS, G3_COUNT(PARSE_OPTIONS), &mine},
                                {"Input and output", COMMON_OPTIONS, COMMON_OPTION_COUNT, &common}};
    g3_command command = {
        .name = "g3-parse",
        .purpose = "read manifests as records, and write records as manifests",
        .operands = "[FILE]...",
        .details =
            "Reads CSV, TSV or JSON lines, plain or packed with gzip or zstd, and writes "
            "one record a "
            "line.\nWithout FILE, or where it is -, standard input is read.\n"
            "Rules, one a line:  FIELD = CHOICE | CHOICE ... : CONVERSION ...\n"
            "  a choice is one or more items parted by commas, an item columns and \"texts\" "
            "joined "
            "by +\n"
            "  (a column with blanks in its name stands in [brackets]); the first choice that is "
            "not\n"
            "  empty counts. Conversions: strip, lower, upper, urldecode, base64-to-hex,\n"
            "  regex \"RE\", split \"TEXT\", list; int and json only check.\n",
        .examples =
            "  g3-parse manifest.tsv.gz | jq .guid\n"
            "  g3-parse --map guid=id --map file_size=size gdc_manifest.tsv -o records.ndjson.zst\n"
            "  g3-parse --to csv records.ndjson > manifest.csv\n"
            "  g3-parse --check manifest.csv\n",
        .groups = groups,
        .group_count = G3_COUNT(groups)};
    parse_run run = {.common = &common, .mine = &mine};
    return run_filter(&(filter){&command, &common, run_parse, &run}, argc, argv);
}
