/* Rejected rows: counted, said, written to the reject file. */
#include "g3/run/rejects.h"
#include "g3/base/utf8.h"
#include "g3/io/sink.h"
#include "g3/record/json.h"
#include <inttypes.h>
#include <stdlib.h>

struct g3_rejects {
    g3_sink *sink; /* NULL: none asked for */
    int64_t limit;
    bool name_files;
    g3_reporter *reporter;
    g3_report *report; /* or NULL */
    uint64_t count;
    g3_buffer line;  /* scratch: a finding */
    g3_buffer valid; /* scratch: a row made UTF-8 */
};

g3_rejects *g3_rejects_open(const char *path, int64_t limit, bool name_files, g3_reporter *reporter,
                            g3_error *error)
{
    g3_rejects *rejects = g3_allocate_zeroed(1, sizeof *rejects);
    *rejects = (g3_rejects){.limit = limit, .name_files = name_files, .reporter = reporter};
    if (path && !(rejects->sink = g3_sink_open(path, error))) {
        free(rejects);
        return NULL;
    }
    return rejects;
}

static void append_text_member(g3_buffer *line, const char *key, g3_view text, g3_buffer *scratch)
{
    g3_buffer_append_text(line, key);
    g3_json_append_string(line, g3_make_utf8(text, scratch));
}

/* Other output may end quietly when its reader goes away; here that loses rows. */
static bool fail_unread(g3_error *error)
{
    if (!error->pipe_closed)
        return false;
    return g3_fail(error, G3_EXIT_LOCAL,
                   "the reader of the reject file went away: rejected rows would be lost");
}

static void append_reject(g3_rejects *rejects, const char *file, const g3_bad_row *bad,
                          g3_buffer *line)
{
    g3_buffer_append_format(line, "{\"line\":%" PRIu64, bad->line);
    append_text_member(line, ",\"reason\":", g3_view_of(bad->reason), &rejects->valid);
    append_text_member(line, ",\"row\":", bad->text, &rejects->valid);
    if (rejects->name_files)
        append_text_member(line, ",\"file\":", g3_view_of(file), &rejects->valid);
    g3_buffer_append(line, G3_VIEW("}\n"));
}

static bool write_reject(g3_rejects *rejects, const char *file, const g3_bad_row *bad,
                         g3_error *error)
{
    append_reject(rejects, file, bad, g3_sink_buffer(rejects->sink));
    return g3_sink_settle(rejects->sink, false, error) || fail_unread(error);
}

void g3_rejects_tell(g3_rejects *rejects, g3_report *report)
{
    rejects->report = report;
}

static void tell_reject(g3_rejects *rejects, const char *file, const g3_bad_row *bad)
{
    g3_buffer_clear(&rejects->line);
    if (g3_report_wants(rejects->report))
        append_reject(rejects, file, bad, &rejects->line);
    g3_report_add(rejects->report, G3_VIEW("rejected"), g3_buffer_view(&rejects->line));
}

bool g3_rejects_add(g3_rejects *rejects, const char *file, const g3_bad_row *bad, g3_error *error)
{
    rejects->count++;
    if (rejects->reporter)
        rejects->reporter->facts.rejected++;
    if (rejects->report)
        tell_reject(rejects, file, bad);
    if (rejects->sink && !write_reject(rejects, file, bad, error))
        return false;
    if (!rejects->sink && rejects->count <= G3_REJECT_WARNINGS)
        g3_warn(rejects->reporter, "%s:%" PRIu64 ": row rejected: %s", file, bad->line,
                bad->reason);
    if (rejects->limit >= 0 && rejects->count > (uint64_t)rejects->limit)
        return g3_fail(error, G3_EXIT_INPUT,
                       "%s:%" PRIu64 ": %s; that is rejected row %" PRIu64
                       ", more than --max-rejects %" PRId64 " allows",
                       file, bad->line, bad->reason, rejects->count, rejects->limit);
    return true;
}

uint64_t g3_rejects_count(const g3_rejects *rejects)
{
    return rejects->count;
}

bool g3_rejects_finish(g3_rejects *rejects, g3_error *error)
{
    bool done = true;
    if (!rejects)
        return true;
    if (rejects->count && !rejects->sink && rejects->count > G3_REJECT_WARNINGS)
        g3_warn(rejects->reporter,
                "%" PRIu64 " rows were rejected in all; --reject FILE keeps them", rejects->count);
    else if (rejects->count && rejects->sink)
        g3_warn(rejects->reporter, "%" PRIu64 " rows were rejected; see the reject file",
                rejects->count);
    if (rejects->sink)
        done = g3_sink_finish(rejects->sink, error) || fail_unread(error);
    g3_buffer_free(&rejects->valid);
    g3_buffer_free(&rejects->line);
    free(rejects);
    return done;
}
