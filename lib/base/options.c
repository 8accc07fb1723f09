/* Reading command lines by the options table. options_help.c and its like make the texts from it.
 */
#include "g3/base/options.h"
#include "g3/base/memory.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>

/* An option found in a command's groups, with the struct that its value goes to. */
typedef struct found_option {
    const g3_option *option;
    char *values;
} found_option;

/* Where parsing stands. */
typedef struct command_line {
    const g3_command *command;
    int count;
    char **words;
    int at; /* next word */
    g3_text_list *operands;
    g3_error *error;
} command_line;

static found_option find_option(const g3_command *command, g3_view name, char letter)
{
    for (size_t g = 0; g < command->group_count; g++) {
        const g3_option_group *group = &command->groups[g];
        for (size_t i = 0; i < group->count; i++) {
            const g3_option *option = &group->options[i];
            if (letter ? option->letter == letter : g3_view_equal(g3_view_of(option->name), name))
                return (found_option){option, group->values};
        }
    }
    return (found_option){0};
}

static bool read_size(const char *text, int64_t *bytes)
{
    static const char UNITS[] = "kMGT";
    g3_view digits = g3_view_of(text);
    int64_t factor = 1;
    if (digits.length && strchr("bB", digits.data[digits.length - 1]))
        digits.length--;
    if (digits.length) {
        char last = digits.data[digits.length - 1];
        const char *unit = strchr(UNITS, last == 'K' ? 'k' : last);
        if (unit) {
            factor = (int64_t)1 << (10 * (unit - UNITS + 1));
            digits.length--;
        }
    }
    return g3_view_to_size(digits, bytes) && !__builtin_mul_overflow(*bytes, factor, bytes);
}

static bool read_seconds(const char *text, double *seconds)
{
    static const struct {
        const char *unit;
        double factor;
    } UNITS[] = {{"", 1}, {"s", 1}, {"ms", 0.001}, {"m", 60}, {"h", 3600}};
    char *rest;
    errno = 0;
    *seconds = strtod(text, &rest);
    if (rest == text || errno || *seconds < 0)
        return false;
    for (size_t i = 0; i < G3_COUNT(UNITS); i++)
        if (strcmp(rest, UNITS[i].unit) == 0) {
            *seconds *= UNITS[i].factor;
            return isfinite(*seconds);
        }
    return false;
}

static bool read_choice(const char *choices, const char *text, int *chosen)
{
    int index = 0;
    for (const char *word = choices; word; index++) {
        const char *bar = strchr(word, '|');
        g3_view choice = {word, bar ? (size_t)(bar - word) : strlen(word)};
        if (g3_view_equal(choice, g3_view_of(text))) {
            *chosen = index;
            return true;
        }
        word = bar ? bar + 1 : NULL;
    }
    return false;
}

static bool read_char(const char *text, char *c)
{
    if (strcmp(text, "\\t") == 0 || strcmp(text, "tab") == 0)
        *c = '\t';
    else if (text[0] && !text[1])
        *c = text[0];
    else
        return false;
    return true;
}

static bool store_value(found_option found, const char *text, const char *spelling, g3_error *error)
{
    const g3_option *option = found.option;
    void *at = found.values + option->at;
    switch (option->kind) {
    case G3_OPTION_FLAG:
        *(bool *)at = true;
        return true;
    case G3_OPTION_TEXT:
        *(const char **)at = text;
        return true;
    case G3_OPTION_LIST: {
        g3_text_list *list = at;
        list->items = g3_reallocate(list->items, list->count + 1, sizeof *list->items);
        list->items[list->count++] = text;
        return true;
    }
    case G3_OPTION_COUNT: {
        int64_t count;
        if (!g3_view_to_size(g3_view_of(text), &count) || count < option->least)
            return g3_fail(error, G3_EXIT_USAGE, "%s \"%s\" is not a whole number of at least %lld",
                           spelling, text, (long long)option->least);
        *(int64_t *)at = count;
        return true;
    }
    case G3_OPTION_SIZE:
        return read_size(text, at) ||
               g3_fail(error, G3_EXIT_USAGE, "%s \"%s\" is not a size such as 64M or 1G", spelling,
                       text);
    case G3_OPTION_SECONDS:
        return read_seconds(text, at) ||
               g3_fail(error, G3_EXIT_USAGE, "%s \"%s\" is not a time such as 20ms, 1.5s or 5m",
                       spelling, text);
    case G3_OPTION_CHOICE:
        return read_choice(option->choices, text, at) ||
               g3_fail(error, G3_EXIT_USAGE, "%s \"%s\" is none of %s", spelling, text,
                       option->choices);
    case G3_OPTION_CHAR:
        return read_char(text, at) ||
               g3_fail(error, G3_EXIT_USAGE, "%s \"%s\" is not one character (or \\t)", spelling,
                       text);
    }
    return false;
}

static void add_operand(g3_text_list *operands, const char *word)
{
    operands->items = g3_reallocate(operands->items, operands->count + 1, sizeof *operands->items);
    operands->items[operands->count++] = word;
}

static bool fail_unknown(const command_line *line, const char *word)
{
    return g3_fail(line->error, G3_EXIT_USAGE, "there is no option %s; %s --help lists them", word,
                   line->command->name);
}

/* The next word as a value, or NULL with an error. */
static const char *take_value(command_line *line, const char *spelling)
{
    if (line->at < line->count)
        return line->words[line->at++];
    g3_fail(line->error, G3_EXIT_USAGE, "%s needs a value; see %s --help", spelling,
            line->command->name);
    return NULL;
}

/* --name, --name=VALUE or --name VALUE. */
static bool read_long(command_line *line, char *word)
{
    char *equals = strchr(word, '=');
    g3_view name = {word + 2, equals ? (size_t)(equals - word - 2) : strlen(word + 2)};
    found_option found = find_option(line->command, name, 0);
    if (!found.option)
        return fail_unknown(line, word);
    char spelling[64];
    snprintf(spelling, sizeof spelling, "--%s", found.option->name);
    if (found.option->kind == G3_OPTION_FLAG) {
        if (equals)
            return g3_fail(line->error, G3_EXIT_USAGE, "%s takes no value", spelling);
        return store_value(found, NULL, spelling, line->error);
    }
    const char *value = equals ? equals + 1 : take_value(line, spelling);
    return value && store_value(found, value, spelling, line->error);
}

/* -x, -xy (flags joined), -xVALUE or -x VALUE. */
static bool read_short(command_line *line, char *word)
{
    for (char *c = word + 1; *c; c++) {
        char spelling[] = {'-', *c, '\0'};
        found_option found = find_option(line->command, (g3_view){0}, *c);
        if (!found.option)
            return fail_unknown(line, spelling);
        if (found.option->kind == G3_OPTION_FLAG) {
            store_value(found, NULL, spelling, line->error);
            continue;
        }
        const char *value = c[1] ? c + 1 : take_value(line, spelling);
        return value && store_value(found, value, spelling, line->error);
    }
    return true;
}

static bool read_variables(const g3_command *command, g3_error *error)
{
    for (size_t g = 0; g < command->group_count; g++) {
        const g3_option_group *group = &command->groups[g];
        for (size_t i = 0; i < group->count; i++) {
            const g3_option *option = &group->options[i];
            const char *text = option->variable ? getenv(option->variable) : NULL;
            if (text && *text &&
                !store_value((found_option){option, group->values}, text, option->variable, error))
                return false;
        }
    }
    return true;
}

static bool print_generated(const g3_command *command, const char *what, g3_error *error)
{
    static const struct {
        const char *what;
        void (*print)(const g3_command *command, FILE *out);
    } TEXTS[] = {{"markdown", g3_options_print_markdown},
                 {"bash", g3_options_print_bash},
                 {"zsh", g3_options_print_zsh},
                 {"fish", g3_options_print_fish}};
    for (size_t i = 0; what && i < G3_COUNT(TEXTS); i++)
        if (strcmp(what, TEXTS[i].what) == 0) {
            TEXTS[i].print(command, stdout);
            return true;
        }
    return g3_fail(error, G3_EXIT_USAGE, "--generate takes markdown, bash, zsh or fish");
}

/* --help, --version and --generate, which every command has. */
static g3_options_result answer_common(command_line *line, const char *word)
{
    static const char GENERATE[] = "--generate";
    const g3_command *command = line->command;
    const char *behind = word + strlen(GENERATE);
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
        g3_options_print_help(command, stdout);
    else if (strcmp(word, "--version") == 0)
        printf("%s (g3tools) %s\n", command->name, G3_VERSION);
    else if (strncmp(word, GENERATE, strlen(GENERATE)) != 0 || (*behind && *behind != '='))
        return G3_OPTIONS_RUN;
    else if (!print_generated(command, *behind ? behind + 1 : line->words[line->at], line->error))
        return G3_OPTIONS_WRONG;
    bool written = !ferror(stdout) && fflush(stdout) == 0;
    if (written || errno == EPIPE) /* a reader that has seen enough is no fault */
        return G3_OPTIONS_SHOWN;
    g3_fail(line->error, G3_EXIT_LOCAL, "standard output: %s", strerror(errno));
    return G3_OPTIONS_WRONG;
}

g3_options_result g3_options_parse(const g3_command *command, int argc, char **argv,
                                   g3_text_list *operands, g3_error *error)
{
    command_line line = {command, argc, argv, 1, operands, error};
    bool only_operands = false;
    if (!read_variables(command, error))
        return G3_OPTIONS_WRONG;
    while (line.at < argc) {
        char *word = argv[line.at++];
        if (only_operands || word[0] != '-' || !word[1]) {
            add_operand(operands, word);
            continue;
        }
        if (strcmp(word, "--") == 0) {
            only_operands = true;
            continue;
        }
        g3_options_result common = answer_common(&line, word);
        if (common != G3_OPTIONS_RUN)
            return common;
        if (!(word[1] == '-' ? read_long(&line, word) : read_short(&line, word)))
            return G3_OPTIONS_WRONG;
    }
    return G3_OPTIONS_RUN;
}
