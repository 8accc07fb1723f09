/* What a run came to, described once: the line that ends it on the terminal and the table of its
 * report are made of the same counts in the same order.
 *
 * Zero-initialise to begin (`g3_summary summary = {0};`), g3_summary_free() to end. Each count has
 * the words around it in the line, and a label of its own in the table, where there are none:
 *
 *     g3_summary_count(&summary, G3_SUMMARY_COUNT, "rows", 10, "", " rows:");
 *     g3_summary_count(&summary, G3_SUMMARY_GOOD, "matched", 9, " ", " matched");
 *     g3_summary_count(&summary, G3_SUMMARY_FINDING, "missing", 1, ", ", " missing");
 *     g3_summary_seconds(&summary, 0.25);             10 rows: 9 matched, 1 missing, 0.2 s
 */
#ifndef G3_RUN_SUMMARY_H
#define G3_RUN_SUMMARY_H

#include "g3/base/abi.h"
#include "g3/base/buffer.h"
#include "g3/base/memory.h"
#include "g3/base/report.h"

G3_BEGIN_C

/* What a count tells. */
typedef enum g3_summary_kind {
    G3_SUMMARY_COUNT,   /* a number on its own; parts behind it are compared with each other */
    G3_SUMMARY_GOOD,    /* one of the parts that a chart compares: of what is as it should be */
    G3_SUMMARY_FINDING, /* another part: of what somebody should look at */
    G3_SUMMARY_DETAIL,  /* of the count before it */
} g3_summary_kind;

/* One number of a summary. */
typedef struct g3_summary_item {
    g3_summary_kind kind;
    g3_view label;   /* in the summary's arena */
    bool fractional; /* `amount` is the number, with so many `digits` behind the point; else `count`
                      */
    int digits;
    uint64_t count;
    double amount;
} g3_summary_item;

/* A summary that is being made, or is complete. */
typedef struct g3_summary {
    g3_buffer text; /* the line, or lines */
    g3_summary_item *items;
    size_t count, room;
    g3_arena arena;
} g3_summary;

/* Adds a count: to the line `before`, the number and `after`; to the table `label` and the number.
 * All texts are copied. */
void g3_summary_count(g3_summary *summary, g3_summary_kind kind, const char *label, uint64_t count,
                      const char *before, const char *after);

/* The same for a number with so many digits behind the point. */
void g3_summary_amount(g3_summary *summary, const char *label, double amount, int digits,
                       const char *before, const char *after);

/* Adds how long the run took: ", 1.5 s". */
void g3_summary_seconds(g3_summary *summary, double seconds);

/* Adds words to the line alone; "\n" begins another line. */
void g3_summary_words(g3_summary *summary, const char *words);

/* Says the line, or lines, as notes. */
void g3_summary_say(const g3_summary *summary, g3_reporter *reporter);

/* Gives the memory back; the summary is as new. */
void g3_summary_free(g3_summary *summary);

G3_END_C

#endif
