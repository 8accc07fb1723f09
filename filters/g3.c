/* g3: one name in front of all tools. `g3 verify ...` is g3-verify. */
#include "g3/base/memory.h"
#include "g3/base/options.h"
#include "g3/base/report.h"
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* Longest path of a tool, and line of its help. */
#define PATH_SIZE 4096
#define LINE_SIZE 256

static const char PREFIX[] = "g3-";

/* The folder that this program is in, where the other tools are too; empty if it can't be told. */
static void find_folder(char folder[PATH_SIZE])
{
    ssize_t length = readlink("/proc/self/exe", folder, PATH_SIZE - 1);
    folder[length > 0 ? length : 0] = '\0';
    char *slash = strrchr(folder, '/');
    folder[slash ? slash - folder : 0] = '\0';
}

/* Becomes the tool: the one beside this program, else the one in PATH. Returns if there is none. */
static void become(const char *folder, const char *tool, char **argv)
{
    char path[2 * PATH_SIZE];
    snprintf(path, sizeof path, "%s/%s%s", folder, PREFIX, tool);
    argv[0] = strrchr(path, '/') + 1;
    execv(path, argv);
    if (errno == ENOENT)
        execvp(argv[0], argv);
}

/* The first line of a tool's help, "g3-parse - read manifests ..."; empty if it has none. */
static void read_purpose(const char *folder, const char *name, char line[LINE_SIZE])
{
    int ends[2];
    char path[2 * PATH_SIZE];
    line[0] = '\0';
    snprintf(path, sizeof path, "%s/%s", folder, name);
    if (pipe(ends) != 0)
        return;
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        close(ends[1]);
        execl(path, name, "--help", (char *)NULL);
        _exit(1);
    }
    close(ends[1]);
    FILE *help = fdopen(ends[0], "r");
    if (child > 0 && help && !fgets(line, LINE_SIZE, help))
        line[0] = '\0';
    while (help &&
           fgetc(help) != EOF) /* to its end, so that the tool does not meet a closed pipe */
        ;
    if (help)
        fclose(help);
    if (child > 0)
        waitpid(child, NULL, 0);
}

static int is_tool(const struct dirent *entry)
{
    return strncmp(entry->d_name, PREFIX, sizeof PREFIX - 1) == 0 && !strchr(entry->d_name, '.');
}

/* The tools there are, as g3 takes them, each with what it is for.
 * @return owned by the caller: free_tools() */
static g3_command_operation *find_tools(const char *folder, size_t *count)
{
    struct dirent **entries;
    int found = scandir(folder, &entries, is_tool, alphasort);
    g3_command_operation *tools = g3_allocate_zeroed(found > 0 ? (size_t)found : 1, sizeof *tools);
    *count = 0;
    for (int i = 0; i < found; i++) {
        char line[LINE_SIZE];
        read_purpose(folder, entries[i]->d_name, line);
        line[strcspn(line, "\n")] = '\0';
        const char *purpose = strstr(line, " - ");
        if (purpose) /* else it is none of ours */
            tools[(*count)++] = (g3_command_operation){
                g3_duplicate(g3_view_of(entries[i]->d_name + sizeof PREFIX - 1)), "",
                g3_duplicate(g3_view_of(purpose + strlen(" - ")))};
        free(entries[i]);
    }
    if (found >= 0)
        free(entries);
    return tools;
}

static void free_tools(g3_command_operation *tools, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free((char *)tools[i].name);
        free((char *)tools[i].help);
    }
    free(tools);
}

static void list_tools(const char *folder)
{
    size_t count;
    g3_command_operation *tools = find_tools(folder, &count);
    printf("usage: g3 TOOL [ARGUMENT]...   g3 help TOOL   g3 TOOL --help\n\n");
    for (size_t i = 0; i < count; i++)
        printf("  %-12s %s\n", tools[i].name, tools[i].help);
    free_tools(tools, count);
}

/* Options of g3 itself: --help, --version, --generate. */
static int show(const char *folder, int argc, char **argv, g3_reporter *reporter)
{
    size_t count;
    g3_command_operation *tools = find_tools(folder, &count);
    const g3_command command = {
        .name = "g3",
        .purpose = "run one of the g3 tools",
        .operands = "TOOL [ARGUMENT]...",
        .details =
            "g3 TOOL runs g3-TOOL with these arguments; g3 help lists the tools, g3 help TOOL "
            "is the help of one.\n",
        .examples = "  g3 parse manifest.csv\n  g3 help verify\n  g3 doctor\n",
        .operations = tools,
        .operation_count = count};
    g3_text_list operands = {0};
    g3_error error;
    g3_options_result result = g3_options_parse(&command, argc, argv, &operands, &error);
    free(operands.items);
    free_tools(tools, count);
    return result == G3_OPTIONS_WRONG ? g3_report_error(reporter, &error) : G3_EXIT_DONE;
}

int main(int argc, char **argv)
{
    char folder[PATH_SIZE];
    g3_reporter reporter;
    g3_error error;
    g3_reporter_set_up(&reporter, "g3", false, false, G3_PROGRESS_NEVER);
    find_folder(folder);
    bool help = argc > 1 && strcmp(argv[1], "help") == 0;
    if (argc > 1 && argv[1][0] == '-')
        return show(folder, argc, argv, &reporter);
    if (argc < 2 || (help && argc == 2)) {
        list_tools(folder);
        return argc < 2 ? G3_EXIT_USAGE : G3_EXIT_DONE;
    }
    const char *tool = argv[help ? 2 : 1];
    char *asked[] = {NULL, (char[]){"--help"}, NULL};
    errno = ENOENT;
    if (!strchr(tool, '/'))
        become(folder, tool, help ? asked : argv + 1);
    g3_fail(&error, errno == ENOENT ? G3_EXIT_USAGE : G3_EXIT_LOCAL,
            "there is no tool g3-%s (%s); g3 help lists them", tool, strerror(errno));
    return g3_report_error(&reporter, &error);
}
