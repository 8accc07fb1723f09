/* Uniting random manifests, compared with doing so by looking at all rows for each. */
#include "../support/chance.h"
#include "../support/uniting.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <strings.h>

/* A row of texts, "" for nothing; urls are parted by blanks. */
typedef struct row {
    const char *guid, *md5, *size, *urls, *acl, *name, *more;
    bool rejected;
} row;

enum { MOST_ROWS = 40 };

typedef struct trial {
    row rows[MOST_ROWS];
    size_t count;
    bool by_guid, several_guids;
    g3_buffer expected;
    size_t rejected, records, differing;
} trial;

static const char *pick(test_chance *chance, const char *const *texts, size_t count)
{
    return texts[choose(chance, count)];
}

static void make_rows(trial *self, test_chance *chance)
{
    static const char *const GUIDS[] = {"", "", "dg/1", "dg/2", "dg/3"}, *const MD5S[] = {
                                                                             "",   "0a", "0A",
                                                                             "0b", "0B", "0c"};
    static const char *const SIZES[] = {"", "1", "1", "1", "2"}, *const URLS[] = {"", "u1", "u2 u1",
                                                                                  "u3", "u1 u1 u4"};
    static const char *const ACLS[] = {"", "x", "x y"}, *const NAMES[] = {"", "n1", "n2"},
                             *const MORE[] = {"", "m1", "m2"};
    self->count = choose(chance, MOST_ROWS);
    self->by_guid = choose(chance, 3) == 0;
    self->several_guids = !self->by_guid && choose(chance, 2);
    for (size_t i = 0; i < self->count; i++)
        self->rows[i] = (row){pick(chance, GUIDS, 5), pick(chance, MD5S, 6),
                              pick(chance, SIZES, 5), pick(chance, URLS, 5),
                              pick(chance, ACLS, 3),  pick(chance, NAMES, 3),
                              pick(chance, MORE, 3),  false};
}

static const char *key_of(const trial *self, const row *of)
{
    return self->by_guid ? of->guid : of->md5;
}

static bool same(const trial *self, const row *one, const row *other)
{
    return strcasecmp(key_of(self, one), key_of(self, other)) == 0;
}

static bool disagree(const char *one, const char *other)
{
    return *one && *other && strcasecmp(one, other) != 0;
}

/* Rejects rows without key, and those that disagree with one in front of them. */
static void reject_rows(trial *self)
{
    for (size_t i = 0; i < self->count; i++) {
        row *here = &self->rows[i];
        here->rejected = !*key_of(self, here);
        for (size_t k = 0; k < i && !here->rejected; k++) {
            const row *before = &self->rows[k];
            if (before->rejected || !same(self, here, before))
                continue;
            here->rejected =
                disagree(here->size, before->size) ||
                (self->by_guid && disagree(here->md5, before->md5)) ||
                (!self->by_guid && !self->several_guids && disagree(here->guid, before->guid));
        }
        self->rejected += here->rejected;
    }
}

/* True if the row belongs to the record that begins with row `first`. */
static bool belongs(const trial *self, const row *first, const row *other)
{
    return !other->rejected && same(self, first, other) &&
           (!self->several_guids || !*other->guid || strcmp(first->guid, other->guid) == 0);
}

/* True if a record begins with that row. */
static bool begins(const trial *self, size_t at)
{
    const row *here = &self->rows[at];
    bool others_have_guids = false;
    for (size_t i = 0; i < self->count; i++) {
        const row *other = &self->rows[i];
        if (other->rejected || !same(self, here, other))
            continue;
        if (i < at && (!self->several_guids || strcmp(here->guid, other->guid) == 0))
            return false;
        others_have_guids = others_have_guids || *other->guid;
    }
    return !here->rejected && (!self->several_guids || *here->guid || !others_have_guids);
}

/* Which scalar of a row. */
static const char *scalar(const row *of, size_t which)
{
    const char *const all[] = {of->guid, of->md5, of->size, of->name, of->more};
    return all[which];
}

/* The first value in the rows of a record; counts others, unless all must agree. */
static const char *first_value(trial *self, const row *first, size_t which)
{
    const char *found = "";
    for (size_t i = 0; i < self->count; i++) {
        if (!belongs(self, first, &self->rows[i]))
            continue;
        const char *value = scalar(&self->rows[i], which);
        if (!*found)
            found = value;
        else
            self->differing += which >= 3 && *value && strcmp(value, found) != 0;
    }
    return found;
}

/* Appends the items in the rows of a record which are among u1 u2 ..., x y: in order, each once. */
static void append_items(trial *self, const row *first, bool urls)
{
    static const char *const ITEMS[] = {"u1", "u2", "u3", "u4", "x", "y"};
    bool any = false;
    for (size_t item = 0; item < 6; item++) {
        bool has = false;
        for (size_t i = 0; i < self->count; i++)
            if (belongs(self, first, &self->rows[i]))
                has = has || strstr(urls ? self->rows[i].urls : self->rows[i].acl, ITEMS[item]);
        if (has)
            g3_buffer_append_format(&self->expected, any ? " %s" : "%s", ITEMS[item]);
        any = any || has;
    }
}

static void append_lower(g3_buffer *text, const char *from)
{
    for (; *from; from++)
        g3_buffer_append_char(text, *from >= 'A' && *from <= 'Z' ? (char)(*from + 32) : *from);
}

static void unite_naively(trial *self)
{
    g3_buffer *out = &self->expected;
    reject_rows(self);
    g3_buffer_append_text(out, "guid,urls,authz,acl,md5,file_size,file_name,more\n");
    for (size_t i = 0; i < self->count; i++) {
        const row *first = &self->rows[i];
        if (!begins(self, i))
            continue;
        self->records++;
        g3_buffer_append_text(out, first_value(self, first, 0));
        g3_buffer_append_char(out, ',');
        append_items(self, first, true);
        g3_buffer_append_text(out, ",,");
        append_items(self, first, false);
        g3_buffer_append_char(out, ',');
        append_lower(out, first_value(self, first, 1));
        for (size_t which = 2; which < 5; which++)
            g3_buffer_append_format(out, ",%s", first_value(self, first, which));
        g3_buffer_append_char(out, '\n');
    }
}

/* Forms of a manifest: two orders of its columns, and JSON lines. */
static const struct {
    const char *path, *header, *row;
} FORMS[] = {
    {"a.csv", "md5,guid,size,url,acl,name,more\n", "%1$s,%2$s,%3$s,%4$s,%5$s,%6$s,%7$s\n"},
    {"b.csv", "more,name,acl,url,size,md5,guid\n", "%7$s,%6$s,%5$s,%4$s,%3$s,%1$s,%2$s\n"},
    {"d.ndjson", "",
     "{\"more\":\"%7$s\",\"md5\":\"%1$s\",\"guid\":\"%2$s\",\"size\":\"%3$s\",\"url\":\"%4$s\","
     "\"acl\":\"%5$s\",\"name\":\"%6$s\"}\n"},
};

/* Writes rows [begin, end). @return the file */
static const char *write_rows(const trial *self, size_t form, size_t begin, size_t end)
{
    g3_buffer text = {0};
    g3_buffer_append_text(&text, FORMS[form].header);
    for (size_t i = begin; i < end; i++) {
        const row *at = &self->rows[i];
        char line[256];
        snprintf(line, sizeof line, FORMS[form].row, at->md5, at->guid, at->size, at->urls, at->acl,
                 at->name, at->more);
        g3_buffer_append_text(&text, line);
    }
    uniting_write(FORMS[form].path, g3_buffer_text(&text));
    g3_buffer_free(&text);
    return FORMS[form].path;
}

static void try_seed(uint64_t seed)
{
    test_chance chance = {seed};
    trial self = {0};
    g3_error error = {0};
    g3_unite_result result;
    g3_buffer got = {0};
    make_rows(&self, &chance);
    unite_naively(&self);
    size_t part = self.count ? choose(&chance, self.count) : 0;
    const char *one = write_rows(&self, 0, 0, part);
    const char *two = write_rows(&self, 1 + choose(&chance, 2), part, self.count);
    g3_unite_options options = {UNITING_FILES(one, two), .by_guid = self.by_guid,
                                .several_guids = self.several_guids,
                                .memory = choose(&chance, 2) ? 300 : 1 << 20};
    cr_assert(uniting_run(options, -1, &result, &error), "seed %llu: %s", (unsigned long long)seed,
              error.message);
    uniting_read("output", &got);
    cr_assert(g3_view_equal(g3_buffer_view(&got), g3_buffer_view(&self.expected)),
              "seed %llu\ngot:\n%.*s\nexpected:\n%.*s", (unsigned long long)seed, (int)got.length,
              got.data, (int)self.expected.length, self.expected.data);
    cr_assert_eq(result.rows, self.count - self.rejected, "seed %llu", (unsigned long long)seed);
    cr_assert_eq(result.records, self.records, "seed %llu", (unsigned long long)seed);
    cr_assert_eq(result.differing, self.differing, "seed %llu", (unsigned long long)seed);
    cr_assert_eq(uniting_count_rejects(), self.rejected, "seed %llu", (unsigned long long)seed);
    g3_buffer_free(&got);
    g3_buffer_free(&self.expected);
}

TestSuite(unite_random, .init = uniting_make_folder, .fini = uniting_remove_folder);

Test(unite_random, equals_uniting_naively)
{
    for (int seed = 1; seed <= test_rounds(200); seed++)
        try_seed((uint64_t)seed);
}
