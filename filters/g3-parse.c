/* g3-parse: manifests to the record stream and back, checked and sharded on the way. */
#include "common.h"
#include "g3/base/interrupt.h"
#include "g3/base/memory.h"
#include "g3/run/check.h"
#include "g3/run/shard.h"
#include <inttypes.h>
#include <stdlib.h>

typedef struct parse_options {
    int kind; /* a g3_kind */
    bool check;
    const char *shard;
    const char *rules;
    const char *plugin, *plugin_settings;
    int check_format; /* 0 JSON lines, 1 text */
    const char *schemes, *unique;
    int md5_form; /* a g3_md5_form */
    bool any_authz;
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
     .help = "write no records but each fault found, as JSON lines {line, column, value, reason}; "
             "see below"},
    {.name = "shard",
     .kind = G3_OPTION_TEXT,
     .argument = "K/N",
     .at = offsetof(parse_options, shard),
     .help =
         "only part K of N, chosen by a hash of the GUID (of the whole row where there is none)"},
};

static const g3_option CHECK_OPTIONS[] = {
    {.name = "check-format",
     .kind = G3_OPTION_CHOICE,
     .choices = "ndjson|text",
     .at = offsetof(parse_options, check_format),
     .help = "faults as JSON lines (default), or as FILE:LINE: COLUMN \"VALUE\" REASON"},
    {.name = "schemes",
     .kind = G3_OPTION_TEXT,
     .argument = "LIST",
     .at = offsetof(parse_options, schemes),
     .help = "those that URLs may have, such as s3,gs (default: any)"},
    {.name = "md5-form",
     .kind = G3_OPTION_CHOICE,
     .choices = "hex|base64|either",
     .at = offsetof(parse_options, md5_form),
     .help = "how an md5 is written (default: hex, as the index service wants it)"},
    {.name = "any-authz",
     .kind = G3_OPTION_FLAG,
     .at = offsetof(parse_options, any_authz),
     .help = "authz need not be paths"},
    {.name = "unique",
     .kind = G3_OPTION_TEXT,
     .argument = "LIST",
     .at = offsetof(parse_options, unique),
     .help = "fields whose values must come once in all files: guid, md5, url"},
};

/* One run over all operands. */
typedef struct parse_run {
    const common_options *common;
    const parse_options *mine;
    g3_shard shard;
    g3_hooks *hooks; /* NULL: there are none */
    g3_reporter *reporter;
    g3_rejects *rejects;
    g3_sink *sink;
    g3_manifest_writer *writer; /* NULL with --check */
    g3_check *check;            /* NULL without --check */
    g3_check_result checked;
} parse_run;

/* One good record: checked, or written; one that can't be written is rejected. */
static bool handle_record(parse_run *run, g3_manifest_reader *reader, const g3_record *record,
                          g3_error *error)
{
    if (!g3_shard_has(&run->shard, record, g3_manifest_row_text(reader)))
        return true;
    if (run->check)
        return g3_check_row(run->check, g3_manifest_name(reader), record, error);
    const char *reason = g3_manifest_write(run->writer, record);
    if (!reason)
        return true;
    g3_bad_row bad = {.line = record->line, .text = g3_manifest_row_text(reader), .reason = reason};
    return g3_rejects_add(run->rejects, g3_manifest_name(reader), &bad, error);
}

static bool handle_bad_row(parse_run *run, g3_manifest_reader *reader, const g3_bad_row *bad,
                           g3_error *error)
{
    const common_options *common = run->common;
    if (run->check && !g3_check_bad_row(run->check, g3_manifest_name(reader), bad, error))
        return false;
    if (run->check && !common->reject && common->max_rejects < 0)
        return true; /* it has been told */
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

/* Parts a list at its commas. @param words  owned by the caller: free(words.items[0]), if there is
 * one, and free(words.items) */
static void split_list(const char *list, g3_text_list *words)
{
    char *rest = list && *list ? g3_duplicate(g3_view_of(list)) : NULL;
    while (rest) {
        words->items = g3_reallocate(words->items, words->count + 1, sizeof *words->items);
        words->items[words->count++] = rest;
        if ((rest = strchr(rest, ',')))
            *rest++ = '\0';
    }
}

static void free_list(g3_text_list *words)
{
    if (words->count)
        free((void *)words->items[0]);
    free(words->items);
}

/* Reads --unique into bits of fields. */
static bool read_unique(const char *list, unsigned *fields, g3_error *error)
{
    g3_text_list words = {0};
    bool good = true;
    split_list(list, &words);
    for (size_t i = 0; good && i < words.count; i++) {
        const char *word = words.items[i];
        int field = strcmp(word, "guid") == 0  ? G3_GUID
                    : strcmp(word, "md5") == 0 ? G3_MD5
                    : strcmp(word, "url") == 0 ? G3_URLS
                                               : -1;
        good = field >= 0 ||
               g3_fail(error, G3_EXIT_USAGE, "--unique %s: guid, md5 and url can be unique", word);
        if (good)
            *fields |= 1u << field;
    }
    free_list(&words);
    return good;
}

static bool open_check(parse_run *run, const g3_text_list *schemes, bool name_files,
                       g3_error *error)
{
    const parse_options *mine = run->mine;
    g3_check_options options = {.kind = (g3_kind)mine->kind,
                                .rules = {.schemes = schemes->items,
                                          .scheme_count = schemes->count,
                                          .md5 = (g3_md5_form)mine->md5_form,
                                          .any_authz = mine->any_authz},
                                .memory = (size_t)run->common->memory,
                                .text = mine->check_format == 1,
                                .name_files = name_files,
                                .output = run->sink};
    if (!mine->check &&
        (mine->schemes || mine->unique || mine->md5_form || mine->any_authz || mine->check_format))
        return g3_fail(error, G3_EXIT_USAGE, "that is a matter of checking: give --check");
    if (!read_unique(mine->unique, &options.unique, error))
        return false;
    if (mine->check)
        run->check = g3_check_open(&options);
    return true;
}

static bool parse_all(parse_run *run, const g3_text_list *operands, g3_error *error)
{
    static const char *STANDARD_INPUT[] = {"-"};
    const char **paths = operands->count ? operands->items : STANDARD_INPUT;
    size_t count = operands->count ? operands->count : 1;
    const common_options *common = run->common;
    g3_text_list schemes = {0};
    bool done = false;

    split_list(run->mine->schemes, &schemes);
    run->rejects =
        g3_rejects_open(common->reject, common->max_rejects, count > 1, run->reporter, error);
    if (!run->rejects || !(run->sink = g3_sink_open(common->output, error)) ||
        !open_check(run, &schemes, count > 1, error))
        goto done;
    if (!run->check)
        run->writer = g3_manifest_writer_open(
            run->sink, common_output_format(common, G3_FORMAT_NDJSON), common->delimiter);
    for (size_t i = 0; i < count; i++)
        if (!parse_file(run, paths[i], error))
            goto done;
    done = !run->check || g3_check_finish(run->check, &run->checked, error);
done:
    g3_manifest_writer_close(run->writer);
    g3_check_close(run->check);
    free_list(&schemes);
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
    const g3_check_result *checked = &run->checked;
    if (run->mine->check)
        g3_note(run->reporter, "%" PRIu64 " rows checked, %" PRIu64 " with faults%s", checked->rows,
                checked->faulty, checked->repeated ? "; values come several times" : "");
    return checked->faulty || checked->repeated || rejected ? G3_EXIT_DIFFERENCES : G3_EXIT_DONE;
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
                                {"Checking", CHECK_OPTIONS, G3_COUNT(CHECK_OPTIONS), &mine},
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
            "  g3-parse --check manifest.csv\n"
            "  g3-parse --check --check-format text --schemes s3,gs --unique guid,md5 *.csv\n",
        .groups = groups,
        .group_count = G3_COUNT(groups)};
    parse_run run = {.common = &common, .mine = &mine};
    return run_filter(&(filter){&command, &common, run_parse, &run}, argc, argv);
}
