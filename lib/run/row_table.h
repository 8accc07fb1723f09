/* Rows held in memory by GUID, for a sweep to run past. Private to verify. */
#ifndef G3_RUN_ROW_TABLE_H
#define G3_RUN_ROW_TABLE_H

#include "g3/base/memory.h"

typedef struct g3_row_table g3_row_table;

/* Rows are numbered from 0 in the order in which they were added; no more than this fit. */
#define G3_ROW_TABLE_LIMIT ((size_t)UINT32_MAX - 1)
#define G3_ROW_NONE        (-1)

/* @return owned by the caller: g3_row_table_close() */
g3_row_table *g3_row_table_open(void);

/* Adds a row (both are copied); a GUID may be added again. */
void g3_row_table_add(g3_row_table *table, g3_view guid, g3_view packed);

/* Finds the first row of a GUID, and from a row the next one of the same GUID.
 * @return its number, or G3_ROW_NONE */
int64_t g3_row_table_find(const g3_row_table *table, g3_view guid);
int64_t g3_row_table_next_same(const g3_row_table *table, int64_t row);

/* What was added; valid until the table is closed. */
g3_view g3_row_table_guid(const g3_row_table *table, int64_t row);
g3_view g3_row_table_packed(const g3_row_table *table, int64_t row);

/* Whether the row's record has been met; false at first. */
bool g3_row_table_met(const g3_row_table *table, int64_t row);
void g3_row_table_set_met(g3_row_table *table, int64_t row);

size_t g3_row_table_count(const g3_row_table *table);

/* Bytes of memory that the table takes. */
size_t g3_row_table_size(const g3_row_table *table);

void g3_row_table_close(g3_row_table *table); /* NULL is allowed */

#endif
