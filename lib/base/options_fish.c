/* The completion for fish, made from the options table. */
#include "options_inside.h"

/* A text inside of fish's single quotes, where only quotes and backslashes are escaped. */
static void print_quoted(const char *text, FILE *out)
{
    fputc('\'', out);
    for (; *text; text++) {
        if (*text == '\'' || *text == '\\')
            fputc('\\', out);
        fputc(*text, out);
    }
    fputc('\'', out);
}

static void print_value(const g3_option *option, FILE *out)
{
    switch (g3_options_offer(option)) {
    case G3_OFFER_NO_VALUE:
        break;
    case G3_OFFER_CHOICES:
        fputs(" -x -a '", out);
        g3_options_print_choices(option, ' ', out);
        fputc('\'', out);
        break;
    case G3_OFFER_FILES:
        fputs(" -r -F", out);
        break;
    case G3_OFFER_FOLDERS:
        fputs(" -x -a '(__fish_complete_directories)'", out);
        break;
    case G3_OFFER_NOTHING:
        fputs(" -x", out);
        break;
    }
}

static void print_option(const g3_command *command, const g3_option *option, FILE *out)
{
    fprintf(out, "complete -c %s -l %s", command->name, option->name);
    if (option->letter)
        fprintf(out, " -s %c", option->letter);
    print_value(option, out);
    fputs(" -d ", out);
    print_quoted(option->help, out);
    fputc('\n', out);
}

/* The operations are offered until there is an operand. */
static void print_operations(const g3_command *command, FILE *out)
{
    fputs("function __", out);
    g3_options_print_function(command, out);
    fputs("_lacks_operation\n    set -l words (commandline -poc)\n    set -l value no\n"
          "    for word in $words[2..-1]\n        if test $value = yes\n            set value no\n"
          "            continue\n        end\n        switch $word\n            case ",
          out);
    g3_options_print_with_value(command, " ", out);
    fputs("\n                set value yes\n            case '-*'\n            case '*'\n"
          "                return 1\n        end\n    end\n    return 0\nend\n",
          out);
    for (size_t i = 0; i < command->operation_count; i++) {
        const g3_command_operation *listed = &command->operations[i];
        fprintf(out, "complete -c %s -n __", command->name);
        g3_options_print_function(command, out);
        fprintf(out, "_lacks_operation -f -a %s -d ", listed->name);
        print_quoted(listed->help, out);
        fputc('\n', out);
    }
}

void g3_options_print_fish(const g3_command *command, FILE *out)
{
    const g3_option_group *group;
    fprintf(out, "# fish completion for %s, made by %s --generate fish\n", command->name,
            command->name);
    if (!g3_options_take_files(command))
        fprintf(out, "complete -c %s -f\n", command->name);
    if (command->operation_count)
        print_operations(command, out);
    for (size_t g = 0; (group = g3_options_group(command, g)); g++)
        for (size_t i = 0; i < group->count; i++)
            print_option(command, &group->options[i], out);
}
