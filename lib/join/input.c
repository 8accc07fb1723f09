/* One side of a join. Called by feed.c, in the feed's thread, but for opening and preparing. */
#include "g3/join/input.h"
#include "maker.h"
#include <stdlib.h>

/* Room that a chunk must have for one more row, besides twice the row as it stands in the file. */
#define ROW_ROOM ((size_t)4096)

/* CR LF. */
#define LONGEST_LINE_END 2

struct g3_join_input {
    const char *const *paths;
    size_t path_count;
    g3_manifest_options options;
    g3_manifest_reader **readers; /* those opened so far, the last one being read; owned */
    size_t reader_count;

    g3_view *columns; /* in `arena` */
    size_t column_count;
    bool has_cells; /* rows are read as cells */
    g3_arena arena;

    /* what was read to find out the columns of JSON lines */
    g3_join_chunk *before; /* bad lines in front of the first record, or NULL */
    bool has_first;
    g3_record first_record;
    bool ended;

    g3_row_maker maker; /* once prepared; what its recipe points to is in `arena` */
    bool prepared;
    uint64_t rows;

    g3_join_piece *piece; /* the part being read, or NULL: all is read; borrowed */
    size_t row_size;      /* of the row read last, bytes */
    uint64_t row_end;     /* of its cells, in the file; 0: not known */
};

static g3_manifest_reader *reader_of(const g3_join_input *input)
{
    return input->readers[input->reader_count - 1];
}

static bool open_next(g3_join_input *input, g3_error *error)
{
    const char *path = input->paths[input->reader_count];
    g3_manifest_reader *reader = g3_manifest_open(path, &input->options, error);
    if (!reader)
        return false;
    input->readers[input->reader_count++] = reader;
    g3_row_maker_forget(&input->maker);
    input->has_cells = g3_manifest_has_cells(reader);
    return true;
}

static void take_columns(g3_join_input *input, const g3_column *const *columns, size_t count)
{
    input->columns = g3_arena_take(&input->arena, count * sizeof *input->columns);
    input->column_count = count;
    for (size_t i = 0; i < count; i++)
        input->columns[i] = g3_arena_copy(&input->arena, g3_view_trim(columns[i]->name));
}

/* Reads JSON lines up to the first record, whose members are the columns. */
static bool read_first_record(g3_join_input *input, g3_error *error)
{
    g3_manifest_reader *reader = reader_of(input);
    g3_bad_row bad;
    for (;;) {
        switch (g3_manifest_next(reader, &input->first_record, &bad, error)) {
        case G3_NEXT_ITEM:
            input->has_first = true;
            return true;
        case G3_NEXT_BAD:
            if (!input->before)
                input->before = g3_join_chunk_open(ROW_ROOM);
            g3_join_chunk_add_bad(input->before, g3_manifest_name(reader), bad.line, bad.text,
                                  bad.reason);
            break;
        case G3_NEXT_END:
            input->ended = input->path_count == 1;
            return true;
        case G3_NEXT_ERROR:
            return false;
        }
    }
}

static int compare_names(const void *left, const void *right)
{
    return g3_view_compare(*(const g3_view *)left, *(const g3_view *)right);
}

/* Names that the reader told apart may be the same without the blanks around them. */
static bool check_columns(const g3_join_input *input, g3_error *error)
{
    g3_arena arena = {0};
    g3_buffer names = {0};
    size_t count = input->column_count;
    g3_view *sorted = g3_arena_take(&arena, count * sizeof *sorted);
    bool ok = true;
    if (count)
        memcpy(sorted, input->columns, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, compare_names);
    for (size_t i = 1; ok && i < count; i++) {
        if (!g3_view_equal(sorted[i], sorted[i - 1]))
            continue;
        g3_append_column_names(&names, input->columns, count);
        ok = g3_fail(error, G3_EXIT_INPUT,
                     "%s: two columns are both called \"%.*s\" but for blanks; rename one in the "
                     "file; the columns are: %s",
                     g3_join_input_name(input, 0), (int)sorted[i].length, sorted[i].data,
                     g3_buffer_text(&names));
    }
    g3_buffer_free(&names);
    g3_arena_free(&arena);
    return ok;
}

/* Finds out the columns of the first manifest. */
static bool find_columns(g3_join_input *input, g3_error *error)
{
    const g3_column **columns;
    size_t count;
    g3_manifest_columns(reader_of(input), &columns, &count);
    if (count == 0) {
        if (!read_first_record(input, error))
            return false;
        if (input->has_first)
            g3_manifest_columns(reader_of(input), &columns, &count);
    }
    take_columns(input, columns, count);
    return check_columns(input, error);
}

/* A copy in the arena. The thread that reads may go on when whoever opened the input has gone. */
static void *copy_items(g3_arena *arena, const void *items, size_t count, size_t size)
{
    void *copy = g3_arena_take(arena, count * size);
    if (count)
        memcpy(copy, items, count * size);
    return copy;
}

g3_join_input *g3_join_input_open(const char *const *paths, size_t path_count,
                                  const g3_manifest_options *options, g3_error *error)
{
    if (path_count > UINT16_MAX) {
        g3_fail(error, G3_EXIT_USAGE,
                "%zu manifests are too many for one side of a join: %d at most", path_count,
                UINT16_MAX);
        return NULL;
    }
    g3_join_input *input = g3_allocate_zeroed(1, sizeof *input);
    input->paths = copy_items(&input->arena, paths, path_count, sizeof *paths);
    input->path_count = path_count;
    input->options = *options;
    input->options.maps =
        copy_items(&input->arena, options->maps, options->map_count, sizeof *options->maps);
    input->readers = g3_allocate_zeroed(path_count, sizeof(g3_manifest_reader *));
    if (open_next(input, error) && find_columns(input, error))
        return input;
    g3_join_input_close(input);
    return NULL;
}

const g3_view *g3_join_input_columns(const g3_join_input *input, size_t *count)
{
    *count = input->column_count;
    return input->columns;
}

bool g3_join_input_has(const g3_join_input *input, g3_view column)
{
    for (size_t i = 0; i < input->column_count; i++)
        if (g3_view_equal(input->columns[i], column))
            return true;
    return input->column_count == 0;
}

const char *g3_join_input_name(const g3_join_input *input, size_t file)
{
    return g3_manifest_name(input->readers[file]);
}

static void keep_columns(g3_arena *arena, g3_join_text *text)
{
    if (text->columns)
        text->columns = copy_items(arena, text->columns, text->count, sizeof *text->columns);
}

bool g3_join_input_prepare(g3_join_input *input, const g3_join_recipe *recipe, g3_error *error)
{
    g3_join_recipe kept = *recipe;
    kept.keys = copy_items(&input->arena, recipe->keys, recipe->key_count, sizeof *recipe->keys);
    keep_columns(&input->arena, &kept.text);
    keep_columns(&input->arena, &kept.left);
    input->prepared = g3_row_maker_begin(&input->maker, &kept, error);
    return input->prepared;
}

bool g3_join_input_can_part(const g3_join_input *input)
{
    return input->path_count == 1 && !input->maker.recipe.stored &&
           g3_manifest_can_seek(reader_of(input));
}

int64_t g3_join_input_size(const g3_join_input *input)
{
    return g3_source_size(g3_manifest_source(input->readers[0]));
}

bool g3_join_input_first(g3_join_input *input, g3_row_place *first, uint64_t *lines,
                         g3_error *error)
{
    if (!g3_manifest_place(reader_of(input), first, lines, error))
        return false;
    --*lines;
    return true;
}

g3_join_input *g3_join_input_again(const g3_join_input *input, g3_error *error)
{
    g3_join_input *again =
        g3_join_input_open(input->paths, input->path_count, &input->options, error);
    if (again && g3_join_input_prepare(again, &input->maker.recipe, error))
        return again;
    g3_join_input_close(again);
    return NULL;
}

bool g3_join_input_begin_piece(g3_join_input *input, g3_join_piece *piece, bool guess,
                               g3_error *error)
{
    g3_manifest_reader *reader = reader_of(input);
    input->piece = piece;
    input->ended = false;
    input->row_end = 0;
    piece->rows = input->rows;
    piece->padded = g3_manifest_padded(reader);
    return guess
               ? g3_manifest_seek_line(reader, piece->begin.offset, piece->to, &piece->begin, error)
               : g3_manifest_seek(reader, piece->begin, piece->to, error);
}

/* Finds out where the next row of a part begins. */
static bool find_place(g3_join_input *input, g3_error *error)
{
    uint64_t line;
    if (!g3_manifest_place(reader_of(input), &input->piece->end, &line, error))
        return false;
    input->piece->lines = line - 1;
    return true;
}

/* Finds out as well whether it is one of the part's. */
static bool look_at_piece(g3_join_input *input, bool *ended, g3_error *error)
{
    if (!find_place(input, error))
        return false;
    *ended = input->piece->end.offset >= input->piece->to;
    return true;
}

/* True if the next row is plainly one of the part's: the one before ends in front of its end. */
static bool is_within_piece(const g3_join_input *input)
{
    return input->row_end && input->row_end + LONGEST_LINE_END < input->piece->to;
}

/* Sets what is counted from a part's begin to its end. */
static void end_piece(g3_join_input *input)
{
    g3_join_piece *piece = input->piece;
    piece->rows = input->rows - piece->rows;
    piece->padded = g3_manifest_padded(reader_of(input)) - piece->padded;
}

/* What the maker is told of a row: its number, its line unless it is a part's, which nobody knows
 * yet, and its file. */
static g3_row_origin origin_of(const g3_join_input *input, uint64_t number, uint64_t line)
{
    return (g3_row_origin){.number = number,
                           .line = input->piece ? 0 : line,
                           .file = (uint16_t)(input->reader_count - 1)};
}

/* Counts a row that was made, or adds it to the bad ones. @param reason  NULL: it was made */
static void count_row(g3_join_input *input, uint64_t line, const char *reason, g3_join_chunk *chunk)
{
    const g3_manifest_reader *reader = reader_of(input);
    if (reason)
        g3_join_chunk_add_bad(chunk, g3_manifest_name(reader), line, g3_manifest_row_text(reader),
                              reason);
    else
        input->rows++;
}

static void take_record(g3_join_input *input, const g3_record *record, g3_join_chunk *chunk)
{
    const g3_manifest_reader *reader = reader_of(input);
    input->row_size = g3_manifest_row_text(reader).length;
    count_row(input, record->line,
              g3_row_maker_record(&input->maker, reader, record,
                                  origin_of(input, input->rows, record->line), chunk),
              chunk);
}

static void take_cells(g3_join_input *input, const g3_cell_row *cells, g3_join_chunk *chunk)
{
    const g3_row *row = &cells->row;
    uint64_t number = input->piece ? row->offset : input->rows;
    input->row_size = row->text.length;
    input->row_end = row->offset + row->text.length;
    count_row(input, row->line,
              g3_row_maker_cells(&input->maker, reader_of(input), cells,
                                 origin_of(input, number, row->line), chunk),
              chunk);
}

/* The columns of manifests that are read as one must be the same. */
static bool check_same_columns(const g3_join_input *input, g3_error *error)
{
    const g3_column **columns;
    size_t count;
    g3_manifest_columns(reader_of(input), &columns, &count);
    bool same = count == input->column_count || count == 0 || input->column_count == 0;
    for (size_t i = 0; same && i < count && i < input->column_count; i++)
        same = g3_view_equal(g3_view_trim(columns[i]->name), input->columns[i]);
    return same || g3_fail(error, G3_EXIT_INPUT,
                           "%s: its columns are not those of %s; merge them one by one, or bring "
                           "them into one form with g3-parse",
                           g3_manifest_name(reader_of(input)), g3_join_input_name(input, 0));
}

/* Goes on to the next manifest. @param ended  set if there is none */
static bool go_on(g3_join_input *input, bool *ended, g3_error *error)
{
    *ended = input->reader_count == input->path_count;
    if (*ended)
        return true;
    return open_next(input, error) && check_same_columns(input, error);
}

/* Gives what was read while finding out the columns. */
static void take_what_was_read(g3_join_input *input, g3_join_chunk *chunk)
{
    for (size_t i = 0; input->before && i < input->before->bad_count; i++) {
        const g3_join_bad_row *bad = &input->before->bad[i];
        g3_join_chunk_add_bad(chunk, bad->file, bad->line, bad->text, bad->reason);
    }
    g3_join_chunk_close(input->before);
    input->before = NULL;
    if (input->has_first)
        take_record(input, &input->first_record, chunk);
    input->has_first = false;
}

static bool is_full(const g3_join_input *input, const g3_join_chunk *chunk)
{
    size_t room = chunk->rows.capacity - chunk->rows.length;
    return chunk->rows.length && room < ROW_ROOM + 2 * input->row_size;
}

/* Takes the next row. @param ended  set if there is none */
static bool take_next(g3_join_input *input, g3_join_chunk *chunk, bool *ended, g3_error *error)
{
    g3_manifest_reader *reader = reader_of(input);
    g3_record record;
    g3_cell_row row;
    g3_bad_row bad;
    input->row_end = 0;
    switch (input->has_cells ? g3_manifest_next_cells(reader, &row, &bad, error)
                             : g3_manifest_next(reader, &record, &bad, error)) {
    case G3_NEXT_ITEM:
        if (input->has_cells)
            take_cells(input, &row, chunk);
        else
            take_record(input, &record, chunk);
        return true;
    case G3_NEXT_BAD:
        g3_join_chunk_add_bad(chunk, g3_manifest_name(reader), bad.line, bad.text, bad.reason);
        return true;
    case G3_NEXT_END:
        if (!input->piece)
            return go_on(input, ended, error);
        *ended = true;
        return find_place(input, error);
    default:
        return false;
    }
}

bool g3_join_input_read(g3_join_input *input, g3_join_chunk *chunk, bool *ended, g3_error *error)
{
    take_what_was_read(input, chunk);
    *ended = input->ended;
    while (!*ended && !is_full(input, chunk)) {
        if (input->piece && !is_within_piece(input) && !look_at_piece(input, ended, error))
            return false;
        if (!*ended && !take_next(input, chunk, ended, error))
            return false;
    }
    input->ended = *ended;
    if (*ended && input->piece)
        end_piece(input);
    return true;
}

uint64_t g3_join_input_rows(const g3_join_input *input)
{
    return input->rows;
}

uint64_t g3_join_input_padded(const g3_join_input *input)
{
    uint64_t padded = 0;
    for (size_t i = 0; i < input->reader_count; i++)
        padded += g3_manifest_padded(input->readers[i]);
    return padded;
}

void g3_join_input_close(g3_join_input *input)
{
    if (!input)
        return;
    for (size_t i = 0; i < input->reader_count; i++)
        g3_manifest_close(input->readers[i]);
    if (input->prepared)
        g3_row_maker_end(&input->maker);
    g3_join_chunk_close(input->before);
    g3_arena_free(&input->arena);
    free(input->readers);
    free(input);
}
