/* What a tool tells its user on standard error: messages and progress.
 *
 * A reporter is made in main and handed down; it is the only thing of ours that writes to standard
 * error. Text form: `g3-verify: warning: m.csv:17: ...`; with `--log json` one JSON object a line:
 * {"time","tool","level","message"}. Safe to call from one thread at a time.
 */
#ifndef G3_BASE_REPORT_H
#define G3_BASE_REPORT_H

#include "g3/base/abi.h"
#include "g3/base/error.h"
#include "g3/base/series.h"

G3_BEGIN_C

/* When progress is drawn (--progress). */
typedef enum g3_progress_mode {
    G3_PROGRESS_AUTO,
    G3_PROGRESS_ALWAYS,
    G3_PROGRESS_NEVER,
} g3_progress_mode;

/* How far a run is, as those know it who do the work; all zero where there is nothing to tell. */
typedef struct g3_progress_facts {
    uint64_t done;     /* of what there is to do: rows, records */
    uint64_t total;    /* 0: not known */
    int64_t in_flight; /* requests; the engine's, as what follows */
    uint64_t repeats;
    uint64_t rejected; /* rows */
    double rate; /* of `done`, a second, over the last seconds; the reporter's, as what follows */
    double rate_time; /* when it was worked out, by g3_clock(); 0: never */
    uint64_t rate_done;
} g3_progress_facts;

/* Who speaks to the user, and in which form. */
typedef struct g3_reporter {
    const char *tool;    /* program name put in front of each message; borrowed */
    bool quiet;          /* -q: neither notes nor warnings nor progress; errors only */
    bool json;           /* --log json */
    bool progress;       /* whether progress lines are drawn (decided at set-up) */
    bool progress_drawn; /* a progress line is on the terminal and must be wiped first */
    double last_draw;    /* of the progress line, by g3_clock() */
    int progress_file;   /* descriptor that progress is written to as JSON lines, or 0 */
    double last_line;    /* of those, by g3_clock() */
    g3_progress_facts facts;
    g3_series *series; /* notes what is done when, or NULL; borrowed */
} g3_reporter;

/* Makes a reporter, in main; there is nothing to free.
 * @param mode  AUTO: progress only where standard error is a terminal and `quiet` is not set */
void g3_reporter_set_up(g3_reporter *reporter, const char *tool, bool quiet, bool json,
                        g3_progress_mode mode);

/* A result or a summary worth saying, as printf; nothing under -q. */
void g3_note(g3_reporter *reporter, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Something that the user should look at though the work goes on; nothing under -q. */
void g3_warn(g3_reporter *reporter, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Says what ended the work (nothing if the output's reader went away).
 * @return the exit status that goes with it, for main to return. */
int g3_report_error(g3_reporter *reporter, const g3_error *error);

/* Says how far the work is, for the rate and the time left; before g3_progress().
 * Told to `series` as well, whether progress is drawn or not.
 * @param total  0: not known */
void g3_progress_of(g3_reporter *reporter, uint64_t done, uint64_t total);

/* Says how much was done before this run: it is no part of the rate. */
void g3_progress_skip(g3_reporter *reporter, uint64_t done);

/* Redraws the progress line, at most ten times a second: the words, and of the facts what there is
 * (rate, part done, time left, requests in flight and repeated, rows rejected), cut to the
 * terminal's width as it is now. With `--log json` writes a line of level "progress", at most one a
 * second; to progress_file as well. SIGUSR1 has the line written once, wherever progress is off. */
void g3_progress(g3_reporter *reporter, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Wipes the progress line, at the end of the work. */
void g3_progress_end(g3_reporter *reporter);

G3_END_C

#endif
