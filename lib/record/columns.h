/* Which column of a manifest becomes which field of a record: aliases, --map, names that clash.
 * Private to the record storey: used by the readers of rows and of JSON lines, the table also by
 * the writer. */
#ifndef G3_RECORD_COLUMNS_H
#define G3_RECORD_COLUMNS_H

#include "g3/record/manifest.h"

/* Columns by name: each name once, so that pointers can be compared. */
typedef struct g3_column_table {
    struct g3_column_entry **slots; /* open addressing, by hash of the name */
    size_t capacity;
    size_t count;
    g3_arena arena; /* the columns and their names */
    uint64_t mark;  /* of the column set being looked at now; see g3_column_mark() */
} g3_column_table;

/* The column called `name`, made if it is new. Valid until the table is cleared or freed. */
const g3_column *g3_column_find(g3_column_table *table, g3_view name);

/* The column called `name`, or NULL if the table has none. */
const g3_column *g3_column_look_up(const g3_column_table *table, g3_view name);

/* Begins a new set of columns, empty. */
void g3_column_begin_set(g3_column_table *table);

/* Adds a column of this table to the set, as number `place`.
 * @return true if it was there already; `place` is then set to its number */
bool g3_column_add_to_set(g3_column_table *table, const g3_column *column, size_t *place);

void g3_column_table_clear(g3_column_table *table); /* forgets all columns */
void g3_column_table_free(g3_column_table *table);

/* The place of a column's name among `names`: in its own case, else in any; or G3_NO_COLUMN.
 * @param taken  places to be passed over; NULL: none */
#define G3_NO_COLUMN SIZE_MAX
size_t g3_column_find_name(const g3_view *names, size_t count, const bool *taken, g3_view name);

/* What the records of a manifest look like: for each field its column, and the number of the source
 * column (cell of a row, member of a line) that its value comes from. */
typedef struct g3_layout {
    const g3_column **columns;
    size_t *sources;
    size_t count;
    size_t capacity;
} g3_layout;

/* Works out the layout of a manifest.
 *
 * Object: the object fields that are there, in the SDK's order, then the other columns in theirs.
 * Metadata: guid, then the others. Raw: all as they come. A field is, in this order: what a map
 * names; the column of its own name; the first alias in the order listed that is there; each in its
 * own case before any case. Columns that are not taken for a field stay under their own names, or
 * what a map calls them.
 * @param names     of the source columns, all different
 * @param complete  a map whose column is not there is an error (a header), not just an absent value
 * (a line)
 * @return false with G3_EXIT_INPUT: two columns for one name, or no column for a map */
bool g3_layout_build(g3_layout *layout, g3_column_table *table, const g3_manifest_options *options,
                     const g3_view *names, size_t count, bool complete, g3_error *error);

void g3_layout_free(g3_layout *layout);

#endif
