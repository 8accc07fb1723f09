/* Hashes, from xxHash. */
#include "g3/base/hash.h"
#include <xxhash.h>

uint64_t g3_hash(g3_view bytes)
{
    return XXH3_64bits(bytes.data, bytes.length);
}
