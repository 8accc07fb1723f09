/* base: an option table, views, buffers, hashes. Prints part K of N that each word falls into. */
#include <g3/base/buffer.h>
#include <g3/base/hash.h>
#include <g3/base/options.h>
#include <g3/base/report.h>
#include <stdlib.h>

typedef struct settings {
    int64_t parts;
} settings;

static const g3_option OPTIONS[] = {{.name = "parts",
                                     .letter = 'n',
                                     .kind = G3_OPTION_COUNT,
                                     .argument = "N",
                                     .least = 1,
                                     .at = offsetof(settings, parts),
                                     .help = "how many there are (default: 2)"}};

int main(int argc, char **argv)
{
    settings mine = {.parts = 2};
    g3_option_group groups[] = {{"Parting", OPTIONS, G3_COUNT(OPTIONS), &mine}};
    const g3_command command = {.name = "parts",
                                .purpose = "say which part each word falls into",
                                .operands = "WORD...",
                                .groups = groups,
                                .group_count = G3_COUNT(groups)};
    g3_text_list words = {0};
    g3_reporter reporter;
    g3_error error;
    g3_reporter_set_up(&reporter, command.name, false, false, G3_PROGRESS_NEVER);
    g3_options_result result = g3_options_parse(&command, argc, argv, &words, &error);
    if (result == G3_OPTIONS_WRONG)
        return g3_report_error(&reporter, &error);
    g3_buffer out = {0};
    for (size_t i = 0; result == G3_OPTIONS_RUN && i < words.count; i++) {
        uint64_t part = g3_hash(g3_view_of(words.items[i])) % (uint64_t)mine.parts;
        g3_buffer_append_format(&out, "%s %d\n", words.items[i], (int)part);
    }
    fwrite(out.data, 1, out.length, stdout);
    g3_buffer_free(&out);
    free(words.items);
    return G3_EXIT_DONE;
}
