/* Writing cells of a CSV or TSV. Called by the manifest writer. */
#include "g3/table/rows.h"
#include "g3/table/scan.h"

/* True if the cell can't be told from several cells or rows, or a quoted one, without quotes. */
static bool needs_quotes(g3_view cell, char delimiter)
{
    for (size_t i = 0; i < cell.length; i++) {
        char c = cell.data[i];
        if (c == delimiter || c == '"' || c == '\n' || c == '\r')
            return true;
    }
    return false;
}

static void append_quoted(g3_buffer *buffer, g3_view cell)
{
    g3_buffer_append_char(buffer, '"');
    while (cell.length) {
        const char *quote = memchr(cell.data, '"', cell.length);
        size_t length = quote ? (size_t)(quote - cell.data) + 1 : cell.length;
        g3_buffer_append(buffer, (g3_view){cell.data, length});
        if (quote)
            g3_buffer_append_char(buffer, '"');
        cell.data += length;
        cell.length -= length;
    }
    g3_buffer_append_char(buffer, '"');
}

void g3_cell_append(g3_buffer *buffer, g3_view cell, char delimiter, bool alone)
{
    if ((alone && cell.length == 0) || needs_quotes(cell, delimiter))
        append_quoted(buffer, cell);
    else
        g3_buffer_append(buffer, cell);
}
