/* Writing cells of a CSV or TSV. Called by the manifest writer. */
#include "g3/table/rows.h"

/* Bytes looked at in one step. */
typedef char bytes16 __attribute__((vector_size(16)));

/* All ones for each byte that asks for quotes. */
static inline bytes16 find_special(bytes16 bytes, char delimiter)
{
    return (bytes == delimiter) | (bytes == '"') | (bytes == '\n') | (bytes == '\r');
}

/* True if the cell can't be told from several cells or rows, or a quoted one, without quotes. */
static bool needs_quotes(g3_view cell, char delimiter)
{
    bytes16 bytes = {0}, found = {0};
    uint64_t halves[2];
    size_t at = 0;
    for (; at + sizeof bytes <= cell.length; at += sizeof bytes) {
        memcpy(&bytes, cell.data + at, sizeof bytes);
        found |= find_special(bytes, delimiter);
    }
    for (; at < cell.length; at++) {
        char c = cell.data[at];
        if (c == delimiter || c == '"' || c == '\n' || c == '\r')
            return true;
    }
    memcpy(halves, &found, sizeof halves);
    return (halves[0] | halves[1]) != 0;
}

/* Each byte is followed by a quote that the next one overwrites, unless it belongs there: quicker
 * than a branch, for in JSON every fifth byte is a quote. */
void g3_cell_append_quoted(g3_buffer *buffer, g3_view cell)
{
    static const unsigned char MORE[256] = {['"'] = 1};
    char *out = g3_buffer_reserve(buffer, 2 * cell.length + 3);
    *out++ = '"';
    for (size_t i = 0; i < cell.length; i++) {
        out[0] = cell.data[i];
        out[1] = '"';
        out += 1 + MORE[(unsigned char)cell.data[i]];
    }
    *out++ = '"';
    buffer->length = (size_t)(out - buffer->data);
}

void g3_cell_append(g3_buffer *buffer, g3_view cell, char delimiter, bool alone)
{
    if ((alone && cell.length == 0) || needs_quotes(cell, delimiter))
        g3_cell_append_quoted(buffer, cell);
    else
        g3_buffer_append(buffer, cell);
}
