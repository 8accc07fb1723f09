/* Shards: one manifest split among several machines without any of them knowing the others. */
#ifndef G3_RUN_SHARD_H
#define G3_RUN_SHARD_H

#include "g3/base/abi.h"
#include "g3/base/error.h"
#include "g3/record/record.h"

G3_BEGIN_C

/* Shard `index` of `count`; index from 0. {0, 1} is everything. */
typedef struct g3_shard {
    uint64_t index;
    uint64_t count;
} g3_shard;

/* Reads "K/N", N at least 1. K counts from 1 to N; 0 is taken for N, so that array jobs which
 * count from 0 to N-1 cover everything too.
 * @return false with G3_EXIT_USAGE */
bool g3_shard_read(const char *text, g3_shard *shard, g3_error *error);

/* True if the record belongs to the shard: by the hash (g3_hash) of its GUID, or of `row` (the
 * whole row as it stands in the file) where it has none; the same on every machine. */
bool g3_shard_has(const g3_shard *shard, const g3_record *record, g3_view row);

G3_END_C

#endif
