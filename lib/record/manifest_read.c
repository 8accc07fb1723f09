/* The manifest reader: opens a file of any format and gives its records. Called by every filter
 * that reads a manifest. */
#include "g3/base/utf8.h"
#include "g3/record/manifest.h"
#include "reader.h"
#include <stdlib.h>

/* Bytes looked at to find out what a file holds, at most: a header line fits. */
#define PEEK_LIMIT ((size_t)64 * 1024)

/* The format that a name's extension tells, looking behind that of a packing. */
static g3_format find_format_by_name(g3_view name)
{
    static const struct {
        const char *extension;
        g3_format format;
    } KNOWN[] = {
        {".csv", G3_FORMAT_CSV},      {".tsv", G3_FORMAT_TSV},     {".ndjson", G3_FORMAT_NDJSON},
        {".jsonl", G3_FORMAT_NDJSON}, {".json", G3_FORMAT_NDJSON},
    };
    static const char *const PACKINGS[] = {".gz", ".zst"};
    for (size_t i = 0; i < sizeof PACKINGS / sizeof *PACKINGS; i++)
        if (g3_view_ends_with(name, g3_view_of(PACKINGS[i])))
            name.length -= strlen(PACKINGS[i]);
    for (size_t i = 0; i < sizeof KNOWN / sizeof *KNOWN; i++) {
        size_t length = strlen(KNOWN[i].extension);
        if (name.length >= length &&
            g3_view_equal_ignoring_case((g3_view){name.data + name.length - length, length},
                                        g3_view_of(KNOWN[i].extension)))
            return KNOWN[i].format;
    }
    return G3_FORMAT_AUTO;
}

/* True if `text` begins as an array of objects does (there may be no more to see than its bracket):
 * one JSON document, not lines of it. */
static bool begins_json_array(g3_view text)
{
    if (text.length == 0 || text.data[0] != '[')
        return false;
    text = g3_view_trim((g3_view){text.data + 1, text.length - 1});
    return text.length == 0 || text.data[0] == '{';
}

/* True if a file begins as UTF-16 does: with its byte-order mark, or a character of ASCII and the
 * zero that makes two bytes of it. */
static bool begins_utf16(g3_view begun)
{
    if (begun.length < 2)
        return false;
    unsigned char first = (unsigned char)begun.data[0], second = (unsigned char)begun.data[1];
    return (first == 0xff && second == 0xfe) || (first == 0xfe && second == 0xff) ||
           (first == 0) != (second == 0);
}

/* `begun` without a byte-order mark and blanks in front. */
static g3_view skip_to_text(g3_view begun)
{
    const g3_view mark = G3_VIEW("\xef\xbb\xbf");
    if (g3_view_starts_with(begun, mark))
        begun = (g3_view){begun.data + mark.length, begun.length - mark.length};
    return g3_view_trim(begun);
}

/* The format that the first bytes look like. Nothing at all is an empty stream of JSON lines: what
 * a filter in front writes that found nothing. */
static g3_format find_format_by_content(g3_view begun, char delimiter)
{
    g3_view text = skip_to_text(begun);
    if (text.length == 0 || text.data[0] == '{' || begins_json_array(text))
        return G3_FORMAT_NDJSON;
    if (delimiter && delimiter != '\t')
        return G3_FORMAT_CSV;
    const char *end = text.data;
    while (end < text.data + text.length && *end != '\n' && *end != '\r')
        end++;
    return memchr(begun.data, '\t', (size_t)(end - begun.data)) ? G3_FORMAT_TSV : G3_FORMAT_CSV;
}

/* Reads the beginning of the source: up to a whole line with something on it, or PEEK_LIMIT. */
static bool read_beginning(g3_source *source, g3_buffer *begun, g3_error *error)
{
    size_t got = 1;
    while (got && begun->length < PEEK_LIMIT) {
        char *space = g3_buffer_reserve(begun, PEEK_LIMIT - begun->length);
        if (!g3_source_read(source, space, PEEK_LIMIT - begun->length, &got, error))
            return false;
        begun->length += got;
        g3_view text = skip_to_text(g3_buffer_view(begun));
        if (text.length &&
            memchr(text.data, '\n', (size_t)(begun->data + begun->length - text.data)))
            break;
    }
    return true;
}

/* Refuses what is no manifest, but easily taken for one: reading it would make nonsense of it, or
 * reject each of its lines. */
static bool check_beginning(const g3_manifest_reader *reader, g3_view begun, g3_error *error)
{
    const char *name = g3_source_name(reader->source);
    if (begins_utf16(begun))
        return g3_fail(error, G3_EXIT_INPUT,
                       "%s: is UTF-16, not UTF-8: convert it with iconv -f UTF-16 -t UTF-8", name);
    if (reader->format == G3_FORMAT_NDJSON && begins_json_array(skip_to_text(begun)))
        return g3_fail(error, G3_EXIT_INPUT,
                       "%s: is one JSON array, not JSON lines: make lines of it with jq -c '.[]'",
                       name);
    return true;
}

/* Sets the format and the delimiter from the options, the name, the content. */
static bool find_format(g3_manifest_reader *reader, char *delimiter, g3_view begun, g3_error *error)
{
    *delimiter = reader->options.delimiter;
    if (*delimiter == '"' || *delimiter == '\r' || *delimiter == '\n')
        return g3_fail(error, G3_EXIT_USAGE, "a quote or a line end can't be the delimiter");
    reader->format = reader->options.format;
    if (reader->format == G3_FORMAT_AUTO)
        reader->format = find_format_by_name(g3_view_of(g3_source_name(reader->source)));
    if (reader->format == G3_FORMAT_AUTO)
        reader->format = find_format_by_content(begun, *delimiter);
    if (reader->format == G3_FORMAT_CSV && *delimiter == '\t')
        reader->format = G3_FORMAT_TSV;
    if (*delimiter == '\0')
        *delimiter = reader->format == G3_FORMAT_TSV ? '\t' : ',';
    return true;
}

static bool check_maps(const g3_manifest_options *options, g3_error *error)
{
    for (size_t i = 0; i < options->map_count; i++) {
        g3_view field = options->maps[i].field;
        for (size_t k = 0; k < i; k++)
            if (g3_view_equal(options->maps[k].field, field))
                return g3_fail(error, G3_EXIT_USAGE, "--map %.*s=... is given twice",
                               (int)field.length, field.data);
    }
    return true;
}

g3_manifest_reader *g3_manifest_open(const char *path, const g3_manifest_options *options,
                                     g3_error *error)
{
    g3_source *source = g3_source_open(path, error);
    return source ? g3_manifest_open_source(source, options, error) : NULL;
}

g3_manifest_reader *g3_manifest_open_source(g3_source *take_source,
                                            const g3_manifest_options *options, g3_error *error)
{
    g3_manifest_reader *reader = g3_allocate_zeroed(1, sizeof *reader);
    g3_buffer begun = {0};
    reader->scan = g3_scan_best();
    reader->options = *options;
    if (options->hooks) {
        if (g3_hooked_open(reader, take_source, error))
            return reader;
        g3_manifest_close(reader);
        return NULL;
    }
    reader->source = take_source;
    bool ok = check_maps(options, error) && read_beginning(reader->source, &begun, error) &&
              find_format(reader, &reader->delimiter, g3_buffer_view(&begun), error) &&
              check_beginning(reader, g3_buffer_view(&begun), error);
    if (ok && reader->format == G3_FORMAT_NDJSON)
        g3_lines_open(reader, g3_buffer_view(&begun));
    else if (ok)
        ok = g3_rows_open(reader, reader->delimiter, g3_buffer_view(&begun), error);
    g3_buffer_free(&begun);
    if (!ok) {
        g3_manifest_close(reader);
        reader = NULL;
    }
    return reader;
}

g3_next g3_manifest_next(g3_manifest_reader *reader, g3_record *record, g3_bad_row *bad,
                         g3_error *error)
{
    g3_arena_clear(&reader->arena);
    if (reader->hooked)
        return g3_hooked_next(reader, record, bad, error);
    return reader->lines ? g3_lines_next(reader, record, bad, error)
                         : g3_rows_next(reader, record, bad, error);
}

g3_next g3_manifest_next_cells(g3_manifest_reader *reader, g3_cell_row *row, g3_bad_row *bad,
                               g3_error *error)
{
    return g3_rows_next_cells(reader, row, bad, error);
}

g3_next g3_refuse_row(g3_manifest_reader *reader, g3_bad_row *bad, uint64_t line, g3_view column)
{
    *bad = (g3_bad_row){line, reader->text, g3_buffer_text(&reader->reason), column, NULL};
    return G3_NEXT_BAD;
}

g3_next g3_refuse_value(g3_manifest_reader *reader, g3_bad_row *bad, uint64_t line, g3_view column)
{
    reader->bad_record =
        (g3_record){.fields = reader->fields, .count = reader->layout.count, .line = line};
    g3_refuse_row(reader, bad, line, column);
    bad->record = &reader->bad_record;
    return G3_NEXT_BAD;
}

/* The bytes of the character that begins so, going by its first byte. */
static size_t measure_character(unsigned char first)
{
    return first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

size_t g3_say_not_utf8(g3_manifest_reader *reader, g3_view text)
{
    size_t at = 0;
    while (at < text.length) {
        size_t length = measure_character((unsigned char)text.data[at]);
        if (at + length > text.length || !g3_is_utf8((g3_view){text.data + at, length}))
            break;
        at += length;
    }
    g3_buffer_clear(&reader->reason);
    g3_buffer_append_format(&reader->reason, "not UTF-8 (byte 0x%02x at column %zu)",
                            at < text.length ? (unsigned)(unsigned char)text.data[at] : 0u, at + 1);
    return at;
}

g3_view g3_manifest_row_text(const g3_manifest_reader *reader)
{
    return reader->text;
}

void g3_manifest_columns(const g3_manifest_reader *reader, const g3_column ***columns,
                         size_t *count)
{
    *columns = reader->layout.columns;
    *count = reader->layout.count;
}

/* The reader of the file itself. */
static const g3_manifest_reader *find_inner(const g3_manifest_reader *reader)
{
    return reader->hooked ? g3_hooked_inner(reader->hooked) : reader;
}

uint64_t g3_manifest_padded(const g3_manifest_reader *reader)
{
    return find_inner(reader)->padded;
}

bool g3_manifest_has_cells(const g3_manifest_reader *reader)
{
    return reader->rows && reader->options.kind == G3_KIND_RAW;
}

g3_format g3_manifest_format(const g3_manifest_reader *reader)
{
    return reader->format;
}

char g3_manifest_delimiter(const g3_manifest_reader *reader)
{
    return reader->delimiter;
}

const char *g3_manifest_name(const g3_manifest_reader *reader)
{
    return g3_source_name(find_inner(reader)->source);
}

const g3_source *g3_manifest_source(const g3_manifest_reader *reader)
{
    return find_inner(reader)->source;
}

bool g3_manifest_can_seek(const g3_manifest_reader *reader)
{
    return reader->rows && g3_source_can_seek(reader->source);
}

bool g3_manifest_place(g3_manifest_reader *reader, g3_row_place *place, uint64_t *line,
                       g3_error *error)
{
    return g3_row_reader_place(reader->rows, place, line, error);
}

bool g3_manifest_seek(g3_manifest_reader *reader, g3_row_place place, uint64_t until,
                      g3_error *error)
{
    return g3_row_reader_seek(reader->rows, place, until, error);
}

bool g3_manifest_seek_line(g3_manifest_reader *reader, uint64_t offset, uint64_t until,
                           g3_row_place *place, g3_error *error)
{
    return g3_row_reader_seek_line(reader->rows, offset, until, place, error);
}

void g3_manifest_close(g3_manifest_reader *reader)
{
    if (!reader)
        return;
    g3_hooked_close(reader->hooked);
    g3_row_reader_close(reader->rows);
    g3_lines_close(reader->lines);
    g3_source_close(reader->source);
    g3_column_table_free(&reader->table);
    g3_layout_free(&reader->layout);
    free(reader->fields);
    free(reader->cells);
    g3_arena_free(&reader->arena);
    g3_buffer_free(&reader->reason);
    free(reader);
}
