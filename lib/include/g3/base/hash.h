/* Hashes of bytes, from xxHash (XXH3): tables in memory, shards, row fingerprints. */
#ifndef G3_BASE_HASH_H
#define G3_BASE_HASH_H

#include "g3/base/abi.h"
#include "g3/base/view.h"

G3_BEGIN_C

/* 64 bits, the same on every machine and in every version (shards of one manifest that different
 * machines compute must agree). */
uint64_t g3_hash(g3_view bytes);

G3_END_C

#endif
