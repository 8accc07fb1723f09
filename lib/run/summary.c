/* Summaries of runs. Called by what ends a run, and by its report. */
#include "g3/run/summary.h"
#include <inttypes.h>
#include <stdlib.h>

static g3_summary_item *add_item(g3_summary *summary, g3_summary_kind kind, const char *label)
{
    if (summary->count == summary->room) {
        summary->room = 2 * summary->room + 8; /* a usual summary */
        summary->items = g3_reallocate(summary->items, summary->room, sizeof *summary->items);
    }
    g3_summary_item *item = &summary->items[summary->count++];
    *item = (g3_summary_item){.kind = kind};
    item->label = g3_arena_copy(&summary->arena, g3_view_of(label));
    return item;
}

void g3_summary_count(g3_summary *summary, g3_summary_kind kind, const char *label, uint64_t count,
                      const char *before, const char *after)
{
    add_item(summary, kind, label)->count = count;
    g3_buffer_append_format(&summary->text, "%s%" PRIu64 "%s", before, count, after);
}

void g3_summary_amount(g3_summary *summary, const char *label, double amount, int digits,
                       const char *before, const char *after)
{
    g3_summary_item *item = add_item(summary, G3_SUMMARY_COUNT, label);
    item->fractional = true;
    item->amount = amount;
    item->digits = digits;
    g3_buffer_append_format(&summary->text, "%s%.*f%s", before, digits, amount, after);
}

void g3_summary_seconds(g3_summary *summary, double seconds)
{
    g3_summary_amount(summary, "seconds", seconds, 1, ", ", " s");
}

void g3_summary_words(g3_summary *summary, const char *words)
{
    g3_buffer_append_text(&summary->text, words);
}

void g3_summary_say(const g3_summary *summary, g3_reporter *reporter)
{
    g3_view left = g3_buffer_view(&summary->text);
    while (left.length) {
        const char *end = memchr(left.data, '\n', left.length);
        size_t length = end ? (size_t)(end - left.data) : left.length;
        g3_note(reporter, "%.*s", (int)length, left.data);
        length += end != NULL;
        left = (g3_view){left.data + length, left.length - length};
    }
}

void g3_summary_free(g3_summary *summary)
{
    g3_buffer_free(&summary->text);
    free(summary->items);
    g3_arena_free(&summary->arena);
    *summary = (g3_summary){0};
}
