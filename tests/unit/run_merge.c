/* Merging compared with a naive merge, on random small manifests, with all options, in memory and
 * on disk. */
#include "../support/chance.h"
#include "../support/naive_merge.h"
#include "g3/record/json.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Cells that differ by little, so that they match, overlap and collide; and some that are awkward
 * in one format or another. */
static const char *const PIECES[] = {
    "a",   "b",   "ab",       "ba", "abc",   "k1",  "k12",  "k2", "a1",       "",      " a ",
    "q\"", "n,m", "\xc3\xa9", "-",  "[1,2]", "\"x", "true", "/",  "abcabcab", "k12k1", "o\nn"};
#define PIECE_COUNT (sizeof PIECES / sizeof *PIECES)

/* Such as stand in lists and keys of them: no blanks, commas, quotes, brackets. */
static const char *const ITEMS[] = {"a", "b", "ab", "k1", "k12", "x/y", "s3://b/k2"};
#define ITEM_COUNT (sizeof ITEMS / sizeof *ITEMS)

static const char *const LONG_KEY = "a-key-that-is-longer-than-a-window-";

/* A random cell: a piece, or a few of them; sometimes a long key, with something around it. */
static const char *make_cell(test_chance *chance, g3_arena *arena, bool item, size_t most)
{
    g3_buffer text = {0};
    size_t count = 1 + choose(chance, most);
    for (size_t i = 0; i < count; i++) {
        if (item && i)
            g3_buffer_append_char(&text, ' ');
        if (!item && choose(chance, 12) == 0)
            g3_buffer_append_text(&text, LONG_KEY);
        g3_buffer_append_text(&text, item ? ITEMS[choose(chance, ITEM_COUNT)]
                                          : PIECES[choose(chance, PIECE_COUNT)]);
    }
    const char *kept = g3_arena_copy(arena, g3_buffer_view(&text)).data;
    g3_buffer_free(&text);
    return kept;
}

/* One test's files and choices. */
typedef struct trial {
    test_chance chance;
    g3_arena arena;
    char folder[32];
    naive_merge naive;
    size_t memory;
    size_t metadata_rows, index_rows; /* at most */
    bool few_keys;                    /* all rows of the index have the same */
} trial;

static void make_tables(trial *self)
{
    static const char *const METADATA_NAMES[] = {"c1", "sample", "note"};
    static const char *const INDEX_NAMES[] = {"id", "c1", "urls"};
    static const char *const OTHER_INDEX_NAMES[] = {"id", "c2", "urls"};
    naive_merge *naive = &self->naive;
    test_chance *chance = &self->chance;
    naive->metadata.names = METADATA_NAMES;
    naive->index.names =
        naive->all_index_columns && naive->partial ? OTHER_INDEX_NAMES : INDEX_NAMES;
    naive->metadata.width = naive->index.width = 3;
    naive->metadata.height = choose(chance, self->metadata_rows);
    naive->index.height = choose(chance, self->index_rows);
    naive->metadata.cells =
        g3_arena_take(&self->arena, (3 * naive->metadata.height + 1) * sizeof(char *));
    naive->index.cells =
        g3_arena_take(&self->arena, (3 * naive->index.height + 1) * sizeof(char *));
    for (size_t i = 0; i < 3 * naive->metadata.height; i++)
        naive->metadata.cells[i] = make_cell(chance, &self->arena, naive->items && i % 3 == 1, 1);
    for (size_t i = 0; i < naive->index.height; i++) {
        char guid[32];
        snprintf(guid, sizeof guid, choose(chance, 20) ? "dg.1/%zu" : " ", i);
        naive->index.cells[3 * i] = g3_arena_copy(&self->arena, g3_view_of(guid)).data;
        naive->index.cells[3 * i + 1] =
            self->few_keys ? "a" : make_cell(chance, &self->arena, false, 1);
        naive->index.cells[3 * i + 2] = make_cell(chance, &self->arena, naive->items, 4);
    }
}

static void choose_sizes(trial *self)
{
    test_chance *chance = &self->chance;
    bool many = choose(chance, 20) == 0; /* they make several blocks on disk */
    self->index_rows = many ? 1500 : 30;
    self->metadata_rows = many ? 200 : 30;
    self->few_keys = many && choose(chance, 2);
    self->memory = (size_t[]){1, 20000, 100000, 400000, (size_t)1 << 30}[choose(chance, 5)];
}

/* What is read in pieces, and told by several threads: rows that fit in memory, in chunks that are
 * small against the files. */
static void choose_pieces(trial *self)
{
    self->index_rows = 1 + choose(&self->chance, 1500);
    self->metadata_rows = 4000;
    self->few_keys = choose(&self->chance, 3) == 0;
    self->memory = 500000;
}

static void make_choices(trial *self)
{
    naive_merge *naive = &self->naive;
    test_chance *chance = &self->chance;
    size_t way = choose(chance, 5); /* exact, compound, items, extracted, partial */
    naive->keys[0] = way < 2 ? (naive_key){0, 1} : (naive_key){1, 2};
    naive->key_count = 1;
    if (way == 1 || (way == 3 && choose(chance, 2))) {
        naive->key_count = 2;
        naive->keys[0] = (naive_key){0, 1};
        naive->keys[1] = (naive_key){1, 2};
    }
    naive->guid = 0;
    naive->items = way == 2;
    naive->extract = way == 3;
    naive->partial = way == 4;
    naive->boundary = naive->partial && choose(chance, 2);
    naive->ambiguous = (g3_join_ambiguous)choose(chance, 4);
    naive->keep_unmatched = choose(chance, 2);
    /* Both have a c1, which can be written twice only if it is the key of both. */
    naive->all_index_columns =
        (naive->partial || (naive->keys[0].metadata == 0)) && choose(chance, 2);
}

/* Writes a table as a file. @return its path, in the arena */
static const char *write_table(trial *self, const naive_table *table, const char *name)
{
    static const char *const EXTENSIONS[] = {"csv", "tsv", "ndjson"};
    /* JSON lines without a line have no columns. */
    size_t format = choose(&self->chance, self->naive.items || table->height == 0 ? 2 : 3);
    char path[64], delimiter = format == 0 ? ',' : '\t';
    g3_buffer text = {0};
    snprintf(path, sizeof path, "%s/%s.%s", self->folder, name, EXTENSIONS[format]);
    for (size_t i = 0; format < 2 && i < table->width; i++) {
        if (i)
            g3_buffer_append_char(&text, delimiter);
        g3_buffer_append_text(&text, table->names[i]);
    }
    g3_buffer_append_text(&text, format < 2 ? "\n" : "");
    for (size_t row = 0; row < table->height; row++) {
        for (size_t i = 0; i < table->width; i++) {
            g3_view cell = g3_view_of(table->cells[row * table->width + i]);
            if (format == 2) {
                g3_buffer_append_text(&text, i ? ",\"" : "{\"");
                g3_buffer_append_text(&text, table->names[i]);
                g3_buffer_append_text(&text, "\":");
                g3_json_append_string(&text, cell);
                continue;
            }
            if (i)
                g3_buffer_append_char(&text, delimiter);
            /* A quote inside a cell of TSV is an ordinary character: written as one now and then.
             */
            bool bare = format == 1 && cell.length && cell.data[0] != '"' &&
                        !memchr(cell.data, '\n', cell.length) && choose(&self->chance, 2);
            if (bare)
                g3_buffer_append(&text, cell);
            else
                g3_cell_append(&text, cell, delimiter, false);
        }
        g3_buffer_append_text(&text, format == 2 ? "}\n" : "\n");
    }
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    cr_assert(text.length == 0 || fwrite(text.data, text.length, 1, file) == 1);
    cr_assert_eq(fclose(file), 0);
    g3_buffer_free(&text);
    return g3_arena_copy(&self->arena, g3_view_of(path)).data;
}

static g3_merge_file open_file(const trial *self, const char *name)
{
    char path[64];
    g3_error error;
    snprintf(path, sizeof path, "%s/%s", self->folder, name);
    g3_merge_file file = {g3_sink_open(path, &error), G3_FORMAT_TSV, '\t'};
    cr_assert_not_null(file.sink);
    return file;
}

/* Completes a file and compares what is behind its header. */
static void check_file(trial *self, g3_merge_file *file, const char *name,
                       const g3_buffer *expected, uint64_t seed)
{
    char path[64];
    g3_error error;
    g3_buffer got = {0};
    size_t count;
    cr_assert(g3_sink_finish(file->sink, &error), "%s", error.message);
    snprintf(path, sizeof path, "%s/%s", self->folder, name);
    FILE *read = fopen(path, "r");
    cr_assert_not_null(read);
    do {
        count = fread(g3_buffer_reserve(&got, 4096), 1, 4096, read);
        got.length += count;
    } while (count);
    fclose(read);
    const char *header_end = got.length ? memchr(got.data, '\n', got.length) : NULL;
    size_t header = header_end ? (size_t)(header_end + 1 - got.data) : 0;
    bool same =
        g3_view_equal((g3_view){got.data + header, got.length - header}, g3_buffer_view(expected));
    cr_assert(same,
              "seed %llu, %s: memory %zu, partial %d, boundary %d, ambiguous %d, items %d, extract "
              "%d\ngot:\n%.*s\nexpected:\n%.*s",
              (unsigned long long)seed, name, self->memory, self->naive.partial,
              self->naive.boundary, (int)self->naive.ambiguous, self->naive.items,
              self->naive.extract, (int)(got.length < 3000 ? got.length : 3000), got.data,
              (int)(expected->length < 3000 ? expected->length : 3000), expected->data);
    g3_buffer_free(&got);
    unlink(path);
}

static void merge(trial *self, uint64_t seed)
{
    const naive_merge *naive = &self->naive;
    const char *metadata = write_table(self, &naive->metadata, "metadata");
    const char *index = write_table(self, &naive->index, "index");
    g3_merge_key keys[2];
    g3_error error = {0};
    g3_join_counts counts;
    g3_reporter reporter = {.tool = "test", .quiet = true};
    for (size_t k = 0; k < naive->key_count; k++)
        keys[k] = (g3_merge_key){g3_view_of(naive->metadata.names[naive->keys[k].metadata]),
                                 g3_view_of(naive->index.names[naive->keys[k].index])};
    g3_merge_options options = {
        .metadata = {&metadata, 1, {.kind = G3_KIND_RAW}},
        .index = {&index, 1, {.kind = G3_KIND_RAW}},
        .keys = keys,
        .key_count = naive->key_count,
        .items = naive->items,
        .extract = naive->extract ? "k[0-9]+" : NULL,
        .partial = naive->partial,
        .boundary = naive->boundary,
        .ambiguous = naive->ambiguous,
        .guid_column = G3_VIEW("id"),
        .all_index_columns = naive->all_index_columns,
        .keep_unmatched = naive->keep_unmatched,
        .memory = self->memory,
        .output = open_file(self, "output"),
        .unmatched = open_file(self, "unmatched"),
        .unmatched_index = open_file(self, "unmatched-index"),
        .rejects = g3_rejects_open(NULL, -1, true, &reporter, &error),
        .reporter = &reporter,
    };
    cr_assert(g3_merge_run(&options, &counts, &error), "seed %llu: %s", (unsigned long long)seed,
              error.message);
    check_file(self, &options.output, "output", &naive->output, seed);
    check_file(self, &options.unmatched, "unmatched", &naive->unmatched, seed);
    check_file(self, &options.unmatched_index, "unmatched-index", &naive->unmatched_index, seed);
    cr_assert_eq(g3_rejects_count(options.rejects), naive->rejected);
    cr_assert(g3_rejects_finish(options.rejects, &error));
    cr_assert_eq(counts.metadata, naive->counts.metadata, "seed %llu", (unsigned long long)seed);
    cr_assert_eq(counts.metadata_keyless, naive->counts.metadata_keyless);
    cr_assert_eq(counts.metadata_matched, naive->counts.metadata_matched);
    cr_assert_eq(counts.index, naive->counts.index);
    cr_assert_eq(counts.index_matched, naive->counts.index_matched);
    cr_assert_eq(counts.pairs, naive->counts.pairs);
    cr_assert_eq(counts.ambiguous, naive->counts.ambiguous);
    unlink(metadata);
    unlink(index);
}

static void try_seed(uint64_t seed, void (*choose_size)(trial *))
{
    trial self = {.chance = {seed}};
    strcpy(self.folder, "/tmp/g3-merge-XXXXXX");
    cr_assert_not_null(mkdtemp(self.folder));
    choose_size(&self);
    make_choices(&self);
    make_tables(&self);
    naive_merge_run(&self.naive);
    merge(&self, seed);
    naive_merge_free(&self.naive);
    g3_arena_free(&self.arena);
    rmdir(self.folder);
}

Test(merge, equals_a_naive_merge)
{
    for (int seed = 1; seed <= test_rounds(200); seed++)
        try_seed((uint64_t)seed, choose_sizes);
}

Test(merge, in_pieces_equals_a_naive_merge)
{
    for (int seed = 1; seed <= test_rounds(30); seed++)
        try_seed((uint64_t)seed, choose_pieces);
}
