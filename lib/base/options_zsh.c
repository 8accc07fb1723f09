/* The completion for zsh, made from the options table: a function of its completion system. */
#include "options_inside.h"

/* What _arguments would take for its own inside of a spec. */
#define SPEC_MARKS "\\:[]"

/* ":FILE:_files", behind an option that takes a value. */
static void print_value(const g3_option *option, FILE *out)
{
    g3_offer offer = g3_options_offer(option);
    if (offer == G3_OFFER_NO_VALUE)
        return;
    fputc(':', out);
    g3_options_print_quoted(option->argument ? option->argument : option->name, SPEC_MARKS, out);
    fputc(':', out);
    if (offer == G3_OFFER_CHOICES) {
        fputc('(', out);
        g3_options_print_choices(option, ' ', out);
        fputc(')', out);
    } else if (offer == G3_OFFER_FILES) {
        fputs("_files", out);
    } else if (offer == G3_OFFER_FOLDERS) {
        fputs("_files -/", out);
    } else { /* a message with the name of what is wanted */
        fputc(' ', out);
    }
}

/* One spelling of an option as a spec; `others` are spellings that are not offered behind it. */
static void print_spec(const g3_option *option, const char *others, const char *spelling,
                       const char *suffix, FILE *out)
{
    bool takes_value = option->kind != G3_OPTION_FLAG;
    fprintf(out, " \\\n  '%s%s%s[", others, spelling, takes_value ? suffix : "");
    g3_options_print_quoted(option->help, SPEC_MARKS, out);
    fputc(']', out);
    print_value(option, out);
    fputc('\'', out);
}

static void print_option(const g3_option *option, FILE *out)
{
    char name[64], letter[3] = {'-', option->letter}, others[80];
    snprintf(name, sizeof name, "--%s", option->name);
    if (option->kind == G3_OPTION_LIST)
        snprintf(others, sizeof others, "*");
    else if (option->letter)
        snprintf(others, sizeof others, "(%s %s)", letter, name);
    else
        snprintf(others, sizeof others, "(%s)", name);
    print_spec(option, others, name, "=", out);
    if (option->letter)
        print_spec(option, others, letter, "+", out);
}

static void print_operations(const g3_command *command, FILE *out)
{
    fputs("local -a operations=(\n", out);
    for (size_t i = 0; i < command->operation_count; i++) {
        const g3_command_operation *listed = &command->operations[i];
        fprintf(out, "  '%s:", listed->name);
        g3_options_print_quoted(listed->help, SPEC_MARKS, out);
        fputs("'\n", out);
    }
    fputs(")\n", out);
}

void g3_options_print_zsh(const g3_command *command, FILE *out)
{
    const g3_option_group *group;
    fprintf(out, "#compdef %s\n# made by %s --generate zsh\n", command->name, command->name);
    if (command->operation_count)
        print_operations(command, out);
    fputs("_arguments -s -S", out);
    for (size_t g = 0; (group = g3_options_group(command, g)); g++)
        for (size_t i = 0; i < group->count; i++)
            print_option(&group->options[i], out);
    if (command->operation_count)
        fputs(" \\\n  '1:operation:{ _describe operation operations }'", out);
    if (g3_options_take_files(command))
        fputs(" \\\n  '*:file:_files'", out);
    fputc('\n', out);
}
