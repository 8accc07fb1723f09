/* What messages and progress have in common. Private to report.c and progress.c. */
#ifndef G3_BASE_REPORT_INSIDE_H
#define G3_BASE_REPORT_INSIDE_H

#include "g3/base/buffer.h"
#include "g3/base/report.h"

/* Appends {"time","tool","level","message"} and a line end. */
void g3_report_append_json(g3_buffer *line, const char *tool, const char *level,
                           const char *message);

#endif
