/* A block of GUIDs that wait for their answers: the unit in which a lookup reads ahead, keeps order
 * and bounds its memory. Private to the lookup. */
#ifndef G3_RUN_LOOKUP_BLOCK_H
#define G3_RUN_LOOKUP_BLOCK_H

#include "g3/base/buffer.h"
#include "g3/base/memory.h"

/* How a GUID is asked for at present. */
typedef enum g3_lookup_round {
    G3_LOOKUP_AS_WRITTEN, /* by the way in use */
    G3_LOOKUP_OTHERWISE,  /* in its other spelling, by the way in use */
    G3_LOOKUP_ALONE,      /* as written, singly: does the service resolve other spellings? */
} g3_lookup_round;

typedef struct g3_lookup_item {
    g3_view guid; /* as written; all views live in the block's arena */
    g3_view note;
    g3_view asked; /* the spelling that is asked for */
    uint8_t round; /* a g3_lookup_round */
    bool answered;
    size_t result_at; /* in the block's results */
    size_t result_length;
} g3_lookup_item;

typedef struct g3_lookup_block {
    struct g3_lookup_block *next; /* the one read after it */
    g3_lookup_item *items;
    size_t count;
    size_t capacity;
    size_t answered;   /* items */
    size_t in_flight;  /* requests of this block that are not answered yet */
    uint32_t *slots;   /* hash table of item numbers + 1, by the spelling asked for; 0: free */
    size_t slot_count; /* a power of two */
    size_t slots_used;
    uint32_t *todo; /* numbers of the items yet to be asked for */
    size_t todo_at; /* the next one */
    size_t todo_count;
    size_t todo_capacity;
    g3_buffer results; /* in the order of the answers */
    g3_arena arena;
} g3_lookup_block;

/* @return an empty block, owned by the caller: g3_lookup_block_free() */
g3_lookup_block *g3_lookup_block_make(void);

/* Forgets the items, keeps the memory. */
void g3_lookup_block_clear(g3_lookup_block *block);

/* Adds an item (views are copied), to be asked for as written. */
void g3_lookup_block_add(g3_lookup_block *block, g3_view guid, g3_view note);

/* Puts an item (back) on the list of those to be asked for. */
void g3_lookup_block_ask(g3_lookup_block *block, uint32_t number);

/* Lets an item be asked for in another spelling (copied). */
void g3_lookup_block_respell(g3_lookup_block *block, uint32_t number, g3_view spelling);

/* Finds the next unanswered item that is asked for as `guid`.
 * @param probe  where the search is: G3_LOOKUP_FIRST_PROBE to begin
 * @return its number, or -1 */
int64_t g3_lookup_block_find(const g3_lookup_block *block, g3_view guid, size_t *probe);
#define G3_LOOKUP_FIRST_PROBE SIZE_MAX

/* True if nothing is left to answer or to wait for. */
static inline bool g3_lookup_block_complete(const g3_lookup_block *block)
{
    return block->answered == block->count && block->in_flight == 0;
}

/* Appends the results so far in the order of the items. */
void g3_lookup_block_gather(const g3_lookup_block *block, g3_buffer *ordered);

/* Bytes that the block holds, roughly. */
size_t g3_lookup_block_size(const g3_lookup_block *block);

void g3_lookup_block_free(g3_lookup_block *block); /* NULL is allowed */

#endif
