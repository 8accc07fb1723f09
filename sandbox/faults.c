/* Reading and drawing faults. */
#include "faults.h"
#include "g3/base/hash.h"
#include "g3/base/memory.h"
#include <stdlib.h>

static bool read_fault(const char *text, struct fault *fault)
{
    static const struct {
        g3_view name;
        fault_kind kind;
    } KINDS[] = {
        {{"reset", 5}, FAULT_RESET},
        {{"truncate", 8}, FAULT_TRUNCATE},
        {{"slow", 4}, FAULT_SLOW},
        {{"garbage", 7}, FAULT_GARBAGE},
    };
    const char *colon = strchr(text, ':');
    if (!colon)
        return false;
    g3_view name = {text, (size_t)(colon - text)};
    int64_t status;
    for (size_t i = 0; i < G3_COUNT(KINDS); i++)
        if (g3_view_equal(name, KINDS[i].name))
            fault->kind = KINDS[i].kind;
    if (fault->kind == FAULT_NONE) {
        if (!g3_view_to_size(name, &status) || status < 400 || status > 599)
            return false;
        fault->kind = FAULT_STATUS;
        fault->status = (unsigned)status;
    }
    char *end;
    fault->probability = strtod(colon + 1, &end);
    return end != colon + 1 && *end == '\0' && fault->probability >= 0 && fault->probability <= 1;
}

bool faults_set_up(struct faults *faults, const g3_text_list *texts, uint64_t seed, int64_t limit,
                   g3_error *error)
{
    faults->items = g3_allocate_zeroed(texts->count, sizeof *faults->items);
    faults->seed = seed;
    atomic_init(&faults->requests, 0);
    atomic_init(&faults->left, limit);
    for (size_t i = 0; i < texts->count; i++)
        if (!read_fault(texts->items[i], &faults->items[faults->count++]))
            return g3_fail(
                error, G3_EXIT_USAGE,
                "--fault %s: want a status from 400 to 599, reset, truncate, slow or garbage, "
                "a colon, and a probability from 0 to 1",
                texts->items[i]);
    return true;
}

/* Takes one of the faults that are left. */
static bool take_one(struct faults *faults)
{
    long long left = atomic_load(&faults->left);
    while (left > 0)
        if (atomic_compare_exchange_weak(&faults->left, &left, left - 1))
            return true;
    return left < 0;
}

struct fault faults_draw(struct faults *faults)
{
    uint64_t key[2] = {faults->seed, atomic_fetch_add(&faults->requests, 1)};
    uint64_t drawn = g3_hash((g3_view){(const char *)key, sizeof key});
    double point = (double)(drawn >> 11) * 0x1p-53; /* the upper 53 bits: uniform in [0, 1) */
    for (size_t i = 0; i < faults->count; i++) {
        struct fault found = faults->items[i];
        if (point < found.probability) {
            found.variety = (unsigned)(drawn & 0xff);
            return take_one(faults) ? found : (struct fault){0};
        }
        point -= found.probability;
    }
    return (struct fault){0};
}

void faults_tear_down(struct faults *faults)
{
    free(faults->items);
}
