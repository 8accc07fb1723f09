/* The parts of a tool's manual that the options table holds, in Markdown. scripts/make-manual puts
 * them into the page that docs/ has of the tool, and turns that into a man page. */
#include "options_inside.h"

/* A text with what Markdown would take for a mark escaped. */
static void print_text(const char *text, FILE *out)
{
    for (; *text; text++) {
        if (strchr("\\`*_<[", *text))
            fputc('\\', out);
        fputc(*text, out);
    }
}

/* "- `-e, --endpoint URL`: the commons" */
static void print_option(const g3_option *option, FILE *out)
{
    fputs("- `", out);
    if (option->letter)
        fprintf(out, "-%c, ", option->letter);
    fprintf(out, "--%s", option->name);
    if (option->kind != G3_OPTION_FLAG)
        fprintf(out, " %s", option->choices ? option->choices : option->argument);
    fputs("`: ", out);
    print_text(option->help, out);
    if (option->variable)
        fprintf(out, " (environment: `%s`)", option->variable);
    fputc('\n', out);
}

static void print_operations(const g3_command *command, FILE *out)
{
    fputs("\n## Operations\n\n", out);
    for (size_t i = 0; i < command->operation_count; i++) {
        const g3_command_operation *listed = &command->operations[i];
        fprintf(out, "- `%s%s%s`: ", listed->name, *listed->operands ? " " : "", listed->operands);
        print_text(listed->help, out);
        fputc('\n', out);
    }
}

void g3_options_print_markdown(const g3_command *command, FILE *out)
{
    const g3_option_group *group;
    fprintf(out, "# %s\n\n", command->name);
    print_text(command->purpose, out);
    fprintf(out, "\n\n## Synopsis\n\n`%s [OPTION]...%s%s`\n", command->name,
            *command->operands ? " " : "", command->operands);
    if (command->operation_count)
        print_operations(command, out);
    fputs("\n## Options\n", out);
    for (size_t g = 0; (group = g3_options_group(command, g)); g++) {
        fprintf(out, "\n### %s\n\n", group->title);
        for (size_t i = 0; i < group->count; i++)
            print_option(&group->options[i], out);
    }
}
