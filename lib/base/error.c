/* Filling in the one error type. */
#include "g3/base/error.h"
#include <stdarg.h>
#include <stdio.h>

static void write_message(g3_error *error, const char *format, va_list arguments)
{
    int length = vsnprintf(error->message, sizeof error->message, format, arguments);
    if (length >= (int)sizeof error->message) {
        size_t end = sizeof error->message - sizeof "...";
        while (end && ((unsigned char)error->message[end] & 0xc0) == 0x80)
            end--; /* not inside a character */
        memcpy(error->message + end, "...", sizeof "...");
    }
    for (char *c = error->message; *c; c++)
        if (*c == '\n' || *c == '\r')
            *c = ' '; /* a message is one line, whatever a service put into it */
}

bool g3_fail(g3_error *error, g3_exit exit, const char *format, ...)
{
    if (error) {
        va_list arguments;
        va_start(arguments, format);
        error->exit = exit;
        error->pipe_closed = false;
        write_message(error, format, arguments);
        va_end(arguments);
    }
    return false;
}

static void format_message(g3_error *error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    write_message(error, format, arguments);
    va_end(arguments);
}

void g3_error_prefix(g3_error *error, const char *format, ...)
{
    if (!error)
        return;
    char prefix[G3_ERROR_MESSAGE_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(prefix, sizeof prefix, format, arguments);
    va_end(arguments);
    char message[G3_ERROR_MESSAGE_SIZE];
    memcpy(message, error->message, sizeof message);
    format_message(error, "%s: %s", prefix, message);
}
