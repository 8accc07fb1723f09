/* URLs made from a template and a record's columns (--url-template). Used by the loader. */
#ifndef SANDBOX_URL_TEMPLATE_H
#define SANDBOX_URL_TEMPLATE_H

#include "g3/base/error.h"
#include "g3/record/record.h"

/* Appends `template` with each "{column}" replaced by the record's value; object fields by the
 * names guid, md5, file_size, file_name, other columns by their own.
 * @param guid  what {guid} stands for: the record may have none of its own
 * @return false with G3_EXIT_USAGE if the record has no such column */
bool url_template_append(g3_buffer *url, const char *template, const g3_record *record,
                         g3_view guid, g3_error *error);

#endif
