/* Blocks of GUIDs that wait for their answers. Called by the lookup. */
#include "lookup_block.h"
#include "g3/base/hash.h"
#include <stdlib.h>

/* Items: a small manifest. The slots stay under half full though each has two spellings. */
#define FIRST_CAPACITY 128
#define FIRST_SLOTS    1024

g3_lookup_block *g3_lookup_block_make(void)
{
    g3_lookup_block *block = g3_allocate_zeroed(1, sizeof *block);
    block->slot_count = FIRST_SLOTS;
    block->slots = g3_allocate_zeroed(block->slot_count, sizeof *block->slots);
    return block;
}

void g3_lookup_block_clear(g3_lookup_block *block)
{
    if (block->slots_used)
        memset(block->slots, 0, block->slot_count * sizeof *block->slots);
    block->next = NULL;
    block->count = block->answered = block->in_flight = block->slots_used = 0;
    block->todo_at = block->todo_count = 0;
    g3_buffer_clear(&block->results);
    g3_arena_clear(&block->arena);
}

static void insert_slot(g3_lookup_block *block, uint32_t number)
{
    size_t slot = (size_t)g3_hash(block->items[number].asked) & (block->slot_count - 1);
    while (block->slots[slot])
        slot = (slot + 1) & (block->slot_count - 1);
    block->slots[slot] = number + 1;
    block->slots_used++;
}

/* Items that were respelt leave their old slot behind; a new table begins without those. */
static void index_item(g3_lookup_block *block, uint32_t number)
{
    if (2 * (block->slots_used + 1) <= block->slot_count) {
        insert_slot(block, number);
        return;
    }
    block->slot_count *= 2;
    free(block->slots);
    block->slots = g3_allocate_zeroed(block->slot_count, sizeof *block->slots);
    block->slots_used = 0;
    for (uint32_t i = 0; i < block->count; i++)
        if (!block->items[i].answered)
            insert_slot(block, i);
}

void g3_lookup_block_add(g3_lookup_block *block, g3_view guid, g3_view note)
{
    if (block->count == block->capacity) {
        block->capacity = block->capacity ? 2 * block->capacity : FIRST_CAPACITY;
        block->items = g3_reallocate(block->items, block->capacity, sizeof *block->items);
    }
    uint32_t number = (uint32_t)block->count++;
    g3_lookup_item *item = &block->items[number];
    *item = (g3_lookup_item){.guid = g3_arena_copy(&block->arena, guid)};
    item->note = g3_arena_copy(&block->arena, note);
    item->asked = item->guid;
    index_item(block, number);
    g3_lookup_block_ask(block, number);
}

void g3_lookup_block_ask(g3_lookup_block *block, uint32_t number)
{
    if (block->todo_at == block->todo_count) /* all asked for: begin anew in front */
        block->todo_at = block->todo_count = 0;
    if (block->todo_count == block->todo_capacity) {
        block->todo_capacity = block->todo_capacity ? 2 * block->todo_capacity : FIRST_CAPACITY;
        block->todo = g3_reallocate(block->todo, block->todo_capacity, sizeof *block->todo);
    }
    block->todo[block->todo_count++] = number;
}

void g3_lookup_block_respell(g3_lookup_block *block, uint32_t number, g3_view spelling)
{
    block->items[number].asked = g3_arena_copy(&block->arena, spelling);
    index_item(block, number);
}

int64_t g3_lookup_block_find(const g3_lookup_block *block, g3_view guid, size_t *probe)
{
    size_t mask = block->slot_count - 1;
    size_t slot =
        *probe == G3_LOOKUP_FIRST_PROBE ? (size_t)g3_hash(guid) & mask : (*probe + 1) & mask;
    for (; block->slots[slot]; slot = (slot + 1) & mask) {
        uint32_t number = block->slots[slot] - 1;
        const g3_lookup_item *item = &block->items[number];
        if (!item->answered && g3_view_equal(item->asked, guid)) {
            *probe = slot;
            return number;
        }
    }
    return -1;
}

void g3_lookup_block_gather(const g3_lookup_block *block, g3_buffer *ordered)
{
    if (block->results.length == 0)
        return;
    for (size_t i = 0; i < block->count; i++) {
        const g3_lookup_item *item = &block->items[i];
        if (item->answered)
            g3_buffer_append(ordered,
                             (g3_view){block->results.data + item->result_at, item->result_length});
    }
}

size_t g3_lookup_block_size(const g3_lookup_block *block)
{
    return block->arena.used + block->results.length + block->count * sizeof *block->items;
}

void g3_lookup_block_free(g3_lookup_block *block)
{
    if (!block)
        return;
    free(block->items);
    free(block->slots);
    free(block->todo);
    g3_buffer_free(&block->results);
    g3_arena_free(&block->arena);
    free(block);
}
