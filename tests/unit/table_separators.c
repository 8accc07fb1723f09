/* Separators, found by every kind of scan, against the grammar byte by byte. */
#include "../../lib/table/separators.h"
#include "../support/chance.h"
#include <criterion/criterion.h>
#include <string.h>

/* Bytes of a text: some blocks and a bit. */
#define MOST ((size_t)1500)

/* The grammar, a byte at a time. */
typedef struct naive {
    enum { CELL_BEGIN, PLAIN, QUOTES, QUOTE_IN_QUOTES } state;
    uint32_t flags; /* met since the last separator */
    uint32_t items[MOST];
    size_t count;
} naive;

static bool is_line_end(char c)
{
    return c == '\n' || c == '\r';
}

/* Takes text[at]. */
static void take_byte(naive *self, const char *text, size_t at, char delimiter, bool by_lines)
{
    char c = text[at];
    bool quote = c == '"', line_end = is_line_end(c), separator = c == delimiter || line_end;
    self->flags |= (unsigned char)c > 0x7f ? G3_SEPARATOR_HIGH : 0;
    if (self->state == QUOTES && by_lines && line_end)
        self->flags |= G3_SEPARATOR_UNCLOSED;
    else if (self->state == QUOTES)
        separator = false;
    switch (self->state) {
    case CELL_BEGIN:
        self->state = quote ? QUOTES : PLAIN;
        break;
    case PLAIN:
        break;
    case QUOTES:
        self->state = quote ? QUOTE_IN_QUOTES : QUOTES;
        self->flags |= line_end && !separator ? G3_SEPARATOR_LINES : 0;
        break;
    case QUOTE_IN_QUOTES:
        self->state = quote ? QUOTES : PLAIN;
        self->flags |= separator ? 0 : G3_SEPARATOR_CARE;
        break;
    }
    if (separator) {
        self->items[self->count++] = (uint32_t)at | self->flags;
        self->state = CELL_BEGIN;
        self->flags = 0;
    }
}

/* What a text is made of: cells as they should be, or anything. */
typedef struct flavour {
    const char *const *pieces;
    size_t count;
} flavour;

#define FLAVOUR(pieces)                                                                            \
    {                                                                                              \
        pieces, sizeof(pieces) / sizeof *(pieces)                                                  \
    }

static const char *const PLAIN_PIECES[] = {
    "a",    "bcd", "0123456789012345678901234567890123456789",
    ",",    ",",   "\n",
    "\r\n", "x\"", "[\"a\"]",
    "\t",   ",,"};
static const char *const QUOTED_PIECES[] = {
    "\"a\",",     "\"b,c\",",
    "\"\",",      "\"{\"\"a\"\": \"\"b\"\"}\",",
    "\"\"\"\"\n", "\"a\nb\r\nc\"\n",
    "plain,",     "\n",
    "\r\n",       "\"0123456789, 0123456789, 0123456789, 0123456789\"\r",
    "\"x\"y,",    "\"\xc3\xbc\","};
static const char *const ANY_PIECES[] = {
    "\"",       "\"",   "\"\"", ",",   ",",
    "\n",       "\r",   "a",    "b",   "\t",
    "\xc3\xbc", "\xff", "\",",  ",\"", "0123456789012345678901234567890123456789"};
static const flavour FLAVOURS[] = {FLAVOUR(PLAIN_PIECES), FLAVOUR(QUOTED_PIECES),
                                   FLAVOUR(ANY_PIECES)};

/* Fills `text` with runs of a flavour each: where one goes over into the other, a scan has to
 * change its ways. */
static void fill(test_chance *chance, char *text, size_t size)
{
    size_t at = 0;
    while (at < size) {
        const flavour *pieces = &FLAVOURS[choose(chance, 3)];
        size_t kinds = 1 + choose(chance, pieces->count);
        for (size_t run = choose(chance, 60); run > 0 && at < size; run--) {
            const char *piece = pieces->pieces[choose(chance, kinds)];
            size_t length = strlen(piece) < size - at ? strlen(piece) : size - at;
            memcpy(text + at, piece, length);
            at += length;
        }
    }
}

static void check_found(const g3_separators *found, const naive *expected, const char *text,
                        size_t size)
{
    cr_assert_eq(found->count, expected->count, "%s: %zu separators for %zu in %.*s",
                 found->scan->name, found->count, expected->count, (int)size, text);
    for (size_t i = 0; i < expected->count; i++)
        cr_assert_eq(found->items[i], expected->items[i], "%s: %x for %x, the %zuth, in %.*s",
                     found->scan->name, found->items[i], expected->items[i], i, (int)size, text);
}

/* Finds the separators of a text in a few steps, some of them by lines. */
static void check_text(const g3_scan *scan, test_chance *chance, const char *text, size_t size,
                       char delimiter)
{
    bool any_by_lines = choose(chance, 2);
    naive expected = {0};
    g3_separators found;
    g3_separators_begin(&found, delimiter);
    found.scan = scan;
    for (size_t from = 0; from < size;) {
        size_t to = from + 1 + choose(chance, choose(chance, 4) ? size - from : 64) % (size - from);
        expected.count = 0;
        if (any_by_lines && choose(chance, 2)) {
            size_t until = from + choose(chance, to - from + 20), at = from;
            bool stopped = false;
            for (; at < to && !stopped; at++) {
                take_byte(&expected, text, at, delimiter, true);
                stopped = is_line_end(text[at]) && at + 1 >= until;
            }
            cr_assert_eq(g3_separators_find_by_lines(&found, text, from, to, until), at, "%s",
                         scan->name);
            to = at;
        } else {
            for (size_t at = from; at < to; at++)
                take_byte(&expected, text, at, delimiter, false);
            g3_separators_find(&found, text, from, to);
        }
        check_found(&found, &expected, text, size);
        from = to;
    }
    g3_separators_end(&found);
}

Test(separators, are_found_by_every_kind_of_scan_as_the_grammar_says)
{
    static const char DELIMITERS[] = {',', '\t', ';', '\xff'};
    const g3_scan *scans[G3_SCAN_KINDS];
    size_t count = g3_scan_list(scans);
    test_chance chance = {1};
    char text[MOST + G3_SCAN_BLOCK];
    for (int round = test_rounds(20000); round > 0; round--) {
        size_t size = 1 + choose(&chance, round % 3 ? MOST : 200);
        char delimiter = DELIMITERS[choose(&chance, 8) ? 0 : choose(&chance, sizeof DELIMITERS)];
        fill(&chance, text, size + G3_SCAN_BLOCK); /* what is behind the text does not count */
        for (size_t i = 0; i < count; i++) {
            test_chance same = chance;
            check_text(scans[i], &same, text, size, delimiter);
        }
        next_chance(&chance);
    }
}

/* Each block is full of separators: there is room for them, and for those written in vain. */
Test(separators, may_be_all_of_a_stretch)
{
    const g3_scan *scans[G3_SCAN_KINDS];
    size_t count = g3_scan_list(scans);
    static char text[G3_SEPARATORS_STRETCH + G3_SCAN_BLOCK];
    memset(text, ',', sizeof text);
    for (size_t i = 0; i < count; i++) {
        g3_separators found;
        g3_separators_begin(&found, ',');
        found.scan = scans[i];
        g3_separators_find(&found, text, 0, G3_SEPARATORS_STRETCH);
        cr_assert_eq(found.count, G3_SEPARATORS_STRETCH, "%s", scans[i]->name);
        for (uint32_t at = 0; at < found.count; at++)
            cr_assert_eq(found.items[at], at, "%s", scans[i]->name);
        g3_separators_end(&found);
    }
}

/* The flags of what a stretch left open go to the first separator of the next. */
Test(separators, have_the_flags_of_a_cell_that_goes_over_many_blocks)
{
    static const char BEGIN[] = "\"\xc3\n\"\"", END[] = "\",b,";
    const g3_scan *scans[G3_SCAN_KINDS];
    size_t count = g3_scan_list(scans), middle = 4 * G3_SCAN_BLOCK;
    char text[6 * G3_SCAN_BLOCK];
    memset(text, 'x', sizeof text);
    memcpy(text, BEGIN, strlen(BEGIN));
    memcpy(text + middle, END, strlen(END));
    for (size_t i = 0; i < count; i++) {
        g3_separators found;
        g3_separators_begin(&found, ',');
        found.scan = scans[i];
        g3_separators_find(&found, text, 0, middle - 1);
        cr_assert_eq(found.count, 0);
        g3_separators_find(&found, text, middle - 1, middle + G3_SCAN_BLOCK);
        cr_assert_eq(found.count, 2, "%s", scans[i]->name);
        cr_assert_eq(found.items[0], (uint32_t)(middle + 1) | G3_SEPARATOR_HIGH |
                                         G3_SEPARATOR_CARE | G3_SEPARATOR_LINES);
        cr_assert_eq(found.items[1], (uint32_t)(middle + 3));
        g3_separators_end(&found);
    }
}
