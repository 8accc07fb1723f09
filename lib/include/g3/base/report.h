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

G3_BEGIN_C

typedef enum g3_progress_mode {
    G3_PROGRESS_AUTO,
    G3_PROGRESS_ALWAYS,
    G3_PROGRESS_NEVER,
} g3_progress_mode;

typedef struct g3_reporter {
    const char *tool;    /* program name put in front of each message; borrowed */
    bool quiet;          /* -q: neither notes nor warnings nor progress; errors only */
    bool json;           /* --log json */
    bool progress;       /* whether progress lines are drawn (decided at set-up) */
    bool progress_drawn; /* a progress line is on the terminal and must be wiped first */
    double last_draw;    /* of the progress line, by g3_clock() */
} g3_reporter;

/* @param mode  AUTO: progress only where standard error is a terminal and `quiet` is not set */
void g3_reporter_set_up(g3_reporter *reporter, const char *tool, bool quiet, bool json,
                        g3_progress_mode mode);

/* A result or a summary worth saying, as printf; nothing under -q. */
void g3_note(g3_reporter *reporter, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Something that the user should look at though the work goes on; nothing under -q. */
void g3_warn(g3_reporter *reporter, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Says what ended the work (nothing if the output's reader went away).
 * @return the exit status that goes with it, for main to return. */
int g3_report_error(g3_reporter *reporter, const g3_error *error);

/* Redraws the progress line, at most ten times a second; with `--log json` writes a line of level
 * "progress", at most one a second. A no-op where progress is off. */
void g3_progress(g3_reporter *reporter, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Wipes the progress line, at the end of the work. */
void g3_progress_end(g3_reporter *reporter);

G3_END_C

#endif
