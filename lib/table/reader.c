/* Reading rows: cells out of the window, as the separators part them. Called by the manifest
 * reader.
 *
 * The window holds the row being read and what follows; separators are found for a stretch of it,
 * and rows are taken from them. A row that can't be one is given up: the line that it began on is
 * reported, and reading begins anew behind that line.
 */
#include "g3/base/memory.h"
#include "g3/table/rows.h"
#include "separators.h"
#include "window.h"
#include <stdlib.h>

/* Cells that there is room for at first: what a stretch of a usual manifest has. */
#define FIRST_CELLS ((size_t)1024)

struct g3_row_reader {
    g3_source *source;
    g3_separators separators;
    size_t taken; /* separators used up */
    g3_window window;
    size_t parted; /* the window's bytes for which separators were found */

    /* the row being read; it begins at window.begin */
    g3_view *cells;
    size_t cell_count;
    size_t cell_capacity;
    uint32_t *quoted; /* indices of cells that must be unquoted; as many as cells */
    size_t quoted_count;
    const char *cell_begin; /* the next cell's */
    uint32_t flags;         /* of all its separators */

    uint64_t line;           /* on which it begins */
    uint64_t by_lines_until; /* place in the source; rows that begin before it must close their
                                quotes on their own line */
    bool begun;              /* the byte-order mark was looked for */
    bool after_return;       /* the byte before the row is a CR: an LF belongs to it */
    bool skipping;           /* the rest of a given-up line must be passed over */
    g3_buffer scratch;       /* where unquoted cells live */
};

/* Makes room for `count` cells. */
static void reserve_cells(g3_row_reader *reader, size_t count)
{
    if (count <= reader->cell_capacity)
        return;
    reader->cell_capacity = count + count / 2;
    reader->cells = g3_reallocate(reader->cells, reader->cell_capacity, sizeof *reader->cells);
    reader->quoted = g3_reallocate(reader->quoted, reader->cell_capacity, sizeof *reader->quoted);
}

g3_row_reader *g3_row_reader_open(g3_source *source, char delimiter, g3_view begun)
{
    g3_row_reader *reader = g3_allocate_zeroed(1, sizeof *reader);
    reader->source = source;
    g3_separators_begin(&reader->separators, delimiter);
    g3_window_begin(&reader->window, begun);
    reserve_cells(reader, FIRST_CELLS);
    reader->line = 1;
    return reader;
}

void g3_row_reader_close(g3_row_reader *reader)
{
    if (!reader)
        return;
    g3_separators_end(&reader->separators);
    g3_window_end(&reader->window);
    g3_buffer_free(&reader->scratch);
    free(reader->cells);
    free(reader->quoted);
    free(reader);
}

/* Goes to where the next row may begin. */
static void begin_row(g3_row_reader *reader, const char *at)
{
    reader->window.begin = (size_t)(at - reader->window.data);
    reader->cell_begin = at;
    reader->cell_count = 0;
    reader->quoted_count = 0;
    reader->flags = 0;
}

/* Reads more of the source; the row being read moves along with the window. */
static bool fill_window(g3_row_reader *reader, g3_error *error)
{
    g3_window *window = &reader->window;
    size_t row_parted = reader->parted - window->begin;
    uintptr_t moved_from;
    bool done = g3_window_fill(window, reader->source, &moved_from, error);
    const char *moved_to = window->data + window->begin;
    reader->parted = window->begin + row_parted;
    for (size_t i = 0; i < reader->cell_count; i++)
        reader->cells[i].data = moved_to + ((uintptr_t)reader->cells[i].data - moved_from);
    reader->cell_begin = moved_to + ((uintptr_t)reader->cell_begin - moved_from);
    return done;
}

/* Passes over a byte-order mark at the very beginning. */
static bool skip_byte_order_mark(g3_row_reader *reader, g3_error *error)
{
    static const char MARK[] = {'\xef', '\xbb', '\xbf'};
    g3_window *window = &reader->window;
    reader->cell_begin = window->data;
    while (window->filled < sizeof MARK && memcmp(window->data, MARK, window->filled) == 0 &&
           !window->ended)
        if (!fill_window(reader, error))
            return false;
    if (window->filled >= sizeof MARK && memcmp(window->data, MARK, sizeof MARK) == 0)
        begin_row(reader, window->data + sizeof MARK);
    reader->parted = window->begin;
    reader->begun = true;
    return true;
}

/* The first line end at or behind `from`, or NULL if the window holds none. */
static const char *find_line_end(const g3_window *window, size_t from)
{
    const char *begin = window->data + from;
    size_t length = window->filled - from;
    const char *feed = memchr(begin, '\n', length);
    const char *carriage_return = memchr(begin, '\r', feed ? (size_t)(feed - begin) : length);
    return carriage_return ? carriage_return : feed;
}

/* Goes behind the line end at `end`, forgetting the separators found: reading begins anew there. */
static void restart_behind(g3_row_reader *reader, const char *end)
{
    begin_row(reader, end + 1);
    reader->after_return = *end == '\r';
    reader->line++;
    reader->parted = reader->window.begin;
    reader->taken = 0;
    g3_separators_reset(&reader->separators);
}

/* Sets `row` to the line [begin, end) that can't be a row. */
static g3_next report_line(const g3_row_reader *reader, const char *begin, const char *end,
                           g3_row *row)
{
    size_t length = (size_t)(end - begin);
    *row = (g3_row){.line = reader->line,
                    .text = {begin, length < G3_BAD_ROW_TEXT ? length : G3_BAD_ROW_TEXT}};
    return G3_NEXT_BAD;
}

/* Gives up the row being read: reports the line that it began on.
 * @param in_vain  bytes from the row's begin that were looked at for nothing */
static g3_next give_up_row(g3_row_reader *reader, size_t in_vain, g3_row *row)
{
    g3_window *window = &reader->window;
    const char *begin = window->data + window->begin;
    const char *end = find_line_end(window, window->begin);
    uint64_t until = window->offset + window->begin + in_vain;
    if (reader->by_lines_until < until)
        reader->by_lines_until = until;
    reader->skipping = !end;
    report_line(reader, begin, end ? end : window->data + window->filled, row);
    if (end)
        restart_behind(reader, end);
    return G3_NEXT_BAD;
}

/* Passes over the rest of a line that is longer than the window. */
static bool skip_line(g3_row_reader *reader, g3_error *error)
{
    g3_window *window = &reader->window;
    for (;;) {
        begin_row(reader, window->data + window->filled);
        reader->parted = window->filled;
        if (!fill_window(reader, error))
            return false;
        const char *end = find_line_end(window, window->begin);
        if (end) { /* at the latest at the source's end: the LF of the window's own */
            restart_behind(reader, end);
            reader->skipping = false;
            return true;
        }
    }
}

/* Finds the separators of the window's next stretch. */
static void find_separators(g3_row_reader *reader)
{
    const g3_window *window = &reader->window;
    g3_separators *separators = &reader->separators;
    size_t to = window->filled;
    if (to - reader->parted > G3_SEPARATORS_STRETCH)
        to = reader->parted + G3_SEPARATORS_STRETCH;
    if (window->offset + window->begin < reader->by_lines_until) {
        uint64_t until = reader->by_lines_until - window->offset;
        reader->parted = g3_separators_find_by_lines(separators, window->data, reader->parted, to,
                                                     (size_t)until);
    } else {
        g3_separators_find(separators, window->data, reader->parted, to);
        reader->parted = to;
    }
    reader->taken = 0;
    reserve_cells(reader, reader->cell_count + separators->count);
}

/* Passes over line ends that end no row: blank lines, and the LF of a CR LF. */
static void skip_blank_lines(g3_row_reader *reader)
{
    const g3_separators *separators = &reader->separators;
    while (reader->taken < separators->count) {
        const char *end =
            reader->window.data + (separators->items[reader->taken] & G3_SEPARATOR_PLACE);
        if (end != reader->cell_begin || *end == separators->delimiter)
            return;
        if (!(*end == '\n' && reader->after_return))
            reader->line++;
        reader->after_return = *end == '\r';
        reader->taken++;
        begin_row(reader, end + 1);
    }
}

/* Takes cells as far as separators are known.
 * @return the row's line end, or NULL if it is still to come */
static const char *take_cells(g3_row_reader *reader)
{
    const g3_separators *separators = &reader->separators;
    const char *data = reader->window.data, *begin = reader->cell_begin, *line_end = NULL;
    const uint32_t *item = separators->items + reader->taken;
    const uint32_t *last = separators->items + separators->count;
    g3_view *cell = reader->cells + reader->cell_count;
    uint32_t flags = reader->flags;
    while (item < last) {
        uint32_t separator = *item++;
        const char *end = data + (separator & G3_SEPARATOR_PLACE);
        flags |= separator;
        cell->data = begin;
        cell->length = (size_t)(end - begin);
        if (*begin == '"') {
            if (separator & (G3_SEPARATOR_CARE | G3_SEPARATOR_UNCLOSED)) {
                reader->quoted[reader->quoted_count++] = (uint32_t)(cell - reader->cells);
            } else {
                cell->data++;
                cell->length -= 2;
            }
        }
        cell++;
        begin = end + 1;
        if (*end != separators->delimiter) {
            line_end = end;
            break;
        }
    }
    reader->cell_count = (size_t)(cell - reader->cells);
    reader->cell_begin = begin;
    reader->flags = flags;
    reader->taken = (size_t)(item - separators->items);
    return line_end;
}

static void unquote_cells(g3_row_reader *reader, size_t row_length)
{
    g3_buffer_clear(&reader->scratch);
    char *out = g3_buffer_reserve(&reader->scratch, row_length + G3_SCAN_SLACK);
    for (size_t i = 0; i < reader->quoted_count; i++) {
        g3_view *cell = &reader->cells[reader->quoted[i]];
        size_t length = reader->separators.scan->unquote(out, cell->data + 1, cell->length - 1);
        *cell = (g3_view){out, length};
        out += length;
    }
}

/* Line ends in a text, CR LF counting once. */
static uint64_t count_line_ends(g3_view text)
{
    uint64_t count = 0;
    for (size_t i = 0; i < text.length; i++)
        count += text.data[i] == '\n' ? i == 0 || text.data[i - 1] != '\r' : text.data[i] == '\r';
    return count;
}

static bool is_any_cell_too_long(const g3_row_reader *reader)
{
    for (size_t i = 0; i < reader->cell_count; i++)
        if (reader->cells[i].length > G3_CELL_LIMIT)
            return true;
    return false;
}

static g3_next give_up_long_row(g3_row_reader *reader, g3_row *row, const char **reason)
{
    *reason = "the row is longer than 24 MiB: is a quote not closed?";
    return give_up_row(reader, G3_ROW_LIMIT + 1, row);
}

static g3_next give_up_wide_row(g3_row_reader *reader, g3_row *row, const char **reason)
{
    *reason = "the row has more than 1048576 cells: is a quote not closed?";
    return give_up_row(reader, G3_ROW_CELLS_LIMIT, row); /* each cell took a byte at least */
}

/* Goes on behind a row or line whose end at `end` was found, with the separators that are known. */
static void end_row(g3_row_reader *reader, const char *end, uint64_t lines)
{
    reader->line += lines;
    reader->after_return = *end == '\r';
    begin_row(reader, end + 1);
}

/* Makes the row of the cells taken, its line end being at `end`. */
static g3_next finish_row(g3_row_reader *reader, const char *end, g3_row *row, const char **reason)
{
    const char *begin = reader->window.data + reader->window.begin;
    g3_view text = {begin, (size_t)(end - begin)};
    uint64_t lines = 1;
    if (text.length > G3_ROW_LIMIT)
        return give_up_long_row(reader, row, reason);
    if (reader->cell_count > G3_ROW_CELLS_LIMIT)
        return give_up_wide_row(reader, row, reason);
    if (reader->flags & G3_SEPARATOR_UNCLOSED) {
        *reason = "a quote is not closed on its line, nor was one in a row before";
        report_line(reader, begin, end, row);
        end_row(reader, end, 1);
        return G3_NEXT_BAD;
    }
    if (reader->quoted_count)
        unquote_cells(reader, text.length);
    if (text.length > G3_CELL_LIMIT && is_any_cell_too_long(reader)) {
        *reason = "a cell is longer than 16 MiB: is a quote not closed?";
        return give_up_row(reader, text.length + 1, row);
    }
    if (reader->flags & G3_SEPARATOR_LINES)
        lines += count_line_ends(text);
    *row = (g3_row){.cells = reader->cells,
                    .count = reader->cell_count,
                    .line = reader->line,
                    .offset = reader->window.offset + reader->window.begin,
                    .text = text,
                    .ascii = !(reader->flags & G3_SEPARATOR_HIGH)};
    end_row(reader, end, lines);
    return G3_NEXT_ITEM;
}

g3_next g3_row_reader_next(g3_row_reader *reader, g3_row *row, const char **reason, g3_error *error)
{
    g3_window *window = &reader->window;
    if (!reader->begun && !skip_byte_order_mark(reader, error))
        return G3_NEXT_ERROR;
    if (reader->skipping && !skip_line(reader, error))
        return G3_NEXT_ERROR;
    for (;;) {
        if (reader->cell_count == 0)
            skip_blank_lines(reader);
        const char *end = take_cells(reader);
        if (end)
            return finish_row(reader, end, row, reason);
        if (reader->cell_count > G3_ROW_CELLS_LIMIT)
            return give_up_wide_row(reader, row, reason);
        if (reader->parted < window->filled) {
            find_separators(reader);
            continue;
        }
        size_t read = window->filled - window->begin;
        if (window->ended && read == 0)
            return G3_NEXT_END;
        if (read - window->ended > G3_ROW_LIMIT) /* the LF of the window's own does not count */
            return give_up_long_row(reader, row, reason);
        if (window->ended) {
            *reason = "a quote is not closed";
            return give_up_row(reader, read, row);
        }
        if (!fill_window(reader, error))
            return G3_NEXT_ERROR;
    }
}

/* Passes over the LF of a CR LF that ended the row before: it belongs to that. */
static bool take_line_feed(g3_row_reader *reader, g3_error *error)
{
    const g3_window *window = &reader->window;
    while (window->begin == window->filled && !window->ended)
        if (!fill_window(reader, error))
            return false;
    const char *at = window->data + window->begin;
    reader->after_return = false;
    if (window->begin < window->filled && *at == '\n') {
        reader->taken += reader->parted > window->begin;
        reader->parted += reader->parted == window->begin;
        begin_row(reader, at + 1);
    }
    return true;
}

bool g3_row_reader_place(g3_row_reader *reader, g3_row_place *place, uint64_t *line,
                         g3_error *error)
{
    if (reader->skipping && !skip_line(reader, error))
        return false;
    if (reader->after_return && !take_line_feed(reader, error))
        return false;
    uint64_t offset = reader->window.offset + reader->window.begin;
    *place = (g3_row_place){offset, reader->by_lines_until > offset ? reader->by_lines_until : 0};
    *line = reader->line;
    return true;
}

bool g3_row_reader_seek(g3_row_reader *reader, g3_row_place place, uint64_t until, g3_error *error)
{
    if (!g3_source_seek(reader->source, place.offset, error))
        return false;
    g3_window_restart(&reader->window, place.offset, until);
    begin_row(reader, reader->window.data);
    g3_separators_reset(&reader->separators);
    reader->taken = reader->parted = 0;
    reader->line = 1;
    reader->by_lines_until = place.by_lines;
    reader->begun = true;
    reader->after_return = reader->skipping = false;
    return true;
}

bool g3_row_reader_seek_line(g3_row_reader *reader, uint64_t offset, uint64_t until,
                             g3_row_place *place, g3_error *error)
{
    uint64_t line;
    if (!g3_row_reader_seek(reader, (g3_row_place){.offset = offset - 1}, until, error))
        return false;
    reader->skipping = true;
    if (!g3_row_reader_place(reader, place, &line, error))
        return false;
    reader->line = 1;
    return true;
}
