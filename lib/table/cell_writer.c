/* Writing cells of a CSV or TSV. Called by the manifest writer. */
#include "g3/table/rows.h"
#include "g3/table/scan.h"
#include <stdatomic.h>

/* Bytes looked at in one step. */
typedef char bytes16 __attribute__((vector_size(16)));

/* All ones for each byte that asks for quotes. */
static inline bytes16 find_special(bytes16 bytes, char delimiter)
{
    return (bytes == delimiter) | (bytes == '"') | (bytes == '\n') | (bytes == '\r');
}

static inline bool is_any(bytes16 found)
{
    uint64_t halves[2];
    memcpy(halves, &found, sizeof halves);
    return (halves[0] | halves[1]) != 0;
}

/* True if the cell can't be told from several cells or rows, or a quoted one, without quotes. What
 * is left of it behind whole steps is looked at with a step that overlaps the one before. */
static bool needs_quotes(g3_view cell, char delimiter)
{
    const size_t half = sizeof(bytes16) / 2;
    bytes16 bytes, found = {0};
    if (cell.length < half) {
        for (size_t i = 0; i < cell.length; i++) {
            char c = cell.data[i];
            if (c == delimiter || c == '"' || c == '\n' || c == '\r')
                return true;
        }
        return false;
    }
    if (cell.length < sizeof bytes) {
        memcpy(&bytes, cell.data, half);
        memcpy((char *)&bytes + half, cell.data + cell.length - half, half);
        return is_any(find_special(bytes, delimiter));
    }
    for (size_t at = 0; at + sizeof bytes <= cell.length; at += sizeof bytes) {
        memcpy(&bytes, cell.data + at, sizeof bytes);
        found |= find_special(bytes, delimiter);
    }
    memcpy(&bytes, cell.data + cell.length - sizeof bytes, sizeof bytes);
    return is_any(found | find_special(bytes, delimiter));
}

/* The scans of this processor, asked for once. */
static const g3_scan *known_scan(void)
{
    static _Atomic(const g3_scan *) known;
    const g3_scan *scan = atomic_load_explicit(&known, memory_order_relaxed);
    if (!scan) {
        scan = g3_scan_best();
        atomic_store_explicit(&known, scan, memory_order_relaxed);
    }
    return scan;
}

void g3_cell_append_quoted(g3_buffer *buffer, g3_view cell)
{
    char *out = g3_buffer_reserve(buffer, 2 * cell.length + 2 + G3_SCAN_SLACK);
    *out++ = '"';
    out += known_scan()->double_quotes(out, cell.data, cell.length);
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
