/* Any text as a graph query: once a page is put into it, it is a query still, of the same fields,
 * none of which could be paged once more. And any text as the answers of the graph and of the
 * submission service: messages are lines, entities are told apart. */
#include "g3/commons/graph.h"
#include "g3/commons/submission.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_query(g3_view text)
{
    const g3_graph_page page = {.first = 7, .offset = 14, .ordered = true};
    g3_arena arena = {0};
    g3_graph_query query, paged;
    g3_buffer made = {0};
    g3_error error;
    if (g3_graph_query_read(&query, text, &arena, &error)) {
        g3_graph_query_append(&made, &query, &page);
        if (!g3_graph_query_read(&paged, g3_buffer_view(&made), &arena, &error) ||
            paged.count != query.count)
            abort();
        for (size_t i = 0; i < paged.count; i++)
            if (paged.fields[i].pageable || paged.fields[i].is_list != query.fields[i].is_list ||
                !g3_view_equal(paged.fields[i].name, query.fields[i].name))
                abort();
    } else if (error.exit != G3_EXIT_USAGE) {
        abort();
    }
    g3_buffer_free(&made);
    g3_arena_free(&arena);
}

static void check_errors(g3_view text)
{
    g3_buffer lines = {0};
    size_t count = g3_graph_append_errors(&lines, text), ends = 0;
    for (size_t i = 0; i < lines.length; i++)
        ends += lines.data[i] == '\n';
    if (ends != count)
        abort();
    g3_buffer_free(&lines);
}

static void check_submission(g3_view text)
{
    g3_arena arena = {0};
    g3_submission_answer answer;
    if (g3_submission_read(text, &arena, &answer))
        for (size_t i = 0; i < answer.count; i++)
            if (answer.entities[i].errors.length &&
                memchr(answer.entities[i].errors.data, '\n', answer.entities[i].errors.length))
                abort();
    g3_arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    g3_view text = {(const char *)data + 1, size - 1};
    switch (data[0] % 3) {
    case 0:
        check_query(text);
        break;
    case 1:
        check_errors(text);
        break;
    default:
        check_submission(text);
    }
    return 0;
}
