/* The progress line, and progress as JSON lines. Called by the runs. */
#include "g3/base/clock.h"
#include "g3/base/interrupt.h"
#include "report.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Least seconds between two drawings of the progress line: smooth to the eye, free of cost. */
#define DRAW_INTERVAL 0.1

/* The same for progress as lines of a log, which stay. */
#define LOG_INTERVAL 1.0

/* Least seconds that a rate is measured over, and those after which an older one counts half. */
#define RATE_LEAST 0.25
#define RATE_HALF  3.0

/* Columns of a terminal that does not tell. */
#define DEFAULT_WIDTH 80

void g3_progress_of(g3_reporter *reporter, uint64_t done, uint64_t total)
{
    if (!reporter)
        return;
    reporter->facts.done = done;
    reporter->facts.total = total;
    if (reporter->series)
        g3_series_note(reporter->series, g3_clock(), done);
    if (reporter->facts.rate_time == 0) { /* what was done before is no part of the rate */
        reporter->facts.rate_time = g3_clock();
        reporter->facts.rate_done = done;
    }
}

void g3_progress_skip(g3_reporter *reporter, uint64_t done)
{
    if (reporter && reporter->series)
        g3_series_skip(reporter->series, g3_clock(), done);
    g3_progress_of(reporter, done, 0);
}

/* Brings the rate up to date. */
static void measure_rate(g3_progress_facts *facts, double now)
{
    double since = now - facts->rate_time;
    if (facts->done < facts->rate_done) { /* something else is counted from now on */
        facts->rate = 0;
        facts->rate_time = now;
        facts->rate_done = facts->done;
        return;
    }
    if (facts->rate_time == 0 || since < RATE_LEAST)
        return;
    double fresh = (double)(facts->done - facts->rate_done) / since;
    double weight = facts->rate > 0 ? since / (since + RATE_HALF) : 1;
    facts->rate += (fresh - facts->rate) * weight;
    facts->rate_time = now;
    facts->rate_done = facts->done;
}

/* Seconds left, or a negative number where there is no telling. */
static double time_left(const g3_progress_facts *facts)
{
    if (facts->total <= facts->done || facts->rate <= 0)
        return -1;
    return (double)(facts->total - facts->done) / facts->rate;
}

static void append_duration(g3_buffer *line, double seconds)
{
    uint64_t whole = (uint64_t)(seconds + 0.5);
    if (whole >= 3600)
        g3_buffer_append_format(line, "%" PRIu64 ":%02d:%02d", whole / 3600, (int)(whole / 60 % 60),
                                (int)(whole % 60));
    else
        g3_buffer_append_format(line, "%d:%02d", (int)(whole / 60), (int)(whole % 60));
}

/* Appends what the facts tell behind the words. */
static void append_facts(g3_buffer *line, const g3_progress_facts *facts)
{
    double left = time_left(facts);
    if (facts->total)
        g3_buffer_append_format(line, ", %.0f%%", 100 * (double)facts->done / (double)facts->total);
    if (facts->rate > 0)
        g3_buffer_append_format(line, ", %.0f/s", facts->rate);
    if (left >= 0) {
        g3_buffer_append_text(line, ", ");
        append_duration(line, left);
        g3_buffer_append_text(line, " left");
    }
    if (facts->in_flight)
        g3_buffer_append_format(line, ", %" PRId64 " in flight", facts->in_flight);
    if (facts->repeats)
        g3_buffer_append_format(line, ", %" PRIu64 " repeated", facts->repeats);
    if (facts->rejected)
        g3_buffer_append_format(line, ", %" PRIu64 " rejected", facts->rejected);
}

/* Cuts a line to the terminal's width, as it is now: a line that wraps could not be wiped. */
static void cut(g3_buffer *line)
{
    struct winsize size;
    size_t width = DEFAULT_WIDTH;
    if (!isatty(STDERR_FILENO))
        return;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col)
        width = size.ws_col;
    size_t at = 0, columns = 0;
    for (; at < line->length; at++) {
        bool begins = ((unsigned char)line->data[at] & 0xc0) != 0x80; /* of a character */
        if (begins && ++columns == width)
            break;
    }
    line->length = at;
}

static void write_json(g3_reporter *reporter, const char *words, int file)
{
    const g3_progress_facts *facts = &reporter->facts;
    g3_buffer line = {0};
    g3_report_append_json(&line, reporter->tool, "progress", words);
    line.length -= strlen("}\n");
    g3_buffer_append_format(&line, ",\"done\":%" PRIu64 ",\"total\":", facts->done);
    if (facts->total)
        g3_buffer_append_integer(&line, (int64_t)facts->total);
    else
        g3_buffer_append_text(&line, "null");
    g3_buffer_append_format(&line, ",\"rate\":%.1f,\"left\":", facts->rate);
    if (time_left(facts) >= 0)
        g3_buffer_append_format(&line, "%.0f", time_left(facts));
    else
        g3_buffer_append_text(&line, "null");
    g3_buffer_append_format(
        &line, ",\"in_flight\":%" PRId64 ",\"repeats\":%" PRIu64 ",\"rejected\":%" PRIu64 "}\n",
        facts->in_flight, facts->repeats, facts->rejected);
    ssize_t written = write(file, line.data, line.length); /* whoever reads it may have gone */
    (void)written;
    g3_buffer_free(&line);
}

/* Draws the line over the one before. */
static void draw(g3_reporter *reporter, const char *words, bool stays)
{
    g3_buffer line = {0};
    g3_buffer_append_format(&line, "%s: %s", reporter->tool, words);
    append_facts(&line, &reporter->facts);
    if (stays) {
        g3_progress_end(reporter);
        g3_buffer_append_char(&line, '\n');
        fwrite(line.data, 1, line.length, stderr);
    } else {
        cut(&line);
        reporter->progress_drawn = true;
        fprintf(stderr, "\r\033[K%.*s", (int)line.length, line.data);
    }
    g3_buffer_free(&line);
}

/* Whether it is time for another one. */
static bool is_due(double *last, double interval, double now)
{
    if (now - *last < interval)
        return false;
    *last = now;
    return true;
}

void g3_progress(g3_reporter *reporter, const char *format, ...)
{
    bool asked = g3_interrupt_take_inquiry();
    if (!reporter || (!reporter->progress && !reporter->progress_file && !asked))
        return;
    double now = g3_clock();
    double interval = reporter->json ? LOG_INTERVAL : reporter->progress_drawn ? DRAW_INTERVAL : 0;
    bool drawn = reporter->progress && is_due(&reporter->last_draw, interval, now);
    bool told = reporter->progress_file && is_due(&reporter->last_line, LOG_INTERVAL, now);
    if (!drawn && !told && !asked)
        return;
    char words[G3_ERROR_MESSAGE_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    measure_rate(&reporter->facts, now);
    if (told)
        write_json(reporter, words, reporter->progress_file);
    if (reporter->json && (drawn || asked))
        write_json(reporter, words, STDERR_FILENO);
    else if (drawn || asked)
        draw(reporter, words, asked);
}

void g3_progress_end(g3_reporter *reporter)
{
    if (reporter && reporter->progress_drawn) {
        fputs("\r\033[K", stderr);
        reporter->progress_drawn = false;
    }
}
