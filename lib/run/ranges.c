/* Which key range each record of a sweep belongs to. Used by probe.c and sweep.c. */
#include "ranges.h"
#include "g3/base/hash.h"
#include <stdlib.h>

/* Places of the owners' table to begin with; a power of 2. */
#define OWNERS_AT_FIRST 1024

/* The table grows when more than one place in SPARSENESS is taken: nearly all look-ups are for
 * records that are no landmark, and should end at the first place. */
#define SPARSENESS 4

/* A landmark and the range that owns it. */
typedef struct owner {
    g3_view guid; /* data NULL: a free place */
    uint64_t hash;
    size_t range;
} owner;

struct g3_ranges {
    g3_range *items;
    size_t count, capacity;
    owner *owners; /* open addressing, linear probing */
    size_t owner_count, places;
    g3_arena texts; /* the landmarks */
};

g3_ranges *g3_ranges_open(void)
{
    g3_ranges *ranges = g3_allocate_zeroed(1, sizeof *ranges);
    ranges->places = OWNERS_AT_FIRST;
    ranges->owners = g3_allocate_zeroed(ranges->places, sizeof *ranges->owners);
    return ranges;
}

void g3_ranges_close(g3_ranges *ranges)
{
    if (!ranges)
        return;
    for (size_t i = 0; i < ranges->count; i++)
        g3_buffer_free(&ranges->items[i].position);
    g3_arena_free(&ranges->texts);
    free(ranges->items);
    free(ranges->owners);
    free(ranges);
}

size_t g3_ranges_count(const g3_ranges *ranges)
{
    return ranges->count;
}

const g3_range *g3_ranges_get(const g3_ranges *ranges, size_t number)
{
    return &ranges->items[number];
}

/* The place where `guid` stands, or the free one where it would. */
static owner *find_place(const g3_ranges *ranges, g3_view guid, uint64_t hash)
{
    size_t at = hash & (ranges->places - 1);
    for (;;) {
        owner *place = &ranges->owners[at];
        if (!place->guid.data || (place->hash == hash && g3_view_equal(place->guid, guid)))
            return place;
        at = (at + 1) & (ranges->places - 1);
    }
}

/* The range that owns `guid` as a landmark, or G3_RANGE_OPEN where none does. */
static int64_t find_owner(const g3_ranges *ranges, g3_view guid)
{
    const owner *place = find_place(ranges, guid, g3_hash(guid));
    return place->guid.data ? (int64_t)place->range : G3_RANGE_OPEN;
}

static void grow_owners(g3_ranges *ranges)
{
    owner *old = ranges->owners;
    size_t places = ranges->places;
    ranges->places *= 2;
    ranges->owners = g3_allocate_zeroed(ranges->places, sizeof *ranges->owners);
    for (size_t i = 0; i < places; i++)
        if (old[i].guid.data)
            *find_place(ranges, old[i].guid, old[i].hash) = old[i];
    free(old);
}

/* Makes `guid` a landmark of `range` unless it is one already; gives the kept copy. */
static g3_view add_owner(g3_ranges *ranges, g3_view guid, size_t range)
{
    if ((ranges->owner_count + 1) * SPARSENESS > ranges->places)
        grow_owners(ranges);
    uint64_t hash = g3_hash(guid);
    owner *place = find_place(ranges, guid, hash);
    if (!place->guid.data) {
        *place = (owner){g3_arena_copy(&ranges->texts, guid), hash, range};
        ranges->owner_count++;
    }
    return place->guid;
}

static g3_range *add_range(g3_ranges *ranges, const g3_view *landmarks, size_t count)
{
    if (ranges->count == ranges->capacity) {
        ranges->capacity = ranges->capacity ? ranges->capacity * 2 : 64;
        ranges->items = g3_reallocate(ranges->items, ranges->capacity, sizeof *ranges->items);
    }
    g3_range *range = &ranges->items[ranges->count];
    *range = (g3_range){.landmark_count = count, .stop = G3_RANGE_OPEN};
    range->landmarks = g3_arena_take(&ranges->texts, count * sizeof *range->landmarks);
    for (size_t i = 0; i < count; i++)
        range->landmarks[i] = add_owner(ranges, landmarks[i], ranges->count);
    ranges->count++;
    return range;
}

static void move_to(g3_range *range, g3_view position)
{
    g3_buffer_clear(&range->position);
    g3_buffer_append(&range->position, position);
}

bool g3_guids_repeat(const g3_view *guids, size_t count)
{
    for (size_t i = 1; i < count; i++)
        for (size_t k = 0; k < i; k++)
            if (g3_view_equal(guids[i], guids[k]))
                return true;
    return false;
}

g3_claim g3_ranges_claim(g3_ranges *ranges, const g3_view *guids, size_t count, size_t *kept,
                         size_t *number)
{
    int64_t stop = G3_RANGE_OPEN;
    size_t own = 0;
    *kept = 0;
    if (count == 0)
        return G3_CLAIM_EMPTY;
    if (g3_guids_repeat(guids, count))
        return G3_CLAIM_REPEATS;
    for (; own < count; own++) {
        int64_t other = find_owner(ranges, guids[own]);
        if (other != G3_RANGE_OPEN) {
            stop = other;
            break;
        }
    }
    if (own == 0) {
        *number = (size_t)stop;
        return G3_CLAIM_KNOWN;
    }
    *number = ranges->count;
    g3_range *range = add_range(ranges, guids, own);
    move_to(range, guids[own - 1]);
    range->stop = stop;
    *kept = own;
    return G3_CLAIM_NEW;
}

bool g3_ranges_advance(g3_ranges *ranges, size_t number, const g3_view *guids, size_t count,
                       size_t *kept)
{
    g3_range *range = &ranges->items[number];
    int64_t stop = count == 0 ? G3_RANGE_INDEX_END : G3_RANGE_OPEN;
    size_t own = 0;
    if (count && g3_view_equal(guids[0], g3_buffer_view(&range->position)))
        return false;
    for (; own < count; own++) {
        int64_t other = find_owner(ranges, guids[own]);
        if (other == (int64_t)number)
            return false;
        if (other != G3_RANGE_OPEN) {
            stop = other;
            break;
        }
    }
    if (own)
        move_to(range, guids[own - 1]);
    range->stop = stop;
    range->read += own;
    *kept = own;
    return true;
}

void g3_ranges_add_foreign(g3_ranges *ranges, const g3_view *guids, size_t count)
{
    add_range(ranges, guids, count)->stop = G3_RANGE_FOREIGN;
}

static bool is_foreign(const g3_ranges *ranges, int64_t number)
{
    return number >= 0 && ranges->items[number].stop == G3_RANGE_FOREIGN;
}

void g3_ranges_renew_foreign(g3_ranges *ranges, size_t number, const g3_view *guids, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int64_t other = find_owner(ranges, guids[i]);
        if (other >= 0 && !is_foreign(ranges, other))
            return;
        add_owner(ranges, guids[i], number);
    }
}

bool g3_ranges_meet_foreign(const g3_ranges *ranges, const g3_view *guids, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (is_foreign(ranges, find_owner(ranges, guids[i])))
            return true;
    return false;
}

void g3_ranges_restore(g3_ranges *ranges, const g3_range *earlier)
{
    g3_range *range = add_range(ranges, earlier->landmarks, earlier->landmark_count);
    move_to(range, g3_buffer_view(&earlier->position));
    range->stop = earlier->stop;
    range->read = earlier->read;
}

bool g3_ranges_all_ended(const g3_ranges *ranges)
{
    for (size_t i = 0; i < ranges->count; i++)
        if (ranges->items[i].stop == G3_RANGE_OPEN)
            return false;
    return true;
}

/* Where the range that comes to range `number` would have stopped if those that hold nothing but
 * their landmarks were not there: such a one can be read through without harm once its landmarks
 * are gone. They stop at ranges claimed before them, or at those that read on, so this comes to an
 * end. */
static int64_t find_reading_range(const g3_ranges *ranges, int64_t number)
{
    for (size_t steps = 0; number >= 0 && steps <= ranges->count; steps++) {
        const g3_range *range = &ranges->items[number];
        if (range->read > 0 || range->stop == G3_RANGE_FOREIGN)
            break;
        number = range->stop;
    }
    return number;
}

bool g3_ranges_check(const g3_ranges *ranges, size_t *culprit)
{
    /* reached[i]: a range that reads stopped at range i; the last place is for the index's end. */
    bool *reached = g3_allocate_zeroed(ranges->count + 1, sizeof *reached);
    bool sound = true;
    for (size_t i = 0; sound && i < ranges->count; i++) {
        if (ranges->items[i].read == 0)
            continue;
        int64_t stop = find_reading_range(ranges, ranges->items[i].stop);
        bool *place = &reached[stop >= 0 ? (size_t)stop : ranges->count];
        sound = !*place;
        *place = true;
        if (!sound && culprit)
            *culprit = i;
    }
    free(reached);
    return sound;
}
