/* The merge as one would write it down. Called by tests/unit/run_merge.c. */
#include "naive_merge.h"
#include "g3/table/rows.h"
#include <ctype.h>
#include <stdlib.h>

static const char *cell_of(const naive_table *table, size_t row, size_t column)
{
    return table->cells[row * table->width + column];
}

static g3_view trimmed(const naive_table *table, size_t row, size_t column)
{
    return g3_view_trim(g3_view_of(cell_of(table, row, column)));
}

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || (unsigned char)c > 0x7f;
}

static bool occurs(g3_view key, g3_view cell, bool boundary)
{
    for (size_t at = 0; at + key.length <= cell.length; at++) {
        const char *place = cell.data + at, *end = place + key.length;
        if (memcmp(place, key.data, key.length) != 0)
            continue;
        if (boundary &&
            ((at > 0 && is_word(place[-1])) || (end < cell.data + cell.length && is_word(*end))))
            continue;
        return true;
    }
    return false;
}

/* True if `key` is one of the cell's items, which are parted by blanks. */
static bool is_item(g3_view key, g3_view cell)
{
    for (size_t at = 0, end; at < cell.length; at = end + 1) {
        for (end = at; end < cell.length && cell.data[end] != ' '; end++)
            ;
        if (end > at && g3_view_equal(key, (g3_view){cell.data + at, end - at}))
            return true;
    }
    return false;
}

/* True if `key` is a k and digits that stand in the cell so. */
static bool is_extracted(g3_view key, g3_view cell)
{
    for (size_t at = 0, end; at < cell.length; at++) {
        if (cell.data[at] != 'k')
            continue;
        for (end = at + 1; end < cell.length && isdigit((unsigned char)cell.data[end]); end++)
            ;
        if (end > at + 1 && g3_view_equal(key, (g3_view){cell.data + at, end - at}))
            return true;
    }
    return false;
}

static bool has_empty_key(const naive_merge *merge, size_t row)
{
    for (size_t k = 0; k < merge->key_count; k++)
        if (trimmed(&merge->metadata, row, merge->keys[k].metadata).length == 0)
            return true;
    return false;
}

static bool matches(const naive_merge *merge, size_t row, size_t index_row)
{
    if (has_empty_key(merge, row))
        return false;
    for (size_t k = 0; k < merge->key_count; k++) {
        g3_view key = trimmed(&merge->metadata, row, merge->keys[k].metadata);
        g3_view cell = trimmed(&merge->index, index_row, merge->keys[k].index);
        bool last = k + 1 == merge->key_count;
        bool match = merge->partial           ? occurs(key, cell, merge->boundary)
                     : last && merge->items   ? is_item(key, cell)
                     : last && merge->extract ? is_extracted(key, cell)
                                              : g3_view_equal(key, cell);
        if (!match)
            return false;
    }
    return true;
}

static void append_row(g3_buffer *out, const naive_table *table, size_t row)
{
    for (size_t i = 0; i < table->width; i++) {
        if (i)
            g3_buffer_append_char(out, '\t');
        g3_cell_append(out, g3_view_of(cell_of(table, row, i)), '\t', table->width == 1);
    }
}

/* True if that column of the index is in the output anyway. */
static bool is_written(const naive_merge *merge, size_t column)
{
    if (column == merge->guid)
        return true;
    for (size_t k = 0; k < merge->key_count; k++) {
        bool whole =
            !merge->partial && !(k + 1 == merge->key_count && (merge->items || merge->extract));
        if (whole && merge->keys[k].index == column &&
            strcmp(merge->metadata.names[merge->keys[k].metadata], merge->index.names[column]) == 0)
            return true;
    }
    return false;
}

/* @param index_row  SIZE_MAX: none */
static void write_row(naive_merge *merge, size_t row, size_t index_row)
{
    g3_buffer *out = &merge->output;
    bool none = index_row == SIZE_MAX;
    if (!none)
        g3_cell_append(out, trimmed(&merge->index, index_row, merge->guid), '\t', false);
    g3_buffer_append_char(out, '\t');
    append_row(out, &merge->metadata, row);
    for (size_t i = 0; merge->all_index_columns && i < merge->index.width; i++) {
        if (is_written(merge, i))
            continue;
        g3_buffer_append_char(out, '\t');
        if (!none)
            g3_cell_append(out, g3_view_of(cell_of(&merge->index, index_row, i)), '\t', false);
    }
    g3_buffer_append_char(out, '\n');
}

/* Takes from a row's claims those that are not to have it.
 * @param claims  for each metadata row
 * @return whether the row is to be rejected */
static bool decide(naive_merge *merge, bool *claims)
{
    size_t count = 0, first = SIZE_MAX, longest = SIZE_MAX, longest_length = 0;
    for (size_t row = 0; row < merge->metadata.height; row++) {
        if (!claims[row])
            continue;
        size_t length = trimmed(&merge->metadata, row, merge->keys[0].metadata).length;
        if (count++ == 0)
            first = row;
        if (length > longest_length) {
            longest = row;
            longest_length = length;
        }
    }
    merge->counts.ambiguous += count > 1;
    for (size_t row = 0; row < merge->metadata.height; row++) {
        if (merge->ambiguous == G3_JOIN_FIRST)
            claims[row] = row == first;
        else if (merge->ambiguous == G3_JOIN_LONGEST)
            claims[row] = row == longest;
        else if (merge->ambiguous == G3_JOIN_REJECT && count > 1)
            claims[row] = false;
    }
    return merge->ambiguous == G3_JOIN_REJECT && count > 1;
}

/* Finds out which metadata rows get the rows of the index.
 * @return for each index row, whether each metadata row does; free() */
static bool *link_rows(naive_merge *merge)
{
    size_t height = merge->metadata.height;
    bool *linked = g3_allocate_zeroed(merge->index.height * height + 1, sizeof *linked);
    for (size_t index_row = 0; index_row < merge->index.height; index_row++) {
        bool *claims = linked + index_row * height, any = false;
        if (trimmed(&merge->index, index_row, merge->guid).length == 0) {
            merge->rejected++;
            continue;
        }
        merge->counts.index++;
        for (size_t row = 0; row < height; row++)
            claims[row] = matches(merge, row, index_row);
        bool rejected = merge->partial && decide(merge, claims);
        for (size_t row = 0; row < height; row++)
            any = any || claims[row];
        merge->rejected += rejected;
        merge->counts.index_matched += any;
        if (!any && !rejected) {
            append_row(&merge->unmatched_index, &merge->index, index_row);
            g3_buffer_append_char(&merge->unmatched_index, '\n');
        }
    }
    return linked;
}

void naive_merge_run(naive_merge *merge)
{
    bool *linked = link_rows(merge);
    for (size_t row = 0; row < merge->metadata.height; row++) {
        size_t pairs = 0;
        merge->counts.metadata++;
        merge->counts.metadata_keyless += has_empty_key(merge, row);
        for (size_t index_row = 0; index_row < merge->index.height; index_row++) {
            if (!linked[index_row * merge->metadata.height + row])
                continue;
            write_row(merge, row, index_row);
            pairs++;
        }
        merge->counts.pairs += pairs;
        merge->counts.metadata_matched += pairs > 0;
        if (pairs)
            continue;
        append_row(&merge->unmatched, &merge->metadata, row);
        g3_buffer_append_char(&merge->unmatched, '\n');
        if (merge->keep_unmatched)
            write_row(merge, row, SIZE_MAX);
    }
    free(linked);
}

void naive_merge_free(naive_merge *merge)
{
    g3_buffer_free(&merge->output);
    g3_buffer_free(&merge->unmatched);
    g3_buffer_free(&merge->unmatched_index);
}
