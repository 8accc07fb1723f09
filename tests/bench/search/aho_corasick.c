/* Search by the automaton of Aho and Corasick: a trie of the keys whose states know the next one
 * for every byte, failure links worked in.
 *
 * A state is a row of the table: the next state for each class of bytes (0: bytes that no key has),
 * then its key and its link. States are called by where their rows begin.
 */
#include "ways.h"
#include <stdio.h>
#include <stdlib.h>

typedef struct automaton {
    uint32_t *table;      /* owned */
    uint32_t columns;     /* of a row */
    uint32_t key_column;  /* the key that ends here, from 1; 0: none */
    uint32_t link_column; /* while building: the failure state; then: the nearest state by failure
                             links that has a key, or 0 */
    uint32_t used;        /* of the table */
    uint8_t classes[256];
} automaton;

/* In a table's cell: the next state, or one by its links, has a key. */
#define HAS_KEY ((uint32_t)1 << 31)

static void find_classes(automaton *trie, const lines *keys)
{
    uint8_t classes = 0;
    for (size_t k = 0; k < keys->count; k++)
        for (size_t i = 0; i < keys->lines[k].length; i++) {
            uint8_t *known = &trie->classes[(uint8_t)keys->lines[k].data[i]];
            if (!*known)
                *known = ++classes;
        }
    trie->key_column = (uint32_t)classes + 1;
    trie->link_column = trie->key_column + 1;
    trie->columns = trie->link_column + 1;
}

static uint32_t add_state(automaton *trie)
{
    uint32_t state = trie->used;
    memset(trie->table + state, 0, trie->columns * sizeof *trie->table);
    trie->used += trie->columns;
    return state;
}

static void add_to_trie(automaton *trie, g3_view key, uint32_t number)
{
    uint32_t state = 0;
    for (size_t i = 0; i < key.length; i++) {
        uint32_t *next = &trie->table[state + trie->classes[(uint8_t)key.data[i]]];
        if (!*next)
            *next = add_state(trie);
        state = *next;
    }
    trie->table[state + trie->key_column] = number + 1;
}

/* Works the failure links into the table, the states nearest to the root first. */
static void link_states(automaton *trie)
{
    uint32_t *table = trie->table;
    uint32_t *queue = g3_allocate(trie->used / trie->columns * sizeof *queue);
    size_t first = 0, last = 0;
    queue[last++] = 0;
    while (first < last) {
        uint32_t state = queue[first++], failure = table[state + trie->link_column];
        for (uint32_t byte = 1; byte < trie->key_column; byte++) {
            uint32_t *next = &table[state + byte];
            uint32_t otherwise = state ? table[failure + byte] : 0;
            if (*next) {
                uint32_t has = table[*next + trie->key_column] ? HAS_KEY : otherwise & HAS_KEY;
                table[*next + trie->link_column] = otherwise & ~HAS_KEY;
                queue[last++] = *next;
                *next |= has;
            } else {
                *next = otherwise;
            }
        }
        if (!table[failure + trie->key_column])
            table[state + trie->link_column] = table[failure + trie->link_column];
    }
    free(queue);
}

static void *build_automaton(const lines *keys)
{
    automaton *trie = g3_allocate_zeroed(1, sizeof *trie);
    find_classes(trie, keys);
    size_t cells = (keys->bytes.length + 1) * trie->columns; /* no more; pages come when used */
    if (cells >= HAS_KEY) {
        fprintf(stderr, "search_keys: aho-corasick: too many keys for states of 31 bits\n");
        free(trie);
        return NULL;
    }
    trie->table = g3_allocate_large(cells * sizeof *trie->table);
    add_state(trie);
    for (size_t k = 0; k < keys->count; k++)
        add_to_trie(trie, keys->lines[k], (uint32_t)k);
    link_states(trie);
    return trie;
}

static void search_automaton(const void *finder, const lines *cells, tally *sum)
{
    const automaton *trie = finder;
    const uint32_t *table = trie->table;
    for (size_t c = 0; c < cells->count; c++) {
        g3_view cell = cells->lines[c];
        uint32_t state = 0;
        begin_cell(sum);
        for (size_t i = 0; i < cell.length; i++) {
            uint32_t next = table[state + trie->classes[(uint8_t)cell.data[i]]];
            state = next & ~HAS_KEY;
            if (next & HAS_KEY)
                for (uint32_t at = state; at; at = table[at + trie->link_column])
                    if (table[at + trie->key_column])
                        add_key(sum, table[at + trie->key_column] - 1);
        }
    }
}

static void close_automaton(void *take_finder)
{
    automaton *trie = take_finder;
    free(trie->table);
    free(trie);
}

const way aho_corasick_way = {"aho-corasick", build_automaton, search_automaton, close_automaton};
