/* What all filters share: the options of input and output, the way from main to the work. */
#ifndef FILTERS_COMMON_H
#define FILTERS_COMMON_H

#include "g3/base/options.h"
#include "g3/base/report.h"
#include "g3/record/manifest.h"
#include "g3/run/rejects.h"

/* Values of COMMON_OPTIONS. */
typedef struct common_options {
    const char *output;    /* -o */
    int from;              /* --from: a g3_format */
    int to;                /* --to: 0 ndjson, 1 csv, 2 tsv; -1: the tool's default */
    char delimiter;        /* --delimiter */
    const char *reject;    /* --reject */
    const char *report;    /* --report, of the tools that have REPORT_OPTIONS */
    int64_t max_rejects;   /* --max-rejects; -1: no limit */
    bool unordered;        /* --unordered */
    bool strict;           /* --strict */
    int64_t memory;        /* --memory, bytes */
    const char *tmpdir;    /* --tmpdir; run_filter() puts it into TMPDIR, where the library looks */
    bool quiet;            /* -q */
    int progress;          /* --progress: a g3_progress_mode */
    int64_t progress_file; /* --progress-json: a descriptor, or 0 */
    int log;               /* --log: 0 text, 1 json */
    g3_text_list maps;     /* --map field=column */
} common_options;

extern const g3_option COMMON_OPTIONS[];
extern const size_t COMMON_OPTION_COUNT;
extern const common_options COMMON_DEFAULTS;

/* A filter: its command line, and its work between that and the exit status. */
typedef struct filter {
    const g3_command *command;
    common_options *common; /* one of the command's groups, holding the defaults */
    /* @return the exit status, what there is to say having been said */
    int (*run)(void *context, const g3_text_list *operands, g3_reporter *reporter);
    void *context;
} filter;

/* Main's body: signals, the command line, messages, then the work.
 * @return what main must end with */
int run_filter(const filter *self, int argc, char **argv);

/* What a manifest is to be read with; the maps are owned by the caller: free((void *)result.maps).
 * @return false with G3_EXIT_USAGE for a --map without '=' */
bool common_manifest_options(const common_options *options, g3_kind kind,
                             g3_manifest_options *result, g3_error *error);

/* An option that names a file to write. */
typedef struct common_output {
    const char *option; /* as the user writes it */
    const char *path;   /* "-" is standard output; NULL: not given */
} common_output;

/* Whether the outputs go to different places: two in one would spoil each other.
 * @return false with G3_EXIT_USAGE */
bool common_part_outputs(const common_output *outputs, size_t count, g3_error *error);

/* Completes an output. What was written until an interruption or until a service failed stays: on
 * standard output, or in the partial file.
 * @param sink  given up; NULL is allowed
 * @param done  the run has succeeded so far
 * @param keep  it has not, and what is written is worth something
 * @return whether it still has */
bool common_close_output(g3_sink *sink, bool done, bool keep, g3_error *error);

/* The format to write: --to, else by the output's name (.csv .tsv .ndjson .jsonl, in front of
 * .zst), else `otherwise`. */
g3_format common_output_format(const common_options *options, g3_format otherwise);

#endif
