/* Shards by hash. */
#include "g3/run/shard.h"
#include "g3/base/hash.h"

bool g3_shard_read(const char *text, g3_shard *shard, g3_error *error)
{
    const char *slash = strchr(text, '/');
    int64_t index, count;
    if (!slash || !g3_view_to_size((g3_view){text, (size_t)(slash - text)}, &index) ||
        !g3_view_to_size(g3_view_of(slash + 1), &count) || count < 1 || index > count)
        return g3_fail(error, G3_EXIT_USAGE,
                       "--shard \"%s\" is not of the form K/N with K from 1 to N, such as 2/8",
                       text);
    *shard = (g3_shard){(uint64_t)index % (uint64_t)count, (uint64_t)count};
    return true;
}

bool g3_shard_has(const g3_shard *shard, const g3_record *record, g3_view row)
{
    if (shard->count == 1)
        return true;
    g3_view guid = g3_record_guid(record);
    return g3_hash(guid.length ? guid : row) % shard->count == shard->index;
}
