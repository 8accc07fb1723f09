/* Command lines by the table. */
#include "g3/base/options.h"
#include <criterion/criterion.h>
#include <stdlib.h>

typedef struct values {
    bool flag, other;
    const char *text;
    g3_text_list list;
    int64_t count, size;
    double seconds;
    int choice;
    char c;
} values;

static const g3_option TABLE[] = {
    {.name = "flag",
     .letter = 'f',
     .kind = G3_OPTION_FLAG,
     .at = offsetof(values, flag),
     .help = "a flag"},
    {.name = "other",
     .letter = 'o',
     .kind = G3_OPTION_FLAG,
     .at = offsetof(values, other),
     .help = "one more"},
    {.name = "text",
     .letter = 't',
     .kind = G3_OPTION_TEXT,
     .at = offsetof(values, text),
     .argument = "T",
     .variable = "G3_TEST_TEXT",
     .help = "a text"},
    {.name = "list",
     .kind = G3_OPTION_LIST,
     .at = offsetof(values, list),
     .argument = "L",
     .help = "texts"},
    {.name = "count",
     .letter = 'n',
     .kind = G3_OPTION_COUNT,
     .at = offsetof(values, count),
     .argument = "N",
     .least = 1,
     .help = "a number"},
    {.name = "size",
     .kind = G3_OPTION_SIZE,
     .at = offsetof(values, size),
     .argument = "S",
     .help = "a size"},
    {.name = "seconds",
     .kind = G3_OPTION_SECONDS,
     .at = offsetof(values, seconds),
     .argument = "S",
     .help = "a time"},
    {.name = "choice",
     .kind = G3_OPTION_CHOICE,
     .at = offsetof(values, choice),
     .choices = "auto|csv|tsv",
     .help = "a choice"},
    {.name = "char",
     .kind = G3_OPTION_CHAR,
     .at = offsetof(values, c),
     .argument = "C",
     .help = "a byte"},
};

/* Parses words given as one text parted by blanks. */
static g3_options_result parse(const char *line, values *into, g3_text_list *operands,
                               g3_error *error)
{
    static char words[512];
    static char *argv[32];
    int argc = 0;
    g3_option_group group = {"Test", TABLE, G3_COUNT(TABLE), into};
    g3_command command = {.name = "g3-test", .operands = "", .groups = &group, .group_count = 1};
    snprintf(words, sizeof words, "g3-test %s", line);
    for (char *word = strtok(words, " "); word; word = strtok(NULL, " "))
        argv[argc++] = word;
    argv[argc] = NULL;
    return g3_options_parse(&command, argc, argv, operands, error);
}

Test(options, every_kind_and_spelling)
{
    values got = {0};
    g3_text_list operands = {0};
    g3_error error = {0};
    cr_assert_eq(
        parse("one -fon3 --text=a=b --list x two --list y --size 64M --seconds 20ms --choice tsv "
              "--char \\t - -- -z",
              &got, &operands, &error),
        G3_OPTIONS_RUN, "%s", error.message);
    cr_assert(got.flag && got.other);
    cr_assert_eq(got.count, 3);
    cr_assert_str_eq(got.text, "a=b");
    cr_assert_eq(got.list.count, 2);
    cr_assert_str_eq(got.list.items[1], "y");
    cr_assert_eq(got.size, 64 << 20);
    cr_assert_float_eq(got.seconds, 0.020, 1e-12);
    cr_assert_eq(got.choice, 2);
    cr_assert_eq(got.c, '\t');
    cr_assert_eq(operands.count, 4);
    cr_assert_str_eq(operands.items[2], "-");
    cr_assert_str_eq(operands.items[3], "-z");
    free(got.list.items);
    free(operands.items);
}

Test(options, mistakes_name_the_word)
{
    static const struct {
        const char *line, *message;
    } CASES[] = {
        {"--nonsense", "there is no option --nonsense; g3-test --help lists them"},
        {"-z", "there is no option -z; g3-test --help lists them"},
        {"--fla", "there is no option --fla; g3-test --help lists them"},
        {"--flag=1", "--flag takes no value"},
        {"--text", "--text needs a value; see g3-test --help"},
        {"-n 0", "-n \"0\" is not a whole number of at least 1"},
        {"--count=x", "--count \"x\" is not a whole number of at least 1"},
        {"--size 1Q", "--size \"1Q\" is not a size such as 64M or 1G"},
        {"--size 9000000000G", "--size \"9000000000G\" is not a size such as 64M or 1G"},
        {"--seconds -1", "--seconds \"-1\" is not a time such as 20ms, 1.5s or 5m"},
        {"--seconds 1e308h", "--seconds \"1e308h\" is not a time such as 20ms, 1.5s or 5m"},
        {"--seconds nan", "--seconds \"nan\" is not a time such as 20ms, 1.5s or 5m"},
        {"--choice xml", "--choice \"xml\" is none of auto|csv|tsv"},
        {"--char ab", "--char \"ab\" is not one character (or \\t)"},
    };
    for (size_t i = 0; i < G3_COUNT(CASES); i++) {
        values got = {0};
        g3_text_list operands = {0};
        g3_error error = {0};
        cr_assert_eq(parse(CASES[i].line, &got, &operands, &error), G3_OPTIONS_WRONG, "%s",
                     CASES[i].line);
        cr_assert_str_eq(error.message, CASES[i].message);
        cr_assert_eq(error.exit, G3_EXIT_USAGE);
    }
}

Test(options, the_environment_gives_way_to_the_command_line)
{
    values got = {0};
    g3_text_list operands = {0};
    g3_error error = {0};
    setenv("G3_TEST_TEXT", "from the environment", 1);
    cr_assert_eq(parse("", &got, &operands, &error), G3_OPTIONS_RUN);
    cr_assert_str_eq(got.text, "from the environment");
    cr_assert_eq(parse("-tgiven", &got, &operands, &error), G3_OPTIONS_RUN);
    cr_assert_str_eq(got.text, "given");
    unsetenv("G3_TEST_TEXT");
}

static const g3_command_operation OPERATIONS[] = {
    {"get", "ID...", "what's there"}, {"put", "ID [FILE]", "puts it: there"}, {"all", "", "lists"}};

/* What one of the texts is for a command with that table. @return owned by the caller */
static char *print_text(void (*print)(const g3_command *, FILE *), const g3_option *options,
                        size_t count)
{
    g3_option_group group = {"Test", options, count, NULL};
    g3_command command = {.name = "g3-test",
                          .purpose = "test",
                          .operands = "OPERATION [ID]...",
                          .operations = OPERATIONS,
                          .operation_count = G3_COUNT(OPERATIONS),
                          .groups = &group,
                          .group_count = 1};
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    print(&command, out);
    fclose(out);
    return text;
}

Test(options, texts_name_every_option_and_operation)
{
    void (*print[])(const g3_command *, FILE *) = {g3_options_print_help, g3_options_print_markdown,
                                                   g3_options_print_bash, g3_options_print_zsh,
                                                   g3_options_print_fish};
    for (size_t p = 0; p < G3_COUNT(print); p++) {
        char *text = print_text(print[p], TABLE, G3_COUNT(TABLE));
        for (size_t i = 0; i < G3_COUNT(TABLE); i++)
            cr_assert(strstr(text, TABLE[i].name), "%s is missing from\n%s", TABLE[i].name, text);
        for (size_t i = 0; i < G3_COUNT(OPERATIONS); i++)
            cr_assert(strstr(text, OPERATIONS[i].name), "%s is missing from\n%s",
                      OPERATIONS[i].name, text);
        cr_assert(strstr(text, "generate"));
        free(text);
    }
}

Test(options, texts_escape_what_their_readers_would_take_for_marks)
{
    static const g3_option ODD = {.name = "odd",
                                  .letter = 'x',
                                  .kind = G3_OPTION_TEXT,
                                  .argument = "FILE",
                                  .variable = "G3_ODD",
                                  .help = "it's [a] b:c_d*"};
    static const struct {
        void (*print)(const g3_command *, FILE *);
        const char *option, *operation;
    } CASES[] = {
        {g3_options_print_markdown,
         "- `-x, --odd FILE`: it's \\[a] b:c\\_d\\* (environment: `G3_ODD`)\n",
         "- `put ID [FILE]`: puts it: there\n"},
        {g3_options_print_zsh, "'(-x --odd)-x+[it'\\''s \\[a\\] b\\:c_d*]:FILE:_files'",
         "'put:puts it\\: there'\n"},
        {g3_options_print_fish, "-l odd -s x -r -F -d 'it\\'s [a] b:c_d*'\n",
         "-f -a get -d 'what\\'s there'\n"},
        {g3_options_print_bash, "--odd|-x) files=-f ;;", "words='get put all'"},
        {g3_options_print_help, "  -x, --odd FILE                  it's [a] b:c_d* [G3_ODD]\n",
         "Operations:\n  get ID...      what's there\n  put ID [FILE]  puts it: there\n"
         "  all            lists\n"},
    };
    for (size_t i = 0; i < G3_COUNT(CASES); i++) {
        char *text = print_text(CASES[i].print, &ODD, 1);
        cr_assert(strstr(text, CASES[i].option), "%s is missing from\n%s", CASES[i].option, text);
        cr_assert(strstr(text, CASES[i].operation), "%s is missing from\n%s", CASES[i].operation,
                  text);
        free(text);
    }
}
