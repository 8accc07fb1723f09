/* What all filters share: the options of input and output, the way from main to the work. */
#include "common.h"
#include "g3/base/interrupt.h"
#include "g3/base/memory.h"
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>

/* Rows held in memory before spilling, unless --memory says otherwise. */
#define DEFAULT_MEMORY ((int64_t)1 << 30)

const g3_option COMMON_OPTIONS[] = {
    {.name = "output",
     .letter = 'o',
     .kind = G3_OPTION_TEXT,
     .argument = "FILE",
     .at = offsetof(common_options, output),
     .help = "write there instead of to standard output; the file gets its name when it is "
             "complete; packed with zstd if it ends in .zst"},
    {.name = "from",
     .kind = G3_OPTION_CHOICE,
     .choices = "auto|csv|tsv|ndjson",
     .at = offsetof(common_options, from),
     .help = "format of the input; auto goes by the name's extension, else by content"},
    {.name = "to",
     .kind = G3_OPTION_CHOICE,
     .choices = "ndjson|csv|tsv",
     .at = offsetof(common_options, to),
     .help = "format of the output"},
    {.name = "delimiter",
     .kind = G3_OPTION_CHAR,
     .argument = "C",
     .at = offsetof(common_options, delimiter),
     .help = "what parts cells in CSV input and output"},
    {.name = "map",
     .kind = G3_OPTION_LIST,
     .argument = "FIELD=COLUMN",
     .at = offsetof(common_options, maps),
     .help = "take FIELD from the column of that name; may be repeated"},
    {.name = "strict",
     .kind = G3_OPTION_FLAG,
     .at = offsetof(common_options, strict),
     .help = "reject rows that are too short, instead of padding them"},
    {.name = "reject",
     .kind = G3_OPTION_TEXT,
     .argument = "FILE",
     .at = offsetof(common_options, reject),
     .help = "write rows that can't be used there, as JSON lines with line and reason"},
    {.name = "max-rejects",
     .kind = G3_OPTION_COUNT,
     .argument = "N",
     .at = offsetof(common_options, max_rejects),
     .help = "give up when more than N rows can't be used (default: no limit)"},
    {.name = "unordered",
     .kind = G3_OPTION_FLAG,
     .at = offsetof(common_options, unordered),
     .help = "give results as they arrive instead of in input order"},
    {.name = "memory",
     .kind = G3_OPTION_SIZE,
     .argument = "SIZE",
     .at = offsetof(common_options, memory),
     .help = "most memory for rows that must be held (default 1G); beyond it, disk is used"},
    {.name = "tmpdir",
     .kind = G3_OPTION_TEXT,
     .argument = "DIR",
     .at = offsetof(common_options, tmpdir),
     .help = "folder for what does not fit in memory (default: TMPDIR, else /tmp)"},
    {.name = "quiet",
     .letter = 'q',
     .kind = G3_OPTION_FLAG,
     .at = offsetof(common_options, quiet),
     .help = "say nothing on standard error but errors"},
    {.name = "progress",
     .kind = G3_OPTION_CHOICE,
     .choices = "auto|always|never",
     .at = offsetof(common_options, progress),
     .help = "progress on standard error; auto: if it is a terminal"},
    {.name = "progress-json",
     .kind = G3_OPTION_COUNT,
     .argument = "FD",
     .least = 1,
     .at = offsetof(common_options, progress_file),
     .help = "write progress to this descriptor, a JSON object a line, one a second"},
    {.name = "log",
     .kind = G3_OPTION_CHOICE,
     .choices = "text|json",
     .at = offsetof(common_options, log),
     .help = "form of messages"},
};
const size_t COMMON_OPTION_COUNT = G3_COUNT(COMMON_OPTIONS);

const common_options COMMON_DEFAULTS = {
    .output = "-", .to = -1, .max_rejects = -1, .memory = DEFAULT_MEMORY};

int run_filter(const filter *self, int argc, char **argv)
{
    common_options *common = self->common;
    g3_text_list operands = {0};
    g3_reporter reporter;
    g3_error error;
    int status = G3_EXIT_DONE;
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); /* a core file could hold a token */
    g3_interrupt_set_up();
    g3_options_result result = g3_options_parse(self->command, argc, argv, &operands, &error);
    g3_reporter_set_up(&reporter, self->command->name, common->quiet, common->log == 1,
                       (g3_progress_mode)common->progress);
    reporter.progress_file = (int)common->progress_file;
    if (common->tmpdir)
        setenv("TMPDIR", common->tmpdir, 1);
    if (result == G3_OPTIONS_WRONG)
        status = g3_report_error(&reporter, &error);
    else if (result == G3_OPTIONS_RUN)
        status = self->run(self->context, &operands, &reporter);
    free(common->maps.items);
    free(operands.items);
    return status;
}

bool common_manifest_options(const common_options *options, g3_kind kind,
                             g3_manifest_options *result, g3_error *error)
{
    g3_column_map *maps = g3_allocate_zeroed(options->maps.count, sizeof *maps);
    *result = (g3_manifest_options){.kind = kind,
                                    .format = (g3_format)options->from,
                                    .delimiter = options->delimiter,
                                    .strict = options->strict,
                                    .maps = maps,
                                    .map_count = options->maps.count};
    for (size_t i = 0; i < options->maps.count; i++) {
        const char *text = options->maps.items[i];
        const char *equals = strchr(text, '=');
        if (!equals || equals == text || !equals[1])
            return g3_fail(error, G3_EXIT_USAGE,
                           "--map \"%s\" is not of the form FIELD=COLUMN, such as guid=id", text);
        maps[i].field = (g3_view){text, (size_t)(equals - text)};
        maps[i].column = g3_view_of(equals + 1);
    }
    return true;
}

static bool is_same_file(const char *left, const char *right)
{
    struct stat one, other;
    return strcmp(left, right) == 0 ||
           (stat(left, &one) == 0 && stat(right, &other) == 0 && S_ISREG(one.st_mode) &&
            one.st_dev == other.st_dev && one.st_ino == other.st_ino);
}

bool common_part_outputs(const common_output *outputs, size_t count, g3_error *error)
{
    for (size_t i = 1; i < count; i++)
        for (size_t k = 0; k < i; k++)
            if (outputs[i].path && outputs[k].path &&
                is_same_file(outputs[i].path, outputs[k].path))
                return g3_fail(
                    error, G3_EXIT_USAGE, "%s and %s can't both go to %s: name another file",
                    outputs[k].option, outputs[i].option,
                    strcmp(outputs[i].path, "-") == 0 ? "standard output" : outputs[i].path);
    return true;
}

g3_format common_output_format(const common_options *options, g3_format otherwise)
{
    static const struct {
        const char *extension;
        g3_format format;
    } BY_NAME[] = {{".csv", G3_FORMAT_CSV},
                   {".tsv", G3_FORMAT_TSV},
                   {".ndjson", G3_FORMAT_NDJSON},
                   {".jsonl", G3_FORMAT_NDJSON}};
    static const g3_format BY_CHOICE[] = {G3_FORMAT_NDJSON, G3_FORMAT_CSV, G3_FORMAT_TSV};
    if (options->to >= 0)
        return BY_CHOICE[options->to];
    g3_view name = g3_view_of(options->output);
    if (g3_view_ends_with(name, G3_VIEW(".zst")))
        name.length -= strlen(".zst");
    for (size_t i = 0; i < G3_COUNT(BY_NAME); i++)
        if (g3_view_ends_with(name, g3_view_of(BY_NAME[i].extension)))
            return BY_NAME[i].format;
    return otherwise;
}

bool common_close_output(g3_sink *sink, bool done, bool keep, g3_error *error)
{
    g3_error ignored;
    if (done && sink)
        return g3_sink_finish(sink, error);
    if (keep && sink)
        g3_sink_settle(sink, true, &ignored);
    g3_sink_discard(sink, keep);
    return done;
}
