/* Texts made from the options table: --help, the man page, the bash completion. */
#include "g3/base/options.h"

/* Column in --help where the explanations begin; a longer option goes on a line of its own. */
#define HELP_COLUMN 34
/* Width of a terminal line that the explanations are wrapped to. */
#define HELP_WIDTH 100

static const char EXIT_STATUS[] =
    "0 done, nothing to report; 1 done, with differences or rejected rows;\n"
    "2 wrong usage; 3 input unreadable or corrupt; 4 not authorised; 5 service failed after\n"
    "retries; 6 output or local I/O failed; 130 interrupted.\n";

static void print_argument(const g3_option *option, FILE *out)
{
    if (option->kind != G3_OPTION_FLAG)
        fprintf(out, " %s", option->choices ? option->choices : option->argument);
}

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

void g3_options_print_help(const g3_command *command, FILE *out)
{
    fprintf(out, "%s - %s\n\nUsage: %s [OPTION]... %s\n", command->name, command->purpose,
            command->name, command->operands);
    if (command->details)
        fprintf(out, "\n%s", command->details);
    for (size_t g = 0; g < command->group_count; g++) {
        const g3_option_group *group = &command->groups[g];
        fprintf(out, "\n%s:\n", group->title);
        for (size_t i = 0; i < group->count; i++)
            print_option_help(&group->options[i], out);
    }
    fprintf(out, "\nGeneral:\n  -h, --help                      this text\n"
                 "      --version                   name and version\n"
                 "      --generate man|bash         the man page; a completion for bash\n");
    if (command->examples)
        fprintf(out, "\nExamples:\n%s", command->examples);
    fprintf(out, "\nExit status: %s", EXIT_STATUS);
}

/* A text as roff: a backslash and a dash escaped, a dot or quote at a line's start kept from being
 * a request. */
static void print_roff(const char *text, FILE *out)
{
    bool line_start = true;
    for (; *text; text++) {
        if (line_start && (*text == '.' || *text == '\''))
            fputs("\\&", out);
        if (*text == '\\')
            fputs("\\e", out);
        else if (*text == '-')
            fputs("\\-", out);
        else
            fputc(*text, out);
        line_start = *text == '\n';
    }
}

static void print_option_man(const g3_option *option, FILE *out)
{
    fputs(".TP\n.B ", out);
    if (option->letter)
        fprintf(out, "\\-%c, ", option->letter);
    fputs("\\-\\-", out);
    print_roff(option->name, out);
    print_argument(option, out);
    fputc('\n', out);
    print_roff(option->help, out);
    if (option->variable)
        fprintf(out, " (environment: %s)", option->variable);
    fputc('\n', out);
}

void g3_options_print_man(const g3_command *command, FILE *out)
{
    fprintf(out, ".TH %s 1 \"\" \"g3tools %s\" \"g3tools\"\n.SH NAME\n", command->name, G3_VERSION);
    print_roff(command->name, out);
    fputs(" \\- ", out);
    print_roff(command->purpose, out);
    fputs("\n.SH SYNOPSIS\n.B ", out);
    print_roff(command->name, out);
    fputs("\n[OPTION]... ", out);
    print_roff(command->operands, out);
    if (command->details) {
        fputs("\n.SH DESCRIPTION\n", out);
        print_roff(command->details, out);
    }
    for (size_t g = 0; g < command->group_count; g++) {
        const g3_option_group *group = &command->groups[g];
        fputs("\n.SH ", out);
        print_roff(group->title, out);
        fputc('\n', out);
        for (size_t i = 0; i < group->count; i++)
            print_option_man(&group->options[i], out);
    }
    if (command->examples) {
        fputs(".SH EXAMPLES\n.nf\n", out);
        print_roff(command->examples, out);
        fputs(".fi\n", out);
    }
    fprintf(out, ".SH EXIT STATUS\n%s", EXIT_STATUS);
}

static void print_bash_choices(const g3_option *option, FILE *out)
{
    fprintf(out, "    --%s) COMPREPLY=($(compgen -W '", option->name);
    for (const char *c = option->choices; *c; c++)
        fputc(*c == '|' ? ' ' : *c, out);
    fputs("' -- \"$word\")); return ;;\n", out);
}

void g3_options_print_bash(const g3_command *command, FILE *out)
{
    fprintf(out,
            "_%s() {\n  local word=${COMP_WORDS[COMP_CWORD]} "
            "before=${COMP_WORDS[COMP_CWORD-1]}\n  case $before in\n",
            command->name);
    for (size_t g = 0; g < command->group_count; g++)
        for (size_t i = 0; i < command->groups[g].count; i++)
            if (command->groups[g].options[i].choices)
                print_bash_choices(&command->groups[g].options[i], out);
    fputs("  esac\n  case $word in\n    -*) COMPREPLY=($(compgen -W '--help --version", out);
    for (size_t g = 0; g < command->group_count; g++)
        for (size_t i = 0; i < command->groups[g].count; i++)
            fprintf(out, " --%s", command->groups[g].options[i].name);
    fprintf(out,
            "' -- \"$word\")) ;;\n    *) COMPREPLY=($(compgen -f -- \"$word\")) ;;\n  esac\n}\n"
            "complete -o filenames -F _%s %s\n",
            command->name, command->name);
}
