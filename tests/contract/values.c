/* Values that a service makes up. */
#include "values.h"
#include "g3/base/memory.h"
#include <stdlib.h>

/* Forms: x is a hexadecimal digit, 9 a decimal one, all else itself. */
#define FORM_REVISION "xxxxxxxx"
#define FORM_UUID     "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"
#define FORM_DATE     "9999-99-99T99:99:99.999999"
#define FORM_DATE_UTC FORM_DATE "+00:00"

static bool has_form(const char *text, const char *form)
{
    for (; *form; form++, text++) {
        bool fits = *form == 'x'   ? *text && strchr("0123456789abcdef", *text)
                    : *form == '9' ? *text && strchr("0123456789", *text)
                                   : *text == *form;
        if (!fits)
            return false;
    }
    return *text == '\0';
}

/* True if both are the same prefix and a UUID. */
static bool are_guids(const char *left, const char *right)
{
    const size_t length = sizeof FORM_UUID - 1;
    size_t prefix = strlen(left) < length ? 0 : strlen(left) - length;
    return strlen(left) == strlen(right) && strncmp(left, right, prefix) == 0 &&
           has_form(left + prefix, FORM_UUID) && has_form(right + prefix, FORM_UUID);
}

static bool are_alike(const char *left, const char *right)
{
    return (has_form(left, FORM_REVISION) && has_form(right, FORM_REVISION)) ||
           (has_form(left, FORM_DATE) && has_form(right, FORM_DATE)) ||
           (has_form(left, FORM_DATE_UTC) && has_form(right, FORM_DATE_UTC)) ||
           are_guids(left, right);
}

void values_translate(const struct values *values, const char *text, g3_buffer *translated)
{
    while (*text) {
        size_t i = 0;
        while (i < values->count &&
               strncmp(text, values->recorded[i], strlen(values->recorded[i])) != 0)
            i++;
        if (i < values->count) {
            g3_buffer_append_text(translated, values->actual[i]);
            text += strlen(values->recorded[i]);
        } else {
            g3_buffer_append_char(translated, *text++);
        }
    }
}

void values_note_request(struct values *values, const char *target, const char *body)
{
    g3_buffer_append_format(&values->chosen, "%s\n%s\n", target, body ? body : "");
}

bool values_learn(struct values *values, const char *recorded, const char *actual)
{
    if (!are_alike(recorded, actual))
        return false;
    for (size_t i = 0; i < values->count; i++)
        if (strcmp(values->recorded[i], recorded) == 0)
            return strcmp(values->actual[i], actual) == 0;
    if (strstr(g3_buffer_text(&values->chosen), recorded))
        return false;
    values->recorded = g3_reallocate(values->recorded, values->count + 1, sizeof(char *));
    values->actual = g3_reallocate(values->actual, values->count + 1, sizeof(char *));
    values->recorded[values->count] = g3_duplicate(g3_view_of(recorded));
    values->actual[values->count++] = g3_duplicate(g3_view_of(actual));
    return true;
}

void values_free(struct values *values)
{
    for (size_t i = 0; i < values->count; i++) {
        free(values->recorded[i]);
        free(values->actual[i]);
    }
    free(values->recorded);
    free(values->actual);
    g3_buffer_free(&values->chosen);
}
