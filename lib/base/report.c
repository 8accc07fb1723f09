/* Messages on standard error. */
#include "report.h"
#include "g3/base/utf8.h"
#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

void g3_reporter_set_up(g3_reporter *reporter, const char *tool, bool quiet, bool json,
                        g3_progress_mode mode)
{
    *reporter = (g3_reporter){.tool = tool, .quiet = quiet, .json = json};
    reporter->progress = mode == G3_PROGRESS_ALWAYS ||
                         (mode == G3_PROGRESS_AUTO && !quiet && !json && isatty(STDERR_FILENO));
}

/* What JSON must escape is escaped, what is not UTF-8 (in a file's name) replaced. */
static void append_json_text(g3_buffer *line, const char *text)
{
    g3_buffer scratch = {0};
    g3_view valid = g3_make_utf8(g3_view_of(text), &scratch);
    for (size_t i = 0; i < valid.length; i++) {
        char c = valid.data[i];
        if (c == '"' || c == '\\')
            g3_buffer_append_char(line, '\\');
        if ((unsigned char)c < ' ')
            g3_buffer_append_format(line, "\\u%04x", (unsigned char)c);
        else
            g3_buffer_append_char(line, c);
    }
    g3_buffer_free(&scratch);
}

void g3_report_append_json(g3_buffer *line, const char *tool, const char *level,
                           const char *message)
{
    struct timespec now;
    struct tm utc;
    char stamp[32];
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%SZ", &utc);
    g3_buffer_append_format(line,
                            "{\"time\":\"%s\",\"tool\":\"%s\",\"level\":\"%s\",\"message\":\"",
                            stamp, tool, level);
    append_json_text(line, message);
    g3_buffer_append_text(line, "\"}\n");
}

static void write_line(g3_reporter *reporter, const char *level, const char *label,
                       const char *message)
{
    g3_buffer line = {0};
    g3_progress_end(reporter);
    if (reporter->json)
        g3_report_append_json(&line, reporter->tool, level, message);
    else
        g3_buffer_append_format(&line, "%s: %s%s\n", reporter->tool, label, message);
    /* Standard error is unbuffered: one write, one line. */
    fwrite(line.data, 1, line.length, stderr);
    g3_buffer_free(&line);
}

static void say(g3_reporter *reporter, const char *level, const char *label, const char *format,
                va_list arguments)
{
    char message[G3_ERROR_MESSAGE_SIZE];
    if (!reporter || reporter->quiet)
        return;
    vsnprintf(message, sizeof message, format, arguments);
    write_line(reporter, level, label, message);
}

void g3_note(g3_reporter *reporter, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(reporter, "note", "", format, arguments);
    va_end(arguments);
}

void g3_warn(g3_reporter *reporter, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(reporter, "warning", "warning: ", format, arguments);
    va_end(arguments);
}

int g3_report_error(g3_reporter *reporter, const g3_error *error)
{
    g3_progress_end(reporter);
    if (!error->pipe_closed)
        write_line(reporter, "error", "", error->message);
    return (int)error->exit;
}
