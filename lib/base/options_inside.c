/* What the texts made from the options table share. */
#include "options_inside.h"

static const g3_option GENERAL_OPTIONS[] = {
    {.name = "help",
     .letter = 'h',
     .kind = G3_OPTION_FLAG,
     .help = "the options and their meaning"},
    {.name = "version", .kind = G3_OPTION_FLAG, .help = "name and version"},
    {.name = "generate",
     .kind = G3_OPTION_CHOICE,
     .choices = "markdown|bash|zsh|fish",
     .help = "the options as a part of the manual, or a completion for a shell"},
};

static const g3_option_group GENERAL = {"General", GENERAL_OPTIONS, G3_COUNT(GENERAL_OPTIONS),
                                        NULL};

const g3_option_group *g3_options_group(const g3_command *command, size_t number)
{
    if (number < command->group_count)
        return &command->groups[number];
    return number == command->group_count ? &GENERAL : NULL;
}

g3_offer g3_options_offer(const g3_option *option)
{
    static const char *const FILES[] = {"FILE", "JOURNAL", "MANIFEST", "PLAN"};
    if (option->kind == G3_OPTION_FLAG)
        return G3_OFFER_NO_VALUE;
    if (option->choices)
        return G3_OFFER_CHOICES;
    for (size_t i = 0; i < G3_COUNT(FILES); i++)
        if (strcmp(option->argument, FILES[i]) == 0)
            return G3_OFFER_FILES;
    return strcmp(option->argument, "DIR") == 0 ? G3_OFFER_FOLDERS : G3_OFFER_NOTHING;
}

bool g3_options_take_files(const g3_command *command)
{
    return command->operands[0] != '\0';
}

void g3_options_print_choices(const g3_option *option, char between, FILE *out)
{
    for (const char *c = option->choices; *c; c++)
        fputc(*c == '|' ? between : *c, out);
}

void g3_options_print_quoted(const char *text, const char *escaped, FILE *out)
{
    for (; *text; text++) {
        if (strchr(escaped, *text))
            fputc('\\', out);
        if (*text == '\'')
            fputs("'\\''", out);
        else
            fputc(*text, out);
    }
}

void g3_options_print_function(const g3_command *command, FILE *out)
{
    for (const char *c = command->name; *c; c++)
        fputc(*c == '-' ? '_' : *c, out);
}

void g3_options_print_with_value(const g3_command *command, const char *between, FILE *out)
{
    const g3_option_group *group;
    const char *before = "";
    for (size_t g = 0; (group = g3_options_group(command, g)); g++)
        for (size_t i = 0; i < group->count; i++) {
            const g3_option *option = &group->options[i];
            if (option->kind == G3_OPTION_FLAG)
                continue;
            fprintf(out, "%s--%s", before, option->name);
            before = between;
            if (option->letter)
                fprintf(out, "%s-%c", before, option->letter);
        }
}
