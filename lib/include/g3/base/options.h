/* Command lines from tables: parsing, --help, the manual's lists of options and shell completion
 * all come from one.
 *
 * A tool declares groups; each group is an array of options and the struct that takes their values:
 *
 *     typedef struct { bool check; const char *shard; } values;
 *     static const g3_option PARSE_OPTIONS[] = {
 *         {.name = "check", .kind = G3_OPTION_FLAG, .at = offsetof(values, check), .help = "..."},
 *     };
 *     values mine = {0};
 *     g3_option_group groups[] = {{"Parsing", PARSE_OPTIONS, G3_COUNT(PARSE_OPTIONS), &mine}};
 *
 * Syntax as getopt_long: -x VALUE, -xVALUE, --name VALUE, --name=VALUE, flags joined (-qj4), `--`
 * ends the options, operands and options may be mixed, `-` alone is an operand. Long names are not
 * abbreviated: a name added later must not change what a script means. Given twice, an option's
 * last value counts (G3_OPTION_LIST collects them all).
 */
#ifndef G3_BASE_OPTIONS_H
#define G3_BASE_OPTIONS_H

#include "g3/base/abi.h"
#include "g3/base/error.h"
#include <stdio.h>

G3_BEGIN_C

/* The number of items in an array (not in what a pointer leads to). */
#define G3_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What an option's value is, and the type of the member that takes it. */
typedef enum g3_option_kind {
    G3_OPTION_FLAG,    /* bool: set to true */
    G3_OPTION_TEXT,    /* const char *: borrowed from argv */
    G3_OPTION_LIST,    /* g3_text_list: each value given, in order */
    G3_OPTION_COUNT,   /* int64_t: a whole number >= `least` */
    G3_OPTION_SIZE,    /* int64_t: bytes; "64M", "1G", "512k" in powers of 1024 */
    G3_OPTION_SECONDS, /* double: seconds >= 0; "20ms", "1.5", "2s", "5m" */
    G3_OPTION_CHOICE,  /* int: index into `choices`, words parted by '|' */
    G3_OPTION_CHAR,    /* char: one byte; "\t" and "tab" mean a tab */
} g3_option_kind;

/* Values of a repeatable option; texts borrowed from argv; the array owned by the options parser's
 * caller: free(list.items). */
typedef struct g3_text_list {
    const char **items;
    size_t count;
} g3_text_list;

/* One option of a table. */
typedef struct g3_option {
    const char *name; /* long name without dashes */
    char letter;      /* short name, or 0 */
    g3_option_kind kind;
    size_t at;            /* offsetof the value in the group's struct */
    const char *argument; /* how --help names the value: "FILE"; NULL for flags and choices */
    const char *choices;  /* "auto|csv|tsv" for G3_OPTION_CHOICE */
    int64_t least;        /* lowest G3_OPTION_COUNT allowed */
    const char *variable; /* environment variable read where the option is not given, or NULL */
    const char *help;     /* one sentence fragment, lower case, no full stop */
} g3_option;

/* Options that --help shows under one heading. */
typedef struct g3_option_group {
    const char *title; /* heading in --help */
    const g3_option *options;
    size_t count;
    void *values; /* the struct that `at` counts from; holds the defaults before parsing */
} g3_option_group;

/* What the first operand may be, where a tool does one of several things. */
typedef struct g3_command_operation {
    const char *name;     /* "get" */
    const char *operands; /* behind it: "GUID..."; "" for none */
    const char *help;     /* as that of options */
} g3_command_operation;

/* A tool: all that its command line and its manual are made from. */
typedef struct g3_command {
    const char *name;     /* "g3-parse" */
    const char *purpose;  /* one line for --help and the manual */
    const char *operands; /* "[FILE]..." as shown in the usage line; "" for none */
    const char *details;  /* paragraphs of --help under the usage line, or NULL */
    const char *examples; /* of --help: lines, or NULL */
    const g3_command_operation *operations; /* or NULL */
    size_t operation_count;
    g3_option_group *groups;
    size_t group_count;
} g3_command;

/* What main has to do once the command line was read. */
typedef enum g3_options_result {
    G3_OPTIONS_RUN,   /* go on with the work */
    G3_OPTIONS_SHOWN, /* --help, --version or --generate was answered: return 0 from main */
    G3_OPTIONS_WRONG, /* `error` says what and with which status to end */
} g3_options_result;

/* Reads the command line into the groups' structs. Every command also understands --help (-h),
 * --version and --generate markdown|bash|zsh|fish.
 * @param operands  what is left, borrowed from argv; the caller frees operands->items
 * @param error     names the word that is wrong, and how to see the help */
g3_options_result g3_options_parse(const g3_command *command, int argc, char **argv,
                                   g3_text_list *operands, g3_error *error);

/* Writes the help text; the parts of the manual that the tables hold (name, synopsis, operations
 * and options, in Markdown: scripts/make-manual puts them into the tool's page); the completion for
 * a shell. */
void g3_options_print_help(const g3_command *command, FILE *out);
void g3_options_print_markdown(const g3_command *command, FILE *out);
void g3_options_print_bash(const g3_command *command, FILE *out);
void g3_options_print_zsh(const g3_command *command, FILE *out);
void g3_options_print_fish(const g3_command *command, FILE *out);

/* The version that --version prints: "0.1.0". */
#define G3_VERSION "0.1.0"

G3_END_C

#endif
