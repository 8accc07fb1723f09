/* URLs made from a template. */
#include "url_template.h"

static const g3_value *find_column(const g3_record *record, g3_view name)
{
    for (size_t i = 0; i < record->count; i++)
        if (g3_view_equal(record->fields[i].column->name, name))
            return &record->fields[i].value;
    return NULL;
}

static void append_value(g3_buffer *url, const g3_value *value)
{
    if (value->type == G3_STRING || value->type == G3_JSON)
        g3_buffer_append(url, value->text);
    else if (value->type == G3_INTEGER)
        g3_buffer_append_integer(url, value->integer);
}

bool url_template_append(g3_buffer *url, const char *template, const g3_record *record,
                         g3_view guid, g3_error *error)
{
    const char *open, *close;
    while ((open = strchr(template, '{')) && (close = strchr(open, '}'))) {
        g3_view name = {open + 1, (size_t)(close - open - 1)};
        g3_buffer_append(url, (g3_view){template, (size_t)(open - template)});
        if (g3_view_equal(name, G3_VIEW("guid"))) {
            g3_buffer_append(url, guid);
        } else {
            const g3_value *value = find_column(record, name);
            if (!value)
                return g3_fail(error, G3_EXIT_USAGE,
                               "--url-template: the manifest has no column \"%.*s\"",
                               (int)name.length, name.data);
            append_value(url, value);
        }
        template = close + 1;
    }
    g3_buffer_append_text(url, template);
    return true;
}
