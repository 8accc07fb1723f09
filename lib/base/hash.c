/* Hashes, from xxHash: compiled in, for a call costs as much as hashing a GUID. */
#define XXH_INLINE_ALL
#include "g3/base/hash.h"
#include <xxhash.h>

uint64_t g3_hash(g3_view bytes)
{
    return XXH3_64bits(bytes.data, bytes.length);
}
