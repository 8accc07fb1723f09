/* The text of --help, made from the options table. */
#include "options_inside.h"

/* Column in --help where the explanations begin; a longer option goes on a line of its own. */
#define HELP_COLUMN 34
/* Width of a terminal line that the explanations are wrapped to. */
#define HELP_WIDTH 100

static const char EXIT_STATUS[] =
    "0 done, nothing to report; 1 done, with differences or rejected rows;\n"
    "2 wrong usage; 3 input unreadable or corrupt; 4 not authorised; 5 service failed after\n"
    "retries; 6 output or local I/O failed; 130 interrupted.\n";

/* "  -e, --endpoint URL"; returns the columns used. */
static int print_spelling(const g3_option *option, FILE *out)
{
    int used = option->letter ? fprintf(out, "  -%c, --%s", option->letter, option->name)
                              : fprintf(out, "      --%s", option->name);
    if (option->kind != G3_OPTION_FLAG)
        used += fprintf(out, " %s", option->choices ? option->choices : option->argument);
    return used;
}

/* Prints words from `column` on, wrapped, each new line indented to HELP_COLUMN. */
static void print_wrapped(const char *text, int column, FILE *out)
{
    while (*text) {
        int length = (int)strcspn(text, " ");
        if (column + length > HELP_WIDTH) {
            fprintf(out, "\n%*s", HELP_COLUMN, "");
            column = HELP_COLUMN;
        }
        fprintf(out, "%.*s", length, text);
        column += length;
        text += length;
        if (*text == ' ') {
            if (column < HELP_WIDTH)
                fputc(' ', out);
            column++;
            text++;
        }
    }
}

static void print_option_help(const g3_option *option, FILE *out)
{
    int used = print_spelling(option, out);
    if (used + 2 > HELP_COLUMN) {
        fputc('\n', out);
        used = 0;
    }
    fprintf(out, "%*s", HELP_COLUMN - used, "");
    print_wrapped(option->help, HELP_COLUMN, out);
    if (option->variable)
        fprintf(out, " [%s]", option->variable);
    fputc('\n', out);
}

/* "  get GUID...  these records, a line each": the explanations in one column. */
static void print_operations(const g3_command *command, FILE *out)
{
    int width = 0;
    for (size_t i = 0; i < command->operation_count; i++) {
        const g3_command_operation *listed = &command->operations[i];
        int length = (int)(strlen(listed->name) + strlen(listed->operands));
        width = length > width ? length : width;
    }
    fputs("\nOperations:\n", out);
    for (size_t i = 0; i < command->operation_count; i++) {
        const g3_command_operation *listed = &command->operations[i];
        fprintf(out, "  %s %-*s  %s\n", listed->name, width - (int)strlen(listed->name),
                listed->operands, listed->help);
    }
}

void g3_options_print_help(const g3_command *command, FILE *out)
{
    const g3_option_group *group;
    fprintf(out, "%s - %s\n\nUsage: %s [OPTION]...%s%s\n", command->name, command->purpose,
            command->name, *command->operands ? " " : "", command->operands);
    if (command->details)
        fprintf(out, "\n%s", command->details);
    if (command->operation_count)
        print_operations(command, out);
    for (size_t g = 0; (group = g3_options_group(command, g)); g++) {
        fprintf(out, "\n%s:\n", group->title);
        for (size_t i = 0; i < group->count; i++)
            print_option_help(&group->options[i], out);
    }
    if (command->examples)
        fprintf(out, "\nExamples:\n%s", command->examples);
    fprintf(out, "\nExit status: %s", EXIT_STATUS);
}
