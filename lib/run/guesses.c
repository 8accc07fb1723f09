/* Guesses at boundaries that part the index evenly. Used by probe.c. */
#include "guesses.h"
#include "g3/record/check.h"
#include <inttypes.h>
#include <stdlib.h>

/* Pieces that a segment is cut into at once, at most: a digit's worth. */
#define MOST_PIECES 16

/* A segment is cut when it seems to hold this many times its share: estimates from one page are off
 * by a fifth, and cutting an even range in two helps nobody. */
#define WORTH_CUTTING 1.5

/* Records that no segment is cut below: two whole pages. */
#define LEAST_SHARE 2048.0

/* Rounds of cutting, at most: each waits for the answers of the one before. */
#define MOST_ROUNDS 8

/* Records taken for the whole where the service doesn't tell. */
#define RECORDS_ASSUMED 1e6

/* A page tells a density if it holds so many records of the segment; and the most others at its
 * end, in average distances between two of the segment. */
#define LEAST_SAMPLE 4
#define CHANCE       3

/* Prefixes that are looked for, at most. */
#define MOST_PREFIXES 32

typedef unsigned __int128 key_number;

#define LAST_NUMBER (~(key_number)0)

/* The numbers low to high of one prefix, both included. */
typedef struct segment {
    g3_view prefix;
    key_number low, high;
    key_number first; /* lowest number that is there */
    double density;   /* records by number step; 0: nothing left to find out */
    double estimate;  /* records */
    double reach;     /* how far to cut ahead; doubled each time the cuts ended too early */
} segment;

/* A boundary to probe: where a segment begins, or a text that leads to other prefixes. */
typedef struct guess {
    g3_view text; /* for a segment that begins at its prefix, or for none: the boundary itself */
    ptrdiff_t segment; /* -1: none */
} guess;

struct g3_guesses {
    size_t ranges;
    double records;
    guess *items;
    size_t count, given, capacity;
    segment *segments;
    size_t segment_count, segment_capacity;
    g3_view *prefixes;
    size_t prefix_count;
    size_t rounds;
    g3_arena texts;
};

static size_t most_guesses(const g3_guesses *guesses)
{
    return (guesses->ranges > MOST_PREFIXES ? guesses->ranges : MOST_PREFIXES) *
           G3_GUESSES_PER_RANGE;
}

static void add_guess(g3_guesses *guesses, g3_view text, ptrdiff_t at)
{
    if (guesses->count >= most_guesses(guesses))
        return;
    if (guesses->count == guesses->capacity) {
        guesses->capacity = guesses->capacity ? guesses->capacity * 2 : 64;
        guesses->items = g3_reallocate(guesses->items, guesses->capacity, sizeof *guesses->items);
    }
    guesses->items[guesses->count++] = (guess){text, at};
}

static size_t add_segment(g3_guesses *guesses, const segment *new)
{
    if (guesses->segment_count == guesses->segment_capacity) {
        guesses->segment_capacity = guesses->segment_capacity ? guesses->segment_capacity * 2 : 64;
        guesses->segments =
            g3_reallocate(guesses->segments, guesses->segment_capacity, sizeof *guesses->segments);
    }
    guesses->segments[guesses->segment_count] = *new;
    return guesses->segment_count++;
}

g3_guesses *g3_guesses_open(size_t ranges, int64_t records)
{
    g3_guesses *guesses = g3_allocate_zeroed(1, sizeof *guesses);
    guesses->ranges = ranges ? ranges : 1;
    guesses->records = records >= 0 ? (double)records : RECORDS_ASSUMED;
    guesses->prefixes = g3_allocate_zeroed(MOST_PREFIXES, sizeof *guesses->prefixes);
    add_guess(guesses, G3_VIEW(""), -1);
    return guesses;
}

void g3_guesses_close(g3_guesses *guesses)
{
    if (!guesses)
        return;
    free(guesses->items);
    free(guesses->segments);
    free(guesses->prefixes);
    g3_arena_free(&guesses->texts);
    free(guesses);
}

/* Parts a GUID into prefix and number. @return false if it does not end in a UUID */
static bool read_guid(g3_view guid, g3_view *prefix, key_number *number)
{
    if (!g3_ends_in_uuid(guid))
        return false;
    *prefix = (g3_view){guid.data, guid.length - G3_UUID_LENGTH};
    *number = 0;
    for (size_t i = prefix->length; i < guid.length; i++)
        if (guid.data[i] != '-')
            *number = *number * 16 + (unsigned)g3_hex_digit(guid.data[i]);
    return true;
}

static void append_number(g3_buffer *text, key_number number)
{
    uint64_t high = (uint64_t)(number >> 64), low = (uint64_t)number;
    g3_buffer_append_format(
        text, "%08" PRIx64 "-%04" PRIx64 "-%04" PRIx64 "-%04" PRIx64 "-%012" PRIx64, high >> 32,
        high >> 16 & 0xffff, high & 0xffff, low >> 48, low & 0xffffffffffff);
}

static bool knows_prefix(const g3_guesses *guesses, g3_view prefix)
{
    for (size_t i = 0; i < guesses->prefix_count; i++)
        if (g3_view_equal(guesses->prefixes[i], prefix))
            return true;
    return false;
}

/* Probes behind the prefix with `digits` after it. @param at  the segment that begins there, or -1
 */
static void probe_behind(g3_guesses *guesses, g3_view prefix, const char *digits, ptrdiff_t at)
{
    g3_buffer text = {0};
    g3_buffer_append(&text, prefix);
    g3_buffer_append_text(&text, digits);
    add_guess(guesses, g3_arena_copy(&guesses->texts, g3_buffer_view(&text)), at);
    g3_buffer_free(&text);
}

void g3_guesses_add_prefix(g3_guesses *guesses, g3_view prefix)
{
    /* Other prefixes may stand among GUIDs without one: behind those that begin with the same
     * digit ('g' follows on 'f'). */
    static const char *const BEHIND_DIGITS[] = {"0g", "1g", "2g", "3g", "4g", "5g", "6g", "7g",
                                                "8g", "9g", "ag", "bg", "cg", "dg", "eg"};
    if (guesses->prefix_count == MOST_PREFIXES || knows_prefix(guesses, prefix))
        return;
    prefix = g3_arena_copy(&guesses->texts, prefix);
    guesses->prefixes[guesses->prefix_count++] = prefix;
    segment whole = {.prefix = prefix, .high = LAST_NUMBER, .reach = 1};
    add_guess(guesses, prefix, -1);
    /* Under a locale others may stand between the prefix and its first digit. */
    probe_behind(guesses, prefix, "0", (ptrdiff_t)add_segment(guesses, &whole));
    probe_behind(guesses, prefix, "g", -1);
    if (prefix.length == 0)
        for (size_t i = 0; i < sizeof BEHIND_DIGITS / sizeof *BEHIND_DIGITS; i++)
            probe_behind(guesses, prefix, BEHIND_DIGITS[i], -1);
}

bool g3_guesses_next(g3_guesses *guesses, size_t *number, g3_buffer *boundary)
{
    if (guesses->given == guesses->count)
        return false;
    *number = guesses->given++;
    const guess *next = &guesses->items[*number];
    if (next->segment < 0 || guesses->segments[next->segment].low == 0) {
        g3_buffer_append(boundary, next->text);
    } else {
        g3_buffer_append(boundary, guesses->segments[next->segment].prefix);
        append_number(boundary, guesses->segments[next->segment].low);
    }
    return true;
}

static double smaller(double left, double right)
{
    return left < right ? left : right;
}

static void estimate_segment(const g3_guesses *guesses, segment *at)
{
    at->estimate = smaller(at->density * (double)(at->high - at->first), guesses->records);
}

/* Learns how densely a segment is filled from the page behind its beginning. */
static void measure_segment(const g3_guesses *guesses, segment *at, const g3_view *guids,
                            size_t count, bool last)
{
    key_number number, newest = 0;
    g3_view prefix;
    size_t own = 0, end = 0;
    for (size_t i = 0; i < count; i++) {
        if (!read_guid(guids[i], &prefix, &number) || !g3_view_equal(prefix, at->prefix) ||
            number < at->low || number > at->high)
            continue;
        if (own++ == 0)
            at->first = number;
        newest = number;
        end = i + 1;
    }
    at->density = 0;
    at->estimate = (double)own;
    /* Records of other kinds may stand between. The page ended before the segment did if no more of
     * them stand at its end than would by chance. */
    bool goes_on = own == count || (own >= LEAST_SAMPLE && (count - end) * own <= CHANCE * count);
    if (goes_on && !last && newest > at->first) {
        at->density = (double)(own - 1) / (double)(newest - at->first);
        estimate_segment(guesses, at);
    }
}

void g3_guesses_learn(g3_guesses *guesses, size_t number, const g3_view *guids, size_t count,
                      bool last)
{
    ptrdiff_t at = guesses->items[number].segment;
    if (at >= 0)
        measure_segment(guesses, &guesses->segments[at], guids, count, last);
    for (size_t i = 0; i < count; i++) {
        g3_view prefix;
        key_number ignored;
        if (read_guid(guids[i], &prefix, &ignored))
            g3_guesses_add_prefix(guesses, prefix);
    }
}

/* Cuts segment `number` into pieces of about `share` records, and probes where each begins. */
static void cut_segment(g3_guesses *guesses, size_t number, double share)
{
    segment whole = guesses->segments[number];
    double wanted = whole.estimate / share;
    size_t pieces = wanted < 2 ? 2 : wanted > MOST_PIECES ? MOST_PIECES : (size_t)wanted;
    double room = (double)(whole.high - whole.first);
    double extent = smaller(room, whole.estimate / whole.density * whole.reach);
    key_number step = (key_number)(extent / (double)pieces);
    /* Where the records are expected to end well before the segment does, what is behind is a piece
     * too. */
    size_t cuts = extent < room ? pieces : pieces - 1;
    key_number low = whole.first;
    if (step == 0) {
        guesses->segments[number].density = 0;
        return;
    }
    for (size_t i = 1; i <= cuts && whole.high - low > step; i++) {
        bool tail = i == pieces;
        low += step;
        segment *before = &guesses->segments[i == 1 ? number : guesses->segment_count - 1];
        before->high = low;
        segment piece = {.prefix = whole.prefix,
                         .low = low,
                         .high = whole.high,
                         .reach = tail ? whole.reach * 2 : 1};
        size_t made = add_segment(guesses, &piece);
        add_guess(guesses, G3_VIEW(""), (ptrdiff_t)made);
    }
    estimate_segment(guesses, &guesses->segments[number]);
}

bool g3_guesses_refine(g3_guesses *guesses)
{
    size_t before = guesses->count, segments = guesses->segment_count;
    double sum = 0;
    if (guesses->rounds++ == MOST_ROUNDS)
        return false;
    for (size_t i = 0; i < segments; i++)
        sum += guesses->segments[i].estimate;
    double share = smaller(sum, guesses->records) / (double)guesses->ranges;
    if (share < LEAST_SHARE)
        share = LEAST_SHARE;
    for (size_t i = 0; i < segments; i++)
        if (guesses->segments[i].density > 0 &&
            guesses->segments[i].estimate > share * WORTH_CUTTING &&
            guesses->count + MOST_PIECES <= most_guesses(guesses))
            cut_segment(guesses, i, share);
    return guesses->count > before;
}

double g3_guesses_estimate(const g3_guesses *guesses, size_t number)
{
    ptrdiff_t at = guesses->items[number].segment;
    return at >= 0 ? guesses->segments[at].estimate : 0;
}
