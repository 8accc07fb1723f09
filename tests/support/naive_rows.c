/* Rows read byte by byte. */
#include "naive_rows.h"
#include "g3/base/memory.h"
#include <stdio.h>
#include <stdlib.h>

void naive_begin(naive_reader *reader, g3_view file, char delimiter)
{
    *reader = (naive_reader){.file = file, .delimiter = delimiter, .line = 1};
    g3_buffer_reserve(&reader->values, 1); /* so that an empty cell has an address */
    if (g3_view_starts_with(file, G3_VIEW("\xef\xbb\xbf")))
        reader->at = 3;
}

void naive_end(naive_reader *reader)
{
    g3_buffer_free(&reader->values);
    free(reader->ends);
}

g3_view naive_cell(const naive_reader *reader, size_t index)
{
    size_t begin = index ? reader->ends[index - 1] : 0;
    return (g3_view){reader->values.data + begin, reader->ends[index] - begin};
}

static bool is_line_end(const naive_reader *reader, size_t at)
{
    return reader->file.data[at] == '\n' || reader->file.data[at] == '\r';
}

/* Where the line end at `at` ends: CR LF is one. */
static size_t skip_line_end(const naive_reader *reader, size_t at)
{
    bool pair = reader->file.data[at] == '\r' && at + 1 < reader->file.length &&
                reader->file.data[at + 1] == '\n';
    return at + (pair ? 2 : 1);
}

static void end_cell(naive_reader *reader)
{
    if (reader->count == reader->capacity) {
        reader->capacity = reader->capacity * 2 + 16;
        reader->ends = g3_reallocate(reader->ends, reader->capacity, sizeof *reader->ends);
    }
    reader->ends[reader->count++] = reader->values.length;
}

/* Reads what is between quotes, the opening one being at `at` - 1.
 * @param closed  whether the closing one was found
 * @return where reading goes on */
static size_t read_quoted(naive_reader *reader, size_t at, bool by_lines, bool *closed)
{
    g3_view file = reader->file;
    for (*closed = false; at < file.length; at++) {
        if (file.data[at] == '"') {
            if (at + 1 == file.length || file.data[at + 1] != '"') {
                *closed = true;
                return at + 1;
            }
            at++;
        } else if (by_lines && is_line_end(reader, at)) {
            return at;
        }
        g3_buffer_append_char(&reader->values, file.data[at]);
    }
    return at;
}

/* Reads the row's cells.
 * @return where it ends: at a line end or at the file's end */
static size_t read_cells(naive_reader *reader, bool by_lines, bool *closed)
{
    g3_view file = reader->file;
    size_t at = reader->at;
    g3_buffer_clear(&reader->values);
    reader->count = 0;
    *closed = true;
    for (;; at++) {
        if (at < file.length && file.data[at] == '"')
            at = read_quoted(reader, at + 1, by_lines, closed);
        if (!*closed)
            return at;
        while (at < file.length && file.data[at] != reader->delimiter && !is_line_end(reader, at))
            g3_buffer_append_char(&reader->values, file.data[at++]);
        end_cell(reader);
        if (at == file.length || file.data[at] != reader->delimiter)
            return at;
    }
}

static bool is_any_cell_too_long(const naive_reader *reader)
{
    for (size_t i = 0; i < reader->count; i++)
        if (naive_cell(reader, i).length > G3_CELL_LIMIT)
            return true;
    return false;
}

/* True if the row that ends at `end` can't be one.
 * @param in_vain  bytes from its begin that were read in vain */
static bool is_bad(const naive_reader *reader, size_t end, bool closed, bool by_lines,
                   size_t *in_vain)
{
    size_t length = end - reader->at;
    *in_vain = 0;
    if (reader->count > G3_ROW_CELLS_LIMIT)
        *in_vain = G3_ROW_CELLS_LIMIT;
    else if (length > G3_ROW_LIMIT)
        *in_vain = G3_ROW_LIMIT + 1;
    else if (closed && is_any_cell_too_long(reader))
        *in_vain = length + 1;
    else if (!closed && !by_lines)
        *in_vain = length;
    return *in_vain || !closed;
}

/* Line ends inside the row, and whether it is ASCII. */
static uint64_t examine(const naive_reader *reader, size_t end, bool *ascii)
{
    uint64_t lines = 0;
    *ascii = true;
    for (size_t at = reader->at; at < end; at++) {
        if ((unsigned char)reader->file.data[at] > 0x7f)
            *ascii = false;
        if (is_line_end(reader, at)) {
            at = skip_line_end(reader, at) - 1;
            lines++;
        }
    }
    return lines;
}

bool naive_next(naive_reader *reader, naive_row *row)
{
    g3_view file = reader->file;
    for (; reader->at < file.length && is_line_end(reader, reader->at); reader->line++)
        reader->at = skip_line_end(reader, reader->at);
    if (reader->at == file.length)
        return false;
    bool by_lines = reader->at < reader->by_lines_until, closed;
    size_t end = read_cells(reader, by_lines, &closed), in_vain;
    *row = (naive_row){.line = reader->line};
    row->bad = is_bad(reader, end, closed, by_lines, &in_vain);
    if (row->bad) {
        if (reader->by_lines_until < reader->at + in_vain)
            reader->by_lines_until = reader->at + in_vain;
        for (end = reader->at; end < file.length && !is_line_end(reader, end);)
            end++;
    }
    row->text = (g3_view){file.data + reader->at, end - reader->at};
    if (row->bad && row->text.length > G3_BAD_ROW_TEXT)
        row->text.length = G3_BAD_ROW_TEXT;
    reader->line += examine(reader, end, &row->ascii);
    reader->at = end;
    if (end < file.length) {
        reader->at = skip_line_end(reader, end);
        reader->line++;
    }
    return true;
}

static const char *compare_row(const naive_reader *reader, const naive_row *expected, g3_next next,
                               const g3_row *row)
{
    if (next == G3_NEXT_ERROR)
        return "the source failed";
    if (next == G3_NEXT_END)
        return "ended too soon";
    if ((next == G3_NEXT_BAD) != expected->bad)
        return expected->bad ? "took a bad row for a good one" : "took a good row for a bad one";
    if (row->line != expected->line)
        return "wrong line number";
    if (!g3_view_equal(row->text, expected->text))
        return "wrong text";
    if (expected->bad)
        return NULL;
    if (row->ascii != expected->ascii)
        return "wrong about ASCII";
    if (row->count != reader->count)
        return "wrong number of cells";
    for (size_t i = 0; i < row->count; i++)
        if (!g3_view_equal(row->cells[i], naive_cell(reader, i)))
            return "wrong cell";
    return NULL;
}

const char *naive_compare(g3_view file, size_t begun, g3_source *source, char delimiter,
                          char *space, size_t space_size)
{
    naive_reader naive;
    naive_begin(&naive, file, delimiter);
    g3_row_reader *reader = g3_row_reader_open(source, delimiter, (g3_view){file.data, begun});
    const char *difference = NULL, *reason;
    g3_error error = {0};
    naive_row expected;
    g3_row row;
    while (!difference && naive_next(&naive, &expected)) {
        g3_next next = g3_row_reader_next(reader, &row, &reason, &error);
        difference = compare_row(&naive, &expected, next, &row);
        if (difference) {
            snprintf(space, space_size, "row of line %llu: %s", (unsigned long long)expected.line,
                     difference);
            difference = space;
        }
    }
    if (!difference && g3_row_reader_next(reader, &row, &reason, &error) != G3_NEXT_END)
        difference = "went on behind the end";
    if (!difference && g3_row_reader_next(reader, &row, &reason, &error) != G3_NEXT_END)
        difference = "forgot that it had ended";
    g3_row_reader_close(reader);
    naive_end(&naive);
    return difference;
}
