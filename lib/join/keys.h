/* The keys of a row: what its cells are compared by. Private to the join storey; called by
 * maker.c. */
#ifndef G3_JOIN_KEYS_H
#define G3_JOIN_KEYS_H

#include "extract.h"
#include "text.h"

typedef struct g3_key_maker {
    const g3_view *columns; /* borrowed */
    size_t count;
    size_t *places; /* in records that look like the one before; owned */
    bool items;
    g3_extract *extract; /* owned, or NULL */
    g3_buffer lead;      /* all but the last cell, each behind its length; empty for a single one */
    g3_buffer scratch;   /* a cell that is not just a piece of the record */
    g3_view *keys;       /* last cells of the current record; owned */
    size_t key_count;
    size_t key_capacity;
} g3_key_maker;

/* @return false with G3_EXIT_USAGE for a regular expression that is none; there is then nothing to
 * end */
bool g3_keys_begin(g3_key_maker *maker, const g3_join_recipe *recipe, g3_error *error);

/* Finds the places of the columns in rows that have columns of these names. */
void g3_keys_find_places(g3_key_maker *maker, const g3_view *names, size_t count);

/* Works out the keys of a row: maker->lead with each of maker->keys is one, all different; none
 * where a cell of the key is empty.
 * @return NULL, or why the row can't be used (static) */
const char *g3_keys_make(g3_key_maker *maker, const g3_text_source *source);

void g3_keys_end(g3_key_maker *maker);

#endif
