/* Quoted cells that hold quotes. Private to the table storey. */
#ifndef G3_TABLE_UNQUOTE_H
#define G3_TABLE_UNQUOTE_H

#include "g3/table/scan.h"

/* Bytes behind the cell that may be read, and behind the result that may be written. */
#define G3_UNQUOTE_SLACK ((size_t)96)

/* Writes what a quoted cell holds to `out`: the text between the quotes, doubled ones halved, and
 * what follows the closing quote as it is.
 * @param cell  as it stands in the file, beginning with its quote
 * @param out   cell.length + G3_UNQUOTE_SLACK bytes
 * @return bytes of the result */
size_t g3_unquote(const g3_scan *scan, g3_view cell, char *out);

#endif
